#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# `hotfib simulate` on a running daemon with a large table and traffic: one call answers for all
# sizes, while the daemon goes on answering others, and a client that goes away or a daemon that
# stops in the middle leaves nothing behind.
#
#   +-- sw --------------------------------------------------+
#   |  hotfib-lab feed -> :1179 hotfibd :6343 <- lab traffic  |
#   +--------------------------------------------------------+
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip curl jq
ROUTES=100000

simulate() {
	run_in sw "$BIN/hotfib" -s "$DIR/hotfib.sock" simulate "$@"
}

learned() {
	api_is sw /api/v1/status \
		".routers[0].families.ipv4 | .prefixes == $ROUTES and .active > 3000"
}

# The curve rises, keeps below its bound, and `priced` is not behind `top`.
curve_is_sane() {
	simulate -j --n 500,2k,8k >"$DIR/curve.json" || return 1
	cat "$DIR/curve.json"
	jq -e '(.points | length == 3 and (map(.entries) == [500, 2000, 8000]))
		and ([.points[].priced.coverage] | . == sort and .[0] > 0)
		and (.points | all(.priced.coverage <= .bound + 1e-9 and
			.priced.used <= .entries and .priced.coverage >= .top.coverage - 0.001))
		and (.needed | map(.coverage) == [0.9, 0.95, 0.99, 0.999])' "$DIR/curve.json"
}

children() {
	run_in sw pgrep -c -P "$(pid_of hotfibd)"
}

none_is_left() {
	[ "$(children)" = 0 ]
}

# The process of a simulation is stopped, and so takes as long as the test likes.
held() {
	CHILD=$(run_in sw pgrep -P "$(pid_of hotfibd)") && kill -STOP "$CHILD" &&
		[ "$(ps -o state= -p "$CHILD")" = T ]
}

both_are_connected() {
	[ "$(run_in sw ss -Hx state established | grep -c "$DIR/hotfib.sock")" -ge 2 ]
}

others_are_answered() {
	local job answered=no
	simulate -j --n 700 >"$DIR/slow.json" &
	job=$!
	until_ms 60000 held || return 1
	! until_ms 60000 api_is sw /api/v1/status '.routers[0].name == "edge"' || answered=yes
	kill -CONT "$CHILD"
	wait "$job" && jq -e '.points[0].entries == 700' "$DIR/slow.json" && [ "$answered" = yes ]
}

# The second comes while the first is held, so however late it is it meets the same simulation.
both_at_once_are_one() {
	local first second
	simulate -j --n 900 >"$DIR/a.json" &
	first=$!
	until_ms 60000 held || return 1
	simulate -j --n 900 >"$DIR/b.json" &
	second=$!
	until_ms 60000 both_are_connected
	kill -CONT "$CHILD"
	wait "$first" && wait "$second" && cmp "$DIR/a.json" "$DIR/b.json"
}

ns_add sw
addr sw lo 10.0.0.136/32
cat >"$DIR/hotfib.conf" <<-CONF
	bgp: {
	  listen = [ "0.0.0.0" ]; port = 1179;
	  neighbors = ( { name = "feed", address = "10.0.0.136", local-as = 65000,
	    router-id = "0.0.0.1", role = "learn", router = "edge" } )
	}
	sflow: { listen = [ "127.0.0.1:6343" ];
	  agents = ( { address = "198.18.0.1", sources = [ "127.0.0.1" ], router = "edge" } ) }
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
CONF
spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 60 api sw /version
spawn feed sw "$BIN/hotfib-lab" feed --local 10.0.0.136 --remote 10.0.0.136 --port 1179 \
	--as 65000 --router-id 10.0.0.136 --packed --only-ipv4 --ipv4 $ROUTES
spawn traffic sw "$BIN/hotfib-lab" traffic --samples 5000 --only-ipv4 --ipv4 $ROUTES
wait_for "table and traffic" 180 learned

check "one call gives the curve" curve_is_sane
check "the same as a table for people" simulate --n 500,2k
check "others are answered while it runs" others_are_answered
check "the same question twice at once is one simulation" both_at_once_are_one
check "unknown sizes are refused" eval '! simulate --n 5,x'
simulate --n 1234 >/dev/null 2>&1 &
client=$!
wait_for "a simulation" 60 held
kill -KILL "$(pgrep -P $client)"
wait $client
kill -CONT "$CHILD"
expect_within "a client that went away leaves no process" 180 none_is_left
# One that would never end, and whose client goes away.
hang() {
	run_in sw timeout -s KILL 3 "$BIN/hotfib" -s "$DIR/hotfib.sock" simulate --n 2345 >/dev/null 2>&1 &
	local client=$!
	until_ms 10000 eval '! none_is_left' && run_in sw pkill -STOP -P "$(pid_of hotfibd)" || return 1
	wait "$client"
	! none_is_left
}
if hang; then
	expect_within "another question does not wait for one that nobody waits for" 30 simulate --n 700
	expect_within "which is stopped" 10 none_is_left
else
	not_ok "no simulation to stop"
fi
simulate --n 4321 >/dev/null 2>&1 &
expect_within "a simulation runs" 60 held
signal TERM hotfibd
expect_within "hotfibd stops in the middle of it" 60 eval '! alive hotfibd'
check "... and the simulation with it" eval "! kill -0 $CHILD"
rm "$DIR/hotfibd.pid"
net_end
