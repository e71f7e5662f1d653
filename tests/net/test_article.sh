#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The articles' workflow, from their own files: import the arm.* properties, learn the full table
# from BIRD, sample real packets with Open vSwitch, push the active prefixes, and find in the kernel
# what carries the traffic: nothing more, nothing less, nothing wrong. Topology: article.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/article.sh
. "$ROOT/tests/net/article.sh"
net_begin ip bird ovs-vswitchd ovsdb-server curl jq ethtool

# Octets sent to each destination since the start, as ADDRESS PACKETS BYTES.
sent() {
	local before
	before=$(grep -c '^\.$' "$LOGS/packets.log")
	say packets count
	until_ms 20000 eval "[ \"\$(grep -c '^\.\$' '$LOGS/packets.log')\" -gt $before ]" || return 1
	tac "$LOGS/packets.log" | awk '/^\.$/ { if (seen++) exit; next } seen { print }'
}

# sent_at_least SECONDS: every destination got that many seconds' worth of packets.
sent_at_least() {
	sent >"$DIR/sent" && awk -v s="$1" '
		NR == FNR { pps[$1] = $2; next }
		$1 in pps && $2 < s * pps[$1] { print; short = 1 }
		END { exit short }' "$DIR/traffic" "$DIR/sent"
}

# The ten largest of both families, each within 4 standard errors of what was sent: a moving average
# of time constant t sees about the samples of 2 t.
top_ten_is_right() {
	api sw "/bgp/topprefixes/127.0.0.1/json?maxPrefixes=10&direction=egress" >"$DIR/top4.json" &&
		api sw "/bgp/topprefixes6/127.0.0.1/json?maxPrefixes=10" >"$DIR/top6.json" || return 1
	jq -r '.topPrefixes[] | "\(.prefix) \(.value)"' "$DIR/top4.json" "$DIR/top6.json" |
		sort -k2,2gr | head -n 10 >"$DIR/top"
	awk -v frame="$FRAME" -v sampling="$SAMPLING" -v t="$T" -v big="$BIG" '
		NR == FNR { pps[$3] = $2; if ($2 > most) most = $2; next }
		{
			sent = pps[$1] * frame
			samples = pps[$1] / sampling * 2 * t
			error = sent > 0 ? ($2 - sent) / sent * 100 : 1e9
			bound = samples > 0 ? 400 / sqrt(samples) : 0
			printf "%s %.0f bytes/s, sent %.0f: %+.1f %%, allowed %.1f %%\n", $1, $2, sent,
				error, bound
			if (pps[$1] != most || error > bound || error < -bound)
				bad = 1
		}
		END { exit bad || FNR != big }' "$DIR/traffic" "$DIR/top"
}

gone() {
	! kernel_routes | grep -F "$1 "
}

# without CLASS PREFIX...: $DIR/expected without the prefixes.
expect_without() {
	grep -vxF "$(printf '%s\n' "$@")" "$DIR/expected" >"$DIR/expected.new"
	mv "$DIR/expected.new" "$DIR/expected"
}

article_topology
hotfibd_config
check "hotfib check takes what hotfib import made" "$BIN/hotfib" check "$DIR/imported.conf"

article_daemons
expect_within "hotfibd learns the whole table of both families" 30 learned_all
expect_within "BIRD takes the target session" 15 bird_up from_hotfib
routes_of none >"$DIR/expected"
check "without traffic nothing is in the kernel" kernel_is "$DIR/expected"

ovs_start
routes_of active other back >"$DIR/expected"
packets_start
expect_within "the kernel holds exactly the active prefixes and what they cover" 5 \
	kernel_is "$DIR/expected"
check "every address of the kernel's table goes where BIRD's RIB says" forwarding_is_right
check "BIRD's default route is in the kernel" \
	grep -q 'default via 10.0.0.134' <(ip -n "$(ns sw)" route show proto bird)

wait_for "packets for 6 t" $((6 * T + 10)) sent_at_least $((6 * T))
check "the ten largest are within 400/sqrt(samples) % of what was sent" top_ten_is_right
check "the kernel still holds exactly the active prefixes" kernel_is "$DIR/expected"
check "nothing else was pushed meanwhile" api_is sw \
	'/bgp/topprefixes/10.0.0.136/json?maxPrefixes=0' \
	".pushedPrefixesAdded - .pushedPrefixesRemoved == $(grep -cv : "$DIR/expected")"

# A prefix that is withdrawn: out of the kernel at once, whatever its traffic.
say up134 "withdraw 20.2.0.0/16"
expect_within "an IPv4 prefix that is withdrawn leaves the kernel" 2 gone 20.2.0.0/16
say up6134 "withdraw 2a10:2::/32"
expect_within "an IPv6 prefix that is withdrawn leaves the kernel" 2 gone 2a10:2::/32
check "no wrong route is left behind" forwarding_is_right
say up134 "announce 20.2.0.0/16 nexthop 10.0.0.134"
say up6134 "announce 2a10:2::/32 nexthop fc00:136::2"
expect_within "announced again, they are back" 5 kernel_is "$DIR/expected"

# The next hop of an active prefix moves: the more-specifics inside it change their roles.
say up135 "announce 20.4.0.0/16 nexthop 10.0.0.135"
say up6135 "announce 2a10:4::/32 nexthop fc00:136::3"
say up134 "withdraw 20.4.0.0/16"
say up6134 "withdraw 2a10:4::/32"
sed -i -e 's,^20\.4\.0\.0/16 .*,20.4.0.0/16 10.0.0.135 active,' \
	-e 's,^2a10:4::/32 .*,2a10:4::/32 fc00:136::3 active,' \
	-e '/^20\.4\.64\.0\/18/s,other,same,; /^20\.4\.128\.0\/18/s,same,other,' \
	-e '/^2a10:4:4000::\/34/s,other,same,; /^2a10:4:8000::\/34/s,same,other,' "$DIR/routes"
routes_of active other back >"$DIR/expected"
expect_within "a changed next hop, with all that depends on it, is in the kernel" 5 \
	kernel_is "$DIR/expected"
check "every address still goes where BIRD's RIB says" forwarding_is_right

# Traffic that stops.
for k in 6 7 8; do
	say packets "stop 20.$k.1.1" "stop 2a10:$k:1::1"
	sed -i "/^20\.$k\./d; /^2a10:$k:/d" "$DIR/expected"
done
expect_within "prefixes whose traffic stops leave, and only they" $((10 * T)) \
	kernel_is "$DIR/expected"
check "every address goes where BIRD's RIB says at the end" forwarding_is_right
check "hotfib show status is content" hotfib_ show status
net_end
