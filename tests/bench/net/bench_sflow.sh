#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# P7: how many samples a second hotfibd takes without losing one, with a full table loaded (1.17M
# IPv4 and 0.28M IPv6 routes), beside sfacctd with the same table as its networks file.
# P8: CPU microseconds a sample at a rate both can take.
# P9: resident memory of hotfibd with table, sFlow and selection running.
# P10: CPU milliseconds of one selection of the daemon meanwhile.
#
# hotfib-lab sends full datagrams (seven samples) over loopback in a namespace, at rates that rise by
# a quarter, three seconds each, until the kernel drops one for want of room in the socket, sfacctd
# says that it lost some between its processes, or the sender cannot go faster.
#
# shellcheck source=tests/bench/net/bench.sh
. "$(dirname "$0")/bench.sh"
net_begin ip curl jq
HZ=$(getconf CLK_TCK)
TABLE=(--ipv4 "$FULL_4" --ipv6 "$FULL_6" --model s1
	--nexthops "198.18.0.1-198.18.0.8,2001:db8::1-2001:db8::8")
BOTH=100000 # samples/s of P8

cpu_ticks() {
	local p total=0
	for p in "$@"; do
		total=$((total + $(awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$p/stat")))
	done
	echo $total
}

udp() {
	# shellcheck disable=SC2016 # awk's own $1
	run_in "$1" awk -v f="$2" '$1 == "Udp:" { if (!n++) { for (i = 2; i <= NF; i++) k[i] = $i }
		else for (i = 2; i <= NF; i++) if (k[i] == f) print $i }' /proc/net/snmp
}

# received SPACE COUNT: so many datagrams have arrived or been dropped.
arrived() {
	[ $(($(udp "$1" InDatagrams) + $(udp "$1" RcvbufErrors))) -ge "$2" ]
}

# Times that sfacctd says it lost data between its own two processes.
lost_inside() {
	grep -c 'Missing data detected' "$LOGS/sfacctd.log" 2>/dev/null || :
}

# stretch SPACE RATE SECONDS PID...: one burst. GOT: samples/s arrived, LOST: datagrams, COST: us.
stretch() {
	local space=$1 rate=$2 seconds=$3 in drops ticks start ms inside
	shift 3
	in=$(udp "$space" InDatagrams) drops=$(udp "$space" RcvbufErrors) inside=$(lost_inside)
	ticks=$(cpu_ticks "$@") start=$(now_ms)
	say "traffic-$space" "samples $rate" resume
	until_ms 60000 arrived "$space" $((in + drops + rate * seconds / 7))
	ms=$(($(now_ms) - start))
	say "traffic-$space" pause
	until_ms 500 false # what is in the socket still costs its reader
	in=$(($(udp "$space" InDatagrams) - in)) LOST=$(($(udp "$space" RcvbufErrors) - drops))
	LOST=$((LOST + $(lost_inside) - inside))
	GOT=$((in * 7 * 1000 / ms))
	COST=$(awk -v t=$(($(cpu_ticks "$@") - ticks)) -v hz="$HZ" -v n=$((in * 7)) \
		'BEGIN { printf "%.3f", t / hz * 1e6 / n }')
	echo "$space: asked $rate/s, got $GOT/s, lost $LOST datagrams, $COST us/sample" >&2
}

# Highest lossless rate into BEST.
climb() {
	local rate=$2
	BEST=0
	while :; do
		stretch "$1" "$rate" 3 "${@:3}"
		[ "$LOST" -eq 0 ] || return
		[ "$GOT" -le "$BEST" ] || BEST=$GOT
		[ $((GOT * 100)) -ge $((rate * 85)) ] || return # the sender's limit
		rate=$((rate * 5 / 4))
	done
}

sender() {
	spawn "traffic-$1" "$1" "$BIN/hotfib-lab" traffic --agent 10.0.0.136 --from 127.0.0.1 \
		--ipv6-share 0.2 --samples 1000 --sampling 4096 "${TABLE[@]}"
	wait_for "traffic" 120 arrived "$1" 10
	say "traffic-$1" pause
	until_ms 300 false
}

full_table ""
sender h
stretch h $BOTH 5 "$(pid_of hotfibd)"
cost=$COST
climb h 200000 "$(pid_of hotfibd)"
best=$BEST
rss=$(awk '/^VmRSS:/ { printf "%.0f", $2 / 1024 }' "/proc/$(pid_of hotfibd)/status")
api h /metrics | grep -E '^hotfib_(event_loop_lag|selection|sflow_kernel_drops)' >&2
select_ms=$(api h /metrics | awk '/^hotfib_selection_last_seconds\{/ && $2 * 1000 > ms { ms = $2 * 1000 }
	END { printf "%.1f", ms }')
say sink-h count
kill_hard traffic-h
kill_hard feed-h
kill_hard hotfibd

# sfacctd: the same table, longest match on the destination, in memory.
anchor=null anchor_best=null anchor_cost=null anchor_rss=null
if command -v sfacctd >/dev/null; then
	anchor="sfacctd $(sfacctd -V 2>/dev/null | grep -oE '[0-9]+\.[0-9.]+' | head -n 1)"
	"$BIN/hotfib-lab" table "${TABLE[@]}" | awk '{ print $1 }' >"$DIR/networks"
	cat >"$DIR/sfacctd.conf" <<-EOF
		daemonize: false
		sfacctd_ip: 127.0.0.1
		sfacctd_port: 6343
		plugins: memory[m]
		aggregate[m]: dst_net
		sfacctd_net: file
		networks_file[m]: $DIR/networks
		imt_path[m]: $DIR/sfacctd.pipe
		imt_buckets: 262139
		imt_mem_pools_number: 0
		plugin_buffer_size: 102400
		plugin_pipe_size: 102400000
		pmacctd_pipe_size: 4194304
	EOF
	ns_add s
	spawn sfacctd s sfacctd -f "$DIR/sfacctd.conf"
	wait_for "sfacctd" 60 run_in s grep -q ':18C7 ' /proc/net/udp
	sender s
	pids=("$(pid_of sfacctd)")
	# shellcheck disable=SC2207
	pids+=($(pgrep -P "$(pid_of sfacctd)"))
	stretch s $BOTH 5 "${pids[@]}"
	anchor_cost=$COST
	climb s 60000 "${pids[@]}"
	anchor_best=$BEST
	anchor_rss=$(for p in "${pids[@]}"; do awk '/^VmRSS:/ { print $2 }' "/proc/$p/status"; done |
		awk '{ s += $1 } END { printf "%.0f", s / 1024 }')
	kill_hard sfacctd
fi

# A part of what sfacctd did; none where it did nothing without a loss.
of_anchor() {
	awk -v a="$1" -v k="$2" 'BEGIN { print a == "null" || a + 0 == 0 ? "null" : a * k }'
}

figure P7 "$best" samples/s "$(of_anchor "$anchor_best" 5)" least "$anchor" "$anchor_best"
figure P8 "$cost" us/sample "$(of_anchor "$anchor_cost" 0.15)" most "$anchor" "$anchor_cost"
figure P9 "$rss" MB "$(of_anchor "$anchor_rss" 0.5)" most "$anchor" "$anchor_rss"
figure P10.daemon "$select_ms" ms 8
exit 0
