#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# P1: CPU seconds to learn 1,000,000 IPv4 routes with 80,000 attribute sets over iBGP.
# P1.lag: the longest that hotfibd's event loop was held meanwhile.
# P2: bytes of resident memory a route.
# Both for hotfibd and, in the same run, for BIRD, each fed by its own hotfib-lab over loopback in a
# namespace of its own. CPU is user + system time of the process from before the session until
# the last route is there; a feeder is another process and does not count.
#
# shellcheck source=tests/bench/net/bench.sh
. "$(dirname "$0")/bench.sh"
net_begin ip bird curl jq
HZ=$(getconf CLK_TCK)
BIRD="bird $(bird --version 2>&1 | grep -oE '[0-9.]+')"
SETS=80000
before_all_else

cpu_s() {
	awk -v hz="$HZ" '{ sub(/^.*\) /, ""); print ($12 + $13) / hz }' "/proc/$(pid_of "$1")/stat"
}

rss_bytes() {
	awk '/^VmRSS:/ { print $2 * 1024 }' "/proc/$(pid_of "$1")/status"
}

bird_has() {
	birdc -r -s "$DIR/bird.ctl" show route count | grep -q "$1 routes for $1 networks in table $2"
}

bird_run() {
	ns_add b
	cat >"$DIR/bird.conf" <<-EOF
		router id 1.1.1.1;
		protocol device { }
		protocol bgp feed {
		  local 127.0.0.1 port 1179 as 65000; neighbor 127.0.0.2 as 65000; multihop; passive;
		  ipv4 { import all; export none; igp table master4; gateway recursive; };
		  ipv6 { import all; export none; igp table master6; gateway recursive; };
		}
	EOF
	spawn bird b bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
	wait_for "BIRD" 10 birdc -r -s "$DIR/bird.ctl" show status
}

feeder() {
	feed_run "$1" --sets $SETS --nexthops 198.18.0.1-198.18.0.250,2001:db8::1-2001:db8::fa "${@:2}"
}

# measure LABEL SPACE COMMAND... -- FEED-OPTIONS...: sets CPU and RSS of a daemon that learns.
measure() {
	local label=$1 space=$2 has=() cpu rss
	shift 2
	while [ "$1" != -- ]; do
		has+=("$1")
		shift
	done
	shift
	cpu=$(cpu_s "$label") rss=$(rss_bytes "$label")
	feeder "$space" "$@"
	wait_for "$label learns" 300 "${has[@]}"
	CPU=$(awk -v a="$(cpu_s "$label")" -v b="$cpu" 'BEGIN { printf "%.2f", a - b }')
	RSS=$(($(rss_bytes "$label") - rss))
	[ "$label" != hotfibd ] || note_lag
	kill_hard "feed-$space"
	kill_hard "$label"
	ip netns del "$(ns "$space")"
}

# The longest that the loop has been held while a table was loading, in ms: the worst of all runs.
LAG=0
note_lag() {
	LAG=$(api h /metrics | awk -v worst="$LAG" '/^hotfib_event_loop_lag_seconds / {
		ms = $2 * 1000; print (ms > worst ? ms : worst) }')
}

# run FAMILY-SUFFIX BIRD-TABLE COUNT FEED-OPTIONS...
run() {
	local suffix=$1 table=$2 n=$3
	shift 3
	bird_run
	measure bird b bird_has "$n" "$table" -- "$@"
	BIRD_CPU=$CPU BIRD_RSS=$RSS
	hotfibd_run
	measure hotfibd h hotfibd_learned "$n" "$suffix" -- "$@"
}

run "" master4 1000000 --ipv4 1000000 --packed
figure P1.packed "$CPU" cpu_s 0.3 most "$BIRD" "$BIRD_CPU" 1
figure P2.v4.rss $((RSS / 1000000)) bytes/route 72 most "$BIRD" $((BIRD_RSS / 1000000)) 0.6
run "" master4 1000000 --ipv4 1000000
figure P1.single "$CPU" cpu_s 0.8 most "$BIRD" "$BIRD_CPU" 1
figure P1.lag "$LAG" ms 10
run 6 master6 300000 --ipv6 300000 --packed
figure P2.v6.rss $((RSS / 300000)) bytes/route 96 most "$BIRD" $((BIRD_RSS / 300000)) 0.6
exit 0
