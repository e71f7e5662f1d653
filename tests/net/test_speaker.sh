#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What neighbours do to a BGP speaker, many of them at once, in one namespace:
#
#   +-- sw -----------------------------------------------------------------------+
#   | hotfibd 10.0.0.1, .2, .3                                                    |
#   |    ^   ^-- BIRD, one identifier: 10.0.0.10 and .11 (several paths a prefix), |
#   |    |       and .12, where both sides dial                                   |
#   |    +------ peer.py: unknown, silent, mute, half a table, asking, stalled, ... |
#   +-----------------------------------------------------------------------------+
#
# The silent neighbour begins first and is looked at last: what it holds up takes 30 s.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip curl jq python3 bird birdc ss

hotfib_() {
	"$BIN/hotfib" -s "$DIR/hotfib.sock" "$@"
}

# peer LABEL MODE LOCAL ARGUMENT...: in the background
peer() {
	local label=$1 mode=$2 local=$3
	shift 3
	spawn "$label" sw python3 "$ROOT/tests/net/peer.py" "$mode" "$local" 10.0.0.1 "$@"
}

# It has done what it was for.
gone() {
	until_ms 20000 eval "! alive $1"
	rm "$DIR/$1.pid"
}

neighbor_is() {
	api_is sw "/api/v1/neighbor/$1" "$2"
}

up() {
	neighbor_is "$1" '.state == "established"'
}

# NAME ADDRESS LOCAL-ADDRESS ROLE SETTING...
neighbor() {
	local name=$1 address=$2 own=$3 role=$4
	shift 4
	[ -z "$SEPARATOR" ] || echo ,
	SEPARATOR=,
	[ "$role" = push ] || set -- 'router = "edge"' "$@"
	[[ "$*" == *router-id* ]] || set -- 'router-id = "10.0.0.1"' "$@"
	echo "{ name = \"$name\" address = \"$address\" local-address = \"$own\"" \
		"local-as = 65136 role = \"$role\" $* }"
}

# Whoever comes from a prefix.
dynamic() {
	echo ', { name = "leaf" prefix = "10.0.0.40/30" max-neighbors = 2 role = "learn"' \
		'router = "edge" router-id = "10.0.0.1" local-as = 65136 }'
}

hotfibd_config() {
	SEPARATOR=
	cat <<-END
		bgp: { listen = [ "0.0.0.0" ] port = 1179 stale-time = 300 neighbors = (
			$(neighbor twin-a 10.0.0.10 10.0.0.1 learn
			neighbor twin-b 10.0.0.11 10.0.0.2 learn
			neighbor both 10.0.0.12 10.0.0.3 learn 'passive = false port = 179'
			neighbor silent 10.0.0.20 10.0.0.1 learn
			neighbor mute 10.0.0.21 10.0.0.1 learn
			neighbor table 10.0.0.22 10.0.0.1 learn
			neighbor asks 10.0.0.26 10.0.0.1 learn
			neighbor many 10.0.0.25 10.0.0.1 learn 'max-prefixes = 100'
			dynamic
			neighbor low 10.0.0.23 10.0.0.1 learn 'passive = false port = 1790'
			neighbor high 10.0.0.24 10.0.0.1 learn 'passive = false port = 1790'
			neighbor taker 10.0.0.30 10.0.0.1 push
			neighbor staller 10.0.0.31 10.0.0.1 push 'send-hold-time = 5') ) }
		sflow: { listen = [ "127.0.0.1:6343" ]
			agents = ( { address = "10.0.0.1" sources = [ "127.0.0.1" ] router = "edge" } ) }
		target: { router = "edge" via = [ "taker", "staller" ] capacity = 20000 capacity6 = 10
			selection = "top" }
		http: { listen = [ "127.0.0.1:8008" ] socket = "$DIR/hotfib.sock" }
	END
}

bird_config() {
	cat <<-END
		log stderr all;
		router id 10.0.0.10;
		protocol device { scan time 60; }
		protocol direct { ipv4; }
		protocol static one { ipv4 { preference 200; };
			route 198.51.100.0/24 via 10.0.0.50 { bgp_med = 7; }; }
		protocol static two { ipv4 { preference 100; };
			route 198.51.100.0/24 via 10.0.0.51 { bgp_med = 3; }; }
		template bgp hotfib {
			multihop; rr client;
			connect delay time 1; connect retry time 2; error wait time 1, 2;
			ipv4 { import none; add paths tx;
				export where source = RTS_STATIC; next hop keep; };
		}
		protocol bgp twin_a from hotfib { local 10.0.0.10 as 65136;
			neighbor 10.0.0.1 port 1179 as 65136; }
		protocol bgp twin_b from hotfib { local 10.0.0.11 as 65136;
			neighbor 10.0.0.2 port 1179 as 65136; }
		protocol bgp both from hotfib { local 10.0.0.12 as 65136;
			neighbor 10.0.0.3 port 1179 as 65136; ipv4 { export none; }; }
	END
}

ctl() {
	run_in sw birdc -s "$DIR/bird.ctl" "$@"
}

# Established TCP connections between hotfibd and an address.
connections() {
	run_in sw ss -Htn state established src 10.0.0.3 dst "$1" | wc -l
}

# One connection, and both sides believe in it.
one_session() {
	up both && [ "$(connections 10.0.0.12)" = 1 ] &&
		ctl show protocols both | grep -q Established
}

refused() {
	api sw /metrics | awk '/^hotfib_bgp_refused_total\{.*unknown/ { print $2 }'
}

counted_as_refused() {
	[ "$(refused)" -eq $((${before:?} + 1)) ]
}

# The paths of a prefix in hotfib's order, and what it says of them.
paths_are_explained() {
	hotfib_ show route 198.51.100.0/24 >"$DIR/said" && hotfib_ -J show route 198.51.100.0/24 >"$DIR/json"
	cat "$DIR/said"
	[ "$(grep -c '^path ' "$DIR/said")" = 4 ] &&
		[ "$(grep -cE ', path id [0-9]+' "$DIR/said")" = 4 ] &&
		grep -qE '^path 1, from twin-[ab] at 10.0.0.1[01], path id [0-9]+, best$' "$DIR/said" &&
		grep -qE '^  best of +4 paths: its neighbour.s address is lower' "$DIR/said" &&
		grep -q '^  after  *path 2: its MED is lower (med)$' "$DIR/said" &&
		jq -e '.paths[0].med == 3 and .paths[0].best and (.paths[1:] | all(.best | not))' \
			"$DIR/json"
}

stale_paths() {
	hotfib_ show route 198.51.100.0/24 >"$DIR/said"
	[ "$(grep -cE "^path .*$1.*, stale\$" "$DIR/said")" = "$2" ]
}

# The table that `half` begins: COUNT routes, each with attributes of its own.
COUNT=8000
table_routes() {
	awk -v n=$COUNT 'BEGIN {
		for (i = 0; i < n; i++)
			printf "20.%d.%d.0/24 %d 10.0.0.50\n", i / 256, i % 256, 70000 + i
	}'
}

held() {
	neighbor_is "$1" ".families.ipv4 | .installed == $2 and .pending == 0" ||
		{ api sw "/api/v1/neighbor/$1" | jq .families.ipv4 && return 1; }
}

ns_add sw
run_in sw sysctl -qw net.ipv4.tcp_wmem="4096 16384 65536"
for a in 1 2 3 10 11 12 20 21 22 23 24 25 26 30 31 40 41 42 99; do
	addr sw lo "10.0.0.$a/24"
done
hotfibd_config >"$DIR/hotfib.conf"
bird_config >"$DIR/bird.conf"
cp "$DIR/hotfib.conf" "$DIR/bird.conf" "$LOGS"
spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 10 api sw /version
peer silent silent 10.0.0.20
peer low collide 10.0.0.23 9.0.0.1 1790
peer high collide 10.0.0.24 11.0.0.1 1790
wait_for "the silent neighbour" 10 log_has silent connected
spawn bird sw bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"

# Nobody's neighbour.
before=$(refused)
check "a source that is no neighbour is closed without a byte" \
	run_in sw python3 "$ROOT/tests/net/peer.py" unknown 10.0.0.99 10.0.0.1
check "... and counted" counted_as_refused

# Two sessions from one host and one identifier, with two paths a prefix each.
for n in twin-a twin-b; do
	expect_within "BIRD's session $n is up" 20 up $n
done
expect_within "every path is shown, and why the best one is" 10 paths_are_explained
ctl disable twin_a >/dev/null
expect_within "... a lost session's are stale" 20 \
	stale_paths twin-a 2
ctl enable twin_a >/dev/null

# By an operator's hand.
spawn poll sw curl -sS --max-time 90 "http://127.0.0.1:8008/events/json?timeout=60&eventID=$(
	api sw "/events/json?maxEvents=1" | jq '.[0].eventID')"
check "a neighbour is disabled" hotfib_ disable twin-b "new line card"
expect_within "... which a client that waits for the next event hears" 10 \
	log_has poll '^\[\{"eventID":[0-9]+,"metric":"command",.*"disable of twin-b by '
gone poll
expect_within "... and told why" 20 log_has bird "Administrative shutdown.*new line card"
check "... is shown so" eval "hotfib_ show neighbor twin-b | grep 'disabled by an operator'"
check "... is no riddle in the status" \
	eval "hotfib_ show status | grep 'twin-b is down (idle): disabled by an operator'"
check "... cannot be reset" eval "! hotfib_ reset twin-b"
check "... is enabled" hotfib_ enable twin-b
expect_within "... and comes back" 20 up twin-b
check "a neighbour is reset" hotfib_ reset twin-b "new filters"
expect_within "... and told why" 20 log_has bird "Administrative reset.*new filters"
expect_within "... and comes back" 20 up twin-b

# Both sides dial.
for _ in 1 2 3; do
	expect_within "where both sides dial there is one session" 20 one_session
	ctl restart both >/dev/null
done
expect_within "of two connections the one is kept that the higher identifier opened: ours" 20 \
	log_has low "theirs kept"
check "... and the other gets Cease/Connection Collision" log_has low "ours notification 6/7"
expect_within "... or the neighbour's" 20 log_has high "ours kept"
check "... and the other gets Cease/Connection Collision" log_has high "theirs notification 6/7"
check "both have a session" eval "up low && up high"

# Nothing more is heard.
peer mute mute 10.0.0.21 3
expect_within "a neighbour that falls silent is given up by the hold timer" 15 \
	log_has mute "notification 4/0"
check "... and hotfib says so" neighbor_is mute '.lastError | test("sent Hold Timer Expired")'
gone mute

# Half a table, and dead.
peer half half 10.0.0.22 $COUNT
wait_for "half a table" 20 log_has half "half of it"
expect_within "half a table is learned" 10 neighbor_is table ".families.ipv4.paths >= $COUNT / 2"
kill_hard half
expect_within "killed in the middle of a message: what came is kept" 20 neighbor_is table \
	".state != \"established\" and (.families.ipv4 | .paths >= $COUNT / 2 and .paths < $COUNT and
		.stalePaths == .paths and (.ready | not))"
table_routes >"$DIR/table"
spawn feed sw "$BIN/hotfib-lab" feed --local 10.0.0.22 --remote 10.0.0.1 --port 1179 --as 65136 \
	--list "$DIR/table"
expect_within "... and it comes back with the whole table, without the stale half" 30 neighbor_is \
	table ".families.ipv4 | .ready and .paths == $COUNT and .stalePaths == 0"

# More routes than it may have, and neighbours that are known by a prefix only.
peer many half 10.0.0.25 400
expect_within "a neighbour with too many prefixes is closed and kept out" 10 neighbor_is many \
	'.state != "established" and .held and .families.ipv4.overLimit and
		(.lastError | test("Maximum Number of Prefixes"))'
check "... and hotfib says for how long" \
	eval 'hotfib_ show neighbor many | grep -E "kept out for too many prefixes, for another [0-9]"'
check "... unless an operator resets it" eval "hotfib_ reset many 'the limit is higher now' &&
	neighbor_is many '.held | not'"
for n in 1 2; do
	peer leaf-$n half "10.0.0.4$n" 2
	expect_within "a neighbour of a prefix is taken" 10 up leaf-$n
done
check "... and no more than there may be" \
	run_in sw python3 "$ROOT/tests/net/peer.py" unknown 10.0.0.40 10.0.0.1
check "its routes are shown with its address" \
	eval 'hotfib_ show route 20.0.0.0/24 | grep -E "^path [0-9], from leaf-1 at 10.0.0.41"'
kill_hard many

# Nothing is read.
spawn taker sw "$BIN/hotfib-lab" sink --local 10.0.0.30 --remote 10.0.0.1 --port 1179 --as 65136
peer staller stall 10.0.0.31 3
wait_for "both targets" 20 eval "up taker && up staller"
spawn traffic sw "$BIN/hotfib-lab" traffic --agent 10.0.0.1 --alpha 0 --plain-ranks \
	--samples 20000 --list "$DIR/table"
expect_within "a target that reads gets the table beside one that does not" 30 held taker $COUNT
# The targets hold a table; a learning neighbour asks for ours, too.
peer asks ask 10.0.0.26 5
expect_within "to a neighbour that is learned from nothing is announced, asked or not" 10 \
	log_has asks "^0 updates that are no End-of-RIB in 2 answers"
check "... and its session stays" eval "up asks && neighbor_is asks '.families.ipv4.paths == 5'"
expect_within "... which is given up by the send hold timer" 30 neighbor_is staller \
	'.lastError | test("Send Hold Timer Expired")'
check "... while the other sessions have not noticed" eval "up taker && up table && up twin-b"
gone staller

expect_within "a neighbour that never spoke is closed" 40 log_has silent "notification 4/0"
check "... after half a minute" log_has silent "notification 4/0 after [23][0-9] s"
gone silent
peer silent mute 10.0.0.20 90
expect_within "... and its real session is taken" 10 up silent
check "the log is not flooded" test "$(wc -l <"$LOGS/hotfibd.log")" -lt 300
net_end
