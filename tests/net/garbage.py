#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Throw garbage at one of hotfibd's doors.

    garbage.py bgp|bgp-unknown|sflow|http|unix SEED COUNT [ADDRESS-OR-PATH]

Prints what was thrown, and for connections how many of them the other side ended; status 1 when one
was left hanging. Deterministic from the seed.
"""
import random
import socket
import struct
import sys

MARKER = b"\xff" * 16


def bgp_message(kind, body):
    return MARKER + struct.pack(">HB", 19 + len(body), kind) + body


def bgp_open(asn=65136, router_id="9.9.9.9", hold=90, params=b"", version=4):
    fixed = struct.pack(">BHH", version, asn, hold) + socket.inet_aton(router_id)
    return bgp_message(1, fixed + bytes([len(params)]) + params)


def bgp(rng, i):
    """A first flight that no peer may send."""
    length = rng.randrange(1, 200)
    noise = rng.randbytes(length)
    shapes = [
        noise,
        MARKER + noise,
        MARKER + struct.pack(">HB", 18, 1),  # shorter than a header
        MARKER + struct.pack(">HB", 4097, 1) + noise,
        MARKER + struct.pack(">HB", 19, 77),  # no such type
        bgp_message(2, noise),  # an UPDATE before an OPEN
        bgp_message(4, b"") * 3,
        bgp_open(version=3),
        bgp_open(asn=1),
        bgp_open(router_id="0.0.0.0"),
        bgp_open(hold=1),
        bgp_open(params=bytes([2, 255]) + noise[:20]),
        bgp_open(params=bytes([2, 6, 65, 4]) + noise[:3]),
        bgp_open(params=noise[: rng.randrange(len(noise)) + 1]),
        bgp_open(params=bytes([2, 6, 65, 4, 0, 0, 254, 112])) + bgp_message(4, b"") + noise,
        bgp_open(params=bytes([2, 6, 65, 4, 0, 0, 254, 112])) + bgp_message(2, noise),
        b"GET / HTTP/1.1\r\n\r\n",
    ]
    return shapes[i % len(shapes)]


def http(rng, i):
    noise = rng.randbytes(rng.randrange(1, 2000))
    shapes = [
        noise + b"\r\n\r\n",
        bgp_open() + b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x" * 70000 + b": y\r\n\r\n",
        b"POST /version HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /bgp/topprefixes/%00%ff/json?maxPrefixes=-1 HTTP/1.0\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ]
    return shapes[i % len(shapes)]


def sflow(rng, i):
    """Never a good datagram: another version, an impossible length, or cut short."""
    agent = struct.pack(">II4sIIII", 5, 1, socket.inet_aton("10.0.0.136"), 0, i + 1, i, 1)
    noise = rng.randbytes(rng.randrange(0, 1400))
    shapes = [
        b"",
        struct.pack(">I", 4) + noise,
        b"\xff" + noise,
        agent[: rng.randrange(4, len(agent))],
        struct.pack(">II", 5, 3) + noise,  # no such kind of address
        agent + struct.pack(">II", 1, 0xFFFFFFF0) + noise,
        agent + struct.pack(">II", 1, 2000) + noise[:100],
        agent[:-4] + struct.pack(">I", 0xFFFFFFFF) + struct.pack(">II", 1, 4) + noise[:4],
    ]
    return shapes[i % len(shapes)]


def throw(s, data):
    """Send, then read until the other side ends it. False when it hangs."""
    s.settimeout(20)
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        return True  # it hung up before the end, which is its right
    try:
        while s.recv(65536):
            pass
    except socket.timeout:
        return False
    except OSError:
        pass
    return True


def main():
    door, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    where = sys.argv[4] if len(sys.argv) > 4 else "127.0.0.1"
    rng = random.Random(seed)
    ended = 0
    for i in range(count):
        if door == "sflow":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.sendto(sflow(rng, i), (where, 6343))
            continue
        if door == "unix":
            s = socket.socket(socket.AF_UNIX)
            s.connect(where)
            data = http(rng, i)
        elif door == "http":
            s = socket.create_connection((where, 8008), timeout=20)
            data = http(rng, i)
        else:
            source = "127.0.0.9" if door == "bgp-unknown" else "127.0.0.1"
            s = socket.create_connection((where, 1179), timeout=20, source_address=(source, 0))
            data = bgp(rng, i)
        with s:
            ended += throw(s, data)
    if door == "sflow":
        print(f"{count} datagrams")
        return 0
    print(f"{count} connections, {ended} ended by the other side")
    return 0 if ended == count else 1


sys.exit(main())
