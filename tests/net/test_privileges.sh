#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hotfibd as a service: an unprivileged user with no capability but CAP_NET_ADMIN, and not even that
# when the target is BGP; what it tells the service manager; the files that are installed for it.
# Topology: lab.sh.
#
# The functions are called by name, and $f4 is for jq.
# shellcheck disable=SC2016,SC2119,SC2317
#
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/lab.sh
. "$ROOT/tests/net/lab.sh"
net_begin ip curl jq setpriv python3 ethtool
WHO=65534 # nobody

lab_begin
# Where nobody may go: the tree may be below somebody's home.
chmod 755 "$DIR"
mkdir -m 777 "$DIR/run"
cp "$BIN/hotfibd" "$DIR/hotfibd"
SOCKET=$DIR/run/hotfib.sock

# The service manager's side of NOTIFY_SOCKET: a line for each message, assignments joined by |.
cat >"$DIR/manager.py" <<'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
s.bind("\0" + name[1:] if name[0] == "@" else name)
if name[0] != "@":
    os.chmod(name, 0o666)
print("listening", flush=True)
while True:
    print(s.recv(65536).decode().replace("\n", "|"), flush=True)
END

# manager_start NAME: "NAME" a path, or with @ an abstract one.
manager_start() {
	spawn manager sw python3 "$DIR/manager.py" "$1"
	wait_for "the manager" 20 log_has manager '^listening$'
}

told() {
	log_has manager "$1"
}

# As systemd starts the unit: a user without rights and CAP_NET_ADMIN, ambient.
service_start() {
	spawn hotfibd sw setpriv --reuid "$WHO" --regid "$WHO" --clear-groups --no-new-privs \
		--inh-caps -all,+net_admin --ambient-caps +net_admin --bounding-set -all,+net_admin \
		env NOTIFY_SOCKET="$1" WATCHDOG_USEC="${2:-2000000}" "$DIR/hotfibd" -c "$CONF"
	wait_for "ready" 20 told '^READY=1$'
}

# proc FIELD: of /proc/PID/status.
proc() {
	awk -v f="$1:" '$1 == f { print $2 }' "/proc/$(pid_of hotfibd)/status"
}

# has_caps HEX: permitted and effective are these, and none is passed on.
has_caps() {
	local f want
	for f in CapPrm CapEff CapInh CapAmb; do
		case $f in CapPrm | CapEff) want=$1 ;; *) want=0 ;; esac
		echo "$f $(proc "$f"), not $want"
		[ $((16#$(proc "$f"))) -eq $((16#$want)) ] || return 1
	done
}

# --- a target over BGP: nothing at all ----------------------------------------------------------

NEIGHBORS=', { name = "sink", address = "127.0.0.21", local-as = 65136, router-id = "0.0.0.2",
  role = "push" }, { name = "signed", address = "127.0.0.31", local-as = 65136,
  router-id = "0.0.0.1", role = "learn", router = "edge", md5 = "secret" }'
lab_conf 'target: { router = "edge"; via = [ "sink" ]; capacity = 400 }'
manager_start "$DIR/manager.sock"
service_start "$DIR/manager.sock"
check "it runs as nobody" eval '[ "$(proc Uid)" = '$WHO' ] && [ "$(proc Gid)" = '$WHO' ]'
check "a target over BGP needs no capability" has_caps 0
check "and nothing it executes gets any" eval '[ "$(proc NoNewPrivs)" = 1 ]'
check "keys for TCP MD5 need none" eval "! log_has hotfibd cannot-protect"
feed_start --hold 90
traffic_start --samples 2000
expect_within "it learns and measures" 60 status_is '$f4.prefixes == 2000 and $f4.rateTotal > 0'
expect_within "its status is a sentence" 30 told '^STATUS=.*learning 2,000 IPv4'
expect_within "the loop feeds the watchdog" 20 told '^WATCHDOG=1$'

fed() {
	grep -c '^WATCHDOG=1$' "$LOGS/manager.log"
}
signal STOP hotfibd
until_ms 20000 eval "grep -q '^State:.T' /proc/$(pid_of hotfibd)/status"
before=$(fed)
until_ms 3000 eval "[ \"\$(fed)\" -gt $before ]"
check "but not when it hangs" eval "[ $(fed) -eq $before ]"
signal CONT hotfibd
expect_within "it lives again" 20 eval "[ \"\$(fed)\" -gt $before ]"
sed -i 's/capacity = 400/capacity = 300/' "$CONF"
signal HUP hotfibd
expect_within "a reload is told, with its time" 20 told '^RELOADING=1\|MONOTONIC_USEC=[0-9]+$'
expect_within "and its end" 20 eval \
	"sed '1,/^RELOADING=1/d' '$LOGS/manager.log' | grep '^READY=1$'"
check "without a capability that was given up" has_caps 0
check "it was done" eval "hotfib show status | grep ' 300 '"
signal TERM hotfibd
expect_within "stopping is told" 20 told '^STOPPING=1$'
until_ms 10000 eval "! alive hotfibd" || not_ok "it does not stop"
rm "$DIR/hotfibd.pid"
check "in that order" eval "grep -v WATCHDOG= '$LOGS/manager.log' | cut -d= -f1 | uniq | tr '\n' ' ' |
	grep -q 'listening READY STATUS .*RELOADING READY .*STOPPING $'"
kill_hard manager

# --- routes into the kernel: CAP_NET_ADMIN and no other -----------------------------------------

# Where the next hops are.
ns_add far
veth sw s0 far f0
addr sw s0 198.18.0.254/24
lab_conf 'target: { router = "edge"; via = [ "netlink" ]; capacity = 400 }'
: >"$LOGS/manager.log"
manager_start "@$TAG-manager" # an abstract name
service_start "@$TAG-manager"
check "for netlink it keeps CAP_NET_ADMIN" has_caps 1000
expect_within "which is enough for routes" 60 eval \
	"[ \$(ip -n $(ns sw) route show proto 221 2>/dev/null | wc -l) -gt 100 ]"
kill_hard hotfibd

# --- started as root, without a service manager -------------------------------------------------

lab_conf 'target: { router = "edge"; via = [ "sink" ]; capacity = 400 }'
spawn hotfibd sw "$DIR/hotfibd" -c "$CONF" --user nobody
wait_for "hotfibd" 20 api sw /version
check "--user leaves nothing of root" eval '[ "$(proc Uid)" = '$WHO' ] && has_caps 0'
kill_hard hotfibd
check "a user that is not there is told of" eval \
	"! '$DIR/hotfibd' -c '$CONF' --user no-such-user 2>'$DIR/err' && grep -q 'no such user' '$DIR/err'"

# --- what is installed --------------------------------------------------------------------------

if command -v systemd-analyze >/dev/null; then
	systemd-analyze security --offline=yes --no-pager "$ROOT/conf/systemd/hotfibd.service" \
		>"$LOGS/security.log" 2>&1
	exposure=$(sed -n 's/.*exposure level for hotfibd.service: \([0-9.]*\).*/\1/p' \
		"$LOGS/security.log")
	check "systemd-analyze security: exposure ${exposure:-unknown}, below 2" eval \
		"awk 'BEGIN { exit !(\"$exposure\" != \"\" && ${exposure:-9} < 2) }'"
else
	skip "systemd-analyze is not installed: the unit's exposure is not measured"
fi
check "make install" make -s -C "$ROOT" O="$O" NODEPS=1 install DESTDIR="$DIR/root" PREFIX=/usr
for f in sbin/hotfibd bin/hotfib lib/systemd/system/hotfibd.service lib/sysusers.d/hotfib.conf \
	lib/tmpfiles.d/hotfib.conf lib/sysctl.d/hotfib.conf; do
	check "installs $f" test -s "$DIR/root/usr/$f"
done
check "the unit starts what was installed" eval \
	"[ -x \"$DIR/root\$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' $DIR/root/usr/lib/systemd/system/hotfibd.service)\" ]"
net_end
