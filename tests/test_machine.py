# SPDX-License-Identifier: MIT
"""Machine mode: one daemon with a user of its own sends for all.  Any user can submit; none reads
the secret, another's mail or another's place in the queue, or sends as another."""

import email
import email.policy
import json
import itertools
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import pytest

from mailserver import free_port, wait_until
from scripted_smtp import Peer, Thinking

several_users = pytest.mark.skipif(os.geteuid() != 0, reason="several users need root")
DAEMON = 61000  # nobody has this id
EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"


class User:
    """A user of the machine with a home of his own, or (uid None) the one who runs the tests."""

    def __init__(self, machine, name):
        self.machine, self.name = machine, name
        self.uid = pwd.getpwnam(name).pw_uid if name else os.getuid()
        self.home = machine.folder / (name or "me")
        self.home.mkdir(mode=0o700)
        if name:
            os.chown(self.home, self.uid, self.uid)
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("XDG_")},
            "HOME": str(self.home), "LC_ALL": "C.UTF-8", "EMAPI_IDLE_SECONDS": "2",
            "EMAPI_SYSCONFDIR": str(machine.etc), "EMAPI_MACHINE_FOLDER": str(machine.run)}

    def command(self, *command):
        words = [str(c) for c in command]
        if self.name:
            return ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups",
                    *words]
        return words

    def do(self, *command, code=0, **options):
        options.setdefault("input", "")
        done = subprocess.run(self.command(*command), env=self.environment, text=True,
                              capture_output=True, timeout=100, cwd="/", **options)
        assert code is None or done.returncode == code, \
            f"{command} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}" \
            f"\nthe daemon says:\n{self.machine.log()}"
        return done

    def send(self, subject, *options, code=0):
        return self.do("mapisend", "--to", "bob@example.test", "--subject", subject, "--body",
                       f"text of {subject}", *options, code=code)

    def queue(self, *options):
        return json.loads(self.do("emapi", "queue", "list", "--json", *options).stdout)


class Machine:
    """The daemon in a folder that stands for the machine's root."""

    def __init__(self, folder, uid=None):
        self.folder, self.uid, self.process = pathlib.Path(folder), uid, None
        os.chmod(folder, 0o755)
        self.etc, self.run = self.folder / "etc", self.folder / "run" / "emapi"
        self.state = self.folder / "var" / "emapi"
        for path, mode in ((self.etc / "profiles", 0o755), (self.run, 0o755), (self.state, 0o700)):
            path.mkdir(parents=True)
            os.chmod(path, mode)
            self.own(path)

    def own(self, path):
        if self.uid is not None:
            os.chown(path, self.uid, self.uid)

    def offer(self, name, *options, settings=()):
        """A profile in the machine's folder, which the daemon's user alone can read."""
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "XDG_CONFIG_HOME": home, "HOME": home,
                           "EMAPI_SYSCONFDIR": str(self.etc), "EMAPI_MACHINE_FOLDER": home}
            done = subprocess.run(
                ["emapi", "profile", "create", name, "--machine", "--from",
                 "The host <host@example.test>", "--store", self.state / f"{name}.store", *options],
                env=environment, check=True, capture_output=True, text=True)
        assert "emapi-spooler" in done.stdout
        path = self.etc / "profiles" / f"{name}.profile"
        assert path.stat().st_mode & 0o777 == 0o640
        lines = "".join(f"{line}\n" for line in settings)
        path.write_text(path.read_text().replace("[Profile]\n", f"[Profile]\n{lines}", 1))
        os.chmod(path, 0o640)
        self.own(path)
        return path

    def start(self, **variables):
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("XDG_")},
            "HOME": str(self.state), "EMAPI_SYSCONFDIR": str(self.etc),
            "EMAPI_MACHINE_FOLDER": str(self.run), "STATE_DIRECTORY": str(self.state),
            "LC_ALL": "C.UTF-8", **variables}
        command = [os.environ["EMAPI_SPOOLER"], "--machine", "--foreground"]
        if self.uid is not None:
            command = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups",
                       *command]
        self.process = subprocess.Popen(command, env=environment, cwd="/",
                                        stderr=open(self.folder / "log", "ab"))
        wait_until(self.serves, lambda: f"the daemon serves: {self.log()}")
        return self.process

    def serves(self):
        assert self.process.poll() is None, self.log()
        return self.children("--receive") and (self.run / "queue.sock").exists()

    def children(self, word):
        """The pids of the daemon's processes with this word in their command line."""
        pid = self.process.pid
        found = []
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            try:
                if word.encode() in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
            except FileNotFoundError:
                pass
        return found

    def log(self):
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def end(self, number=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            children = self.children("")
            self.process.send_signal(number)
            self.process.wait(40)
            wait_until(lambda: not any(os.path.exists(f"/proc/{c}/exe") and not self.zombie(c)
                                       for c in children), "its processes end")
        self.process = None

    @staticmethod
    def zombie(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True


def usable(uid):
    """Whether another user can run what was built."""
    return subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups",
                           "mapisend", "--help"], capture_output=True).returncode == 0


@pytest.fixture
def machine():
    """As root the daemon has a user of its own; else it is the one who runs the tests."""
    uid = DAEMON if os.geteuid() == 0 else None
    if uid and not usable(uid):
        pytest.skip("other users cannot read the build folder")
    folder = tempfile.mkdtemp(prefix="emapi-machine-")
    machine = Machine(folder, uid)
    yield machine
    machine.end(signal.SIGKILL)
    log = machine.log()
    shutil.rmtree(folder)
    assert "Sanitizer" not in log and "runtime error" not in log, log


@pytest.fixture
def ann(machine):
    return User(machine, "games" if os.geteuid() == 0 else None)


@pytest.fixture
def bob(machine):
    return User(machine, "news")


API = pathlib.Path(__file__).parent / "api_queue.py"


def header(mail, name):
    found = re.search(rb"(?im)^" + name.encode() + rb": (.*?)\r\n(?![ \t])", mail, re.S)
    return found.group(1).decode() if found else None


def arrived(peer, subject):
    def look():
        return [m for m in peer.messages if f"Subject: {subject}\r\n".encode() in m]
    return wait_until(look, lambda: f"{subject} arrives: {peer.messages}")


def smtp(peer):
    return "--smtp", f"localhost:{peer.port}", "--tls", "none"


# --- The way ---

def test_any_program_sends(machine, ann):
    """mapisend, Python and C have no profile of their own, no store and no spooler."""
    with Peer() as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        sent = ann.send("by mapisend", "--require-accepted")
        assert "bob@example.test: accepted by" in sent.stdout
        arrived(peer, "by mapisend")
        done = ann.do("emapi", "profile", "set", "host", "FromName=Me", code=77)
        assert str(machine.etc) in done.stderr
        ann.do("/usr/bin/python3", EXAMPLES / "mapisend.py", "by Python", "text",
               "bob@example.test")
        arrived(peer, "by Python")
        assert not list(ann.home.rglob("*")), "nothing is left in his home"


def test_a_c_program_sends(machine, ann, tmp_path):
    build = pathlib.Path(shutil.which("mapisend")).parents[2]
    program = machine.folder / "program"
    subprocess.run(["cc", EXAMPLES / "mapisend.c", "-o", program,
                    f"-I{build}/include/emapi",
                    f"-I{pathlib.Path(__file__).parent.parent}/include/emapi",
                    f"-L{build}/src/mapi", "-lemapi"], check=True)
    os.chmod(program, 0o755)
    with Peer() as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        ann.do(program, "by C", "text", "bob@example.test")
        arrived(peer, "by C")


def test_large_and_nested_mail_arrives_whole(machine, ann):
    big = ann.home / "big.bin"
    data = os.urandom(3 * 1024 * 1024)
    big.write_bytes(data)
    os.chmod(big, 0o644)
    os.chmod(ann.home, 0o755)
    with Peer() as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        ann.do("mapisend", "--to", "Bob Ünï <bob@example.test>", "--cc", "c@example.test", "--bcc",
               "secret@example.test", "--subject", "Größe", "--attach", big, "--require-accepted",
               input="x" * 200000)
        mail, = peer.messages
    parsed = email.message_from_bytes(mail, policy=email.policy.default)
    assert parsed["subject"] == "Größe" and parsed["cc"] == "c@example.test"
    assert "secret@" not in parsed.as_string()
    assert parsed["to"].addresses[0].display_name == "Bob Ünï"
    attachment, = parsed.iter_attachments()
    assert attachment.get_content() == data
    assert parsed.get_body().get_content().strip() == "x" * 200000
    assert {c for c in peer.seen("RCPT")} == {f"RCPT TO:<{a}@example.test>"
                                              for a in ("bob", "c", "secret")}


def test_queue_commands(machine, ann):
    with Peer(rcpt="450 4.2.1 later") as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        ann.send("waits", "--wait", "3")
        message, = ann.queue()
        assert message["state"] == "waiting" and message["subject"] == "waits"
        ann.do("emapi", "queue", "show", message["id"][:10])
        assert "waits" in ann.do("emapi", "queue", "show", "last").stdout
        before = len(peer.seen("RCPT"))
        ann.do("emapi", "queue", "retry", message["id"])
        wait_until(lambda: len(peer.seen("RCPT")) > before, "it is tried again")
        wait_until(lambda: ann.queue()[0]["state"] == "waiting", "it waits")
        ann.do("emapi", "queue", "hold", message["id"])
        wait_until(lambda: ann.queue()[0]["state"] == "held", lambda: ann.queue())
        ann.do("emapi", "queue", "release", message["id"])
        wait_until(lambda: ann.queue()[0]["state"] != "held", lambda: ann.queue())
        wait_until(lambda: ann.do("emapi", "queue", "cancel", message["id"], code=None)
                   .returncode == 0, "it is taken back")
        wait_until(lambda: not ann.queue(), "the queue is empty")


def test_who_was_refused_can_read_why(machine, ann):
    """The report lies in the daemon's own store: the queue has what it says."""
    with Peer(rcpt="550 5.1.1 nobody of that name") as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        done = ann.send("refused", code=None)
        assert "550 5.1.1 nobody of that name" in done.stdout
        assert "emapi queue show last" in done.stderr and "Inbox" not in done.stderr
        message, = ann.queue("--all")
        assert message["state"] == "failed"
        shown = ann.do("emapi", "queue", "show", message["id"]).stdout
        for words in ("bob@example.test", "localhost", "550 5.1.1 nobody of that name"):
            assert words in shown


def test_without_a_daemon_it_says_so(machine, ann):
    with Peer() as peer:
        path = machine.offer("host", *smtp(peer))
        machine.start()
        ann.send("first", "--require-accepted")
        machine.end()
        done = ann.send("second", code=None)
        assert done.returncode not in (0, 64)
        assert "mail service" in done.stderr and "nothing was stored or sent" in done.stderr
        # A profile that is withdrawn is not offered any more.
        path.unlink()
        machine.start()
        assert not list((machine.run / "profiles").iterdir())


def test_hangup_offers_what_is_new(machine, ann):
    with Peer() as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        old = machine.children("--receive")
        machine.offer("other", *smtp(peer))
        machine.process.send_signal(signal.SIGHUP)
        wait_until(lambda: (machine.run / "profiles" / "other.profile").exists(), "it is offered")
        wait_until(lambda: len(machine.children("--receive")) == 2 and
                   not set(machine.children("--receive")) & set(old), "new receivers serve")
        ann.send("by the other", "--profile", "other", "--require-accepted")
        arrived(peer, "by the other")


# --- Apart from each other ---

@several_users
def test_nobody_sees_anothers_mail(machine, ann, bob):
    with Peer(rcpt="450 4.2.1 later") as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        ann.send("ann's own", "--wait", "3")
        bob.send("bob's own", "--wait", "3")
        hers, = ann.queue("--all")
        his, = bob.queue("--all")
        assert hers["subject"] == "ann's own" and his["subject"] == "bob's own"
        # Not by asking for it by its name, nor by what is newest.
        for action in ("show", "retry", "hold", "release", "cancel"):
            done = bob.do("emapi", "queue", action, hers["id"], code=None)
            assert done.returncode != 0 and "ann" not in done.stdout + done.stderr
        assert "bob's own" in bob.do("emapi", "queue", "show", "last").stdout
        assert "ann's own" not in bob.do("emapi", "queue", "show", "last").stdout
        assert ann.queue()[0]["state"] == "waiting"
        # The administrator sees and does all.
        root = User(machine, "root")
        assert {m["subject"] for m in root.queue()} == {"ann's own", "bob's own"}
        theirs = next(m for m in root.queue() if m["subject"] == "bob's own")
        root.do("emapi", "queue", "hold", theirs["id"])
        wait_until(lambda: bob.queue()[0]["state"] == "held", lambda: bob.queue())


def explaining(user):
    return subprocess.Popen(
        user.command("mapisend", "--explain", "--to", "bob@example.test", "--body", "x"),
        env=user.environment, text=True, cwd="/", stdout=subprocess.PIPE)


def password(machine):
    secret = machine.state / "password"
    secret.write_text("hush\n")
    os.chmod(secret, 0o600)
    machine.own(secret)
    return "--user", "host", "--password-file", secret


def test_the_dialogue_is_told_as_it_happens(machine, ann):
    """Each line is there before the server has answered the next one."""
    with Thinking("rcpt", "250 2.1.5 Ok", ehlo=["AUTH PLAIN"], users={"host": "hush"}) as server:
        machine.offer("host", *smtp(server.peer), *password(machine))
        machine.start()
        send = explaining(ann)
        early = server.lines_before_the_answer(send, "> RCPT TO")
        late, _ = send.communicate(timeout=30)
    assert re.search(r"\n +\d+\.\d{3} > AUTH PLAIN \*{4} +# our login\n", early)
    assert re.search(r"\n +\d+\.\d{3} < 235 .*\n", early) and "hush" not in early + late
    assert "1 accepted" in late and "> MAIL FROM" not in late, "once is enough"
    wait_until(lambda: not (machine.state / "live").exists(), "the daemon tidies up behind him")
    assert not list(ann.home.rglob("*")), "nothing is left in his home"


def follow_packet(key):
    """"follow" {key ay} as the GVariant (sa{sv}) of ipc.h."""
    assert len(key) == 16
    entry = b"key\0\0\0\0\0" + key + b"\0ay" + bytes([4])
    return b"follow\0\0" + entry + bytes([len(entry), 7])


def test_what_is_told_of_a_machines_mail_is_true(machine, ann):
    """A user has no store there: no Inbox with a report, no Sent Items, no queue to run."""
    def rcpt(line):
        return {"bad": "550 5.1.1 no such user", "slow": "450 4.2.1 later"}.get(
            line.split("<")[1].split("@")[0], "250 ok")

    def explain(*options, **more):
        return ann.do("emapi", "explain", *options, **more).stdout

    with Peer(rcpt=rcpt) as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        future = explain("--to", "bob@example.test")
        assert "the machine's mail service answers" in future and "is emapi itself" in future
        assert f":{peer.port}" not in future, "the server is the administrator's affair"
        sent = ann.send("good", "--explain").stdout
        assert "queue of the machine's mail service" in sent
        past = explain()
        assert "handed the message to the machine's mail service" in past
        assert f"With localhost [127.0.0.1], which calls it" in past
        refused = ann.do("mapisend", "--explain", "--to", "bad@example.test", "--body", "x")
        assert "refused for every recipient: it is not tried again" in refused.stdout
        past += explain()
        assert "Nobody has it. It is not tried again." in past
        waits = ann.do("mapisend", "--to", "slow@example.test", "--body", "x", "--wait", "3")
        assert "safe with the machine's mail service" in waits.stderr
        assert "sooner by: emapi queue retry last" in waits.stderr
        ann.do("emapi", "queue", "retry", "last")
        past += explain()
        assert "in the Outbox of the machine's mail service" in past
        doctor = ann.do("emapi", "doctor").stdout
        assert "the machine's mail service sends its mail, and answers" in doctor
        assert "1 waiting, 0 held" in doctor
        for word in ("Inbox", "Sent Items", "no folder", "A copy"):
            assert word not in past + sent + refused.stdout + waits.stderr
        machine.end()
        assert "FAILED: the machine's mail service does not answer" in explain(
            "--to", "bob@example.test", code=None)
        doctor = ann.do("emapi", "doctor", code=1).stdout
        assert "does not answer: nothing can be handed to it" in doctor
        assert not list(ann.home.rglob("*")), "nobody started a spooler for that"


FORGED = """
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
_, ((_, outbox),) = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID,), 0)
message = store.OpenEntry(outbox, None, mapi.MAPI_BEST_ACCESS).CreateMessage(None, 0)
message.SetProps([(mapitags.PR_SUBJECT_W, "Forged"), (mapitags.PR_BODY_W, "x"),
                  (mapitags.PROP_TAG(mapitags.PT_BINARY, 0x66E9), CLIENT)])
message.ModifyRecipients(mapi.MODRECIP_ADD, [
    ((mapitags.PR_RECIPIENT_TYPE, 1), (mapitags.PR_ADDRTYPE_W, "SMTP"),
     (mapitags.PR_EMAIL_ADDRESS_W, "bob@example.test"), (mapitags.PR_DISPLAY_NAME_W, "Bob"))])
message.SubmitMessage(0)
"""


def program_step(user):
    steps = json.loads(user.do("emapi", "explain", "--json").stdout)["steps"]
    step, = (s for s in steps if s["title"] == "Program")
    profile, = (s for s in steps if s["title"] == "Profile")
    return step["text"], "\n".join(step["details"]), profile["text"]


def test_the_clients_part_goes_with_the_message(machine, ann):
    """Program, profile and why, and the calls, as for a user's own spooler; before any try, too."""
    machine.offer("host", "--smtp", f"localhost:{free_port()}", "--tls", "none")
    machine.start()
    ann.send("waits", "--wait", "1")
    text, details, profile = program_step(ann)
    assert re.fullmatch(r"mapisend \(process \d+, user \S+\) made the message and submitted it", text)
    assert f"user {pwd.getpwuid(ann.uid).pw_name})" in text
    for said in ('MAPILogonEx (MAPI_EXTENDED), profile "host"', "OpenMsgStore", "the default store",
                 "CreateMessage in the Outbox, SetProps, ModifyRecipients",
                 "IMessage::SubmitMessage", "handed the message to the machine's mail service"):
        assert said in details
    assert profile == '"host": it is the default profile'


@pytest.mark.parametrize("client, program", [
    (b"\1\1\0\x22\0\0ssh\x1b[31md\nx\0\xff no reason\0\0\0", "ssh\\x1B[31md\\x0Ax"),
    (b"\1\1\0\x22\0\0" + b"p" * 9000 + b"\0why\0\0\0", "p" * 300),
    (b"\xff" * 500, None), (b"\1", None),
], ids=["control characters", "long", "no such value", "cut off"])
def test_what_a_client_says_of_itself_is_not_believed(machine, ann, client, program):
    """Who and which process is the kernel's word, and texts can be shown on a terminal."""
    with Peer() as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        ann.environment["EMAPI_JOURNEY"] = "off"  # of his own: nothing overwrites the forged one
        ann.do("/usr/bin/python3", "-c", FORGED.replace("CLIENT", repr(client)))
        wait_until(lambda: [m["state"] for m in ann.queue("--all")] == ["filed"],
                   lambda: ann.queue("--all"))
        text, details, _ = program_step(ann)
    if program:
        told = re.fullmatch(r"(.*) \(process (\d+), user (\S+)\) made the message .*", text)
        assert told.group(1) == program
        assert int(told.group(2)) > 1 and told.group(3) == pwd.getpwuid(ann.uid).pw_name
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", text + details)
    else:
        assert text.startswith("handed the message to the machine's mail service")


@several_users
def test_nobody_looks_on_at_anothers_mail(machine, ann, bob):
    """Who knows another's key and asks for its lines hears nothing; a few may look on at a time."""
    with Thinking("rcpt", "250 2.1.5 Ok") as server:
        machine.offer("host", *smtp(server.peer))
        machine.start()
        send = explaining(ann)
        for line in send.stdout:
            if found := re.search(r"submitted: message ([0-9A-F]{32}) ", line):
                break
        assert server.asked.wait(30)
        code = ("import socket, sys\nsockets = []\nfor i in range(5):\n"
                "    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
                "    s.settimeout(1)\n    s.connect(sys.argv[1])\n    sockets.append(s)\n"
                "    s.send(bytes.fromhex(sys.argv[2]))\n    print(s.recv(9999))\n"
                "try:\n    print(sockets[0].recv(9999))\nexcept TimeoutError:\n    print('silence')\n")
        asking = subprocess.Popen(
            bob.command("/usr/bin/python3", "-c", code, machine.run / "queue.sock",
                        follow_packet(bytes.fromhex(found.group(1))).hex()),
            env=bob.environment, text=True, cwd="/", stdout=subprocess.PIPE)
        heard = [asking.stdout.readline() for _ in range(5)]
        server.answer.set()
        heard += asking.communicate(timeout=30)[0].splitlines()
        assert "1 accepted" in send.communicate(timeout=30)[0]
    assert all("ok" in line for line in heard[:4]) and "so many look on" in heard[4], heard
    assert heard[5] == "silence", heard


@several_users
def test_nobody_reads_the_secret_or_the_store(machine, ann):
    secret = machine.state / "password"
    secret.write_text("hush\n")
    os.chmod(secret, 0o600)
    machine.own(secret)
    with Peer(ehlo=["AUTH PLAIN"], users={"host": "hush"}) as peer:
        path = machine.offer("host", *smtp(peer), "--user", "host", "--password-file", secret)
        machine.start()
        ann.send("logged in", "--require-accepted")
        arrived(peer, "logged in")
        for file in (secret, path, machine.state / "host.store", machine.state / "spool.db"):
            assert file.exists()
            assert ann.do("cat", file, code=None).returncode != 0
        assert ann.do("ls", machine.state, code=None).returncode != 0
        # What he can read says nothing of it.
        public = ann.do("cat", machine.run / "profiles" / "host.profile").stdout
        assert "hush" not in public and str(peer.port) not in public and "User" not in public
        # And nobody but the daemon speaks to the scheduler's own socket.
        code = ("import socket, sys\ns = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
                "s.connect(sys.argv[1])\n")
        done = ann.do("/usr/bin/python3", "-c", code, machine.run / "spooler.sock", code=None)
        assert "PermissionError" in done.stderr


def test_the_password_as_a_credential(machine, ann):
    credentials = machine.folder / "credentials"
    credentials.mkdir()
    (credentials / "smtp").write_text("hush\n")
    os.chmod(credentials / "smtp", 0o440)
    machine.own(credentials / "smtp")
    with Peer(ehlo=["AUTH PLAIN"], users={"host": "hush"}) as peer:
        machine.offer("host", *smtp(peer), "--user", "host", "--password-credential", "smtp")
        machine.start(CREDENTIALS_DIRECTORY=str(credentials))
        ann.send("by credential", "--require-accepted")
        arrived(peer, "by credential")


# --- Who may send as whom ---

SEND_AS = r"""
import sys
from win32com.mapi import mapi, mapitags, mapiutil
import pythoncom
profile, claimed, subject = sys.argv[1:4]
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, profile, None, mapi.MAPI_EXTENDED)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
_, values = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID,), 0)
outbox = store.OpenEntry(values[0][1], None, mapi.MAPI_MODIFY)
message = outbox.CreateMessage(None, 0)
message.SetProps([(mapitags.PR_SUBJECT_A, subject.encode()), (mapitags.PR_BODY_A, b"text"),
    (mapitags.PR_SENT_REPRESENTING_NAME_A, b"The Boss"),
    (mapitags.PR_SENT_REPRESENTING_ADDRTYPE_A, b"SMTP"),
    (mapitags.PR_SENT_REPRESENTING_EMAIL_ADDRESS_A, claimed.encode())])
message.ModifyRecipients(mapi.MODRECIP_ADD, [[(mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO),
    (mapitags.PR_DISPLAY_NAME_A, b"Bob"), (mapitags.PR_ADDRTYPE_A, b"SMTP"),
    (mapitags.PR_EMAIL_ADDRESS_A, b"bob@example.test")]])
try:
    message.SubmitMessage(0)
    print("submitted")
except pythoncom.com_error as error:
    print("refused", hex(error.hresult & 0xffffffff))
"""


def send_as(user, claimed, subject, profile="host"):
    return user.do("/usr/bin/python3", "-c", SEND_AS, profile, claimed, subject).stdout.strip()


@several_users
@pytest.mark.parametrize("policy, outcome, sender, others", [
    ("rewrite", "submitted", "games@example.test", None),
    ("refuse", "refused 0x80070005", None, None),
    ("sender", "submitted", "boss@example.test", "games@example.test"),
    ("keep", "submitted", "boss@example.test", None),
])
def test_a_forged_from(machine, ann, policy, outcome, sender, others):
    with Peer() as peer:
        machine.offer("host", *smtp(peer),
                      settings=("MachineDomain=example.test", f"HeaderFrom={policy}"))
        machine.start()
        assert send_as(ann, "boss@example.test", "forged") == outcome
        assert send_as(ann, "games@example.test", "honest") == "submitted"
        honest, = arrived(peer, "honest")
        assert "<games@example.test>" in header(honest, "From") + ">"
        assert header(honest, "Sender") is None
        if sender:
            forged, = arrived(peer, "forged")
            assert sender in header(forged, "From")
            if others:
                assert others in header(forged, "Sender")
            else:
                assert header(forged, "Sender") is None
        else:
            assert len(peer.messages) == 1
            assert "games may not send as boss@example.test" in machine.log()
        # MAIL FROM is the profile's whatever is said.
        assert all("<host@example.test>" in line for line in peer.seen("MAIL"))


@several_users
def test_allowed_senders_and_the_envelope(machine, ann):
    with Peer() as peer:
        machine.offer("host", *smtp(peer), settings=(
            "MachineDomain=example.test", "MachineFrom=news:any, games: boss@example.test",
            "AllowFrom=@example.test"))
        machine.start()
        send_as(ann, "boss@example.test", "allowed")
        send_as(ann, "news@example.test", "not his")
        assert "boss@example.test" in header(arrived(peer, "allowed")[0], "From")
        assert "games@example.test" in header(arrived(peer, "not his")[0], "From")
        assert all("<games@example.test>" in line for line in peer.seen("MAIL"))



@several_users
@pytest.mark.parametrize("kind", ["IPNRN", "IPNNRN"])
def test_a_report_of_reading_is_from_nobody_by_its_envelope(machine, ann, kind):
    """RFC 8098 3: whatever the machine's rules make of the sender."""
    with Peer() as peer:
        machine.offer("host", *smtp(peer), "--machine-domain", "example.test")
        machine.start()
        order = {"do": "submit", "subject": "Read: lunch", "to": ["bob@example.test"],
                 "props": [[0x001A001F, f"REPORT.IPM.Note.{kind}"]]}
        subprocess.run(ann.command("/usr/bin/python3", API), env=ann.environment, cwd="/",
                       input=json.dumps(order), text=True, check=True, timeout=60,
                       capture_output=True)
        wait_until(lambda: peer.messages, lambda: f"it arrives: {machine.log()}")
        assert peer.seen("MAIL")[0].split()[:2] == ["MAIL", "FROM:<>"]
        assert "games@example.test" in header(peer.messages[0], "From")

RAW = b"""From: %s
To: bob@example.test
Subject: raw
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

caf\xe9 \t trailing blanks  
.
From here on nothing is touched.
"""


@several_users
def test_sendmail_sends_whole_mails(machine, ann):
    """What is allowed stays byte for byte; a forged From is rewritten in the mail's own header."""
    with Peer(ehlo=["8BITMIME"]) as peer:
        machine.offer("host", *smtp(peer), "--machine-domain", "example.test")
        machine.start()
        for claimed in (b"Games <games@example.test>", b"The Boss <boss@example.test>"):
            subprocess.run(ann.command("emapi-sendmail", "-i", "-t"), env=ann.environment, cwd="/",
                           input=RAW % claimed, check=True, timeout=60)
        wait_until(lambda: len(peer.messages) == 2, lambda: f"both arrive: {machine.log()}")
        honest, forged = sorted(peer.messages, key=lambda m: b"Games" not in m)
        assert b"\r\nFrom: Games <games@example.test>\r\n" in b"\r\n" + honest
        assert b"boss" not in forged and b"<games@example.test>\r\n" in forged
        body = RAW.split(b"\n\n", 1)[1].replace(b"\n", b"\r\n")
        assert honest.split(b"\r\n\r\n", 1)[1] == body == forged.split(b"\r\n\r\n", 1)[1]


@several_users
def test_nobody_forges_by_what_he_sends_raw(machine, ann):
    """A client of his own making: packets that no library of ours sends."""
    with Peer() as peer:
        machine.offer("host", *smtp(peer), settings=("MachineDomain=example.test",))
        machine.start()
        nonsense = ("import os, socket, sys, array\n"
                    "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
                    "s.connect(sys.argv[1])\n"
                    "fd = os.memfd_create('x', os.MFD_ALLOW_SEALING)\n"
                    "os.write(fd, b'EMAPIPCL' + b'\\1' + bytes(100))\n"
                    "s.sendmsg([os.urandom(500)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,"
                    " array.array('i', [fd, fd]))])\n"
                    "print(len(s.recv(100)))\n")
        for name in ("submit.sock", "queue.sock"):
            done = ann.do("/usr/bin/python3", "-c", nonsense, machine.run / name)
            assert done.stdout.strip() == "0"  # cut off
        ann.send("still there", "--require-accepted")


@several_users
def test_connections_of_one_user_do_not_shut_out_others(machine, ann, bob):
    with Peer() as peer:
        machine.offer("host", *smtp(peer))
        machine.start()
        hog = subprocess.Popen(ann.command(
            "/usr/bin/python3", "-c",
            "import socket, sys, time\nheld = []\n"
            "for path in sys.argv[1:]:\n"
            "    for n in range(200):\n"
            "        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
            "        s.connect(path); held.append(s)\n"
            "print('held', flush=True); time.sleep(60)\n",
            machine.run / "submit.sock", machine.run / "queue.sock"), stdout=subprocess.PIPE)
        try:
            assert hog.stdout.readline() == b"held\n"
            bob.send("in time", "--require-accepted")
        finally:
            hog.kill()
            hog.wait()


def test_a_message_over_the_limit_is_refused(machine, ann):
    with Peer() as peer:
        machine.offer("host", *smtp(peer), settings=("MaxSize=100000",))
        machine.start()
        done = ann.do("mapisend", "--to", "bob@example.test", input="x" * 100001, code=None)
        assert done.returncode != 0 and "takes 100000 at most" in done.stderr
        ann.send("small", "--require-accepted")


# --- Nothing lost, nothing doubled ---

@pytest.mark.parametrize("victim", ["daemon", "receiver"])
def test_killed_while_users_submit(machine, ann, victim):
    """SIGKILL at random instants: what was answered arrives, once; who was cut off asks again."""
    count, accepted, failed = 40, [], []
    enough = threading.Event()  # of kills; a quick machine sends more mail meanwhile
    with Peer() as peer:
        machine.offer("host", *smtp(peer))
        machine.start()

        def submit(n):
            done = ann.send(f"number {n}", "--wait", "0", code=None)
            (accepted if done.returncode == 0 else failed).append(n)

        def work(numbers):
            for n in numbers:
                if n >= count and enough.is_set():
                    break
                submit(n)
        workers = [threading.Thread(target=work, args=(itertools.count(w, 4),)) for w in range(4)]
        for worker in workers:
            worker.start()
        kills = 0
        while any(w.is_alive() for w in workers):
            time.sleep(0.08)
            if victim == "daemon":
                machine.end(signal.SIGKILL)
                machine.start()
                kills += 1
            else:
                for pid in machine.children("--receive")[:1]:
                    os.kill(pid, signal.SIGKILL)
                    kills += 1
            if kills > 5:
                enough.set()
        for worker in workers:
            worker.join()

        def numbers():
            return sorted(int(n) for m in peer.messages
                          for n in re.findall(rb"Subject: number (\d+)\r\n", m))
        wait_until(lambda: set(accepted) <= set(numbers()),
                   lambda: f"missing: {set(accepted) - set(numbers())}; {machine.log()[-3000:]}", 60)
        time.sleep(0.5)
        doubles = [n for n in set(numbers()) if numbers().count(n) > 1]
        # A daemon that dies may take a worker's word with it only in the window of the contract,
        # between the server's reply and its record; receivers have no such window.
        assert len(doubles) <= (kills if victim == "daemon" else 0), doubles
        # Each that asked again has been answered: the daemon comes back in time.
        assert not failed, failed
