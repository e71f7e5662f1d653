#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How full the ASIC is, told in three ways at once - sFlow counters, a tree of files like switchd's,
# a redis like SONiC's - and what hotfibd makes of it: what it shows, and how many routes it pushes.
# Topology: lab.sh.
#
# shellcheck disable=SC2016,SC2119,SC2317 # $f4 is for jq; functions are called by name
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip curl jq python3 redis-server redis-cli

AGENT=198.18.0.1
SEQUENCE=0
asic_send() {
	SEQUENCE=$((SEQUENCE + 1))
	run_in sw python3 "$ROOT/tests/net/asic.py" send "$AGENT" "$SEQUENCE" "$@"
}

asic_shown() {
	api sw /api/v1/hardware | python3 "$ROOT/tests/net/asic.py" check "$AGENT" "$@"
}

# switchd FILE NUMBER
switchd() {
	mkdir -p "$(dirname "$DIR/route_info/$1")"
	echo "$2" >"$DIR/route_info/$1.new"
	mv "$DIR/route_info/$1.new" "$DIR/route_info/$1"
}

redis() {
	redis-cli -s "$DIR/redis.sock" -n 2 "$@"
}

metric_is() {
	api sw /metrics >"$DIR/metrics" && grep -F "$1" "$DIR/metrics" | grep -E " $2\$"
}

event_told() {
	api_is sw /api/v1/events ".events | any(.kind == \"$1\" and (.text | contains(\"$2\")))"
}

lab_begin
NEIGHBORS=', { name = "sink", address = "127.0.0.21", local-as = 65136, router-id = "0.0.0.2",
  role = "push" }'
lab_conf 'target: { router = "edge"; via = [ "sink" ]; capacity = 400; capacity6 = 50; headroom = 0.0 }
	hardware: { switchd = "'"$DIR"'/route_info"; redis = "'"$DIR"'/redis.sock"; interval = 0.2
		reserve = 0.0 }'
hotfibd_start
spawn sink sw "$BIN/hotfib-lab" sink --remote 127.0.0.1 --local 127.0.0.21 --port 1179 --as 65136 \
	--max 450
feed_start --hold 90
traffic_start --samples 2000
expect_within "without a word of the hardware, what is configured" 60 status_is \
	'$f4.installed == 400 and $f6.installed == 50'
check "what cannot be read is told" eval \
	"hotfib show hardware | grep 'cannot read switchd' && hotfib show hardware | grep 'cannot read redis'"

# Every field of the record, by name, from an encoder that is not ours.
asic_send all=4000000000
expect_within "all of the ASIC's tables come by sFlow" 20 asic_shown all=4000000000
check "and into the metrics" metric_is \
	'hotfib_fib_hardware_max_entries{source="sflow",name="198.18.0.1",table="ecmp_nexthops"}' 4000000013

switchd route/mode 2
switchd route/count_0 270
switchd route/max_0 300
expect_within "switchd says that there is room for 300" 20 status_is \
	'$f4.installed == 300 and $f6.installed == 50'
check "as shown" eval "hotfib show hardware | grep -E 'switchd .* ipv4 +270 +300 +90'"

spawn redis sw redis-server --port 0 --unixsocket "$DIR/redis.sock" --save '' --appendonly no
wait_for "redis" 20 redis ping
redis hset CRM:STATS crm_stats_ipv4_route_used 180 crm_stats_ipv4_route_available 70 \
	crm_stats_ipv6_route_used 20 crm_stats_ipv6_route_available 10 >"$LOGS/redis-cli.log"
expect_within "SONiC says that there is room for 250, and for 30 of IPv6" 20 status_is \
	'$f4.installed == 250 and $f6.installed == 30'
check "and in the metrics" metric_is \
	"hotfib_fib_hardware_entries{source=\"redis\",name=\"$DIR/redis.sock\",table=\"ipv4\"}" 180

# What makes no sense changes nothing and is told of; and so is what is gone.
cannot_read() {
	hotfib show hardware | tee "$DIR/hardware" | grep -E "cannot read $1"
	local found=$?
	[ "$found" -eq 0 ] || cat "$DIR/hardware"
	return "$found"
}
can_read() {
	! cannot_read "$1"
}
stays() {
	status_is '$f4.usable == 250 and $f6.usable == 30
		and $f4.installed <= 250 and $f6.installed <= 30'
}
redis hset CRM:STATS crm_stats_ipv4_route_available rubbish >>"$LOGS/redis-cli.log"
expect_within "a number that is none is told of" 20 cannot_read redis
check "and changes nothing" stays
redis hset CRM:STATS crm_stats_ipv4_route_available -70 >>"$LOGS/redis-cli.log"
until_ms 1000 false # some readings
check "nor does one below zero" stays
redis del CRM:STATS >>"$LOGS/redis-cli.log"
redis set CRM:STATS "a string" >>"$LOGS/redis-cli.log"
expect_within "a key of another type is told of" 20 cannot_read redis
check "and changes nothing" stays
redis del CRM:STATS >>"$LOGS/redis-cli.log"
expect_within "a table that is gone is told of" 20 cannot_read redis
check "and changes nothing" stays
redis hset CRM:STATS crm_stats_ipv4_route_used 180 crm_stats_ipv4_route_available 70 \
	crm_stats_ipv6_route_used 20 crm_stats_ipv6_route_available 10 >>"$LOGS/redis-cli.log"
expect_within "it is read again when it is back" 20 can_read redis
mv "$DIR/route_info" "$DIR/gone"
expect_within "switchd's files that are gone are told of" 20 cannot_read switchd
check "and change nothing" stays
mv "$DIR/gone" "$DIR/route_info"
expect_within "they are read again when they are back" 20 can_read switchd

asic_send ipv4_ipv6_entries=200 ipv4_ipv6_entries_max=220 total_routes=200 total_routes_max=220
expect_within "the agent says that IPv4 and IPv6 share 220" 20 status_is \
	'$f4.installed + $f6.installed <= 220 and $f4.installed >= 150'
check "show agents has it" eval "hotfib show agents | grep '200 of 220'"

asic_send ipv4_ipv6_entries=220 ipv4_ipv6_entries_max=220
expect_within "a full table is an event" 20 event_told hardware 'table ipv4_ipv6 of the ASIC is full, 220 of 220'
asic_send ipv4_ipv6_entries=219 ipv4_ipv6_entries_max=220
expect_within "and so is its end" 20 event_told hardware 'there is room for ipv4 in the ASIC again'

# Sources that fall silent change nothing.
signal STOP redis
expect_within "a redis that hangs is told of" 60 eval \
	"hotfib show hardware | grep 'cannot read redis.*does not answer'"
check "what it said last stays" status_is '$f6.installed <= 30'
signal CONT redis
expect_within "until it answers" 60 eval "! hotfib show hardware | grep 'cannot read redis'"
mkfifo "$DIR/fifo" && mv "$DIR/fifo" "$DIR/route_info/route/count_total"
expect_within "files that hang are told of" 60 eval \
	"hotfib show hardware | grep 'cannot read switchd.*does not answer'"
check "and the loop does not hang with them" status_is '$f4.installed >= 150'
signal TERM hotfibd
expect_within "nor the end" 20 eval "! alive hotfibd"
rm "$DIR/hotfibd.pid"
net_end
