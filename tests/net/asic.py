#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# The tables of a Broadcom ASIC as an sFlow agent sends them, and as hotfibd should show them: an
# encoder of its own, from "sFlow Broadcom Switch ASIC Table Utilization Structures" (enterprise
# 4413, format 3), so that hotfib's encoder is not checked by hotfib's decoder alone.
#
#   asic.py send AGENT SEQUENCE NAME=VALUE...   a datagram to 127.0.0.1:6343; others are 0
#   asic.py check AGENT NAME=VALUE... <JSON     is that what /api/v1/hardware says?
import json
import socket
import struct
import sys

FIELDS = """host_entries host_entries_max ipv4_entries ipv4_entries_max ipv6_entries
ipv6_entries_max ipv4_ipv6_entries ipv4_ipv6_entries_max long_ipv6_entries long_ipv6_entries_max
total_routes total_routes_max ecmp_nexthops ecmp_nexthops_max mac_entries mac_entries_max
ipv4_neighbors ipv6_neighbors ipv4_routes ipv6_routes
acl_ingress_entries acl_ingress_entries_max acl_ingress_counters acl_ingress_counters_max
acl_ingress_meters acl_ingress_meters_max acl_ingress_slices acl_ingress_slices_max
acl_egress_entries acl_egress_entries_max acl_egress_counters acl_egress_counters_max
acl_egress_meters acl_egress_meters_max acl_egress_slices acl_egress_slices_max""".split()
assert len(FIELDS) == 36


def given(arguments):
    """NAME=VALUE...; all=N: N for the first field, N+1 for the next, ..."""
    values = dict(a.split("=") for a in arguments)
    if "all" in values:
        return {name: int(values["all"]) + i for i, name in enumerate(FIELDS)}
    assert set(values) <= set(FIELDS), values
    return {name: int(values.get(name, 0)) for name in FIELDS}


def send(agent, sequence, values):
    record = struct.pack(">36I", *(values[name] for name in FIELDS))
    # A host description, as hsflowd puts beside it, then the tables.
    records = struct.pack(">IIII", 2000, 8, 0, 0) + struct.pack(">II", 4413 << 12 | 3, 144) + record
    sample = struct.pack(">III", sequence, 2 << 24 | 1, 2) + records
    datagram = (struct.pack(">II", 5, 1) + socket.inet_aton(agent) +
                struct.pack(">IIII", 99, sequence, 1000 * sequence, 1) +
                struct.pack(">II", 2, len(sample)) + sample)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        s.sendto(datagram, ("127.0.0.1", 6343))


def check(agent, values):
    for source in json.load(sys.stdin)["hardware"]:
        if source["source"] == "sflow" and source["name"] == agent:
            break
    else:
        sys.exit("no report of " + agent)
    wrong = []
    for name, value in values.items():
        if name.endswith("_max"):
            continue
        table = source["tables"].get(name.replace("_entries", "") if name in (
            "host_entries", "ipv4_entries", "ipv6_entries", "ipv4_ipv6_entries",
            "long_ipv6_entries", "mac_entries") else name, {})
        if table.get("used", 0) != value or table.get("max", 0) != values.get(name + "_max", 0):
            wrong.append((name, value, table))
    if wrong:
        sys.exit(str(wrong))


if sys.argv[1] == "send":
    send(sys.argv[2], int(sys.argv[3]), given(sys.argv[4:]))
else:
    check(sys.argv[2], given(sys.argv[3:]))
