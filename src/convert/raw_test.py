# SPDX-License-Identifier: MIT
"""A message that holds a whole mail goes out as it is, by mime-render as in mime_test.py."""

import email
import email.utils
import re

import pytest
from mime_test import Message, PR_BODY, PR_SUBJECT

PR_RAW, PR_MESSAGE_ID, PR_SUBMIT_TIME = "66f00102", "1035001f", "00390040"
ID = "<one@example.test>"
HEAD = (b"From: Ann <ann@example.test>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
        b"Message-ID: <own@example.test>\r\n")


def raw(data, message_id=ID):
    message = Message().add("P", PR_RAW, data.hex() or "-").text(PR_SUBJECT, "not this one")
    # 2026-11-23 10:00:00 UTC
    return message.text(PR_MESSAGE_ID, message_id).add("t", PR_SUBMIT_TIME, 134399016000000000)


def render(data, **options):
    done = raw(data, **options).run(environment={"TZ": "UTC"})
    assert done.returncode == 0, done.stderr.decode()
    assert re.sub(rb"\r\n", b"", done.stdout).count(b"\n") == 0
    assert re.sub(rb"\r\n", b"", done.stdout).count(b"\r") == 0
    return done.stdout


SIGNED = HEAD + (
    b"To: bob@example.test\r\nSubject:   odd   spacing \r\n\tand a fold\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/signed; boundary="b"\r\n\r\npreamble\r\n--b\r\n\r\n'
    b"text with trailing blanks   \r\n\r\n.\r\nFrom the start\r\n--b\r\n"
    b"Content-Type: application/pgp-signature\r\n\r\n\xff\xfe\x00 8 bit\r\n--b--\r\n\r\n\r\n")


def test_bytes_stay():
    assert render(SIGNED) == SIGNED


def test_line_ends_become_those_of_mail():
    assert render(SIGNED.replace(b"\r\n", b"\n")) == SIGNED


def test_no_line_end_at_the_end():
    assert render(HEAD + b"\r\ntext") == HEAD + b"\r\ntext\r\n"


@pytest.mark.parametrize("odd, sent", [
    (b"one\rtwo\r\n", b"one two\r\n"),
    (b"one\r\r\ntwo\r\n", b"one \r\ntwo\r\n"),
    (b"\r.\r\n", b" .\r\n"),
    (b"end\r", b"end\r\n"),
])
def test_a_lone_cr_smuggles_nothing(odd, sent):
    assert render(HEAD + b"\n" + odd) == HEAD + b"\r\n" + sent


def test_cr_and_lf_in_different_pieces():
    for pad in range(65536 - 3 - len(HEAD), 65536 + 3 - len(HEAD)):
        body = b"x" * pad + b"\r\nnext\r\n"
        assert render(HEAD + b"\r\n" + body) == HEAD + b"\r\n" + body


def test_secret_fields_go():
    sent = render(HEAD + b"Bcc: secret@example.test,\r\n also@example.test\r\nTo: bob@example.test\r\n"
                  b"Return-Path: <x@example.test>\r\nbcc : more@example.test\r\n\r\nBcc: in the text\r\n")
    assert sent == HEAD + b"To: bob@example.test\r\n\r\nBcc: in the text\r\n"


def test_missing_fields_come():
    mail = email.message_from_bytes(render(b"Subject: s\n\ntext\n"))
    assert mail["Message-ID"] == ID and mail["Date"] == "Mon, 23 Nov 2026 10:00:00 +0000"
    assert mail["From"] == "Ann Example <ann@example.test>"
    assert mail["Subject"] == "s" and mail.get_payload() == "text\r\n"
    assert len(mail.keys()) == 4


@pytest.mark.parametrize("data, body", [
    (b"just text\n", "just text\r\n"),
    (b"", ""),
    (b"\n", ""),
    (b"\nSubject: in the text\n", "Subject: in the text\r\n"),
    (b"To: a@example.test\nsee: this is\nno field\n", "no field\r\n"),
])
def test_a_mail_without_a_header(data, body):
    mail = email.message_from_bytes(render(data))
    assert mail.get_payload() == body and mail["Message-ID"] == ID


def test_sent_on():
    """What was there stays; who sends it on is named in front of it (RFC 5322 3.6.6)."""
    data = b"Resent-To: bob@example.test\r\nResent-Bcc: c@example.test\r\n" + HEAD + b"\r\ntext\r\n"
    sent = render(data)
    assert sent.endswith(b"Resent-To: bob@example.test\r\n" + HEAD + b"\r\ntext\r\n")
    front = sent.split(b"Resent-To")[0].decode()
    assert front == ("Resent-Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
                     "Resent-From: Ann Example <ann@example.test>\r\n"
                     f"Resent-Message-ID: {ID}\r\n")


def test_a_long_header():
    data = HEAD + b"To: " + b",\r\n ".join(b"a%d@example.test" % n for n in range(20000)) + b"\r\n\r\nx\r\n"
    assert render(data) == data


def test_inside_another_message():
    data = HEAD + b"Content-Transfer-Encoding: 8bit\r\n\r\ngr\xc3\xbc\xc3\x9fe\r\n"
    message = Message().to("bob@example.test").text(PR_BODY, "see there").add("(")
    message.add("P", PR_RAW, data.hex()).add(")")
    outer = email.message_from_bytes(message.run().stdout)
    part = outer.get_payload()[1]
    assert part.get_content_type() == "message/rfc822"
    assert part["Content-Transfer-Encoding"] == "8bit"
    assert data in message.run().stdout
