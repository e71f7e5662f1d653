#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# FRR with one table for what hotfibd learns and what it pushes. With ADD-PATH, as in the shipped
# conf/frr/frr-addpath.conf, it works. Without it FRR withdraws the real path, or replaces it by
# ours: hotfibd notices, stops, takes everything back, and nothing oscillates. Topology: interop.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
# shellcheck source=tests/net/frr.sh
. "$ROOT/tests/net/frr.sh"
net_begin ip curl jq ethtool zebra vtysh "$FRR/bgpd"

# bgpd_start [SED-SCRIPT]: with the shipped configuration, or what the script makes of it.
bgpd_start() {
	local ups
	ups=$(api sw /api/v1/status | jq '[.neighbors[].establishedCount] | add')
	[ ! -e "$DIR/bgpd.pid" ] || kill_hard bgpd
	sed "${1:-}" "$ROOT/conf/frr/frr-addpath.conf" >"$RUN/frr.conf"
	cp "$RUN/frr.conf" "$LOGS/"
	frr_daemon bgpd -f "$RUN/frr.conf"
	wait_for "both sessions" 40 status_is "([.neighbors[].establishedCount] | add) == $ups + 2"
}

vty() {
	run_in sw vtysh --vty_socket "$RUN" -d bgpd -c "$1"
}

# What FRR has from the target session, as interop.sh writes routes.
pushed_routes() {
	local f
	for f in ipv4 ipv6; do
		vty "show bgp $f unicast json detail" | jq -r '
			.routes | to_entries[] | .key as $p | .value[] |
			select(.peer.peerId == "10.0.0.136") |
			"\($p) \(.nexthops[0].ip) \(.aspath.string | gsub(" "; ",")) origin=\(.origin)" +
			(if has("metric") and .metric != 0 then " med=\(.metric)" else "" end) +
			(if has("community") then " communities=\(.community.string | gsub(" "; ","))"
			 else "" end)'
	done | sed 's/origin=incomplete/origin=INCOMPLETE/'
}

status_is() {
	api_is sw /api/v1/status "$1"
}

installed() {
	api sw /api/v1/neighbor/target | jq '[.families[].installed] | add'
}

nothing_pushed() {
	[ "$(installed)" -eq 0 ] && [ -z "$(kernel_routes bgp)" ]
}

# The announcements that hotfibd has made, and what FRR has sent, as of now.
activity() {
	api sw /api/v1/status | jq -c '[.neighbors[] |
		[.routesAnnounced, .routesWithdrawn, (.families[] | .pushedPrefixesAdded, .pushedPrefixesRemoved)]]'
}

# SECONDS of the daemon's own time during which nothing is announced or withdrawn, either way.
quiet_for() {
	local before up
	before=$(activity)
	up=$(api sw /api/v1/status | jq .totals.uptimeSeconds)
	until_ms 30000 status_is ".totals.uptimeSeconds > $up + $1"
	diff <(echo "$before") <(activity)
}

stopped() {
	status_is '.routers[0].pushStopped | test("feeds back")' &&
		status_is 'any(.problems[]; test("feeds back.*ADD-PATH"))'
}

# The real table is learned, whole, and nothing of ours in it.
learned_is_real() {
	learned_count "$EACH" && learned_is_truth
}

scene_stops() {
	expect_within "$1: hotfibd notices, stops and says what helps" 60 stopped
	expect_within "... takes back what it has pushed" 20 nothing_pushed
	expect_within "... and has the whole real table" 20 learned_is_real
	check "... nothing oscillates" quiet_for 8
	hotfib_ show status >"$DIR/status"
	check "... hotfib says so and exits with 3" eval "[ $? -eq 3 ] && grep -q 'ADD-PATH' '$DIR/status'"
	check "... and so do the metrics" eval "api sw /metrics | grep 'hotfib_push_stopped{.*} 1'"
	check "... and the events" eval "api sw /api/v1/events | jq -e 'any(.events[]; .kind == \"feedback\")'"
}

interop_topology
addr sw up0 10.0.0.137/24
hotfibd_config
sed -i -e 's/listen = \[ "127.0.0.1", "10.0.0.136" \]/listen = [ "10.0.0.137", "10.0.0.136" ]/' \
	-e 's/address = "127.0.0.1"/address = "10.0.0.136"; local-address = "10.0.0.137"/' \
	-e '/name = "target"/,/role/s/address = "10.0.0.136"/&; local-address = "10.0.0.136"/' \
	-e 's/^target: {/& synthetic = false;/' "$DIR/hotfib.conf"
cp "$DIR/hotfib.conf" "$LOGS/"
frr_place
feeds_start --listen
hotfibd_start
sed -n '/this is zebra.conf/,/match tag/s/^!   //p' "$ROOT/conf/frr/frr-addpath.conf" >"$RUN/zebra.conf"
[ "$(wc -l <"$RUN/zebra.conf")" -eq 4 ] || bail "zebra's part of the configuration is not 4 lines"
frr_zebra "$RUN/zebra.conf"

KERNEL_PROTO=bgp
bgpd_start
expect_within "with ADD-PATH hotfibd learns FRR's one table" 40 learned_is_real
traffic_start
expect_within "... the active prefixes are pushed, and the kernel has no other" 40 converged
check "... the real paths stay visible, all of them" learned_is_real
check "... and nothing is stopped, or changes any more" quiet_for 5

# A reflector's client is sent our own paths, too.
bgpd_start 's/^  neighbor 10.0.0.137 addpath-tx-all-paths/&\n  neighbor 10.0.0.137 route-reflector-client/'
expect_within "with our own paths reflected beside the real ones, it is the same" 60 converged
expect_within "... they are known by their ORIGINATOR_ID, counted" 20 \
	neighbor_is reflector 'all(.families[]; .ownPaths > 0)'
expect_within "... and ignored" 40 learned_is_real
own_is_shown() {
	hotfib_ show route "$(pushed_routes | awk 'NR == 1 { print $1 }')" >"$DIR/said"
	cat "$DIR/said"
	grep -qE '^ignored path, from reflector at .*, path id [0-9]+$' "$DIR/said" &&
		grep -qE '^  because .*our own' "$DIR/said" && grep -qE '^path 1, .*, best$' "$DIR/said"
}
expect_within "... and shown as ignored beside the real path" 20 own_is_shown
gone=$(awk '$2 == "10.0.0.134" { print $1; exit }' "$DIR/active")
say up65134 "withdraw $gone"
real_gone() {
	! kernel_routes bgp | grep -q "^$gone " && ! pushed_routes | grep -q "^$gone "
}
expect_within "the real path of $gone is withdrawn: ours follows" 20 real_gone
say up65134 "announce $gone"
expect_within "... and returns with it" 20 eval "kernel_routes bgp | grep '^$gone '"

# What is pushed becomes the best; FRR tells nobody of it who is no client, and withdraws the rest.
bgpd_start '/addpath-tx-all-paths/d'
scene_stops "without ADD-PATH"

# A client is told: our own path instead of the real one.
bgpd_start 's/^  neighbor 10.0.0.137 addpath-tx-all-paths/  neighbor 10.0.0.137 route-reflector-client/'
scene_stops "without ADD-PATH, our own path comes back"

bgpd_start
expect_within "with ADD-PATH again, pushing goes on" 60 converged
check "... and nothing is stopped" status_is '.routers[0] | has("pushStopped") | not'
net_end
