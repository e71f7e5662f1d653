#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzz each target for a while, growing its corpus below the output directory. `make fuzz` calls it.
#
#   tests/fuzz/run.sh OUTPUT SECONDS ONLY TARGET...      ONLY: names with commas, or ""
#
# An input that breaks a target is kept in tests/fuzz/found/; status 1 when there is one.
set -u

out=$1 seconds=${2:-60} only=$3
shift 3
: "${seconds:=60}"
mkdir -p tests/fuzz/found
failed=0
for target in "$@"; do
	name=${target##*/fuzz_}
	case ",${only:-$name}," in *",$name,"*) ;; *) continue ;; esac
	corpus=$out/fuzz-corpus/$name
	mkdir -p "$corpus"
	echo "fuzz $name: $seconds s"
	if "$target" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="tests/fuzz/found/$name-" "$corpus" "tests/fuzz/corpus/$name" \
		>"$corpus.log" 2>&1; then
		grep -E 'number_of_executed_units|new_units_added' "$corpus.log"
	else
		tail -n 60 "$corpus.log"
		echo "fuzz $name: FAILED, see tests/fuzz/found/"
		failed=1
	fi
done
exit $failed
