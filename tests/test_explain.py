# SPDX-License-Identifier: MIT
"""emapi explain: what it says of a message is what the servers' own logs say of it."""

import json
import re

import pytest
from conftest import needs_root
from mailserver import Authority
from scripted_smtp import Peer

ANSWERS = ["Does it need Outlook?", "Does it need an Exchange server?",
           "Is there an SMTP server in the path?", "What did it reply?",
           "Does this count as sending through the company's Exchange?",
           "Where is the message now?"]


def explain(home, *arguments, code=0):
    told = json.loads(home.run("emapi", "explain", *arguments, "--json", code=code).stdout)
    assert [a["question"] for a in told["answers"]] == ANSWERS
    told["answers"] = {a["question"]: a["answer"] for a in told["answers"]}
    told["by"] = {}
    for step in told["steps"]:
        text = "\n".join([step["text"], *step["details"]])
        told["by"].setdefault(step["title"], []).append(text)
    return told


def plain(home, peer, *options):
    home.profile("test", "--from", "Ann <ann@example.test>", "--smtp", f"localhost:{peer.port}",
                 "--tls", "none", *options)


def send(home, *options, to="bob@example.test"):
    return home.run("mapisend", "--to", to, "--subject", "Nightly report", "--body", "x", *options)


@needs_root
def test_says_what_postfix_says(home, mail_system):
    home.smtp_profile(mail_system)
    send(home, to="carol@example.test")
    told = explain(home)
    transport, = told["by"]["Transport"]
    queue_id = re.search(r"queued as (\w+)", told["answers"]["What did it reply?"]).group(1)
    log = mail_system.postfix.log()
    assert re.search(rf"{queue_id}: client=localhost\[127.0.0.1\].*sasl_username=ann", log)
    assert f"{queue_id}: from=<ann@example.test>" in log
    connection = re.search(r"TLS connection established from localhost\[127.0.0.1\]: (TLSv\S+) "
                           r"with cipher (\S+)", log)
    assert connection.group(1) in transport and connection.group(2) in transport
    assert f"{mail_system.postfix.port}" in transport and "127.0.0.1" in transport
    assert "emapi test authority" in transport and "as ann" in transport
    assert queue_id in told["answers"]["Where is the message now?"]
    assert "Sent Items" in told["answers"]["Where is the message now?"]
    assert "secret" not in json.dumps(told)


def test_tells_the_client_the_profile_and_each_step(home):
    with Peer() as peer:
        plain(home, peer)
        send(home, to="bob@example.test,carol@example.test")
        told = explain(home)
        assert told["state"] == "filed" and told["subject"] == "Nightly report"
        program, = told["by"]["Program"]
        assert program.startswith("mapisend (process ") and "SubmitMessage" in program
        assert told["by"]["Profile"] == ['"test": it is the default profile']
        recipients, = told["by"]["Recipients"]
        assert "bob@example.test" in recipients and "carol@example.test" in recipients
        transport, = told["by"]["Transport"]
        for said in ("> MAIL FROM:<ann@example.test>", "> RCPT TO:<carol@example.test>",
                     "no login", "no TLS"):
            assert said in transport
        assert re.search(r"^ +\d+\.\d{3} > MAIL", transport, re.M)
        text = home.run("emapi", "explain", "last").stdout
        assert text.startswith("Message ") and ' 1  Program  ' in text
        for question in ANSWERS:
            assert question in text


def test_a_second_message_over_the_same_connection_is_told_whole(home):
    with Peer() as peer:
        plain(home, peer)
        for _ in range(2):
            send(home)
            transport, = explain(home)["by"]["Transport"]
            assert f"connection localhost [127.0.0.1]:{peer.port}" in transport


def test_knows_exchange_by_its_greeting(home):
    greeting = "220 mail.corp.test Microsoft ESMTP MAIL Service ready at Sat, 28 Nov 2026"
    with Peer(greeting=greeting) as peer:
        plain(home, peer)
        before = explain(home, "--to", "bob@example.test")
        send(home)
        for told in (before, explain(home)):
            answers = told["answers"]
            assert "one by its own greeting" in answers["Does it need an Exchange server?"]
            company = answers["Does this count as sending through the company's Exchange?"]
            assert company.startswith("Yes") and "Exchange" in company


def test_a_greylisted_message(home):
    with Peer(rcpt="451 4.7.1 Greylisted, come back later") as peer:
        plain(home, peer)
        send(home)
        told = explain(home)
        assert told["state"] == "waiting"
        outcome, = told["by"]["Outcome"]
        assert "Greylisted" in outcome and "goes through within minutes" in outcome
        assert "next try at" in outcome
        assert "Outbox" in told["answers"]["Where is the message now?"]


def test_a_refused_message(home):
    with Peer(rcpt="550 5.1.1 nobody here") as peer:
        plain(home, peer)
        send(home)
        told = explain(home)
        assert told["state"] == "failed"
        assert "Nobody has it" in told["answers"]["Where is the message now?"]
        assert "550 5.1.1 nobody here" in told["answers"]["What did it reply?"]


def test_a_held_queue(home):
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": "right"}) as peer:
        plain(home, peer, "--user", "ann", "--password-command", "echo wrong horse")
        send(home)
        told = explain(home)
        assert told["state"] == "held" and "535" in json.dumps(told)
        assert "wrong horse" not in json.dumps(told)


def test_before_anything_is_sent(home):
    with Peer(ehlo=["SIZE 12345678"]) as peer:
        plain(home, peer)
        told = explain(home, "--to", "bob@example.test")
        transport, = told["by"]["Transport"]
        assert "size limit 12345678 bytes" in transport and f":{peer.port}" in transport
        assert told["by"]["Sender"] == ["Ann <ann@example.test>"]
        assert peer.seen("RCPT") == [] and peer.messages == [] and home.queue("--all") == []
    told = explain(home, "--to", "bob@example.test")
    assert "FAILED" in told["by"]["Check"][0]


def test_by_message_id(home):
    with Peer() as peer:
        plain(home, peer)
        send(home)
        name = re.search(rb"^Message-ID: <(.*)>", peer.messages[0], re.M | re.I).group(1).decode()
        first = explain(home)
        send(home)
        for form in (name, f"<{name}>"):
            assert explain(home, "--message-id", form)["id"] == first["id"]
    done = home.run("emapi", "explain", "--message-id", "<no@where>", code=66)
    assert "<no@where>" in done.stderr and "Sent Items" in done.stderr


def test_pickup_folder(home):
    home.pickup_profile()
    send(home)
    told = explain(home)
    assert "no SMTP server" in told["answers"]["Is there an SMTP server in the path?"]
    assert told["answers"]["Does it need an Exchange server?"].startswith("No.")
    assert ".eml" in told["answers"]["What did it reply?"]


def test_what_cannot_be_explained(home):
    home.pickup_profile()
    assert "no message" in home.run("emapi", "explain", "ABCD", code=66).stderr
    assert "one of" in home.run("emapi", "explain", "x", "--to", "y", code=64).stderr
