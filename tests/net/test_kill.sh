#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hotfibd, BIRD and the sFlow agent are killed (-9) and started again, in a steady state and half-way
# through starting. Each time the kernel's table must become exactly what it was; on the way no
# address may go to a wrong next hop (a default is never wrong). The table does not change here, so
# that is checked at every look while hotfibd or the agent is away; while BIRD learns its own table
# anew, a route may be wrong for as long as an update takes, 2 s. Topology: article.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/article.sh
. "$ROOT/tests/net/article.sh"
net_begin ip bird ovs-vswitchd ovsdb-server curl jq ethtool

WRONG_MS=0     # longest time that a look found a wrong route
WRONG_SINCE=
LOOKS=0

look() {
	LOOKS=$((LOOKS + 1))
	kernel_routes >"$DIR/kernel"
	if "$BIN/net/verify" "$DIR/routes" "$DIR/kernel" >"$DIR/verify.out" 2>&1; then
		WRONG_SINCE=
	else
		[ -n "$WRONG_SINCE" ] || { WRONG_SINCE=$(now_ms) && cat "$DIR/verify.out" >>"$LOGS/wrong"; }
		local ms=$(($(now_ms) - WRONG_SINCE + 1))
		[ "$ms" -le "$WRONG_MS" ] || WRONG_MS=$ms
	fi
	diff "$DIR/expected" "$DIR/kernel"
}

# converge TEXT ALLOWED-MS: the kernel becomes what it was, never wrong for longer than allowed.
converge() {
	WRONG_MS=0 WRONG_SINCE=
	expect_within "$1: the kernel becomes what it was" 60 look || return
	if [ "$WRONG_MS" -le "$2" ]; then
		ok "$1: no wrong route on the way"
	else
		not_ok "$1: wrong for $WRONG_MS ms"
		head -n 20 "$LOGS/wrong"
	fi
}

# State a of a daemon's life at which it is killed again: it has just been started.
killed_twice() {
	local restart=$1 label=$2
	"$restart"
	until_ms 300 false
	kill_hard "$label"
	"$restart"
}

ACTIVE=12
article_start
wait_for "the whole table" 30 learned_all
wait_for "the kernel's routes" 30 look

kill_hard hotfibd
hotfibd_start
converge "hotfibd killed" 0
kill_hard hotfibd
killed_twice hotfibd_start hotfibd
converge "hotfibd killed while it starts" 0

kill_hard ovs
ovs_restart
converge "the agent killed" 0

kill_hard bird
bird_start
converge "BIRD killed" 2000
kill_hard bird
killed_twice bird_start bird
converge "BIRD killed while it starts" 2000

kill_hard bird
kill_hard hotfibd
hotfibd_start
bird_start
converge "BIRD and hotfibd killed" 2000

kill_hard up134
feed up134 10.0.0.134 10.0.0.136 65134 ipv4
converge "an upstream peer killed" 2000

check "every address goes where BIRD's RIB says at the end" forwarding_is_right
echo "looked at the kernel $LOOKS times"
net_end
