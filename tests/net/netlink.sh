# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A switch whose target is its own kernel: hotfibd with via = "netlink" learns from two upstream
# peers that dial it, and sFlow datagrams say which prefixes have traffic.
#
#   +-- sw ----------------------------+          +-- up ------------------+
#   | hotfibd :1179  sFlow :6343       |          | hotfib-lab feed x2     |
#   | hotfib-lab traffic           up0 o----------o sw0  10.0.0.134        |
#   |                 10.0.0.136       |          |      fc00:136::2       |
#   |                 fc00:136::1      |          |                        |
#   |                              up1 o----------o sw1  10.0.1.134        |
#   |                 10.0.1.136       |          |      fc00:137::2       |
#   |                 fc00:137::1      |          |                        |
#   +----------------------------------+          +------------------------+
#
# Routes to next hops of up0 come from the peer `one`, those of up1 from the peer `two`.
#
# shellcheck source=tests/net/kernel.sh
. "$ROOT/tests/net/kernel.sh"
PROTOCOL=221
# shellcheck disable=SC2034 # for those who source this
METRIC=15

# sw ARGUMENT...: ip(8) on the switch.
sw() {
	ip -n "$(ns sw)" "$@"
}

netlink_topology() {
	ns_add sw
	ns_add up
	router_on sw
	veth sw up0 up sw0
	veth sw up1 up sw1
	addr sw up0 10.0.0.136/24 fc00:136::1/64
	addr sw up1 10.0.1.136/24 fc00:137::1/64
	addr up sw0 10.0.0.134/24 10.0.0.135/24 fc00:136::2/64 fc00:136::3/64
	addr up sw1 10.0.1.134/24 fc00:137::2/64
}

# hotfibd_config CAPACITY [SETTING...]: settings of the group `netlink`.
hotfibd_config() {
	local capacity=$1
	shift
	cat >"$DIR/hotfib.conf" <<-END
		bgp: {
			listen = [ "0.0.0.0", "::" ]
			neighbors = (
				{ name = "one", address = "10.0.0.134", local-as = 65136,
				  remote-as = 65134, router-id = "10.0.0.136", role = "learn",
				  router = "edge" },
				{ name = "two", address = "10.0.1.134", local-as = 65136,
				  remote-as = 65135, router-id = "10.0.0.136", role = "learn",
				  router = "edge" }
				${NEIGHBORS:-}
			)
		}
		sflow: {
			agents = ( { address = "10.0.0.136", sources = [ "127.0.0.1" ],
				router = "edge", t = ${T:-2} } )
		}
		target: {
			router = "edge"
			via = [ "netlink" ]
			capacity = $capacity
			capacity6 = $capacity
			headroom = 0
			selection = "${SELECTION:-priced}"
			synthetic = ${SYNTHETIC:-true}
			always = [ $(sed 's/.*/"&"/' "${ALWAYS:-/dev/null}" | paste -sd,) ]
		}
		netlink: {
			$(printf '%s\n' "$@")
		}
		http: { socket = "$DIR/hotfib.sock" }
	END
	cp "$DIR/hotfib.conf" "$LOGS/"
}

hotfibd_start() {
	spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf" -d
	wait_for "hotfibd" 10 api sw /version
}

# feed LABEL: the routes of $DIR/LABEL.list, lines PREFIX ORIGIN-AS NEXTHOP.
feed() {
	local local=10.0.0.134 as=65134
	[ "$1" = one ] || local=10.0.1.134 as=65135
	spawn "$1" up "$BIN/hotfib-lab" feed --local $local --remote "${local%.134}.136" \
		--port 1179 --as $as --remote-as 65136 --router-id $local --list "$DIR/$1.list"
}

# traffic_start LIST RATE: samples a second, spread alike over the prefixes of the list.
traffic_start() {
	spawn traffic sw "$BIN/hotfib-lab" traffic --agent 10.0.0.136 --alpha 0 --plain-ranks \
		--ipv6-share 0.5 --samples "$2" --list "$1"
}

# The kernel's routes of ours as PREFIX GATEWAY.
kernel_routes() {
	fib_routes sw $PROTOCOL
}

# kernel_is FILE: our routes are exactly those of the file.
kernel_is() {
	kernel_routes >"$DIR/kernel"
	diff "$1" "$DIR/kernel" | head -n 20
	cmp -s "$1" "$DIR/kernel"
}

kernel_count() {
	kernel_routes | wc -l
}

kernel_has() {
	[ "$(kernel_count)" -eq "$1" ] || { kernel_count && return 1; }
}

# learned IPV4 IPV6: prefixes of each family.
learned() {
	api_is sw '/bgp/topprefixes/edge/json?maxPrefixes=0' ".nPrefixes == $1" &&
		api_is sw '/bgp/topprefixes6/edge/json?maxPrefixes=0' ".nPrefixes == $2"
}

hotfib_() {
	"$BIN/hotfib" -s "$DIR/hotfib.sock" "$@"
}
