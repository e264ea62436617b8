# SPDX-License-Identifier: MIT
"""A large attachment goes the whole way, and no process on it holds it in memory: 128 MiB, and 1 GiB
with EMAPI_TEST_LARGE=1."""

import base64
import hashlib
import os
import pathlib
import random
import re
import socketserver
import subprocess
import threading
import time

import pytest
from mailserver import wait_until

SIZE = (1 << 30) if os.environ.get("EMAPI_TEST_LARGE") else 128 << 20
LIMIT = 32 << 20  # peak anonymous memory of any process
SECONDS = 600
SANITIZED = "libasan" in os.environ.get("LD_PRELOAD", "") or "ASAN_OPTIONS" in os.environ


def write_data(path):
    """No two MiB alike; what it sums up to."""
    block, digest = random.Random(1).randbytes((1 << 20) - 8), hashlib.sha256()
    with open(path, "wb") as file:
        for number in range(SIZE >> 20):
            data = number.to_bytes(8, "big") + block
            digest.update(data)
            file.write(data)
    return digest.hexdigest()


def sum_of_attachment(path):
    """What the last part of a letter holds, read in pieces."""
    digest, rest = hashlib.sha256(), b""
    with open(path, "rb") as file:
        head = file.read(1 << 16)
        start = re.search(rb"Content-Disposition: attachment.*?\r?\n\r?\n", head, re.S).end()
        file.seek(start)
        while piece := file.read(1 << 20):
            piece = rest + piece.translate(None, b"\r\n")
            end = piece.find(b"--")
            whole = end if end >= 0 else len(piece) & ~3
            digest.update(base64.b64decode(piece[:whole]))
            if end >= 0:
                break
            rest = piece[whole:]
    return digest.hexdigest()


class Sink(socketserver.ThreadingTCPServer):
    """An SMTP server that writes what comes by DATA into a file."""

    daemon_threads = True

    def __init__(self, path):
        self.path = path
        super().__init__(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Receiver(socketserver.StreamRequestHandler):
    rbufsize = 1 << 20

    def reply(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.reply("220 sink.example.test ESMTP")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO":
                self.reply("250-sink.example.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 0")
            elif verb == b"DATA":
                self.reply("354 go on")
                self.receive()
                self.reply("250 2.0.0 Ok: queued as LARGE")
            elif verb == b"QUIT":
                self.reply("221 bye")
                return
            else:
                self.reply("250 2.0.0 Ok")

    def receive(self):
        with open(self.server.path, "wb") as file:
            for line in self.rfile:
                if line == b".\r\n":
                    return
                file.write(line[1:] if line.startswith(b".") else line)


def children(pid):
    try:
        return [int(c) for c in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Meter(threading.Thread):
    """The peak of each process's anonymous memory, looked at a hundred times a second."""

    def __init__(self, home):
        super().__init__(daemon=True)
        self.home, self.peaks, self.ended, self.client = home, {}, False, None

    def look(self, pid):
        try:
            name = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        found = re.search(r"RssAnon:\s+(\d+) kB", status)
        if found and name[0]:
            key = " ".join(os.path.basename(w.decode()) for w in name[:2])
            self.peaks[key] = max(self.peaks.get(key, 0), int(found.group(1)) << 10)

    def run(self):
        while not self.ended:
            spooler = self.home.spooler_pid()
            for pid in [self.client, spooler, *(children(spooler) if spooler else ())]:
                if pid:
                    self.look(pid)
            time.sleep(0.01)


def send(home, meter):
    command = ("mapisend", "--to", "bob@example.test", "--subject", "large", "--body", "see there",
               "--attach", "large.bin", "--wait", str(SECONDS))
    with subprocess.Popen(command, env=home.environment, cwd=home.folder, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as client:
        meter.client = client.pid
        output, _ = client.communicate(timeout=SECONDS)
    assert client.returncode == 0, output + home.spooler_log()
    return output


@pytest.mark.parametrize("way", ["pickup", "smtp"])
def test_large_attachment(home, way):
    expected = write_data(home.folder / "large.bin")
    letter = home.folder / "letter"
    if way == "pickup":
        home.pickup_profile()
    else:
        sink = Sink(letter)
        home.profile("test", "--from", "Ann <ann@example.test>", "--tls", "none", "--smtp",
                     f"127.0.0.1:{sink.server_address[1]}")
    meter = Meter(home)
    meter.start()
    try:
        output = send(home, meter)
        wait_until(lambda: home.queue() == [], lambda: home.spooler_log(), seconds=60)
    finally:
        meter.ended = True
        meter.join()
        if way == "smtp":
            sink.shutdown()
            sink.server_close()
    if way == "pickup":
        letter, = home.picked_up()
    else:
        assert "accepted by" in output
    assert sum_of_attachment(letter) == expected
    print({name: f"{peak / (1 << 20):.1f} MiB" for name, peak in meter.peaks.items()})
    assert len(meter.peaks) >= 3, meter.peaks
    if not SANITIZED:
        assert all(peak < LIMIT for peak in meter.peaks.values()), meter.peaks
