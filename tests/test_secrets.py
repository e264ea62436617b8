# SPDX-License-Identifier: MIT
"""A secret is where its owner has put it, and nowhere else: a marker for a password goes every way
that a password goes, against servers that are friendly, that refuse it, and that say it aloud; then
all that was printed, recorded, logged or kept is searched for it, in base64 as well."""

import base64
import os
import pathlib
import resource
import signal
import subprocess
import sys
import threading
import urllib.parse

import pytest

from ldapserver import ADMIN, BASE, Directory
from loginservers import NTLMSSP
from mailserver import wait_until
from scripted_smtp import Peer
from test_addressbook import needs_slapd
from test_daemon import Manager
from test_keyring import keyring, needs_keyring  # noqa: F401

sys.path.append(str(pathlib.Path(__file__).parent.parent / "src/provider/smtp/testing"))
import ntlm  # noqa: E402

MARKER = "Marker/7+Qz of-the p4ssword"


def forms(secret):
    """As it is, in UTF-16, hex and percent signs, and in base64 wherever it stands in a text."""
    raw = secret.encode()
    found = [raw, secret.encode("utf-16-le"), raw.hex().encode(), raw.hex().upper().encode(),
             urllib.parse.quote(secret).encode()]
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw)
        found.append(whole[-(-before * 8 // 6):(before + len(raw)) * 8 // 6])
    return found


class Watched:
    """A home in which all that programs print is kept, with trace and log as loud as they go."""

    def __init__(self, home):
        self.home, self.printed, self.own = home, [], []
        home.environment.update(EMAPI_TRACE=str(home.folder / "trace"), EMAPI_TRACE_CONTENTS="1",
                                EMAPI_LOG="debug")

    def run(self, *command, **options):
        options.setdefault("code", None)
        done = self.home.run(*command, **options)
        self.printed.append((command, done.stdout + done.stderr))
        return done

    def secret_file(self, name="secret", mode=0o600):
        path = self.home.folder / name
        path.write_text(MARKER + "\n")
        path.chmod(mode)
        self.own.append(path)
        return path

    def profile(self, peer, mechanism="PLAIN", source="file"):
        options = []
        if source == "file":
            options = ["--password-file", self.secret_file()]
        elif source == "command":
            options = ["--password-command", f"cat {self.secret_file()}"]
        elif source == "loud command":
            options = ["--password-command", f"cat {self.secret_file()} | tee /dev/stderr"]
        elif source == "credential":
            self.secret_file("smtp")
            self.home.environment["CREDENTIALS_DIRECTORY"] = str(self.home.folder)
            options = ["--password-credential", "smtp"]
        self.run("emapi", "profile", "create", "test", "--default", "--from", "ann@example.test",
                 "--smtp", f"localhost:{peer.port}", "--tls", "none", "--user", "ann", *options,
                 input=MARKER + "\n", code=0)
        if source == "prompt":
            self.own += (self.home.config / "secrets").iterdir()
        self.run("emapi", "profile", "set", "test", f"Auth={mechanism}", code=0)

    def use(self, everything=True):
        """All that can be done with it, or what may tell of a secret that could not be had."""
        self.run("mapisend", "--explain", "--to", "bob@example.test", "--body", "x", code=0)
        commands = [["explain", "--json"], ["test"]]
        if everything:
            self.run("mapisend", "--json", "--to", "bob@example.test", "--body", "x", code=0)
            commands += [["explain"], ["doctor", "--json"], ["queue", "show", "--dialogue"],
                         ["explain", "--json", "--to", "bob@example.test"],
                         ["queue", "show", "--json"], ["profile", "show"],
                         ["trace", "show", self.home.folder / "trace"]]
        for command in commands:
            self.run("emapi", *command)
        self.home.stop()

    def check(self):
        said = forms(MARKER)
        for command, text in self.printed:
            assert not [s for s in said if s in text.encode()], (command, text)
        for path in self.home.folder.rglob("*"):
            if path.is_file() and path not in self.own:
                data = path.read_bytes()
                assert not [s for s in said if s in data], path


@pytest.fixture
def watched(home):
    return Watched(home)


def names(mechanism):
    return {"ehlo": [f"AUTH {mechanism}"], "users": {"ann": MARKER}}


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "SCRAM-SHA-256", "XOAUTH2"])
def test_a_login(watched, mechanism):
    """The server takes it, and quotes it to us from then on."""
    aloud = f"Ok, {MARKER}; {base64.b64encode(MARKER.encode()).decode()}"
    with Peer(**names(mechanism), mail=f"250 2.1.0 {aloud}", final=f"250 2.0.0 {aloud}") as peer:
        watched.profile(peer, mechanism)
        watched.use()
        assert len(peer.messages) == 2
    watched.check()


@pytest.mark.parametrize("source", ["command", "loud command", "credential", "prompt"])
def test_a_secret_from(watched, source):
    with Peer(**names("PLAIN")) as peer:
        watched.profile(peer, source=source)
        spooler = subprocess.Popen([os.environ["EMAPI_SPOOLER"], "--foreground"],
                                   env=watched.home.environment, stderr=subprocess.PIPE)
        watched.use()
        watched.printed.append(("spooler", spooler.communicate()[1].decode()))
        assert len(peer.messages) == 2
    watched.check()


@needs_slapd
@pytest.mark.parametrize("password", [MARKER, "another"])
def test_a_directory(watched, tmp_path, password):
    """The login at a directory, taken and refused; the server's log is the server's."""
    directory = Directory(tmp_path / "ldap", password=password)
    watched.home.pickup_profile()
    try:
        watched.run("emapi", "ab", "connect", f"127.0.0.1:{directory.port}", "--base", BASE, "--user",
                    ADMIN, "--ca-file", directory.ca_file, "--password-command",
                    f"cat {watched.secret_file()}", code=0 if password == MARKER else 78)
        if password != MARKER:
            watched.run("emapi", "ab", "connect", f"127.0.0.1:{directory.port}", "--base", BASE, "--user",
                        ADMIN, "--ca-file", directory.ca_file, "--password-command",
                        f"cat {watched.secret_file()}", "--no-test", code=0)
        found = watched.run("emapi", "ab", "resolve", "clerk", "--json")
        assert ("carol@example.test" in found.stdout) == (password == MARKER)
        watched.run("emapi", "ab", "list", "--book", "Directory")
        watched.run("mapisend", "--explain", "--to", "clerk", "--body", "x")
        watched.run("emapi", "doctor", "--json")
        watched.run("emapi", "trace", "show", watched.home.folder / "trace")
        watched.home.stop()
    finally:
        directory.stop()
    watched.check()


@pytest.mark.skipif(not NTLMSSP.exists(), reason="gss-ntlmssp is not installed")
def test_ntlm(watched):
    def login(connection, mechanism, initial):
        server = ntlm.Server()
        negotiate = base64.b64decode(initial) if initial else connection.ask(b"NTLM supported")
        answer = connection.ask(server.challenge(negotiate))
        right = server.check(answer, {"ann": MARKER})
        connection.say("235 2.7.0 welcome" if right else "535 5.7.8 no")

    with Peer(ehlo=["AUTH NTLM"], login=login) as peer:
        watched.profile(peer, "NTLM")
        watched.use(everything=False)
        assert len(peer.messages) == 1
    watched.check()


def test_kerberos_that_cannot_be_had(watched):
    """The password is there and is not for this login."""
    watched.home.environment["KRB5CCNAME"] = f"FILE:{watched.home.folder}/no-ticket"
    with Peer(ehlo=["AUTH GSSAPI"], users={"ann": MARKER}) as peer:
        watched.profile(peer, "GSSAPI")
        watched.use(everything=False)
        assert peer.messages == []
    watched.check()


@needs_keyring
def test_the_desktops_keyring(watched, keyring):
    """On the bus as well: a secret goes over it encrypted or not at all in what is kept of it."""
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": MARKER}) as peer:
        watched.run("emapi", "profile", "create", "test", "--default", "--from", "ann@example.test",
                    "--smtp", f"localhost:{peer.port}", "--tls", "none", "--user", "ann",
                    "--keyring", input=MARKER + "\n", code=0)
        watched.use(everything=False)
        assert len(peer.messages) == 1
    watched.check()


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "OAUTHBEARER"])
def test_a_refused_login(watched, mechanism):
    with Peer(ehlo=[f"AUTH {mechanism}"], users={"ann": "another"}) as peer:
        watched.profile(peer, mechanism)
        watched.use()
        assert peer.messages == [] and peer.seen("AUTH")
    watched.check()


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "XOAUTH2"])
def test_a_server_that_says_it_aloud(watched, mechanism):
    """In a challenge, and in the refusal: the words as they came, what they decode to, both."""
    def login(connection, mechanism, initial):
        words = [initial] if initial else []
        if mechanism == "LOGIN":
            connection.ask(b"User Name")
            words.append(base64.b64encode(connection.ask(b"Password")).decode())
        decoded = base64.b64decode(words[0]).replace(b"\0", b" ").replace(b"\1", b" ")
        connection.ask(b'{"status": "' + decoded + b'"}')
        connection.say(f"334 {words[0]}")
        connection.line()
        connection.say(f"535-5.7.8 {words[0]}", f"535 5.7.8 not {decoded.decode()} !")

    with Peer(ehlo=[f"AUTH {mechanism}"], login=login) as peer:
        watched.profile(peer, mechanism)
        watched.use()
        assert peer.seen("AUTH") and peer.messages == []
    watched.check()
    assert any("535" in text and "****" in text for _, text in watched.printed)


@pytest.mark.parametrize("command", [
    "cat {}; exit 3", "cat {} >&2; exit 3", "cat {} | tee /dev/stderr; exit 3", "cat {} >&2",
    "{{ echo vault: locked; cat {}; }} >&2; exit 3", "{{ printf 'password: '; cat {}; }} >&2; exit 3",
    "cat {} >&2; kill -9 $$", "cat {} >&2; cat /dev/zero",
])
def test_a_command_that_fails(watched, command):
    """Whatever it prints, and wherever; of what it complains only that is told which cannot be a
    secret."""
    path = watched.secret_file()
    with Peer(**names("PLAIN")) as peer:
        watched.run("emapi", "profile", "create", "test", "--default", "--from", "ann@example.test",
                    "--smtp", f"localhost:{peer.port}", "--tls", "none", "--user", "ann",
                    "--password-command", command.format(path), code=0)
        watched.use(everything=False)
        assert peer.seen("AUTH") == []
    watched.check()
    if "vault" in command:
        assert any("it said: vault: locked" in text for _, text in watched.printed)


@pytest.mark.parametrize("kind", ["world-readable", "two lines", "too long"])
def test_a_file_that_will_not_do(watched, kind):
    path = watched.secret_file(mode=0o644 if kind == "world-readable" else 0o600)
    if kind == "too long":
        path.write_text(MARKER * 10000)
    elif kind == "two lines":
        path.write_text(MARKER + "\n" + MARKER + "\n")
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": "another"}) as peer:
        watched.run("emapi", "profile", "create", "test", "--default", "--from", "ann@example.test",
                    "--smtp", f"localhost:{peer.port}", "--tls", "none", "--user", "ann",
                    "--password-file", path)
        watched.use()
    watched.check()


def test_the_journal(watched):
    """What goes to systemd's journal."""
    manager = Manager(watched.home)
    (manager.folder / "stderr").touch()
    status = os.stat(manager.folder / "stderr")
    try:
        for users, state in ({"ann": MARKER}, "filed"), ({"ann": "another"}, "held"):
            with Peer(ehlo=["AUTH PLAIN"], users=users, mail=f"250 2.1.0 {MARKER}") as peer:
                if not watched.own:
                    watched.profile(peer)
                watched.run("emapi", "profile", "set", "test", f"Port={peer.port}", code=0)
                process = manager.start(JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}",
                                        EMAPI_JOURNAL=str(manager.folder / "journal"))
                manager.waits_for("READY=1")
                watched.run("mapisend", "--to", "bob@example.test", "--body", "x", code=0)
                entries = []

                def heard():
                    try:
                        while True:
                            entries.append(manager.journal.recv(65536).decode("latin-1"))
                    except BlockingIOError:
                        return any(f"\nEMAPI_STATE={state}\n" in e for e in entries)
                wait_until(heard, lambda: entries)
                watched.printed.append((state, "".join(entries)))
                assert any("\nEMAPI_STATE=tried\n" in e for e in entries)
                process.terminate()
                process.wait(20)
                manager.said.clear()
    finally:
        manager.stop()
    watched.check()


def core_limit():
    resource.setrlimit(resource.RLIMIT_CORE,
                       (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)


def aborted(process):
    """Whether it left a core file when it was made to abort."""
    os.kill(process.pid, signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = status
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status)


def test_no_core_file(watched, tmp_path):
    """Programs with the secret in their memory end in the middle of a login."""
    control = subprocess.Popen(["sleep", "60"], preexec_fn=core_limit, cwd=tmp_path)
    if not aborted(control):
        pytest.skip("nothing leaves a core file here")
    begun, ended = threading.Semaphore(0), threading.Event()

    def login(connection, mechanism, initial):
        begun.release()
        ended.wait(30)
        return "close"

    with Peer(ehlo=["AUTH PLAIN"], login=login) as peer:
        watched.profile(peer)
        environment = watched.home.environment
        for command in (["emapi", "test"], ["emapi", "explain", "--to", "bob@example.test"]):
            process = subprocess.Popen(command, env=environment, preexec_fn=core_limit,
                                       cwd=tmp_path, stdout=subprocess.DEVNULL)
            assert begun.acquire(timeout=20)
            assert not aborted(process), command
        # The worker is not our child: the kernel tells its limit.
        spooler = subprocess.Popen([os.environ["EMAPI_SPOOLER"], "--foreground"], env=environment,
                                   preexec_fn=core_limit, cwd=tmp_path,
                                   stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: watched.home.spooler_pid() == spooler.pid, "the spooler runs")
            watched.run("mapisend", "--wait", "0", "--to", "bob@example.test", "--body", "x", code=0)
            assert begun.acquire(timeout=20)
            lock, = watched.home.state.glob("worker-*.lock")
            worker = lock.read_text().strip()
            limits = pathlib.Path(f"/proc/{worker}/limits").read_text()
            assert "Max core file size        0                    0 " in limits
        finally:
            ended.set()
            spooler.terminate()
            spooler.wait(40)
