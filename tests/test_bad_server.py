# SPDX-License-Identifier: MIT
"""Servers that refuse, cannot be trusted or fall silent, and passwords that cannot be had: the mail
is safe and stays listed, the words say who said what and what happens next (design D8), and once
the cause is mended it goes exactly once."""

import re
import uuid

import pytest
from conftest import BODY, needs_root
from mailserver import Authority, free_port, wait_until
from scripted_smtp import Peer
from test_send import find, wait_one


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


def profile(home, peer, tls="none", *options):
    return home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{peer.port}",
                        "--tls", tls, *options)


def state(home):
    message, = home.queue("--all")
    return message["state"]


def goes_once_mended(home, peer):
    """What waited or was held goes now, once."""
    home.run("emapi", "queue", "run")
    wait_until(lambda: state(home) == "filed", lambda: f"it is sent: {home.queue('--all')}")
    assert len(peer.messages) == 1 and home.stored() == (1, 0)


# --- refused for now: it waits ---

TEMPORARY = {
    "greeting 421": ({"greeting": "421 4.3.2 too busy"}, "421 4.3.2 too busy"),
    "greeting 554": ({"greeting": "554 5.7.1 your address is blocked"},
                     "554 5.7.1 your address is blocked"),
    "no mail now": ({"mail": "452 4.3.1 no room"}, "452 4.3.1 no room"),
    "greylisted": ({"rcpt": "451 4.7.1 come back later"}, "451 4.7.1 come back later"),
    "closed": ({"rcpt": "421 4.3.2 shutting down"}, "421 4.3.2 shutting down"),
    "hung up": ({"rcpt": ["close"]}, "closed"),
    "no data": ({"data_reply": "451 4.3.0 try again"}, "451 4.3.0 try again"),
    "not after all": ({"final": "451 4.3.0 queue is full"}, "451 4.3.0 queue is full"),
    "no SMTP": ({"greeting": "SSH-2.0-OpenSSH_9.2"}, "does not speak SMTP"),
}


@pytest.mark.parametrize("kind", TEMPORARY)
def test_refused_for_now(home, kind):
    settings, says = TEMPORARY[kind]
    with Peer(**settings) as peer:
        profile(home, peer)
        done = home.run("mapisend", *BODY)
        assert done.stdout.startswith("bob@example.test: waiting")
        assert says in done.stdout and "localhost [127.0.0.1]" in done.stdout
        assert "safe in the Outbox" in done.stderr and "emapi queue run" in done.stderr
        when, = re.findall(r"next try at (\d\d:\d\d:\d\d)", done.stdout)
        assert f"tried again by itself at {when}" in done.stderr
        assert home.stored() == (1, 1)
        del peer.messages[:]  # the server has said that it does not take them
        peer.settings.clear()
        goes_once_mended(home, peer)


def test_server_down(home):
    port = free_port()
    home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{port}", "--tls", "none")
    done = home.run("mapisend", *BODY)
    assert "bob@example.test: waiting" in done.stdout and "Connection refused" in done.stdout
    assert f"port {port}" in done.stdout and "safe in the Outbox" in done.stderr
    assert home.stored() == (1, 1) and state(home) == "waiting"


def test_unknown_host(home):
    home.profile("test", "--from", "ann@example.test", "--smtp", "no-such-host.invalid:25",
                 "--tls", "none")
    done = home.run("mapisend", *BODY)
    assert "Cannot find host no-such-host.invalid" in done.stdout
    assert "Check Server in this profile" in done.stdout and "safe in the Outbox" in done.stderr
    assert home.stored() == (1, 1)


# --- refused for good ---

def test_refused_recipient(home):
    with Peer(rcpt=lambda line: "550 5.1.1 nobody here" if "bob" in line else "250 2.1.5 Ok") as peer:
        profile(home, peer)
        done = home.run("mapisend", "--cc", "carol@example.test", *BODY)
        assert "bob@example.test: refused by localhost [127.0.0.1]: 550 5.1.1 nobody here" in \
            done.stdout
        assert "carol@example.test: accepted by localhost" in done.stdout
        assert "not every recipient" in done.stderr and "Sent Items" in done.stderr
        assert len(peer.messages) == 1 and state(home) == "filed"
        assert home.stored() == (2, 0)  # it, and the report about bob
    home.run("mapisend", "--require-accepted", *BODY, code=1)


REFUSED = {
    "all recipients": ({"rcpt": "550 5.1.1 nobody here"}, "550 5.1.1 nobody here",
                       "check the address"),
    "the sender": ({"mail": "550 5.7.1 not from you"}, "550 5.7.1 not from you",
                   "ask the server's administrator"),
    "the message": ({"final": "554 5.7.1 looks like spam"}, "554 5.7.1 looks like spam",
                    "ask the server's administrator"),
    "the size, after all of it": ({"final": "552 5.3.4 Message too big for system"},
                                  "552 5.3.4 Message too big for system", "attach less"),
    "the size, at once": ({"ehlo": ["SIZE 100000000"], "mail": "552 5.3.4 over your quota"},
                          "552 5.3.4 over your quota", "attach less"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_for_good(home, kind):
    settings, says, advice = REFUSED[kind]
    with Peer(**settings) as peer:
        profile(home, peer)
        done = home.run("mapisend", *BODY)
        assert f"bob@example.test: refused by localhost [127.0.0.1]: {says} (" in done.stdout
        assert advice in done.stdout
        assert "report about it in the Inbox" in done.stderr and "not tried again" in done.stderr
        assert state(home) == "failed" and home.stored() == (2, 0)  # and its report
        del peer.commands[:]
        home.run("emapi", "queue", "run")
        assert peer.seen("MAIL") == []


def test_message_over_the_servers_limit_is_not_even_sent(home):
    (home.folder / "big.bin").write_bytes(bytes(100_000))
    with Peer(ehlo=["SIZE 20000"]) as peer:
        profile(home, peer)
        done = home.run("mapisend", *BODY, "--attach", "big.bin")
        size, = re.findall(r"refused: 552 5\.3\.4 the message has (\d+) bytes", done.stdout)
        assert int(size) > 133_333 and "takes no more than 20000" in done.stdout
        assert "localhost [127.0.0.1]" in done.stdout and "not sent to the server" in done.stdout
        assert "Make it smaller" in done.stdout and "report about it in the Inbox" in done.stderr
        assert peer.seen("MAIL") == [] and peer.messages == []
        assert state(home) == "failed" and home.stored() == (2, 0)  # and its report


# --- not to be trusted: it is held ---

def is_held(home, done, *says):
    assert done.stdout.startswith("bob@example.test: held: ")
    for words in says:
        assert words in done.stdout
    assert "safe in the Outbox but held" in done.stderr and "emapi queue run" in done.stderr
    assert state(home) == "held" and home.stored() == (1, 1)


CERTIFICATES = {
    "wrong name": ({"hosts": ["other.test"], "ips": ["127.0.0.9"]}, ["localhost", "other.test"]),
    "expired": ({"days": -1}, ["expired", "valid until"]),
}


@pytest.mark.parametrize("kind", CERTIFICATES)
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_bad_certificate(home, authority, tls, kind):
    settings, says = CERTIFICATES[kind]
    bad = authority.issue(f"bad-{tls}-{kind[:5]}", **settings)
    with Peer(ehlo=["STARTTLS"], certificate=bad, implicit=tls == "implicit") as peer:
        profile(home, peer, tls, "--ca-file", authority.ca)
        is_held(home, home.run("mapisend", *BODY), "certificate", "Nothing was sent", *says)
        assert peer.seen("MAIL") == []
        peer.settings["certificate"] = authority.issue(f"good-{tls}-{kind[:5]}")
        goes_once_mended(home, peer)


def test_starttls_stripped(home, authority):
    with Peer(certificate=authority.issue("stripped")) as peer:
        profile(home, peer, "starttls", "--ca-file", authority.ca)
        is_held(home, home.run("mapisend", *BODY), "does not offer STARTTLS",
                "Nothing was sent in the clear")
        assert peer.seen("MAIL") == []
        peer.ehlo.append("STARTTLS")
        goes_once_mended(home, peer)


def test_starttls_refused(home, authority):
    with Peer(ehlo=["STARTTLS"], starttls_reply="502 5.5.1 not today",
              certificate=authority.issue("refusing")) as peer:
        profile(home, peer, "starttls", "--ca-file", authority.ca)
        is_held(home, home.run("mapisend", *BODY), "would not start TLS", "502 5.5.1 not today")
        assert peer.seen("MAIL") == []


@needs_root
def test_certificate_nobody_vouches_for(home, mail_system):
    home.profile("test", "--from", "ann@example.test", "--smtp",
                 f"localhost:{mail_system.port}", "--tls", "starttls")
    is_held(home, home.run("mapisend", *BODY), "certificate", "Nothing was sent", "CAFile")


@needs_root
def test_refused_login_holds_and_a_mended_one_sends(home, mail_system):
    subject = uuid.uuid4().hex
    home.smtp_profile(mail_system, "test", "wrong password")
    done = home.run("mapisend", "--to", "ann@example.test", "--subject", subject, "--body", "x")
    assert "held" in done.stderr and "535" in done.stdout and "safe in the Outbox" in done.stderr
    assert home.stored() == (1, 1) and find(mail_system, "ann", subject) == []
    path = home.profile_file()
    path.write_text(path.read_text().replace("wrong password", "secret of ann"))
    home.run("emapi", "queue", "run")
    wait_one(mail_system, "ann", subject)


# --- passwords ---

COMMANDS = {
    "fails": ("echo vault: locked up >&2; exit 3", ["failed (exit 3)", "it said: vault: locked up"]),
    "fails, printing": ("echo secret; exit 1", ["failed (exit 1)"]),
    "is not there": ("/nonexistent/pass", ["exit 127", "not found"]),
    "prints nothing": ("true", ["printed no password"]),
    "prints an empty line": ("echo; echo secret", ["printed no password"]),
    "is killed": ("kill -9 $$", ["signal 9"]),
    "takes too long": ("sleep 300", ["did not end within 1 s"]),
    "takes too long after its output": ("echo secret; exec sleep 300", ["did not end within 1 s"]),
    "prints without end": ("yes | tr -d '\\n'", ["more than 65536 bytes"]),
}


@pytest.mark.parametrize("kind", COMMANDS)
def test_password_command(home, kind):
    command, says = COMMANDS[kind]
    home.environment["EMAPI_PASSWORD_SECONDS"] = "1"
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": "secret"}) as peer:
        profile(home, peer, "none", "--user", "ann", "--password-command", command)
        is_held(home, home.run("mapisend", *BODY), "No password for ann", command.split("'")[0],
                *says)
        assert peer.seen("AUTH") == [] and peer.seen("MAIL") == []
        path = home.profile_file()
        path.write_text(re.sub("PasswordCommand=.*", "PasswordCommand=echo secret", path.read_text()))
        goes_once_mended(home, peer)


FILES = {
    "is readable by others": (lambda path: (path.write_text("secret\n"), path.chmod(0o644)),
                              ["can be read by others (mode 644)", "chmod 600"]),
    "is empty": (lambda path: path.touch(0o600), ["is empty"]),
    "is not there": (lambda path: None, ["No such file or directory"]),
    "is a folder": (lambda path: path.mkdir(0o700), ["directory"]),
}


@pytest.mark.parametrize("kind", FILES)
def test_password_file(home, kind):
    make, says = FILES[kind]
    path = home.folder / "password"
    make(path)
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": "secret"}) as peer:
        profile(home, peer, "none", "--user", "ann", "--password-file", path)
        is_held(home, home.run("mapisend", *BODY), "No password for ann", str(path), *says)
        assert peer.seen("AUTH") == [] and peer.seen("MAIL") == []
        if path.is_dir():
            path.rmdir()
        path.write_text("secret\n")
        path.chmod(0o600)
        goes_once_mended(home, peer)
