#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# ExaBGP with conf/exabgp/exabgp.conf as it is shipped. It keeps no table: it says the routes that
# hotfibd learns, from a file, and writes down what the target session gets. Topology: interop.sh,
# without upstreams.
#
# ExaBGP 4 ends a session with graceful restart without a NOTIFICATION, and one with an interface for
# updates cannot decode a NOTIFICATION: no texts to look for. A request to refresh ends its session.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
# shellcheck disable=SC2034 # interop.sh's
DAEMON=ExaBGP KEEPS=no REFRESH_BUG="'RouteRefresh' object is not iterable"
net_begin ip curl jq ethtool nstat exabgp

# The shipped configuration; only the place of the files is the test's.
daemon_config() {
	local conf=$LOGS/exabgp.conf
	sed "s,/run,$DIR,g" "$ROOT/conf/exabgp/exabgp.conf" >"$conf"
	announcements 127.0.0.1 127.0.0.1 >"$DIR/exabgp/routes"
	[ $# -gt 0 ] || return
	sed -i "s/# md5-password .*/md5-password \"$1\";/" "$conf"
	sed -n '/^neighbor /,/^}/p' "$conf" | sed -e 's/127\.0\.0\.1/::1/; s/api [a-z]*/&6/' \
		-e '/router-id/!s/10\.0\.0\.136/fc00:136::1/' >"$DIR/sessions6"
	cat "$DIR/sessions6" >>"$conf"
	announcements 127.0.0.1 ::1 >"$DIR/exabgp/routes"
}

# The table as commands: announcements NEIGHBOR-FOR-IPV4 NEIGHBOR-FOR-IPV6
announcements() {
	awk -v ipv4="$1" -v ipv6="$2" '{
		gsub(",", " ", $3)
		line = "neighbor " ($1 ~ ":" ? ipv6 : ipv4) " announce route " $1 " next-hop " $2 \
			" as-path [ " $3 " ]"
		for (i = 4; i <= NF; i++) {
			split($i, part, "=")
			value = tolower(part[2])
			gsub(",", " ", value)
			if (part[1] == "communities")
				value = "[ " value " ]"
			sub("communities", "community", part[1])
			line = line " " part[1] " " value
		}
		print line
	}' "$DIR/truth"
}

daemon_forget() {
	: >"$DIR/exabgp/pushed"
}

daemon_start() {
	daemon_forget
	spawn exabgp sw env exabgp.daemon.drop=false exabgp.api.cli=false exabgp.api.ack=false \
		exabgp.log.level=DEBUG exabgp.log.network=false exabgp.log.configuration=false exabgp "$LOGS/exabgp.conf"
}

daemon_kill() {
	kill_hard exabgp
}

tell() {
	echo "$*" >>"$DIR/exabgp/routes"
}

# The messages put together, as interop.sh writes routes. A message may be half written.
pushed_routes() {
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
				(.; .[$r[0]] = text($r[0]; $r[1]; $u.attribute))) | .[]' "$DIR/exabgp/pushed"
}

mkdir -p "$DIR/exabgp"
interop_topology
hotfibd_config
daemon_config
hotfibd_start
daemon_start
scene_table

both() {
	tell "neighbor 10.0.0.136 announce route-refresh ipv4 unicast"
	tell "neighbor 10.0.0.136 announce route-refresh ipv6 unicast"
}
scene_refresh both

tell "neighbor 127.0.0.1 teardown 4"
expect_within "hotfibd sees that ExaBGP ends the learning session" 20 neighbor_is reflector \
	'.lastError | test("closed by the peer")'
check "ExaBGP keeps the selection meanwhile" converged
sed -i '/refresh\|teardown/d' "$DIR/exabgp/routes"

scene_daemon_killed
scene_hotfibd_restarts
skip "ExaBGP keeps the selection while hotfibd restarts: it has no table"
scene_md5
net_end
