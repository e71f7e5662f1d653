#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Record what a kernel says by netlink, for test_netlink_msg.c: record.sh DIRECTORY (root). It makes
# a namespace with one of each thing, and writes the datagrams of dumps, of notifications and of
# refused requests as they are, one file a kind. The files beside this one are of Linux 6.18.
set -eu

out=$1
ns=hfrec$$
ip netns add $ns
trap 'ip netns del $ns' EXIT
ip -n $ns link add up0 type veth peer name up1
for i in lo up0 up1; do ip -n $ns link set $i up; done
ip -n $ns addr add 10.0.0.1/24 dev up0
ip -n $ns addr add fc00::1/64 dev up0 nodad

things() {
	ip nexthop add id 10 via 10.0.0.2 dev up0 protocol 221
	ip nexthop add id 11 via fc00::2 dev up0 protocol 221
	ip nexthop add id 12 via 10.0.0.3 dev up0 onlink
	ip nexthop add id 13 blackhole
	ip nexthop add id 30 group 10,3/12 protocol 221
	ip route add 198.51.100.0/24 nhid 10 proto 221 metric 15
	ip route add 198.51.101.0/24 nhid 11 proto 221 metric 15
	ip route add 198.51.102.0/24 nhid 30 proto 221 metric 15
	ip -6 route add 2001:db8:100::/48 nhid 11 proto 221 metric 15
	ip route add default via 10.0.0.9
	ip route add 20.0.0.0/8 proto bird metric 32 nexthop via 10.0.0.2 weight 2 \
		nexthop via 10.0.0.3
	ip route add 20.1.0.0/16 via inet6 fc00::2 dev up0 proto static
	ip route add blackhole 20.2.0.0/16
	ip route add 20.3.0.0/16 via 10.0.0.2 table 1000
	ip -6 route add 2001:db8:1::/48 nexthop via fc00::2 nexthop via fc00::3
	ip -6 route add unreachable 2001:db8:2::/48
	ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev up0 nud permanent
	ip neigh add 10.0.0.3 dev up0 managed
	ip neigh add fe80::2 lladdr 02:00:00:00:00:02 dev up0 nud reachable
}

changes() {
	ip nexthop replace id 10 via 10.0.0.4 dev up0 protocol 221
	ip route del 198.51.100.0/24 proto 221 metric 15
	ip route replace 20.1.0.0/16 via 10.0.0.3 proto static
	ip nexthop del id 10
	ip link set up1 down
	ip neigh del 10.0.0.2 dev up0
}
export -f things changes

ip netns exec $ns bash -euc things
ip netns exec $ns python3 - "$out" <<'END'
import os, socket, struct, subprocess, sys, time

out = sys.argv[1]
GROUPS = [1, 3, 7, 11, 32]  # link, neigh, IPv4 and IPv6 routes, nexthop

def receive(s):
    data = b""
    s.settimeout(0.5)
    try:
        while True:
            data += s.recv(65536)
    except TimeoutError:
        return data

def ask(kind, flags, body):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    s.setsockopt(270, 11, 1)  # extended acknowledgements
    s.send(struct.pack("=IHHII", 16 + len(body), kind, 1 | flags, 7, 0) + body)
    return receive(s)

def save(name, data):
    with open(os.path.join(out, name + ".bin"), "wb") as f:
        f.write(data)

DUMP = 0x300
save("links", ask(18, DUMP, bytes(16)))
save("routes4", ask(26, DUMP, bytes([2]) + bytes(11)))
save("routes6", ask(26, DUMP, bytes([10]) + bytes(11)))
save("neighs", ask(30, DUMP, bytes(12)))
save("nexthops", ask(106, DUMP, bytes(8)))
# A route by a nexthop object that is not there; one that is there already; a removal that finds
# another's route.
route = struct.pack("=BBBBBBBBI", 2, 24, 0, 0, 254, 221, 0, 1, 0)
dst = struct.pack("=HH4B", 8, 1, 198, 51, 100, 0)
metric = struct.pack("=HHI", 8, 6, 15)
nhid = struct.pack("=HHI", 8, 30, 999)
save("refused", ask(24, 0x604, route + dst + metric + nhid) +
     ask(24, 0x604, route + dst + metric + struct.pack("=HHI", 8, 30, 10)) +
     ask(25, 4, struct.pack("=BBBBBBBBI", 2, 16, 0, 0, 254, 221, 255, 1, 0) +
         struct.pack("=HH4B", 8, 1, 20, 1, 0, 0)))
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
s.bind((0, 0))
for group in GROUPS:
    s.setsockopt(270, 1, group)
subprocess.run(["bash", "-euc", "changes"], check=True)
save("changes", receive(s))
END
