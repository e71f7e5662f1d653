#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# FRR with conf/frr/frr.conf as it is shipped: the full table in a view, the selection in the default
# instance and by zebra in the kernel. Topology: interop.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
FRR=/usr/lib/frr
PATH=$PATH:$FRR
net_begin ip curl jq ethtool zebra vtysh "$FRR/bgpd"

# The daemons run as Debian's user for them, so they get a place of their own.
frr_daemon() {
	local label=$1
	shift
	spawn "$label" sw "$FRR/$label" -u frr -g frr -i "$RUN/$label.pid" -z "$RUN/zserv.api" \
		--vty_socket "$RUN" --log stdout -P 0 "$@"
}

frr_start() {
	frr_daemon bgpd -f "$RUN/frr.conf"
}

vty() {
	local c args=()
	for c in "$@"; do
		args+=(-c "$c")
	done
	run_in sw vtysh --vty_socket "$RUN" -d bgpd "${args[@]}"
}

# What the default instance holds, as interop.sh writes routes.
frr_pushed() {
	awk '{ print "show bgp " ($1 ~ ":" ? "ipv6" : "ipv4") " unicast " $1 " json" }' \
		"$DIR/active" >"$DIR/asks"
	mapfile -t asks <"$DIR/asks"
	vty "${asks[@]}" | jq -r '
		.prefix as $p | .paths[] |
		"\($p) \(.nexthops[0].ip) \(.aspath.string | gsub(" "; ",")) origin=\(.origin)" +
		(if has("metric") then " med=\(.metric)" else "" end) +
		(if has("community") then " communities=\(.community.string | gsub(" "; ","))"
		 else "" end)' | sed 's/origin=incomplete/origin=INCOMPLETE/'
}

# What FRR was last told by the target session, in words.
frr_was_told() {
	vty "show bgp neighbors 10.0.0.136 json" | grep -F "$1"
}

view_reflector() {
	vty "configure terminal" "router bgp 65136 view FULL" "$1 127.0.0.1 $2"
}

converged() {
	kernel_is_active bgp && pushed_is frr_pushed
}

interop_topology
hotfibd_config
RUN=$DIR/frr
chmod 711 "$DIR"
install -d -o frr -g frr "$RUN"
install -m 644 "$ROOT/conf/frr/frr.conf" "$RUN/frr.conf"
feeds_start --listen
hotfibd_start
frr_daemon zebra -f /dev/null
wait_for "zebra" 10 test -S "$RUN/zserv.api"
frr_start

expect_within "hotfibd learns the table from the view" 30 learned_count $EACH
check "... with every attribute" learned_is_truth
expect_within "FRR takes the target session" 15 neighbor_up target
traffic_start
expect_within "zebra puts exactly the active prefixes into the kernel" 15 kernel_is_active bgp
check "they reach FRR unchanged" pushed_is frr_pushed
check "hotfibd answers FRR's request to refresh IPv4 and IPv6" \
	refresh_answered vty "clear bgp * soft in"

view_reflector neighbor "shutdown message works on line 7"
expect_within "hotfibd is told why FRR shuts the learning session down" 5 \
	neighbor_is reflector '.lastError | test("works on line 7")'
check "the kernel's routes stay meanwhile" kernel_is_active bgp
view_reflector "no neighbor" shutdown
expect_within "the session comes back" 20 neighbor_up reflector

kill_hard bgpd
frr_start
expect_within "after FRR's bgpd was killed, the kernel becomes what it was" 40 converged
expect_within "... and hotfibd's table what FRR says" 20 learned_is_truth

kill_hard hotfibd
hotfibd_start
expect_within "after hotfibd was killed, the kernel becomes what it was" 40 converged
check "hotfibd's table is what FRR says" learned_is_truth

stop hotfibd
expect_within "FRR is told why hotfibd closes the target session" 5 \
	frr_was_told "hotfibd is stopping"
net_end
