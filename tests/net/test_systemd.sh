#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The unit as it is installed, under a real systemd (systemd.sh): it becomes active when hotfibd says
# so, runs as hotfib with CAP_NET_ADMIN and its hardening, reloads, restarts and is killed without a
# change in the kernel's table, and a loop that hangs is ended by the watchdog. Topology: lab.sh.
#
# shellcheck disable=SC2016,SC2119,SC2317 # $f4 is for jq; functions are called by name
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip curl jq ethtool unshare nsenter systemctl systemd-sysusers
[ "${HOTFIB_MODE:-release}" = release ] || skip_all "sanitizers do not go with the unit's hardening"
# shellcheck source=tests/net/systemd.sh
. "$ROOT/tests/net/systemd.sh"

lab_begin
ns_add far
veth sw s0 far f0
addr sw s0 198.18.0.254/24 # where the next hops are

# --- what make install installs, in its place ----------------------------------------------------

systemd_root
make -s -C "$ROOT" O="$O" NODEPS=1 install DESTDIR="$DIR/root" PREFIX=/usr >"$LOGS/install.log" 2>&1 ||
	bail "make install"
cp "$DIR/root/usr/sbin/hotfibd" "$SYSTEMD_ROOT/usr/sbin"
cp "$DIR/root/usr/lib/systemd/system/hotfibd.service" "$SYSTEMD_ROOT/units"
mkdir -p "$SYSTEMD_ROOT/etc/hotfib" "$SYSTEMD_ROOT/etc/systemd/system/hotfibd.service.d"
systemd-sysusers --root="$SYSTEMD_ROOT" "$DIR/root/usr/lib/sysusers.d/hotfib.conf" ||
	bail "systemd-sysusers"
# For the test: a log that can be read without a journal, and half a minute is long.
cat >"$SYSTEMD_ROOT/etc/systemd/system/hotfibd.service.d/test.conf" <<-END
	[Service]
	StandardError=append:/var/log/hotfibd.log
	WatchdogSec=3
END
: >"$SYSTEMD_ROOT/var/log/hotfibd.log"
ln -s "$SYSTEMD_ROOT/var/log/hotfibd.log" "$LOGS/hotfibd.log"

conf() {
	SOCKET=/run/hotfib/hotfib.sock lab_conf "target: { router = \"edge\"; via = [ \"netlink\" ];
		capacity = $1; selection = \"top\"; headroom = 0.0; update-rate = 0 }"
	cp "$CONF" "$SYSTEMD_ROOT/etc/hotfib/hotfib.conf"
}
conf 400
systemd_boot sw

show() {
	systemctl_ show -P "$1" hotfibd.service
}

shows() {
	echo "$1=$(show "$1"), not $2"
	[ "$(show "$1")" = "$2" ]
}

# proc FIELD: of /proc/PID/status of the service.
proc() {
	inside cat "/proc/$(show MainPID)/status" | awk -v f="$1:" '$1 == f { print $2 }'
}

proc_is() {
	echo "$1 $(proc "$1"), not $2"
	[ "$(proc "$1")" = "$2" ]
}

routes() {
	ip -n "$(ns sw)" route show proto 221 | sort
}

same_routes() {
	routes >"$DIR/routes.now"
	diff "$DIR/routes" "$DIR/routes.now"
}

check "systemd-analyze verify finds nothing" eval \
	"inside systemd-analyze verify --man=no /usr/lib/systemd/system/hotfibd.service >'$LOGS/verify.log' 2>&1 &&
	! grep hotfibd '$LOGS/verify.log'"
check "it starts" systemctl_ start hotfibd.service
[ "$(show ActiveState)" = active ] || { systemctl_ status hotfibd.service; bail "it is not active"; }
check "and is active when that returns" shows ActiveState active
check "it listens by then" api sw /version
user=$(awk -F: '$1 == "hotfib" { print $3 }' "$SYSTEMD_ROOT/etc/passwd")
check "as hotfib" proc_is Uid "$user"
for f in CapPrm CapEff CapBnd; do
	check "with CAP_NET_ADMIN alone: $f" proc_is $f 0000000000001000
done
check "no new privileges" proc_is NoNewPrivs 1
check "system calls are filtered" proc_is Seccomp 2
check "its directories are its own" eval \
	'[ "$(inside stat -c "%U %a" /var/lib/hotfib)" = "hotfib 750" ] &&
	[ "$(inside stat -c "%U %a" /run/hotfib)" = "hotfib 750" ]'
feed_start --hold 90
traffic_start --samples 2000
full() {
	[ "$(routes | wc -l)" -eq "$1" ] || { routes | wc -l && return 1; }
}
expect_within "routes reach the kernel" 90 full 400
spoken() {
	show StatusText | grep 'learning 2,000 IPv4'
}
expect_within "its status is a sentence" 30 spoken

# --- reload ---------------------------------------------------------------------------------------

pid=$(show MainPID)
conf 300
check "it reloads" systemctl_ reload hotfibd.service
expect_within "and does as it is told" 60 full 300
check "in the same process" shows MainPID "$pid"
echo 'nonsense' >"$SYSTEMD_ROOT/etc/hotfib/hotfib.conf"
check "a bad file" systemctl_ reload hotfibd.service
expect_within "is told of" 20 grep -q 'nonsense\|syntax' "$SYSTEMD_ROOT/var/log/hotfibd.log"
check "and changes nothing" eval "full 300 && shows ActiveState active && shows MainPID $pid"
conf 300

# --- its ends ---------------------------------------------------------------------------------------

kill_hard traffic # so that the choice stays
until_ms 3000 false
routes >"$DIR/routes"
spawn watch sw ip monitor route
until_ms 1000 false # until it listens
untouched() {
	! grep -E 'proto (221|hotfib)' "$LOGS/watch.log"
}
held() {
	status_is '$f4.installed == 300'
}
check "it restarts" systemctl_ restart hotfibd.service
expect_within "adopts what is there" 60 held
check "and no route was touched" eval 'same_routes && untouched'

restarted() {
	shows NRestarts "$1" && shows ActiveState active
}
inside kill -STOP "$(show MainPID)"
expect_within "a loop that hangs is ended by the watchdog, and it starts again" 60 restarted 1
check "that is what systemd says" eval "shows Result success && [ -n \"\$(show WatchdogTimestamp)\" ]"
expect_within "adopts what is there" 60 held
inside kill -KILL "$(show MainPID)"
expect_within "one that is killed starts again" 60 restarted 2
expect_within "adopts what is there" 60 held
check "and through all of that no route was touched" eval 'same_routes && untouched'
check "it stops" systemctl_ stop hotfibd.service
check "as it should" eval "shows ActiveState inactive && shows Result success"
check "the state is saved" test -s "$SYSTEMD_ROOT/var/lib/hotfib/state"
check "and the routes stay" same_routes
net_end
