#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hotfibd is killed (-9) KILLS times, every other time while it saves its state, the child that
# writes with it: what is in the file is whole, the next life takes it over, and under the same
# traffic it changes nothing in the kernel. Then files that are of no use: each is told of, and the life begins without it and
# comes to the same. Topology: netlink.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/netlink.sh
. "$ROOT/tests/net/netlink.sh"
net_begin ip curl jq ethtool

EACH=40
KILLS=${KILLS:-6}
STATE=$DIR/state/file
mkdir "$DIR/state"

# Neighbours with different next hops, so that each is an entry of its own; what carries nothing is
# in between.
awk -v n=$EACH 'BEGIN { for (i = 1; i <= n; i++) {
	printf "20.0.%d.0/24 65001 10.0.0.%d\n", 2 * i, 134 + i % 2
	printf "2a10:%x::/32 65001 fc00:136::%d\n", 2 * i, 2 + i % 2
	printf "30.0.%d.0/24 65001 10.0.0.134\n", i
} }' >"$DIR/one.list"
grep -v '^30' "$DIR/one.list" >"$DIR/active.list"
awk '{ print $1, $3 }' "$DIR/active.list" | LC_ALL=C sort >"$DIR/expected"

netlink_topology
SYNTHETIC=false # the entries are those of the list
hotfibd_config 1000
printf 'state: { file = "%s"; interval = 1 }\n' "$STATE" >>"$DIR/hotfib.conf"
hotfibd_start
feed one
traffic_start "$DIR/active.list" 2000
wait_for "the active prefixes in the kernel" 60 kernel_is "$DIR/expected"
wait_for "a state file" 60 test -s "$STATE"

# The next time that it has a child: kill both. The child writes for some milliseconds, so nothing is
# executed between two looks.
kill_saving() {
	local pid children limit=$((SECONDS + 30))
	pid=$(pid_of hotfibd)
	while [ $SECONDS -lt $limit ]; do
		read -r children <"/proc/$pid/task/$pid/children"
		[ -n "$children" ] || continue
		# shellcheck disable=SC2086 # several
		kill -KILL "$pid" $children 2>/dev/null
		until_ms 20000 eval "! alive hotfibd" || bail "hotfibd does not die"
		rm "$DIR/hotfibd.pid"
		return
	done
	bail "it does not save"
}

# How often the log says so, of any life.
told() {
	grep -cE "$1" "$LOGS/hotfibd.log"
}

told_again() {
	[ "$(told "$1")" -gt "$2" ]
}

ready() {
	[ "$(hotfib_ show status -j | jq '[.routers[0].families[].installed] | add')" -eq $((2 * EACH)) ]
}

# The kernel is not touched from here on.
watch_start() {
	spawn watch sw ip monitor nexthop route
	until_ms 1000 false # until it listens
}

untouched() {
	! grep -E '^(Deleted )?(20\.|2a10|30\.|id )' "$LOGS/watch.log"
}

watch_start
HALF=0 USED=0
for i in $(seq "$KILLS"); do
	if [ $((i % 2)) = 1 ]; then
		kill_saving
	else
		until_ms $((RANDOM % 2500)) false
		kill_hard hotfibd
	fi
	[ ! -e "$STATE.new" ] || HALF=$((HALF + 1))
	n=$(told 'state file=.* taken over')
	hotfibd_start
	told_again 'state file=.* taken over' "$n" && USED=$((USED + 1))
	n=$(told 'state router=edge family=ipv6 averages=')
	wait_for "averages of the life before" 60 told_again 'state router=edge family=ipv6 averages=' "$((n - 1))"
	wait_for "the entries" 60 ready
done
echo "$KILLS kills, $HALF with a file half-way written"
check "each life found a state that is whole" [ $USED -eq "$KILLS" ]
until_ms 10000 false # five time constants
check "the kernel is as it was" kernel_is "$DIR/expected"
check "and nothing in it was ever touched" untouched
kill_hard watch
rm "$LOGS/watch.log"

is_state() {
	[ "$(head -c 4 "$STATE" | tr -d '\0')" = HFST ]
}

# damaged TEXT WORDS COMMAND...: what the log says of the file that the command leaves.
damaged() {
	local text=$1 words=$2
	shift 2
	wait_for "a state file" 60 is_state
	signal TERM hotfibd
	until_ms 10000 eval "! alive hotfibd" || bail "hotfibd does not stop"
	rm "$DIR/hotfibd.pid"
	"$@"
	hotfibd_start
	check "$text: the log says so" log_has hotfibd "state file=$STATE ignored=\"$words\""
	wait_for "the entries" 60 ready
}

broken_byte() {
	printf 'x' | dd of="$STATE" bs=1 seek=100 conv=notrunc status=none
}

other_version() {
	printf '\377' | dd of="$STATE" bs=1 seek=5 conv=notrunc status=none
}

another_file() {
	cp "$DIR/hotfib.conf" "$STATE"
}

# An old one: its time is 8 bytes from the 6th, milliseconds; the checksum is over all.
old_file() {
	python3 - "$STATE" <<-'END'
		import hashlib, struct, sys
		data = bytearray(open(sys.argv[1], "rb").read()[:-32])
		when, = struct.unpack_from(">Q", data, 6)
		struct.pack_into(">Q", data, 6, when - 20 * 60 * 1000)
		open(sys.argv[1], "wb").write(data + hashlib.sha256(data).digest())
	END
}

a_directory() {
	rm "$STATE" && mkdir "$STATE"
}

watch_start
damaged "a byte that is wrong" "its checksum is wrong" broken_byte
damaged "a file that is cut" "its length is wrong" truncate -s -7 "$STATE"
damaged "an empty file" "No data available" truncate -s 0 "$STATE"
damaged "another version" "it is of another version" other_version
damaged "another file" "it is no state of hotfib's" another_file
damaged "an old one" "it is too old" old_file
damaged "no file at all" "Is a directory" a_directory
until_ms 10000 false # they begin cold: so long everything found is kept, and then it is known
check "without a state the kernel's routes stay as well" kernel_is "$DIR/expected"
check "untouched" untouched
rmdir "$STATE"
expect_within "and one is written again" 60 test -s "$STATE"
net_end
