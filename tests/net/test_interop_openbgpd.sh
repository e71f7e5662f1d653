#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# OpenBGPD with conf/openbgpd/bgpd.conf as it is shipped: the full table in a RIB of its own, the
# selection in Loc-RIB. Topology: interop.sh.
#
# The portable version wants a user _openbgpd and a place below /run: it finds them in a mount
# namespace of its own, and the machine needs neither. It writes no routes to Linux's kernel.
#
# OpenBGPD 7.7 takes a request to refresh for one of a family that was not negotiated, also BIRD's.
# When a session is lost it waits half a minute before it dials again.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/interop.sh
. "$ROOT/tests/net/interop.sh"
# shellcheck disable=SC2034 # interop.sh's
DAEMON=OpenBGPD KEEPS=yes REFRESH_BUG="AID IPv4 unicast not negotiated"
net_begin ip curl jq ethtool nstat unshare bgpctl bgpd

# The blocks of the sessions to hotfibd, over IPv6.
sessions6() {
	sed -n -e '/^neighbor 127\.0\.0\.1/,/^}/p' -e '/^neighbor 10\.0\.0\.136/,/^}/p' "$1" |
		sed -e 's/127\.0\.0\.1/::1/; s/10\.0\.0\.136/fc00:136::1/; s/_hotfib/&6/'
}

daemon_config() {
	local conf=$LOGS/bgpd.conf
	cp "$ROOT/conf/openbgpd/bgpd.conf" "$conf"
	[ $# -gt 0 ] || return
	sed -i "s/# tcp md5sig .*/tcp md5sig password $1/" "$conf"
	sessions6 "$conf" >"$DIR/sessions6"
	sed -i -e "/^# What no rule allows/e cat '$DIR/sessions6'" "$conf"
	echo 'allow to ::1
		allow rib Loc-RIB from fc00:136::1' >>"$conf"
}

# A user and a /run that only the daemon sees.
daemon_place() {
	mkdir -p "$DIR/run/openbgpd"
	chmod 755 "$DIR" "$DIR/run" "$DIR/run/openbgpd"
	sed '/^_openbgpd:/d' /etc/passwd >"$DIR/passwd"
	sed '/^_openbgpd:/d' /etc/group >"$DIR/group"
	echo "_openbgpd:x:64999:64999::/run/openbgpd:/usr/sbin/nologin" >>"$DIR/passwd"
	echo "_openbgpd:x:64999:" >>"$DIR/group"
}

daemon_start() {
	spawn openbgpd sw unshare --mount sh -c "
		mount --bind '$DIR/passwd' /etc/passwd && mount --bind '$DIR/group' /etc/group &&
		mount --bind '$DIR/run' /run && exec bgpd -d -f '$LOGS/bgpd.conf'"
}

daemon_kill() {
	kill_hard openbgpd
}

daemon_hurry() {
	ctl neighbor from_hotfib up >/dev/null
	ctl neighbor to_hotfib up >/dev/null
}

ctl() {
	run_in sw bgpctl -s "$DIR/run/openbgpd/bgpd.sock.0" "$@"
}

# Without a MED bgpctl says 0.
pushed_routes() {
	ctl -j show rib detail table Loc-RIB | jq -r '.rib[]? |
		"\(.prefix) \(.exit_nexthop) \(.aspath | gsub(" "; ",")) origin=" +
		(.origin | if . == "incomplete" then "INCOMPLETE" else . end) +
		(if .metric > 0 then " med=\(.metric)" else "" end) +
		(if has("communities") then " communities=\(.communities | join(","))" else "" end)'
}

interop_topology
hotfibd_config
daemon_config
daemon_place
feeds_start --hold 30
hotfibd_start
daemon_start
scene_table
scene_refresh ctl neighbor from_hotfib refresh

ctl neighbor to_hotfib down "works on line 7" >/dev/null
expect_within "hotfibd is told why OpenBGPD shuts the learning session down" 20 \
	neighbor_is reflector '.lastError | test("works on line 7")'
check "OpenBGPD keeps the selection meanwhile" converged
ctl neighbor to_hotfib up >/dev/null
expect_within "the session comes back" 20 neighbor_up reflector

scene_daemon_killed
scene_hotfibd_restarts
scene_md5
net_end
