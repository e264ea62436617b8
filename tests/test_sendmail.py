# SPDX-License-Identifier: MIT
"""emapi-sendmail in the place of /usr/sbin/sendmail: its contract, and the programs that call it.

Mail goes the whole way: as root into a private Postfix by STARTTLS and login, and from there into a
Maildir; else into a pickup folder."""

import email
import email.policy
import os
import pathlib
import re
import shutil
import subprocess
import time
import uuid

import pytest
from conftest import needs_root
from mailserver import wait_until

SENDMAIL = shutil.which("emapi-sendmail")


def without_envelope(data):
    """A picked up mail with the line ends of this system; its envelope is gone."""
    return re.sub(rb"\A(X-(Sender|Receiver): [^\n]*\n)+", b"", data.replace(b"\r\n", b"\n"))


class Mailboxes:
    """Who got what, whatever the transport."""

    def __init__(self, home, system):
        self.home, self.system = home, system

    def raw(self, user):
        if self.system:
            return self.system.messages(user)
        line = b"X-Receiver: %s@example.test\n" % user.encode()
        mails = [path.read_bytes() for path in self.home.picked_up()]
        return [without_envelope(m) for m in mails
                if line in m.replace(b"\r\n", b"\n").split(b"\n\n")[0] + b"\n"]

    def find(self, user, mark):
        return [m for m in self.raw(user) if mark.encode() in m]

    def wait(self, user, mark):
        """The one mail of the user that has the mark in it, as bytes."""
        def words():
            return f"{mark} for {user}\n{self.home.spooler_log()}" + \
                (self.system.postfix.log()[-3000:] if self.system else "")
        found = wait_until(lambda: self.find(user, mark), words)
        assert len(found) == 1
        return found[0]


def body_of(mail):
    return mail.split(b"\n\n", 1)[1]


def parsed(mail):
    return email.message_from_bytes(mail, policy=email.policy.default)


@pytest.fixture
def boxes(home, request):
    """A profile that works, and where its mail arrives."""
    # Where the build is under a sanitizer, its runtime is for our programs, which have it built in.
    home.environment.pop("LD_PRELOAD", None)
    if os.geteuid() == 0:
        system = request.getfixturevalue("mail_system")
        home.smtp_profile(system)
        return Mailboxes(home, system)
    home.pickup_profile()
    return Mailboxes(home, None)


def needs(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {' '.join(missing)}")


def send(home, data, *arguments, code=0):
    data = data if isinstance(data, bytes) else data.encode()
    done = subprocess.run([SENDMAIL, *map(str, arguments)], input=data, env=home.environment,
                          capture_output=True, timeout=60, cwd=home.folder)
    assert done.returncode == code, (done.returncode, done.stderr.decode())
    return done


def one_picked_up(home):
    wait_until(home.picked_up, lambda: f"a file in the pickup folder\n{home.spooler_log()}")
    path, = home.picked_up()
    data = path.read_bytes()
    head = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    sender = [line[10:] for line in head if line.startswith("X-Sender: ")]
    receivers = [line[12:] for line in head if line.startswith("X-Receiver: ")]
    path.unlink()
    assert len(sender) == 1
    return sender[0], receivers, without_envelope(data)


# --- The contract --------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, code, words", [
    ([], 64, "no recipients"),
    (["-i"], 64, "no recipients"),
    (["-t"], 64, "the header names none"),
    (["-bd"], 78, "takes no mail from the network"),
    (["-bD"], 78, "takes no mail from the network"),
    (["-bx"], 64, "no such mode"),
    (["-y"], 64, "no such option"),
    (["-f"], 64, "an argument is missing"),
    (["-N", "sometimes", "bob@example.test"], 64, "-N takes"),
    (["-N", "never,delay", "bob@example.test"], 64, "-N takes"),
    (["-R", "some", "bob@example.test"], 64, "-R takes"),
    (["-B", "9BIT", "bob@example.test"], 64, "-B takes"),
    (["bob@example.test", "-f", "x@example.test"], 64, "options stand before addresses"),
    (["bob@example.test", "-oQ/tmp"], 64, "options stand before addresses"),
    (["bob@"], 65, "bob@"),
    (["Bob Example"], 65, "words without an address"),
    (["|/bin/cat"], 65, "not to programs"),
    (["/tmp/file"], 65, "not to programs"),
    (["-f", "a@b@c", "bob@example.test"], 65, "a@b@c"),
    (["-C", "nosuch", "bob@example.test"], 78, "nosuch"),
    (["bob@example.test\nRCPT TO:<eve@example.test>"], 65, ""),
])
def test_refused(home, arguments, code, words):
    home.pickup_profile()
    done = send(home, "Subject: x\n\nx\n", *arguments, code=code)
    error = done.stderr.decode()
    assert words in error
    assert code == 78 and "-b" in arguments[0] or "nothing was stored" in error
    assert "Nothing waits." in home.run("emapi", "queue", "list").stdout
    assert home.picked_up() == []


def test_without_a_profile(home):
    done = send(home, "x", "bob@example.test", code=78)
    assert b"emapi profile create" in done.stderr
    home.pickup_profile()
    home.environment["EMAPI_PROFILE"] = "other"
    assert b'"other"' in send(home, "x", "bob@example.test", code=78).stderr
    send(home, "x", "-C", "test", "bob@example.test")
    # Where others have their configuration says nothing here.
    del home.environment["EMAPI_PROFILE"]
    send(home, "x", "-C/etc/mail/sendmail.cf", "bob@example.test")


def test_a_profile_of_nobody(home):
    home.pickup_profile()
    home.run("emapi", "profile", "set", "test", "FromAddress=")
    for arguments in (["bob@example.test"], ["-bs"], ["-bv", "bob@example.test"]):
        assert b"FromAddress" in send(home, "x", *arguments, code=78).stderr


HARMLESS = ["-Am", "-Ac", "-G", "-U", "-m", "-n", "-oem", "-oee", "-odb", "-oi", "-o7", "-L", "tag",
            "-h", "3", "-O", "Timeout.queuereturn=1d", "-p", "ESMTP", "-em", "-d0.1", "-x", "-T",
            "-Mabc", "-s"]


def test_harmless_options_are_accepted(home):
    home.pickup_profile()
    send(home, "Subject: x\n\nx\n.\ny\n", *HARMLESS, "bob@example.test")
    assert body_of(one_picked_up(home)[2]) == b"x\n.\ny\n"


@pytest.mark.parametrize("arguments, body", [
    ([], b"one\n"), (["-i"], b"one\n.\ntwo\n..\n"), (["-oi"], b"one\n.\ntwo\n..\n"),
    (["-ti"], b"one\n.\ntwo\n..\n"),
])
def test_a_dot_alone(home, arguments, body):
    home.pickup_profile()
    send(home, b"To: bob@example.test\n\none\n.\ntwo\n..\n", *arguments, "bob@example.test")
    assert body_of(one_picked_up(home)[2]) == body


HEADER = """To: "Example, Bob" <bob@example.test>, (hidden) carol @ example.test
Cc: team: dave@example.test, erin@example.test;
Bcc: frank@example.test,
 grace@example.test
Subject: s

"""


def test_recipients_of_the_header(home):
    home.pickup_profile()
    send(home, HEADER, "-t")
    sender, receivers, mail = one_picked_up(home)
    names = ["bob", "carol", "dave", "erin", "frank", "grace"]
    assert receivers == [f"{n}@example.test" for n in names]
    assert sender == "ann@example.test"
    assert b"Bcc" not in mail and b"frank" not in mail and b"grace" not in mail
    assert parsed(mail)["to"].addresses[0].display_name == "Example, Bob"


def test_recipients_of_both(home):
    home.pickup_profile()
    send(home, HEADER, "-t", "heidi@example.test", "Bob@example.test")
    assert sorted(one_picked_up(home)[1]) == \
        ["Bob@example.test"] + [f"{n}@example.test" for n in
                                ("carol", "dave", "erin", "frank", "grace", "heidi")]
    send(home, HEADER, "heidi@example.test")
    assert one_picked_up(home)[1] == ["heidi@example.test"]


def test_sent_on(home):
    """Resent- fields name the recipients then, and those of the first sending are left alone."""
    home.pickup_profile()
    mail = ("Resent-To: bob@example.test\nResent-Bcc: carol@example.test\n"
            "Date: Mon, 1 Jan 2024 00:00:00 +0000\nFrom: x@example.org\n"
            "To: first@example.org\nMessage-ID: <1@example.org>\n\ntext\n")
    send(home, mail, "-t")
    _, receivers, got = one_picked_up(home)
    assert receivers == ["bob@example.test", "carol@example.test"]
    got = parsed(got)
    assert got["Message-ID"] == "<1@example.org>" and len(got.get_all("Date")) == 1
    assert got["Resent-From"] == "Ann Sender <ann@example.test>"
    assert got["Resent-Message-ID"] and got["Resent-Date"] and not got["Resent-Bcc"]


def test_a_bad_address_stores_nothing(home):
    home.pickup_profile()
    done = send(home, "To: bob@example.test, Carol <carol@\n\nx\n", "-t", code=65)
    assert b"the header's To" in done.stderr
    # A header that nobody asked to read by may be as it likes.
    send(home, "To: Carol <carol@\n\nx\n", "bob@example.test")
    assert one_picked_up(home)[1] == ["bob@example.test"]


@pytest.mark.parametrize("settings, arguments, sender", [
    ([], [], "ann@example.test"),
    ([], ["-f", "web@example.test"], "ann@example.test"),
    ([], ["-f", "<>"], "ann@example.test"),
    ([], ["-f", "www-data"], "ann@example.test"),
    (["AllowFrom=@example.test"], ["-f", "web@example.test"], "web@example.test"),
    (["AllowFrom=@example.test"], ["-r", "Web <web@example.test>"], "web@example.test"),
    (["AllowFrom=@example.test"], ["-f", "web@example.org"], "ann@example.test"),
    (["AllowFrom=<>, x@example.org"], ["-f", ""], "<>"),
    (["AllowFrom=any"], ["-f", "web@example.org"], "web@example.org"),
])
def test_envelope_sender(home, settings, arguments, sender):
    """The profile says who may be MAIL FROM; the header is not touched by that."""
    home.pickup_profile()
    for setting in settings:
        home.run("emapi", "profile", "set", "test", setting)
    send(home, "From: X <x@example.org>\nTo: bob@example.test\n\nx\n", *arguments, "-t")
    got, _, mail = one_picked_up(home)
    assert got == sender
    assert parsed(mail)["From"] == "X <x@example.org>" and parsed(mail)["Sender"] is None


@pytest.mark.parametrize("policy, fields", [
    ("keep", {"From": "X <x@example.org>", "Sender": None, "Reply-To": None}),
    ("sender", {"From": "X <x@example.org>", "Sender": "ann@example.test", "Reply-To": None}),
    ("rewrite", {"From": "X <ann@example.test>", "Sender": None, "Reply-To": "x@example.org"}),
])
def test_from_of_someone_else(home, policy, fields):
    home.pickup_profile()
    home.run("emapi", "profile", "set", "test", f"HeaderFrom={policy}", "AllowFrom=web@example.test")
    send(home, "From: X <x@example.org>\nTo: bob@example.test\n\nx\n", "-t")
    mail = parsed(one_picked_up(home)[2])
    assert {name: mail[name] for name in fields} == fields
    send(home, "From: Web <web@example.test>\nTo: bob@example.test\n\nx\n", "-t")
    mail = parsed(one_picked_up(home)[2])
    assert (mail["From"], mail["Sender"], mail["Reply-To"]) == \
        ("Web <web@example.test>", None, None)


@pytest.mark.parametrize("settings, address", [
    ([], "ann@example.test"),
    (["LocalTo=admin@example.test"], "admin@example.test"),
    (["LocalTo=@example.org"], "root@example.org"),
])
def test_local_users(home, settings, address):
    home.pickup_profile()
    for setting in settings:
        home.run("emapi", "profile", "set", "test", setting)
    send(home, "From: root (Cron Daemon)\nTo: root\n\nx\n", "root")
    _, receivers, mail = one_picked_up(home)
    assert receivers == [address]
    assert b"\nFrom: ann@example.test (Cron Daemon)\nTo: %s\n" % address.encode() in b"\n" + mail


def test_what_is_missing_is_added(home):
    home.pickup_profile()
    send(home, "just text: no header\n", "-F", "Größe \"X\"", "bob@example.test")
    mail = parsed(one_picked_up(home)[2])
    assert mail["From"].addresses[0].display_name == 'Größe "X"'
    assert mail["From"].addresses[0].addr_spec == "ann@example.test"
    assert mail["Date"] and mail["Message-ID"].endswith("@example.test>")
    assert mail.get_content() == "just text: no header\n"


def test_a_mailbox_file_line(home):
    home.pickup_profile()
    send(home, "From ann Mon Jan  1 00:00:00 2024\nSubject: s\n\nFrom here\n", "bob@example.test")
    mail = one_picked_up(home)[2]
    assert parsed(mail)["Subject"] == "s" and body_of(mail) == b"From here\n"


@pytest.mark.parametrize("data", [
    b"", b"\n", b"\n\n", b"text without an end", b"Subject: only a header",
    b"Subject: \xff\xfe\xfc\n\n\x00\xff\x80\n", b"A: " + b"x" * 200000 + b"\n\n" + b"y" * 300000,
    b":\n\nx\n", b"Subject: x\r\n\r\nx\r\n",
], ids=range(9))
def test_any_bytes(home, data):
    home.pickup_profile()
    send(home, data, "-i", "bob@example.test")
    mail = one_picked_up(home)[2]
    data = data.replace(b"\r\n", b"\n")
    assert mail.endswith((data, data + b"\n", data + b"\n\n")) and mail.endswith(b"\n")


def test_sent_items_can_be_read(home):
    home.pickup_profile()
    send(home, "From: Jörg <j@example.test>\nTo: Bob <bob@example.test>, x@example.test\n"
         "Subject: =?iso-8859-1?q?Gr=FC=DFe?=\nMessage-ID: <m@example.test>\n\ntext\n",
         "bob@example.test", "carol@example.test")
    one_picked_up(home)
    script = """
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, '', None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
table = session.GetMsgStoresTable(0)
rows = mapi.HrQueryAllRows(table, (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
hr, props = store.GetProps((mapitags.PR_IPM_SENTMAIL_ENTRYID,), 0)
folder = store.OpenEntry(props[0][1], None, 0)
for row in mapi.HrQueryAllRows(folder.GetContentsTable(0),
        (mapitags.PR_SUBJECT_W, mapitags.PR_SENT_REPRESENTING_NAME_W, mapitags.PR_DISPLAY_TO_W,
         mapitags.PR_DISPLAY_BCC_W), None, None, 0):
    print([value for tag, value in row])
"""
    wait_until(lambda: "Jörg" in home.run("/usr/bin/python3", "-c", script).stdout,
               "the mail is in Sent Items")
    assert home.run("/usr/bin/python3", "-c", script).stdout.strip() == \
        "['Grüße', 'Jörg', 'Bob', 'carol@example.test']"


def test_no_end_of_stdin_no_mail(home):
    """A program that is killed while it writes leaves a pipe that ends: that is all one can know.
    But what cannot be read is no mail."""
    home.pickup_profile()
    done = subprocess.run([SENDMAIL, "bob@example.test"], stdin=os.open("/", os.O_RDONLY),
                          env=home.environment, capture_output=True)
    assert done.returncode == 74 and b"Is a directory" in done.stderr
    done = subprocess.run(["sh", "-c", f"exec {SENDMAIL} bob@example.test <&-"],
                          env=home.environment, capture_output=True)
    assert done.returncode == 74
    assert home.picked_up() == []


# --- Other modes ---------------------------------------------------------------------------------

def unreachable(home):
    home.profile("test", "--from", "Ann <ann@example.test>", "--smtp", "127.0.0.1:1", "--tls", "none")


def named(home, name):
    path = home.folder / name
    path.symlink_to(SENDMAIL)
    return path


def test_mailq(home):
    home.pickup_profile("other")
    unreachable(home)
    assert home.run(named(home, "mailq")).stdout == "Mail queue is empty\n"
    send(home, "Subject: waits\n\nx\n", "bob@example.test", "carol@example.test")
    out = wait_until(lambda: "refused" in (q := send(home, "", "-bp").stdout.decode()) and q,
                     lambda: send(home, "", "-bp").stdout.decode())
    assert re.search(r"^[0-9A-F]{8}[ *!]? .* test: waits$", out, re.M)
    assert "bob@example.test\n" in out and "carol@example.test\n" in out
    assert out.endswith("\n-- 1 Request.\n")
    identity = re.search(r"^([0-9A-F]{8})", out, re.M).group(1)
    send(home, "", f"-qI{identity}")
    send(home, "", "-qRcarol")
    send(home, "", "-q15m")
    assert b"no message" in send(home, "", "-qRnobody").stderr


def test_the_queue_is_run(home, request):
    if os.geteuid() != 0:
        pytest.skip("needs a server that is away and comes back: Postfix's master needs root")
    system = request.getfixturevalue("mail_system")
    unreachable(home)
    mark = uuid.uuid4().hex
    send(home, f"Subject: {mark}\n\nx\n", "bob1@example.test")
    wait_until(lambda: "refused" in home.run("emapi", "queue", "list").stdout, "a first try")
    home.run("emapi", "profile", "set", "test", "Server=localhost", f"Port={system.port}",
             "TLS=starttls", f"CAFile={system.authority.ca}", "User=ann",
             "PasswordCommand=echo 'secret of ann'")
    send(home, "", "-q")
    Mailboxes(home, system).wait("other", mark)


def test_newaliases(home):
    assert "no aliases" in home.run(named(home, "newaliases")).stdout
    assert b"no aliases" in send(home, "", "-bi").stdout


def test_verify(home):
    home.pickup_profile()
    out = send(home, "", "-bv", "Bob <bob@example.test>", "root").stdout.decode()
    assert out.startswith("bob@example.test... ") and "\nann@example.test... " in out
    send(home, "", "-bv", "bob@", code=65)
    assert home.picked_up() == []


def test_verbose_tells_the_outcome(home):
    home.pickup_profile()
    out = send(home, "Subject: x\n\nx\n", "-v", "bob@example.test").stdout.decode()
    assert re.search(r"^stored as [0-9A-F]{8}, profile \"test\", 1 recipient$", out, re.M)
    assert "bob@example.test: accepted" in out


def dialogue(home, *lines, arguments=("-bs",)):
    done = send(home, b"".join(line if isinstance(line, bytes) else line.encode() + b"\r\n"
                               for line in lines), *arguments)
    out = done.stdout.decode()
    assert "\n" not in out.replace("\r\n", "")
    return [line[:3] for line in out.split("\r\n") if line[3:4] != "-"][:-1]


def test_smtp_dialogue(home):
    home.pickup_profile()
    codes = dialogue(home, "EHLO me", "MAIL FROM:<x@example.test> BODY=8BITMIME SIZE=3",
                     "RCPT TO:<bob@example.test> NOTIFY=NEVER", "RCPT TO:<>", "RCPT TO:<bad@>",
                     'rcpt to:<"a > b"@example.test>', "DATA",
                     b"Subject: s\r\n\r\n..\r\n...\r\nlone\n.\nlf\r\n.\r\n",
                     "NOOP", "VRFY x", "BREW", "QUIT", "NOOP")
    assert codes == ["220", "250", "250", "250", "501", "501", "250", "354", "250", "250", "252",
                     "502", "221"]
    _, receivers, mail = one_picked_up(home)
    assert receivers == ["bob@example.test", '"a > b"@example.test']
    assert body_of(mail) == b".\n..\nlone\n.\nlf\n"


def test_smtp_order_and_limits(home):
    home.pickup_profile()
    assert dialogue(home, "RCPT TO:<bob@example.test>", "DATA", "MAIL FROM:ann@example.test",
                    "MAIL FROM:<ann@example.test> NEWS=1", "MAIL FROM:<ann@example.test>",
                    "MAIL FROM:<ann@example.test>", "DATA", "RSET", "DATA") == \
        ["220", "503", "503", "501", "555", "250", "503", "554", "250", "503"]
    assert dialogue(home, *["x"] * 100) == ["220"] + ["502"] * 20 + ["421"]
    assert dialogue(home, b"x" * 200000 + b"\r\n", b"MAIL\0 FROM:<a@b>\r\n") == ["220", "502", "500"]


def test_smtp_cut_off(home):
    """Without its final dot a mail is none, whatever stands in it."""
    home.pickup_profile()
    start = ("MAIL FROM:<ann@example.test>", "RCPT TO:<bob@example.test>", "DATA")
    for body in (b"Subject: s\r\n\r\nhalf", b"Subject: s\r\n\r\nhalf\n.\n", b"x\r\n.", b"x\r\n.\r",
                 b"y" * 200000):
        assert dialogue(home, *start, body) == ["220", "250", "250", "354"]
    assert "Nothing waits." in home.run("emapi", "queue", "list").stdout
    assert home.picked_up() == []


def test_smtp_two_mails(home):
    home.pickup_profile()
    lines = []
    for n in "12":
        lines += ["MAIL FROM:<ann@example.test>", f"RCPT TO:<bob{n}@example.test>", "DATA",
                  f"Subject: {n}", "", "text " * 50000, "."]
    assert dialogue(home, *lines, "QUIT").count("250") == 6
    wait_until(lambda: len(home.picked_up()) == 2, "two files")
    for path in home.picked_up():
        mail = path.read_bytes()
        n = re.search(rb"Subject: (.)", mail).group(1)
        assert b"X-Receiver: bob%s@example.test\r\n" % n in mail and mail.count(b"text ") == 50000


def test_smtp_lines_of_lf(home):
    home.pickup_profile()
    assert dialogue(home, b"MAIL FROM:<ann@example.test>\nRCPT TO:<bob@example.test>\nDATA\n"
                    b"\n..\nx\n.\nQUIT\n") == ["220", "250", "250", "354", "250", "221"]
    assert body_of(one_picked_up(home)[2]) == b".\nx\n"


def test_log(home):
    """-X writes only into a log that its owner has made for it."""
    home.pickup_profile()
    log = home.folder / "log"
    send(home, "x", "-X", log, "bob@example.test", code=73)
    assert not log.exists()
    log.write_text("<?php // index.php")
    log.chmod(0o600)
    send(home, "x", "-X", log, "bob@example.test", code=73)
    assert log.read_text() == "<?php // index.php"
    log.write_text("")
    log.chmod(0o644)
    send(home, "x", "-X", log, "bob@example.test", code=73)
    log.chmod(0o600)
    send(home, "Subject: x\n\nbody of it\n", "-X", log, "bob@example.test")
    send(home, "MAIL FROM:<ann@example.test>\r\nQUIT\r\n", "-bs", "-X", log)
    text = log.read_text()
    assert "body of it\n" in text and "MAIL FROM:<ann@example.test>" in text and "221" in text
    assert text.count("=== emapi-sendmail ") == 2 and "=== exit 0\n" in text


# --- The whole way -------------------------------------------------------------------------------

@needs_root
def test_delivery_reports_are_asked_for(home, mail_system):
    home.smtp_profile(mail_system)
    mark = uuid.uuid4().hex
    out = send(home, f"Subject: {mark}\n\nx\n", "-v", "-N", "failure,delay", "-R", "hdrs", "-V",
               "a+b=c", "carol@example.test").stdout
    assert b"accepted" in out
    shown = home.run("emapi", "queue", "show", "--dialogue", "last").stdout
    assert re.search(r"MAIL FROM:<ann@example.test>.* RET=HDRS ENVID=a\+2Bb\+3Dc", shown), shown
    assert "RCPT TO:<carol@example.test> NOTIFY=FAILURE,DELAY" in shown


SIGNED_TEXT = ("Grüße,\n.\n..\nFrom the start of a line\ntrailing blanks  \t\n" + "x" * 900 +
               "\n\n-- \nAnn\n")


@needs("openssl")
def test_a_signed_mail_stays_signed(home, boxes):
    mark = uuid.uuid4().hex
    folder = home.folder
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key",
                    "-out", "cert", "-subj", "/CN=Ann/emailAddress=ann@example.test",
                    "-addext", "keyUsage=digitalSignature", "-addext",
                    "extendedKeyUsage=emailProtection"],
                   cwd=folder, check=True, capture_output=True)
    (folder / "text").write_text("Content-Type: text/plain; charset=utf-8\n"
                                 "Content-Transfer-Encoding: 8bit\n\n" + SIGNED_TEXT)
    signed = subprocess.run(["openssl", "cms", "-sign", "-in", "text", "-signer", "cert", "-inkey",
                             "key", "-from", "ann@example.test", "-to", "carol@example.test",
                             "-subject", mark], cwd=folder, check=True, capture_output=True).stdout
    send(home, signed, "-t", "-i")
    mail = boxes.wait("carol", mark)
    assert body_of(mail) == body_of(signed.replace(b"\r\n", b"\n"))
    (folder / "arrived").write_bytes(mail)
    done = subprocess.run(["openssl", "cms", "-verify", "-in", "arrived", "-CAfile", "cert"],
                          cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert SIGNED_TEXT.encode() in done.stdout.replace(b"\r\n", b"\n")


def test_all_bytes_that_mail_can_hold(home, boxes):
    mark = uuid.uuid4().hex
    body = bytes(b for b in range(1, 256) if b != 13) * 3
    body = b"\n".join(body[i:i + 700] for i in range(0, len(body), 700)) + b"\n"
    send(home, f"Subject: {mark}\n\n".encode() + body, "-i", "carol@example.test")
    assert body_of(boxes.wait("carol", mark)) == body


def test_cron(home, boxes):
    """Debian's cron: its call, its header, and an environment as poor as its."""
    mark = uuid.uuid4().hex
    home.environment = {name: value for name, value in home.environment.items()
                        if not name.startswith(("XDG_", "LC_", "LANG"))}
    for xdg, name in (("config_home", ".config"), ("data_home", ".local/share"),
                      ("state_home", ".local/state")):
        link = home.folder / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(home.folder / xdg)
    header = (f"From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@box> backup {mark} größer\n"
              "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
              "Content-Transfer-Encoding: 8bit\nX-Cron-Env: <SHELL=/bin/sh>\n"
              "X-Cron-Env: <HOME=/root>\n\n")
    done = subprocess.run(["/bin/sh", "-c", f"{SENDMAIL} -i -FCronDaemon -B8BITMIME -oem root"],
                          input=(header + "backup: zu groß\n.\n").encode(), env=home.environment,
                          capture_output=True, cwd="/")
    assert done.returncode == 0 and done.stdout + done.stderr == b""
    mail = boxes.wait("ann", mark)
    assert body_of(mail) == "backup: zu groß\n.\n".encode()
    assert f"Subject: Cron <root@box> backup {mark} größer\n".encode() in mail
    assert parsed(mail)["From"].addresses[0].addr_spec == "ann@example.test"


@needs("php")
def test_php_mail(home, boxes):
    mark = uuid.uuid4().hex
    script = f"""
        exit(mail('Carol <carol@example.test>, dave@example.test', '{mark} =?UTF-8?Q?=C3=BC?=',
            "Zeile eins\\r\\n.\\r\\nZeile drei: größer\\r\\n",
            ['From' => 'Shop <shop@example.test>', 'Bcc' => 'erin@example.test',
             'Content-Type' => 'text/plain; charset=utf-8', 'X-Mailer' => 'PHP'],
            '-fshop@example.test') ? 0 : 1);"""
    home.run("emapi", "profile", "set", "test", "AllowFrom=shop@example.test") \
        if not boxes.system else None
    home.run("php", "-n", "-d", f"sendmail_path={SENDMAIL} -t -i", "-r", script)
    for user in ("carol", "dave", "erin"):
        mail = boxes.wait(user, mark)
        assert body_of(mail).rstrip(b"\n") == "Zeile eins\n.\nZeile drei: größer".encode()
        assert parsed(mail)["From"] == "Shop <shop@example.test>"
        assert parsed(mail)["Subject"] == f"{mark} ü" and b"erin" not in body_of(b"\n\n" + mail) \
            .split(b"From: Shop")[1]


def test_php_mail_reports_failure(home):
    if not shutil.which("php"):
        pytest.skip("not installed: php")
    home.run("php", "-n", "-d", f"sendmail_path={SENDMAIL} -t -i", "-r",
             "exit(mail('carol@example.test', 's', 'b') ? 0 : 1);", code=1)


def git_send_email():
    if not shutil.which("git"):
        return False
    folder = subprocess.run(["git", "--exec-path"], capture_output=True, text=True).stdout.strip()
    return (pathlib.Path(folder) / "git-send-email").exists()


@pytest.mark.skipif(not git_send_email(), reason="not installed: git-email")
def test_git_send_email(home, boxes):
    """What arrives is applied, and gives the very tree, author and words that were sent."""
    mark = uuid.uuid4().hex
    environment = {**home.environment, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Jörg Groß",
                   "GIT_AUTHOR_EMAIL": "ann@example.test", "GIT_COMMITTER_NAME": "C",
                   "GIT_COMMITTER_EMAIL": "c@example.test",
                   "GIT_COMMITTER_DATE": "2026-11-23T10:00:00Z",
                   "GIT_AUTHOR_DATE": "2026-11-23T10:00:00Z"}

    def git(where, *arguments, **options):
        return subprocess.run(["git", *arguments], cwd=where, env=environment, check=True,
                              capture_output=True, **options).stdout

    for name in ("sent", "applied"):
        (home.folder / name).mkdir()
        git(home.folder / name, "init", "-q")
        git(home.folder / name, "commit", "-q", "--allow-empty", "-m", "start")
    text = home.folder / "sent" / "text"
    text.write_bytes("größer\n.\n..\nFrom here\ntab\tand blanks   \n\n漢字\n".encode() + b"y" * 800)
    git(home.folder / "sent", "add", "text")
    git(home.folder / "sent", "commit", "-q", "-m", f"Grüße aus Köln\n\nEin Absatz: ß {mark}.")
    git(home.folder / "sent", "send-email", f"--smtp-server={SENDMAIL}", "--from",
        "Jörg Groß <ann@example.test>", "--to=carol@example.test", "--cc=dave@example.test",
        "--confirm=never", "--transfer-encoding=8bit", "--suppress-cc=all", "-1")
    for user in ("carol", "dave"):
        mail = boxes.wait(user, mark)
    git(home.folder / "applied", "am", "--keep-cr", input=mail)
    # The date is that of the mail: git send-email gives it the time of sending.
    commit = "--format=%T %an %ae %B"
    assert git(home.folder / "applied", "log", "-1", commit) == \
        git(home.folder / "sent", "log", "-1", commit)


@needs("mutt")
def test_mutt(home, boxes):
    mark = uuid.uuid4().hex
    data = bytes(range(256)) * 100
    (home.folder / "data.bin").write_bytes(data)
    home.run("env", "-u", "LD_PRELOAD", "mutt", "-n", "-F", "/dev/null", "-e",
             f'set sendmail="{SENDMAIL} -oem -oi"', "-e",
             "set from=ann@example.test use_from=yes use_envelope_from=yes copy=no", "-s",
             f"Grüße {mark}", "-c", "dave@example.test", "-b", "erin@example.test", "-a",
             home.folder / "data.bin", "--", "carol@example.test", input="größer\n.\nend\n")
    for user in ("carol", "dave", "erin"):
        mail = parsed(boxes.wait(user, mark))
        assert mail["Subject"] == f"Grüße {mark}" and mail["Bcc"] is None
        assert mail.get_body().get_content() == "größer\n.\nend\n"
        assert next(mail.iter_attachments()).get_content() == data


@needs("s-nail")
def test_s_nail(home, boxes):
    mark = uuid.uuid4().hex
    home.run("s-nail", "-n", "-S", "v15-compat", "-S", f"mta={SENDMAIL}", "-S", "sendwait", "-S",
             "from=ann@example.test", "-r", "ann@example.test", "-s", f"Grüße {mark}", "-c",
             "dave@example.test", "-b", "erin@example.test", "carol@example.test",
             input="größer\n.\nend\n")
    for user in ("carol", "dave", "erin"):
        mail = parsed(boxes.wait(user, mark))
        assert mail["Subject"] == f"Grüße {mark}" and mail["Bcc"] is None
        assert mail.get_content() == "größer\n.\nend\n"


# --- Size and speed ------------------------------------------------------------------------------

def test_it_starts_light():
    """The program loads libc alone; what it loads itself no library more than mapisend (design
    D1), which may have SQLite inside."""
    def libraries(path):
        out = subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout
        return set(re.findall(r"^\s*(lib[\w+-]+?)(?:-\d[\d.]*)?\.so", out, re.M))
    module = pathlib.Path(SENDMAIL).parent / "libemapi-sendmail.so"
    sanitizers = {"libasan", "libubsan", "libtsan", "libm"} if "asan" in SENDMAIL else set()
    assert libraries(SENDMAIL) - sanitizers == {"libc"}
    assert libraries(module) - {"libsqlite3"} <= libraries(shutil.which("mapisend"))


def peak_kib(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1))
    except (OSError, AttributeError):
        return 0


@pytest.mark.skipif(os.environ.get("LD_PRELOAD", "") != "" or "asan" in (SENDMAIL or ""),
                    reason="memory is another's under a sanitizer")
def test_a_huge_mail_in_little_memory(home):
    size, limit = int(os.environ.get("EMAPI_TEST_HUGE_MB", "200")), 32 * 1024
    home.pickup_profile()
    line = b"0123456789abcdef" * 4 + b"\n"
    piece = line * 16384
    process = subprocess.Popen([SENDMAIL, "-i", "bob@example.test"], stdin=subprocess.PIPE,
                               env=home.environment)
    process.stdin.write(b"Subject: huge\n\n")
    for _ in range(size):
        process.stdin.write(piece)
    process.stdin.flush()
    time.sleep(0.2)
    peak = peak_kib(process.pid)
    process.stdin.close()
    assert process.wait() == 0
    assert 0 < peak < limit
    peaks = {}

    def done():
        for pid in home.processes():
            peaks[pid] = max(peaks.get(pid, 0), peak_kib(pid))
        return home.picked_up()

    wait_until(done, home.spooler_log, seconds=300)
    assert peaks and max(peaks.values()) < limit
    path, = home.picked_up()
    count = path.read_bytes().count(b"0123456789abcdef")
    assert count == size * 16384 * 4
