# SPDX-License-Identifier: MIT
"""Sees on the loopback device when a sink accepts a message: at its answer to the end of the data."""

import ctypes
import socket
import struct

ETH_P_IP = 0x0800
SO_ATTACH_FILTER = 26
SO_TIMESTAMPNS = 35


def from_port(port):
    """A filter (linux/filter.h) that lets TCP segments from that port through and no others."""
    code = [
        (0x30, 0, 0, 9),       # ldb [9]: the protocol
        (0x15, 0, 4, 6),       # jeq TCP
        (0xb1, 0, 0, 0),       # ldxb 4*([0]&0xf): the IP header's length
        (0x48, 0, 0, 0),       # ldh [x + 0]: the source port
        (0x15, 0, 1, port),    # jeq
        (0x06, 0, 0, 0x40000),  # ret: all of it
        (0x06, 0, 0, 0),       # ret: nothing
    ]
    return ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *c) for c in code)), len(code)


class Witness:
    """Listens on 127.0.0.1 to what a sink says; needs CAP_NET_RAW."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        program, length = from_port(port)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                               struct.pack("HP", length, ctypes.addressof(program)))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind(("lo", ETH_P_IP))
        self.socket.setblocking(False)

    def forget(self):
        for _ in self.segments():
            pass

    def segments(self):
        """(time, client's port, text) of each that came since."""
        while True:
            try:
                data, control, _, _ = self.socket.recvmsg(65536, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", control[0][2][:16])
            tcp = data[(data[0] & 15) * 4:]
            yield (seconds + nanoseconds / 1e9, struct.unpack_from("!H", tcp, 2)[0],
                   tcp[(tcp[12] >> 4) * 4:])

    def accepted(self):
        """When the first message since forget() was accepted, by the clock of time.time()."""
        asked = set()
        for when, client, text in self.segments():
            if client in asked and text.startswith(b"250"):
                return when
            if text.startswith(b"354") or b"\n354" in text:
                asked.add(client)
        raise RuntimeError("the sink has accepted nothing")

    def close(self):
        self.socket.close()
