#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install the Debian packages that the named sets need and that are not there yet.
#
#   tests/deps.sh build net dev bench
#
# Does nothing, and asks nobody, where nothing is missing. Needs only dpkg-query; as root, apt-get.
# Daemons that a package brings are not started: the tests run their own, in namespaces.
set -eu

# build: compile and unit tests. net: network tests and the demo. page: the test of the page in a
# browser, which is large. bench: what we are measured beside. dev: lint, clang, fuzzing.
packages() {
	case $1 in
	build) echo gcc libc6-dev make pkg-config git ca-certificates libev-dev \
		libmicrohttpd-dev libjansson-dev libconfig-dev libssl-dev libcurl4-openssl-dev \
		libnl-3-dev libcmocka-dev libhiredis-dev redis-server xz-utils gzip bgpdump nodejs ;;
	net) echo iproute2 procps ethtool bird2 frr gobgpd openbgpd exabgp openvswitch-switch \
		curl jq python3 redis-tools systemd ;;
	page) echo nodejs chromium ;;
	bench) echo bird2 pmacct iproute2 procps ethtool curl jq ;;
	dev) echo clang clang-format clang-tidy cppcheck mandoc shellcheck ;;
	*) echo "deps.sh: no set of packages is called '$1'" >&2 && exit 2 ;;
	esac
}

missing=
for set in "${@:-build}"; do
	for p in $(packages "$set"); do
		case " $missing " in *" $p "*) continue ;; esac
		# shellcheck disable=SC2016 # dpkg-query's own ${...}
		state=$(dpkg-query -W -f='${db:Status-Abbrev}' "$p" 2>/dev/null || :)
		case $state in ii*) ;; *) missing="$missing $p" ;; esac
	done
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps: not root; install these first:$missing" >&2
	exit 1
fi
echo "deps: installing$missing" >&2

# Debian's way to keep maintainer scripts from starting services; one that is there is put back.
policy=/usr/sbin/policy-rc.d
saved=
restore() {
	rm -f "$policy"
	[ -z "$saved" ] || mv "$saved" "$policy"
}
if [ -e "$policy" ] || [ -L "$policy" ]; then
	saved=$policy.hotfib-$$
	mv "$policy" "$saved"
fi
trap restore EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
install() {
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold \
		-o DPkg::Lock::Timeout=120 $missing >"$log" 2>&1 </dev/null
}
# Package lists may be absent or too old; only then are they fetched.
if ! install; then
	apt-get update >>"$log" 2>&1 </dev/null || :
	if ! install; then
		cat "$log" >&2
		rm -f "$log"
		echo "deps: apt-get could not install$missing" >&2
		exit 1
	fi
fi
rm -f "$log"
