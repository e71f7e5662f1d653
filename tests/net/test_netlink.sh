#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Active prefixes go straight into the kernel's table: routes of our protocol and metric, each by the
# nexthop object of its BGP next hop; next hops that are connected, recursive, ECMP, IPv6 for IPv4;
# links that go down, gateways that change, what somebody else does to our routes. Topology:
# netlink.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

netlink_topology
awk 'BEGIN { for (i = 1; i <= 100; i++) {
	printf "20.0.%d.0/24 65001 10.0.0.134\n", i
	printf "2a10:%x::/32 65001 fc00:136::2\n", i
} }' >"$DIR/one.list"
awk 'BEGIN { for (i = 1; i <= 100; i++) {
	printf "21.0.%d.0/24 65001 10.0.1.134\n", i
	printf "2a11:%x::/32 65001 fc00:137::2\n", i
} }' >"$DIR/two.list"
cat "$DIR/one.list" "$DIR/two.list" | awk '{ print $1 }' >"$DIR/always"
cat "$DIR/one.list" "$DIR/two.list" | awk '{ print $1, $3 }' | LC_ALL=C sort >"$DIR/expected"

ALWAYS=$DIR/always
hotfibd_config 1000
hotfibd_start
feed one
feed two
wait_for "the table" 20 learned 200
expect_within "the kernel holds exactly what is wanted" 20 kernel_is "$DIR/expected"
net_end
