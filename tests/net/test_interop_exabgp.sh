#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# ExaBGP, which keeps no table: it originates the routes that hotfibd learns, and a process of its
# interface writes down what the target session gets. Topology: interop.sh, without upstreams.
#
# ExaBGP 4 ends a session with graceful restart without a NOTIFICATION, and one with an interface for
# updates cannot decode a NOTIFICATION: no texts to look for.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
net_begin ip curl jq ethtool exabgp

neighbor_conf() {
	cat <<-END
		neighbor $1 {
		  router-id 10.0.0.136;
		  local-address $1;
		  local-as 65136;
		  peer-as 65136;
		  connect 1179;
		  hold-time 90;
		  family { ipv4 unicast; ipv6 unicast; }
		  capability { route-refresh enable; graceful-restart 20; }
		  $2
		}
	END
}

# The table, route by route.
announcements() {
	awk '{
		family = $1 ~ ":" ? "ipv6" : "ipv4"
		gsub(",", " ", $3)
		line = "unicast " $1 " next-hop " $2 " as-path [ " $3 " ]"
		for (i = 4; i <= NF; i++) {
			split($i, part, "=")
			value = tolower(part[2])
			gsub(",", " ", value)
			if (part[1] == "communities")
				line = line " community [ " value " ]"
			else
				line = line " " part[1] " " value
		}
		routes[family] = routes[family] line ";\n"
	}
	END { printf "announce { ipv4 {\n%s} ipv6 {\n%s} }\n", routes["ipv4"], routes["ipv6"] }' \
		"$DIR/truth"
}

exabgp_conf() {
	printf 'process pushed { run /bin/sh %s/process; encoder json; }\n' "$DIR"
	neighbor_conf 127.0.0.1 "$(announcements)"
	neighbor_conf 10.0.0.136 \
		"api { processes [ pushed ]; receive { parsed; update; } }"
}

# What it is told goes to a file, what we tell it comes from a FIFO.
exabgp_start() {
	: >"$DIR/updates"
	spawn exabgp sw env exabgp.daemon.drop=false exabgp.api.cli=false exabgp.log.level=INFO \
		exabgp "$DIR/exabgp.conf"
}

tell() {
	echo "$*" >"$DIR/tell"
}

# The messages put together, as interop.sh writes routes. A message may be half written.
exabgp_pushed() {
	jq -nrR '
		def text(p; nh; a): "\(p) \(nh) \(a["as-path"] | map(tostring) | join(",")) origin=" +
			(a.origin | ascii_upcase) +
			(if a.med != null then " med=\(a.med)" else "" end) +
			(if a.community != null then " communities=" +
				(a.community | map(map(tostring) | join(":")) | join(",")) else "" end);
		reduce (inputs | fromjson? | select(type == "object") |
		    .neighbor.message.update // empty) as $u ({};
			reduce (($u.withdraw // {})[][].nlri) as $p (.; del(.[$p])) |
			reduce (($u.announce // {})[] | to_entries[] | .key as $nh | .value[] |
			    select(type == "object" and has("nlri")) | [.nlri, $nh]) as $r
				(.; .[$r[0]] = text($r[0]; $r[1]; $u.attribute))) | .[]' "$DIR/updates"
}

interop_topology
hotfibd_config
mkfifo "$DIR/tell"
printf 'cat <>%s/tell &\nexec cat >>%s/updates\n' "$DIR" "$DIR" >"$DIR/process"
exabgp_conf >"$DIR/exabgp.conf"
hotfibd_start
exabgp_start

expect_within "hotfibd learns the table" 40 learned_count $EACH
check "... with every attribute" learned_is_truth
expect_within "ExaBGP takes the target session" 20 neighbor_up target
traffic_start
expect_within "the active prefixes reach ExaBGP, and nothing else" 20 pushed_is exabgp_pushed

both() {
	tell "neighbor 10.0.0.136 announce route-refresh ipv4 unicast"
	tell "neighbor 10.0.0.136 announce route-refresh ipv6 unicast"
}
check "hotfibd answers ExaBGP's request to refresh IPv4 and IPv6" refresh_answered both

tell "neighbor 127.0.0.1 teardown 4"
expect_within "hotfibd sees that ExaBGP ends the learning session" 5 neighbor_is reflector \
	'.lastError | test("closed by the peer")'
check "ExaBGP keeps the selection meanwhile" pushed_is exabgp_pushed

kill_hard exabgp
exabgp_start
expect_within "after ExaBGP was killed it gets the selection again" 40 pushed_is exabgp_pushed
expect_within "... and hotfibd the table" 40 learned_is_truth

kill_hard hotfibd
: >"$DIR/updates"
hotfibd_start
expect_within "after hotfibd was killed ExaBGP gets the selection again" 40 \
	pushed_is exabgp_pushed
check "hotfibd's table is what ExaBGP says" learned_is_truth
net_end
