#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Neighbours out of a prefix, and the limit of their prefixes: three peers come from a range that has
# place for two, then one of the two leaves and the third has its place. A neighbour with too many
# routes is closed, kept out, and let in again.
#
# shellcheck disable=SC2016 # eval expands what is in single quotes
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip curl jq bgpdump

ns_add h

peer() {
	spawn "$1" h "$BIN/hotfib-lab" feed --local "$2" --remote 127.0.0.1 --port 1179 --as 65000 \
		--router-id "$2" --nexthops 198.18.0.1 --ipv4 "$3" --only-ipv4
}

# neighbor NAME JQ-FILTER
neighbor() {
	api_is h "/api/v1/neighbor/$1" "$2"
}

# The address of the neighbour that has this state, of those out of the range.
has_address() {
	api_is h /api/v1/neighbors "[ .neighbors[] | select(.prefix == \"127.0.9.0/28\" and
		.address == \"$1\" and .state == \"$2\") ] | length == 1"
}

refused() {
	api h /metrics | grep -E "^hotfib_bgp_refused_total\{reason=\"$1\"\} [1-9]"
}

cat >"$DIR/hotfib.conf" <<-EOF
	bgp: { listen = [ "127.0.0.1" ]; port = 1179; neighbors = (
	  { name = "leaf"; prefix = "127.0.9.0/28"; max-neighbors = 2; local-as = 65000;
	    router-id = "0.0.0.1"; role = "learn"; router = "edge" },
	  { name = "big"; address = "127.0.8.1"; local-as = 65000; router-id = "0.0.0.1";
	    role = "learn"; router = "edge"; max-prefixes = 100; max-prefixes-restart = 1 },
	  { name = "warned"; address = "127.0.8.2"; local-as = 65000; router-id = "0.0.0.1";
	    role = "learn"; router = "edge"; max-prefixes = 100; max-prefixes-action = "warn" },
	  { name = "else"; address = "127.0.8.3"; local-as = 65000; router-id = "0.0.0.1";
	    role = "learn"; router = "far" } ) }
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
EOF
spawn hotfibd h "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 10 api h /version
check "two places, and nobody has come" api_is h /api/v1/neighbors \
	'[ .neighbors[] | select(.prefix != null and .address == null) | .name ] ==
	 [ "leaf-1", "leaf-2" ]'

check "the client shows them" run_in h "$BIN/hotfib" -s "$DIR/hotfib.sock" show neighbor leaf-1
run_in h "$BIN/hotfib" -s "$DIR/hotfib.sock" show neighbors >"$LOGS/neighbors.txt"

peer one 127.0.9.1 10
expect_within "the first of the range" 20 has_address 127.0.9.1 established
peer two 127.0.9.2 10
expect_within "the second" 20 has_address 127.0.9.2 established
peer three 127.0.9.3 10
expect_within "no place for a third" 20 refused full
peer stranger 127.0.9.17 10
expect_within "none for one that is not in the range" 20 refused unknown
check "the two are as they were" api_is h /api/v1/neighbors \
	'[ .neighbors[] | select(.prefix != null and .state == "established") ] | length == 2'
kill_hard one
expect_within "the third has the place of the first, which left" 60 has_address 127.0.9.3 established

peer big 127.0.8.1 200
expect_within "too many routes: closed" 20 neighbor big \
	'.state == "idle" and (.lastError | contains("Maximum Number of Prefixes"))'
expect_within "kept out" 20 refused held
expect_within "and said for how long" 20 neighbor big '.held and .timers.heldSecondsLeft <= 16'
expect_within "let in, and closed again" 60 neighbor big \
	'.establishedCount >= 2 and .families.ipv4.overLimit'
peer warned 127.0.8.2 200
expect_within "too many routes: warned about, and all of them there" 20 neighbor warned \
	'.state == "established" and .families.ipv4.overLimit and .families.ipv4.paths == 200'
check "and said so" log_has hotfibd "neighbor=warned event=max-prefixes family=ipv4"

# The tables as MRT: of one router each, with every neighbour's address, also of one that came out of
# a range, and both families.
spawn else h "$BIN/hotfib-lab" feed --local 127.0.8.3 --remote 127.0.0.1 --port 1179 --as 65000 \
	--router-id 127.0.8.3 --nexthops 198.18.0.1 --ipv4 30 --ipv6 20
expect_within "a neighbour of another router" 20 neighbor else \
	'.families | .ipv4.paths == 30 and .ipv6.paths == 20'
hotfib() {
	run_in h "$BIN/hotfib" -s "$DIR/hotfib.sock" "$@"
}
# dumped ROUTER PEER=ROUTES...: that and no more
dumped() {
	local router=$1
	shift
	hotfib dump rib --router "$router" "$DIR/$router.mrt" &&
		bgpdump -q -m "$DIR/$router.mrt" >"$DIR/$router.txt" &&
		awk -F'|' '{ n[$4]++ } END { for (p in n) print p "=" n[p] }' "$DIR/$router.txt" |
		sort >"$DIR/peers"
	cat "$DIR/peers"
	diff "$DIR/peers" <(printf '%s\n' "$@" | sort)
}
check "the table of one router, by its neighbours, with what is kept of the closed one" \
	dumped edge 127.0.9.2=10 127.0.9.3=10 127.0.8.2=200 127.0.8.1=101
check "... and of the other, IPv4 and IPv6" dumped far 127.0.8.3=50
check "... with what they have announced" \
	eval 'awk -F"|" "{ print \$6 }" "$DIR/far.txt" | sort | diff - <(
		"$BIN/hotfib-lab" table --ipv4 30 --ipv6 20 --nexthops 198.18.0.1 |
			cut -d" " -f1 | sort)'
check "which router has to be said" eval '! hotfib dump rib "$DIR/x.mrt"'
net_end
