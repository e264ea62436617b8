# SPDX-License-Identifier: MIT
"""What mime-render writes, read back by Python's own mail parser: everything that went in must come
out, and the bytes on the way must be legal (RFC 5322, 2045-2047, 2231)."""

import email
import email.policy
import email.utils
import os
import random
import re
import subprocess
from email.header import decode_header, make_header

import pytest

RENDER = os.environ["MIME_RENDER"]

PR_SUBJECT, PR_BODY, PR_HTML, PR_BODY_HTML = "0037001f", "1000001f", "10130102", "1013001f"
PR_SENDER = {"name": "0c1a001f", "type": "0c1e001f", "address": "0c1f001f"}
PR_REPRESENTING = {"name": "0042001f", "type": "0064001f", "address": "0065001f"}
TO, CC, BCC = 1, 2, 3
INVISIBLE, REFERRED = 0, 4

SCRIPTS = {
    "ascii": "Quarterly report",
    "latin": "Grüße aus Zürich – naïve café",
    "cyrillic": "Отчёт за третий квартал, срочно!",
    "cjk": "第三四半期の報告書：至急ご確認ください",
    "korean": "분기 보고서",
    "hebrew": "דוח רבעוני (סופי)",
    "arabic": "تقرير الربع الثالث ٢٠٢٦",
    "emoji": "👩‍👩‍👧‍👦🎉🚀 done 🏳️‍🌈",
    "mixed": "Re: 報告 / отчёт / report 🚀 100%",
}


def hexed(text):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return data.hex() or "-"


class Message:
    """The lines that mime-render reads."""

    def __init__(self, sender=("Ann Example", "ann@example.test")):
        self.lines = []
        if sender:
            self.person(PR_SENDER, *sender)

    def add(self, *words):
        self.lines.append(" ".join(str(word) for word in words))
        return self

    def person(self, tags, name, address, kind="SMTP"):
        self.text(tags["name"], name)
        self.text(tags["type"], kind)
        return self.text(tags["address"], address)

    def text(self, tag, text):
        return self.add("p", tag, hexed(text) if text else "-")

    def to(self, address, name="", kind=TO, address_type="SMTP"):
        return self.add("r", kind, hexed(name), hexed(address_type), hexed(address))

    def attach(self, name, data, media_type="", content_id="", flags=0):
        return self.add("a", hexed(name), hexed(media_type), hexed(content_id), flags, hexed(data))

    def run(self, environment=None):
        return subprocess.run([RENDER], input="\n".join(self.lines).encode() + b"\n",
                              capture_output=True, timeout=300,
                              env=dict(os.environ, **(environment or {})), check=False)

    def render(self):
        done = self.run()
        assert done.returncode == 0, done.stderr.decode()
        check_bytes(done.stdout)
        return email.message_from_bytes(done.stdout, policy=email.policy.default)

    def refusal(self):
        done = self.run()
        assert done.returncode == 1 and done.stdout == b""
        return done.stderr.decode()


def check_bytes(raw):
    """Legal on any SMTP hop: 7-bit, CRLF alone, lines in bounds, ends with a line end."""
    assert raw.endswith(b"\r\n")
    assert max(raw) < 0x80 and 0 not in raw
    assert b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    head = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    for line in head:
        assert re.match(rb"[!-9;-~]+:|[ \t]+\S", line), line
        assert len(line) <= 78 or b" " not in line.strip().split(b": ")[-1], line
    for word in re.findall(rb"=\?[^?]*\?[^?]*\?[^?]*\?=", raw.split(b"\r\n\r\n")[0]):
        assert len(word) <= 75, word


def people(mail, field):
    """Names and addresses.  Decoded by hand: policy.default keeps the blanks between encoded words
    of a phrase, which RFC 2047 6.2 says to drop."""
    raw = re.sub(r"\r?\n", "", dict(mail.raw_items())[field])
    return [(str(make_header(decode_header(name))), address)
            for name, address in email.utils.getaddresses([raw])]


def body_of(mail, subtype):
    part = mail.get_body((subtype,))
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_survive_everywhere(script):
    text = SCRIPTS[script]
    mail = (Message(sender=(text, "ann@example.test"))
            .text(PR_SUBJECT, text).text(PR_BODY, text + "\n" + text)
            .to("bob@example.test", text).attach(text + ".pdf", b"%PDF")).render()
    assert mail["Subject"] == text
    assert people(mail, "From") == [(text, "ann@example.test")]
    assert people(mail, "To") == [(text, "bob@example.test")]
    assert body_of(mail, "plain") == text + "\n" + text
    attachment, = mail.iter_attachments()
    assert attachment.get_filename() == text.split("/")[-1].strip() + ".pdf"
    assert attachment.get_content_type() == "application/pdf"


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("times", [3, 20, 200])
def test_long_headers(script, times):
    text = " ".join([SCRIPTS[script]] * times)
    mail = Message().text(PR_SUBJECT, text).to("b@example.test", text).render()
    assert mail["Subject"] == text
    assert people(mail, "To") == [(text, "b@example.test")]


@pytest.mark.parametrize("subject", [
    "a" * 70, "a" * 77, "a" * 2000, "x  y   z", "x" + " " * 100 + "y", "=?utf-8?q?not_encoded?=",
    "50% =?", "tab\tinside", "ü" * 500, "ends with =", "a b " * 300, "日本語" * 100, ":", "_", "?=",
], ids=lambda subject: ascii(subject[:10]))
def test_subjects_read_back_exactly(subject):
    mail = Message().text(PR_SUBJECT, subject).to("b@example.test").render()
    assert mail["Subject"] == subject.replace("\t", " ").strip()


@pytest.mark.parametrize("evil", ["x\r\nBcc: eve@evil.test", "x\nX-Evil: 1", "x\r\n\r\nbody",
                                  "x\0y", "x\x85Bcc: e@evil.test", "x\u2028y", "\r\n\r\n"])
def test_nothing_breaks_out_of_the_header(evil):
    mail = (Message(sender=(evil, "ann@example.test"))
            .text(PR_SUBJECT, evil).to("b@example.test", evil).to("c@example.test" + evil, "C", CC)
            .text("1035001f", evil).text("1039001f", evil).text("1042001f", evil)
            .text("0070001f", evil).add("P", "00710102", "0102")
            .add("h", hexed("X-Ok"), hexed(evil)).add("h", hexed("X\r\nEvil"), hexed("v"))
            .add("h", hexed("Bcc"), hexed("eve@evil.test"))
            .add("h", hexed("X-Receiver"), hexed("eve@evil.test"))
            .attach("n" + evil, b"data", "text/" + evil, evil).text(PR_BODY, "the body")).render()
    assert "Bcc" not in mail and "X-Evil" not in mail and "X-Receiver" not in mail
    assert not [name for name in mail.keys() if "evil" in name.lower()]
    assert body_of(mail, "plain") == "the body"
    assert [a.get_payload(decode=True) for a in mail.iter_attachments()] == [b"data"]


def test_people_and_kinds():
    mail = (Message().person(PR_REPRESENTING, "The Boss", "boss@example.test")
            .to("a@example.test", "O'Neil, \"Bob\" \\ B.").to("b@example.test", "'b@example.test'")
            .to("c@example.test", "", CC).to("secret@example.test", "Secret", BCC)
            .to("SMTP:d@example.test", "SMTP:d@example.test", CC)
            .to("/o=Org/cn=x", "In Exchange", TO, "EX").to("an.invalid at address")).render()
    assert mail["From"] == "The Boss <boss@example.test>"
    assert mail["Sender"] == "Ann Example <ann@example.test>"
    people = mail["To"].addresses
    assert [p.display_name for p in people] == ["O'Neil, \"Bob\" \\ B.", ""]
    assert [p.addr_spec for p in people] == ["a@example.test", "b@example.test"]
    groups = [g.display_name for g in mail["To"].groups if g.display_name]
    assert groups == ["In Exchange", "an.invalid at address"]
    assert mail["Cc"] == "c@example.test, d@example.test"
    assert "secret" not in mail.as_string().lower()


def test_nobody_to_show():
    mail = Message().to("secret@example.test", "", BCC).render()
    assert mail["To"] == "undisclosed-recipients:;" and "Cc" not in mail
    assert "secret" not in mail.as_string()


def test_many_recipients_fold():
    message = Message()
    for i in range(500):
        message.to(f"person{i}@example.test", f"Person {i}" if i % 2 else f"Персона {i}")
    assert len(message.render()["To"].addresses) == 500


def test_same_sender_is_not_said_twice():
    mail = (Message().person(PR_REPRESENTING, "Ann", "ANN@example.test").to("b@x.test")).render()
    assert "Sender" not in mail


def test_nobody_from():
    assert "MAPI_E_UNCONFIGURED" in Message(sender=None).to("b@example.test").refusal()


def test_identity_and_thread():
    mail = (Message().to("b@example.test").text("1035001f", "<id-1@example.test>")
            .text("1042001f", "<p@x.test>").text("1039001f", " ".join(
                f"<reference-number-{i}@example.test>" for i in range(50)))
            .add("t", "00390040", 132490000000000000)
            .add("l", "00170003", 2).add("l", "00260003", -1).add("l", "00360003", 3)
            .add("b", "0029000b", 1)).render()
    assert mail["Message-ID"] == "<id-1@example.test>"
    assert mail["In-Reply-To"] == "<p@x.test>"
    assert len(mail["References"].split()) == 50
    assert mail["Date"].datetime.timestamp() == 13249000000 - 11644473600
    assert mail["Importance"] == "high" and mail["X-Priority"] == "1"
    assert mail["Priority"] == "non-urgent" and mail["Sensitivity"] == "Company-Confidential"
    assert "ann@example.test" in mail["Disposition-Notification-To"]
    assert mail["X-Mailer"].startswith("emapi") and mail["MIME-Version"] == "1.0"


def test_own_headers():
    mail = (Message().to("b@example.test").add("h", hexed("X-Mailer"), hexed("mine 2"))
            .add("h", hexed("List-Unsubscribe"), hexed("<mailto:u@example.test>"))
            .add("h", hexed("X-Größe"), hexed("no")).add("h", hexed("x-note"), hexed("日本"))
            .add("h", hexed("Content-Type"), hexed("text/evil"))).render()
    assert mail.get_all("X-Mailer") == ["mine 2"]
    assert mail["List-Unsubscribe"] == "<mailto:u@example.test>"
    assert mail["X-Note"] == "日本" and mail.get_content_type() == "text/plain"


def test_reply_to():
    def one_off(name, address):
        uid = bytes.fromhex("812B1FA4BEA310199D6E00DD010F5402")
        text = "".join(part + "\0" for part in (name, "SMTP", address)).encode("utf-16-le")
        return bytes(4) + uid + b"\x00\x00\x01\x90" + text

    entries = b""
    for entry in (one_off("Répondre", "r@example.test"), one_off("", "s@example.test")):
        entries += len(entry).to_bytes(4, "little") + entry + bytes(-len(entry) % 4)
    value = (2).to_bytes(4, "little") + len(entries).to_bytes(4, "little") + entries
    mail = Message().to("b@example.test").add("P", "004f0102", value.hex()).render()
    people = mail["Reply-To"].addresses
    assert [p.addr_spec for p in people] == ["r@example.test", "s@example.test"]
    assert people[0].display_name == "Répondre"
    for cut in range(0, len(value), 7):  # broken ones only lose people
        Message().to("b@example.test").add("P", "004f0102", value[:cut].hex() or "00").render()


@pytest.mark.parametrize("body", [
    "", "one line", "two\nlines\n", "dos\r\nlines\r\n", "old\rmac", ".\n..\nFrom me\n", "x" * 5000,
    "trailing \nblanks\t\n", "\x01\x1b[0m", "ü" * 3000, "a=b\n" * 500, "ascii with one é " * 40, "\n\n\n",
    "日本語\n" * 20000, "\ud83d alone", "--=-\n--\n",
], ids=lambda body: ascii(body[:10]))
def test_bodies(body):
    mail = Message().to("b@example.test").text(PR_BODY, body).render()
    expected = body.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    expected = expected.replace("\ud83d", "\ufffd")
    assert body_of(mail, "plain") == expected.encode("utf-8", "replace").decode()


def test_ascii_goes_as_it_is():
    mail = Message().to("b@example.test").text(PR_BODY, "plain text\n").render()
    assert mail["Content-Transfer-Encoding"] == "7bit"
    assert mail.get_content_charset() == "us-ascii"


@pytest.mark.parametrize("page,codec", [(65001, "utf-8"), (1252, "cp1252"), (1251, "cp1251"),
                                        (932, "cp932"), (50220, "iso2022_jp"), (1200, "utf-16-le"),
                                        (0, "utf-8"), (0, "cp1252"), (99999, "utf-8")])
def test_html_in_its_code_page(page, codec):
    text = {"cp1252": "<p>Grüße – ß</p>", "cp1251": "<p>Отчёт</p>", "cp932": "<p>報告書</p>",
            "iso2022_jp": "<p>報告書</p>"}.get(codec, "<p>€ Grüße 報告書</p>")
    mail = (Message().to("b@example.test").add("l", "3fde0003", page)
            .add("P", PR_HTML, text.encode(codec).hex())).render()
    assert mail.get_content_type() == "text/html"
    assert body_of(mail, "html") == text


def test_text_html_inline_attachment():
    png, html = bytes(range(256)) * 20, '<img src="cid:pic@1"><img src="cid:pic%402">'
    mail = (Message().to("b@example.test").text(PR_BODY, "plain").text(PR_BODY_HTML, html)
            .attach("a.png", png, "", "<pic@1>").attach("b.png", png, "image/png", "pic@2")
            .attach("c.png", png, "image/png", "unused").attach("d.gif", png, "", "x", REFERRED)
            .attach("report.docx", png)).render()
    shape = [part.get_content_type() for part in mail.walk()]
    assert shape == ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related",
                     "text/html", "image/png", "image/png", "image/gif", "image/png",
                     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"]
    parts = list(mail.walk())
    assert [p["Content-ID"] for p in parts[5:9]] == ["<pic@1>", "<pic@2>", "<x>", "<unused>"]
    assert [p.get_content_disposition() for p in parts[5:]] == ["inline"] * 3 + ["attachment"] * 2
    assert all(p.get_payload(decode=True) == png for p in parts[5:])
    assert body_of(mail, "plain") == "plain" and body_of(mail, "html") == html


def test_short_text_stays_readable():
    mail = Message().to("b@example.test").text(PR_BODY, "Grüße").render()
    assert mail["Content-Transfer-Encoding"] == "quoted-printable"


def test_subject_in_two_parts():
    mail = Message().to("b@example.test").text("003d001f", "Re: ").text("0e1d001f", "plan").render()
    assert mail["Subject"] == "Re: plan"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 4095, 4096, 4097, 65535, 65536, 65537,
                                  786432, 1 << 20, 3 << 20])
def test_attachment_sizes(size):
    data = random.Random(size).randbytes(size)
    mail = Message().to("b@example.test").text(PR_BODY, "x").attach("d.bin", data).render()
    assert [a.get_payload(decode=True) for a in mail.iter_attachments()] == [data]


@pytest.mark.parametrize("data", [b"\n", b"\r", b"a\nb\r\nc\r", b"\r\n" * 1000, b"\x1a", b"no end"])
def test_text_attachments_stay_byte_for_byte(data):
    mail = Message().to("b@example.test").attach("t.txt", data, "text/plain").render()
    assert [a.get_payload(decode=True) for a in mail.iter_attachments()] == [data]


@pytest.mark.parametrize("name,shown", [
    ("plain.txt", "plain.txt"), ("with space.txt", "with space.txt"), ('q"uo\\te.txt', 'te.txt'),
    ("C:\\Users\\ann\\secret.txt", "secret.txt"), ("../../etc/passwd", "passwd"),
    ("semi;colon=x.txt", "semi;colon=x.txt"), ("長い名前" * 20 + ".txt", None),
    ("n" * 250 + ".txt", None), ("100%.txt", "100%.txt"), ("it's.txt", "it's.txt"),
])
def test_names(name, shown):
    mail = Message().to("b@example.test").attach(name, b"x").render()
    attachment, = mail.iter_attachments()
    got = attachment.get_filename()
    if shown is not None:
        assert got == shown
    else:
        assert len(got.encode()) <= 255 and name.startswith(got)
    assert b"secret.txt" in mail.as_bytes() or "ann" not in mail.as_string().split("\n\n", 1)[1]


@pytest.mark.parametrize("given,name,expected", [
    ("image/PNG", "x", "image/png"), ("", "x.PDF", "application/pdf"), ("nonsense", "x.zip",
    "application/zip"), ("message/rfc822", "x.eml", "application/octet-stream"),
    ("multipart/mixed", "x", "application/octet-stream"), ("a/b/c", "x", "application/octet-stream"),
    ("text/plain; charset=evil", "x", "text/plain"), ("", "noextension", "application/octet-stream"),
])
def test_types(given, name, expected):
    mail = Message().to("b@example.test").attach(name, b"x", given).render()
    attachment, = mail.iter_attachments()
    assert attachment.get_content_type() == expected


def test_messages_in_messages():
    message = Message().to("b@example.test").text(PR_SUBJECT, "outer").text(PR_BODY, "forwarded")
    message.add("(").person(PR_SENDER, "Инна", "inna@example.test")
    message.text(PR_SUBJECT, "inner – ü").to("x@example.test").to("y@example.test", "", BCC)
    message.text(PR_BODY, "Текст").attach("deep.bin", b"deep")
    message.add("(").text(PR_SUBJECT, "innermost").add(")").add(")").attach("after.bin", b"after")
    mail = message.render()
    inner = [part for part in mail.walk() if part.get_content_type() == "message/rfc822"]
    subjects = [part.get_payload(0)["Subject"] for part in inner]
    assert subjects == ["inner – ü", "innermost"]
    first = inner[0].get_payload(0)
    assert body_of(first, "plain") == "Текст" and "y@example.test" not in first.as_string()
    assert [a.get_filename() for a in mail.iter_attachments()][-1] == "after.bin"


def test_too_deep():
    message = Message().to("b@example.test")
    for _ in range(40):
        message.add("(")
    assert "MAPI_E_TOO_COMPLEX" in message.refusal()


@pytest.mark.parametrize("line,word", [
    (("P", "10090102", "00"), "RTF"),
    (("p", "001a001f", hexed("IPM.Note.SMIME.MultipartSigned")), "S/MIME"),
    (("p", "001a001f", hexed("IPM.Schedule.Meeting.Request")), "meeting"),
    (("p", "001a001f", hexed("REPORT.IPM.Note.NDR")), "report of delivery"),
])
def test_what_is_not_built_is_refused(line, word):
    refusal = Message().to("b@example.test").add(*line).refusal()
    assert "MAPI_E_NO_SUPPORT" in refusal and word in refusal


@pytest.mark.parametrize("method,word", [(6, "OLE"), (4, "by reference"), (2, "by reference")])
def test_attachments_that_are_not_values(method, word):
    refusal = Message().to("b@example.test").attach("x.doc", b"x").add("m", method).refusal()
    assert "MAPI_E_NO_SUPPORT" in refusal and word in refusal and "x.doc" in refusal


def test_rtf_beside_text_is_fine():
    mail = (Message().to("b@example.test").add("P", "10090102", "00").text(PR_BODY, "t")).render()
    assert body_of(mail, "plain") == "t"


def test_international_addresses():
    mail = Message().to("bob@bücher.example").to("eve@straße.example").render()
    assert [a.addr_spec for a in mail["To"].addresses] == [
        "bob@xn--bcher-kva.example", "eve@xn--strae-oqa.example"]
    message = Message().to("почта@пример.example")
    assert "MAPI_E_BAD_CHARWIDTH" in message.refusal()
    done = message.add("u").run()
    assert done.returncode == 0 and b"smtputf8=1" in done.stderr
    assert "To: почта@пример.example\r\n".encode() in done.stdout


def test_the_disk_is_full():
    done = (Message().to("b@example.test").add("z", hexed("big.bin"), 3 << 20)
            .run({"TMPDIR": "/nowhere/at/all"}))
    assert done.returncode == 0  # falls back to /var/tmp


def test_a_large_attachment_in_little_memory():
    """256 MiB here; EMAPI_TEST_LARGE=1 takes 1 GiB."""
    size = 1 << 30 if os.environ.get("EMAPI_TEST_LARGE") else 1 << 28
    message = Message().to("b@example.test").add("z", hexed("big.bin"), size)
    with subprocess.Popen([RENDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as child:
        child.stdin.write("\n".join(message.lines).encode() + b"\n")
        child.stdin.close()
        written = 0
        while piece := child.stdout.read(1 << 20):
            written += len(piece)
        peak = int(child.stderr.read().split(b"peak=")[1])
    assert child.returncode == 0 and written > size * 4 // 3
    assert 0 < peak < 32 * 1024


def report(kind, sender=("Ann Example", "ann@example.test")):
    return (Message(sender).to("bob@example.test").text("001a001f", f"REPORT.IPM.Note.{kind}")
            .text(PR_SUBJECT, "Read: Lunch").text(PR_BODY, "Your message\n\nwas read by Zoë.\n"))


@pytest.mark.parametrize("kind, what", [("IPNRN", "displayed"), ("IPNNRN", "deleted"),
                                        ("ipnrn", "displayed")])
def test_read_reports(kind, what):
    """RFC 8098: both kinds, for people and for programs."""
    mail = (report(kind).text("1042001f", "<first@example.test> <second@example.test>")
            .add("b", "0029000b", 1)).render()
    assert mail.get_content_type() == "multipart/report"
    assert mail["Content-Type"].params["report-type"] == "disposition-notification"
    human, machine = mail.iter_parts()
    assert human.get_content_type() == "text/plain" and "read by Zoë" in human.get_content()
    assert machine.get_content_type() == "message/disposition-notification"
    fields = email.message_from_string(machine.get_payload(0).as_string())
    assert dict(fields.items()) == {
        "Reporting-UA": "emapi", "Final-Recipient": "rfc822; ann@example.test",
        "Original-Message-ID": "<first@example.test>",
        "Disposition": f"manual-action/MDN-sent-manually; {what}"}
    assert mail["In-Reply-To"].startswith("<first@example.test>")
    assert "Disposition-Notification-To" not in mail  # it must not ask for another


def test_read_report_sent_by_itself():
    mail = report("IPNRN").text("0081001f", "manual-action/MDN-sent-automatically").render()
    assert "; displayed" in mail.as_string() and "MDN-sent-automatically" in mail.as_string()
    mail = report("IPNRN").text("0081001f", "x\r\nEvil: yes").render()
    assert "Evil" not in mail.as_string() and "MDN-sent-manually" in mail.as_string()


@pytest.mark.parametrize("original", ["", "no id", "<a\r\nX-Evil: y>", "<half@example.test", "<ü@x>",
                                      "<" + "x" * 2000 + ">"], ids=lambda text: ascii(text[:8]))
def test_read_report_of_what_has_no_name(original):
    mail = report("IPNRN").text("1042001f", original).render()
    assert "Original-Message-ID" not in mail.as_string()
    assert "X-Evil" not in [name for part in mail.walk() for name in part.keys()]


def test_read_report_of_an_international_address():
    done = report("IPNRN", ("Ян", "почта@пример.example")).add("u").run()
    assert rb"Final-Recipient: utf-8; \x{43F}\x{43E}" in done.stdout
    mail = report("IPNRN", ("Ян", "post@пример.example")).render()
    assert "Final-Recipient: rfc822; post@xn--" in mail.as_string()


def test_read_report_keeps_attachments():
    mail = report("IPNRN").attach("a.bin", b"bytes").render()
    human, machine = mail.iter_parts()
    assert [a.get_payload(decode=True) for a in human.iter_attachments()] == [b"bytes"]
    assert machine.get_content_type() == "message/disposition-notification"


def test_random_messages():
    """Messages with random properties of random text: legal, and read back."""
    rng = random.Random(20261123)
    alphabet = "aB9 .,;:<>@\"\\()[]=?_\t\r\n\0\x7f\x85äßЖ日本👍🏽\u200f\u202e\ufeff\ud800"

    def text(limit):
        return "".join(rng.choice(alphabet) for _ in range(rng.randrange(limit)))

    for _ in range(300):
        message = Message(sender=(text(60), "ann@example.test"))
        subject, body = text(200), text(400)
        message.text(PR_SUBJECT, "s" + subject).text(PR_BODY, body)
        for _ in range(rng.randrange(4)):
            message.to(rng.choice([text(30), "b@example.test"]), text(90), rng.choice([TO, CC, BCC]))
        data = [rng.randbytes(rng.randrange(3000)) for _ in range(rng.randrange(3))]
        for item in data:
            message.attach(text(100), item, text(20), text(40), rng.choice([0, 4]))
        mail = message.render()
        cleaned = re.sub("[\0-\x1f\x7f]", " ", "s" + subject.replace("\ud800", "\ufffd"))
        cleaned = cleaned.replace("\x85", "  ").strip()
        if "\0" not in subject:  # a zero ends a text property
            assert mail["Subject"] == cleaned
        got = [a.get_payload(decode=True) for a in mail.iter_attachments()]
        assert got == data
