#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Without a target hotfibd shows what it would do; the simulated ASIC does it, has less room than it
# is said to have, is slow and fails. Topology: lab.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip curl jq

lab_begin
lab_conf
hotfibd_start
feed_start --hold 90
traffic_start --samples 2000
expect_within "a dry run says what it would hold" 40 \
	status_is "\$f4.dryRun and \$f4.capacity == 10000 and \$f4.installed > 500 and \$f4.coverage > 0.5"
check "in words" eval "hotfib show status | grep 'A dry run that would cover'"
check "and in a list" eval "hotfib show installed | grep -q 'dry run'"

kill_hard hotfibd
lab_conf 'target: { router = "edge"; via = [ "sim" ]; capacity = 400; capacity6 = 100 }
	sim: { capacity = 250; latency = 0.01; failure-rate = 0.02 }'
hotfibd_start
expect_within "the ASIC is full before the target is" 60 \
	api_is sw /api/v1/events '[.events[] | select(.kind == "ceiling")] | length > 0'
expect_within "it holds what there is room for" 20 \
	status_is "\$f4.installed > 200 and \$f4.installed <= 250 and \$f6.installed > 80"
check "what it refused for no reason is told" \
	api_is sw /api/v1/events '[.events[] | select(.kind == "refused")] | length > 0'
refused() {
	hotfib diff >"$DIR/diff"
	grep -E ' refused .*, [0-9]+ times?; it is tried again in [0-9]+ s' "$DIR/diff"
}
expect_within "and hotfib diff has it, with the reason" 40 refused
net_end
