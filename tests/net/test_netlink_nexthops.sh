#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Next hops of other kinds in the kernel: IPv4 routes by an IPv6 next hop (RFC 8950), with the
# link-local address that comes with it (RFC 2545), and IPv6 routes whose next hop is a link-local
# address alone; with nexthop objects and without. Packets go where routes say. Topology: netlink.sh;
# BIRD is one of the upstream routers.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip bird curl jq ethtool python3

EACH=20

# --- BIRD announces IPv4 and IPv6 over one IPv6 session, each by its own address ------------------

bird_start() {
	cat >"$DIR/bird.conf" <<-END
		router id 10.0.0.200;
		protocol device { }
		protocol direct { ipv6; interface "sw1"; }
		protocol static { ipv4; $(for i in $(seq $EACH); do
			echo "route 23.0.$i.0/24 blackhole;"
		done) }
		protocol static { ipv6; $(for i in $(seq $EACH); do
			echo "route 2a13:$i::/32 blackhole;"
		done) }
		protocol bgp switch {
			local fc00:137::2 as 65200;
			neighbor fc00:137::1 port 1179 as 65136;
			connect delay time 1; error wait time 1, 1;
			ipv4 { extended next hop on; next hop self; import none; export where source = RTS_STATIC; };
			ipv6 { next hop self; import none; export where source = RTS_STATIC; };
		}
	END
	spawn bird up bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
}

# A router of which only its link-local address is known.
awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++)
	printf "2a12:%x::/32 65001 fe80::77\n", i
}' >"$DIR/one.list"

netlink_topology
addr up sw0 fe80::77/64
# Somewhere to go.
ip -n "$(ns up)" addr add 23.0.1.1/32 dev lo
ip -n "$(ns up)" -6 addr add 2a13:1::1/128 dev lo
ip -n "$(ns up)" -6 addr add 2a12:1::1/128 dev lo
bird_link_local() {
	link_local=$(ip -n "$(ns up)" -j -6 addr show dev sw1 scope link |
		jq -r 'first(.[].addr_info[]?.local // empty)')
	[ -n "$link_local" ]
}
wait_for "a link-local address" 20 bird_link_local
{ awk '{ print $1 }' "$DIR/one.list" && for i in $(seq $EACH); do
	echo "23.0.$i.0/24" && echo "2a13:$i::/32"
done; } >"$DIR/always"
{ awk '{ print $1, $3 }' "$DIR/one.list" && for i in $(seq $EACH); do
	echo "23.0.$i.0/24 $link_local" && echo "2a13:$i::/32 $link_local"
done; } | LC_ALL=C sort >"$DIR/expected"

ALWAYS=$DIR/always
NEIGHBORS=', { name = "bird", address = "fc00:137::2", local-as = 65136, remote-as = 65200,
	router-id = "10.0.0.136", role = "learn", router = "edge" }'
begin() {
	[ ! -e "$DIR/hotfibd.pid" ] || kill_hard hotfibd
	hotfibd_config 1000 'audit-interval = 3' "$1"
	hotfibd_start
}

# Nobody listens there, and says so.
reached() {
	run_in sw python3 - "$1" <<-'END'
		import socket, sys
		try:
		    socket.create_connection((sys.argv[1], 1), 3).close()
		except ConnectionRefusedError:
		    pass
	END
}

# How an IPv4 route by an IPv6 gateway is: `via` what, where.
by_ipv6() {
	sw route show 23.0.1.0/24 proto "$PROTOCOL"
	sw nexthop show proto "$PROTOCOL"
	{ sw route show 23.0.1.0/24 proto "$PROTOCOL" && sw nexthop show proto "$PROTOCOL"; } |
		grep -E "via (inet6 )?$link_local dev up1"
}

begin 'nexthop-objects = true'
feed one
bird_start
without_neighbour() {
	log_has hotfibd 'next hop fe80::77 is unresolved: no single interface has this link-local neighbour'
}
expect_within "a link-local next hop that is nobody's neighbour is told of" 60 without_neighbour
check "somebody talks to it" reached fe80::77%up0
for objects in true false; do
	how="with nexthop objects"
	[ $objects = true ] || how="without them"
	[ $objects = true ] || begin 'nexthop-objects = false'
	expect_within "$how: all routes are in the kernel" 60 kernel_is "$DIR/expected"
	check "$how: IPv4 goes by the IPv6 gateway's link-local address" by_ipv6
	for address in 23.0.1.1 2a13:1::1 2a12:1::1; do
		check "$how: packets to $address arrive" reached "$address"
	done
done

# The carriers go: so do all of them. And they come back.
ip -n "$(ns up)" link set sw0 down
ip -n "$(ns up)" link set sw1 down
expect_within "without a carrier they leave" 30 kernel_has 0
ip -n "$(ns up)" link set sw0 up
ip -n "$(ns up)" link set sw1 up
# An interface that was down has lost its IPv6 addresses.
addr up sw0 fe80::77/64
addr up sw1 fc00:137::2/64
talked() {
	reached fe80::77%up0 && kernel_is "$DIR/expected"
}
expect_within "and are back with it" 90 talked
net_end
