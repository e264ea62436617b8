# SPDX-License-Identifier: MIT
"""The SMTP transport as the spooler sees it: emapi_smtp.so ($SMTP_MODULE) through the program
xp-submit ($XP_SUBMIT)."""

import email
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from peer import Peer  # noqa: E402

SERVER, PORT, TLS, USER, PASSWORD, FROM = (
    "0x6610001f", "0x66110003", "0x6612001f", "0x6613001f", "0x67f0001e", "0x6619001f")
MAX_RECIPIENTS, PRESET = "0x66280003", "0x6629001f"
ACCEPTED, TEMPORARY, PERMANENT, HOLD, UNREACHABLE = "01234"


class Result:
    def __init__(self, output):
        self.output = output
        lines = output.splitlines()
        self.rows = [line.split("\t") for line in lines if line[:1].isdigit()]
        self.journey = [line[2:].split("\t")[0] for line in lines if line.startswith("| ")]
        self.status = lines.count("status")
        self.words = {line.split("\t")[0]: line.split("\t")[1:] for line in lines
                      if not line[:1].isdigit() and not line.startswith("| ")}

    def verdicts(self):
        return {row[1]: tuple(row[2:5]) for row in self.rows}


def submit(peer, *rows, options=(), **settings):
    values = {SERVER: "localhost", PORT: str(peer.port), TLS: "none", FROM: "ann@example.test"}
    values.update(settings.pop("values", {}))
    done = subprocess.run(
        [os.environ["XP_SUBMIT"], os.environ["SMTP_MODULE"], *options,
         *[f"--set={tag}={value}" for tag, value in values.items() if value is not None], "--",
         *rows], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}{done.stderr}"
    return Result(done.stdout)


def test_message_arrives_and_is_told():
    with Peer() as peer:
        result = submit(peer, "SMTP:bob@example.test")
    assert result.words["submit"] == ["0x00000000"] and result.words["end"] == ["0x00000000"]
    row = result.rows[0]
    assert row[1:6] == ["bob@example.test", ACCEPTED, "250", "2.0.0", "2.0.0 Ok: queued as 4F2A1B"]
    assert row[6].startswith("localhost [127.0.0.1]") and row[7] == "4F2A1B"
    assert result.words["responsible"] == ["SMTP:bob@example.test"]
    assert "> MAIL FROM:<ann@example.test>" in result.journey
    mail = email.message_from_bytes(peer.messages[0])
    assert mail["Subject"] == "hello" and mail["From"] == "ann@example.test"
    assert ".dot" in mail.get_payload(decode=True).decode()


def test_each_recipient_its_own_verdict():
    replies = {"b": "550 5.1.1 nobody", "c": "451 4.7.1 Greylisted"}
    with Peer(["PIPELINING"], rcpt=lambda line: replies.get(line[9], "250 ok")) as peer:
        result = submit(peer, "SMTP:a@x.test", "SMTP:b@x.test", "SMTP:c@x.test",
                        "SMTP:an.invalid at address", "!SMTP:other@x.test", "FAX:+49 1")
    assert result.verdicts() == {
        "a@x.test": (ACCEPTED, "250", "2.0.0"), "b@x.test": (PERMANENT, "550", "5.1.1"),
        "c@x.test": (TEMPORARY, "451", "4.7.1"),
        "an.invalid at address": (PERMANENT, "553", "5.1.3")}
    assert sorted(result.words["responsible"]) == [
        "!SMTP:other@x.test", "SMTP:a@x.test", "SMTP:an.invalid at address", "SMTP:b@x.test"]
    assert len(peer.seen("RCPT")) == 3


def test_connection_stays_between_messages():
    with Peer() as peer:
        result = submit(peer, "SMTP:bob@x.test", options=["--repeat=3"])
    assert len(peer.messages) == 3 and peer.connections == 1 and result.status == 3
    assert peer.commands[-1] == "QUIT"


def test_login_with_the_profile_s_password():
    with Peer(["AUTH PLAIN"], users={"ann": "geheim"}) as peer:
        result = submit(peer, "SMTP:bob@x.test", values={USER: "ann", PASSWORD: "geheim"})
        assert result.rows[0][2] == ACCEPTED
        assert "geheim" not in result.output
        result = submit(peer, "SMTP:bob@x.test", values={USER: "ann", PASSWORD: "falsch"})
        assert result.rows[0][2:5] == [HOLD, "535", "5.7.8"]
        assert "responsible" in result.words and result.words["responsible"] == []
        result = submit(peer, "SMTP:bob@x.test", values={USER: "ann"})
        assert result.rows[0][2] == HOLD and "PasswordCommand" in result.rows[0][5]
    assert len(peer.messages) == 1


def test_too_many_recipients_follow_in_transactions_of_their_own():
    class Limit:
        count = 0

        def mail(self, line):
            self.count = 0
            return "250 ok"

        def rcpt(self, line):
            self.count += 1
            return "250 ok" if self.count <= 40 else "452 4.5.3 Too many recipients"
    limit = Limit()
    rows = [f"SMTP:r{n}@x.test" for n in range(100)]
    with Peer(["PIPELINING"], mail=limit.mail, rcpt=limit.rcpt) as peer:
        result = submit(peer, *rows)
    assert len(peer.messages) == 3 and result.status == 3
    assert len(result.rows) == 100 and {row[2] for row in result.rows} == {ACCEPTED}
    assert sorted(result.words["responsible"]) == sorted(rows)


def test_the_profile_limits_the_recipients_of_a_transaction():
    rows = [f"SMTP:r{n}@x.test" for n in range(25)]
    for values, transactions in (({MAX_RECIPIENTS: "10"}, 3), ({PRESET: "gmail"}, 1),
                                 ({PRESET: "gmail", MAX_RECIPIENTS: "5"}, 5)):
        with Peer(["PIPELINING"]) as peer:
            result = submit(peer, *rows, values=values)
        assert len(peer.messages) == transactions and len(result.rows) == 25
        assert {row[2] for row in result.rows} == {ACCEPTED} and peer.connections == 1


def test_a_closed_way_is_told_apart_from_a_refusal():
    with Peer(greeting="421 4.3.2 not now") as peer:
        result = submit(peer, *[f"SMTP:r{n}@x.test" for n in range(9)], "SMTP:bad address",
                        values={MAX_RECIPIENTS: "2"})
    assert sorted(row[2] for row in result.rows) == [PERMANENT] + [UNREACHABLE] * 9
    assert peer.connections == 1


def test_no_mailbox_space_is_not_tried_again_at_once():
    with Peer(rcpt=lambda line: "452 4.2.2 full" if "<b@" in line else "250 ok") as peer:
        result = submit(peer, "SMTP:a@x.test", "SMTP:b@x.test")
    assert [row[2] for row in result.rows] == [ACCEPTED, TEMPORARY] and len(peer.messages) == 1


def test_delivery_report():
    with Peer(["DSN"]) as peer:
        submit(peer, "SMTP:a@x.test", options=["--report"])
        submit(peer, "SMTP:a@x.test")
    assert peer.seen("MAIL") == [
        "MAIL FROM:<ann@example.test> RET=HDRS ENVID=30313233343536373839616263646566",
        "MAIL FROM:<ann@example.test>"]
    assert peer.seen("RCPT") == ["RCPT TO:<a@x.test> NOTIFY=SUCCESS,FAILURE,DELAY", "RCPT TO:<a@x.test>"]


def test_bad_settings_say_which():
    with Peer() as peer:
        for values, word in (({SERVER: None}, "Server"), ({TLS: "ssl"}, "TLS=ssl"),
                             ({PORT: "70000"}, "Port")):
            result = submit(peer, "SMTP:a@x.test", values=values)
            assert result.words["logon"][0] != "0x00000000" and word in result.words["logon"][1]
        result = submit(peer, "SMTP:a@x.test", values={FROM: None})
    assert result.rows[0][2] == HOLD and "FromAddress" in result.rows[0][5]


def test_tls_is_the_default():
    with Peer() as peer:
        result = submit(peer, "SMTP:a@x.test", values={TLS: None})
    assert result.rows[0][2] == HOLD and "STARTTLS" in result.rows[0][5]


def test_nobody_for_us():
    with Peer() as peer:
        result = submit(peer, "FAX:+49 1")
    assert result.words["submit"] == ["0x80040502"] or int(result.words["submit"][0], 16) >> 31
    assert peer.connections == 0
