#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# GoBGP, which has one table, as two daemons: `full` has the upstreams' table and hands it over,
# `target` takes the selection. Topology: interop.sh.
#
# GoBGP 3 asks for no route refresh (its `softresetin` reads what it has kept), and sends a text with
# a reset but not with a shutdown.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
net_begin ip curl jq ethtool gobgpd gobgp

# ADDRESS AS, and settings of the transport: a neighbour of both families or of its own.
neighbor_conf() {
	local family
	cat <<-END
		[[neighbors]]
		  [neighbors.config]
		    neighbor-address = "$1"
		    peer-as = $2
		  [neighbors.timers.config]
		    connect-retry = 1
		    idle-hold-time-after-reset = 1
		  [neighbors.transport.config]
		    $3
		    $4
	END
	# Without graceful restart GoBGP sends no End-of-RIB, and hotfibd waits longer.
	[ "$2" != 65136 ] || cat <<-END
		  [neighbors.route-reflector.config]
		    route-reflector-client = true
		    route-reflector-cluster-id = "10.0.0.136"
		  [neighbors.graceful-restart.config]
		    enabled = true
		    restart-time = 20
	END
	for family in $5; do
		printf '  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n'
		printf '      afi-safi-name = "%s-unicast"\n' "$family"
		printf '    [neighbors.afi-safis.mp-graceful-restart.config]\n      enabled = true\n'
	done
}

gobgp_conf() {
	local u
	printf '[global.config]\n  as = 65136\n  router-id = "10.0.0.136"\n  port = 179\n'
	neighbor_conf 127.0.0.1 65136 "remote-port = 1179" 'local-address = "127.0.0.1"' "ipv4 ipv6"
	for u in $UPSTREAMS; do
		case $u in
		*:*) neighbor_conf "$u" "$(as_of "$u")" "passive-mode = true" "" ipv6 ;;
		*) neighbor_conf "$u" "$(as_of "$u")" "passive-mode = true" "" ipv4 ;;
		esac
	done >"$DIR/upstreams.conf"
	cat "$DIR/upstreams.conf"
}

target_conf() {
	printf '[global.config]\n  as = 65136\n  router-id = "10.0.0.137"\n  port = -1\n'
	neighbor_conf 10.0.0.136 65136 "remote-port = 1179" 'local-address = "10.0.0.136"' \
		"ipv4 ipv6"
}

gobgp_start() {
	local port=50051
	[ "$1" = full ] || port=50052
	spawn "$1" sw gobgpd -t toml -f "$DIR/$1.toml" --api-hosts "127.0.0.1:$port" \
		--pprof-disable --log-level info
}

full() {
	run_in sw gobgp -u 127.0.0.1 -p 50051 "$@"
}

target() {
	run_in sw gobgp -u 127.0.0.1 -p 50052 "$@"
}

# What the target holds, as interop.sh writes routes.
gobgp_pushed() {
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
gobgp_conf >"$DIR/full.toml"
target_conf >"$DIR/target.toml"
feeds_start --hold 30
hotfibd_start
gobgp_start full
gobgp_start target

expect_within "hotfibd learns the table" 40 learned_count $EACH
check "... with every attribute" learned_is_truth
expect_within "GoBGP takes the target session" 20 neighbor_up target
traffic_start
expect_within "the active prefixes reach GoBGP, and nothing else" 20 pushed_is gobgp_pushed
full neighbor 127.0.0.1 reset --reason "works on line 7" >/dev/null
expect_within "hotfibd is told that GoBGP resets the learning session, and why" 5 \
	neighbor_is reflector '.lastError | test("Administrative Reset: works on line 7")'
check "GoBGP keeps the selection meanwhile" pushed_is gobgp_pushed

kill_hard target
kill_hard full
gobgp_start target
gobgp_start full
expect_within "after both GoBGP were killed the target gets the selection again" 40 \
	pushed_is gobgp_pushed
expect_within "... and hotfibd the table" 40 neighbor_is reflector \
	'.state == "established" and .families.ipv4.endOfRib and .families.ipv6.endOfRib'
check "it is what GoBGP says" learned_is_truth

kill_hard hotfibd
hotfibd_start
expect_within "after hotfibd was killed the target gets the selection again" 40 \
	pushed_is gobgp_pushed
check "hotfibd's table is what GoBGP says" learned_is_truth

stop hotfibd
expect_within "GoBGP is told why hotfibd closes the target session" 5 \
	log_has target "hotfibd is stopping"
net_end
