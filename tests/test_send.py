# SPDX-License-Identifier: MIT
"""The main job: the same message from mapisend, from C and from Python, the whole way into Postfix
over STARTTLS and a login, and from it into a Maildir, read back with Python's own email parser."""

import email
import email.policy
import os
import pathlib
import re
import uuid

import pytest
from conftest import needs_root

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"
TEXT = "Grüße aus Köln,\n.and a line that begins with a dot\n..and one with two\nλ 漢字 🙂\n"


def find(system, user, subject):
    """The messages of this subject in the user's mailbox, parsed."""
    parsed = [email.message_from_bytes(m, policy=email.policy.default)
              for m in system.messages(user)]
    return [m for m in parsed if m["subject"] == subject]


def wait_one(system, user, subject):
    from mailserver import wait_until
    found = wait_until(lambda: find(system, user, subject),
                       lambda: f"{subject!r} for {user}; Postfix says:\n{system.postfix.log()[-3000:]}")
    assert len(found) == 1
    return found[0]


def text_of(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


@needs_root
def test_mapisend_through_postfix(home, mail_system):
    subject = f"Übergröße – 漢字 {uuid.uuid4().hex}"
    data = bytes(range(256)) * 1000 + b"\r\n.\r\n"
    name = "Prüfbericht 漢字.bin"
    (home.folder / name).write_bytes(data)
    home.smtp_profile(mail_system)
    done = home.run("mapisend", "--to", "Ann <ann@example.test>", "--cc", "carol@example.test",
                    "--bcc", "dave@example.test", "--subject", subject, "--body", TEXT,
                    "--attach", name)
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for address, line in zip(("ann", "carol", "dave"), lines):
        assert line.startswith(f"{address}@example.test: accepted by ")
        assert re.search(r": 250 2.0.0 Ok: .*queued as \w+$", line)
    for user in ("ann", "carol", "dave"):
        message = wait_one(mail_system, user, subject)
        assert text_of(message) == TEXT
        attachment, = message.iter_attachments()
        assert attachment.get_filename() == name
        assert attachment.get_content() == data
        assert message["from"] == "Ann Sender <ann@example.test>"
        assert message["to"] == "Ann <ann@example.test>"
        assert message["cc"] == "carol@example.test"
        assert message["bcc"] is None and "dave" not in str(message["to"]) + str(message["cc"])
        assert message["message-id"].endswith("@example.test>")
        assert message["date"] is not None
    assert "Nothing waits." in home.run("emapi", "queue", "list").stdout


@needs_root
def test_one_of_three_refused(home, mail_system):
    subject = uuid.uuid4().hex
    home.smtp_profile(mail_system)
    done = home.run("mapisend", "--to", "ann@example.test,bob@example.test,carol@example.test",
                    "--subject", subject, "--body", "x")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ann@example.test: accepted")
    assert lines[1].startswith("bob@example.test: refused by ")
    assert "550 5.1.1 <bob@example.test>: Recipient address rejected: no such person here" in lines[1]
    assert lines[2].startswith("carol@example.test: accepted")
    assert "not every recipient" in done.stderr
    wait_one(mail_system, "ann", subject)
    wait_one(mail_system, "carol", subject)
    assert find(mail_system, "bob", subject) == []
    done = home.run("mapisend", "--require-accepted", "--to", "bob@example.test", "--subject",
                    subject + "2", "--body", "x", code=1)
    assert "a report about it in the Inbox" in done.stderr
    assert find(mail_system, "bob", subject + "2") == []


@needs_root
def test_refused_for_now_waits_and_goes_later(home, mail_system):
    subject = uuid.uuid4().hex
    home.smtp_profile(mail_system)
    done = home.run("mapisend", "--to", "greylisted@example.test", "--to", "ann@example.test",
                    "--subject", subject, "--body", "x")
    assert "greylisted@example.test: waiting by " in done.stdout
    assert "450 4.2.0" in done.stdout and "next try at" in done.stdout
    assert "safe in the Outbox" in done.stderr
    wait_one(mail_system, "ann", subject)
    listed = home.run("emapi", "queue", "list").stdout
    assert subject in listed and "450 4.2.0" in listed
    mail_system.postfix.refuse({})
    home.run("emapi", "queue", "run")
    wait_one(mail_system, "other", subject)
    assert len(find(mail_system, "ann", subject)) == 1
    mail_system.postfix.refuse({"bob@example.test": "550 5.1.1 no such person here",
                                "greylisted@example.test": "450 4.2.0 come back later"})


@needs_root
@pytest.mark.parametrize("program", ["python", "c"])
def test_the_seed_program(home, mail_system, program):
    """pywin32's way to send, by our scripts of the same calls: the process exits at once."""
    subject = uuid.uuid4().hex
    home.smtp_profile(mail_system)
    command = ["/usr/bin/python3", EXAMPLES / "mapisend.py"] if program == "python" else \
        ["example-mapisend"]
    home.run(*command, subject, TEXT, "ann@example.test", "carol@example.test", "dave@example.test")
    for user in ("ann", "carol", "dave"):
        message = wait_one(mail_system, user, subject)
        assert text_of(message).rstrip("\n") == TEXT.rstrip("\n")
        assert "ann@example.test" in message["to"]
        assert "carol@example.test" in message["cc"]
        assert message["bcc"] is None and "dave" not in message["to"] + message["cc"]
