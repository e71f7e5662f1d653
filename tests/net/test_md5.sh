#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# TCP MD5 signatures (RFC 2385) and GTSM (RFC 5082) against BIRD, over IPv4 and IPv6, with hotfibd
# both waiting and dialling. Pairs of sessions, one set up right and one wrong; when every right one
# is up, a wrong one has had the same time: it must not be, and not for another reason.
#
#   +-- left -----------+             +-- right ------------+
#   | hotfibd :179      o l0 ----- r0 o BIRD :179           |
#   | 10.9.N.1, fd09:N::1             | 10.9.N.2, fd09:N::2 |
#   +-------------------+             +---------------------+
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip bird curl jq ethtool

# NAME, subnet N, who dials, hotfibd's setting, BIRD's setting, and whether it comes up. A key with
# everything that needs escaping in one of the two languages would test the languages.
CASES="
waits-right     1 bird   md5=\"s3cret_key\"         password+\"s3cret_key\"     up
waits-wrong     2 bird   md5=\"s3cret_key\"         password+\"another_key\"    down
waits-unsigned  3 bird   md5=\"s3cret_key\"         -                          down
waits-surprised 4 bird   -                          password+\"s3cret_key\"     down
dials-right     5 hotfib md5=\"s3cret_key\"         password+\"s3cret_key\"     up
dials-wrong     6 hotfib md5=\"s3cret_key\"         password+\"another_key\"    down
near-right      7 bird   ttl-security=1             ttl+security+on            up
near-dials      8 hotfib ttl-security=1             ttl+security+on            up
near-wrong      9 bird   ttl-security=1             -                          down
plain          10 bird   -                          -                          up
"

# cases COMMAND...: call it with NAME FAMILY LOCAL REMOTE DIALS OURS THEIRS STATE of each.
cases() {
	local name n dials ours theirs state
	while read -r name n dials ours theirs state; do
		[ -n "$name" ] || continue
		"$@" "$name" 4 "10.9.$n.1" "10.9.$n.2" "$dials" "$ours" "$theirs" "$state"
		"$@" "$name" 6 "fd09:$n::1" "fd09:$n::2" "$dials" "$ours" "$theirs" "$state"
	done <<<"$CASES"
}

add_addresses() {
	local length=24
	[ "$2" = 4 ] || length=64
	addr left l0 "$3/$length"
	addr right r0 "$4/$length"
}

hotfibd_neighbor() {
	[ "$SEPARATOR" = "" ] || echo ,
	SEPARATOR=,
	cat <<-END
		{ name = "$1-$2"  address = "$4"  local-address = "$3"  router-id = "9.9.9.9"
		  local-as = 65001  role = "learn"  router = "r"
		  passive = $([ "$5" = bird ] && echo true || echo false)
		  $([ "$6" = - ] || echo "$6") }
	END
}

bird_protocol() {
	local channel=ipv$2 passive="connect delay time 1; connect retry time 1;"
	[ "$5" = bird ] || passive="passive on;"
	cat <<-END
		protocol bgp ${1//-/_}_$2 {
			local $4 as 65001;
			neighbor $3 as 65001;
			direct;
			error wait time 1, 2;
			$passive
			$([ "$7" = - ] || echo "${7//+/ };")
			$channel { import none; export all; };
		}
	END
}

hotfibd_config() {
	SEPARATOR=
	echo "bgp: { listen = [ \"0.0.0.0\", \"::\" ] port = 179 neighbors = ("
	cases hotfibd_neighbor
	echo ") } http: { socket = \"$DIR/hotfib.sock\" }"
}

bird_config() {
	echo "router id 8.8.8.8; protocol device { scan time 1; }"
	cases bird_protocol
}

# The JSON says which are Established.
established() {
	api left /api/v1/neighbors | jq -r '.. | objects | select(.state? | strings | ascii_downcase == "established") | .name' |
		sort
}

expected() {
	[ "$8" = down ] || echo "$1-$2"
}

as_expected() {
	established >"$DIR/up"
	diff "$DIR/expected" "$DIR/up"
}

keeps_keys() {
	[ -s "$1" ] && ! grep "_key" "$1"
}

printed_keeps_keys() {
	"$BIN/hotfibd" --print "$DIR/hotfib.conf" >"$DIR/printed" && keeps_keys "$DIR/printed"
}

ns_add left
ns_add right
veth left l0 right r0
cases add_addresses
cases expected | sort >"$DIR/expected"
hotfibd_config >"$DIR/hotfib.conf"
bird_config >"$DIR/bird.conf"
cp "$DIR/bird.conf" "$LOGS/"
spawn bird right bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
spawn hotfibd left "$BIN/hotfibd" -c "$DIR/hotfib.conf"
expect_within "exactly the sessions that are set up right" 60 as_expected
wait_for "the end of hotfibd's own attempts" 15 \
	log_has hotfibd "neighbor=dials-wrong-6 event=connect-failed"
check "and none of the others after a while" as_expected
check "no key in the log" keeps_keys "$LOGS/hotfibd.log"
check "no key in the printed configuration" printed_keeps_keys
net_end
