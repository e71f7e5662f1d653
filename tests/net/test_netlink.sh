#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Active prefixes go straight into the kernel's table: routes of our protocol and metric, each by the
# nexthop object of its BGP next hop; next hops that are connected, recursive, several at once; links
# that go down, gateways that change, and what somebody else does to our routes. Topology:
# netlink.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

EACH=100

# 20/8 and 2a10::/16 by the peer `one`, 21/8 and 2a11::/16 by `two`; 22/8 by `one`, to a next hop that
# is not on a link.
awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++) {
	printf "20.0.%d.0/24 65001 10.0.0.134\n", i
	printf "2a10:%x::/32 65001 fc00:136::2\n", i
	printf "22.0.%d.0/24 65001 192.0.2.1\n", i
} }' >"$DIR/one.list"
awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++) {
	printf "21.0.%d.0/24 65001 10.0.1.134\n", i
	printf "2a11:%x::/32 65001 fc00:137::2\n", i
} }' >"$DIR/two.list"
cat "$DIR/one.list" "$DIR/two.list" | awk '{ print $1 }' >"$DIR/always"

# expect NEXTHOP...: what should be there: everything but what goes to 192.0.2.1, and that by these.
expect() {
	local nh
	cat "$DIR/one.list" "$DIR/two.list" | grep -v 192.0.2.1 | awk '{ print $1, $3 }' >"$DIR/e"
	for nh in "$@"; do
		awk -v nh="$nh" '$3 == "192.0.2.1" { print $1, nh }' "$DIR/one.list" >>"$DIR/e"
	done
	LC_ALL=C sort "$DIR/e" >"$DIR/expected"
}

netlink_topology
ALWAYS=$DIR/always
hotfibd_config 1000 'audit-interval = 5'
hotfibd_start
feed one
feed two
expect
expect_within "what has a resolved next hop is in the kernel, and nothing else" 30 \
	kernel_is "$DIR/expected"
nothing_else() {
	! sw route show proto "$PROTOCOL" | grep -v "metric $METRIC" &&
		! sw -6 route show proto "$PROTOCOL" | grep -v "metric $METRIC"
}
check "all have our metric" nothing_else
one_object() {
	[ "$(sw -j nexthop show proto "$PROTOCOL" | jq length)" -eq "$1" ] ||
		{ sw nexthop show && return 1; }
}
check "each next hop is one nexthop object" one_object 4
unresolved() {
	log_has hotfibd "next hop 192.0.2.1 is unresolved: no route to it"
}
check "it says why the others are not there" unresolved
managed() {
	sw neigh show 10.0.0.134 dev up0 | grep managed
}
check "the kernel keeps the gateway's neighbour resolved" managed

# --- recursive next hops ------------------------------------------------------------------------

sw route add 192.0.2.0/24 via 10.0.0.134 proto static
expect 10.0.0.134
expect_within "with a route to its next hop the rest is there" 10 kernel_is "$DIR/expected"

spawn monitor sw ip monitor nexthop route
until_ms 1000 false # until it listens
sw route replace 192.0.2.0/24 via 10.0.0.135 proto static
expect 10.0.0.135
expect_within "a gateway that changes takes all routes along" 10 kernel_is "$DIR/expected"
messages() {
	grep -c "^id .* via 10.0.0.135 " "$LOGS/monitor.log"
}
check "with one message" [ "$(messages)" -eq 1 ]
check "and no route was touched" [ "$(grep -c '^22\.' "$LOGS/monitor.log")" -eq 0 ]
kill_hard monitor

sw route replace 192.0.2.0/24 proto static nexthop via 10.0.0.134 nexthop via 10.0.1.134
expect 10.0.0.134 10.0.1.134
expect_within "two gateways are a group" 10 kernel_is "$DIR/expected"
ip -n "$(ns up)" link set sw1 down
down() {
	! kernel_routes | grep -E '^(21|2a11)' && [ "$(kernel_routes | grep -c '^22.* 10.0.0.134')" -eq "$EACH" ]
}
expect_within "a group loses a member with its carrier, and routes by the other link leave" 10 down
ip -n "$(ns up)" link set sw1 up
addr up sw1 fc00:137::2/64 2>/dev/null
sw route replace 192.0.2.0/24 proto static nexthop via 10.0.0.134 nexthop via 10.0.1.134
expect_within "when the carrier is back all is as it was" 30 kernel_is "$DIR/expected"
sw route del 192.0.2.0/24 proto static
expect
expect_within "without a route to their next hop, routes leave" 10 kernel_is "$DIR/expected"

# --- a link goes down ---------------------------------------------------------------------------

sw link set up1 down
only_one() {
	! kernel_routes | grep -E '^(21|2a11)' && [ "$(kernel_count)" -eq $((2 * EACH)) ]
}
expect_within "an interface that is down has no routes" 10 only_one
sw link set up1 up
addr sw up1 fc00:137::1/64
expect_within "and has them again when it is up" 30 kernel_is "$DIR/expected"
# Faster than it is looked at: each time the kernel drops the objects and all of their routes.
for _ in $(seq 10); do
	ip -n "$(ns up)" link set sw1 down
	ip -n "$(ns up)" link set sw1 up
done
addr up sw1 fc00:137::2/64
expect_within "a carrier that comes and goes ten times at once" 60 kernel_is "$DIR/expected"

# --- what others do -----------------------------------------------------------------------------

sw route del 20.0.5.0/24 proto "$PROTOCOL" metric "$METRIC"
sw -6 route del 2a10:5::/32 proto "$PROTOCOL" metric "$METRIC"
expect_within "a route that somebody deletes is put back" 20 kernel_is "$DIR/expected"
sw route replace 20.0.6.0/24 via 10.0.1.134 metric "$METRIC" proto static
sw -6 route replace 2a10:6::/32 via fc00:137::2 metric "$METRIC" proto static
expect_within "a route that somebody replaces is put right" 20 kernel_is "$DIR/expected"
check "hotfib diff finds no difference" hotfib_ diff
sw route flush proto "$PROTOCOL"
expect_within "when all are deleted all come back" 15 kernel_is "$DIR/expected"
sw nexthop flush proto "$PROTOCOL" >/dev/null
expect_within "when their nexthop objects are deleted, too" 15 kernel_is "$DIR/expected"
sw route add 99.0.0.0/8 via 10.0.0.134 metric "$METRIC" proto "$PROTOCOL"
expect_within "a route with our mark that is not wanted is removed" 15 kernel_is "$DIR/expected"

sw route add 20.0.7.128/25 via 10.0.1.134 proto static
sw -6 route add 2a10::/24 via fc00:137::2 proto static
carved() {
	! kernel_routes | grep -E '^20\.0\.7\.|^2a10:[0-9a-f]{1,2}::'
}
expect_within "nothing overlaps the routes of others" 10 carved
sw route del 20.0.7.128/25 proto static
sw -6 route del 2a10::/24 proto static
expect_within "it comes back when they have left" 10 kernel_is "$DIR/expected"

# --- restart ------------------------------------------------------------------------------------

spawn watch sw ip monitor nexthop route
until_ms 1000 false
kill_hard hotfibd
check "killed, it leaves its routes" kernel_is "$DIR/expected"
hotfibd_start
installed() {
	api sw /api/v1/installed >"$DIR/installed.json" &&
		[ "$(jq '.installed | length' "$DIR/installed.json")" -eq $((4 * EACH)) ]
}
wait_for "its entries" 60 installed
wait_for "the table" 30 learned $((3 * EACH)) $((2 * EACH))
until_ms 8000 false # two audits
check "started again it finds them as they should be" kernel_is "$DIR/expected"
check "and changes nothing" [ "$(grep -cE '^(Deleted )?(2[0-2]\.|2a1|id )' "$LOGS/watch.log")" -eq 0 ]
net_end
