# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# fib_routes SPACE PROTOCOL: the kernel's routes of a protocol as PREFIX GATEWAY, sorted, also those
# by nexthop objects; one with several paths once a path. Default routes are left out.
fib_routes() {
	local space
	space=$(ns "$1")
	{
		ip -n "$space" nexthop show
		ip -n "$space" -4 route show proto "$2"
		ip -n "$space" -6 route show proto "$2"
	} | awk '
		function gateway(i) {
			for (i = 2; i < NF; i++)
				if ($i == "via")
					return $(i + 1) == "inet6" ? $(i + 2) : $(i + 1)
			return ""
		}
		$1 == "id" && $3 == "group" { members[$2] = $4; next }
		$1 == "id" { via[$2] = gateway(); next }
		$1 == "nexthop" { print prefix, gateway(); next }
		$1 != "default" {
			prefix = $1
			if (prefix !~ "/")
				prefix = prefix (prefix ~ ":" ? "/128" : "/32")
			if ($2 == "nhid" && $3 in members) {
				n = split(members[$3], member, "/")
				for (i = 1; i <= n; i++) {
					sub(",.*", "", member[i])
					print prefix, via[member[i]]
				}
			} else if ($2 == "nhid" && $3 in via) {
				print prefix, via[$3]
			} else if (gateway() != "") {
				print prefix, gateway()
			}
		}' | LC_ALL=C sort
}
