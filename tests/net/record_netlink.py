#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Writes down what the kernel says by rtnetlink, byte for byte, for tests/golden/netlink: a dump of
# everything that hotfibd reads, then notifications until it is killed. A message a line,
#
#   dump HEX | notify HEX
#
# and above it what it is, for people. Run it in the network namespace that is to be recorded.
import os
import socket
import struct
import sys

NAMES = {16: "link", 17: "link removed", 20: "address", 21: "address removed", 24: "route",
         25: "route removed", 28: "neighbour", 29: "neighbour removed", 104: "nexthop",
         105: "nexthop removed"}
# RTNLGRP_LINK, NEIGH, IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE, NEXTHOP
GROUPS = (1, 3, 5, 7, 9, 11, 32)
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300


def opened():
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    s.bind((0, 0))
    return s


def messages(data):
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        yield kind, data[:length]
        data = data[(length + 3) & ~3:]


def show(how, kind, message):
    if kind in NAMES:
        print("#", NAMES[kind])
        print(how, message.hex(), flush=True)


def dump(kind, header):
    s = opened()
    s.send(struct.pack("=IHHII", 16 + len(header), kind, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + header)
    while True:
        for kind, message in messages(s.recv(1 << 16)):
            if kind in (2, 3):
                return
            show("dump", kind, message)


monitor = opened()
for group in GROUPS:
    monitor.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
print("# Recorded on Linux", os.uname().release, *sys.argv[1:])
dump(18, bytes(16))                       # RTM_GETLINK
dump(30, bytes(12))                       # RTM_GETNEIGH
dump(106, bytes(8))                       # RTM_GETNEXTHOP
dump(26, struct.pack("=B", 2) + bytes(11))   # RTM_GETROUTE
dump(26, struct.pack("=B", 10) + bytes(11))
while True:
    for kind, message in messages(monitor.recv(1 << 16)):
        show("notify", kind, message)
