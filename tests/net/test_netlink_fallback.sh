#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Routes with next hops of their own, for a kernel without nexthop objects (nexthop-objects = false):
# gateways, several of them, links, what others do, and a restart. Then with objects and back: routes
# change over in place, and no object is left behind. Topology: netlink.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

EACH=50

awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++) {
	printf "20.0.%d.0/24 65001 10.0.0.134\n", i
	printf "2a10:%x::/32 65001 fc00:136::2\n", i
	printf "22.0.%d.0/24 65001 192.0.2.1\n", i
	printf "2a12:%x::/32 65001 2001:db8::1\n", i
} }' >"$DIR/one.list"
awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++)
	printf "21.0.%d.0/24 65001 10.0.1.134\n", i
}' >"$DIR/two.list"
cat "$DIR/one.list" "$DIR/two.list" | awk '{ print $1 }' >"$DIR/always"

# expect IPV4 IPV6: where the recursive ones go; several gateways with commas between them.
expect() {
	cat "$DIR/one.list" "$DIR/two.list" | awk -v v4="$1" -v v6="$2" '
		{ via = $3 == "192.0.2.1" ? v4 : $3 == "2001:db8::1" ? v6 : $3
		  n = split(via, gateways, ",")
		  for (i = 1; i <= n; i++) print $1, gateways[i] }' | LC_ALL=C sort >"$DIR/expected"
}

no_objects() {
	[ -z "$(sw nexthop show proto "$PROTOCOL")" ] || { sw nexthop show && return 1; }
}

by_object() {
	local n
	n=$({ sw route show proto "$PROTOCOL" && sw -6 route show proto "$PROTOCOL"; } | grep -c nhid)
	[ "$n" -eq "$1" ] || { echo "$n by object" && return 1; }
}

# begin SETTING: another life with this setting.
begin() {
	kill_hard hotfibd
	hotfibd_config 1000 'audit-interval = 3' "$1"
	hotfibd_start
}

netlink_topology
ALWAYS=$DIR/always
sw route add 192.0.2.0/24 via 10.0.0.134 proto static
sw -6 route add 2001:db8::/64 via fc00:136::2 proto static
hotfibd_config 1000 'audit-interval = 3' 'nexthop-objects = false'
hotfibd_start
feed one
feed two
traffic_start "$DIR/one.list" 500 # or it would wait for that
expect 10.0.0.134 fc00:136::2
expect_within "all are in the kernel" 30 kernel_is "$DIR/expected"
check "without any nexthop object" no_objects
check "hotfib diff finds no difference" hotfib_ diff

sw route replace 192.0.2.0/24 via 10.0.0.135 proto static
sw -6 route replace 2001:db8::/64 via fc00:136::3 proto static
expect 10.0.0.135 fc00:136::3
expect_within "a gateway that changes takes its routes along" 15 kernel_is "$DIR/expected"
sw route replace 192.0.2.0/24 proto static nexthop via 10.0.0.134 nexthop via 10.0.1.134
sw -6 route del 2001:db8::/64 proto static
sw -6 route add 2001:db8::/64 proto static nexthop via fc00:136::2 nexthop via fc00:137::2
expect 10.0.0.134,10.0.1.134 fc00:136::2,fc00:137::2
expect_within "two gateways are two next hops of each route" 15 kernel_is "$DIR/expected"

sw link set up1 down
gone() {
	expect 10.0.0.134 fc00:136::2
	sed -i '/^21\./d' "$DIR/expected"
	kernel_is "$DIR/expected"
}
expect_within "one of them goes with its interface, and so do routes by it alone" 15 gone
sw link set up1 up
addr sw up1 fc00:137::1/64
sw route replace 192.0.2.0/24 proto static nexthop via 10.0.0.134 nexthop via 10.0.1.134
sw -6 route del 2001:db8::/64 proto static
sw -6 route add 2001:db8::/64 proto static nexthop via fc00:136::2 nexthop via fc00:137::2
expect 10.0.0.134,10.0.1.134 fc00:136::2,fc00:137::2
expect_within "all is back with it" 30 kernel_is "$DIR/expected"

sw route del 20.0.5.0/24 proto "$PROTOCOL" metric "$METRIC"
sw -6 route del 2a10:5::/32 proto "$PROTOCOL" metric "$METRIC"
sw route replace 20.0.6.0/24 via 10.0.1.134 metric "$METRIC" proto static
sw -6 route replace 2a10:6::/32 via fc00:137::2 metric "$METRIC" proto static
expect_within "what others delete or replace is put right" 15 kernel_is "$DIR/expected"
sw route flush proto "$PROTOCOL"
expect_within "all of them, too" 15 kernel_is "$DIR/expected"

# --- restart, and the other way to do it --------------------------------------------------------

spawn watch sw ip monitor nexthop route
until_ms 1000 false # until it listens
begin 'nexthop-objects = false'
held() {
	[ "$(hotfib_ show status -j | jq '[.routers[0].families[].installed] | add')" -eq $((5 * EACH)) ]
}
wait_for "the table" 30 learned $((3 * EACH)) $((2 * EACH))
wait_for "its entries" 60 held
until_ms 7000 false # two audits
check "a restart finds them as they should be" kernel_is "$DIR/expected"
check "and changes nothing" [ "$(grep -cE '^(Deleted )?(2[0-2]\.|2a1|id )' "$LOGS/watch.log")" -eq 0 ]

begin 'nexthop-objects = true'
expect_within "then with objects, each in its place" 60 by_object $((5 * EACH))
check "with the same next hops" kernel_is "$DIR/expected"
check "none was removed on the way" [ "$(grep -cE '^Deleted (2[0-2]\.|2a1)' "$LOGS/watch.log")" -eq 0 ]
begin 'nexthop-objects = false'
expect_within "and back without them" 60 by_object 0
check "to the same again" kernel_is "$DIR/expected"
expect_within "no object is left behind" 30 no_objects
check "no route was removed on the way" [ "$(grep -cE '^Deleted (2[0-2]\.|2a1)' "$LOGS/watch.log")" -eq 0 ]
net_end
