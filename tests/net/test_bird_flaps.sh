#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A BIRD whose sessions, four to learn from and one to push to, are restarted over and over:
# afterwards all is as before, and hotfibd has no more memory or descriptors than then.
#
#   BIRD 127.0.0.11..14, .15 --BGP :1179--> hotfibd 127.0.0.1..4, .5
#
# BIRD has no two sessions with one address and port, and takes a second to connect: so all are
# restarted at once.
#
#   HOTFIB_FLAPS   of all sessions together; default 100
#
# shellcheck disable=SC2016,SC2119,SC2317 # $f4 is for jq; functions are called by name
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip bird birdc curl jq
FLAPS=${HOTFIB_FLAPS:-100}
ROUTES=2000

bird_session() {
	cat <<-END
		protocol bgp $1 {
			local $2 as 65136;
			neighbor $3 port 1179 as 65136;
			source address $2;
			multihop;
			connect delay time 0;
			connect retry time 1;
			error wait time 1, 1;
			ipv4 { $4 };
		}
	END
}

bird_conf() {
	echo "router id 127.0.0.11; protocol device {} ipv4 table picked;"
	echo "protocol static { ipv4;"
	for ((i = 0; i < ROUTES; i++)); do
		echo "route 20.$((i / 256)).$((i % 256)).0/24 unreachable;"
	done
	echo "}"
	for i in 1 2 3 4; do
		bird_session "feed$i" "127.0.0.1$i" "127.0.0.$i" \
			"import none; export all; next hop address 198.18.0.$i;"
	done
	bird_session pick 127.0.0.15 127.0.0.5 "table picked; import all; export none;"
}

birdc() {
	command birdc -s "$DIR/bird.ctl" "$@"
}

# Times that sessions came up, all together.
ups() {
	api sw /api/v1/neighbors | jq '[.neighbors[] | .establishedCount] | add'
}

all_up() {
	api_is sw /api/v1/neighbors '[.neighbors[] | select(.state == "established")] | length == 5'
}

picked() {
	birdc show route count table picked | grep -q "^$1 of $1 routes"
}

settled() {
	all_up && picked 50 && status_is '$f4.frozen == false and $f4.installed == 50
		and $f4.prefixes == '"$ROUTES"' and $f4.paths == 4 * '"$ROUTES"
}

# flaps N: all five sessions, N / 5 times.
flaps() {
	local before i
	for ((i = 0; i < $1; i += 5)); do
		before=$(ups)
		birdc 'restart "feed*"' >/dev/null && birdc restart pick >/dev/null
		until_ms 20000 eval "[ \"\$(ups)\" -ge $((before + 5)) ] && all_up" ||
			bail "not all come back: $(birdc show protocols)"
	done
}

descriptors() {
	find "/proc/$(pid_of hotfibd)/fd" -mindepth 1 | wc -l
}

rss_kb() {
	awk '/^VmRSS/ { print $2 }' "/proc/$(pid_of hotfibd)/status"
}

# Bytes in use by routes; and by sessions, whose queues are as large as what waited in them.
used() {
	api sw /api/v1/status | jq -c '.totals.memoryBytes | {rib, attrs}'
}

session_bytes() {
	api sw /api/v1/status | jq '.totals.memoryBytes.bgp'
}

lab_begin
NEIGHBORS=', { name = "pick", address = "127.0.0.15", local-as = 65136, router-id = "0.0.0.2",
  role = "push" }'
for i in 2 3 4; do
	NEIGHBORS+=", { name = \"feed$i\", address = \"127.0.0.1$i\", local-as = 65136,
	  router-id = \"0.0.0.1\", role = \"learn\", router = \"edge\" }"
done
always=$(for ((i = 0; i < 50; i++)); do echo "\"20.0.$i.0/24\","; done)
lab_conf 'target: { router = "edge"; via = [ "pick" ]; capacity = 50; headroom = 0.0
	always = [ '"${always%,}"' ] }'
sed -i 's/listen = \[ "127.0.0.1" \]; port/listen = [ "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5" ]; port/' "$CONF"
hotfibd_start
bird_conf >"$DIR/bird.conf"
spawn bird sw bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pid"
wait_for "all sessions" 60 settled
flaps 10
wait_for "all as before" 60 settled
fds=$(descriptors) kb=$(rss_kb) bytes=$(used) queues=$(session_bytes)
start=$(now_ms)
flaps "$FLAPS"
ok "BIRD restarted sessions $FLAPS times"
echo "in $(($(now_ms) - start)) ms"
expect_within "then all is as before" 60 settled
expect_within "descriptors are the same" 10 eval "[ \$(descriptors) -eq $fds ]"
expect_within "bytes in use are the same" 30 eval "[ '$bytes' = \"\$(used)\" ]"
expect_within "sessions take no more" 30 eval "[ \$((\$(session_bytes) - $queues)) -lt 65536 ]"
check "the process has not grown" test "$(($(rss_kb) - kb))" -lt 4096
echo "resident: $kb KB, then $(rss_kb) KB; $bytes"
net_end
