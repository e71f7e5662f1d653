#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A routing table of its own (netlink.table), on a kernel that tells a change of a nexthop object once
# for each of its routes (nexthop_compat_mode) and does not let that be changed; and a reload that
# would make the target another one. Topology: netlink.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

EACH=200
TABLE=100

# The routes of a table, as PREFIX.
in_table() {
	{
		sw -4 route show table "$1" proto "$PROTOCOL"
		sw -6 route show table "$1" proto "$PROTOCOL"
	} 2>/dev/null | awk '{ print $1 }' | LC_ALL=C sort
}

table_is() {
	in_table "$1" >"$DIR/table"
	diff "$2" "$DIR/table" | head -n 10
	cmp -s "$2" "$DIR/table"
}

awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++) {
	printf "20.0.%d.0/24 65001 192.0.2.1\n", i
	printf "2a10:%x::/32 65001 2001:db8::1\n", i
} }' >"$DIR/one.list"
awk '{ print $1 }' "$DIR/one.list" | LC_ALL=C sort >"$DIR/always"
: >"$DIR/none"

netlink_topology
sw route add 192.0.2.0/24 via 10.0.0.134 proto static
sw -6 route add 2001:db8::/64 via fc00:136::2 proto static
run_in sw sysctl -qw net.ipv4.nexthop_compat_mode=1
# Of the main table, at the same prefix and our metric: no affair of ours.
sw route add 20.0.9.0/24 via 10.0.1.134 metric "$METRIC" proto static
ALWAYS=$DIR/always
hotfibd_config 1000 "table = $TABLE" 'audit-interval = 3'
# shellcheck disable=SC2016 # for the shell inside
spawn hotfibd sw sh -c 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
	exec "$@"' sh "$BIN/hotfibd" -c "$DIR/hotfib.conf" -d
wait_for "hotfibd" 10 api sw /version
feed one
expect_within "all routes are in the table of ours" 60 table_is $TABLE "$DIR/always"
check "and none in the main one" table_is main "$DIR/none"
check "it says what it could not set" log_has hotfibd 'cannot set .*nexthop_compat_mode to 0'

spawn monitor sw ip monitor nexthop route
until_ms 1000 false # until it listens
sw route replace 192.0.2.0/24 via 10.0.0.135 proto static
sw -6 route replace 2001:db8::/64 via fc00:136::3 proto static
followed() {
	[ "$(sw nexthop show proto "$PROTOCOL" | grep -cE 'via (10.0.0.135|fc00:136::3) ')" -eq 2 ]
}
expect_within "a gateway that changes" 15 followed
until_ms 7000 false # two audits
check "is one message for each family" [ "$(grep -cE '^id ' "$LOGS/monitor.log")" -eq 2 ]
# Each route once: the kernel's echo. Were it taken for another's doing, there would be more.
echoes() {
	local n
	n=$(grep -cE "^(20\.|2a10)" "$LOGS/monitor.log")
	echo "$n echoes"
	[ "$n" -ge "$EACH" ] && [ "$n" -le $((2 * EACH)) ]
}
check "its echoes lead to nothing" echoes
check "no repair was made" eval "! log_has hotfibd 'repaired='"
check "all is as it was" table_is $TABLE "$DIR/always"
sw route flush table $TABLE proto "$PROTOCOL"
expect_within "what somebody deletes there is put back" 15 table_is $TABLE "$DIR/always"

# --- another kind of target: its privileges are settled at the start -----------------------------------------------------------------------

cp "$DIR/hotfib.conf" "$DIR/netlink.conf"
sed '/name = "two"/,/}/d' "$DIR/hotfib.conf" >"$DIR/one.conf"
sed 's/router = "edge" },$/&\n{ name = "sink", address = "10.0.1.134", local-as = 65136, remote-as = 65136,\n router-id = "10.0.0.136", role = "push" }/
	s/via = \[ "netlink" \]/via = [ "sink" ]/' "$DIR/one.conf" >"$DIR/sink.conf"
cat "$DIR/sink.conf" >"$LOGS/sink.conf"
reload() {
	cp "$1" "$DIR/hotfib.conf"
	hotfib_ reload
}
refused() {
	! reload "$DIR/sink.conf" >"$DIR/reload.out" 2>&1 && cat "$DIR/reload.out" &&
		grep -q 'needs a restart: netlink in target.via' "$DIR/reload.out"
}
same_sessions() {
	api sw /api/v1/neighbors | jq -r '.neighbors[] | "\(.name) \(.startTime) \(.establishedCount)"' \
		>"$DIR/sessions.now"
	diff "$DIR/sessions" "$DIR/sessions.now"
}
same_sessions >"$DIR/diff" 2>&1 || mv "$DIR/sessions.now" "$DIR/sessions"
check "a target that is to be a BGP neighbour instead is refused, with the reason" refused
check "and nothing has changed: the kernel's table" table_is $TABLE "$DIR/always"
check "nor the sessions" same_sessions
check "what can be changed is" eval "sed -i 's/capacity6 = 1000/capacity6 = 0/' '$DIR/netlink.conf' &&
	reload '$DIR/netlink.conf'"
grep -v : "$DIR/always" >"$DIR/always4"
expect_within "as it says" 30 table_is $TABLE "$DIR/always4"
check "the static route has not noticed any of that" grep -q 'via 10.0.1.134' <(sw route show 20.0.9.0/24 proto static)
net_end
