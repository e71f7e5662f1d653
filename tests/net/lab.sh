# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A switch of hotfib-lab's: one namespace in which `feed` plays the router that has the table,
# `traffic` its sFlow agent, and perhaps `sink` what is pushed to. All in 127.0.0.0/8:
#
#   feed 127.0.0.11 --BGP :1179--> hotfibd 127.0.0.1 --BGP--> sink 127.0.0.21
#   traffic 198.18.0.1 --sFlow :6343--> hotfibd, REST :8008
TABLE=${TABLE:---ipv4 2000 --ipv6 500}

lab_begin() {
	ns_add sw
	CONF=$DIR/hotfib.conf
	SOCKET=$DIR/hotfib.sock
}

# lab_conf [GROUPS]: a configuration that learns, and the groups as they are given.
lab_conf() {
	cat >"$CONF" <<-EOF
		bgp: {
		  listen = [ "127.0.0.1" ]; port = 1179;
		  neighbors = (
		    { name = "feed", address = "127.0.0.11", local-as = 65136, router-id = "0.0.0.1",
		      role = "learn", router = "edge" }
		    ${NEIGHBORS:-} )
		}
		sflow: {
		  agents = ( { address = "198.18.0.1", sources = [ "127.0.0.1" ], router = "edge",
		               t = 2 } ${AGENTS:-} )
		}
		http: { socket = "$SOCKET" }
		$*
	EOF
}

hotfibd_start() {
	spawn hotfibd sw "$BIN/hotfibd" -c "$CONF"
	wait_for "hotfibd" 20 api sw /version
}

feed_start() {
	# shellcheck disable=SC2086 # options
	spawn feed sw "$BIN/hotfib-lab" feed --local 127.0.0.11 --remote 127.0.0.1 --port 1179 \
		--as 65136 --router-id 127.0.0.11 --nexthops 198.18.0.1-198.18.0.8 $TABLE "$@"
}

traffic_start() {
	# shellcheck disable=SC2086 # options
	spawn traffic sw "$BIN/hotfib-lab" traffic $TABLE "$@"
}

hotfib() {
	run_in sw "$BIN/hotfib" -s "$SOCKET" "$@"
}

# status_is JQ-FILTER; family 4|6 of the router's status is $f4, $f6 there.
status_is() {
	api_is sw /api/v1/status ".routers[0].families.ipv4 as \$f4 |
		.routers[0].families.ipv6 as \$f6 | $1"
}
