#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a compiler does not say: formatting, the one-way order of the rooms, who may touch the outside
# world, cppcheck, man pages, shell scripts. Prints every fault, then one line of sums.
#
# Each check is a function that prints its faults, one a line, and nothing where there are none.
# shellcheck disable=SC2046 # lists of files are words
set -u

faults=0 checks=0
list=$(mktemp)
trap 'rm -f "$list"' EXIT

check() {
	checks=$((checks + 1))
	"$1" >"$list"
	[ -s "$list" ] || return 0
	faults=$((faults + 1))
	echo "lint: $2:"
	sed 's/^/    /' "$list" | head -n 40
}

files() {
	git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do
		[ -e "$f" ] && echo "$f"
	done
}

rooms='lib ribtrie bgpd sflowin webui control cli'

# Rooms a room may include, besides itself; docs/HACKING.md says why.
one_way_order() {
	while read -r room allowed; do
		grep -nHE '^#include "[a-z]+/' $(files "$room/*.[ch]") /dev/null |
			grep -vE "#include \"($allowed)/"
	done <<-EOF
		lib lib
		ribtrie ribtrie|lib
		bgpd bgpd|lib
		sflowin sflowin|lib
		webui webui|lib
		control control|ribtrie|bgpd|sflowin|webui|lib
		cli cli|lib
	EOF
}

impure() {
	for room in $rooms; do
		grep -nHE "$1" $(files "$room/*.[ch]" | grep -vE '_io\.[ch]$|/main\.c$') /dev/null
	done
}

outside_world() {
	impure '^#include <(ev|sys/socket|sys/un|netdb|poll|microhttpd)\.h>'
	impure '^#include <(netinet|curl|netlink)/'
}

clocks() {
	impure '(^|[^_a-z])(clock_gettime|gettimeofday|time)\((CLOCK_|NULL|&)'
}

no_licence_line() {
	grep -L 'SPDX-License-Identifier: Apache-2.0' \
		$(files '*.[chS]' '*.sh' Makefile '*.js' '*.css' .ci/run)
}

trailing_blanks() {
	grep -nHE '[[:space:]]+$' $(files '*.[chS]' '*.sh' Makefile '*.md' '*.js' '*.css') /dev/null
}

formatting() {
	clang-format --dry-run -Werror $(files '*.[ch]') 2>&1 | sed -n 's/: error: code should.*//p'
}

# varFuncNullUB: NULL is a pointer in every C library this builds with.
static_analysis() {
	cppcheck -q -j 2 -I. --std=c11 --enable=warning,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=varFuncNullUB \
		$(for r in $rooms; do files "$r/*.c"; done) 2>&1 |
		grep -E '(error|warning|portability):'
}

man_pages() {
	for page in $(files 'docs/man/*.[1-8]'); do
		mandoc -T lint -W warning "$page" 2>&1
	done
}

shell_scripts() {
	shellcheck -x -e SC2317 $(files '*.sh' .ci/run) 2>&1
}

has() {
	command -v "$1" >/dev/null
}

check one_way_order "includes against the one-way order"
check outside_world "the outside world in files that are not *_io.c"
check clocks "a clock read outside *_io.c"
check no_licence_line "files without an SPDX line"
check trailing_blanks "blanks at the end of lines"
has clang-format && check formatting "not as clang-format would have it (run clang-format -i)"
has cppcheck && check static_analysis "cppcheck"
has mandoc && check man_pages "mandoc -T lint"
has shellcheck && check shell_scripts "shellcheck"

echo "lint: $checks checks, $faults with faults"
[ $faults -eq 0 ]
