#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# `hotfib simulate` on a running daemon with a large table and traffic: one call answers for all
# sizes, while the daemon goes on answering others, and a client that goes away or a daemon that
# stops in the middle leaves nothing behind.
#
#   +-- sw --------------------------------------------------+
#   |  hotfib-lab feed -> :1179 hotfibd :6343 <- lab traffic  |
#   +--------------------------------------------------------+
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip curl jq
ROUTES=100000

simulate() {
	run_in sw "$BIN/hotfib" -s "$DIR/hotfib.sock" simulate "$@"
}

learned() {
	api_is sw /api/v1/status \
		".routers[0].families.ipv4 | .prefixes == $ROUTES and .active > 3000"
}

# The curve rises, keeps below its bound, and `priced` is not behind `top`.
curve_is_sane() {
	simulate -j --n 500,2k,8k >"$DIR/curve.json" || return 1
	cat "$DIR/curve.json"
	jq -e '(.points | length == 3 and (map(.entries) == [500, 2000, 8000]))
		and ([.points[].priced.coverage] | . == sort and .[0] > 0)
		and (.points | all(.priced.coverage <= .bound + 1e-9 and
			.priced.used <= .entries and .priced.coverage >= .top.coverage - 0.001))
		and (.needed | map(.coverage) == [0.9, 0.95, 0.99, 0.999])' "$DIR/curve.json"
}

# While a simulation of another question runs, status is answered, and then the simulation is.
others_are_answered() {
	simulate -j --n 700 >"$DIR/slow.json" &
	local job=$!
	api_is sw /api/v1/status '.routers[0].name == "edge"' || return 1
	wait "$job" && jq -e '.points[0].entries == 700' "$DIR/slow.json"
}

both_at_once_are_one() {
	simulate -j --n 900 >"$DIR/a.json" &
	local job=$!
	simulate -j --n 900 >"$DIR/b.json" && wait "$job" && cmp "$DIR/a.json" "$DIR/b.json"
}

children() {
	run_in sw pgrep -c -P "$(pid_of hotfibd)"
}

none_is_left() {
	[ "$(children)" = 0 ]
}

ns_add sw
addr sw lo 10.0.0.136/32
cat >"$DIR/hotfib.conf" <<-CONF
	bgp: {
	  listen = [ "0.0.0.0" ]; port = 1179;
	  neighbors = ( { name = "feed", address = "10.0.0.136", local-as = 65000,
	    router-id = "0.0.0.1", role = "learn", router = "edge" } )
	}
	sflow: { listen = [ "127.0.0.1:6343" ];
	  agents = ( { address = "198.18.0.1", sources = [ "127.0.0.1" ], router = "edge" } ) }
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
CONF
spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 10 api sw /version
spawn feed sw "$BIN/hotfib-lab" feed --local 10.0.0.136 --remote 10.0.0.136 --port 1179 \
	--as 65000 --router-id 10.0.0.136 --packed --only-ipv4 --ipv4 $ROUTES
spawn traffic sw "$BIN/hotfib-lab" traffic --samples 5000 --only-ipv4 --ipv4 $ROUTES
wait_for "table and traffic" 60 learned

check "one call gives the curve" curve_is_sane
check "the same as a table for people" simulate --n 500,2k
check "others are answered while it runs" others_are_answered
check "the same question twice at once is one simulation" both_at_once_are_one
check "unknown sizes are refused" eval '! simulate --n 5,x'
run_in sw timeout -s KILL 0.1 "$BIN/hotfib" -s "$DIR/hotfib.sock" simulate --n 1234 >/dev/null 2>&1
expect_within "a client that went away leaves no process" 60 none_is_left
simulate --n 4321 >/dev/null 2>&1 &
expect_within "a simulation runs" 10 eval '! none_is_left'
signal TERM hotfibd
expect_within "hotfibd stops in the middle of it" 10 eval '! alive hotfibd'
rm "$DIR/hotfibd.pid"
net_end
