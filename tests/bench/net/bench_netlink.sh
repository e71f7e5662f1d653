#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# P13: from the first sample of a prefix without traffic to its route in the kernel, p50 and p99.
# P14: routes that hotfibd adds to the kernel in a second, beside a bare loop over libnl in the same
#      namespace. Both by the number of prefixes in the kernel, from the first to the last.
# P15: a change of the gateway that 10,000 routes use: messages sent and milliseconds until the
#      kernel has it.
#
# shellcheck source=tests/bench/net/bench.sh
. "$(dirname "$0")/bench.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

ROUTES=20000
HOT=120

monitor_start() {
	spawn "$1" sw ip -ts -rcvbuf 268435456 monitor route nexthop
	until_ms 1000 false # until it listens
}

# How many IPv4 prefixes the kernel has, each time that it is another number: TIME COUNT.
counter_start() {
	# shellcheck disable=SC2016 # for the other shell
	spawn "$1" sw bash -c 'while :; do
		while read -r word n; do
			[ "$word" != Prefixes: ] || break
		done </proc/net/fib_triestat
		[ "$n" = "$last" ] || echo "$EPOCHREALTIME $n"
		last=$n
	done'
	until_ms 500 false
}

# rate_of LOG N: prefixes added a second, from the first to the last of N.
rate_of() {
	awk -v n="$2" 'NF == 2 && $1 ~ /^[0-9.]+$/ {
		if (base == "") { base = $2; next }
		if (first == "") { first = $1; had = $2 }
		if ($2 - base >= n && !done++) { printf "%.0f\n", ($2 - had) / ($1 - first) }
	}' "$LOGS/$1.log"
}

added() {
	[ -n "$(rate_of "$1" "$2")" ]
}

netlink_topology
awk -v n=$ROUTES 'BEGIN { for (i = 0; i < n; i++)
	printf "20.%d.%d.0/24 65001 192.0.2.1\n", i / 250, i % 250 }' >"$DIR/one.list"
: >"$DIR/two.list"
awk '{ print $1 }' "$DIR/one.list" >"$DIR/always"
ip -n "$(ns sw)" route add 192.0.2.0/24 via 10.0.0.134 proto static

# --- P14 ----------------------------------------------------------------------------------------

ifindex=$(run_in sw cat /sys/class/net/up0/ifindex)
counter_start bare
TIMEFORMAT='%U %S'
{ time run_in sw "$BIN/net/libnl_loop_io" "$ifindex" $ROUTES >"$DIR/bare"; } 2>"$DIR/bare.cpu" ||
	bail "the bare loop"
bare_cpu=$(awk -v n=$ROUTES 'NF == 2 { printf "%.2f", ($1 + $2) * 1e6 / n }' "$DIR/bare.cpu")
wait_for "its routes" 20 added bare $ROUTES
kill_hard bare
bare=$(rate_of bare $ROUTES)
echo "the bare loop itself counts $(cat "$DIR/bare")/s" >&2
ip -n "$(ns sw)" route flush proto static metric 77

ALWAYS=$DIR/always
T=1
hotfibd_config $ROUTES
counter_start ours
hotfibd_start
feed one
wait_for "hotfibd's routes" 120 added ours $ROUTES
# All that hotfibd has done: learning and choosing, too.
ours_cpu=$(awk -v n=$ROUTES -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, "")
	printf "%.2f", ($12 + $13) * 1e6 / hz / n }' "/proc/$(pid_of hotfibd)/stat")
ours=$(rate_of ours $ROUTES)
figure P14.adds_per_s "$ours" routes/s "$(awk -v b="$bare" 'BEGIN { printf "%.0f", 0.8 * b }')" \
	least "bare libnl loop" "$bare"
figure P14.cpu "$ours_cpu" "CPU us/route" null most "bare libnl loop" "$bare_cpu"
kill_hard ours
kill_hard hotfibd
kill_hard one
ip -n "$(ns sw)" nexthop flush proto 221 >/dev/null

# --- P15 ----------------------------------------------------------------------------------------

head -n 10000 "$DIR/always" >"$DIR/always.10000"
ALWAYS=$DIR/always.10000
hotfibd_config 10000
hotfibd_start
feed one
wait_for "10,000 routes" 120 kernel_has 10000
monitor_start change
ip -n "$(ns sw)" route replace 192.0.2.0/24 via 10.0.0.135 proto static
changed() {
	grep -q "id .* via 10.0.0.135 " "$LOGS/change.log"
}
wait_for "the change" 20 changed
until_ms 2000 false # for whatever else may be sent
messages=$(grep -cE "id [0-9]+ via|metric 15" "$LOGS/change.log")
# From the route that changed to the object that followed.
change_ms=$(awk '/ 192\.0\.2\.0\/24 via 10\.0\.0\.135|id .* via 10\.0\.0\.135/ {
	split($1, part, ":")
	s = part[2] * 60 + part[3]
	if (n++)
		printf "%.1f", (s - first) * 1000
	first = s
}' "$LOGS/change.log")
figure P15.messages "$messages" messages 1
figure P15.change "$change_ms" ms 100
kill_hard change
kill_hard hotfibd
kill_hard one
ip -n "$(ns sw)" nexthop flush proto 221 >/dev/null

# --- P13 ----------------------------------------------------------------------------------------

# One entry for several routes with the same next hop would be as good, but not the route's own.
unset ALWAYS
SYNTHETIC=false
hotfibd_config 10000
hotfibd_start
feed one
wait_for "the table" 60 learned $ROUTES 0
spawn traffic sw "$BIN/hotfib-lab" traffic --agent 10.0.0.136 --alpha 0 --plain-ranks --active 100 \
	--only-ipv4 --ipv6-share 0 --samples 1000 --list "$DIR/one.list"
wait_for "routes of the traffic that is there" 60 eval "[ \$(kernel_count) -ge 90 ]"
monitor_start hot
shuf -n $HOT "$DIR/always" >"$DIR/candidates"
while read -r p; do
	ip -n "$(ns sw)" route show "$p" proto 221 | grep -q . && continue
	echo "$p $(date +%s.%N)" >>"$DIR/hot"
	say traffic "hot $p 0.02"
	until_ms 10000 grep -qF " $p " "$LOGS/hot.log" || {
		"$BIN/hotfib" -s "$DIR/hotfib.sock" show route "$p" >&2
		bail "$p does not come"
	}
	until_ms $((RANDOM % 1000)) false # at any moment of the second
done <"$DIR/candidates"
while read -r p since; do
	at=$(grep -F " $p " "$LOGS/hot.log" | head -n 1 | sed 's/^\[\([^]]*\)\].*/\1/')
	awk -v a="$(date -d "$at" +%s.%N)" -v b="$since" 'BEGIN { printf "%.3f\n", a - b }'
done <"$DIR/hot" | sort -n >"$DIR/delays"
n=$(wc -l <"$DIR/delays")
figure P13.p50 "$(sed -n "$((n / 2))p" "$DIR/delays")" s 1
figure P13.p99 "$(sed -n "$(((n * 99 + 99) / 100))p" "$DIR/delays")" s 2
net_end
