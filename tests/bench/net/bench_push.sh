#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# P1.push20k: seconds from a push session coming up to the peer having all of 20,000 routes, and the
# End-of-RIB after them. hotfibd has learned them from one hotfib-lab and pushes them to another;
# BIRD beside it, in the same run, hands its table on.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../../net/lib.sh"
net_begin ip bird curl jq
BIRD="bird $(bird --version 2>&1 | grep -oE '[0-9.]+')"
N=20000

feed() {
	spawn "feed-$1" "$1" "$BIN/hotfib-lab" feed --local 127.0.0.2 --remote 127.0.0.1 \
		--port 1179 --as 65000 --list "$DIR/routes"
}

# The time at which the sink had them all, by its own clock since the session came up.
sink() {
	spawn "sink-$1" "$1" "$BIN/hotfib-lab" sink --local 127.0.0.3 --remote 127.0.0.1 \
		--port 1179 --as 65000
	wait_for "the routes of $1" 60 log_has "sink-$1" "eor ipv4 ipv4=$N "
	SECONDS_TAKEN=$(sed -n "s/^eor ipv4 ipv4=$N .* seconds=//p" "$LOGS/sink-$1.log" | head -n 1)
}

for ((i = 0; i < N; i++)); do
	echo "10.$((i / 256)).$((i % 256)).0/24 $((100 + i % 500)) 198.18.0.$((1 + i % 200))"
done >"$DIR/routes"

ns_add b
cat >"$DIR/bird.conf" <<-EOF
	router id 1.1.1.1;
	protocol device { }
	template bgp any {
	  local 127.0.0.1 port 1179 as 65000; multihop; passive; rr client;
	  ipv4 { import all; export all; igp table master4; gateway recursive; };
	}
	protocol bgp feed from any { neighbor 127.0.0.2 as 65000; }
	protocol bgp sink from any { neighbor 127.0.0.3 as 65000; }
EOF
spawn bird b bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
wait_for "BIRD" 10 birdc -r -s "$DIR/bird.ctl" show status
feed b
bird_has() {
	birdc -r -s "$DIR/bird.ctl" show route count | grep -q "$N routes for $N networks in table master4"
}
wait_for "BIRD learns" 60 bird_has
sink b
BIRD_TAKEN=$SECONDS_TAKEN

ALWAYS=$(cut -d" " -f1 "$DIR/routes" | sed 's/.*/"&"/' | paste -sd,)
ns_add h
cat >"$DIR/hotfib.conf" <<-EOF
	bgp: { listen = [ "127.0.0.1" ]; port = 1179; neighbors = (
	  { name = "feed"; address = "127.0.0.2"; local-address = "127.0.0.1"; local-as = 65000;
	    router-id = "0.0.0.1"; role = "learn"; router = "edge" },
	  { name = "sink"; address = "127.0.0.3"; local-address = "127.0.0.1"; local-as = 65000;
	    router-id = "0.0.0.1"; role = "push" } ) }
	target: { router = "edge"; via = [ "sink" ]; capacity = 25000;
	  always = [ $ALWAYS ] }
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
EOF
spawn hotfibd h "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 20 api h /version
feed h
wait_for "hotfibd learns" 60 api_is h /api/v1/status \
	".neighbors[0].families.ipv4.paths == $N and .neighbors[0].families.ipv4.ready"
sink h

awk -v v="$SECONDS_TAKEN" -v anchor="$BIRD" -v a="$BIRD_TAKEN" 'BEGIN {
	printf "{\"id\":\"P1.push20k\",\"value\":%s,\"unit\":\"s\",\"anchor\":\"%s\"," \
		"\"anchor_value\":%s,\"target\":1,\"met\":%s}\n", v, anchor, a, v < 1 ? "true" : "false" }'
exit 0
