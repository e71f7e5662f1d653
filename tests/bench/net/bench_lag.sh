#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# P11.lag: how long the daemon's loop is away from polling while it selects: the turns of three
# minutes with 1.17M IPv4 and 0.28M IPv6 routes, 80,000 of each family with traffic, 5,000
# samples/s, a churn of routes, `priced` for 10,000 and 5,000 entries, and an interface that is asked
# every second for what a page asks for. Then P11.simulate: the longest turn during a simulation,
# which forks the whole of it.
#
# hotfibd runs before all else where that is allowed (chrt), so that it is not the machine's other
# work that is measured.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../../net/lib.sh"
net_begin ip curl jq
TABLE=(--ipv4 1168945 --ipv6 279855 --model s0
	--nexthops "198.18.0.1-198.18.0.250,2001:db8::1-2001:db8::fa")
SECONDS_MEASURED=${HOTFIB_SECONDS:-180}
FIRST=
! chrt -r 1 true 2>/dev/null || FIRST="chrt -r 1"

# Turns no longer than each bound, and late seconds, into a file.
turns() {
	api h /metrics | sed -n 's/^hotfib_event_loop_turn_seconds_bucket{le="\(.*\)"} /\1 /p
		s/^hotfib_event_loop_late_seconds_total /late /p' >"$DIR/$1"
}

# quantile PART: the bound in ms below which that part of the turns between two files were.
quantile() {
	awk -v part="$1" 'NR == FNR { before[$1] = $2; next } $1 != "late" {
		le[++n] = $1; turns[n] = $2 - before[$1] }
		END { for (i = 1; i <= n; i++) if (turns[i] >= part * turns[n]) break
			print le[i] == "+Inf" ? 9999 : le[i] * 1000 }' "$DIR/before" "$DIR/after"
}

late() {
	awk 'NR == FNR { before[$1] = $2; next } $1 == "late" { print $2 - before[$1] }' \
		"$DIR/before" "$DIR/after"
}

worst() {
	api h /metrics | awk '/^hotfib_event_loop_lag_seconds / { print $2 * 1000 }'
}

# figure ID VALUE UNIT [TARGET]
figure() {
	awk -v id="$1" -v v="$2" -v unit="$3" -v target="${4:-null}" 'BEGIN {
		met = target == "null" ? "null" : v + 0 <= target + 0 ? "true" : "false"
		printf "{\"id\":\"P11.%s\",\"value\":%s,\"unit\":\"%s\",\"anchor\":null," \
			"\"anchor_value\":null,\"target\":%s,\"met\":%s}\n", id, v, unit, target, met }'
}

learned() {
	api_is h '/bgp/topprefixes/edge/json?maxPrefixes=0' '.nPrefixes == 1168945' &&
		api_is h '/bgp/topprefixes6/edge/json?maxPrefixes=0' '.nPrefixes == 279855'
}

filled() {
	api_is h /api/v1/status '[.neighbors[1].families[].installed] | add > 14000'
}

ns_add h
cat >"$DIR/hotfib.conf" <<-EOF
	bgp: { listen = [ "127.0.0.1" ]; port = 1179; neighbors = (
	  { name = "feed"; address = "127.0.0.2"; local-address = "127.0.0.1"; local-as = 65000;
	    router-id = "0.0.0.1"; role = "learn"; router = "edge" },
	  { name = "sink"; address = "127.0.0.3"; local-address = "127.0.0.1"; local-as = 65000;
	    router-id = "0.0.0.2"; role = "push" } ) }
	sflow: { listen = [ "127.0.0.1:6343" ]; agents = ( { address = "10.0.0.136";
	  sources = [ "127.0.0.1" ]; router = "edge" } ) }
	target: { router = "edge"; via = [ "sink" ]; capacity = 10000; capacity6 = 5000; }
	state: { file = "$DIR/state" }
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
EOF
# shellcheck disable=SC2086 # words, or none
spawn hotfibd h $FIRST "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 10 api h /version
spawn feed h "$BIN/hotfib-lab" feed --local 127.0.0.2 --remote 127.0.0.1 --port 1179 \
	--as 65000 --router-id 2.2.2.2 --packed "${TABLE[@]}"
spawn sink h "$BIN/hotfib-lab" sink --local 127.0.0.3 --remote 127.0.0.1 --port 1179 \
	--as 65000 --router-id 3.3.3.3 --max 15000
wait_for "the table" 120 learned
spawn traffic h "$BIN/hotfib-lab" traffic --agent 10.0.0.136 --from 127.0.0.1 \
	--ipv6-share 0.2 --samples 5000 --sampling 4096 --active 80000 "${TABLE[@]}"
wait_for "a filled table" 300 filled
figure lag.filling "$(worst)" "ms, the longest turn while the table filled"

turns before
max=0
for ((s = 0; s < SECONDS_MEASURED; s++)); do
	say feed "flap 10"
	api h /api/v1/status >/dev/null
	api h '/bgp/topprefixes/edge/json?maxPrefixes=20' >/dev/null
	until_ms 1000 false
	[ $((s % 30)) -ne 29 ] || max=$(awk -v a="$max" -v b="$(worst)" 'BEGIN { print (a > b ? a : b) }')
done
turns after
figure lag.p50 "$(quantile 0.5)" "ms at most, of turns"
figure lag.p99 "$(quantile 0.99)" "ms at most, of turns" 10
figure lag.max "$max" "ms"
figure lag.late "$(late)" "s of $SECONDS_MEASURED in turns of more than 10 ms"

turns before
start=$(now_ms)
run_in h curl -s --max-time 120 'http://127.0.0.1:8008/api/v1/whatif?router=edge' >/dev/null
echo "simulation: $(($(now_ms) - start)) ms" >&2
turns after
figure simulate.max "$(quantile 1)" "ms at most, the longest turn while simulating"
exit 0
