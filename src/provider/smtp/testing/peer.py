# SPDX-License-Identifier: MIT
"""A small SMTP server that does what a test tells it, also what no good server does."""

import base64
import collections
import hashlib
import hmac
import re
import socket
import ssl
import threading


class Gone(Exception):
    """The client closed the connection."""


class Peer:
    """Serves one connection after another, each in a thread, on a free loopback port.

    `ehlo` is the list of keywords; after STARTTLS `ehlo_tls` where given.  `rcpt`, `mail`, `data`,
    `final` give replies: a text, or a function of the command line.  `before_final` is called with
    the connection when a message is there and not answered yet.  `users` maps names to
    passwords.  `login` replaces the answer to AUTH: a function of (connection, mechanism, rest)."""

    def __init__(self, ehlo=(), **settings):
        self.ehlo, self.settings = list(ehlo), settings
        self.messages, self.commands, self.connections, self.errors = [], [], 0, []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # close() alone would leave accept() waiting.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        connection = Connection(self, sock)
        try:
            connection.run()
        except (Gone, OSError, ssl.SSLError) as e:
            self.errors.append(repr(e))
        finally:
            connection.sock.close()

    def seen(self, verb):
        return [c for c in self.commands if c.upper().startswith(verb)]


class Connection:
    def __init__(self, peer, sock):
        self.peer, self.sock, self.input = peer, sock, b""
        self.settings, self.secure, self.user = peer.settings, False, None
        sock.settimeout(20)

    def get(self, name, default=None):
        return self.settings.get(name, default)

    def say(self, *lines):
        for n, line in enumerate(lines):
            # "250-a" stays; "250 a" in front of other lines becomes "250-a".
            if n + 1 < len(lines):
                line = line[:3] + "-" + line[4:]
            self.sock.sendall(line.encode() + b"\r\n")

    def read(self):
        data = self.sock.recv(65536)
        if not data:
            raise Gone()
        self.input += data

    def line(self):
        while b"\n" not in self.input:
            self.read()
        line, self.input = self.input.split(b"\n", 1)
        text = line.rstrip(b"\r").decode("utf-8", "surrogateescape")
        with self.peer.lock:
            self.peer.commands.append(text)
        return text

    def exactly(self, size):
        while len(self.input) < size:
            self.read()
        data, self.input = self.input[:size], self.input[size:]
        return data

    def run(self):
        if self.get("implicit"):
            self.start_tls()
        greeting = self.get("greeting", "220 peer.test ESMTP")
        if callable(greeting):
            return greeting(self)
        self.say(greeting)
        self.chunks = b""
        while True:
            line = self.line()
            verb, _, rest = line.partition(" ")
            handler = self.get(verb.lower())
            if callable(handler) and verb.lower() not in ("rcpt", "mail"):
                if handler(self, rest) == "close":
                    return None
                continue
            if self.dispatch(verb.upper(), rest, line) == "close":
                return None

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.get("certificate"))
        if self.get("client_ca"):
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.get("client_ca"))
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.secure, self.input = True, b""

    def reply_of(self, name, line, default):
        reply = self.get(name, default)
        if callable(reply):
            reply = reply(line)
        return reply if isinstance(reply, (list, tuple)) else [reply]

    def dispatch(self, verb, rest, line):
        if verb in ("EHLO", "HELO"):
            words = self.peer.ehlo
            if self.secure and self.get("ehlo_tls") is not None:
                words = self.get("ehlo_tls")
            self.say("250 peer.test", *[f"250 {w}" for w in words] if verb == "EHLO" else [])
        elif verb == "STARTTLS":
            reply = self.get("starttls_reply", "220 go ahead")
            self.say(reply)
            if reply.startswith("220"):
                self.start_tls()
        elif verb == "AUTH":
            return self.auth(rest)
        elif verb == "MAIL":
            return self.answer(self.reply_of("mail", line, "250 2.1.0 Ok"))
        elif verb == "RCPT":
            return self.answer(self.reply_of("rcpt", line, "250 2.1.5 Ok"))
        elif verb == "DATA":
            return self.data(line)
        elif verb == "BDAT":
            return self.bdat(rest)
        elif verb == "QUIT":
            self.say("221 2.0.0 Bye")
            return "close"
        elif verb in ("RSET", "NOOP"):
            self.say("250 2.0.0 Ok")
        else:
            self.say("500 5.5.2 what is that")
        return None

    def answer(self, lines):
        if lines == ["close"]:
            return "close"
        self.say(*lines)
        return "close" if lines and lines[-1].startswith("421") else None

    def data(self, line):
        reply = self.reply_of("data_reply", line, "354 go on")
        self.answer(reply)
        if not reply[0].startswith("354"):
            return None
        body, size = [], 0
        self.lines = collections.deque()
        while (line := self.body_line()) != b".\r\n":
            body.append(line[1:] if line.startswith(b".") else line)
            size += len(line)
            if self.get("cut_after") and size > self.get("cut_after"):
                return "close"
        self.peer.messages.append(b"".join(body))
        self.get("before_final", lambda _: None)(self)
        return self.answer(self.reply_of("final", line, "250 2.0.0 Ok: queued as 4F2A1B"))

    def body_line(self):
        while not self.lines:
            self.read()
            *lines, self.input = self.input.split(b"\n")
            self.lines.extend(line + b"\n" for line in lines)
        line = self.lines.popleft()
        if line == b".\r\n":
            self.input = b"".join(self.lines) + self.input
            self.lines.clear()
        return line

    def bdat(self, rest):
        size, _, last = rest.partition(" ")
        self.chunks += self.exactly(int(size))
        if not last:
            return self.answer(self.reply_of("chunk", rest, "250 2.0.0 chunk ok"))
        self.peer.messages.append(self.chunks)
        self.chunks = b""
        self.get("before_final", lambda _: None)(self)
        return self.answer(self.reply_of("final", rest, "250 2.0.0 Ok: queued as 4F2A1B"))

    # --- login ---

    def ask(self, challenge=b""):
        self.say("334 " + base64.b64encode(challenge).decode())
        answer = self.line()
        return None if answer == "*" else base64.b64decode(answer)

    def auth(self, rest):
        mechanism, _, initial = rest.partition(" ")
        refuse = self.get("refuse", {})
        if mechanism in refuse:
            self.say(refuse[mechanism])
            return None
        if self.get("login"):
            return self.get("login")(self, mechanism, initial)
        if mechanism == "PLAIN":
            data = base64.b64decode(initial) if initial else self.ask()
            _, user, password = data.decode().split("\0")
        elif mechanism == "LOGIN":
            user = self.ask(b"User Name").decode()
            password = self.ask(b"Password").decode()
        elif mechanism in ("XOAUTH2", "OAUTHBEARER"):
            data = (base64.b64decode(initial) if initial else self.ask()).decode()
            user = re.search(r"(?:^user=|a=)([^\1,]*?)[\1,]", data).group(1)
            password = re.search("auth=Bearer ([^\1]*)\1", data).group(1)
            if self.get("users", {}).get(user) != password:
                self.ask(b'{"status":"401"}')
        elif mechanism.startswith("SCRAM-"):
            return self.scram(mechanism, initial)
        elif mechanism == "EXTERNAL":
            user = password = None
            if self.secure and self.sock.getpeercert():
                user = dict(x[0] for x in self.sock.getpeercert()["subject"])["commonName"]
                password = self.get("users", {}).get(user)
        else:
            self.say("504 5.5.4 Unrecognized authentication type")
            return None
        if user and self.get("users", {}).get(user) == password:
            self.user = user
            self.say("235 2.7.0 Authentication successful")
        else:
            self.say("535 5.7.8 Error: authentication failed")
        return None

    def scram(self, mechanism, initial):
        """RFC 5802, server side; `false_proof` makes a server that does not know the password."""
        name = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}[mechanism]
        first = (base64.b64decode(initial) if initial else self.ask()).decode()
        bare = first.split(",", 2)[2]
        user, nonce = re.fullmatch("n=([^,]*),r=(.*)", bare).groups()
        salt, rounds = b"0123456789abcdef", 4096
        nonce += "server"
        server_first = f"r={nonce},s={base64.b64encode(salt).decode()},i={rounds}"
        final = self.ask(server_first.encode()).decode()
        without, proof = final.rsplit(",p=", 1)
        password = self.get("users", {}).get(user, "none")
        salted = hashlib.pbkdf2_hmac(name, password.encode(), salt, rounds)

        def mac(key, text):
            return hmac.new(key, text, name).digest()
        text = f"{bare},{server_first},{without}".encode()
        client_key = mac(salted, b"Client Key")
        stored = hashlib.new(name, client_key).digest()
        signature = mac(stored, text)
        right = bytes(a ^ b for a, b in zip(client_key, signature))
        if base64.b64decode(proof) != right and not self.get("false_proof"):
            self.say("535 5.7.8 Error: authentication failed")
            return None
        if self.get("no_proof"):
            self.say("235 2.7.0 welcome")
            return None
        verifier = mac(mac(salted, b"Server Key"), text)
        self.ask(b"v=" + base64.b64encode(verifier))
        self.say("235 2.7.0 Authentication successful")
        return None


class Socks:
    """A SOCKS5 proxy (RFC 1928) that leads every connection to one port here."""

    def __init__(self, port):
        self.target, self.asked = port, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        sock, _ = self.listener.accept()
        sock.recv(262)
        sock.sendall(b"\5\0")
        request = sock.recv(262)
        self.asked.append(request[5:5 + request[4]].decode())
        sock.sendall(b"\5\0\0\1\0\0\0\0\0\0")
        other = socket.create_connection(("127.0.0.1", self.target))
        threading.Thread(target=self._pump, args=(other, sock), daemon=True).start()
        self._pump(sock, other)
        self.listener.close()

    @staticmethod
    def _pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
