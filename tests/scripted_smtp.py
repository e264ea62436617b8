# SPDX-License-Identifier: MIT
"""Scripted SMTP servers.  Peer is the one that the SMTP transport is tested with (see its own words
for its settings):

    with Peer(ehlo=["SIZE 2000"], rcpt=lambda line: "550 5.1.1 no") as peer: ... peer.messages

Faulty is a good server, with TLS and login, until a fault is set for a step of its dialogue:

    with Faulty(certificate) as server:
        server.faults = {"mail": "silence"}"""

import base64
import pathlib
import socket
import ssl
import struct
import sys
import threading

sys.path.append(str(pathlib.Path(__file__).parent.parent / "src/provider/smtp/testing"))
from peer import Peer  # noqa: E402,F401


class Ended(Exception):
    """The connection is over."""


class Thinking:
    """A server that thinks long before it answers one command ("mail", "rcpt")."""

    def __init__(self, command, reply, **more):
        self.asked, self.answer, self.reply = threading.Event(), threading.Event(), reply
        self.peer = Peer(**{command: self.think}, **more)

    def think(self, line):
        self.asked.set()
        assert self.answer.wait(30)
        return self.reply

    def __enter__(self):
        self.peer.__enter__()
        return self

    def __exit__(self, *ended):
        self.answer.set()
        self.peer.__exit__(*ended)

    def lines_before_the_answer(self, process, last):
        """What a program has printed when the server begins to think; then it answers."""
        lines = []
        while not lines or last not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        assert self.asked.wait(30)
        self.answer.set()
        return "".join(lines)


class Faulty:
    """A server for many connections.  `faults` maps a step (STEPS) to what comes in place of its reply: a reply, or one of the
    methods of FaultyConnection named fault_*.  `hits` are the faults that were acted out, `mails`
    the (recipients, message) that were taken, with the final reply said or not.  With `once` the
    first hit mends it.  `when` maps a step to a function that is called once before its reply.
    With `implicit` TLS comes first; `keywords` are offered in EHLO."""

    STEPS = ("connect", "greeting", "ehlo", "starttls", "handshake", "ehlo2", "auth", "mail", "rcpt",
             "data", "body", "final", "rset", "quit")

    def __init__(self, certificate, keywords=(), implicit=False):
        self.certificate, self.keywords, self.implicit = certificate, list(keywords), implicit
        self.faults, self.hits, self.mails, self.open, self.once = {}, [], [], [], False
        self.when = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.hang_up()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            connection = FaultyConnection(self, sock)
            self.open.append(connection)
            threading.Thread(target=connection.serve, daemon=True).start()

    def hang_up(self):
        """Ends all connections: no client has a warm one."""
        while self.open:
            self.open.pop().shutdown()

    def mend(self):
        self.faults, self.hits, self.once = {}, [], False
        self.hang_up()


class FaultyConnection:
    def __init__(self, server, sock):
        self.server, self.sock, self.input = server, sock, b""
        self.secure, self.recipients, self.ended = False, [], threading.Event()

    # --- faults ---

    def fault_cut(self, _):
        """No word, and the connection is reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Ended

    def fault_close(self, _):
        """Half a line, and the end."""
        self.send(b"25")
        raise Ended

    def fault_silence(self, _):
        self.ended.wait(60)
        raise Ended

    def fault_garbage(self, _):
        self.send(b"\x00\xff\x16\x03 what is SMTP?\r\n")

    def fault_overlong(self, reply):
        self.send(reply[:4].encode() + b"x" * 100_000 + b"\r\n")

    def fault_endless(self, reply):
        """A reply that never comes to its last line."""
        line = reply[:3].encode() + b"-" + b"x" * 500 + b"\r\n"
        while not self.ended.is_set():
            self.send(line)

    # --- bytes ---

    def shutdown(self):
        self.ended.set()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        while b"\n" not in self.input:
            data = self.sock.recv(65536)
            if not data:
                raise Ended
            self.input += data
        line, self.input = self.input.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def answer(self, step, reply):
        """Says the reply, or what stands for it; whether the dialogue goes on as planned."""
        fault = self.server.faults.get(step)
        self.server.when.pop(step, lambda: None)()
        if fault is None:
            self.send(reply.encode() + b"\r\n")
            return True
        self.server.hits.append(step)
        if self.server.once:
            self.server.faults = {}
        if " " in fault:
            self.send(fault.encode() + b"\r\n")
            if fault.startswith("421"):
                raise Ended
            return fault[0] == reply[0]
        getattr(self, f"fault_{fault}")(reply)
        return fault == "overlong"

    # --- dialogue ---

    def serve(self):
        try:
            if self.server.implicit:
                self.start_tls()
            if "connect" in self.server.faults:
                self.answer("connect", "")
            self.answer("greeting", "220 faulty.test ESMTP")
            while True:
                line = self.line()
                verb = line.upper().split(" ")[0]
                getattr(self, f"on_{verb.lower()}", self.on_other)(line)
        except (Ended, OSError, ssl.SSLError):
            pass
        finally:
            self.sock.close()

    def start_tls(self):
        if "handshake" in self.server.faults:
            self.answer("handshake", "")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server.certificate)
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.secure, self.input = True, b""

    def on_other(self, _):
        self.send(b"500 5.5.2 what is that\r\n")

    def on_ehlo(self, _):
        words = ["faulty.test", *self.server.keywords]
        words.append("AUTH PLAIN" if self.secure else "STARTTLS")
        self.answer("ehlo2" if self.secure else "ehlo", "\r\n".join(
            f"250{' ' if word is words[-1] else '-'}{word}" for word in words))

    on_helo = on_ehlo

    def on_starttls(self, _):
        if self.answer("starttls", "220 2.0.0 go ahead"):
            self.start_tls()

    def on_auth(self, line):
        right = base64.b64encode(b"\0ann\0secret").decode()
        self.answer("auth", "235 2.7.0 welcome" if line.split(" ")[-1] == right else "535 5.7.8 no")

    def on_mail(self, _):
        self.recipients = []
        self.answer("mail", "250 2.1.0 Ok")

    def on_rcpt(self, line):
        if self.answer("rcpt", "250 2.1.5 Ok"):
            self.recipients.append(line[line.index("<") + 1:line.index(">")])

    def on_data(self, _):
        if not self.answer("data", "354 go on"):
            return
        if "body" in self.server.faults:
            self.line()
            self.answer("body", "451 4.3.0 enough")
        lines = []
        while (line := self.line()) != ".":
            lines.append(line[1:] if line.startswith(".") else line)
        self.take("\n".join(lines))

    def on_bdat(self, line):
        size = int(line.split(" ")[1])
        while len(self.input) < size:
            data = self.sock.recv(65536)
            if not data:
                raise Ended
            self.input += data
        chunk, self.input = self.input[:size], self.input[size:]
        self.chunks = getattr(self, "chunks", b"") + chunk
        if "LAST" not in line.upper():
            self.answer("data", "250 2.0.0 chunk")
            return
        text, self.chunks = self.chunks.decode(), b""
        self.take(text.replace("\r\n", "\n"))

    def take(self, text):
        """The mail is taken unless it is refused in so many words."""
        fault = self.server.faults.get("final", "")
        if not fault.startswith(("4", "5")):
            self.server.mails.append((self.recipients, text))
        self.answer("final", "250 2.0.0 Ok: queued as F4117")

    def on_rset(self, _):
        self.answer("rset", "250 2.0.0 Ok")

    def on_noop(self, _):
        self.send(b"250 2.0.0 Ok\r\n")

    def on_quit(self, _):
        self.answer("quit", "221 2.0.0 Bye")
        raise Ended
