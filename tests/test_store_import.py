# SPDX-License-Identifier: MIT
"""emapi store import: mails come in, and go out by `export --eml` with the same parts."""

import email
import email.policy
import json
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

import pytest

BODY, PNG, PDF = "Hello,\n\nthe text.\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"%PDF-1.7" * 900
HTML = '<html><body><p>Grüße <img src="cid:one@x"></p></body></html>\n'


def new(body=BODY, subject="s", **fields):
    mail = EmailMessage()
    mail["From"] = fields.pop("from_", "Ann <ann@example.test>")
    mail["To"] = fields.pop("to", "bob@example.test")
    mail["Date"] = "Mon, 06 May 2024 10:08:09 +0200"
    mail["Message-ID"] = "<1@example.test>"
    mail["Subject"] = subject
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    if body is not None:
        mail.set_content(body)
    return mail


def attach(mail, *names):
    for name in names:
        mail.add_attachment(PDF, "application", "pdf", filename=name)
    return mail


def alternative(html=HTML, image=False):
    mail = new()
    mail.add_alternative(html, "html")
    if image:
        mail.get_payload()[1].add_related(PNG, "image", "png", cid="<one@x>", filename="one.png")
    return mail


def html_alone(charset):
    mail = new(None)
    mail.set_content(HTML, "html", charset=charset)
    return mail


def text_in(text, charset, **options):
    mail = new(None)
    mail.set_content(text, charset=charset, **options)
    return mail


def inner(depth=1):
    mail = attach(new(subject="inner"), "in.pdf")
    for level in range(depth):
        outer = new(subject=f"outer {level}")
        outer.add_attachment(mail)
        mail = outer
    return mail


def text_attached(charset):
    mail = new()
    mail.add_attachment("Grüße\n", "plain", charset=charset, filename="note.txt")
    return mail


def signed():
    mail = new(None)
    mail.make_mixed()
    mail.set_param("protocol", "application/pgp-signature")
    mail.attach(EmailMessage())
    mail.get_payload()[0].set_content(BODY)
    mail.add_attachment(b"-----BEGIN PGP SIGNATURE-----\n", "application", "pgp-signature", filename="s.asc")
    mail.replace_header("Content-Type", mail["Content-Type"].replace("mixed", "signed"))
    return mail


def invitation():
    mail = alternative()
    mail.add_alternative("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "calendar")
    return mail


MAILS = {
    "text": new(),
    "empty": new(""),
    "subject": new(subject="Grüße, 漢字 🙂 and a long line " * 5),
    "names": new(to='"Doe, Jane" <jane@example.test>, Zoë <zoe@example.test>', Cc="c@example.test"),
    "sender": new(Sender="sec@example.test", Reply_To="Help <h@example.test>, i@example.test"),
    "thread": new(In_Reply_To="<0@x>", References="<a@x> <b@x> <0@x>"),
    "marks": new(Importance="high", Sensitivity="Private", Priority="urgent"),
    "more fields": new(X_Note="nöte", List_Id="<l.example.test>", User_Agent="x/1"),
    "receipt": new(Disposition_Notification_To="Ann <ann@example.test>"),
    "latin1": text_in("Grüße\n", "iso-8859-1"),
    "latin1 in 8 bits": text_in("Grüße\n", "iso-8859-1", cte="8bit"),
    "utf-8 in base64": text_in("Привет, 世界\n", "utf-8", cte="base64"),
    "koi8": text_in("Привет\n", "koi8-r"),
    "japanese": text_in("漢字\n", "iso-2022-jp"),
    "long lines": new("word " * 2000 + "\n"),
    "html": html_alone("utf-8"),
    "html in latin1": html_alone("iso-8859-1"),
    "alternative": alternative(),
    "with an image": alternative(image=True),
    "an attachment": attach(new(), "a.pdf"),
    "attachments": attach(new(), "ä ö.pdf", "b.pdf", "漢字 " * 30 + ".pdf"),
    "everything": attach(alternative(image=True), "a.pdf"),
    "text attached": text_attached("iso-8859-1"),
    "text attached in utf-8": text_attached("utf-8"),
    "a mail attached": inner(),
    "signed": signed(),
    "an invitation": invitation(),
    "mails in mails": inner(4),
}


@pytest.fixture
def store(home):
    """A function that runs `emapi store` and gives what it prints."""
    home.pickup_profile()
    return lambda *arguments, **options: home.run("emapi", "store", *arguments, **options).stdout


def bring_in(home, store, data, *options, code=0):
    """What import tells of these bytes, as JSON."""
    path = home.folder / "mail.eml"
    path.write_bytes(data)
    return json.loads(store("import", "--json", *options, path, "Inbox", code=code))


def export(store, imported):
    """The mail that comes out again.  Its own words of who wrote it are not the mail's."""
    return email.message_from_string(store("export", "--eml", imported["path"]),
                                     policy=email.policy.default)


def properties(store, imported):
    shown = json.loads(store("show", "--json", imported["path"]))
    return {p["name"]: p.get("value") for p in shown["properties"]}


def content(part):
    value = part.get_content()
    return "\n".join(value.splitlines()) if isinstance(value, str) else value


def described(mail):
    """Header and parts, in a form that does not depend on how they are encoded."""
    parts = []
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            parts.append(("message/rfc822", described(part.get_content())))
            return header_of(mail), parts + [("…",)]
        if not part.is_multipart():
            parts.append((part.get_content_type(), part.get_filename(),
                          part["Content-ID"] and str(part["Content-ID"]), content(part)))
    return header_of(mail), parts


def header_of(mail):
    people = {name: getaddresses(mail.get_all(name, []))
              for name in ("From", "Sender", "Reply-To", "To", "Cc")}
    text = {name: mail[name] and str(mail[name]).strip() for name in (
        "Subject", "Message-ID", "In-Reply-To", "References", "Importance", "Sensitivity",
        "Priority", "X-Note", "List-Id", "User-Agent", "Disposition-Notification-To")}
    return people, text, mail["Date"] and parsedate_to_datetime(str(mail["Date"])).timestamp()


def test_mails_come_out_with_the_same_parts(home, store):
    """All in one run of the command, as a person brings in his old mail."""
    for number, mail in enumerate(MAILS.values()):
        (home.folder / f"{number}.eml").write_bytes(mail.as_bytes(policy=email.policy.SMTP))
    files = [home.folder / f"{number}.eml" for number in range(len(MAILS))]
    told = json.loads(store("import", "--json", *files, "Inbox"))
    assert told["failed"] == [] and len(told["imported"]) == len(MAILS) >= 20
    for (name, mail), imported in zip(MAILS.items(), told["imported"]):
        whole = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
        assert described(export(store, imported)) == described(whole), name
        assert imported["subject"] == str(whole["Subject"]).strip(), name


def test_what_stands_in_the_message(home, store):
    mail = MAILS["everything"].as_bytes()
    mail = b"Received: from a by b;\n Tue, 07 May 2024 09:00:00 +0000\nBcc: d@example.test\n" + mail
    imported, = bring_in(home, store, mail)["imported"]
    got = properties(store, imported)
    assert got["PR_SENDER_EMAIL_ADDRESS_W"] == got["PR_SENT_REPRESENTING_EMAIL_ADDRESS_W"] \
        == "ann@example.test"
    assert got["PR_CLIENT_SUBMIT_TIME"] == "2024-05-06T08:08:09Z"
    assert got["PR_MESSAGE_DELIVERY_TIME"] == "2024-05-07T09:00:00Z"
    assert got["PR_MESSAGE_FLAGS"] & 9 == 1  # MSGFLAG_READ, not MSGFLAG_UNSENT
    assert got["PR_BODY_W"] == "Hello,\r\n\r\nthe text.\r\n" and got["PR_DISPLAY_BCC_W"] == "d@example.test"
    assert got["PR_TRANSPORT_MESSAGE_HEADERS_W"].startswith("Received: from a by b;\r\n Tue, 07")
    imported, = bring_in(home, store, mail, "--unread")["imported"]
    assert properties(store, imported)["PR_MESSAGE_FLAGS"] & 1 == 0
    imported, = bring_in(home, store, b"X-Unsent: 1\n" + mail)["imported"]
    assert properties(store, imported)["PR_MESSAGE_FLAGS"] & 8 == 8


def test_old_mail_asks_for_no_receipts(home, store):
    """It may be read now without telling its sender."""
    imported, = bring_in(home, store, MAILS["receipt"].as_bytes(), "--unread")["imported"]
    assert properties(store, imported)["PR_MESSAGE_FLAGS"] & 0x300 == 0  # MSGFLAG_RN_PENDING ...


BROKEN = {
    "8-bit header": (b"From: J\xfcrgen <j@x.test>\nSubject: Gr\xfc\xdfe\n\nGr\xfc\xdfe\n", "Grüße"),
    "utf-8 in the header": ("From: a@x.test\nSubject: Grüße\n\nGrüße\n".encode(), "Grüße"),
    "a wrong character set": (b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n\xe4 \xc3\xa4\n", "ä ä"),
    "an unknown one": (b"Subject: x\nContent-Type: text/plain; charset=none\n\n\xe4\n", "ä"),
    "no boundary": (b"Subject: x\nContent-Type: multipart/mixed\n\nwords\n", "words"),
    "a boundary that never comes": (b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\nwords\n", "words"),
    "cut off": (b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nwords", "words"),
    "a NUL": (b"Subject: x\n\nwo\0rds\n", "wo rds"),
    "no line ends": (b"Subject: x\r\rwords", None),
    "bad base64": (b"Subject: x\nContent-Transfer-Encoding: base64\n\nd29yZHM=!!!\n", "words"),
    "bad quoted-printable": (b"Subject: x\nContent-Transfer-Encoding: quoted-printable\n\nwo=ZZrds=\n", "wo=ZZrds"),
    "no header but one field": (b"Subject: x", None),
    "addresses that are none": (b"To: all of us, <<a@x.test, ;;\nSubject: x\n\nwords\n", "words"),
    "a date that is none": (b"Date: yesterday\nSubject: x\n\nwords\n", "words"),
    "a mark and blank lines before it": (b"\xef\xbb\xbf\r\n\nSubject: x\n\nwords\n", "words"),
    "an empty HTML": (b"Subject: x\nContent-Type: text/html\n\n", None),
    "a bad type": (b"Subject: x\nContent-Type: ///\n\nwords\n", "words"),
}


def test_broken_mail_keeps_its_text(home, store):
    files = [home.folder / f"{number}.eml" for number in range(len(BROKEN))]
    for path, (data, _) in zip(files, BROKEN.values()):
        path.write_bytes(data)
    told = json.loads(store("import", "--json", *files, "Inbox"))
    assert told["failed"] == []
    for imported, (name, (data, text)) in zip(told["imported"], BROKEN.items()):
        got = properties(store, imported)
        assert not text or text in got.get("PR_BODY_W", ""), name
        if b"Gr\xfc" in data:
            assert got["PR_SUBJECT_W"] == "Grüße" and got["PR_SENDER_NAME_W"] == "Jürgen"


def test_deep_mail(home, store):
    """Too deep to be taken apart: the rest is kept as it is."""
    data = b"Subject: x\n"
    for level in range(300):
        data += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    data += b"\nwords\n"
    for _ in range(30):
        data = b"Subject: outer\nContent-Type: message/rfc822\n\n" + data
    imported, = bring_in(home, store, data)["imported"]
    assert "part.eml" in store("export", "--json", imported["path"])


def test_later_text_is_attached(home, store):
    """The footer of a mailing list must not push out what somebody wrote."""
    data = (b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n"
            b"--b\nContent-Type: text/html\n\n<p>footer</p>\n--b--\n")
    imported, = bring_in(home, store, data)["imported"]
    got = properties(store, imported)
    assert got["PR_BODY_W"] == "words" and "PR_HTML" not in got
    attachment, = export(store, imported).iter_attachments()
    assert attachment.get_content_type() == "text/html" and "footer" in attachment.get_content()


def test_mbox(home, store):
    data = (b"From a Mon May  6 10:00:00 2024\nSubject: one\n\n>From here\n>>From there\n\n"
            b"From b Mon May  6 10:00:00 2024\nSubject: two\n\nwords\n")
    path = home.folder / "old.mbox"
    path.write_bytes(data)
    assert store("import", path, "Inbox") == "Imported 2 mails into Inbox.\n"
    one, two = bring_in(home, store, data)["imported"]
    assert (one["mail"], one["subject"], two["mail"], two["subject"]) == (1, "one", 2, "two")
    assert properties(store, one)["PR_BODY_W"].splitlines()[:2] == ["From here", ">From there"]
    told = json.loads(home.run("emapi", "store", "import", "--json", "-", "Inbox",
                               input=data.decode()).stdout)
    assert [m["file"] for m in told["imported"]] == ["standard input"] * 2


def test_an_mbox_goes_on_after_what_is_no_mail(home, store):
    data = (b"From x Mon May  6 10:00:00 2024\n\nno header\n\n"
            b"From y Mon May  6 10:00:00 2024\n: broken\nSubject: x\n\n\n"
            b"From z Mon May  6 10:00:00 2024\nSubject: good\n\nFrom here on\n")
    told = bring_in(home, store, data, code=65)
    assert [m["mail"] for m in told["failed"]] == [1, 2]
    good, = told["imported"]
    assert (good["mail"], good["subject"]) == (3, "good")
    assert properties(store, good)["PR_BODY_W"].startswith("From here on")


def test_what_is_no_mail_is_told(home, store):
    good = home.folder / "good.eml"
    good.write_bytes(new().as_bytes())
    junk = home.folder / "junk"
    junk.write_bytes(bytes(range(256)) * 10)
    done = home.run("emapi", "store", "import", junk, good, home.folder / "none", home.folder,
                    "Inbox", code=65)
    assert "Imported 1 mail into Inbox." in done.stdout
    for words in (f"{junk}: this is no mail", "No such file", "Is a directory"):
        assert words in done.stderr
    told = bring_in(home, store, b"", code=65)
    assert told["imported"] == [] and told["failed"][0]["why"] == "there is no mail in it"
    assert "are needed" in home.run("emapi", "store", "import", good, code=64).stderr
    assert 'no "Nowhere"' in home.run("emapi", "store", "import", good, "Nowhere", code=66).stderr
