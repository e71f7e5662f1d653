#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a router knows after the UPDATEs, or the RIB, that `bgpdump -m` prints on stdin: every peer's
path of every prefix, and the best of each by RFC 4271 9.1.2.2 for eBGP peers without BGP identifiers.
Left out is what must not be used: routes with AS 0 (RFC 7607), with a next hop no route may have, or
with none, as a collector's own. With a number N only every Nth prefix is looked at, by its text. Lines,
in any order:

    path|PREFIX|PEER|PATH-ID|AS-PATH|ORIGIN|NEXTHOP|MED|COMMUNITIES
    best|PREFIX|PEER|PATH-ID

Knows nothing of hotfib; test_real_streams.c compares the two.
"""
import functools
import ipaddress
import sys

NAMES = {"no-export": "65535:65281", "no-advertise": "65535:65282", "local-AS": "65535:65283",
         "no-peer": "65535:65284"}
EVERY = int(sys.argv[1]) if len(sys.argv) > 1 else 0
ORIGINS = {"IGP": 0, "EGP": 1, "INCOMPLETE": 2}


@functools.lru_cache(maxsize=None)
def address_text(address):
    return str(ipaddress.ip_address(address))


@functools.lru_cache(maxsize=None)
def prefix_text(prefix):
    return str(ipaddress.ip_network(prefix, strict=False))


@functools.lru_cache(maxsize=None)
def usable(peer, address, as_path):
    """May there be a route with these?"""
    if ipaddress.ip_address(peer).is_unspecified or "0" in as_path.replace("{", " ").replace(
            "}", " ").replace(",", " ").split():
        return False
    a = ipaddress.ip_address(address)
    if a.version == 6 and a.ipv4_mapped is not None:
        return False
    if a.is_unspecified or a.is_loopback or a.is_multicast:
        return False
    return a.version == 6 or int(a) < 0xF0000000


def hops(as_path):
    """Segments of the path as text: "1 2 {3,4}"."""
    return as_path.split()


def first_as(as_path):
    h = hops(as_path)
    return int(h[0]) if h and h[0][0] not in "{(" else 0


def address_key(address):
    a = ipaddress.ip_address(address)
    return (a.version, int(a))


def best(paths):
    """Each rule removes from the set what another of the set beats by it."""
    def lowest(key):
        nonlocal left
        low = min(key(p) for p in left)
        left = [p for p in left if key(p) == low]

    left = paths
    lowest(lambda p: len(hops(p["as_path"])))
    lowest(lambda p: ORIGINS[p["origin"]])
    left = [p for p in left
            if not any(first_as(q["as_path"]) == first_as(p["as_path"]) and q["med"] < p["med"]
                       for q in left)]
    lowest(lambda p: address_key(p["peer"]))
    lowest(lambda p: p["path_id"])
    return left[0]


def main():
    table = {}
    for line in sys.stdin:
        f = line.rstrip("\n").split("|")
        kind, what = f[0], f[2]
        if what not in "ABW":
            continue
        peer = address_text(f[3])
        prefix = prefix_text(f[5])
        if EVERY and sum(map(ord, prefix)) % EVERY:
            continue
        path_id = int(f.pop(6)) if kind.endswith("_AP") else 0
        key = (peer, path_id)
        of_prefix = table.setdefault(prefix, {})
        if what == "W" or not usable(peer, f[8], f[6]):
            of_prefix.pop(key, None)
            continue
        communities = " ".join(NAMES.get(c, c) for c in f[11].split())
        of_prefix[key] = {"peer": peer, "path_id": path_id, "as_path": f[6], "origin": f[7],
                          "nexthop": address_text(f[8]), "med": int(f[10]),
                          "communities": communities}
    for prefix, of_prefix in table.items():
        if not of_prefix:
            continue
        for p in of_prefix.values():
            print("path", prefix, p["peer"], p["path_id"], p["as_path"], p["origin"], p["nexthop"],
                  p["med"], p["communities"], sep="|")
        b = best(list(of_prefix.values()))
        print("best", prefix, b["peer"], b["path_id"], sep="|")


main()
