# SPDX-License-Identifier: MIT
"""emapi-spooler under a service manager: notifications, watchdog, handed down sockets, orderly
stop, reload, the journal's fields, and what systemd says of the units."""

import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import needs_root
from mailserver import wait_until
from scripted_smtp import Peer

TESTS = pathlib.Path(__file__).parent
UNITS = TESTS.parent / "packaging" / "systemd"


class Manager:
    """What a service manager is to a service: its sockets, its environment."""

    def __init__(self, home):
        self.home = home
        self.folder = home.folder / "manager"
        self.folder.mkdir()
        self.notify = self.datagram("notify")
        self.journal = self.datagram("journal")
        self.said, self.processes = [], []

    def datagram(self, name):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.bind(str(self.folder / name))
        sock.setblocking(False)
        return sock

    def listen(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.bind(str(path))
        sock.listen(32)
        return sock

    def start(self, *sockets, **variables):
        """Starts the spooler with `sockets` from descriptor 3 on, as systemd does."""
        environment = {**self.home.environment, "NOTIFY_SOCKET": str(self.folder / "notify"),
                       **variables}
        # Between fork and exec, descriptors and LISTEN_PID can only be set by a program.
        code = ("import fcntl, os, sys\n"
                "fds = [fcntl.fcntl(int(f), fcntl.F_DUPFD, 50) for f in sys.argv[1].split(',') if f]\n"
                "for n, f in enumerate(fds): os.dup2(f, 3 + n)\n"
                "if fds: os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)))\n"
                "os.execv(sys.argv[2], sys.argv[2:])\n")
        numbers = ",".join(str(s.fileno()) for s in sockets)
        process = subprocess.Popen(
            ["/usr/bin/python3", "-c", code, numbers, os.environ["EMAPI_SPOOLER"], "--foreground"],
            env=environment, stderr=open(self.folder / "stderr", "ab"),
            pass_fds=[s.fileno() for s in sockets])
        self.processes.append(process)
        return process

    def words(self):
        """All that was said to the manager so far."""
        while True:
            try:
                self.said.append(self.notify.recv(4096).decode())
            except BlockingIOError:
                return "\n".join(self.said)

    def waits_for(self, word):
        wait_until(lambda: word in self.words(),
                   lambda: f"{word} is said; so far: {self.said}; "
                           f"{(self.folder / 'stderr').read_text()}")

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.notify.close()
        self.journal.close()


@pytest.fixture
def manager(home):
    manager = Manager(home)
    yield manager
    manager.stop()


def gone(process):
    wait_until(lambda: process.poll() is not None, "the spooler ends")
    return process.returncode


def test_it_says_ready_watchdog_and_stopping(home, manager):
    process = manager.start(WATCHDOG_USEC="400000")
    manager.waits_for("READY=1")
    assert home.spooler_pid() == process.pid
    manager.said.clear()
    time.sleep(1)
    assert 3 <= manager.words().count("WATCHDOG=1") <= 7
    process.terminate()
    manager.waits_for("STOPPING=1")
    assert gone(process) == 0
    assert home.spooler_pid() is None


def test_workers_are_not_the_service(home, manager):
    """A worker must not take the manager's variables for its own."""
    home.pickup_profile()
    process = manager.start()
    manager.waits_for("READY=1")
    home.run("mapisend", "--to", "bob@example.test", "--body", "text", "--require-accepted")
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    environment = pathlib.Path(f"/proc/{children[0]}/environ").read_bytes()
    assert b"NOTIFY_SOCKET" not in environment


def test_a_handed_down_socket(home, manager):
    home.pickup_profile()
    path = pathlib.Path(home.environment["XDG_RUNTIME_DIR"]) / "emapi" / "spooler.sock"
    with manager.listen(path) as listener:
        # Connected before a spooler runs, as what starts a service does.
        sender = subprocess.Popen(
            ["mapisend", "--to", "bob@example.test", "--body", "text", "--require-accepted"],
            env=home.environment)
        wait_until(lambda: select_readable(listener), "the client connects")
        process = manager.start(listener, EMAPI_IDLE_SECONDS="0.5")
        assert sender.wait(20) == 0
        assert len(home.picked_up()) == 1
        assert home.spooler_pid() == process.pid
        # With nothing to do it ends; the file goes on telling the socket, which stays.
        assert gone(process) == 0
        assert (home.state / "spooler.lock").read_text() == f"0\t{path}\n"
        assert path.exists()
        # The next client, one without XDG_RUNTIME_DIR, reaches the manager by it.
        environment = {k: v for k, v in home.environment.items() if k != "XDG_RUNTIME_DIR"}
        sender = subprocess.Popen(
            ["mapisend", "--to", "bob@example.test", "--body", "again", "--require-accepted"],
            env=environment)
        wait_until(lambda: select_readable(listener), "the client connects")
        second = manager.start(listener, EMAPI_IDLE_SECONDS="0.5")
        assert sender.wait(20) == 0
        assert len(home.picked_up()) == 2
        assert gone(second) == 0


def select_readable(sock):
    return bool(select.select([sock], [], [], 0)[0])


def test_a_service_takes_over_from_one_that_a_client_started(home, manager):
    home.pickup_profile()
    home.run("mapisend", "--to", "bob@example.test", "--body", "text", "--require-accepted")
    first = home.spooler_pid()
    path = home.folder / "elsewhere" / "spooler.sock"
    with manager.listen(path) as listener:
        process = manager.start(listener)
        manager.waits_for("READY=1")
        assert home.spooler_pid() == process.pid != first
        home.run("mapisend", "--to", "bob@example.test", "--body", "text", "--require-accepted")
        process.terminate()
        assert gone(process) == 0


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"),
                    reason="systemd-socket-activate is not installed")
def test_systemds_own_socket_activation(home):
    home.pickup_profile()
    path = pathlib.Path(home.environment["XDG_RUNTIME_DIR"]) / "emapi" / "spooler.sock"
    path.parent.mkdir(parents=True)
    passed = [f"--setenv={name}" for name in home.environment
              if name.startswith(("XDG_", "EMAPI_", "LD_LIBRARY")) or name in ("HOME", "LC_ALL")]
    activator = subprocess.Popen(
        ["systemd-socket-activate", "--seqpacket", f"--listen={path}", *passed,
         os.environ["EMAPI_SPOOLER"], "--foreground"],
        env=home.environment, stderr=subprocess.DEVNULL)
    try:
        wait_until(path.exists, "it listens")
        home.run("mapisend", "--to", "bob@example.test", "--body", "text", "--require-accepted")
        assert home.spooler_pid() == activator.pid  # it became the spooler
    finally:
        activator.terminate()
        activator.wait(20)


def slow_peer(arrived, go_on):
    """A server that has all of the mail and waits before it says so."""
    def final(_):
        arrived.set()
        go_on.wait(20)
        return "250 2.0.0 Ok: queued as 1"
    return Peer(final=final)


def smtp_profile(home, peer):
    home.profile("test", "--from", "Ann Sender <ann@example.test>",
                 "--smtp", f"localhost:{peer.port}", "--tls", "none")


def test_stopping_finishes_what_is_being_sent(home, manager):
    arrived, go_on = threading.Event(), threading.Event()
    with slow_peer(arrived, go_on) as peer:
        smtp_profile(home, peer)
        process = manager.start()
        manager.waits_for("READY=1")
        for n in range(3):
            home.run("mapisend", "--to", "bob@example.test", "--subject", f"number {n}",
                     "--body", "text", "--wait", "0")
        assert arrived.wait(20)
        process.terminate()
        manager.waits_for("STOPPING=1")
        time.sleep(0.3)
        assert process.poll() is None
        go_on.set()
        assert gone(process) == 0
        # What was not begun is sent by the next one; nothing comes twice.
        manager.start()
        home.run("emapi", "queue", "run")
        wait_until(lambda: len(peer.messages) == 3, lambda: f"three mails: {peer.messages}")
        time.sleep(0.5)
        subjects = re.findall(rb"Subject: (number \d)", b"".join(peer.messages))
        assert sorted(subjects) == [b"number 0", b"number 1", b"number 2"]


def test_stopping_does_not_wait_for_ever(home, manager):
    arrived, go_on = threading.Event(), threading.Event()
    with slow_peer(arrived, go_on) as peer:
        smtp_profile(home, peer)
        process = manager.start(EMAPI_STOP_SECONDS="0.5")
        manager.waits_for("READY=1")
        home.run("mapisend", "--to", "bob@example.test", "--body", "text", "--wait", "0")
        assert arrived.wait(20)
        process.terminate()
        assert gone(process) == 0
        # The worker hears the server's word though nobody waits for it, and keeps it.
        go_on.set()
        manager.start()
        wait_until(lambda: "nothing waits" in home.run("emapi", "queue", "list").stdout.lower()
                   or not home.run("emapi", "queue", "list").stdout.strip(),
                   lambda: home.run("emapi", "queue", "list").stdout)
        assert len(peer.messages) == 1


def test_hangup_reads_the_profiles_anew(home, manager):
    """A profile whose file was mended goes on without anybody's asking."""
    with Peer(mail="530 5.7.0 Authentication required") as strict, Peer() as willing:
        smtp_profile(home, strict)
        process = manager.start()
        manager.waits_for("READY=1")
        home.run("mapisend", "--to", "bob@example.test", "--body", "text")
        assert "held" in home.run("emapi", "queue", "list").stdout
        profile, = (home.config / "profiles").glob("*.profile")
        profile.write_text(profile.read_text().replace(f"={strict.port}", f"={willing.port}"))
        manager.said.clear()
        process.send_signal(signal.SIGHUP)
        manager.waits_for("RELOADING=1")
        manager.waits_for("READY=1")
        wait_until(lambda: willing.messages, "the mail goes the new way")
        assert process.poll() is None


def test_the_journal_gets_fields(home, manager):
    home.pickup_profile("work")
    (manager.folder / "stderr").touch()
    status = os.stat(manager.folder / "stderr")
    manager.start(JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}",
                  EMAPI_JOURNAL=str(manager.folder / "journal"))
    manager.waits_for("READY=1")
    home.run("mapisend", "--to", "bob@example.test", "--body", "text", "--require-accepted")
    entries = []

    def of(state):
        try:
            entries.append(manager.journal.recv(65536).decode("latin-1"))
        except BlockingIOError:
            pass
        return [e for e in entries if f"\nEMAPI_STATE={state}\n" in e]
    entry = wait_until(lambda: of("filed"), lambda: f"the journal hears of it: {entries}")[0]
    assert "\nEMAPI_PROFILE=work\n" in entry
    assert re.search(r"\nEMAPI_KEY=[0-9A-F]{32}\n", entry)
    assert "SYSLOG_IDENTIFIER=emapi-spooler\n" in entry
    tried, = of("tried")
    assert "\nPRIORITY=6\n" in tried and "\nEMAPI_RECIPIENT=bob@example.test: accepted: " in tried


JOURNALD = "/usr/lib/systemd/systemd-journald"


@needs_root
@pytest.mark.skipif(not os.path.exists(JOURNALD), reason="systemd's journal is not installed")
@pytest.mark.parametrize("reply", ["250 2.1.5 Ok", "451 4.7.1 come back later"])
def test_the_real_journal_has_the_records_of_explain(home, reply):
    probe = subprocess.run(["unshare", "--mount", "true"], text=True, capture_output=True)
    if probe.returncode:  # as in a folder that was changed root to
        pytest.skip(f"no mounts of our own can be made here: {probe.stderr.strip()}")
    with Peer(rcpt=reply, keywords=["SIZE 1000"]) as peer:
        home.profile("work", "--from", "ann@example.test", "--tls", "none",
                     "--smtp", f"localhost:{peer.port}")
        out = home.run("unshare", "--mount", "/usr/bin/python3", TESTS / "in_journald.py",
                       "mapisend", "--to", "bob@example.test", "--body", "text").stdout
        entries = [json.loads(line) for line in out.splitlines() if line]
        tried, = [e for e in entries if e.get("EMAPI_STATE") == "tried"]
        told = json.loads(home.run("emapi", "queue", "show", "--json", "last").stdout)
    attempt, = told["attempts"]
    assert tried["EMAPI_KEY"] == told["id"] and tried["EMAPI_PROFILE"] == "work"
    assert tried["EMAPI_JOURNEY"].splitlines() == [
        line for line in attempt["dialogue"] if not line.startswith("* next-try")]
    assert tried["EMAPI_SERVER"] == f"localhost [127.0.0.1]:{peer.port}"
    assert tried["EMAPI_TRANSPORT"] == attempt["transport"] != ""
    assert tried["EMAPI_RECIPIENT"].startswith("bob@example.test: ")
    assert reply[4:] in tried["EMAPI_RECIPIENT"] or reply.startswith("250")
    assert ("EMAPI_NEXT_TRY" in tried) == reply.startswith("4")
    assert tried["PRIORITY"] == ("4" if reply.startswith("4") else "6")


# --- The units ---

# Not with a sanitizer's library in it, nor with what was built beside its own.
PLAIN = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "LD_LIBRARY_PATH")}

needs_analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"),
                                   reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path):
    """The units in the folders `system` and `user`, as they are installed, for what was built."""
    for kind, source in (("system", UNITS), ("user", UNITS / "user")):
        folder = tmp_path / kind
        folder.mkdir()
        shutil.copy(source / "emapi-spooler.socket", folder)
        text = (source / "emapi-spooler.service.in").read_text()
        text = text.replace("@libexecdir@/emapi/emapi-spooler", os.environ["EMAPI_SPOOLER"])
        assert "@" not in text.replace("@system-service", "").replace("~@privileged", "").replace(
            "@resources", "")
        (folder / "emapi-spooler.service").write_text(text)
    return tmp_path


@needs_analyze
def test_the_machines_unit_is_hardened(units):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                           units / "system" / "emapi-spooler.service"],
                          capture_output=True, text=True, env=PLAIN)
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(level.group(1)) <= 2.0, done.stdout


def test_the_machines_unit_knows_its_peers(units):
    """In a user namespace of its own the daemon would see all users as one."""
    assert not re.search("(?m)^PrivateUsers=(?!no)",
                         (units / "system" / "emapi-spooler.service").read_text())


@needs_analyze
@pytest.mark.parametrize("kind", ["system", "user"])
def test_systemd_understands_the_units(units, kind):
    folder = units / kind
    done = subprocess.run(
        ["systemd-analyze", f"--{kind}", "verify", "--man=no", folder / "emapi-spooler.service",
         folder / "emapi-spooler.socket"], capture_output=True, text=True,
        env={**PLAIN, "SYSTEMD_UNIT_PATH": f"{folder}:", "XDG_RUNTIME_DIR": str(units)})
    ours = [line for line in done.stderr.splitlines() if "emapi" in line]
    assert not ours, done.stderr
