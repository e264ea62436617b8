# SPDX-License-Identifier: MIT
"""Bad input: each ends with the exit code and words of design D8, and nothing is lost, doubled or
half-written."""

import contextlib
import email
import email.policy
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import threading
import uuid

import pytest
from conftest import BODY
from mailserver import free_port, wait_until

NOTHING = "nothing was stored or sent"


def refused(home, *command, code, says, messages=0, **options):
    """The command fails with `code` and these words, and leaves nothing behind."""
    done = home.run("mapisend", *command, code=code, **options)
    for words in (*says, NOTHING):
        assert words in done.stderr
    assert done.stdout == ""
    assert home.stored() == (messages, 0)
    return done


def accepted(home, *command):
    done = home.run("mapisend", *(command or BODY))
    assert "accepted" in done.stdout and done.stderr == ""


# --- the command line ---

def test_no_profile(home):
    refused(home, *BODY, code=78, says=["there is no profile", "emapi profile create"])


def test_unknown_profile(home):
    home.pickup_profile("known")
    refused(home, "-p", "unknown", *BODY, code=78, says=['"unknown"', "known"])


def test_no_recipients(home):
    home.pickup_profile()
    refused(home, "--subject", "s", "--body", "x", code=64, says=["no recipients", "--to"])


@pytest.mark.parametrize("name", ["an.invalid at address", "nobody"])
def test_name_that_nobody_knows_is_refused_before_anything_is_stored(home, name):
    home.pickup_profile()
    refused(home, "--to", name, "--to", "good@example.test", "--body", "x", code=67,
            says=["is no address, and not in the address book"])
    assert home.picked_up() == []


@pytest.mark.parametrize("address", ["a@b@", "@example.test",
                                     "x y@example.test", "a@exa mple.test", "a@b\r\nRCPT TO:<c@d>"])
def test_malformed_address_is_refused_before_anything_is_stored(home, address):
    home.pickup_profile()
    refused(home, "--to", address, "--to", "good@example.test", "--body", "x", code=65,
            says=["is not a mail address"])
    assert home.picked_up() == []


def test_malformed_address_through_the_api_fails_that_recipient_alone(home):
    """The seed's own example goes through MAPI as any address does; the transport refuses it."""
    home.pickup_profile()
    home.run("example-mapisend", "seed", "testing one two three", "an.invalid at address",
             "ann@example.test")
    wait_until(lambda: len(home.picked_up()) == 1, "the other recipient's mail is picked up")
    listed = home.run("emapi", "queue", "list", "--all").stdout
    assert "an.invalid at address: refused" in listed and "5.1.3" in listed
    assert "ann@example.test: accepted" in listed


# --- attachments ---

def test_missing_attachment(home):
    home.pickup_profile()
    refused(home, *BODY, "--attach", "missing.pdf", code=66, says=["missing.pdf", "No such file"])


def test_a_folder_is_no_attachment(home):
    home.pickup_profile()
    refused(home, *BODY, "--attach", home.folder, code=66, says=["Is a directory"])


def test_forbidden_attachment(home, ordinary):
    home.pickup_profile()
    (home.folder / "secret.pdf").write_text("x")
    (home.folder / "secret.pdf").chmod(0)
    refused(home, *BODY, "--attach", "secret.pdf", code=66,
            says=["secret.pdf", "Permission denied"], **ordinary())


def test_attachment_that_cannot_be_read_on(home):
    """/proc/self/mem can be opened, and gives EIO."""
    home.pickup_profile()
    refused(home, *BODY, "--attach", "/proc/self/mem", code=66,
            says=["/proc/self/mem", "Input/output error"])
    accepted(home)


def attachment_of(home):
    path, = home.picked_up()
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    attachment, = message.iter_attachments()
    return attachment.get_content().replace("\r\n", "\n")


def change_while_open(home, path, change):
    """Runs mapisend, which opens its attachments before it reads the text, and changes the file in
    between."""
    process = subprocess.Popen(
        ["mapisend", "--to", "bob@example.test", "--attach", str(path)], env=home.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def is_open():
        return any(os.path.realpath(link) == str(path)
                   for link in pathlib.Path(f"/proc/{process.pid}/fd").iterdir())
    wait_until(is_open, "the attachment is open")
    change()
    out, err = process.communicate("the text\n", timeout=60)
    return process.returncode, out + err


def test_attachment_deleted_while_read_is_sent_whole(home):
    home.pickup_profile()
    path = home.folder / "report.txt"
    path.write_text("line\n" * 100_000)
    code, words = change_while_open(home, path, path.unlink)
    assert code == 0 and "accepted" in words
    assert attachment_of(home) == "line\n" * 100_000


def test_attachment_cut_while_read_is_refused(home):
    home.pickup_profile()
    path = home.folder / "report.txt"
    path.write_text("line\n" * 100_000)
    code, words = change_while_open(home, path, lambda: os.truncate(path, 70_000))
    assert code == 66 and "70000 of 500000 bytes" in words and NOTHING in words
    assert home.stored() == (0, 0)


def test_attachment_from_a_pipe(home):
    home.pickup_profile()
    os.mkfifo(home.folder / "pipe.txt")
    writer = threading.Thread(
        target=lambda: (home.folder / "pipe.txt").write_text("from the pipe\n"))
    writer.start()
    accepted(home, *BODY, "--attach", "pipe.txt")
    writer.join()
    assert attachment_of(home) == "from the pipe\n"


# --- profiles ---

BROKEN_PROFILES = {
    "no group": ("UID 0123\n", "broken in line 1"),
    "a line that is no pair": ("[Profile]\nUID 0123\n", "broken in line 2"),
    "a group without an end": ("[Profile\nUID=0123\n", "broken in line 1"),
    "Latin-1": (b"[Profile]\nFromName=J\xf6rg\n", "broken in line 2"),
    "binary": (bytes(range(256)), "zero bytes"),
    "a short UID": ("[Profile]\nUID=0123\n", "UID in group [Profile] must be 32 hex digits"),
    "a group that is no UID": ("[Profile]\n[Service nonsense]\n", "[Service nonsense]"),
    "empty": ("", "has no message store"),
    "another program's": ("[Desktop Entry]\nName=x\n", "has no message store"),
}


@pytest.mark.parametrize("kind", BROKEN_PROFILES)
def test_malformed_profile(home, kind):
    content, says = BROKEN_PROFILES[kind]
    home.pickup_profile("broken")
    path = home.profile_file()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(home, *BODY, code=78, says=[str(path), says])


@pytest.mark.parametrize("change,says", [
    (("Port=25", "Port=abc"), "Port=abc in group [Provider "),
    (("Port=25", "Port=99999999999"), "must be a number of 32 bits"),
    (("Default=true", "Default=ture"), "must be true or false"),
    (("Type=transport", "Type=transprot"), "must be store, transport or ab"),
])
def test_setting_that_is_none(home, change, says):
    """A slip of the pen is said, not passed over: the mail would take another way."""
    home.profile("test", "--from", "ann@example.test", "--smtp", "localhost:25", "--tls", "none")
    path = home.profile_file()
    path.write_text(re.sub(*change, path.read_text()))
    refused(home, *BODY, code=78, says=[str(path), says])


def test_profile_broken_while_a_message_waits(home):
    """It is held with the file's fault, not taken for deleted, and goes once that is mended."""
    home.pickup_profile()
    path = home.profile_file()
    saved = path.read_text()
    path.write_text(saved.replace("Type=transport", "Type=ab"))
    done = home.run("mapisend", *BODY)
    assert "held" in done.stdout and "has no transport to send by" in done.stdout
    path.write_text(saved + "\nnonsense\n")
    home.run("emapi", "queue", "run", code=None)
    wait_until(lambda: str(path) in home.queue()[0]["text"], lambda: home.queue())
    assert home.queue()[0]["state"] == "held" and "broken in line" in home.queue()[0]["text"]
    path.write_text(saved)
    home.run("emapi", "queue", "run")
    wait_until(lambda: len(home.picked_up()) == 1, "the held mail goes")


@pytest.mark.parametrize("change,says", [
    ((r"(?m)^Path=.*store$", ""), "add Path="),
    (("emapi_store.so", "nothere.so"), "nothere.so is not there"),
    (("Type=store", "Type=hook"), "has no message store")])
def test_profile_whose_store_cannot_be(home, change, says):
    home.pickup_profile()
    path = home.profile_file()
    path.write_text(re.sub(*change, path.read_text()))
    refused(home, *BODY, code=78, says=[str(path), says])


def test_profile_deleted_while_a_message_waits(home):
    """The message is held, stays listed and goes on when the profile's file is back."""
    home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{free_port()}",
                 "--tls", "none")
    home.run("mapisend", *BODY)
    path = home.profile_file()
    saved = path.read_text()

    def run_until(state):
        home.run("emapi", "queue", "run", code=None)
        wait_until(lambda: [m["state"] for m in home.queue()] == [state],
                   lambda: f"it is {state}: {home.queue()}")
    path.unlink()
    run_until("held")
    assert "profile gone" in home.queue()[0]["text"]
    assert re.search("UID=(.*)", saved)[1] in home.queue()[0]["text"]
    assert "safe" in home.queue()[0]["text"]
    home.pickup_profile()
    run_until("held")
    assert home.picked_up() == [] and home.stored() == (1, 1)
    path.write_text(saved)
    run_until("waiting")
    assert home.stored() == (1, 1)


def second_store(text, file):
    """The text of a profile's store once more, in another file."""
    service, = re.findall(r"(?s)\[Service \w+\]\nServiceName=EMAPI_STORE.*?(?=\[Service)", text)
    for old in re.findall(r"\[(?:Service|Provider) (\w+)\]", service):
        service = service.replace(old, uuid.uuid4().hex.upper())
    service = service.replace("Default=true\n", "").replace("DisplayName=test", "DisplayName=two")
    return "\n" + re.sub(r"Path=.*", f"Path={file}", service)


@pytest.mark.parametrize("known", [True, False])
def test_the_same_store_twice_in_a_profile(home, known):
    home.pickup_profile()
    accepted(home)
    home.stop()
    copy = home.data / "copy.store"
    shutil.copy(home.data / "test.store", copy)
    path = home.profile_file()
    text = path.read_text()
    two = second_store(text, copy)
    # What a store is called by is remembered in its section once it was open.
    path.write_text(text + (two if known else re.sub("(?m)^0x0FF.*\n", "", two)))
    done = refused(home, *BODY, code=78, messages=1,
                   says=[str(path), "the same store twice", '"test"', '"two"'])
    assert "Remove one" in done.stderr
    path.write_text(text)
    accepted(home)
    assert len(home.picked_up()) == 2


def test_the_same_store_twice_that_only_the_spooler_notices(home):
    """A client opens the default store alone; the mail in it is held until one is taken out."""
    home.pickup_profile()
    accepted(home)
    home.stop()
    shutil.copy(home.data / "test.store", home.data / "copy.store")
    path = home.profile_file()
    text = re.sub("(?m)^0x0FF.*\n", "", path.read_text())
    path.write_text(text + second_store(text, home.data / "copy.store"))
    done = home.run("mapisend", *BODY)
    assert "held" in done.stderr and "the same store twice" in done.stderr
    assert "safe in the Outbox" in done.stderr and str(path) in done.stderr
    path.write_text(text)
    home.run("emapi", "queue", "run")
    wait_until(lambda: len(home.picked_up()) == 2, "the held mail goes")
    wait_until(lambda: home.stored() == (2, 0), "it is filed")


@pytest.mark.parametrize("text", ["garbage", "[emapi\n", "[emapi]\nDefaultProfile\n"])
def test_malformed_emapi_conf(home, text):
    """Which profile is the default nobody can tell then; a single one or a named one still is."""
    home.pickup_profile("one")
    (home.config / "emapi.conf").write_text(text)
    accepted(home)
    home.run("emapi", "profile", "create", "two", "--pickup", home.folder / "pickup")
    done = refused(home, *BODY, code=78, says=[str(home.config / "emapi.conf"), "Correct it"])
    assert "emapi profile default" in done.stderr
    accepted(home, "-p", "one", *BODY)
    home.run("emapi", "profile", "default", "two", code=None)
    assert (home.config / "emapi.conf").read_text() == text


# --- the store's file ---

def write_foreign(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE bookmarks(url)")
        db.commit()


def write_newer(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.commit()


BROKEN_STORES = {
    "empty": (lambda p: p.write_bytes(b""), "is empty"),
    "cut in its header": (lambda p: os.truncate(p, 100), "cut short"),
    "cut in the middle": (lambda p: os.truncate(p, 65536), "cut short"),
    "text": (lambda p: p.write_text("hello world\n" * 5000), "is no emapi store"),
    "zeros": (lambda p: p.write_bytes(bytes(65536)), "is no emapi store"),
    "of another program": (lambda p: (p.unlink(), write_foreign(p)), "of another program"),
    "of a newer emapi": (write_newer, "newer emapi"),
}


@pytest.mark.parametrize("kind", BROKEN_STORES)
def test_broken_store_file_is_left_alone(home, kind):
    change, says = BROKEN_STORES[kind]
    home.pickup_profile()
    accepted(home)
    home.stop()
    path = home.data / "test.store"
    with contextlib.closing(sqlite3.connect(path)) as db:  # all of it into the one file
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    change(path)
    broken = path.read_bytes()
    done = home.run("mapisend", *BODY, code=78)
    assert str(path) in done.stderr and says in done.stderr and NOTHING in done.stderr
    assert path.read_bytes() == broken
    path.write_bytes(whole)
    accepted(home)
    assert len(home.picked_up()) == 2
    wait_until(lambda: home.stored() == (2, 0), "it is filed")
