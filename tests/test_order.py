# SPDX-License-Identifier: MIT
"""The spooler is woken while the disk still takes what was submitted.  It gets ready to send, and
does not send the message before it is on disk (docs/QUEUE.md): the disk is made to wait here by
keeping the lock behind which all syncs of the store queue up (src/provider/store/db_sync.c).

A sync that fails does so in one process, which the shim of the kill tests is preloaded into
(tests/torture/shim.h)."""

import contextlib
import errno
import fcntl
import os
import signal
import struct
import subprocess
import threading
import time

import pytest
from mailserver import wait_until
from scripted_smtp import Faulty

F_OFD_SETLK, F_OFD_SETLKW = 37, 38
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


def send(home, subject, **more):
    return subprocess.Popen(["mapisend", "--to", TO, "--subject", subject, "--body", "x"],
                            env={**home.environment, **more}, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def accepted(program):
    said, _ = program.communicate(timeout=30)
    return program.returncode == 0 and "accepted" in said


def check_order(home, keywords):
    said = []
    with Faulty(None, keywords) as server:
        smtp_profile(home, server)
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
        smtp_profile(home, server)
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


@contextlib.contextmanager
def stopped_workers(home):
    """Not one of them stands still with a lock of the store in its hand."""
    stopped = []

    def signal_to(workers, number):
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, number)

    def stop():
        stopped[:] = [pid for pid in home.living() if pid != home.spooler_pid() and
                      home.is_spooler(pid)]
        signal_to(stopped, signal.SIGSTOP)
        if nobody_writes(home.data / "t.store-lock"):
            return True
        signal_to(stopped, signal.SIGCONT)
        return False

    wait_until(stop, "the workers do not write")
    try:
        yield
    finally:
        signal_to(stopped, signal.SIGCONT)


def nobody_writes(path):
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.fcntl(file, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 1, 0))
        except BlockingIOError:
            return False
    return True


class SickDisk:
    """The syncs of the store by one process, which has `environment`: they begin, and end with an
    error when the test says so."""

    def __init__(self, home):
        self.path = home.folder / "sync"
        asan = home.environment["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
        self.environment = {"EMAPI_TORTURE_SYNC": str(self.path), "ASAN_OPTIONS": asan,
                            "LD_PRELOAD": os.environ["EMAPI_TORTURE_LIBRARY"]}

    def send(self, home, subject):
        """Returns as soon as its sync has begun; no worker can have one done before."""
        with stopped_workers(home):
            program = send(home, subject, **self.environment)
            wait_until(self.path.with_name("sync.begun").exists, "the sync has begun")
        return program

    def fail(self, error):
        whole = self.path.with_name("sync.new")
        whole.write_text(str(error))
        whole.rename(self.path)


def states(home):
    return {m["subject"]: m["state"] for m in home.queue("--all")}


def subjects(server):
    return [mail.split("Subject: ")[1].split("\n")[0] for _, mail in server.mails]


def smtp_profile(home, server):
    home.profile("t", "--from", "ann@example.test", "--smtp", f"127.0.0.1:{server.port}",
                 "--tls", "none")


def check_taken_back(home, disk, error, program):
    """The sick disk says so: the program ends with an error, its message was never submitted."""
    disk.fail(error)
    _, words = program.communicate(timeout=30)
    assert program.returncode == os.EX_TEMPFAIL
    assert os.strerror(error) in words and "nothing was stored or sent" in words


def check_queue(home):
    wait_until(lambda: states(home) == {"first": "filed", "second": "cancelled", "third": "filed"},
               lambda: f"{states(home)}")
    assert home.queue() == [] and home.stored("t") == (2, 0), "of the second nothing stays"
    shown = home.run("emapi", "queue", "list", "--all").stdout
    assert "It was taken back before it was sent." in shown


@pytest.mark.parametrize("error,keywords", [
    (errno.EIO, ["PIPELINING"]), (errno.ENOSPC, ["PIPELINING", "CHUNKING"])])
def test_whose_sync_fails_takes_back_what_a_worker_holds(home, error, keywords):
    """The worker has told the server the message's envelope and waits for the disk.  It sends
    nothing of it, and goes on with what has come behind it."""
    disk, said = SickDisk(home), []
    with Faulty(None, keywords) as server:
        smtp_profile(home, server)
        assert accepted(send(home, "first"))
        spooler = home.spooler_pid()
        server.when = {"rcpt": lambda: said.append("rcpt")}
        program = disk.send(home, "second")
        wait_until(lambda: said, "the envelope is at the server")
        behind = send(home, "third")
        time.sleep(PAUSE)
        assert states(home)["second"] == "leased" and subjects(server) == ["first"]
        check_taken_back(home, disk, error, program)
        assert accepted(behind) and subjects(server) == ["first", "third"]
        check_queue(home)
        assert home.spooler_pid() == spooler


def test_or_holds_with_others(home):
    """Both that were submitted while the server thought are given to the worker at once."""
    disk, think = SickDisk(home), threading.Event()
    with Faulty(None, ["PIPELINING"]) as server:
        smtp_profile(home, server)
        server.when = {"final": lambda: think.wait(30)}
        first = send(home, "first")
        wait_until(lambda: server.mails, "the server has the first one")
        program = disk.send(home, "second")
        behind = send(home, "third")
        wait_until(lambda: len(home.queue()) == 3, "all are in the queue")
        think.set()
        assert accepted(first)
        wait_until(lambda: states(home)["third"] == "leased", lambda: f"{states(home)}")
        time.sleep(PAUSE)
        assert subjects(server) == ["first"]
        check_taken_back(home, disk, errno.EIO, program)
        assert accepted(behind) and subjects(server) == ["first", "third"]
        check_queue(home)


def test_nor_is_there_a_file_of_it(home):
    disk = SickDisk(home)
    home.pickup_profile("t")
    assert accepted(send(home, "first"))
    program = disk.send(home, "second")
    behind = send(home, "third")
    time.sleep(PAUSE)
    check_taken_back(home, disk, errno.EIO, program)
    assert accepted(behind) and len(home.picked_up()) == 2
    check_queue(home)
