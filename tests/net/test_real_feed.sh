#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A recorded full-table session of 2015, byte for byte: hotfibd learns exactly the prefixes that
# bgpdump finds in the same recording, with the next hops and paths it finds there.
#
#   +-- sw ---------------------------------------------------------+
#   |  hotfib-lab feed --raw full-feed-2015.bgp.xz  -> :1179 hotfibd |
#   +---------------------------------------------------------------+
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip curl jq bgpdump xz
FEED=$DATA/bgp/full-feed-2015
for f in "$FEED.bgp.xz" "$FEED.mrt.gz"; do
	[ -e "$f" ] || skip_all "no $f"
done
SEED=${HOTFIB_SEED:-$$}
SAMPLE=10000
echo "seed $SEED: HOTFIB_SEED=$SEED repeats this run"

# What was ever announced, by bgpdump: TYPE PREFIX NEXTHOP AS-PATH (with dashes).
recording() {
	bgpdump -m "$FEED.mrt.gz" 2>/dev/null |
		awk -F'|' '$3 == "A" || $3 == "W" { gsub(" ", "-", $7); print $3, $6, $9, $7 }'
}

# The state at its end. An AS_PATH with AS 0 is treated as a withdrawal (RFC 7607).
truth() {
	awk '
		$1 == "A" && "-" $4 "-" !~ /-0-/ { route[$2] = $3 " " $4; next }
		{ delete route[$2] }
		END { for (p in route) print p, route[p] }' "$DIR/recording" | sort
}

announced() {
	[ "$(awk '$1 == "A" { print $2 }' "$DIR/recording" | sort -u | wc -l)" -eq "$1" ]
}

learned() {
	api_is sw '/bgp/topprefixes/edge/json?maxPrefixes=0' ".nPrefixes == $1"
}

# Each of a random sample of prefixes as hotfibd says it: PREFIX NEXTHOP AS-PATH.
ask() {
	while read -r prefix _; do
		printf 'url = "http://127.0.0.1:8008/bgp/prefix/edge/json?address=%s"\n' "$prefix"
	done <"$DIR/sample" >"$DIR/urls"
	run_in sw curl -sS -K "$DIR/urls" | jq -r '"\(.prefix) \(.nexthop) \(.aspath // "")"'
}

answers_are_right() {
	ask >"$DIR/answers" && diff "$DIR/sample" "$DIR/answers"
}

# The table as `hotfib dump rib` writes it and bgpdump reads it, as in the truth.
dump_is_right() {
	"$BIN/hotfib" -s "$DIR/hotfib.sock" dump rib --family ipv4 "$DIR/rib.mrt" &&
		bgpdump -q -m "$DIR/rib.mrt" |
		awk -F'|' '{ gsub(" ", "-", $7); print $6, $9, $7 }' | sort >"$DIR/dumped" &&
		diff -q "$DIR/truth" "$DIR/dumped"
}

recording >"$DIR/recording"
truth >"$DIR/truth"
N=$(wc -l <"$DIR/truth")
check "the recording announces 577,706 prefixes" announced 577706
check "... withdraws 3, and 4 have AS 0 in their path" test "$N" -eq $((577706 - 3 - 4))

ns_add sw
addr sw lo 10.0.0.136/32
cat >"$DIR/hotfib.conf" <<-EOF
	bgp: {
	  listen = [ "0.0.0.0" ]; port = 1179;
	  neighbors = ( { name = "recorded", address = "10.0.0.136", local-as = 3856,
	    router-id = "0.0.0.1", role = "learn", router = "edge" } )
	}
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
EOF
spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 10 api sw /version
spawn feed sw "$BIN/hotfib-lab" feed --local 10.0.0.136 --remote 10.0.0.136 --port 1179 \
	--as 3856 --router-id 10.0.0.136 --families ipv4 --raw "$FEED.bgp.xz"
expect_within "hotfibd learns exactly the others" 120 learned "$N"

# As many prefixes as there are, and the truth's own answered each: the sets are equal where the
# sample looks.
awk -v seed="$SEED" -v n=$SAMPLE -v of="$N" 'BEGIN { srand(seed) }
	rand() * (of - NR + 1) < n { print; n-- }' "$DIR/truth" >"$DIR/sample"
check "$SAMPLE random prefixes have bgpdump's next hop and path" answers_are_right
check "bgpdump reads hotfib's dump of the table as the same routes" dump_is_right
net_end
