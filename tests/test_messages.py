# SPDX-License-Identifier: MIT
"""What is sent comes back equal: a table of messages through the Python API, emapi's SMTP transport,
Postfix and Dovecot, fetched by IMAP and read with Python's own email parser."""

import base64
import email
import email.policy
import imaplib
import json
import pathlib
import uuid

import pytest
from conftest import Home, needs_root
from mailserver import wait_until

ANN = [["Ann", "ann@example.test"]]
ALL_BYTES = bytes(range(256)) * 17
SCRIPTS = {
    "german": "Äpfel, Öl und Übergröße – süß",
    "french": "Où l’élève naïf a-t-il goûté ? œuvre",
    "polish": "Zażółć gęślą jaźń",
    "turkish": "ığüşöç İstanbul",
    "vietnamese": "Tiếng Việt có dấu",
    "russian": "Съешь же ещё этих мягких французских булок",
    "greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "hebrew": "דג סקרן שט בים מאוכזב",
    "arabic": "نص حكيم له سر قاطع وذو شأن عظيم",
    "hindi": "ऋषियों को सताने वाले दुष्ट",
    "thai": "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
    "chinese": "视野无限广，窗外有蓝天",
    "japanese": "いろはにほへと ちりぬるを",
    "korean": "다람쥐 헌 쳇바퀴에 타고파",
    "emoji": "🙂 👩‍👩‍👧‍👦 🏳️‍🌈 flags 🇩🇪",
    "combining": "e\u0301 o\u0308 a\u030a",
    "ancient": "𐎠𐎭𐎶 𝒳 𝕐",
}


def file(name, data, **more):
    return dict(name=name, data=base64.b64encode(data).decode(), **more)


def table():
    cases = {f"script {name}": dict(subject=text, body=f"{text}\n{text * 20}\n",
                                    attachments=[file(f"{text}.bin", text.encode())])
             for name, text in SCRIPTS.items()}
    bodies = {
        "empty": "", "one newline": "\n", "dots": ".\n..\n...\n.x\n", "from line": "From me\n>From\n",
        "tabs and trailing blanks": "a\tb \n \t\nend \t", "long line": "word " * 2000,
        "longer line without blanks": "x" * 20000, "soft hyphens": "=3D =\n=20 =",
        "one megabyte": "0123456789abcde\n" * 65536, "no newline at the end": "end",
        "control": "bell \x07 form feed \x0c end",
    }
    cases.update({f"body {name}": dict(subject=name, body=text) for name, text in bodies.items()})
    subjects = {
        "none": "", "long": "long words " * 40, "encoded look-alike": "=?utf-8?q?no?= really",
        "mixed": "ascii " * 10 + "ümlaut " * 10, "quotes": 'a "b" <c> (d), e; f\\',
        "unbroken": "ü" * 300,
    }
    cases.update({f"subject {name}": dict(subject=text, body="x") for name, text in subjects.items()})
    cases.update({
        "html alone": dict(subject="h", html="<p>Grüße <b>漢字</b></p>" + "<br>" * 500),
        "html and text": dict(subject="h", html="<p>ü</p>", body="ü\n"),
        "inline image": dict(subject="h", html='<img src="cid:pic@x">', body="pic\n", attachments=[
            file("pic.png", ALL_BYTES, type="image/png", cid="pic@x")]),
        "inline image and a file": dict(subject="h", html='<img src="cid:p">', body="b", attachments=[
            file("pic.png", ALL_BYTES, type="image/png", cid="p"), file("a.pdf", b"%PDF-")]),
        "empty file": dict(subject="a", body="b", attachments=[file("empty.bin", b"")]),
        "one byte": dict(subject="a", body="b", attachments=[file("one.bin", b"\n")]),
        "all bytes": dict(subject="a", body="b", attachments=[file("all.bin", ALL_BYTES)]),
        "text file": dict(subject="a", body="b", attachments=[
            file("t.txt", b"line\nline\r\n.\n\xfc no utf-8", type="text/plain")]),
        "three megabytes": dict(subject="a", body="b", attachments=[
            file("big.bin", ALL_BYTES * 720)]),
        "ten files": dict(subject="a", body="b", attachments=[
            file(f"{i}.bin", bytes([i]) * i * 100) for i in range(10)]),
        "same name twice": dict(subject="a", body="b", attachments=[
            file("same.txt", b"1"), file("same.txt", b"2")]),
        "odd names": dict(subject="a", body="b", attachments=[
            file('semi;colon "quoted".txt', b"1"), file("a'b`c$d.txt", b"2"),
            file("n" * 150 + ".txt", b"3"), file("ü" * 60 + ".txt", b"4"), file("%41 *.txt", b"5")]),
        "many recipients": dict(subject="m", body="b", to=ANN + [
            [f"Person {i}", f"person{i}@example.test"] for i in range(60)]),
        "odd display names": dict(subject="m", body="b", to=ANN, cc=[
            ["Last, First", "c1@example.test"], ['The "Boss"', "c2@example.test"],
            ["Jörg Müller 漢字", "c3@example.test"], ["a@b.test", "c4@example.test"],
            ["", "c5@example.test"]]),
        "high importance": dict(subject="m", body="b", importance=2),
        "low importance": dict(subject="m", body="b", importance=0),
    })
    return cases


CASES = table()


@pytest.fixture(scope="module")
def sent(mail_system, tmp_path_factory):
    """Sends the whole table at once; gives the parsed messages by case."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.smtp_profile(mail_system)
    keys = {name: uuid.uuid4().hex for name in CASES}
    items = [dict({"to": ANN}, key=keys[name], **case) if "to" not in case else
             dict(case, key=keys[name]) for name, case in CASES.items()]
    script = pathlib.Path(__file__).parent / "api_send.py"
    home.run("/usr/bin/python3", script, input=json.dumps(items))
    wait_until(lambda: "Nothing waits." in home.run("emapi", "queue", "list").stdout,
               "the queue is empty", 60)
    imap = imaplib.IMAP4("127.0.0.1", mail_system.dovecot.imap_port)
    imap.login("ann", "secret of ann")

    def fetch(key):
        imap.select("INBOX", readonly=True)
        _, (numbers,) = imap.search(None, "HEADER", "Message-ID", f"<{key}@example.test>")
        assert len(numbers.split()) <= 1, "the message arrived twice"
        if not numbers:
            return None
        _, data = imap.fetch(numbers, "(BODY.PEEK[])")
        return data[0][1]

    raw = {name: wait_until(lambda: fetch(key), f"{name!r} arrives; queue: "
                            + home.run("emapi", "queue", "list", "--all").stdout[-2000:])
           for name, key in keys.items()}
    imap.logout()
    home.stop()
    return raw


@needs_root
@pytest.mark.parametrize("name", CASES)
def test_comes_back_equal(sent, name):
    case, raw = CASES[name], sent[name]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not message.defects
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert (message["subject"] or "") == case["subject"].strip()
    check_text(message, "plain", case.get("body") if case.get("body") or "html" not in case else None)
    check_text(message, "html", case.get("html"))
    expected = [(a["name"], base64.b64decode(a["data"]), a.get("cid"))
                for a in case.get("attachments", ())]
    assert parts(message) == expected
    for word in ("to", "cc"):
        people = case.get(word, ANN if word == "to" else [])
        addresses = message[word].addresses if message[word] else ()
        assert [a.addr_spec for a in addresses] == [address for _, address in people]
        assert [a.display_name for a in addresses] == \
            ["" if display == address else display for display, address in people]
    importance = {2: "high", 0: "low"}.get(case.get("importance"))
    assert (message["importance"] or "").lower() == (importance or "")


def check_text(message, kind, text):
    part = message.get_body((kind,))
    if text is None:
        assert part is None
    else:
        got = part.get_content().replace("\r\n", "\n")
        # A line end is what ends a MIME text; only a missing last one may come in addition.
        assert got == text or got == text + "\n"


def parts(message):
    """(name, data, content id) of everything that is not a text body."""
    found = []
    for part in message.walk():
        if part.get_filename() is not None and not part.is_multipart():
            cid = part["content-id"]
            found.append((part.get_filename(), part.get_payload(decode=True),
                          cid.strip().strip("<>") if cid else None))
    return found
