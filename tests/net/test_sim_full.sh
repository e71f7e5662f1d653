#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An ASIC with less room than was configured: the ceiling is learned, what is worth least is given
# up, more is tried slowly, and at no look does an address go to a wrong next hop. Topology: lab.sh.
#
# shellcheck disable=SC2016,SC2119,SC2317 # $f4 is for jq; functions are called by name
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip curl jq bgpdump
TABLE="--ipv4 20000"
ROOM=600
LOOKS=0 WRONG=0 MOST=0

# What is held, against the table that was learned; and how much it is at most.
look() {
	local n
	LOOKS=$((LOOKS + 1))
	api sw /api/v1/installed | jq -r '.installed[] | .prefix + " " + .nexthop' >"$DIR/held"
	n=$(wc -l <"$DIR/held")
	[ "$n" -le "$MOST" ] || MOST=$n
	"$BIN/net/verify" "$DIR/rib" "$DIR/held" >"$DIR/verify.out" && return
	WRONG=$((WRONG + 1))
	cat "$DIR/verify.out" >>"$LOGS/wrong"
}

# looks_until SECONDS COMMAND...: look until it is true.
looks_until() {
	local seconds=$1
	shift
	look_and() {
		look
		"$@"
	}
	until_ms $((seconds * 1000)) look_and "$@"
}

# looks_check TEXT SECONDS COMMAND...: the same as a check.
looks_check() {
	local text=$1
	shift
	if looks_until "$@"; then
		ok "$text ($WAITED_MS ms)"
	else
		not_ok "$text"
	fi
}

ceilings() {
	api sw /api/v1/events |
		jq '[.events[] | select(.kind == "ceiling" and .severity == "warning") | .count] | add'
}

# What was given up is what is worth least: what is left covers nearly as much as the best choice of
# as many entries would.
best_is_held() {
	api sw /api/v1/status >"$DIR/status"
	hotfib simulate -j --n "$(jq '.routers[0].families.ipv4.installed' "$DIR/status")" >"$DIR/best"
	jq -n --slurpfile s "$DIR/status" --slurpfile b "$DIR/best" \
		'[$s[0].routers[0].families.ipv4.coverage, $b[0].points[0].top.coverage]' >"$DIR/two"
	jq -e '.[0] > 0 and .[0] >= 0.85 * .[1]' "$DIR/two"
}

lab_begin
lab_conf 'target: { router = "edge"; via = [ "sim" ]; capacity = 1000; selection = "top" }
	sim: { capacity = '$ROOM'; latency = 0.002 }
	hardware: { probe = 2.0 }'
hotfibd_start
feed_start --hold 90
wait_for "the table" 60 status_is '$f4.prefixes == 20000'
hotfib dump rib "$DIR/rib.mrt" || bail "no dump"
bgpdump -m "$DIR/rib.mrt" 2>"$LOGS/bgpdump.log" | awk -F'|' '{ print $6, $9 }' >"$DIR/rib"
check "the table is known" eval '[ "$(wc -l <"$DIR/rib")" = 20000 ]'
traffic_start --samples 4000

looks_until 60 api_is sw /api/v1/events '.events | any(.kind == "ceiling")' ||
	bail "no ceiling was learned"
ok "a full ASIC is told of ($WAITED_MS ms)"
looks_check "room for $ROOM of 1000 is used" 60 status_is "\$f4.usable < $ROOM
	and \$f4.installed > $ROOM * 0.9 and \$f4.installed <= \$f4.usable"
check "as shown" eval "hotfib show status | grep -E 'edge +ipv4 .* of 1,000 '"
looks_check "what has most traffic stays, once that is known" 60 best_is_held

# Each try waits longer: a few in this time, and not one a second.
tried() {
	[ "$(ceilings)" -ge 3 ]
}
looks_check "more is tried, and given up again" 120 tried
check "slowly" eval "[ $WAITED_MS -gt 2000 ]"
looks_check "and what has most traffic still stays" 60 best_is_held

if [ "$WRONG" -eq 0 ] && [ "$LOOKS" -ge 10 ]; then
	ok "no address went wrong at any of $LOOKS looks"
else
	not_ok "wrong at $WRONG of $LOOKS looks"
	[ ! -s "$LOGS/wrong" ] || said "$LOGS/wrong"
fi
check "and it was full: at most $MOST were held" eval "[ $MOST -ge $((ROOM * 95 / 100)) ]"
net_end
