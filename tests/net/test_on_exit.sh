#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What an orderly end leaves behind at a push neighbour: with on-exit = "keep" BIRD, which does
# graceful restart, keeps what it was given and the next life finds it there; with "withdraw" it loses
# all of it at once, and only the default is left. Topology: article.sh.
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/article.sh
. "$ROOT/tests/net/article.sh"
net_begin ip bird ovs-vswitchd ovsdb-server curl jq ethtool

hotfibd_stop() {
	signal TERM hotfibd
	until_ms 20000 eval "! alive hotfibd" || bail "hotfibd does not stop"
	rm "$DIR/hotfibd.pid"
}

on_exit() {
	sed -i "/on-exit/d; s/^target: *{/&\n\ton-exit = \"$1\"/" "$DIR/hotfib.conf"
	grep -q "on-exit = \"$1\"" "$DIR/hotfib.conf" || bail "the configuration is not as expected"
}

ACTIVE=12
article_start
wait_for "the active prefixes in the kernel" 60 kernel_is "$DIR/expected"
hotfibd_stop # the default: keep
check "kept: nothing leaves" kernel_is "$DIR/expected"
spawn watch sw ip monitor route
until_ms 5000 false # and nothing leaves later
check "nor later" kernel_is "$DIR/expected"
hotfibd_start
wait_for "the whole table" 60 learned_all
until_ms 10000 false # the averages are those of before, and then new ones
check "the next life comes to the same" kernel_is "$DIR/expected"
check "and no route left on the way" eval "! grep -E '^Deleted (20\.|2a10)' '$LOGS/watch.log'"
kill_hard watch

hotfibd_stop
on_exit withdraw
hotfibd_start
wait_for "the whole table" 60 learned_all
wait_for "the same again" 60 kernel_is "$DIR/expected"
hotfibd_stop
gone() {
	kernel_routes >"$DIR/kernel"
	[ ! -s "$DIR/kernel" ] || { head -n 5 "$DIR/kernel" && return 1; }
}
expect_within "withdrawn: all of it leaves" 10 gone
check "and BIRD's default is there" grep -q '^default' <(ip -n "$(ns sw)" route show)
net_end
