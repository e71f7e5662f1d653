#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The one runner of tests: runs programs, reads what they say, and counts single test cases.
#
#   tests/run.sh SUITE...
#   SUITE: unit:PROGRAM  corpus:PROGRAM:DIRECTORY  net:SCRIPT
#
# A unit program is cmocka's and speaks TAP; a network script prints `ok TEXT` and `not ok TEXT`
# lines, exits 77 to skip as a whole (its last line says why), and counts as one case where it
# prints none. A fuzz corpus is one case. What a failed program printed is shown; a program
# that dies, or reports fewer cases than it announced, has failed whatever it said before.
#
# The last line is `N passed, N failed, N skipped`; status 1 where anything failed or nothing ran.
set -u

passed=0 failed=0 skipped=0
LOGS=${HOTFIB_TEST_LOGS:-build/test-logs}
mkdir -p "$LOGS" || exit 1

total() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# verdict NAME LOG STATUS PASSED FAILED SKIPPED SECONDS: add to the sums, say a line.
verdict() {
	passed=$((passed + $4)) failed=$((failed + $5)) skipped=$((skipped + $6))
	if [ "$5" -gt 0 ]; then
		printf '  FAIL    %s: %d of %d failed, status %d, %ds; it said:\n' \
			"$1" "$5" $(($4 + $5 + $6)) "$3" "$7"
		tail -n 200 "$2" | sed 's/^/          | /'
	elif [ "$6" -gt 0 ]; then
		if [ "$4" -gt 0 ]; then
			printf '  PASS    %s (%d, %d skipped) %ds; it said:\n' "$1" "$4" "$6" "$7"
		else
			printf '  SKIP    %s (%d skipped); it said:\n' "$1" "$6"
		fi
		grep -i skip "$2" | grep -v '^not ok' | sort -u | sed 's/^/          | /' | head -n 20
	else
		printf '  PASS    %s (%d) %ds\n' "$1" "$4" "$7"
	fi
}

# Cases of a TAP stream as "passed failed skipped", those announced but never reported as failed.
tap_count() {
	awk '
		/^1\.\.[0-9]+$/ { planned += substr($0, 4) }
		/^(not )?ok [0-9]+ .*# SKIP/ || /^(not )?ok [0-9]+ # SKIP/ { skipped++; next }
		/^ok [0-9]+/ { passed++ }
		/^not ok [0-9]+/ { failed++ }
		END {
			lost = planned - passed - failed - skipped
			print passed + 0, failed + (lost > 0 ? lost : 0), skipped + 0
		}' "$1"
}

net_count() {
	awk '
		/^ok / { passed++ }
		/^not ok / { failed++ }
		/^skip / { skipped++ }
		END { print passed + 0, failed + 0, skipped + 0 }' "$1"
}

run_suite() {
	kind=${1%%:*} rest=${1#*:}
	program=${rest%%:*}
	name=$kind/$(basename "$program" .sh)
	log=$LOGS/$(echo "$name" | tr / -).log
	start=$(date +%s)
	case $kind in
	unit) CMOCKA_MESSAGE_OUTPUT=TAP "$program" >"$log" 2>&1 </dev/null ;;
	corpus) "$program" "${rest#*:}" >"$log" 2>&1 </dev/null ;;
	net) "$program" >"$log" 2>&1 </dev/null ;;
	*) echo "run.sh: '$1' is not a suite" >&2 && exit 2 ;;
	esac
	status=$?
	seconds=$(($(date +%s) - start))
	case $kind in
	unit) counts=$(tap_count "$log") ;;
	corpus) [ $status -eq 0 ] && counts='1 0 0' || counts='0 1 0' ;;
	net) counts=$(net_count "$log") ;;
	esac
	# shellcheck disable=SC2086 # three numbers
	set -- $counts
	if [ "$kind" = net ] && [ $status -eq 77 ]; then
		set -- 0 0 $(($3 > 0 ? $3 : 1))
	elif [ $status -ne 0 ] && [ "$2" -eq 0 ]; then
		set -- "$1" 1 "$3" # died, or a sanitizer spoke after the last case
	elif [ "$1" -eq 0 ] && [ "$2" -eq 0 ] && [ "$3" -eq 0 ]; then
		if [ "$kind" = net ]; then set -- 1 0 0; else set -- 0 1 0; fi
	fi
	verdict "$name" "$log" $status "$1" "$2" "$3" $seconds
}

for suite in "$@"; do
	run_suite "$suite"
done
total
