# SPDX-License-Identifier: MIT
"""The server's side of NTLMv2 ([MS-NLMP]), enough to check a password."""

import hashlib
import hmac
import os
import struct


def md4(data):
    """RFC 1320; OpenSSL 3 has put it away."""
    def f(x, y, z):
        return (x & y) | (~x & z)

    def g(x, y, z):
        return (x & y) | (x & z) | (y & z)

    def h(x, y, z):
        return x ^ y ^ z
    mask = 0xFFFFFFFF
    length = len(data) * 8
    data += b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack("<Q", length)
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    rounds = (
        (f, 0, range(16), (3, 7, 11, 19)),
        (g, 0x5A827999, [n % 4 * 4 + n // 4 for n in range(16)], (3, 5, 9, 13)),
        (h, 0x6ED9EBA1, [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], (3, 9, 11, 15)))
    for at in range(0, len(data), 64):
        words = struct.unpack("<16I", data[at:at + 64])
        a, b, c, d = state
        for function, constant, order, shifts in rounds:
            for n, k in enumerate(order):
                value = (a + function(b, c, d) + words[k] + constant) & mask
                shift = shifts[n % 4]
                value = ((value << shift) | (value >> (32 - shift))) & mask
                a, b, c, d = d, value, b, c
        state = [(x + y) & mask for x, y in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)


class Server:
    NAME = "PEER".encode("utf-16-le")

    def challenge(self, negotiate):
        """The CHALLENGE_MESSAGE for a NEGOTIATE_MESSAGE."""
        assert negotiate[:8] == b"NTLMSSP\0" and negotiate[8:12] == b"\1\0\0\0"
        self.nonce = os.urandom(8)
        pairs = b"".join(struct.pack("<HH", kind, len(self.NAME)) + self.NAME for kind in (2, 1))
        pairs += struct.pack("<HH", 0, 0)
        # Unicode, NTLM, target is a server, extended security, target info, 128, 56.
        flags = 0x00000001 | 0x200 | 0x20000 | 0x80000 | 0x800000 | 0x20000000 | 0x80000000
        offset = 56
        return (b"NTLMSSP\0" + struct.pack("<I", 2)
                + struct.pack("<HHI", len(self.NAME), len(self.NAME), offset)
                + struct.pack("<I", flags) + self.nonce + b"\0" * 8
                + struct.pack("<HHI", len(pairs), len(pairs), offset + len(self.NAME))
                + b"\x0a\0\x63\x45\0\0\0\x0f" + self.NAME + pairs)

    def check(self, message, passwords):
        """The user of an AUTHENTICATE_MESSAGE whose password is right, else None."""
        def field(at):
            size, _, offset = struct.unpack("<HHI", message[at:at + 8])
            return message[offset:offset + size]
        assert message[:12] == b"NTLMSSP\0\3\0\0\0"
        response, domain, user = field(20), field(28), field(36)
        name = user.decode("utf-16-le")
        if name not in passwords or len(response) < 24:
            return None
        key = md4(passwords[name].encode("utf-16-le"))
        key = hmac.new(key, name.upper().encode("utf-16-le") + domain, "md5").digest()
        proof = hmac.new(key, self.nonce + response[16:], hashlib.md5).digest()
        self.pairs = dict(self._pairs(response[44:]))
        return name if proof == response[:16] else None

    @staticmethod
    def _pairs(data):
        while len(data) >= 4 and data[:2] != b"\0\0":
            kind, size = struct.unpack("<HH", data[:4])
            yield kind, data[4:4 + size]
            data = data[4 + size:]


def channel_bindings(certificate):
    """What MsvAvChannelBindings (10) has to hold for a server's certificate in DER (RFC 5929)."""
    data = b"tls-server-end-point:" + hashlib.sha256(certificate).digest()
    return hashlib.md5(b"\0" * 16 + struct.pack("<I", len(data)) + data).digest()
