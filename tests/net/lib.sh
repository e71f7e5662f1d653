# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What network tests share: namespaces, processes, waiting, verdicts. Each test begins
#
#   . "$(dirname "$0")/lib.sh"
#   net_begin bird ovs-vswitchd ...        commands it needs; skips (77) without them or root
#
# and ends with net_end. Everything it makes is named after this process, so that two runs do not
# meet, and is gone after it: only processes and namespaces made here are ended. Nothing is waited
# for by time; wait_for polls a condition until a deadline and says what it waited for.
#
#   $DIR    scratch, removed at the end          $LOGS   logs, kept: build/net-logs/TEST/
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${HOTFIB_O:-$ROOT/build}
BIN=$O/${HOTFIB_MODE:-release}
# shellcheck disable=SC2034 # for those who source this
DATA=${HOTFIB_DATA:-$ROOT/../shared/data}
TEST=$(basename "$0" .sh)
TAG=hf$$
FAILED=0
FAREWELL= # said when all is gone
LABELS=()
SPACES=()

# --- verdicts -----------------------------------------------------------------------------------

ok() {
	echo "ok $*"
}

not_ok() {
	echo "not ok $*"
	FAILED=$((FAILED + 1))
	all_alive || exit 1
}

# skip TEXT: what cannot be done here, and why; counted.
skip() {
	echo "skip $*"
}

# What the failed look said.
said() {
	head -n 12 "$1" | cut -c1-200 | sed 's/^/    /'
}

# check TEXT COMMAND...: one verdict by the command's status.
check() {
	local text=$1
	shift
	if "$@" >"$DIR/check.out" 2>&1; then
		ok "$text"
	else
		said "$DIR/check.out"
		not_ok "$text"
	fi
}

# The test cannot go on.
bail() {
	not_ok "$*"
	exit 1
}

skip_all() {
	echo "skipped: $*"
	exit 77
}

# --- begin, end ---------------------------------------------------------------------------------

net_begin() {
	local c
	for c in "$@"; do
		command -v "$c" >/dev/null || skip_all "$c is not installed"
	done
	[ "$(id -u)" = 0 ] || skip_all "needs root for network namespaces"
	[ -x "$BIN/hotfibd" ] || skip_all "$BIN/hotfibd is not built"
	LOGS=$O/net-logs/$TEST
	rm -rf "$LOGS"
	mkdir -p "$LOGS"
	DIR=$(mktemp -d "/tmp/$TAG-XXXXXX")
	trap net_cleanup EXIT
	trap 'exit 130' INT TERM HUP
	ip netns add "$TAG-probe" 2>"$DIR/netns" || skip_all "no namespaces: $(cat "$DIR/netns")"
	ip netns del "$TAG-probe"
}

net_end() {
	all_alive && [ "$FAILED" -eq 0 ]
	exit
}

net_cleanup() {
	local status=$? label space
	trap '' INT TERM HUP
	trap - EXIT
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ] && [ "$status" -ne 130 ]; then
		logs_show
	fi
	for label in "${LABELS[@]}"; do
		[ ! -e "$DIR/$label.pid" ] || signal KILL "$label"
	done
	for label in "${LABELS[@]}"; do
		[ ! -e "$DIR/$label.pid" ] || until_ms 20000 eval "! alive '$label'"
	done
	# The kernel takes a namespace apart later; a cable to this machine must go now.
	[ ! -e "/sys/class/net/$TAG" ] || ip link del "$TAG"
	for space in "${SPACES[@]}"; do
		ip netns del "$space" 2>/dev/null
	done
	rm -rf "$DIR"
	[ -z "$FAREWELL" ] || echo "$FAREWELL"
	exit "$status"
}

logs_show() {
	local f
	echo "logs of $TEST, also in $LOGS:"
	for f in "$LOGS"/*; do
		[ -s "$f" ] && echo "--- ${f##*/}" && tail -n 15 "$f" | cut -c1-300
	done
}

# --- namespaces ---------------------------------------------------------------------------------

# The full name of one of our namespaces.
ns() {
	echo "$TAG-$1"
}

ns_add() {
	local s
	s=$(ns "$1")
	ip netns add "$s" || bail "cannot add namespace $s"
	SPACES+=("$s")
	ip -n "$s" link set lo up
	run_in "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0
}

# Forward packets, and take them from any side.
router_on() {
	run_in "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}

run_in() {
	local s
	s=$(ns "$1")
	shift
	ip netns exec "$s" "$@"
}

# veth SPACE IFACE SPACE IFACE: a cable, both ends up, checksums made in software.
veth() {
	ip -n "$(ns "$1")" link add "$2" type veth peer name "$4" netns "$(ns "$3")" ||
		bail "cannot add veth $2 - $4"
	run_in "$1" ethtool -K "$2" tx off >/dev/null
	run_in "$3" ethtool -K "$4" tx off >/dev/null
	ip -n "$(ns "$1")" link set "$2" up
	ip -n "$(ns "$3")" link set "$4" up
}

# addr SPACE IFACE ADDRESS/LENGTH...
addr() {
	local s i a
	s=$(ns "$1") i=$2
	shift 2
	for a in "$@"; do
		case $a in
		*:*) ip -n "$s" addr add "$a" dev "$i" nodad ;;
		*) ip -n "$s" addr add "$a" dev "$i" ;;
		esac
	done
}

# --- processes ----------------------------------------------------------------------------------

# spawn LABEL SPACE COMMAND...: in the background, output to $LOGS/LABEL.log, stdin from the FIFO
# that `say LABEL` writes to. The same label again is a restart.
spawn() {
	local label=$1 space=$2
	shift 2
	if [ ! -p "$DIR/$label.in" ]; then
		mkfifo "$DIR/$label.in"
		LABELS+=("$label")
	fi
	# A writer that stays, or stdin would end with the first command.
	eval "exec {FD_${label//-/_}}<>'$DIR/$label.in'"
	echo "--- $*" >>"$LOGS/$label.log"
	# What a daemon of ours keeps over a restart is the test's, not this machine's.
	case $* in
	*/hotfibd\ -c\ *)
		mkdir -p "$DIR/var-lib/hotfib"
		# shellcheck disable=SC2016 # for the shell inside
		set -- sh -c 'mount --bind "$0" /var/lib && exec "$@"' "$DIR/var-lib" "$@"
		;;
	esac
	# In a session of its own: a Ctrl-C is for this script only, which then ends the others; and
	# should the script be killed before it can, they go with it.
	ip netns exec "$(ns "$space")" setsid setpriv --pdeathsig KILL "$@" \
		<"$DIR/$label.in" >>"$LOGS/$label.log" 2>&1 &
	echo $! >"$DIR/$label.pid"
	disown $!
}

say() {
	local label=$1
	shift
	printf '%s\n' "$@" >"$DIR/$label.in"
}

pid_of() {
	cat "$DIR/$1.pid"
}

alive() {
	kill -0 "$(pid_of "$1")" 2>/dev/null
}

# signal NAME LABEL
signal() {
	kill -s "$1" "$(pid_of "$2")" 2>/dev/null
}

# Kill -9, and wait until it is gone.
kill_hard() {
	signal KILL "$1"
	until_ms 20000 eval "! alive '$1'" || bail "$1 does not die"
	rm "$DIR/$1.pid"
}

# Everything that was spawned, and not killed by kill_hard, is still there.
all_alive() {
	local label
	for label in "${LABELS[@]}"; do
		if [ -e "$DIR/$label.pid" ] && ! alive "$label"; then
			echo "not ok $label has died"
			return 1
		fi
	done
}

# --- waiting ------------------------------------------------------------------------------------

now_ms() {
	date +%s%3N
}

# until_ms MILLISECONDS COMMAND...: poll it; 0 when it came true in time. WAITED_MS says how long.
until_ms() {
	local limit=$1 start
	shift
	start=$(now_ms)
	while :; do
		if "$@" >"$DIR/wait.out" 2>&1; then
			WAITED_MS=$(($(now_ms) - start))
			return 0
		fi
		WAITED_MS=$(($(now_ms) - start))
		[ "$WAITED_MS" -lt "$limit" ] || return 1
		sleep 0.05 # between two looks, not instead of one
	done
}

# wait_for TEXT SECONDS COMMAND...: go on when true; else the test is over, with the last look.
wait_for() {
	local text=$1 seconds=$2
	shift 2
	until_ms $((seconds * 1000)) "$@" && return 0
	said "$DIR/wait.out"
	bail "$text: not within $seconds s"
}

# expect_within TEXT SECONDS COMMAND...: a verdict, and how long it took.
expect_within() {
	local text=$1 seconds=$2
	shift 2
	if until_ms $((seconds * 1000)) "$@"; then
		ok "$text ($WAITED_MS ms)"
	else
		said "$DIR/wait.out"
		not_ok "$text: not within $seconds s"
		return 1
	fi
}

log_has() {
	grep -qE "$2" "$LOGS/$1.log"
}

# --- hotfib -------------------------------------------------------------------------------------

# api SPACE PATH
api() {
	run_in "$1" curl -sS --max-time 5 "http://127.0.0.1:8008$2"
}

# api_is SPACE PATH JQ-FILTER: true where the filter is.
api_is() {
	api "$1" "$2" >"$DIR/api.json" || return 1
	jq -e "$3" "$DIR/api.json" && return 0
	head -c 2000 "$DIR/api.json"
	return 1
}
