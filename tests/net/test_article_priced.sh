#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The articles' workflow with the selection that is the default. Which entries it makes is its own
# business; what they do is not: every active address has one that sends it where BIRD's RIB says, no
# address goes to a wrong next hop, there are no more entries than fit, and what has no traffic any
# more leaves. Topology: article.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2034 # for article.sh
SELECTION=priced SETTINGS="tau = 2.0" GUARDS=yes
# shellcheck source=tests/net/article.sh
. "$ROOT/tests/net/article.sh"
net_begin ip bird ovs-vswitchd ovsdb-server curl jq ethtool

# ADDRESS NEXTHOP of all active addresses, by the RIB.
active_addresses() {
	awk 'NR == FNR { hop[$1] = $2; next } { print $1, hop[$3] }' "$DIR/routes" "$DIR/traffic"
}

# The kernel sends the address that way, and by a route that is no default.
entry_for() {
	ip -n "$(ns sw)" route get fibmatch "$1" |
		awk -v hop="$2" '$1 != "default" && $2 == "via" && $3 == hop { found = 1 }
			END { exit !found }'
}

all_active_have_entries() {
	local address hop missing=0
	while read -r address hop; do
		entry_for "$address" "$hop" || { echo "$address via $hop" && missing=$((missing + 1)); }
	done < <(active_addresses)
	[ "$missing" -eq 0 ]
}

no_entry_for() {
	! entry_for "$1" "$2"
}

entries_at_most() {
	kernel_routes | awk -v most="$1" '{ n++ } END { print n " entries"; exit n > most }'
}

covers() {
	api_is sw /api/v1/status "[.routers[0].families[] |
		(.rateInstalled + .rateDefault) / .rateTotal] | min > $1"
}

article_topology
hotfibd_config
article_daemons
expect_within "hotfibd learns the whole table of both families" 30 learned_all
expect_within "BIRD takes the target session" 15 bird_up from_hotfib
check "without traffic nothing is in the kernel" entries_at_most 0

ovs_start
packets_start
expect_within "every active address has an entry with its next hop" 30 all_active_have_entries
check "every address of the kernel's table goes where BIRD's RIB says" forwarding_is_right
check "there are no more entries than ARM's rule needs" \
	entries_at_most "$(routes_of active other back | wc -l)"
check "hotfib verify proves it" hotfib_ verify
expect_within "nearly all traffic counts as covered" 10 covers 0.99

# Routes that go and move, the routes inside them change their roles.
say up134 "withdraw 20.2.0.0/16"
say up6134 "withdraw 2a10:2::/32"
expect_within "what was withdrawn is sent right, or to the default" 5 forwarding_is_right
say up134 "announce 20.2.0.0/16 nexthop 10.0.0.134"
say up6134 "announce 2a10:2::/32 nexthop fc00:136::2"
expect_within "announced again, it has an entry" 10 all_active_have_entries
say up135 "announce 20.4.0.0/16 nexthop 10.0.0.135"
say up6135 "announce 2a10:4::/32 nexthop fc00:136::3"
say up134 "withdraw 20.4.0.0/16"
say up6134 "withdraw 2a10:4::/32"
sed -i -e 's,^20\.4\.0\.0/16 .*,20.4.0.0/16 10.0.0.135 active,' \
	-e 's,^2a10:4::/32 .*,2a10:4::/32 fc00:136::3 active,' "$DIR/routes"
expect_within "a changed next hop is in the kernel" 5 all_active_have_entries
check "every address still goes where BIRD's RIB says" forwarding_is_right

# Frozen, what has no traffic stays; thawed, it leaves.
check "hotfib freeze" hotfib_ freeze "for a test"
say packets "stop 20.6.1.1" "stop 2a10:6:1::1"
sed -i '/^20\.6\.1\.1 /d; /^2a10:6:1::1 /d' "$DIR/traffic"
until_ms 8000 false
check "frozen, it stays without traffic" entry_for 20.6.1.1 10.0.0.134
check "hotfib thaw" hotfib_ thaw
expect_within "thawed, it leaves" 40 no_entry_for 20.6.1.1 10.0.0.134
expect_within "the same for IPv6" 40 no_entry_for 2a10:6:1::1 fc00:136::2
check "and only it" all_active_have_entries
check "every address goes where BIRD's RIB says at the end" forwarding_is_right
check "hotfib verify proves it at the end" hotfib_ verify
hotfib_ show status
net_end
