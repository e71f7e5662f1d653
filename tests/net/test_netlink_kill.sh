#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hotfibd is killed (-9) at random moments while it carries out a plan, KILLS times. The kernel keeps
# its routes, and none of them is wrong by the table as it was or as it became; started again it
# finds them, and the table becomes exactly what it should be. Topology: netlink.sh.
#
# A plan: all routes of one peer move to another next hop. The table has routes inside others with
# different next hops, so that the order of a plan matters.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

KILLS=${KILLS:-50}
RANDOM=${HOTFIB_SEED:-$$}
echo "seed ${HOTFIB_SEED:-$$}"

netlink_topology
awk 'BEGIN { for (i = 0; i < 1000; i++) {
	printf "20.%d.%d.0/22 65001 10.0.0.134\n", i / 60, i % 60 * 4
	printf "2a10:%x::/32 65001 fc00:136::2\n", i + 1
} }' >"$DIR/one.list"
awk 'BEGIN { for (i = 0; i < 1000; i++) {
	printf "20.%d.%d.0/24 65001 10.0.1.134\n", i / 60, i % 60 * 4 + 1
	printf "2a10:%x:8000::/34 65001 fc00:137::2\n", i + 1
} }' >"$DIR/two.list"
cat "$DIR/one.list" "$DIR/two.list" | awk '{ print $1 }' >"$DIR/always"
cat "$DIR/one.list" "$DIR/two.list" | awk '{ print $1, $3 }' | LC_ALL=C sort >"$DIR/rib.0"
sed 's/ 10\.0\.0\.134$/ 10.0.0.135/; s/ fc00:136::2$/ fc00:136::3/' "$DIR/rib.0" >"$DIR/rib.1"
MOVE=("move 10.0.0.135 10.0.0.134" "move 10.0.0.134 10.0.0.135")
MOVE6=("move fc00:136::3 fc00:136::2" "move fc00:136::2 fc00:136::3")

ALWAYS=$DIR/always
T=1
hotfibd_config 4000
hotfibd_start
feed one
feed two
wait_for "the kernel's table" 60 kernel_is "$DIR/rib.0"

MIXED=0 WRONG=0 UNEQUAL=0
for i in $(seq "$KILLS"); do
	old=$(((i - 1) % 2)) new=$((i % 2))
	say one "${MOVE[new]}" "${MOVE6[new]}"
	until_ms $((RANDOM % 120)) false
	kill_hard hotfibd
	kernel_routes >"$DIR/kernel"
	# Each route is as it was or as it became. A route's own prefix and next hop is all that
	# counts: nothing is ever inside it that is not in the kernel.
	LC_ALL=C sort -u "$DIR/rib.$old" "$DIR/rib.$new" | LC_ALL=C comm -13 - "$DIR/kernel" >"$DIR/wrong"
	[ -s "$DIR/wrong" ] && WRONG=$((WRONG + 1)) && head -n 3 "$DIR/wrong"
	if ! "$BIN/net/verify" "$DIR/rib.$old" "$DIR/kernel" >"$DIR/verify.old"; then
		"$BIN/net/verify" "$DIR/rib.$new" "$DIR/kernel" >"$DIR/verify.new" || MIXED=$((MIXED + 1))
	fi
	hotfibd_start
	if ! until_ms 60000 kernel_is "$DIR/rib.$new"; then
		UNEQUAL=$((UNEQUAL + 1))
		said "$DIR/wait.out"
	fi
	kernel_routes >"$DIR/kernel"
	"$BIN/net/verify" "$DIR/rib.$new" "$DIR/kernel" >"$DIR/verify" || { WRONG=$((WRONG + 1)) && cat "$DIR/verify"; }
done
echo "$KILLS kills, $MIXED of them half-way through a plan"
check "no kill left a wrong route" [ $WRONG -eq 0 ]
check "after each the table became what it should be" [ $UNEQUAL -eq 0 ]
net_end
