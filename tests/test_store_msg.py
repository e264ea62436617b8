# SPDX-License-Identifier: MIT
"""emapi store export --msg, and import of .msg: other programs read what is written, and it comes
back as it was."""

import json
import shutil
import struct
import subprocess

import pytest

LETTER = """From: Ann <ann@example.test>
To: Bob <bob@example.test>, =?utf-8?q?Zo=C3=AB?= <zoe@example.test>
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
Date: Mon, 06 May 2024 10:08:09 +0200
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Hello
--b
Content-Type: application/pdf; name=a.pdf
Content-Disposition: attachment; filename=a.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjc=
--b
Content-Type: message/rfc822

From: Eve <eve@example.test>
Subject: within

inner
--b--
"""


class Compound:
    """A compound file, read by the letter of [MS-CFB]: path -> bytes of each stream."""

    def __init__(self, data):
        assert data[:8] == bytes.fromhex("d0cf11e0a1b11ae1")
        self.data = data
        fats = [n for n in struct.unpack_from("<109I", data, 76) if n < 0xFFFFFFFA]
        self.fat = [n for sector in fats for n in struct.unpack("<128I", self.sector(sector))]
        directory = self.chain(struct.unpack_from("<I", data, 48)[0])
        self.entries = [directory[at:at + 128] for at in range(0, len(directory), 128)]
        self.mini = self.chain(struct.unpack_from("<I", self.entries[0], 116)[0])
        table = self.chain(struct.unpack_from("<I", data, 60)[0])
        self.minifat = struct.unpack(f"<{len(table) // 4}I", table)
        self.clsid = self.entries[0][80:96]
        self.streams = {}
        self.walk(struct.unpack_from("<I", self.entries[0], 76)[0], "")

    def sector(self, number):
        return self.data[(number + 1) * 512:(number + 2) * 512]

    def chain(self, sector):
        parts = []
        while sector < 0xFFFFFFFA:
            parts.append(self.sector(sector))
            sector = self.fat[sector]
        return b"".join(parts)

    def content(self, start, size):
        if size >= 4096:
            return self.chain(start)[:size]
        parts = []
        while start < 0xFFFFFFFA:
            parts.append(self.mini[start * 64:start * 64 + 64])
            start = self.minifat[start]
        return b"".join(parts)[:size]

    def walk(self, number, path, above=None):
        if number == 0xFFFFFFFF:
            return
        entry = self.entries[number]
        name = entry[:struct.unpack_from("<H", entry, 64)[0] - 2].decode("utf-16-le")
        left, right, child = struct.unpack_from("<3I", entry, 68)
        start, size = struct.unpack_from("<II", entry, 116)
        if entry[66] == 1:
            self.walk(child, f"{path}{name}/")
        else:
            self.streams[path + name] = self.content(start, size)
        self.walk(left, path)
        self.walk(right, path)

    def props(self, path, head):
        data = self.streams[path + "__properties_version1.0"]
        return {struct.unpack_from("<I", data, at)[0]: data[at + 4:at + 16]
                for at in range(head, len(data), 16)}

    def text(self, name):
        return self.streams[name].decode("utf-16-le")


@pytest.fixture
def store(home):
    """A function that runs `emapi store` and gives what it prints."""
    home.pickup_profile()
    return lambda *arguments, **options: home.run("emapi", "store", *arguments, **options).stdout


def bring_in(store, *files, code=0):
    told = json.loads(store("import", "--json", *files, "Inbox", code=code))
    return told["imported"], told["failed"]


@pytest.fixture
def written(home, store):
    """The letter as a .msg file, its path in the store and its path on disk."""
    (home.folder / "letter.eml").write_text(LETTER, encoding="utf-8")
    (imported,), _ = bring_in(store, home.folder / "letter.eml")
    path = home.folder / "letter.msg"
    home.run("sh", "-c", 'emapi store export --msg "$0" >"$1"', imported["path"], path)
    return imported["path"], path


def test_the_layout_is_that_of_the_specification(written):
    """[MS-OXMSG] 2.2 to 2.4, by a reader of this test's own."""
    file = Compound(written[1].read_bytes())
    assert file.clsid == bytes.fromhex("0b0d020000000000c000000000000046")
    top = file.streams["__properties_version1.0"]
    assert struct.unpack_from("<QIIIIQ", top) == (0, 2, 2, 2, 2, 0)
    props = file.props("", 32)
    assert struct.unpack_from("<I", props[0x340D0003], 4)[0] & 0x40000  # STORE_UNICODE_OK
    assert file.text("__substg1.0_0037001F") == "Grüße"
    flags, size, reserved = struct.unpack("<III", props[0x0037001F])
    assert (flags, size, reserved) == (6, 2 * len("Grüße") + 2, 0)
    assert file.text("__recip_version1.0_#00000001/__substg1.0_3003001F") == "zoe@example.test"
    recipient = file.props("__recip_version1.0_#00000001/", 8)
    assert struct.unpack_from("<I", recipient[0x0C150003], 4) == (1,)  # PR_RECIPIENT_TYPE: To
    first, second = (f"__attach_version1.0_#0000000{n}/" for n in (0, 1))
    assert file.streams[first + "__substg1.0_37010102"] == b"%PDF-1.7"
    assert file.props(second, 8)[0x3701000D][4:] == struct.pack("<II", 0xFFFFFFFF, 1)
    within = second + "__substg1.0_3701000D/"
    assert file.text(within + "__substg1.0_0037001F") == "within"
    assert file.props(within, 24)  # a head of 24 bytes where the outermost has 32
    names = "__nameid_version1.0/__substg1.0_000{}0102"
    assert all(names.format(n) in file.streams for n in (2, 3, 4))


def test_it_comes_back_as_it_was(home, store, written):
    (imported,), failed = bring_in(store, written[1])
    assert not failed and imported["subject"] == "Grüße"
    assert store("diff", written[0], imported["path"]) == ""
    within = json.loads(store("export", "--json", imported["path"]))["attachments"][1]
    assert "within" in json.dumps(within)


def test_another_library_reads_it(written):
    if not shutil.which("gsf"):
        pytest.skip("gsf (libgsf-bin) is not installed")
    listing = subprocess.run(["gsf", "list", written[1]], check=True, text=True,
                             capture_output=True).stdout
    assert "__attach_version1.0_#00000001/__substg1.0_3701000D/__properties_version1.0" in listing
    text = subprocess.run(["gsf", "cat", written[1], "__substg1.0_0037001F"], check=True,
                          capture_output=True).stdout
    assert text.decode("utf-16-le") == "Grüße"


def test_broken_files_are_told(home, store, written):
    whole = written[1].read_bytes()
    cut, other = home.folder / "cut.msg", home.folder / "other.msg"
    cut.write_bytes(whole[:1000])
    other.write_bytes(whole[:2000] + bytes(len(whole) - 2000))
    imported, failed = bring_in(store, cut, other, written[1], code=65)
    assert len(imported) == 1 and [f["file"] for f in failed] == [str(cut), str(other)]
    assert all("compound file" in f["why"] for f in failed)
