#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# P11.lag: how long the daemon's loop is away from polling while it selects: the turns of three
# minutes with 1.17M IPv4 and 0.28M IPv6 routes, 80,000 of each family with traffic, 5,000
# samples/s, a churn of routes, `priced` for 10,000 and 5,000 entries, and an interface that is asked
# every second for what a page asks for. Then P11.simulate: the longest turn during a simulation,
# which forks the whole of it.
#
# shellcheck source=tests/bench/net/bench.sh
. "$(dirname "$0")/bench.sh"
net_begin ip curl jq
before_all_else
TABLE=(--ipv4 "$FULL_4" --ipv6 "$FULL_6" --model s0
	--nexthops "198.18.0.1-198.18.0.250,2001:db8::1-2001:db8::fa")
SECONDS_MEASURED=${HOTFIB_SECONDS:-180}

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

filled() {
	api_is h /api/v1/status '[.neighbors[1].families[].installed] | add > 14000'
}

full_table "state: { file = \"$DIR/state\" }"
spawn traffic h "$BIN/hotfib-lab" traffic --agent 10.0.0.136 --from 127.0.0.1 \
	--ipv6-share 0.2 --samples 5000 --sampling 4096 --active 80000 "${TABLE[@]}"
wait_for "a filled table" 300 filled
figure P11.lag.filling "$(worst)" "ms, the longest turn while the table filled"

turns before
max=0
for ((s = 0; s < SECONDS_MEASURED; s++)); do
	say feed-h "flap 10"
	api h /api/v1/status >/dev/null
	api h '/bgp/topprefixes/edge/json?maxPrefixes=20' >/dev/null
	until_ms 1000 false
	[ $((s % 30)) -ne 29 ] || max=$(awk -v a="$max" -v b="$(worst)" 'BEGIN { print (a > b ? a : b) }')
done
turns after
figure P11.lag.p50 "$(quantile 0.5)" "ms at most, of turns"
figure P11.lag.p99 "$(quantile 0.99)" "ms at most, of turns" 10
figure P11.lag.max "$max" "ms"
figure P11.lag.late "$(late)" "s of $SECONDS_MEASURED in turns of more than 10 ms"

turns before
start=$(now_ms)
run_in h curl -s --max-time 120 'http://127.0.0.1:8008/api/v1/whatif?router=edge' >/dev/null
echo "simulation: $(($(now_ms) - start)) ms" >&2
turns after
figure P11.simulate.max "$(quantile 1)" "ms at most, the longest turn while simulating"
exit 0
