# SPDX-License-Identifier: MIT
"""The spooler is woken while the disk still takes what was submitted.  It gets ready to send, and
does not send the message before it is on disk (docs/QUEUE.md): the disk is made to wait here by
keeping the lock behind which all syncs of the store queue up (src/provider/store/db_sync.c)."""

import contextlib
import fcntl
import struct
import subprocess
import time

from mailserver import wait_until
from scripted_smtp import Faulty

F_OFD_SETLKW = 38
TO = "bob@example.test"
PAUSE = 0.3  # what would have come by then


@contextlib.contextmanager
def waiting_disk(store):
    """Nobody's sync begins."""
    def lock(kind):
        fcntl.fcntl(file, F_OFD_SETLKW, struct.pack("hhqqi4x", kind, 0, 0, 1, 0))

    with store.with_name(store.name + "-lock").open("r+b") as file:
        lock(fcntl.F_WRLCK)
        yield
        lock(fcntl.F_UNLCK)


def send(home, subject):
    return subprocess.Popen(["mapisend", "--to", TO, "--subject", subject, "--body", "x"],
                            env=home.environment, stdout=subprocess.PIPE, text=True)


def accepted(program):
    said, _ = program.communicate(timeout=30)
    return program.returncode == 0 and "accepted" in said


def check_order(home, keywords):
    said = []
    with Faulty(None, keywords) as server:
        home.profile("t", "--from", "ann@example.test", "--smtp", f"127.0.0.1:{server.port}",
                     "--tls", "none")
        assert accepted(send(home, "first"))
        server.when = {"rcpt": lambda: said.append("rcpt"), "data": lambda: said.append("data")}
        with waiting_disk(home.data / "t.store"):
            program = send(home, "second")
            wait_until(lambda: said, "the envelope is at the server")
            time.sleep(PAUSE)
            assert said == ["rcpt"] and len(server.mails) == 1 and program.poll() is None
        assert accepted(program)
        wait_until(lambda: len(server.mails) == 2, "the message is, too")


def test_the_envelope_goes_ahead_of_the_disk_and_the_message_does_not(home):
    check_order(home, ["PIPELINING"])


def test_nor_does_it_by_chunks(home):
    check_order(home, ["PIPELINING", "CHUNKING"])


def test_a_file_appears_when_the_message_is_on_disk(home):
    folder = home.pickup_profile("t")
    assert accepted(send(home, "first"))
    wait_until(lambda: len(home.picked_up()) == 1, "the first one is a file")
    with waiting_disk(home.data / "t.store"):
        program = send(home, "second")
        time.sleep(PAUSE)
        assert len(home.picked_up()) == 1 and program.poll() is None
    assert accepted(program)
    assert len(home.picked_up()) == 2


def test_who_dies_before_the_disk_has_it_leaves_a_message_that_is_sent(home):
    """His message is in the queue, and the spooler brings it to disk itself."""
    with Faulty(None, ["PIPELINING"]) as server:
        home.profile("t", "--from", "ann@example.test", "--smtp", f"127.0.0.1:{server.port}",
                     "--tls", "none")
        assert accepted(send(home, "first"))
        with waiting_disk(home.data / "t.store"):
            said = []
            server.when = {"rcpt": lambda: said.append("rcpt")}
            program = send(home, "second")
            wait_until(lambda: said, "the envelope is at the server")
            program.kill()
            program.communicate()
            assert len(server.mails) == 1
        wait_until(lambda: len(server.mails) == 2, "it is sent")
