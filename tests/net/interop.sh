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

KEY=s3cret_key

# The shipped configuration; only the socket's place is the test's. With a key, every session is
# signed with it, and IPv6 routes take sessions of their own, over IPv6: hotfibd_config [KEY]
hotfibd_config() {
	local key=${1:-}
	sed "s,socket = \"[^\"]*\",socket = \"$DIR/hotfib.sock\"," "$ROOT/conf/hotfib.conf" \
		>"$DIR/hotfib.conf"
	if [ -n "$key" ]; then
		sed -i -e "s,# md5 = .*,md5 = \"$key\"; families = [ \"ipv4\" ]," \
			-e 's/listen = \[ "127.0.0.1"/&, "::1", "fc00:136::1"/' \
			-e 's/via = \[ "target"/&, "target6"/' \
			-e "s/neighbors = (/&$(neighbor6 reflector ::1 0.0.0.1 \
				'role = "learn" router = "edge"' "$key"),$(neighbor6 target \
				fc00:136::1 0.0.0.2 'role = "push"' "$key"),/" "$DIR/hotfib.conf"
	fi
	cp "$DIR/hotfib.conf" "$LOGS/"
}

neighbor6() {
	printf '{ name = "%s6" address = "%s" router-id = "%s" %s md5 = "%s" %s }' \
		"$1" "$2" "$3" "$4" "$5" 'local-as = 65136 families = [ "ipv6" ]'
}

hotfibd_start() {
	spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
	wait_for "hotfibd" 10 api sw /version
}

hotfib_() {
	"$BIN/hotfib" -s "$DIR/hotfib.sock" "$@"
}

# neighbor NAME JQ-FILTER: what the filter gives for that neighbour.
neighbor() {
	api sw "/api/v1/neighbor/$1" | jq -r "$2"
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

# The target holds exactly the active routes, unchanged.
converged() {
	if [ -n "${KERNEL_PROTO:-}" ]; then
		kernel_is_active "$KERNEL_PROTO" || return 1
	fi
	pushed_is pushed_routes
}

# stop LABEL: an orderly end.
stop() {
	signal TERM "$1"
	until_ms 10000 eval "! alive '$1'" || bail "$1 does not end"
	rm "$DIR/$1.pid"
}

# --- the scenes ---------------------------------------------------------------------------------
#
# The test of a daemon says how it is done with that one:
#
#   DAEMON             what it is called
#   KEEPS              yes: it keeps the selection over a graceful restart of hotfibd
#   KERNEL_PROTO       its routes' protocol in the kernel, where it writes there
#   daemon_config [K]  make its configuration; with a key, signed with it, and with IPv6 sessions to
#                      hotfibd at ::1 and fc00:136::1 besides
#   daemon_start, daemon_kill
#   pushed_routes      print what it has from the target session, as routes
#   daemon_forget      what is to be done when hotfibd has died, so that it does not just keep them
#   daemon_hurry       make it connect to hotfibd soon
#   KERNEL_BUG         why its routes may leave the kernel when it dies and comes back
#   REFRESH_BUG        what its log says where it fails to answer a refresh
daemon_forget() {
	:
}

daemon_hurry() {
	:
}

# The daemon's table is learned, and the active part of it pushed.
scene_table() {
	expect_within "hotfibd learns $DAEMON's table" 40 learned_count $EACH
	check "... with every attribute" learned_is_truth
	expect_within "$DAEMON takes the target session" 20 neighbor_up target
	traffic_start
	expect_within "it gets the active prefixes unchanged, and nothing else" 20 converged
	check "hotfib explains both sessions" explained
}

# says NAME REGEX...: each is a line of what hotfib says of the neighbour.
says() {
	local name=$1 line
	shift
	hotfib_ show neighbor "$name" >"$DIR/said"
	for line in "$@"; do
		grep -qE "^ *$line\$" "$DIR/said" || { echo "not there: $line" && cat "$DIR/said" && return 1; }
	done
}

explained() {
	says reflector 'state +established for .*; came up 1 time' 'ipv[46] +1,000 paths, complete' \
		'hold time +90 s \(we offer 90 s, it offers [0-9]+ s\), [0-9]+ s left' \
		'keepalive +every 30 s, next in [0-9]+ s' 'families +ipv4, ipv6 +ipv4, ipv6' \
		'4-octet AS +yes +yes' 'UPDATE +[0-9]+ +[0-9,]+' 'last error +none' &&
		says target 'ipv[46] +50 held of 50 wanted, 0 to be sent'
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

# hotfibd asks for its table, and the daemon sends all of it over the same session.
refresh_asked() {
	local announced ups
	announced=$(neighbor reflector .routesAnnounced)
	ups=$(neighbor reflector .establishedCount)
	hotfib_ refresh reflector || return 1
	until_ms 10000 sent_again "$announced" "$ups" && until_ms 10000 learned_again && learned_is_truth
}

sent_again() {
	! refresh_bug || return 0
	neighbor_is reflector ".routesAnnounced - $1 >= 2 * $EACH and .establishedCount == $2"
}

# The daemon has said what it says when it does not do what it should.
refresh_bug() {
	[ -n "${REFRESH_BUG:-}" ] && grep -q "$REFRESH_BUG" "$LOGS"/*.log
}

# Both ways: scene_refresh COMMAND..., where the daemon can ask.
scene_refresh() {
	check "hotfibd answers $DAEMON's request to refresh IPv4 and IPv6" refresh_answered "$@"
	scene_refresh_asked
}

scene_refresh_asked() {
	local text="$DAEMON answers hotfib's request to refresh IPv4 and IPv6"
	if refresh_asked >"$DIR/check.out" 2>&1 && ! refresh_bug; then
		ok "$text"
	elif refresh_bug; then
		skip "$text: it fails, and says $REFRESH_BUG"
	else
		said "$DIR/check.out"
		not_ok "$text"
	fi
}

# The daemon dies and comes back. What it has put into the kernel stays there meanwhile.
scene_daemon_killed() {
	[ -z "${KERNEL_PROTO:-}" ] || watch_begin kernel_held
	daemon_kill
	expect_within "$DAEMON killed: hotfibd keeps what it has learned" 20 kept_stale
	daemon_start
	expect_within "... $DAEMON gets the selection again" 40 converged
	expect_within "... and hotfibd the table" 60 learned_again
	check "... with every attribute" learned_is_truth
	if [ -n "${KERNEL_PROTO:-}" ]; then
		watch_end
		kernel_kept
	else
		skip "the target keeps the selection when $DAEMON is killed: it is $DAEMON's own table"
	fi
}

kernel_kept() {
	if [ -s "$DIR/lost" ] && [ -n "${KERNEL_BUG:-}" ]; then
		skip "the kernel keeps the selection when $DAEMON is killed: $KERNEL_BUG"
	else
		check "... and the kernel lost no route meanwhile" lost_nothing
	fi
}

# The session is down, every route is there and known to be stale, and nothing is evicted.
kept_stale() {
	neighbor_is reflector '.state != "established" and
		all(.families[]; .paths == '$EACH' and .stalePaths == '$EACH')' &&
		api_is sw /api/v1/status 'all(.routers[].families[]; .frozen)' &&
		says reflector 'ipv6 +no session; 1,000 paths, 1,000 of them stale, gone in .*' \
			'last error +[a-zA-Z].*, [0-9]+s ago' && learned_count $EACH
}

learned_again() {
	neighbor_is reflector '.state == "established" and
		all(.families[]; .ready and .paths == '"$EACH"' and .stalePaths == 0)'
}

# hotfibd goes and comes back; by graceful restart the target keeps what it has meanwhile. Every
# route it loses is a line in $DIR/lost, by looking again and again, and by the kernel's own word.
scene_hotfibd_restarts() {
	local how
	for how in killed stopped; do
		watch_begin pushed_routes
		if [ $how = killed ]; then kill_hard hotfibd; else stop hotfibd; fi
		daemon_forget
		hotfibd_start
		[ $how = killed ] || daemon_hurry
		expect_within "hotfibd $how: $DAEMON has the selection again" 60 comes_back
		watch_end
		[ "$KEEPS" = no ] || check "... and lost none of it meanwhile" lost_nothing
		expect_within "... hotfibd has the table" 40 learned_again
		check "... with every attribute" learned_is_truth
	done
}

# What is pushed is what it was, by the session that is up.
comes_back() {
	neighbor_is target '.state == "established" and
		([.families[].installed] | add) == '"$(wc -l <"$DIR/active")" && converged
}

# watch_begin COMMAND: what the command prints is looked at until watch_end.
watch_begin() {
	local expected=$DIR/active
	if [ "$1" = kernel_held ]; then
		expected=$DIR/active.kernel
		awk '{ print $1, $2 }' "$DIR/active" | LC_ALL=C sort >"$expected"
	fi
	: >"$DIR/lost"
	: >"$DIR/looks"
	if [ -n "${KERNEL_PROTO:-}" ]; then
		spawn monitor sw ip monitor route
	fi
	touch "$DIR/watching"
	(
		set -o pipefail
		while [ -e "$DIR/watching" ]; do
			"$1" >"$DIR/seen" || { echo "look failed: $(wc -l <"$DIR/seen")" && continue; }
			LC_ALL=C sort "$DIR/seen" | LC_ALL=C comm -23 "$expected" - >>"$DIR/lost"
			echo >>"$DIR/looks"
		done
	) >"$LOGS/looks.log" 2>&1 &
	WATCHER=$!
}

watch_end() {
	rm "$DIR/watching"
	wait "$WATCHER"
	if [ -n "${KERNEL_PROTO:-}" ]; then
		kill_hard monitor
		awk 'NR == FNR { active[$1]; next } $1 == "Deleted" && $2 in active' "$DIR/active" \
			"$LOGS/monitor.log" >>"$DIR/lost"
		mv "$LOGS/monitor.log" "$LOGS/monitor.seen"
	fi
}

kernel_held() {
	kernel_routes "$KERNEL_PROTO"
}

lost_nothing() {
	sort "$DIR/lost" | uniq -c
	echo "looked $(wc -l <"$DIR/looks") times"
	[ ! -s "$DIR/lost" ] && [ "$(wc -l <"$DIR/looks")" -gt 1 ]
}

# A counter of this namespace's TCP.
tcp_counter() {
	run_in sw nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'
}

tcp_counter_is_over() {
	[ "$(tcp_counter "$1")" -gt "$2" ]
}

all_down() {
	api_is sw /api/v1/neighbors 'all(.neighbors[]; .state != "established")'
}

# TCP MD5 signatures on sessions over IPv4 and IPv6, that learn and that push: refused with another
# key, taken with the same.
scene_md5() {
	local failures
	stop hotfibd
	daemon_kill
	daemon_config $KEY
	hotfibd_config another_key
	failures=$(tcp_counter TcpExtTCPMD5Failure)
	daemon_start
	hotfibd_start
	expect_within "signed with another key, packets of $DAEMON are refused" 20 \
		tcp_counter_is_over TcpExtTCPMD5Failure "$failures"
	check "... and no session comes up" all_down
	stop hotfibd
	hotfibd_config $KEY
	hotfibd_start
	for n in reflector reflector6 target target6; do
		expect_within "signed with the same key, $n is up" 40 neighbor_up $n
	done
	expect_within "... the active prefixes are pushed over them" 40 converged
	check "... and the table is learned" learned_is_truth
}
