#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A BGP peer that behaves badly, in one of several ways, towards hotfibd at ADDRESS port 1179.

    peer.py unknown LOCAL ADDRESS            connect; what comes before the end
    peer.py silent  LOCAL ADDRESS            connect and say nothing; how that ends
    peer.py mute    LOCAL ADDRESS HOLD       a session, then not one more message; how that ends
    peer.py half    LOCAL ADDRESS COUNT      a session and half a table, cut in mid-message; then wait
    peer.py stall   LOCAL ADDRESS HOLD       a session and keepalives, but nothing is read any more
    peer.py ask     LOCAL ADDRESS COUNT      a session, a table, and the demand for hotfibd's own table,
                                             twice; how many routes it has announced by then
    peer.py collide LOCAL ADDRESS ID PORT    be dialled at PORT, dial as well; which one is kept

LOCAL is also its BGP identifier, except where ID is given. Its AS is 65136. Each line of output is a
thing that happened; status 1 where the peer could not do what it is for.
"""
import socket
import struct
import sys
import time

MARKER = b"\xff" * 16
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
EORR = 2  # subtype of REFRESH
AS = 65136


def message(kind, body=b""):
    return MARKER + struct.pack(">HB", 19 + len(body), kind) + body


IPV4 = b"\x01\x04\x00\x01\x00\x01"
REFRESHES = b"\x02\x00\x46\x00"  # route refresh and enhanced route refresh


def open_message(identifier, hold, more=b""):
    params = b""
    for capability in (IPV4 + more, b"\x41\x04" + struct.pack(">I", AS)):
        params += bytes([2, len(capability)]) + capability
    fixed = struct.pack(">BHH", 4, AS, hold) + socket.inet_aton(identifier)
    return message(OPEN, fixed + bytes([len(params)]) + params)


def announcement(i, next_hop):
    """An UPDATE for the i-th /24 from 20.0.0.0 on, with a path of its own."""
    attributes = b"\x40\x01\x01\x00"
    attributes += b"\x40\x02\x0a\x02\x02" + struct.pack(">II", 65001, 4200000000 + i)
    attributes += b"\x40\x03\x04" + socket.inet_aton(next_hop)
    attributes += b"\x40\x05\x04" + struct.pack(">I", 100)
    nlri = bytes([24]) + struct.pack(">I", (20 << 24) + (i << 8))[:3]
    return message(UPDATE, struct.pack(">HH", 0, len(attributes)) + attributes + nlri)


END_OF_RIB = message(UPDATE, bytes(4))


def connect(local, address, receive_buffer=None):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.bind((local, 0))
    s.settimeout(60)
    s.connect((address, 1179))
    return s


def read_message(s):
    """(type, body), or None at the end."""
    header = b""
    while len(header) < 19:
        piece = s.recv(19 - len(header))
        if not piece:
            return None
        header += piece
    length, kind = struct.unpack(">HB", header[16:])
    body = b""
    while len(body) < length - 19:
        piece = s.recv(length - 19 - len(body))
        if not piece:
            return None
        body += piece
    return kind, body


def ending(s):
    """Read until the other side ends it, and say how."""
    while True:
        try:
            m = read_message(s)
        except ConnectionResetError:
            return "reset"
        if m is None:
            return "closed"
        if m[0] == NOTIFICATION:
            return f"notification {m[1][0]}/{m[1][1]}"


def establish(s, identifier, hold, more=b""):
    s.sendall(open_message(identifier, hold, more))
    for kind in (OPEN, KEEPALIVE):
        m = read_message(s)
        if m is None or m[0] != kind:
            sys.exit(f"not type {kind}: {m}")
        if kind == OPEN:
            s.sendall(message(KEEPALIVE))
    say("established")


def say(text):
    print(text, flush=True)


def unknown(local, address):
    s = connect(local, address)
    try:
        data = s.recv(100)
    except ConnectionResetError:
        data = b""
    say(f"{len(data)} bytes before the end")
    return len(data) != 0


def silent(local, address):
    s = connect(local, address)
    say("connected")
    start = time.monotonic()
    say(f"{ending(s)} after {time.monotonic() - start:.0f} s")


def mute(local, address, hold):
    s = connect(local, address)
    establish(s, local, int(hold))
    start = time.monotonic()
    say(f"{ending(s)} after {time.monotonic() - start:.0f} s")


def half(local, address, count):
    s = connect(local, address)
    establish(s, local, 90)
    table = b"".join(announcement(i, local) for i in range(int(count)))
    s.sendall(table[: len(table) // 2 + 30])
    say("half of it sent")
    time.sleep(600)


def ask(local, address, count):
    s = connect(local, address)
    establish(s, local, 90, REFRESHES)
    s.sendall(b"".join(announcement(i, local) for i in range(int(count))) + END_OF_RIB)
    # EoRR ends each answer. Only UPDATEs that are no End-of-RIB announce or withdraw anything.
    told, answers = 0, 0
    s.sendall(message(REFRESH, struct.pack(">HBB", 1, 0, 1)))
    while answers < 2:
        kind, body = read_message(s)
        told += kind == UPDATE and body != bytes(4)
        if kind == NOTIFICATION:
            sys.exit(f"notification {body[0]}/{body[1]}")
        if kind == REFRESH and body[2] == EORR:
            answers += 1
            s.sendall(message(REFRESH, struct.pack(">HBB", 1, 0, 1)))
    say(f"{told} updates that are no End-of-RIB in {answers} answers")
    time.sleep(600)


def stall(local, address, hold):
    s = connect(local, address, receive_buffer=2048)
    establish(s, local, int(hold))
    try:
        while True:
            s.sendall(message(KEEPALIVE))
            time.sleep(1)
    except OSError:
        say("ended by the other side")


def collide(local, address, identifier, port):
    listener = socket.create_server((local, int(port)))
    listener.settimeout(60)
    theirs, _ = listener.accept()
    theirs.settimeout(20)
    ours = connect(local, address)
    both = {"theirs": theirs, "ours": ours}
    # Two connections that have said nothing are no collision yet: the OPENs make it one.
    for s in both.values():
        if read_message(s)[0] != OPEN:
            sys.exit("no OPEN")
        s.sendall(open_message(identifier, 90))
    # A KEEPALIVE from us would make one of them a session before the other's OPEN is read.
    for name, s in both.items():
        s.settimeout(2)
        outcome = "nothing"
        try:
            while (m := read_message(s)) is not None:
                outcome = "kept" if m[0] == KEEPALIVE else f"notification {m[1][0]}/{m[1][1]}"
        except socket.timeout:
            s.sendall(message(KEEPALIVE) + END_OF_RIB)
        say(f"{name} {outcome}")
    time.sleep(600)


def main():
    doing = globals().get(sys.argv[1]) if len(sys.argv) > 3 else None
    if doing not in (unknown, silent, mute, half, ask, stall, collide):
        sys.exit(__doc__)
    return doing(*sys.argv[2:])


sys.exit(main())
