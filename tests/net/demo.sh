#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The demonstration: a switch with a full table and traffic, in namespaces, and a dashboard that this
# machine's browser can open. `make demo` calls it; Ctrl-C ends it and leaves nothing behind.
#
#   this machine        +-- sw ------------------------------------+      +-- up -----------------+
#     browser, curl     | hotfib-lab traffic (the sFlow agent)     |      | hotfib-lab feed       |
#           |           |      v :6343                             |      |   1.17M IPv4 routes   |
#   198.18.x.1 o------o 198.18.x.2:8008 hotfibd <- BIRD        up0 o------o   0.28M IPv6 routes   |
#                       |                    `---> BIRD -> kernel  |      | 10.0.0.134 fc00:136::2|
#                       +------------------------------------------+      +-----------------------+
#
#   ROUTES=real      the table of June 2026 from $HOTFIB_DATA, where it is there
#   ROUTES=N         a generated table of N IPv4 and N/4 IPv6 routes; default: the size of the real
#   DEMO_SECONDS=N   end by itself, after N seconds of the live line; status 0 if all of it worked
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/article.sh
. "$ROOT/tests/net/article.sh"

SAMPLES=20000 # a second
N4=10000 N6=5000
START=$(now_ms)
SECONDS_TO_RUN=${DEMO_SECONDS:-}
MODEL=(--model s1 --nexthops "10.0.0.141-10.0.0.148,fc00:136::141-fc00:136::148")

step() {
	printf '%6.1f s  %s\n' "$((($(now_ms) - START) / 100))e-1" "$*"
}

# The options that make the table: the same for the feeds and for the traffic.
table_options() {
	local n4=1168945 n6=279855 real=$DATA/rib/prefix-origin-2026.txt.xz
	case ${ROUTES:-} in
	real)
		if [ -e "$real" ]; then
			TABLE4=(--list "$real" --only-ipv4)
			TABLE6=(--list "$real" --only-ipv6)
			TABLE=(--list "$real")
			WHAT="the table of June 2026"
			return
		fi
		step "no $real: a generated table of the same size"
		;;
	[1-9]*) n4=$ROUTES n6=$((ROUTES / 4)) ;;
	esac
	TABLE4=(--ipv4 "$n4")
	TABLE6=(--ipv6 "$n6")
	TABLE=("${TABLE4[@]}" "${TABLE6[@]}")
	WHAT="a generated table of $n4 + $n6 routes"
}

# A cable from this machine into the switch, on a /30 that is free here.
host_cable() {
	local x
	for x in $(seq 200 254); do
		[ -n "$(ip -4 addr show to "198.18.$x.0/24")" ] || break
	done
	HOST=198.18.$x
	ip -n "$(ns sw)" link add host0 type veth peer name "$TAG" netns $$ ||
		bail "cannot add a veth to this machine"
	addr sw host0 "$HOST.2/30"
	ip -n "$(ns sw)" link set host0 up
	ip addr add "$HOST.1/30" dev "$TAG"
	ip link set "$TAG" up
}

topology() {
	local a
	ns_add sw
	ns_add up
	router_on sw
	veth sw up0 up sw0
	addr sw up0 10.0.0.136/24 fc00:136::1/64
	addr up sw0 10.0.0.134/24 fc00:136::2/64
	for a in 1 2 3 4 5 6 7 8; do
		addr up sw0 10.0.0.14$a/24 fc00:136::14$a/64
	done
	host_cable
}

config() {
	cat >"$DIR/hotfib.conf" <<-EOF
		bgp: {
		  listen = [ "0.0.0.0", "::" ]; port = 1179;
		  neighbors = (
		    { name = "reflector", address = "127.0.0.1", local-as = 65136,
		      router-id = "0.0.0.1", role = "learn", router = "edge" },
		    { name = "target", address = "10.0.0.136", local-as = 65136,
		      router-id = "0.0.0.2", role = "push" } )
		}
		sflow: {
		  listen = [ "127.0.0.1:6343" ];
		  agents = ( { address = "10.0.0.136", sources = [ "127.0.0.1" ], router = "edge" } )
		}
		target: { router = "edge"; via = [ "target" ]; capacity = $N4; capacity6 = $N6; }
		# Not for keeps: a private /30 between this machine and a namespace.
		http: { listen = [ "127.0.0.1:8008", "$HOST.2:8008" ]; insecure = true;
		        socket = "$DIR/hotfib.sock" }
	EOF
}

# feed_full LABEL LOCAL-ADDRESS REMOTE-ADDRESS FAMILY TABLE-OPTIONS...
feed_full() {
	spawn "$1" up "$BIN/hotfib-lab" feed --local "$2" --remote "$3" --as 65134 --remote-as 65136 \
		--router-id 10.0.0.134 --families "$4" --packed "${MODEL[@]}" "${@:5}"
}

status() {
	api sw /api/v1/status >"$DIR/status.json"
}

# routes, routes wanted by the target, samples used, coverage, installed, capacity
numbers() {
	jq -r '[.routers[0].families | .ipv4, .ipv6] as $f |
		[ ($f | map(.prefixes) | add), .totals.sFlowSamplesUsed,
		  (($f | map(.rateInstalled + .rateDefault) | add) / ([($f | map(.rateTotal) | add), 1e-9] | max)
			* 100), ($f | map(.installed) | add), ($f | map(.capacity) | add) ] | @tsv' \
		"$DIR/status.json"
}

# What ARM's rule would cover with as many IPv4 entries: asked now and then and not waited for, as it
# is much work for the daemon's second process.
ask_top() {
	if { [ -z "$ASKING" ] || ! kill -0 "$ASKING" 2>/dev/null; } && [ $((ASKED++ % 15)) -eq 10 ]; then
		{ run_in sw curl -sS --max-time 60 -o "$DIR/whatif.new" \
			"http://127.0.0.1:8008/api/v1/whatif?n=$((N4 * 98 / 100))" &&
			mv "$DIR/whatif.new" "$DIR/whatif.json"; } 2>/dev/null &
		ASKING=$!
	fi
	TOP=$(jq -r '.points[0] | select(.top.coverage < 0.9995) |
		"; of IPv4 as selection weighs it \(.priced.coverage * 1000 | round / 10) %, by ARM'"'"'s rule \(
		.top.coverage * 1000 | round / 10) %"' "$DIR/whatif.json" 2>/dev/null)
}

live_line() {
	local routes samples coverage installed capacity kernel now
	status || return
	ask_top
	now=$(now_ms)
	read -r routes samples coverage installed capacity < <(numbers)
	kernel=$({ ip -n "$(ns sw)" -4 route show proto bird
		ip -n "$(ns sw)" -6 route show proto bird; } | wc -l)
	LINE=$(printf '%d routes learned, %d samples/s, coverage %.1f %%, installed %d/%d, kernel %d%s' \
		"$routes" $(((samples - LAST_SAMPLES) * 1000 / (now - LAST_MS + 1))) "$coverage" \
		"$installed" "$capacity" "$kernel" "$TOP")
	LAST_SAMPLES=$samples LAST_MS=$now
	WORKED=$((routes > 0 && samples > 0 && installed > 0 && installed <= capacity && kernel > 0))
	if [ -t 1 ]; then
		printf '\r\033[K%s' "$LINE"
	else
		echo "$LINE"
	fi
}

net_begin ip bird curl jq
FAREWELL="demo: ended; its namespaces, processes and files are gone"
trap 'echo; exit 0' INT TERM
table_options
topology
config
step "namespaces are up: a switch and an upstream router"
bird_start
wait_for "BIRD" 10 birdc_ show status
spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 10 hotfibd_up
step "BIRD and hotfibd run"
feed_full up4 10.0.0.134 10.0.0.136 ipv4 "${TABLE4[@]}"
feed_full up6 fc00:136::2 fc00:136::1 ipv6 "${TABLE6[@]}"
spawn traffic sw "$BIN/hotfib-lab" traffic --agent 10.0.0.136 --from 127.0.0.1 --alpha 1.25 \
	--ipv6-share 0.2 --samples $SAMPLES --sampling 4096 "${MODEL[@]}" "${TABLE[@]}"
step "the upstream router announces $WHAT; an sFlow agent sends $SAMPLES samples/s"
step "dashboard: http://$HOST.2:8008/"

TOP='' ASKED=0 ASKING='' LAST_SAMPLES=0 LAST_MS=$(now_ms) WORKED=0 LINES_LEFT=${SECONDS_TO_RUN:--1}
while [ "$LINES_LEFT" -ne 0 ]; do
	for p in bird hotfibd up4 up6 traffic; do
		alive "$p" || bail "$p has ended"
	done
	live_line
	LINES_LEFT=$((LINES_LEFT - 1))
	sleep 1 & # the pace of the line; wait lets a Ctrl-C through at once
	wait $!
done
[ "$WORKED" -eq 1 ] || bail "not everything came up in $SECONDS_TO_RUN s: ${LINE:-no answer}"
curl -sS --max-time 5 -o /dev/null "http://$HOST.2:8008/" || bail "the dashboard does not answer"
exit 0
