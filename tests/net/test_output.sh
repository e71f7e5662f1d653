#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Output that nobody takes: what could not be written is no success, and a daemon whose log has lost
# its reader goes on.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
net_begin ip curl jq

# says_full COMMAND...: with an output that is full it fails, and says why.
says_full() {
	"$@" >/dev/full 2>"$DIR/err" && return 1
	grep -q "No space left on device" "$DIR/err"
}

reloads_are() {
	api_is sw /api/v1/status ".reload.count == $1"
}

std_are_null() {
	local fd
	for fd in 0 1 2; do
		[ "$(readlink "/proc/$(pid_of hotfibd)/fd/$fd")" = /dev/null ] || return 1
	done
}

ns_add sw
cat >"$DIR/hotfib.conf" <<-CONF
	bgp: { listen = [ "127.0.0.1" ]; port = 1179; }
	http: { listen = [ "127.0.0.1:8008" ]; socket = "$DIR/hotfib.sock" }
CONF
cat >"$DIR/properties" <<-PROPERTIES
	arm.reflector.ip=10.0.0.1
	arm.reflector.as=65000
	arm.reflector.id=0.0.0.1
PROPERTIES
check "hotfibd --print into a full disk fails" says_full "$BIN/hotfibd" --print "$DIR/hotfib.conf"
check "... and --import" says_full "$BIN/hotfibd" --import "$DIR/properties"
check "... and hotfib's usage" says_full "$BIN/hotfib" --help

# logged JOURNAL_STREAM REGEX: what a hotfibd that ends at once has logged.
logged() {
	run_in sw env JOURNAL_STREAM="$1" "$BIN/hotfibd" -c "$DIR/none.conf" 2>"$DIR/log.first"
	cat "$DIR/log.first"
	grep -q "$2" "$DIR/log.first"
}

# A configuration that cannot be listened for.
sed 's/127.0.0.1" ]; port/192.0.2.1" ]; port/' "$DIR/hotfib.conf" >"$DIR/none.conf"
touch "$DIR/log.first"
check "where the journal reads the log it has priorities" \
	logged "$(stat -c %d:%i "$DIR/log.first")" '^<3>main cannot listen'
check "... and elsewhere times, whatever is inherited" logged 1:1 '^20[0-9-]*T.* main cannot listen'

mkfifo "$DIR/log"
head -n 1 "$DIR/log" >"$DIR/first" &
reader=$!
# shellcheck disable=SC2016 # for the shell inside
spawn hotfibd sw sh -c 'exec "$@" 2>"$0"' "$DIR/log" "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 60 api sw /version
wait $reader
check "hotfibd's log had a reader" test -s "$DIR/first"
signal HUP hotfibd
expect_within "without it a reload is done" 60 reloads_are 1
signal HUP hotfibd
expect_within "... and the next one" 60 reloads_are 2
check "hotfib's answer into a full disk is an error" says_full "$BIN/hotfib" -s "$DIR/hotfib.sock" \
	show status -J
signal TERM hotfibd
expect_within "hotfibd ends in order" 60 eval "! alive hotfibd"
check "... and has taken its socket with it" test ! -e "$DIR/hotfib.sock"
rm "$DIR/hotfibd.pid"
# shellcheck disable=SC2016 # for the shell inside
spawn hotfibd sw sh -c 'exec "$@" <&- >&- 2>&-' sh "$BIN/hotfibd" -c "$DIR/hotfib.conf"
wait_for "hotfibd" 60 api sw /version
check "started without standard files it makes them" std_are_null
net_end
