# SPDX-License-Identifier: MIT
"""The SMTP engine against servers of all kinds, through the program smtp-send ($SMTP_SEND)."""

import base64
import contextlib
import os
import pathlib
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "tests"))
import mailserver  # noqa: E402
from peer import Peer, Socks  # noqa: E402

PROGRAM = os.environ.get("SMTP_SEND", "smtp-send")
MAIL = b"From: ann@example.test\r\nSubject: hello\r\n\r\nHello\r\n"
LOGIN = ("--user=ann", "--password=secret of ann")
USERS = {"ann": "secret of ann"}


class Sent:
    def __init__(self, output):
        self.output, self.rows, self.queue, self.journey = output, [], [], []
        for line in output.splitlines():
            if line.startswith("| "):
                self.journey.append(line[2:].split("\t")[0])
            elif line.startswith("queue\t"):
                self.queue.append(line[6:])
            else:
                self.rows.append(line.split("\t"))

    def one(self):
        assert len(self.rows) == 1, self.output
        return self.rows[0][1:]

    def classes(self):
        return [r[1] for r in self.rows]


@pytest.fixture
def send(tmp_path):
    def run(peer, *arguments, to=("bob@example.test",), mail=MAIL, tls="none", server="localhost",
            sender="ann@example.test"):
        path = tmp_path / "mail"
        path.write_bytes(mail)
        done = subprocess.run(
            [PROGRAM, f"--server={server}", f"--port={peer if isinstance(peer, int) else peer.port}",
             f"--tls={tls}", f"--from={sender}", f"--message={path}", *arguments, "--", *to],
            capture_output=True, text=True, timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, f"{done.returncode}\n{done.stdout}{done.stderr}"
        return Sent(done.stdout)
    return run


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return mailserver.Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def certificate(authority):
    return authority.issue("good")


# --- the transaction ---

def test_plain(send):
    with Peer() as peer:
        sent = send(peer, "--helo=client.test")
    assert sent.one() == ["accepted", "250", "2.0.0", "2.0.0 Ok: queued as 4F2A1B"]
    assert sent.queue == ["4F2A1B"]
    assert peer.messages == [MAIL]
    assert peer.commands[:4] == ["EHLO client.test", "MAIL FROM:<ann@example.test>",
                                 "RCPT TO:<bob@example.test>", "DATA"]
    assert peer.commands[-1] == "QUIT"
    for line in ("< 220 peer.test ESMTP", "> EHLO client.test", "> MAIL FROM:<ann@example.test>",
                 "< 250 2.0.0 Ok: queued as 4F2A1B", "> QUIT"):
        assert line in sent.journey, sent.output


@pytest.mark.parametrize("words,options,chunks", [
    ((), (), False), (("PIPELINING",), (), False), (("PIPELINING",), ("--no-pipelining",), False),
    (("CHUNKING",), (), True), (("CHUNKING", "PIPELINING"), (), True),
    (("CHUNKING",), ("--no-chunking",), False)])
def test_each_recipient_has_its_own_reply(send, words, options, chunks):
    replies = {"b": "550 5.1.1 No such person here", "c": "450 4.2.0 Greylisted, come again",
               "d": ["250 2.1.5 Fine", "250 2.1.5 really"], "e": "552 5.2.2 Mailbox full"}
    with Peer(words, rcpt=lambda line: replies.get(line[9], "250 2.1.5 Ok")) as peer:
        sent = send(peer, *options, to=[f"{c}@example.test" for c in "abcde"])
    assert [r[1:4] for r in sent.rows] == [
        ["accepted", "250", "2.0.0"], ["permanent", "550", "5.1.1"], ["temporary", "450", "4.2.0"],
        ["accepted", "250", "2.0.0"], ["permanent", "552", "5.2.2"]]
    assert sent.rows[1][4] == "5.1.1 No such person here"
    assert peer.messages == [MAIL]
    assert bool(peer.seen("BDAT")) == chunks and bool(peer.seen("DATA")) != chunks


def test_many_recipients_in_groups(send):
    to = [f"r{n}@example.test" for n in range(1, 241)]
    with Peer(["PIPELINING"], rcpt=lambda line: "550 5.1.1 no" if line.endswith("7@example.test>")
              else "250 ok") as peer:
        sent = send(peer, to=to)
    for row in sent.rows:
        assert row[1] == ("permanent" if row[0].endswith("7@example.test") else "accepted")
    assert any("lines left out" in line for line in sent.journey)


# --- one message after the other ---

def told_ahead(connection):
    """What the client says of the next message before this one is answered."""
    if len(connection.peer.messages) in (2, 3):  # not of the first, nor after the last
        deadline = time.monotonic() + 10
        while b"RCPT" not in connection.input and time.monotonic() < deadline:
            connection.read()
    connection.peer.ahead.append(connection.input.decode().split())


@pytest.mark.parametrize("words,options,told", [
    (("PIPELINING",), (), "MAIL FROM:<ann@example.test> RCPT TO:<bob@example.test> DATA"),
    (("PIPELINING", "CHUNKING"), (), "MAIL FROM:<ann@example.test> RCPT TO:<bob@example.test>"),
    ((), (), None), (("PIPELINING",), ("--no-pipelining",), None)])
def test_the_next_envelope_goes_out_before_the_answer(send, words, options, told):
    with Peer(words, before_final=told_ahead if told else lambda _: None) as peer:
        peer.ahead = []
        sent = send(peer, "--ahead", "--repeat=4", *options)
    assert sent.classes() == ["accepted"] * 4 and peer.messages == [MAIL] * 4
    assert peer.connections == 1
    if told:  # the first shows that the server takes messages, and how quickly
        assert peer.ahead == [[], told.split(), told.split(), []]


@pytest.mark.parametrize("data", ["554 5.5.1 no valid recipients", "354 go on"])
def test_nobody_accepted_of_an_envelope_sent_ahead(send, data):
    refused = {4: "550 5.1.1 no such person"}
    with Peer(["PIPELINING"], rcpt=lambda _: refused.get(len(peer.seen("RCPT")), "250 2.1.5 Ok"),
              data_reply=lambda _: data if len(peer.seen("RCPT")) == 4 else "354 go on") as peer:
        sent = send(peer, "--ahead", "--repeat=5")
    assert sent.classes() == ["accepted"] * 3 + ["permanent", "accepted"]
    assert [m for m in peer.messages if m] == [MAIL] * 4 and peer.connections == 1


def test_sender_refused_of_an_envelope_sent_ahead(send):
    with Peer(["PIPELINING"], mail=lambda _: "550 5.7.1 not you" if len(peer.seen("MAIL")) == 3
              else "250 2.1.0 Ok", data_reply=lambda _: "503 5.5.1 no" if
              len(peer.seen("MAIL")) == 3 else "354 go on") as peer:
        sent = send(peer, "--ahead", "--repeat=4")
    assert sent.classes() == ["accepted"] * 2 + ["permanent", "accepted"]
    assert peer.messages == [MAIL] * 3 and peer.connections == 1


def test_refused_message_before_an_envelope_sent_ahead(send):
    with Peer(["PIPELINING"], final=lambda _: "554 5.7.1 spam" if len(peer.messages) == 2
              else "250 2.0.0 Ok") as peer:
        sent = send(peer, "--ahead", "--repeat=3")
    assert sent.classes() == ["accepted", "permanent", "accepted"]
    assert len(peer.messages) == 3 and peer.connections == 1 and not peer.seen("RSET")


def test_closed_after_an_answer_with_an_envelope_sent_ahead(send):
    with Peer(["PIPELINING"], final=lambda _: "421 4.7.0 enough for now"
              if len(peer.messages) == 2 and peer.connections == 1 else "250 2.0.0 Ok") as peer:
        sent = send(peer, "--ahead", "--repeat=3")
    assert sent.classes() == ["accepted", "temporary", "accepted"]
    assert peer.connections == 2 and len(peer.messages) == 3


def test_nothing_is_sent_ahead_to_a_slow_server(send):
    def slow(connection):
        time.sleep(0.4)
        connection.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.read()
        connection.sock.settimeout(20)
        connection.peer.ahead.append(connection.input)

    with Peer(["PIPELINING"], before_final=slow) as peer:
        peer.ahead = []
        sent = send(peer, "--ahead", "--repeat=3")
    assert sent.classes() == ["accepted"] * 3 and peer.ahead == [b""] * 3


# --- refusals ---

@pytest.mark.parametrize("words", [(), ("PIPELINING",)])
def test_all_refused_sends_no_message(send, words):
    with Peer(words, rcpt="550 5.1.1 no such person") as peer:
        sent = send(peer, to=("a@example.test", "b@example.test"))
    assert sent.classes() == ["permanent"] * 2
    assert not peer.seen("DATA") and peer.seen("RSET") and not peer.messages


@pytest.mark.parametrize("words", [(), ("PIPELINING",)])
@pytest.mark.parametrize("reply,kind,code", [
    ("550 5.7.60 may not send as", "permanent", "550"), ("451 4.3.0 later", "temporary", "451"),
    ("530 5.7.57 Client was not authenticated", "hold", "530")])
def test_sender_refused(send, words, reply, kind, code):
    with Peer(words, mail=reply) as peer:
        sent = send(peer, "--repeat=2", to=("a@example.test", "b@example.test"))
    assert sent.classes() == [kind] * 4 and {r[2] for r in sent.rows} == {code}
    assert not peer.messages and peer.connections == 1


@pytest.mark.parametrize("words", [(), ("CHUNKING",)])
@pytest.mark.parametrize("reply,kind", [("554 5.7.1 Spam", "permanent"), ("452 4.3.1 full", "temporary")])
def test_final_reply_is_for_all_accepted(send, words, reply, kind):
    with Peer(words, final=reply, rcpt=lambda line: "551 gone" if "<b@" in line else "250 ok") as peer:
        sent = send(peer, to=("a@example.test", "b@example.test", "c@example.test"))
    assert sent.classes() == [kind, "permanent", kind]
    assert sent.rows[1][2] == "551"


def test_data_refused(send):
    with Peer(data_reply="554 5.5.1 no valid recipients") as peer:
        assert send(peer).one()[:2] == ["permanent", "554"]


@pytest.mark.parametrize("words,settings", [
    ((), {"data_reply": "250 2.0.0 Ok"}), (("CHUNKING",), {"chunk": "354 go on"}),
    ((), {"mail": "354 go on"}), ((), {"rcpt": "354 go on"}), ((), {"final": "354 go on"})])
def test_success_in_the_wrong_place_is_none(send, words, settings):
    with Peer(words, **settings) as peer:
        assert send(peer, mail=MAIL + b"x\r\n" * 200000).one()[0] == "temporary"


def test_421_in_the_middle(send):
    with Peer(rcpt=lambda line: "421 4.3.2 Shutting down" if "<c@" in line else
              "550 5.1.1 no" if "<b@" in line else "250 ok") as peer:
        sent = send(peer, to=[f"{c}@example.test" for c in "abcd"])
    assert sent.classes() == ["temporary", "permanent", "temporary", "temporary"]
    assert "Shutting down" in sent.rows[3][4]
    assert not peer.messages


@pytest.mark.parametrize("words", [(), ("CHUNKING",)])
@pytest.mark.parametrize("size", [0, 1, 100000, 1500000])
def test_message_arrives_byte_for_byte(send, words, size):
    lines = b".dot\r\n..two\r\n.\r\n\r\n.\r\nmid.dle\r\n" + b"x" * 990 + b"\r\n"
    mail = (lines * (size // len(lines) + 1))[:size]
    mail += b"\r\n" if mail and not mail.endswith(b"\r\n") else b""
    mail = mail.replace(b"\r\r\n", b"\r\n")
    with Peer(words) as peer:
        assert send(peer, mail=mail).one()[0] == "accepted"
    assert peer.messages == [mail]


@pytest.mark.parametrize("words", [(), ("CHUNKING",)])
def test_no_smuggling(send, words):
    """Bare line ends leave as CRLF, so that no server sees the end of the message in the middle."""
    with Peer(words) as peer:
        assert send(peer, mail=b"a\n.\nMAIL FROM:<x>\r.\r\nend").one()[0] == "accepted"
    assert len(peer.messages) == 1 and len(peer.seen("MAIL")) == 1
    assert peer.messages[0] == b"a\r\n.\r\nMAIL FROM:<x>\r\n.\r\nend\r\n"


def test_parameters(send):
    words = ("SIZE 1000000", "8BITMIME", "SMTPUTF8", "DSN")
    with Peer(words) as peer:
        assert send(peer, "--8bit").one()[0] == "accepted"
    assert peer.seen("MAIL") == [f"MAIL FROM:<ann@example.test> SIZE={len(MAIL)} BODY=8BITMIME"]


def test_too_large_is_not_sent(send):
    with Peer(["SIZE 20"]) as peer:
        kind, code, enhanced, text = send(peer).one()
    assert (kind, code, enhanced) == ("permanent", "552", "5.3.4") and "20" in text
    assert not peer.seen("MAIL")


@pytest.mark.parametrize("address", [
    "an.invalid at address", "", "a@b\rc", "a@b\nRCPT TO:<x@y>", "a b@example.test",
    "a>@example.test", "x" * 300 + "@example.test", "nobody", "<bob@example.test>", "\x01@a.test"])
def test_malformed_address_never_reaches_the_server(send, address):
    with Peer() as peer:
        sent = send(peer, to=(address, "bob@example.test"))
    assert sent.rows[-1][1] == "accepted"
    assert peer.seen("RCPT") == ["RCPT TO:<bob@example.test>"]
    assert "permanent\t553\t5.1.3\t5.1.3 malformed address" in sent.output
    assert "not sent to the server" in sent.output


def test_only_malformed_addresses_need_no_server(send):
    sent = send(1, to=("an.invalid at address",))
    assert sent.one()[:2] == ["permanent", "553"]


def test_unicode_addresses(send):
    to = ("bob@exämple.test", "bób@example.test", "al@example.test")
    with Peer() as peer:
        sent = send(peer, to=to)
    assert [r[1:4] for r in sent.rows] == [["accepted", "250", "2.0.0"],
                                           ["permanent", "553", "5.6.7"],
                                           ["accepted", "250", "2.0.0"]]
    assert peer.seen("RCPT")[0] == "RCPT TO:<bob@xn--exmple-cua.test>"
    with Peer(["SMTPUTF8", "8BITMIME"]) as peer:
        assert send(peer, to=to).classes() == ["accepted"] * 3
    assert peer.seen("MAIL")[0].endswith(" BODY=8BITMIME SMTPUTF8")
    assert "RCPT TO:<bób@example.test>" in peer.commands
    with Peer() as peer:
        assert send(peer, "--smtputf8").one()[:3] == ["permanent", "554", "5.6.7"]


def test_connection_is_used_again(send):
    with Peer() as peer:
        sent = send(peer, "--repeat=3")
    assert sent.classes() == ["accepted"] * 3 and peer.connections == 1
    assert len(peer.messages) == 3


@pytest.mark.parametrize("farewell", ["421 4.4.2 timeout", "close"])
def test_idle_connection_that_ended_is_opened_anew(send, farewell):
    with Peer(mail=lambda line: "250 ok" if len(peer.messages) != 1 or peer.connections > 1
              else farewell) as peer:
        sent = send(peer, "--repeat=2")
    assert sent.classes() == ["accepted"] * 2 and peer.connections == 2


def test_message_over_a_cut_line_is_temporary_and_says_so(send):
    with Peer(final="close") as peer:
        kind, code, _, text = send(peer).one()
    assert (kind, code) == ("temporary", "0") and "twice" in text
    with Peer(cut_after=1000000) as peer:
        kind, code, _, text = send(peer, mail=(b"x" * 70 + b"\r\n") * 300000).one()
    assert kind == "temporary" and "cut" in text and not peer.messages


def test_server_that_refuses_in_the_middle_of_data_is_heard(send):
    def data(connection, rest):
        connection.say("354 go on")
        connection.exactly(100000)
        connection.say("552 5.3.4 Too big")
        return "close"
    with Peer(data=data) as peer:
        kind, code, _, _ = send(peer, mail=(b"y" * 70 + b"\r\n") * 110000).one()
    assert (kind, code) in (("permanent", "552"), ("temporary", "0"))


def test_a_server_that_closes_does_not_kill_the_sender(send, certificate, authority):
    """SIGPIPE, in the clear and over TLS."""
    for tls, words in (("none", ()), ("starttls", ("STARTTLS",))):
        with Peer(words, certificate=certificate, cut_after=1) as peer:
            sent = send(peer, f"--ca-file={authority.ca}", mail=b"z\r\n" * 3000000, tls=tls)
        assert sent.one()[0] == "temporary"


# --- connecting ---

def test_nobody_listens(send):
    kind, code, _, text = send(mailserver.free_port()).one()
    assert (kind, code) == ("temporary", "0") and "Connection refused" in text


def test_unknown_host(send):
    kind, _, _, text = send(1, server="no-such-host.invalid").one()
    assert kind == "temporary" and "no-such-host.invalid" in text


def test_server_setting_that_is_no_host(send):
    for server in ("a b", "http://x", "x/y", "a@b", ""):
        assert send(1, server=server).one()[0] == "hold"


@pytest.mark.parametrize("greeting", ["421 4.3.2 too busy", "554 5.7.1 you are blocked"])
def test_greeting_that_refuses(send, greeting):
    with Peer(greeting=greeting) as peer:
        kind, code, enhanced, text = send(peer).one()
    assert kind == "temporary" and [code, enhanced] == greeting.split()[:2]
    assert greeting[10:] in text


def test_old_server_without_ehlo(send):
    with Peer() as peer:
        peer.settings["ehlo"] = lambda connection, rest: connection.say("502 5.5.1 what")
        assert send(peer).one()[0] == "accepted"
    assert peer.seen("HELO")


@pytest.mark.parametrize("greeting", [
    "HTTP/1.1 400 Bad Request", "220" + "-x" * 2000, "SSH-2.0-OpenSSH_9.2"])
def test_what_is_no_smtp(send, greeting):
    with Peer(greeting=greeting) as peer:
        kind, _, _, text = send(peer, "--timeout=3").one()
    assert kind == "temporary" and "SMTP" in text


@pytest.mark.parametrize("reply", ["garbage", "250-" + "y" * 3000, ["250 more"] * 101, "99 bottles"])
def test_broken_replies_end_the_connection(send, reply):
    with Peer(rcpt=reply) as peer:
        kind, _, _, text = send(peer, "--timeout=3").one()
    assert kind == "temporary" and "no SMTP reply" in text
    assert not peer.messages


def test_endless_greeting(send):
    def greeting(connection):
        for _ in range(100000):
            connection.say("220-on and on")
    with Peer(greeting=greeting) as peer:
        kind, _, _, text = send(peer).one()
    assert kind == "temporary" and "SMTP" in text


def test_silent_server(send):
    with Peer(greeting=lambda connection: connection.line()) as peer:
        kind, _, _, text = send(peer, "--timeout=1").one()
    assert kind == "temporary" and "time is up" in text
    # A busy machine may be silent before that: the words fit what had been said by then.
    with Peer(rcpt=[]) as peer:
        kind, _, _, text = send(peer, "--timeout=1").one()
    assert kind == "temporary" and ("no answer" if peer.seen("MAIL") else "time is up") in text


# --- TLS ---

def test_starttls(send, authority, certificate):
    with Peer(["STARTTLS"], certificate=certificate) as peer:
        sent = send(peer, f"--ca-file={authority.ca}", tls="starttls")
    assert sent.one()[0] == "accepted" and peer.messages == [MAIL]
    journey = "\n".join(sent.journey)
    assert "* tls: TLSv1" in journey and "emapi test authority" in journey and "> STARTTLS" in journey


def test_implicit_tls(send, authority, certificate):
    with Peer(implicit=True, certificate=certificate) as peer:
        assert send(peer, f"--ca-file={authority.ca}", tls="implicit").one()[0] == "accepted"


def test_capabilities_from_before_tls_are_forgotten(send, authority, certificate):
    with Peer(["STARTTLS", "AUTH PLAIN", "CHUNKING"], ehlo_tls=["AUTH LOGIN"], users=USERS,
              certificate=certificate) as peer:
        sent = send(peer, f"--ca-file={authority.ca}", *LOGIN, tls="starttls")
    assert sent.one()[0] == "accepted"
    assert peer.seen("AUTH") == ["AUTH LOGIN"] and not peer.seen("BDAT")


@pytest.mark.parametrize("names,days,word", [
    (dict(hosts=("mail.old.test",), ips=()), 30, "mail.old.test"), ({}, -1, "expired")])
def test_wrong_certificate_holds(send, authority, names, days, word):
    bad = authority.issue(f"bad{days}", days=days, **names)
    for tls, settings in (("starttls", {}), ("implicit", {"implicit": True})):
        with Peer(["STARTTLS", "AUTH PLAIN"], certificate=bad, users=USERS, **settings) as peer:
            kind, _, _, text = send(peer, f"--ca-file={authority.ca}", *LOGIN, tls=tls).one()
        assert kind == "hold" and word in text and "Nothing was sent" in text
        assert not peer.seen("AUTH") and not peer.seen("MAIL")


def test_unknown_authority_holds_until_pinned(send, authority, certificate):
    with Peer(["STARTTLS"], certificate=certificate) as peer:
        kind, _, _, text = send(peer, tls="starttls").one()
        assert kind == "hold" and "emapi test authority" in text
        pin = text.split("Fingerprint=")[1].rstrip(".")
        assert send(peer, f"--fingerprint={pin}", tls="starttls").one()[0] == "accepted"
        pin = ":".join(pin[i:i + 2] for i in range(0, 64, 2)).lower()
        assert send(peer, f"--fingerprint=SHA256:{pin}", tls="starttls").one()[0] == "accepted"
        other = "00" + pin[2:]
        messages = len(peer.messages)
        assert send(peer, f"--fingerprint={other}", tls="starttls").one()[0] == "hold"
        assert len(peer.messages) == messages


def test_stripped_starttls_holds(send):
    with Peer(["AUTH PLAIN"], users=USERS) as peer:
        kind, _, _, text = send(peer, *LOGIN, tls="starttls").one()
    assert kind == "hold" and "STARTTLS" in text
    assert not peer.seen("AUTH") and not peer.seen("MAIL")


@pytest.mark.parametrize("reply,kind", [
    ("454 4.7.0 TLS not available", "temporary"), ("502 5.5.1 no", "hold")])
def test_starttls_refused(send, reply, kind):
    with Peer(["STARTTLS"], starttls_reply=reply) as peer:
        sent = send(peer, tls="starttls").one()
    assert sent[0] == kind and reply.split()[-1] in sent[3]
    assert not peer.seen("MAIL")


def test_tls_to_a_port_without(send):
    with Peer() as peer:
        kind, _, _, text = send(peer, tls="implicit").one()
    assert kind == "hold" and "starttls" in text


# --- login ---

@pytest.mark.parametrize("offer", ["PLAIN LOGIN", "LOGIN", "PLAIN", "CRAM-MD5 LOGIN"])
def test_login(send, authority, certificate, offer):
    with Peer(["STARTTLS"], ehlo_tls=[f"AUTH {offer}"], users=USERS, certificate=certificate) as peer:
        sent = send(peer, f"--ca-file={authority.ca}", *LOGIN, tls="starttls")
    assert sent.one()[0] == "accepted"
    journey = "\n".join(sent.journey)
    assert "****" in journey and "secret" not in journey
    for word in ("secret of ann", "\0ann\0secret of ann"):
        assert base64.b64encode(word.encode()).decode() not in journey


def test_login_in_the_clear_is_noted(send):
    with Peer(["AUTH PLAIN"], users=USERS) as peer:
        sent = send(peer, *LOGIN)
    assert sent.one()[0] == "accepted"
    assert any("no TLS: the password is sent so" in line for line in sent.journey)


def test_old_spelling_of_auth(send):
    with Peer(["AUTH=LOGIN"], users=USERS) as peer:
        assert send(peer, *LOGIN).one()[0] == "accepted"


def test_server_that_ignores_the_initial_response(send):
    def login(connection, mechanism, initial):
        ok = connection.ask() == b"\0ann\0secret of ann"
        connection.say("235 ok" if ok else "535 no")
    with Peer(["AUTH PLAIN"], login=login) as peer:
        assert send(peer, *LOGIN).one()[0] == "accepted"


def test_wrong_password_holds_and_is_tried_once(send):
    with Peer(["AUTH PLAIN LOGIN"], users=USERS) as peer:
        kind, code, enhanced, text = send(peer, "--user=ann", "--password=wrong",
                                          to=("a@x.test", "b@x.test")).rows[0][1:]
    assert (kind, code, enhanced) == ("hold", "535", "5.7.8")
    assert "ann" in text and "authentication failed" in text and "PLAIN" in text
    assert len(peer.seen("AUTH")) == 1 and not peer.seen("MAIL")


@pytest.mark.parametrize("reply", ["504 5.5.4 Unrecognized authentication type",
                                   "534 5.7.9 mechanism too weak", "500 what", "538 5.7.11 tls"])
def test_refused_mechanism_falls_back(send, reply):
    with Peer(["AUTH PLAIN LOGIN"], users=USERS, refuse={"PLAIN": reply}) as peer:
        assert send(peer, *LOGIN).one()[0] == "accepted"
    with Peer(["AUTH PLAIN LOGIN"], users=USERS, refuse={"PLAIN": reply, "LOGIN": reply}) as peer:
        kind, code, _, _ = send(peer, *LOGIN).one()
    assert (kind, code) == ("hold", reply[:3]) and not peer.seen("MAIL")


@pytest.mark.parametrize("offer", [[], ["AUTH"], ["AUTH CRAM-MD5"], ["AUTH XOAUTH2"]])
def test_no_usable_login_never_sends(send, offer):
    with Peer(offer, users=USERS) as peer:
        kind, _, _, text = send(peer, *LOGIN).one()
    assert kind == "hold" and "login" in text
    assert not peer.seen("MAIL") and not peer.seen("AUTH")


def test_temporary_login_failure(send):
    with Peer(["AUTH PLAIN LOGIN"], refuse={"PLAIN": "454 4.7.0 Temporary failure"}) as peer:
        assert send(peer, *LOGIN).one()[:2] == ["temporary", "454"]
    assert len(peer.seen("AUTH")) == 1


def test_no_password(send):
    with Peer(["AUTH PLAIN"]) as peer:
        kind, _, _, text = send(peer, "--user=ann").one()
    assert kind == "hold" and "none was given" in text and not peer.seen("MAIL")


def test_microsoft_switched_off(send):
    reply = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"
    with Peer(["AUTH LOGIN"], refuse={"LOGIN": reply}) as peer:
        assert "administrator" in send(peer, *LOGIN).one()[3]


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_tokens(send, mechanism):
    for token in ("t0ken", "t0ken" * 500):
        with Peer([f"AUTH LOGIN {mechanism}"], users={"ann": token}) as peer:
            sent = send(peer, "--user=ann", f"--password={token}", f"--auth={mechanism.lower()}")
        assert sent.one()[0] == "accepted"
        assert any("no TLS: the token is sent so" in line for line in sent.journey)
        with Peer([f"AUTH LOGIN {mechanism}"], users={"ann": "other"}) as peer:
            sent = send(peer, "--user=ann", f"--password={token}", f"--auth={mechanism.lower()}")
        assert sent.one()[:2] == ["hold", "535"] and len(peer.seen("AUTH")) == 1


needs_scram = pytest.mark.skipif("HAVE_GSASL" not in os.environ.get("SMTP_FEATURES", "HAVE_GSASL"),
                                 reason="built without libgsasl")


@needs_scram
@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1"])
def test_scram(send, mechanism):
    with Peer([f"AUTH PLAIN LOGIN {mechanism}"], users=USERS) as peer:
        sent = send(peer, *LOGIN)
        assert sent.one()[0] == "accepted"
        assert [c.split()[1] for c in peer.seen("AUTH")] == [mechanism]
        bare, = [line for line in sent.journey if "no TLS" in line]
        assert "the password itself is not sent" in bare
        kind, code, _, _ = send(peer, "--user=ann", "--password=wrong").one()
    assert (kind, code) == ("hold", "535") and len(peer.seen("AUTH")) == 2
    assert "secret" not in sent.output


@needs_scram
@pytest.mark.parametrize("settings", [
    {"false_proof": True, "users": {"ann": "guessed"}}, {"no_proof": True, "users": USERS}])
def test_scram_server_must_prove_itself(send, settings):
    """A server that does not know the password gets neither the mail nor a weaker login."""
    with Peer(["AUTH PLAIN SCRAM-SHA-256"], **settings) as peer:
        kind, _, _, text = send(peer, *LOGIN).one()
    assert kind == "hold" and len(peer.seen("AUTH")) == 1 and not peer.seen("MAIL")


def test_kerberos_without_a_ticket_falls_back(send, monkeypatch, tmp_path):
    monkeypatch.setenv("KRB5CCNAME", str(tmp_path / "none"))
    with Peer(["AUTH GSSAPI NTLM PLAIN"], users=USERS) as peer:
        assert send(peer, *LOGIN, "--auth=gssapi plain").one()[0] == "accepted"
    with Peer(["AUTH GSSAPI"], users=USERS) as peer:
        assert send(peer, *LOGIN).one()[0] == "hold"
    assert not peer.seen("MAIL")


def test_login_by_certificate(send, authority, certificate):
    own = authority.issue("ann", hosts=("ann",), ips=())
    with Peer(["STARTTLS"], ehlo_tls=["AUTH EXTERNAL PLAIN"], users=USERS, certificate=certificate,
              client_ca=str(authority.ca)) as peer:
        sent = send(peer, f"--ca-file={authority.ca}", "--user=ann", "--auth=external",
                    f"--client-cert={own[0]}", f"--client-key={own[1]}", tls="starttls")
    assert sent.one()[0] == "accepted" and peer.seen("AUTH") == ["AUTH EXTERNAL ="]


def test_proxy(send):
    with Peer() as peer:
        proxy = Socks(peer.port)
        sent = send(peer, f"--proxy=socks5h://127.0.0.1:{proxy.port}", server="mail.far.invalid")
    assert sent.one()[0] == "accepted" and proxy.asked == ["mail.far.invalid"]


def test_environment_does_not_choose_a_proxy(send, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:1")
    with Peer() as peer:
        assert send(peer).one()[0] == "accepted"


# --- a server that others wrote ---

def test_aiosmtpd(send, authority, certificate):
    controller = pytest.importorskip("aiosmtpd.controller")
    from aiosmtpd.smtp import AuthResult
    import ssl
    got = []

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            if address.startswith("no"):
                return "550 5.1.1 nobody here"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):
            got.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
            return "250 2.0.0 Ok: queued as A1"

    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.login == b"ann" and data.password == b"secret of ann")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = controller.Controller(Handler(), hostname="127.0.0.1", port=mailserver.free_port(),
                                   tls_context=context, require_starttls=True, authenticator=check,
                                   auth_required=True)
    server.start()
    try:
        mail = MAIL + b".\r\n..\r\n" + b"line\r\n" * 50000
        sent = send(server.port, f"--ca-file={authority.ca}", *LOGIN, mail=mail, tls="starttls",
                    to=("bob@example.test", "nobody@example.test", "carol@example.test"))
    finally:
        server.stop()
    assert sent.classes() == ["accepted", "permanent", "accepted"], sent.output
    assert got == [("ann@example.test", ["bob@example.test", "carol@example.test"], mail)]
