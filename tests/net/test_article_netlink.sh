#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The articles' workflow without the second BGP session: BIRD hands over the full table, Open vSwitch
# samples real packets, and hotfibd writes the active prefixes into the kernel's table itself, beside
# BIRD's default routes. Topology: article.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/article.sh
. "$ROOT/tests/net/article.sh"
# shellcheck source=tests/net/kernel.sh
. "$ROOT/tests/net/kernel.sh"
net_begin ip bird ovs-vswitchd ovsdb-server curl jq ethtool

kernel_routes() {
	fib_routes sw 221
}

# The article's properties, with the kernel for a target.
hotfibd_config() {
	cat "$ROOT/tests/net/article/sflow-rt.conf" >"$DIR/sflow-rt.conf"
	echo "arm.sflow.t=$T" >>"$DIR/sflow-rt.conf"
	"$BIN/hotfib" import "$DIR/sflow-rt.conf" |
		sed -e 's,via = .*,via = [ "netlink" ],; s,target: *{,&\n\tselection = "top",' \
			-e "s,^http: {,&\n\tsocket = \"$DIR/hotfib.sock\"," >"$DIR/hotfib.conf"
	if ! grep -q netlink "$DIR/hotfib.conf" || ! grep -q "$DIR/hotfib.sock" "$DIR/hotfib.conf"; then
		bail "the imported configuration is not as expected"
	fi
	cp "$DIR/hotfib.conf" "$LOGS/"
}

# BIRD's configuration without the sessions that take the selection.
bird_start() {
	awk '/^protocol bgp from_hotfib/ { skip = 1 }
		!skip
		skip && /^}|}$/ { skip = 0 }' "$ROOT/conf/bird/bird2.conf" >"$DIR/bird.conf"
	spawn bird sw bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
}

ACTIVE=20
article_start
expect_within "the kernel holds exactly the active prefixes and what they cover" 40 \
	kernel_is "$DIR/expected"
check "every address of the kernel's table goes where BIRD's RIB says" forwarding_is_right
check "BIRD's default route is beside them" \
	grep -q 'default via 10.0.0.134' <(ip -n "$(ns sw)" route show proto bird)

gone() {
	! kernel_routes | grep -F "$1 "
}
say up134 "withdraw 20.2.0.0/16"
expect_within "a prefix that is withdrawn leaves the kernel" 3 gone 20.2.0.0/16
check "no wrong route is left behind" forwarding_is_right
say up134 "announce 20.2.0.0/16 nexthop 10.0.0.134"
expect_within "announced again, it is back" 10 kernel_is "$DIR/expected"

for k in 6 7 8; do
	say packets "stop 20.$k.1.1" "stop 2a10:$k:1::1"
	sed -i "/^20\.$k\./d; /^2a10:$k:/d" "$DIR/expected"
done
expect_within "prefixes whose traffic stops leave, and only they" 60 kernel_is "$DIR/expected"

kill_hard hotfibd
check "killed, it leaves the kernel's table as it is" kernel_is "$DIR/expected"
hotfibd_start
expect_within "started again it comes back to the same" 40 kernel_is "$DIR/expected"
check "every address goes where BIRD's RIB says at the end" forwarding_is_right
net_end
