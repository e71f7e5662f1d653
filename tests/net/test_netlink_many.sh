#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# 32,000 routes of both families beside BIRD's own and static ones at the same prefixes: whatever we
# add, change and remove, theirs stay as they are. The buffer for notifications is far too small for
# that, so the kernel drops them (ENOBUFS), and everything is read anew. Topology: netlink.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip bird curl jq ethtool

EACH=16000
STATIC=500 # of them, in each family

netlink_topology
awk -v n=$EACH 'BEGIN { for (i = 0; i < n; i++) {
	printf "20.%d.%d.0/24 65001 10.0.0.134\n", i / 250, i % 250
	printf "2a10:%x:%x::/48 65001 fc00:136::2\n", i / 250 + 1, i % 250 + 1
} }' >"$DIR/one.list"
awk '{ print $1 }' "$DIR/one.list" >"$DIR/always"
awk '{ print $1, $3 }' "$DIR/one.list" | LC_ALL=C sort >"$DIR/expected"
sed 's/ 10\.0\.0\.134$/ 10.0.0.135/; s/ fc00:136::2$/ fc00:136::3/' "$DIR/expected" >"$DIR/moved"

# --- others: BIRD with a route at each prefix, and static ones at some ----------------------------

awk '{ via = $1 ~ ":" ? "fc00:137::2" : "10.0.1.134"; print "route", $1, "via", via ";" }' \
	"$DIR/one.list" >"$DIR/bird.routes"
cat >"$DIR/bird.conf" <<END
router id 10.0.0.136;
protocol device { }
protocol kernel { ipv4 { export all; }; }
protocol kernel { ipv6 { export all; }; }
protocol static { ipv4; $(grep -v : "$DIR/bird.routes") }
protocol static { ipv6; $(grep : "$DIR/bird.routes") }
END
spawn bird sw bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
for f in 4 6; do
	grep "$([ $f = 4 ] && echo '\.' || echo :)" "$DIR/always" | head -n $STATIC |
		awk -v f=$f '{ via = f == 4 ? "10.0.1.134" : "fc00:137::2"
			print "route add", $1, "via", via, "proto static metric 50" }'
done >"$DIR/static.batch"
ip -n "$(ns sw)" -batch "$DIR/static.batch" || bail "cannot add static routes"

others() {
	for p in bird static kernel; do
		ip -n "$(ns sw)" -4 route show proto $p
		ip -n "$(ns sw)" -6 route show proto $p
	done | sort
}
bird_is_there() {
	others >"$DIR/others"
	[ "$(wc -l <"$DIR/others")" -ge $((2 * EACH + 2 * STATIC)) ]
}
wait_for "BIRD's routes" 60 bird_is_there
others >"$DIR/others"

same_others() {
	others >"$DIR/others.now"
	diff "$DIR/others" "$DIR/others.now"
}

# --- ours ---------------------------------------------------------------------------------------

ALWAYS=$DIR/always
hotfibd_config $EACH 'beside = [ "bird", "static" ]' 'buffer = 4096' 'audit-interval = 5'
hotfibd_start
feed one
expect_within "$((2 * EACH)) routes are in the kernel" 120 kernel_is "$DIR/expected"
check "the routes of others are as they were" same_others
check "notifications were lost on the way" log_has hotfibd "notifications were lost"

awk 'NR % 20 == 0 { print "route del", $1, "proto 221 metric 15" }' "$DIR/expected" >"$DIR/del.batch"
ip -n "$(ns sw)" -batch "$DIR/del.batch" || bail "cannot delete routes"
expect_within "what somebody deletes is put back all the same" 60 kernel_is "$DIR/expected"

# While the plan is under way somebody deletes some, and takes others over.
awk 'NR % 20 == 1 { via = $1 ~ ":" ? "fc00:137::2" : "10.0.1.134"
	print "route replace", $1, "via", via, "proto static metric 15" }' "$DIR/expected" >"$DIR/rob.batch"
say one "move 10.0.0.134 10.0.0.135" "move fc00:136::2 fc00:136::3"
moving() {
	[ "$(kernel_routes | grep -cE ' (10.0.0.135|fc00:136::3)$')" -gt 0 ]
}
wait_for "the plan" 60 moving
ip -n "$(ns sw)" -force -batch "$DIR/del.batch" 2>"$LOGS/del.log"
ip -n "$(ns sw)" -force -batch "$DIR/rob.batch" 2>"$LOGS/rob.log"
expect_within "all of them move to another next hop, whatever others do meanwhile" 120 \
	kernel_is "$DIR/moved"
check "the routes of others are still as they were" same_others

say one "withdraw-all"
: >"$DIR/none"
expect_within "all of them leave" 120 kernel_is "$DIR/none"
check "and the routes of others stay" same_others
net_end
