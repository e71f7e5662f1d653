# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What benches with daemons share, on top of tests/net/lib.sh: a figure, and hotfibd in a namespace
# between a hotfib-lab that feeds it and one that it pushes to.

# shellcheck source=tests/net/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../net/lib.sh"

FIRST= # words before hotfibd's command

# hotfibd runs before all else where that is allowed, so that it is not the machine's other work
# that is measured.
before_all_else() {
	! chrt -r 1 true 2>/dev/null || FIRST="chrt -r 1"
}

# figure ID VALUE UNIT [TARGET [least|most [ANCHOR ANCHOR-VALUE [PART]]]]: one line of JSON. "null"
# is no target, or no anchor; with PART the value must be no more than that of the anchor's, too.
figure() {
	awk -v id="$1" -v v="$2" -v unit="$3" -v target="${4:-null}" -v cmp="${5:-most}" \
		-v anchor="${6:-null}" -v a="${7:-null}" -v part="${8:-null}" 'BEGIN {
			met = cmp == "least" ? v + 0 >= target + 0 : v + 0 <= target + 0
			met = met && (part == "null" || v + 0 <= a * part)
			printf "{\"id\":\"%s\",\"value\":%s,\"unit\":\"%s\",", id, v, unit
			printf "\"anchor\":%s,\"anchor_value\":%s,\"target\":%s,\"met\":%s}\n",
				anchor == "null" ? anchor : "\"" anchor "\"", a, target,
				target == "null" ? target : met ? "true" : "false"
		}'
}

# hotfibd_run [SETTINGS]: in namespace h; learns from the feed and may push to the sink, neither of
# which is there yet.
hotfibd_run() {
	ns_add h
	cat >"$DIR/hotfib.conf" <<-EOF
		bgp: { listen = [ "127.0.0.1" ]; port = 1179; neighbors = (
		  { name = "feed"; address = "127.0.0.2"; local-address = "127.0.0.1";
		    local-as = 65000; router-id = "0.0.0.1"; role = "learn"; router = "edge" },
		  { name = "sink"; address = "127.0.0.3"; local-address = "127.0.0.1";
		    local-as = 65000; router-id = "0.0.0.2"; role = "push" } ) }
		http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
		${1:-}
	EOF
	# shellcheck disable=SC2086 # words, or none
	spawn hotfibd h $FIRST "$BIN/hotfibd" -c "$DIR/hotfib.conf"
	wait_for "hotfibd" 20 api h /version
}

# feed_run SPACE OPTIONS...; sink_run SPACE OPTIONS...: feed-SPACE and sink-SPACE, of any daemon.
feed_run() {
	spawn "feed-$1" "$1" "$BIN/hotfib-lab" feed --local 127.0.0.2 --remote 127.0.0.1 \
		--port 1179 --as 65000 --router-id 2.2.2.2 "${@:2}"
}

sink_run() {
	spawn "sink-$1" "$1" "$BIN/hotfib-lab" sink --local 127.0.0.3 --remote 127.0.0.1 \
		--port 1179 --as 65000 --router-id 3.3.3.3 "${@:2}"
}

# hotfibd_learned COUNT [6]: hotfibd knows so many prefixes of the family.
hotfibd_learned() {
	api_is h "/bgp/topprefixes${2:-}/edge/json?maxPrefixes=0" ".nPrefixes == $1"
}

# --- the full table: 1.17M IPv4 and 0.28M IPv6 routes -------------------------------------------

FULL_4=1168945 FULL_6=279855

full_learned() {
	hotfibd_learned $FULL_4 && hotfibd_learned $FULL_6 6
}

# full_table SETTINGS: hotfibd has it, and pushes the best 10,000 and 5,000 by the traffic of one
# agent. TABLE says, in options of hotfib-lab, which it is.
full_table() {
	hotfibd_run "
		sflow: { listen = [ \"127.0.0.1:6343\" ]; agents = ( { address = \"10.0.0.136\";
		  sources = [ \"127.0.0.1\" ]; router = \"edge\" } ) }
		target: { router = \"edge\"; via = [ \"sink\" ]; capacity = 10000; capacity6 = 5000; }
		$1"
	feed_run h --packed "${TABLE[@]}"
	sink_run h --max 15000
	wait_for "the table" 120 full_learned
}
