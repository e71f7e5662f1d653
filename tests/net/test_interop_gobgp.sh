#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# GoBGP with conf/gobgp/ as it is shipped, two daemons because it has one table: `full` has the
# upstreams' table and hands it over, `target` takes the selection. Topology: interop.sh.
#
# GoBGP 3 asks for no route refresh (its `softresetin` reads what it has kept), and sends a text with
# a reset but not with a shutdown.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
# shellcheck disable=SC2034 # interop.sh's
DAEMON=GoBGP KEEPS=yes
net_begin ip curl jq ethtool nstat gobgpd gobgp

# FILE ADDRESS NEW: the block of the session to hotfibd, over IPv6.
session6() {
	awk -v RS= -v ORS='\n\n' -v address="\"$2\"" '
		/^\[\[neighbors\]\]/ && index($0, address)' "$1" | sed "s/$2/$3/"
}

daemon_config() {
	cp "$ROOT/conf/gobgp/full.toml" "$ROOT/conf/gobgp/target.toml" "$LOGS/"
	[ $# -gt 0 ] || return
	sed -i "s/# auth-password = .*/auth-password = \"$1\"/" "$LOGS"/{full,target}.toml
	session6 "$LOGS/full.toml" 127.0.0.1 ::1 >"$DIR/full6"
	session6 "$LOGS/target.toml" 10.0.0.136 fc00:136::1 >"$DIR/target6"
	cat "$DIR/full6" >>"$LOGS/full.toml"
	cat "$DIR/target6" >>"$LOGS/target.toml"
}

gobgp_start() {
	spawn "$1" sw gobgpd -t toml -f "$LOGS/$1.toml" --api-hosts "127.0.0.1:$2" \
		--pprof-disable --log-level info
}

daemon_start() {
	gobgp_start full 50051
	gobgp_start target 50052
}

daemon_kill() {
	kill_hard target
	kill_hard full
}

full() {
	run_in sw gobgp -u 127.0.0.1 -p 50051 "$@"
}

target() {
	run_in sw gobgp -u 127.0.0.1 -p 50052 "$@"
}

pushed_routes() {
	{ target -j global rib -a ipv4 && target -j global rib -a ipv6; } | jq -r '
		def attr(t): .attrs[] | select(.type == t);
		to_entries[] | .key as $p | .value[] |
		([attr(3).nexthop] + [attr(14).nexthop] | first) as $nh |
		"\($p) \($nh) \([attr(2).as_paths[].asns[]] | join(",")) origin=" +
		(["IGP", "EGP", "INCOMPLETE"][attr(1).value]) +
		([attr(4) | " med=\(.metric)"] | join("")) +
		([attr(8) | " communities=" + ([.communities[] |
			"\(. / 65536 | floor):\(. % 65536)"] | join(","))] | join(""))'
}

interop_topology
hotfibd_config
daemon_config
feeds_start --hold 30
hotfibd_start
daemon_start
scene_table
skip "GoBGP asks hotfibd to refresh: its softresetin reads what it has kept"
scene_refresh_asked

full neighbor 127.0.0.1 reset --reason "works on line 7" >/dev/null
expect_within "hotfibd is told that GoBGP resets the learning session, and why" 20 \
	neighbor_is reflector '.lastError | test("Administrative Reset: works on line 7")'
check "GoBGP keeps the selection meanwhile" converged

scene_daemon_killed
scene_hotfibd_restarts
scene_md5
net_end
