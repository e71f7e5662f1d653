#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run benches: one JSON line a figure on stdout, all else on stderr. `make bench` calls it.
#
#   tests/bench/run.sh ONLY PROGRAM...      ONLY: figures with commas ("P1,P7"), or ""
#
# A bench's source names the figures it gives, so that those not asked for are not run. The status
# is 0 whatever was met: a figure is to be read, not to pass.
set -u

only=$1
shift
only=$(echo "$only" | sed 's/[^A-Za-z0-9.,]//g; s/,/|/g')
ids=$(echo "$only" | sed 's/\./\\./g')
groups=$(echo "$only" | sed 's/\.[^|]*//g')
for bench in "$@"; do
	case $bench in
	*.sh) source=$bench ;;
	*) source=tests/bench/${bench#*/tests/bench/}.c ;;
	esac
	[ -z "$only" ] || grep -qE "(^|[^A-Za-z0-9])($groups)([^0-9]|\$)" "$source" || continue
	echo "bench: $bench" >&2
	# A figure that misses its target says by how much.
	"$bench" </dev/null | grep --line-buffered -E "^\{\"id\": ?\"${ids:+($ids)[^0-9]}" |
		jq -c --unbuffered 'if .met == false and .target > 0
			then .ratio = (.value / .target * 100 | round / 100) else . end'
done
exit 0
