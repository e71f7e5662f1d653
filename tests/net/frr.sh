# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# FRR's daemons in the namespace sw, for the tests that source this after interop.sh. They run as
# Debian's user for them, so they get a place of their own: $RUN.
FRR=/usr/lib/frr
PATH=$PATH:$FRR

frr_place() {
	RUN=$DIR/frr
	chmod 711 "$DIR"
	install -d -o frr -g frr "$RUN"
}

# frr_daemon NAME ARGS...
frr_daemon() {
	local label=$1
	shift
	spawn "$label" sw "$FRR/$label" -u frr -g frr -i "$RUN/$label.pid" -z "$RUN/zserv.api" \
		--vty_socket "$RUN" --log stdout -P 0 "$@"
}

# frr_zebra CONFIG
frr_zebra() {
	frr_daemon zebra -f "$1"
	wait_for "zebra" 10 test -S "$RUN/zserv.api"
}
