# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests with other BGP daemons share. hotfibd runs with conf/hotfib.conf beside the daemon,
# learns from it at 127.0.0.1 and pushes to it at 10.0.0.136; upstream peers give the daemon a
# table; sFlow datagrams say which prefixes have traffic.
#
#   +-- sw ----------------------------------------+     +-- up --------------+
#   | the daemon <-> hotfibd :1179                 |     | hotfib-lab feed x4 |
#   |                sFlow :6343 REST :8008        |     | 10.0.0.134, .135   |
#   | hotfib-lab traffic      10.0.0.136       up0 o-----o fc00:136::2, ::3   |
#   |                         fc00:136::1          |     | AS 65134, 65135    |
#   +----------------------------------------------+     +--------------------+
#
# The table: EACH prefixes of each family from two next hops, with attributes by hotfib-lab: paths
# with 4-octet AS numbers, both origins, some with MED, most with communities. Every STEP-th has
# traffic. A route as text is a line of `hotfib-lab table`, without LOCAL_PREF:
#
#   20.0.2.0/24 10.0.0.134 65134,4200000000,1049,1002 origin=IGP med=7 communities=1000:1,1100:2
#
# shellcheck disable=SC2034 # for those who source this
EACH=1000
STEP=20
UPSTREAMS="10.0.0.134 10.0.0.135 fc00:136::2 fc00:136::3"

# The AS of an upstream peer, and what spawn calls the peer.
as_of() {
	echo $((65134 + ${1##*[.:]} % 2))
}

label_of() {
	case $1 in
	*:*) echo "up6$(as_of "$1")" ;;
	*) echo "up$(as_of "$1")" ;;
	esac
}

# PREFIX ORIGIN-AS of one upstream peer: a quarter of the table, every other prefix of a family.
upstream_routes() {
	local format=20.%d.%d.0/24 parity=$((${1##*[.:]} % 2))
	[ "${1#*:}" = "$1" ] || format=2a10:%x:%x::/48
	awk -v format="$format" -v parity="$parity" -v n="$EACH" -v nh="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			if (i % 2 == parity)
				printf format " %.0f %s\n", i / 250, i % 250,
					(i % 3 ? 4200100000 + i : 1000 + i), nh
	}'
}

# interop_topology: namespaces, $DIR/truth (the table, sorted) and $DIR/active (what has traffic).
interop_topology() {
	local u
	ns_add sw
	ns_add up
	router_on sw
	veth sw up0 up sw0
	addr sw up0 10.0.0.136/24 fc00:136::1/64
	addr up sw0 10.0.0.134/24 10.0.0.135/24 fc00:136::2/64 fc00:136::3/64
	for u in $UPSTREAMS; do
		upstream_routes "$u" >"$DIR/$(label_of "$u").list"
		"$BIN/hotfib-lab" table --list "$DIR/$(label_of "$u").list" |
			sed "s/^[^ ]* [^ ]* /&$(as_of "$u"),/"
	done >"$DIR/table"
	LC_ALL=C sort "$DIR/table" >"$DIR/truth"
	awk -v step=$STEP 'NR % step == 0' "$DIR/truth" >"$DIR/active"
	[ "$(wc -l <"$DIR/truth")" -eq $((2 * EACH)) ] || bail "the table is not what it should be"
}

# The upstream peers wait for the daemon, or dial it: feeds_start [--listen]
feeds_start() {
	local u remote family
	for u in $UPSTREAMS; do
		case $u in
		*:*) remote=fc00:136::1 family=ipv6 ;;
		*) remote=10.0.0.136 family=ipv4 ;;
		esac
		spawn "$(label_of "$u")" up "$BIN/hotfib-lab" feed "$@" --local "$u" \
			--remote $remote --as "$(as_of "$u")" --remote-as 65136 --families $family \
			--router-id "0.0.1.${u##*[.:]}" --list "$DIR/$(label_of "$u").list"
	done
}

# --- hotfibd ------------------------------------------------------------------------------------

# The shipped configuration; only the socket's place is the test's.
hotfibd_config() {
	sed "s,socket = \"[^\"]*\",socket = \"$DIR/hotfib.sock\"," "$ROOT/conf/hotfib.conf" \
		>"$DIR/hotfib.conf"
	cp "$DIR/hotfib.conf" "$LOGS/"
}

hotfibd_start() {
	spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
	wait_for "hotfibd" 10 api sw /version
}

# neighbor NAME JQ-FILTER: what the filter gives for that neighbour.
neighbor() {
	api sw /api/v1/neighbors |
		jq -r --arg n "$1" ".neighbors[] | select(.name == \$n) | $2"
}

neighbor_is() {
	neighbor "$1" . >"$DIR/neighbor.json"
	jq -e "$2" "$DIR/neighbor.json" >/dev/null || { cat "$DIR/neighbor.json" && return 1; }
}

neighbor_up() {
	neighbor_is "$1" '.state | ascii_downcase == "established"'
}

learned_count() {
	api_is sw '/bgp/topprefixes/edge/json?maxPrefixes=0' ".nPrefixes == $1" &&
		api_is sw '/bgp/topprefixes6/edge/json?maxPrefixes=0' ".nPrefixes == $1"
}

# The table as hotfibd says it.
learned_routes() {
	awk '{ printf "url = \"http://127.0.0.1:8008/bgp/prefix/edge/json?address=%s\"\n", $1 }' \
		"$DIR/truth" >"$DIR/urls"
	run_in sw curl -sS -K "$DIR/urls" | jq -r '
		"\(.prefix) \(.nexthop) \((.aspath // "-") | gsub("-"; ",")) origin=\(.origin)" +
		(if has("med") then " med=\(.med)" else "" end) +
		(if has("communities") then " communities=\(.communities | gsub("-"; ","))"
		 else "" end)'
}

learned_is_truth() {
	learned_routes | LC_ALL=C sort >"$DIR/learned"
	diff "$DIR/truth" "$DIR/learned"
}

# pushed_is COMMAND...: the routes that the command prints are the active ones, unchanged.
pushed_is() {
	"$@" | LC_ALL=C sort >"$DIR/pushed"
	diff "$DIR/active" "$DIR/pushed"
}

# --- traffic ------------------------------------------------------------------------------------

# The same rate to each active prefix.
traffic_start() {
	awk '{ print $1, 0, $2 }' "$DIR/active" >"$DIR/active.list"
	spawn traffic sw "$BIN/hotfib-lab" traffic --agent 10.0.0.136 --alpha 0 --plain-ranks \
		--ipv6-share 0.5 --samples 2000 --list "$DIR/active.list"
}

# The kernel's routes of a protocol as PREFIX NEXTHOP, sorted; default routes left out.
kernel_routes() {
	{ ip -n "$(ns sw)" -4 route show proto "$1" && ip -n "$(ns sw)" -6 route show proto "$1"; } |
		awk '$1 != "default" {
			for (i = 2; i < NF; i++)
				if ($i == "via")
					print $1, $(i + 1)
		}' | LC_ALL=C sort
}

kernel_is_active() {
	kernel_routes "$1" >"$DIR/kernel"
	awk '{ print $1, $2 }' "$DIR/active" | LC_ALL=C sort | diff - "$DIR/kernel"
}

# refresh_answered COMMAND...: the command makes the daemon ask hotfibd for everything again, and
# hotfibd sends all of it (the active routes' attributes are all different) over the same session.
refresh_answered() {
	local updates ups
	updates=$(neighbor target .updatesSent)
	ups=$(neighbor target .establishedCount)
	"$@" || return 1
	until_ms 10000 neighbor_is target "(.updatesSent - $updates >= $(wc -l <"$DIR/active")) and
		.establishedCount == $ups" || { neighbor target . && return 1; }
}

# stop LABEL: an orderly end.
stop() {
	signal TERM "$1"
	until_ms 10000 eval "! alive '$1'" || bail "$1 does not end"
	rm "$DIR/$1.pid"
}
