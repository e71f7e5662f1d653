#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A stop and a start: routes stay in the kernel, averages in the state file, and under the same
# traffic the new life changes nothing. With on-exit = "withdraw" nothing stays. Topology: netlink.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

EACH=40
SELECTION=top # one entry a prefix

awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++) {
	printf "20.0.%d.0/24 65001 10.0.0.134\n", i
	printf "2a10:%x::/32 65001 fc00:136::2\n", i
	printf "30.0.%d.0/24 65001 10.0.0.134\n", i
} }' >"$DIR/one.list"
grep -v '^30' "$DIR/one.list" >"$DIR/active.list" # the others carry nothing
awk '{ print $1, $3 }' "$DIR/active.list" | LC_ALL=C sort >"$DIR/expected"

config() {
	hotfibd_config 1000
	printf 'state: { file = "%s" }\n' "$DIR/state" >>"$DIR/hotfib.conf"
	sed -i "s/headroom = 0/headroom = 0; on-exit = \"$1\"/" "$DIR/hotfib.conf"
}

# An orderly stop.
hotfibd_stop() {
	signal TERM hotfibd
	until_ms 10000 eval "! alive hotfibd" || bail "hotfibd does not stop"
	rm "$DIR/hotfibd.pid"
}

netlink_topology
config keep
hotfibd_start
feed one
traffic_start "$DIR/active.list" 2000
wait_for "the active prefixes in the kernel" 60 kernel_is "$DIR/expected"
hotfibd_stop
check "stopped, it leaves its routes" kernel_is "$DIR/expected"
check "and has written its state" test -s "$DIR/state"

spawn watch sw ip monitor nexthop route
until_ms 1000 false # until it listens
hotfibd_start
taken_over() {
	log_has hotfibd 'state router=edge family=ipv4 averages=[0-9]+' &&
		log_has hotfibd 'state router=edge family=ipv6 averages=[0-9]+'
}
expect_within "the next life takes averages over" 60 taken_over
until_ms 10000 false # five time constants: whatever it wants to change, it has by then
check "the kernel is as it was" kernel_is "$DIR/expected"
untouched() {
	! grep -E '^(Deleted )?(20\.|2a10|30\.|id )' "$LOGS/watch.log"
}
check "and nothing in it was touched" untouched
kill_hard watch

hotfibd_stop

config withdraw
hotfibd_start
wait_for "the same routes again" 60 kernel_is "$DIR/expected"
wait_for "the tables" 60 learned $((2 * EACH)) $EACH
hotfibd_stop
check "with on-exit = \"withdraw\" nothing stays" kernel_has 0
net_end
