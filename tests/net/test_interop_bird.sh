#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# BIRD 2 with conf/bird/bird2.conf as it is shipped: the full table in tables of its own, the
# selection in the master tables and in the kernel. Topology: interop.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
# shellcheck disable=SC2034 # interop.sh's
DAEMON=BIRD KEEPS=yes KERNEL_PROTO=bird
net_begin ip curl jq ethtool nstat bird birdc

# The protocols to hotfibd, over IPv6.
sessions6() {
	sed -n -e '/^protocol bgp to_hotfib/,/^}/p' -e '/^protocol bgp from_hotfib/,/^}/p' "$1" |
		sed -e 's/127\.0\.0\.1/::1/; s/10\.0\.0\.136/fc00:136::1/; s/_hotfib/&6/'
}

daemon_config() {
	local conf=$LOGS/bird.conf
	cp "$ROOT/conf/bird/bird2.conf" "$conf"
	[ $# -gt 0 ] || return
	sed -i "s/# password .*/password \"$1\";/" "$conf"
	sessions6 "$conf" >"$DIR/sessions6"
	cat "$DIR/sessions6" >>"$conf"
}

# Again: as BIRD's own graceful restart.
daemon_start() {
	spawn bird sw bird ${BIRD_WAS_UP:+-R} -f -c "$LOGS/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
	BIRD_WAS_UP=yes
}

daemon_kill() {
	kill_hard bird
}

ctl() {
	run_in sw birdc -s "$DIR/bird.ctl" "$@"
}

pushed_routes() {
	ctl show route all where "proto ~ \"from_hotfib*\"" | awk '
		function flush() {
			if (prefix != "")
				print prefix, a["next_hop"], a["as_path"], "origin=" a["origin"] \
					("med" in a ? " med=" a["med"] : "") \
					("community" in a ? " communities=" a["community"] : "")
			split("", a)
			prefix = ""
		}
		/ (unicast|unreachable) \[/ { flush(); prefix = $1 }
		/^\tBGP\./ {
			key = substr($1, 5, length($1) - 5)
			value = substr($0, index($0, ": ") + 2)
			if (key == "origin")
				value = toupper(value)
			else if (key == "as_path")
				gsub(/ /, ",", value)
			else if (key == "community") {
				gsub(/,/, ":", value)
				gsub(/\) \(/, ",", value)
				gsub(/[()]/, "", value)
			}
			a[key] = value
		}
		END { flush() }'
}

interop_topology
hotfibd_config
daemon_config
feeds_start --hold 30
hotfibd_start
daemon_start
scene_table
scene_refresh ctl reload in from_hotfib

ctl disable to_hotfib '"works on line 7"' >/dev/null
expect_within "hotfibd is told why BIRD shuts the learning session down" 20 \
	neighbor_is reflector '.lastError | test("works on line 7")'
check "BIRD keeps the selection meanwhile" converged
ctl enable to_hotfib >/dev/null
expect_within "the session comes back" 20 neighbor_up reflector

scene_daemon_killed
scene_hotfibd_restarts
scene_md5
net_end
