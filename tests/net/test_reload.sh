#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The configuration is changed while hotfibd runs: what differs is changed, all else does not notice;
# a file with a fault changes nothing. Then the same RELOADS times, with sessions that flap, and
# memory and descriptors are as before. Topology: lab.sh, with two sinks.
#
#   HOTFIB_RELOADS   how often, and then a session flaps as often; default 10000
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip curl jq
RELOADS=${HOTFIB_RELOADS:-10000}

# neighbor NAME ADDRESS NUMBER [MORE [ROLE]]
neighbor() {
	echo ", { name = \"$1\", address = \"$2\", local-as = 65136, router-id = \"0.0.0.$3\"," \
		"role = \"${5:-push}\", ${4:-hold-time = 90} }"
}

# conf CAPACITY [MORE]: the target gives the first sink so much.
conf() {
	lab_conf "target: { router = \"edge\"; via = [ \"first\" ${VIA:-} ]; capacity = $1;
		capacity6 = 100; selection = \"top\"; headroom = 0.0 } ${2:-}"
}

reload() {
	hotfib reload >"$DIR/reload.out" 2>"$DIR/reload.err"
}

reload_says() {
	reload
	cat "$DIR/reload.out" "$DIR/reload.err"
	grep -qF -- "$1" "$DIR/reload.out" "$DIR/reload.err"
}

refused() {
	! reload && cat "$DIR/reload.err" && grep -qE "$1" "$DIR/reload.err"
}

# The sessions that are up, each with the time since when: unchanged means nobody noticed.
sessions() {
	api sw /api/v1/neighbors | jq -r '.neighbors[] | select(.state == "established") |
		"\(.name) \(.startTime) \(.establishedCount)"' | sort
}

same_sessions() {
	sessions >"$DIR/sessions.now"
	diff "$DIR/sessions" "$DIR/sessions.now"
}

installed_is() {
	status_is "\$f4.installed == $1"
}

sink_start() {
	spawn "$1" sw "$BIN/hotfib-lab" sink --local "$2" --remote 127.0.0.1 --port 1179 --as 65136 \
		--router-id "$2"
}

established() {
	api_is sw /api/v1/neighbors "[.neighbors[] | select(.name == \"$1\" and
		.state == \"established\")] | length == 1"
}

lab_begin
NEIGHBORS=$(neighbor first 127.0.0.21 2)
conf 300
hotfibd_start
feed_start --hold 90
traffic_start --samples 2000
sink_start first 127.0.0.21
wait_for "300 routes" 60 installed_is 300
sessions >"$DIR/sessions"

check "the same file changes nothing" reload_says "nothing has changed"
conf 200
check "a capacity is changed" reload_says "target.capacity changed"
expect_within "... and obeyed" 10 installed_is 200
conf 250 'log: { level = "debug" }'
signal HUP hotfibd
expect_within "by SIGHUP too" 10 installed_is 250
expect_within "... and what level debug is for is logged" 10 log_has hotfibd ' debug target run='
check "no session has noticed" same_sessions

cp "$CONF" "$DIR/good.conf"
sed -i 's/capacity6 = 100/capcity6 = 100/; s/"top"/"tip"/' "$CONF"
check "a bad file is refused, each fault with file and line" \
	refused "hotfib.conf:[0-9]+: .*capcity6"
check "... the other one too" refused "hotfib.conf:[0-9]+: .*tip"
check "... and the status says so" api_is sw /api/v1/status \
	'(.reload.faults | length == 2) and (.problems | tostring | contains("could not be reloaded"))'
cp "$DIR/good.conf" "$CONF"
sed -i 's/listen = \[ "127.0.0.1" \]; port = 1179/listen = [ "127.0.0.1", "192.0.2.1" ]; port = 1179/' \
	"$CONF"
check "an address that is not here is refused" refused "192.0.2.1 port 1179: Cannot assign"
expect_within "... and nothing was changed" 10 installed_is 250
check "... no session has noticed" same_sessions

VIA=', "second"'
NEIGHBORS=$(neighbor first 127.0.0.21 2)$(neighbor second 127.0.0.22 3)
AGENTS=', { address = "198.18.0.2", router = "edge" }'
conf 250 'log: { level = "debug" }'
check "a neighbour is added" reload_says "bgp.neighbors.second added"
check "... and an agent" grep -q "sflow.agents.198.18.0.2 added" "$DIR/reload.out"
sink_start second 127.0.0.22
expect_within "... and comes up" 20 established second
check "the others have not noticed" eval "sessions | grep -v second | diff $DIR/sessions -"

# A target that is learned from now: it loses what it had with the session, and gets nothing more,
# also when it asks.
expect_within "... and gets the table" 20 log_has second "eor ipv4 ipv4=250"
VIA='' AGENTS=''
NEIGHBORS=$(neighbor first 127.0.0.21 2)$(neighbor second 127.0.0.22 3 'router = "edge"' learn)
conf 250
check "a target becomes a neighbour to learn from" reload_says "bgp.neighbors.second.role changed"
expect_within "... its session ends" 10 log_has second "down .*Other Configuration Change"
expect_within "... and comes back with nothing announced on it" 20 log_has second \
	"eor ipv4 ipv4=0 ipv6=0"
say second "refresh ipv4" "refresh ipv6"
expect_within "... nor when it asks" 10 api_is sw /api/v1/neighbor/second \
	'.received.refreshes == 2 and .sent.refreshes == 4'
: >"$LOGS/second.log"
say second count
expect_within "... at all" 10 log_has second "^count ipv4=0 ipv6=0"
expect_within "... while the target has its table" 10 installed_is 250

check "a neighbour is disabled" hotfib disable second "for now"
expect_within "... and told so" 10 log_has second "Administrative Shutdown: for now"
NEIGHBORS=$(neighbor first 127.0.0.21 2)$(neighbor second 127.0.0.22 3 \
	'router = "edge", hold-time = 30' learn)
conf 250
check "... and configured otherwise" reload_says "bgp.neighbors.second.hold-time changed"
check "... which does not enable it" api_is sw /api/v1/neighbor/second \
	'.disabled and .state == "idle"'
check "... but an operator does" hotfib enable second
expect_within "... so that it comes back" 20 established second
NEIGHBORS=$(neighbor first 127.0.0.21 2)
conf 250
check "it is removed" reload_says "bgp.neighbors.second removed"
expect_within "... and told so" 10 log_has second "De-configured"
kill_hard second
check "the others have not noticed" same_sessions

sed -i 's/role = "learn"/hold-time = 30, role = "learn"/' "$CONF"
check "a learning session changes" reload_says "bgp.neighbors.feed.hold-time changed"
check "... its routes are kept meanwhile" installed_is 250
expect_within "... it comes back" 30 established feed
expect_within "... and its table is ready" 30 status_is "\$f4.frozen == false and \$f4.installed == 250"
check "... the pushing one has not noticed" eval "sessions | grep first | diff <(grep first $DIR/sessions) -"

# --- over and over ------------------------------------------------------------------------------

# Bytes in use, by what for, without what depends on traffic and on who asks now.
used() {
	api sw /api/v1/status | jq -S '.totals.memoryBytes | {config, misc, bgp}'
}

# ... when a second has passed that changes nothing in it.
used_steadily() {
	local bytes
	bytes=$(used)
	until_ms 1200 false
	[ "$bytes" = "$(used)" ] && echo "$bytes" >"$DIR/used"
}

# The allocator rounds up by chance: 1 KB is no leak, as 10,000 times anything is more.
same_use() {
	used_steadily && cat "$DIR/used.before" "$DIR/used" &&
		jq -s -e '. as [$a, $b] | [$a | keys[] | ($a[.] - $b[.] | fabs) < 1024] | all' \
			"$DIR/used.before" "$DIR/used"
}

descriptors() {
	find "/proc/$(pid_of hotfibd)/fd" -mindepth 1 | wc -l
}

rss_kb() {
	awk '/^VmRSS/ { print $2 }' "/proc/$(pid_of hotfibd)/status"
}

# many N: so many reloads over one connection; each must be answered by "in force".
many() {
	run_in sw curl -sS -X POST --unix-socket "$SOCKET" "http://hotfibd/api/v1/reload#[1-$1]" \
		>"$DIR/many.out" && [ "$(grep -c 'is in force' "$DIR/many.out")" -eq "$1" ]
}

# The file is one of two all the time: another capacity, and a push session that comes and goes.
flip() {
	local i=0
	while [ ! -e "$DIR/enough" ]; do
		i=$((1 - i))
		ln -sfn "conf.$i" "$DIR/flip" && mv -T "$DIR/flip" "$CONF"
	done
}

steady() {
	established feed && established first && installed_is 250
}

conf 250
cp "$CONF" "$DIR/conf.0"
NEIGHBORS=$(neighbor first 127.0.0.21 2 'hold-time = 60')$(neighbor third 127.0.0.23 4)
conf 240
mv "$CONF" "$DIR/conf.1"
ln -s conf.0 "$CONF"
over_and_over() {
	rm -f "$DIR/enough"
	flip &
	"$@"
	local result=$?
	touch "$DIR/enough"
	wait
	ln -sfn conf.0 "$CONF"
	reload && return "$result"
}
over_and_over many $((RELOADS / 20 + 1))
wait_for "all as before" 60 steady
wait_for "a quiet second" 30 used_steadily
mv "$DIR/used" "$DIR/used.before"
fds=$(descriptors) kb=$(rss_kb)
start=$(now_ms)
check "$RELOADS reloads" over_and_over many "$RELOADS"
echo "$RELOADS reloads in $(($(now_ms) - start)) ms"
wait_for "all as before" 60 steady
expect_within "bytes in use are the same" 30 same_use
expect_within "descriptors are the same" 10 eval "[ \$(descriptors) -eq $fds ]"
check "the process has not grown" test "$(($(rss_kb) - kb))" -lt 4096

# --- sessions that flap -------------------------------------------------------------------------

ups() {
	api sw /api/v1/neighbors | jq '.neighbors[] | select(.name == "feed") | .establishedCount'
}

# flap N: the feeder comes and goes so many times, and then stays.
flap() {
	local before
	kill_hard feed
	before=$(ups)
	feed_start --flaps "$1"
	until_ms 120000 eval "[ \"\$(ups)\" -gt $((before + $1)) ]"
}

check "a session flaps" flap $((RELOADS / 20 + 1))
wait_for "all as before" 60 steady
wait_for "a quiet second" 30 used_steadily
mv "$DIR/used" "$DIR/used.before"
fds=$(descriptors) kb=$(rss_kb)
start=$(now_ms)
check "... $RELOADS times" flap "$RELOADS"
echo "$RELOADS flaps in $(($(now_ms) - start)) ms"
wait_for "all as before" 60 steady
expect_within "bytes in use are the same" 30 same_use
expect_within "descriptors are the same" 10 eval "[ \$(descriptors) -eq $fds ]"
check "the process has not grown" test "$(($(rss_kb) - kb))" -lt 4096
echo "resident: $kb KB, then $(rss_kb) KB"
net_end
