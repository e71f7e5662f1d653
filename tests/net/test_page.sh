#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The page in a browser: what it says of price, explain and what-if, with an empty table, a full one,
# another algorithm, IPv6 alone and no daemon; on a phone, in the dark, for a screen reader. The cases
# are in page/in_browser.js. Topology: lab.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip curl jq node chromium
TABLE="--ipv4 3000 --ipv6 800"

# in_browser PART [ARGUMENT]
in_browser() {
	LOGS=$LOGS run_in sw timeout 300 node "$ROOT/tests/page/in_browser.js" "$1" \
		http://127.0.0.1:8008/ "${@:2}" || FAILED=$((FAILED + 1))
}

# target [SETTINGS]
target() {
	lab_conf "target: { router = \"edge\"; via = [ \"sim\" ]; capacity = ${CAPACITY:-200};
		capacity6 = 100; default = \"punt\"; $* }"
}

lab_begin
target
hotfibd_start
in_browser empty
feed_start --hold 90
traffic_start --samples 3000
wait_for "full tables" 60 status_is "\$f4.installed > 180 and \$f6.installed > 90"
in_browser full
check "an operator freezes it" hotfib freeze
in_browser frozen
check "and thaws it" hotfib thaw
target "selection = \"top\";"
check "another algorithm is put in force" hotfib reload
in_browser top
in_browser gone "$(pid_of hotfibd)"
kill_hard hotfibd
kill_hard feed
kill_hard traffic

CAPACITY=0 target
hotfibd_start
feed_start --hold 90 --only-ipv6
traffic_start --samples 3000 --only-ipv6
wait_for "IPv6" 60 status_is "\$f6.installed > 50"
in_browser ipv6
net_end
