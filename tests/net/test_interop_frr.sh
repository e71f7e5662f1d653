#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# FRR with conf/frr/frr.conf as it is shipped, and loaded as Debian does: the daemons start without a
# configuration, then `vtysh -b` gives them the one file. The full table in a view, the selection in
# the default instance and by zebra in the kernel. Topology: interop.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
# shellcheck source=tests/net/frr.sh
. "$ROOT/tests/net/frr.sh"
# shellcheck disable=SC2034 # interop.sh's
DAEMON=FRR KEEPS=yes KERNEL_PROTO=bgp
KERNEL_BUG="zebra 8.4 takes the end of a table in the view for the end of the selection"
net_begin ip curl jq ethtool nstat zebra vtysh "$FRR/bgpd"

# SECTION NEIGHBOR NEW: a section's lines about a neighbor, for another one over IPv6.
session6() {
	sed -n "/^router bgp 65136$1\$/,/^!/p" "$RUN/frr.conf" |
		sed -n "/^router/p; /^ address-family ipv6/,/^ exit/{/^ [ae]/p; /$2/s/$2/$3/gp}
			/^ neighbor/s/$2/$3/gp"
}

daemon_config() {
	install -m 644 "$ROOT/conf/frr/frr.conf" "$RUN/frr.conf"
	if [ $# -gt 0 ]; then
		sed -i "s/^ ! \(neighbor .* password\) .*/ \1 $1/" "$RUN/frr.conf"
		{
			session6 "" 10.0.0.136 fc00:136::1
			session6 " view FULL" 127.0.0.1 ::1
		} >"$RUN/sessions6"
		cat "$RUN/sessions6" >>"$RUN/frr.conf"
	fi
	cp "$RUN/frr.conf" "$LOGS/"
}

# -p 0 as the file says: else FRR refuses the neighbor at an address of its own.
daemon_start() {
	rm -f "$RUN/bgpd.vty"
	frr_daemon bgpd -p 0 -f /dev/null
	wait_for "bgpd" 10 test -S "$RUN/bgpd.vty"
	touch "$RUN/vtysh.conf"
	run_in sw vtysh --vty_socket "$RUN" --config_dir "$RUN" -b >"$LOGS/vtysh-b.txt" 2>&1 ||
		bail "vtysh -b refuses the configuration: $(head -n 5 "$LOGS/vtysh-b.txt")"
}

daemon_kill() {
	kill_hard bgpd
}

vty() {
	local c args=()
	for c in "$@"; do
		args+=(-c "$c")
	done
	run_in sw vtysh --vty_socket "$RUN" -d bgpd "${args[@]}"
}

# What the default instance holds, as interop.sh writes routes.
pushed_routes() {
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

interop_topology
hotfibd_config
frr_place
daemon_config
feeds_start --listen
hotfibd_start
frr_zebra /dev/null
daemon_start
scene_table
scene_refresh vty "clear bgp * soft in"

view_reflector neighbor "shutdown message works on line 7"
expect_within "hotfibd is told why FRR shuts the learning session down" 20 \
	neighbor_is reflector '.lastError | test("works on line 7")'
check "FRR keeps the selection meanwhile" converged
view_reflector "no neighbor" shutdown
expect_within "the session comes back" 20 neighbor_up reflector

scene_daemon_killed
scene_hotfibd_restarts
scene_md5
net_end
