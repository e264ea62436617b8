# SPDX-License-Identifier: MIT
"""Faults of the server, of the network and of the disk, one after the other.  After each one: the
exit code is 0, for the mail is stored; what became of it is right (it waits, is held, or was refused
for good); and once the fault is mended it arrives, once.  It arrives twice only where the server had
the whole of it and its answer was lost: then both have one Message-ID, and the sender was told."""

import email
import itertools
import json
import re
import shutil
import tempfile

import pytest
from conftest import Home
from mailserver import Authority, wait_until
from scripted_smtp import Faulty

CODES = {  # what a server says for "not now" and for "no"
    "greeting": ("421 4.3.2 too busy", "554 5.3.2 go away"),
    "ehlo": ("451 4.3.0 not now", "502 5.5.1 no"),
    "starttls": ("454 4.7.0 TLS not available now", "502 5.5.1 no TLS"),
    "ehlo2": ("451 4.3.0 not now", "502 5.5.1 no"),
    "auth": ("454 4.7.0 Temporary authentication failure", "535 5.7.8 wrong password"),
    "mail": ("451 4.3.0 not now", "550 5.7.1 not from you"),
    "rcpt": ("450 4.2.0 greylisted", "550 5.1.1 no such person"),
    "data": ("451 4.3.0 not now", "554 5.6.0 no"),
    "final": ("452 4.3.1 disk full", "554 5.7.1 spam"),
}
BREAKS = ("garbage", "overlong", "endless", "silence", "cut", "close")


def cases():
    """(step, what happens, the state of the mail after it)"""
    for step, (later, never) in CODES.items():
        yield step, later, "waiting"
        # Who refuses the machine or its settings has said nothing against this mail.
        yield step, never, {"greeting": "waiting", "ehlo": "waiting", "ehlo2": "waiting",
                            "starttls": "held", "auth": "held"}.get(step, "failed")
    for step, fault in itertools.product(CODES, BREAKS):
        # Before the login libcurl reads; it shortens long lines.
        shortened = fault == "overlong" and step in ("greeting", "starttls")
        yield step, fault, "filed" if shortened else "waiting"
    for fault in ("garbage", "silence", "cut", "close"):
        yield "connect", fault, "waiting"
        yield "body", fault, "waiting"
        yield "handshake", fault, "held" if fault == "garbage" else "waiting"


class Site:
    """A home with a profile, a server, and a way to send a mail of one's own name."""

    def __init__(self, folder, authority, keywords=(), implicit=False):
        self.home, self.number = Home(folder), 0
        self.server = Faulty(authority.issue("server"), keywords, implicit)
        self.home.profile("test", "--from", "ann@example.test",
                          "--smtp", f"localhost:{self.server.port}",
                          "--tls", "implicit" if implicit else "starttls",
                          "--ca-file", authority.ca, "--user", "ann",
                          "--password-command", "echo secret")
        # One connection: a mail that is sent after another finds its warm one.
        self.home.run("emapi", "profile", "set", "test", "Timeout=1", "MaxConnections=1")

    def close(self):
        self.home.stop()
        self.server.__exit__()

    def send(self, *options, **more):
        """Sends a mail to two; its subject and what mapisend said."""
        self.number += 1
        subject = f"mail {self.number}"
        done = self.home.run("mapisend", "--to", "bob@example.test,carol@example.test", "--subject",
                             subject, "--body", "text\n.\ntext", *options, **more)
        return subject, done

    def arrived(self, subject):
        return [(to, mail) for to, mail in map(self.parse, self.server.mails)
                if mail["subject"] == subject]

    @staticmethod
    def parse(taken):
        return taken[0], email.message_from_string(taken[1])

    def find(self, subject):
        message, = (m for m in self.home.queue("--all") if m["subject"] == subject)
        return message

    def check_mails(self, subject, count):
        """So many came, each whole, all the same mail."""
        mails = self.arrived(subject)
        assert len(mails) == count
        assert all(to == ["bob@example.test", "carol@example.test"] for to, _ in mails)
        assert len({mail["message-id"] for _, mail in mails}) == 1
        assert all(mail.get_payload().rstrip("\n") == "text\n.\ntext" for _, mail in mails)

    def mend_and_run(self):
        self.server.mend()
        self.home.run("emapi", "queue", "run")

    def wait_filed(self, subject):
        wait_until(lambda: self.find(subject)["state"] == "filed",
                   lambda: f"{subject} is filed: {self.find(subject)}\n{self.home.spooler_log()}")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def sites(authority):
    """Servers of three kinds, each with a home, made when they are first asked for."""
    made, folders = {}, []

    def get(kind):
        if kind not in made:
            folders.append(tempfile.mkdtemp(prefix="emapi-test-"))
            words = {"plain": [], "pipelining": ["PIPELINING", "8BITMIME", "SIZE 1000000"],
                     "chunking": ["PIPELINING", "CHUNKING"], "implicit": []}[kind]
            made[kind] = Site(folders[-1], authority, words, kind == "implicit")
        made[kind].server.mend()
        return made[kind]
    yield get
    for site in made.values():
        site.close()
    for folder in folders:
        shutil.rmtree(folder)


def check(site, step, fault, state):
    """Sends under the fault, looks, mends, looks again."""
    site.server.faults = {step: fault}
    subject, done = site.send()
    words = done.stdout + done.stderr
    assert site.server.hits and set(site.server.hits) == {step}, words
    assert site.find(subject)["state"] == state, words
    # The server has it and its answer did not come.
    taken = fault in BREAKS and (step == "final" or (step, fault) == ("body", "garbage"))
    assert len(site.arrived(subject)) == (1 if taken or state == "filed" else 0)
    if " " in fault:
        assert re.sub(r"^(\d{3} )(\d\.\d\.\d )?", "", fault) in words
    if taken:
        assert "may deliver it twice" in words
    if state == "failed":
        assert done.stdout.count("refused by") == 2
    elif state != "filed":
        assert ("held" if state == "held" else "waiting") in words
        assert "safe in the Outbox" in words
    site.mend_and_run()
    if state == "failed":
        assert site.arrived(subject) == []
        return
    site.wait_filed(subject)
    site.check_mails(subject, 1 + taken)
    if taken:  # and it can be read afterwards
        shown = site.home.run("emapi", "queue", "show", site.find(subject)["id"], "--json").stdout
        assert len(json.loads(shown)["attempts"]) == 2
        assert "may deliver it twice" in shown


def survives(site, *case):
    try:
        check(site, *case)
    except BaseException:
        site.mend_and_run()  # what a held profile holds would be in the way of others
        raise


@pytest.mark.parametrize("step,fault,state", cases())
def test_each_reply(sites, step, fault, state):
    survives(sites("plain"), step, fault, state)


@pytest.mark.parametrize("kind", ["pipelining", "chunking"])
@pytest.mark.parametrize("step,fault,state", [
    ("mail", CODES["mail"][0], "waiting"), ("mail", CODES["mail"][1], "failed"),
    ("mail", "cut", "waiting"), ("rcpt", CODES["rcpt"][0], "waiting"),
    ("rcpt", CODES["rcpt"][1], "failed"), ("rcpt", "garbage", "waiting"),
    ("final", CODES["final"][0], "waiting"), ("final", CODES["final"][1], "failed"),
    ("final", "close", "waiting"), ("final", "overlong", "waiting")])
def test_replies_to_commands_sent_ahead(sites, kind, step, fault, state):
    survives(sites(kind), step, fault, state)


@pytest.mark.parametrize("step,fault,state", [
    ("handshake", "garbage", "held"), ("handshake", "silence", "waiting"),
    ("handshake", "cut", "waiting"), ("handshake", "close", "waiting"),
    ("greeting", "cut", "waiting"), ("ehlo2", "silence", "waiting"), ("final", "cut", "waiting")])
def test_implicit_tls(sites, step, fault, state):
    survives(sites("implicit"), step, fault, state)


@pytest.mark.parametrize("fault", ["421 4.3.2 closing", "500 5.5.1 what?", *BREAKS])
def test_reset(sites, fault):
    """After a refusal the connection is of no use any more; the mail is not the worse for it."""
    site = sites("plain")
    site.server.faults = {"rcpt": "450 4.2.0 greylisted", "rset": fault}
    subject, done = site.send()
    assert done.stdout.count("450 4.2.0 greylisted") == 2 and "rset" in site.server.hits
    site.mend_and_run()
    site.wait_filed(subject)
    site.check_mails(subject, 1)


@pytest.mark.parametrize("fault", ["500 5.5.1 what?", "garbage", "silence", "cut"])
def test_quit(sites, fault):
    """Nobody waits for a server's good-bye, and what it says then changes nothing."""
    site = sites("plain")
    subject, done = site.send()
    site.server.faults = {"quit": fault}
    site.home.stop()
    wait_until(lambda: site.server.hits == ["quit"], lambda: f"QUIT was said: {site.server.hits}")
    site.server.mend()
    assert site.find(subject)["state"] == "filed"
    site.check_mails(subject, 1)


@pytest.mark.parametrize("fault", ["421 4.4.2 idle too long", "cut", "close"])
def test_a_warm_connection_that_ended(sites, fault):
    """The second mail goes over a new connection, at once."""
    site = sites("plain")
    first, _ = site.send()
    site.server.faults = {"mail": fault}
    site.server.once = True
    second, done = site.send()
    if fault.startswith("421"):  # the server says it in so many words: later
        site.mend_and_run()
    site.wait_filed(second)
    site.check_mails(first, 1)
    site.check_mails(second, 1)


@pytest.mark.parametrize("kind,says", [
    ("of another host", "other.example.test"), ("expired", "expired"),
    ("of a stranger", "certificate"), ("of a stranger, implicit TLS", "certificate")])
def test_wrong_certificate(sites, authority, tmp_path, kind, says):
    """Nothing is sent, not even the password; the mail is held until the certificate is right."""
    site = sites("implicit" if "implicit" in kind else "plain")
    right = site.server.certificate
    if kind == "expired":
        site.server.certificate = authority.issue("expired", days=-1)
    elif kind == "of another host":
        site.server.certificate = authority.issue("other", ["other.example.test"], [])
    else:
        site.server.certificate = Authority(tmp_path).issue("server")
    try:
        subject, done = site.send()
        words = done.stdout + done.stderr
        assert "was not accepted" in words and says in words and "Nothing was sent" in words
        assert "held" in words and "safe in the Outbox" in words
        assert site.find(subject)["state"] == "held" and not site.arrived(subject)
    finally:
        site.server.certificate = right
        site.mend_and_run()
    site.wait_filed(subject)
    site.check_mails(subject, 1)


@pytest.mark.parametrize("setting,says", [
    ("Server=no-such-host.invalid", "Cannot find host no-such-host.invalid"),
    ("Port=1", "Connection refused")])
def test_no_way_to_the_server(sites, setting, says):
    site = sites("plain")
    name = setting.split("=")[0]
    right = re.search(f"(?m)^{name}=.*", site.home.profile_file().read_text())[0]
    site.home.run("emapi", "profile", "set", "test", setting)
    site.home.stop()
    try:
        subject, done = site.send()
        assert says in done.stdout + done.stderr and "safe in the Outbox" in done.stderr
        assert site.find(subject)["state"] == "waiting"
    finally:
        site.home.run("emapi", "profile", "set", "test", right)
        site.home.stop()
        site.mend_and_run()
    site.wait_filed(subject)
    site.check_mails(subject, 1)
