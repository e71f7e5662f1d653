#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# P1.push20k: seconds from a push session coming up to the peer having all of 20,000 routes, and the
# End-of-RIB after them. hotfibd has learned them from one hotfib-lab and pushes them to another;
# BIRD beside it, in the same run, hands its table on.
#
# shellcheck source=tests/bench/net/bench.sh
. "$(dirname "$0")/bench.sh"
net_begin ip bird curl jq
BIRD="bird $(bird --version 2>&1 | grep -oE '[0-9.]+')"
N=20000

# The time at which the sink had them all, by its own clock since the session came up.
time_sink() {
	sink_run "$1"
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
feed_run b --list "$DIR/routes"
bird_has() {
	birdc -r -s "$DIR/bird.ctl" show route count | grep -q "$N routes for $N networks in table master4"
}
wait_for "BIRD learns" 60 bird_has
time_sink b
BIRD_TAKEN=$SECONDS_TAKEN

ALWAYS=$(cut -d" " -f1 "$DIR/routes" | sed 's/.*/"&"/' | paste -sd,)
hotfibd_run "target: { router = \"edge\"; via = [ \"sink\" ]; capacity = 25000; always = [ $ALWAYS ] }"
feed_run h --list "$DIR/routes"
wait_for "hotfibd learns" 60 api_is h /api/v1/status \
	".neighbors[0].families.ipv4.paths == $N and .neighbors[0].families.ipv4.ready"
time_sink h

figure P1.push20k "$SECONDS_TAKEN" s 1 most "$BIRD" "$BIRD_TAKEN"
exit 0
