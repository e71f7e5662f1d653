#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Garbage on each of hotfibd's doors is refused, counted and survived, while a real session with a
# real table goes on beside it:
#
#   +-- sw ------------------------------------------------------------------+
#   |  hotfib-lab feed (10.0.0.136) ---- BGP :1179 ----+                      |
#   |  garbage.py: unknown and known peers  :1179 -----+--> hotfibd           |
#   |              sFlow :6343, HTTP :8008, unix socket+                      |
#   +------------------------------------------------------------------------+
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip curl jq python3
SEED=${HOTFIB_SEED:-$$}
echo "seed $SEED: HOTFIB_SEED=$SEED repeats this run"

garbage() {
	run_in sw python3 "$ROOT/tests/net/garbage.py" "$1" "$SEED" "$2" "${3:-127.0.0.1}"
}

# The sum of a metric over its labels.
metric() {
	api sw /metrics | awk -v m="$1" '
		index($1, m) == 1 && substr($1, length(m) + 1) ~ /^({|$)/ { sum += $2; seen = 1 }
		END { print sum + 0; exit !seen }'
}

# grew METRIC FROM BY: it is at least that much more than it was.
grew() {
	local n
	n=$(metric "$1") || return 1
	echo "$1: $2, then $n"
	[ "$n" -ge $(($2 + $3)) ]
}

learned() {
	api_is sw '/bgp/topprefixes/edge/json?maxPrefixes=0' ".nPrefixes == 1000"
}

same_process() {
	alive hotfibd && [ "$(pid_of hotfibd)" = "$PID" ] && learned
}

ns_add sw
addr sw lo 10.0.0.136/32
cat >"$DIR/hotfib.conf" <<-EOF
	bgp: {
	  listen = [ "0.0.0.0", "::" ]; port = 1179;
	  neighbors = (
	    { name = "reflector", address = "127.0.0.1", local-as = 65136, router-id = "0.0.0.1",
	      role = "learn", router = "edge" },
	    { name = "table", address = "10.0.0.136", local-as = 65136, router-id = "0.0.0.1",
	      role = "learn", router = "edge" } )
	}
	sflow: {
	  listen = [ "127.0.0.1:6343" ];
	  agents = ( { address = "10.0.0.136", sources = [ "127.0.0.1" ], router = "edge" } )
	}
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
EOF
spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 10 api sw /version
PID=$(pid_of hotfibd)
spawn feed sw "$BIN/hotfib-lab" feed --local 10.0.0.136 --remote 10.0.0.136 --port 1179 \
	--as 65136 --router-id 10.0.0.136 --ipv4 1000 --nexthops 198.18.0.1-198.18.0.8
wait_for "the table" 20 learned

before=$(metric hotfib_bgp_refused_total)
check "BGP from an address without a neighbour: each connection is closed" garbage bgp-unknown 60
check "... and counted" grew hotfib_bgp_refused_total "$before" 60

before=$(metric hotfib_bgp_accepted_total)
sent=$(metric hotfib_bgp_notifications_total)
check "BGP garbage from a neighbour's address: each connection is closed" garbage bgp 120
check "... and counted as accepted or busy" \
	grew hotfib_bgp_accepted_total "$before" 100
check "... and answered with NOTIFICATIONs" grew hotfib_bgp_notifications_total "$sent" 60
check "the other session has not noticed" api_is sw /api/v1/neighbors \
	'tostring | contains("\"established\"")'

bad() {
	metric hotfib_sflow_malformed_datagrams_total
}
before=$(bad)
received=$(metric hotfib_sflow_received_datagrams_total)
check "sFlow garbage" garbage sflow 400
expect_within "... all of it is received" 20 \
	grew hotfib_sflow_received_datagrams_total "$received" 400
check "... and counted as malformed" grew hotfib_sflow_malformed_datagrams_total "$before" 400

before=$(metric hotfib_http_errors_total)
check "HTTP garbage: each connection is answered or closed" garbage http 100
check "the same on the unix socket" garbage unix 100 "$DIR/hotfib.sock"
check "... and errors are counted" grew hotfib_http_errors_total "$before" 40

check "the same process still serves the table" same_process
check "the log is not flooded" test "$(wc -l <"$LOGS/hotfibd.log")" -lt 1000
if [ "${HOTFIB_MODE:-release}" = asan ]; then
	check "the sanitizers are silent" eval "! grep -E 'ERROR: |runtime error' $LOGS/hotfibd.log"
fi
net_end
