# SPDX-License-Identifier: MIT
"""A mail that emapi-sendmail hands to the spooler's process, the taker, is the mail that it would
have stored itself, once, whatever ends in between."""

import contextlib
import errno
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import uuid

import pytest
from mailserver import wait_until
from test_disk import SmallDisk, unmount
from test_order import SickDisk

sys.path.insert(0, str(pathlib.Path(__file__).parent / "torture"))
from shim import ShimHome  # noqa: E402

SENDMAIL = shutil.which("emapi-sendmail")
BUILD = pathlib.Path(__file__).parent.parent / "meson.build"
TO = "bob@example.test"
# The taker knows nothing of this variable, so it leaves the mail to emapi-sendmail.
ITSELF = {"EMAPI_ITSELF": "1"}


def send(home, mail="Subject: x\n\nhello\n", *arguments, code=0, **environment):
    mail = mail if isinstance(mail, bytes) else mail.encode()
    done = subprocess.run([SENDMAIL, *(arguments or ("-i", TO))], input=mail, timeout=60,
                          env={**home.environment, **environment}, capture_output=True)
    assert done.returncode == code, (done.returncode, done.stderr.decode(), home.spooler_log())
    return done.stderr.decode()


def taker_of(home):
    """The taker's pid; None while there is none."""
    for pid in home.living():
        with contextlib.suppress(OSError):
            if b"--take=" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return None


def ready(home):
    """A taker runs and has the store open; its pid."""
    send(home, "Subject: first\n\nx\n")
    wait_until(lambda: taker_of(home), home.spooler_log)
    send(home, "Subject: second\n\nx\n")
    return taker_of(home)


@pytest.fixture
def taken(home):
    home.environment["EMAPI_IDLE_SECONDS"] = "20"
    home.pickup_profile()
    home.taker = ready(home)
    wait_until(lambda: len(home.picked_up()) == 2, home.spooler_log)
    return home


def count(home, subject):
    """How often the message is there: once in the store, wherever in it."""
    with contextlib.closing(sqlite3.connect(home.data / "test.store")) as db:
        return db.execute("SELECT count(*) FROM message WHERE folder>0 AND subject=?",
                          (subject,)).fetchone()[0]


def arrived(home, subject):
    mark = b"Subject: %s\r\n" % subject.encode()
    return [p for p in home.picked_up() if mark in p.read_bytes()]


def explained(home, subject):
    key, = [m["id"] for m in home.queue("--all") if m["subject"] == subject]
    return home.run("emapi", "explain", key).stdout


def once(home, subject):
    wait_until(lambda: arrived(home, subject), lambda: f"{subject}\n{home.spooler_log()}")
    assert len(arrived(home, subject)) == 1 and count(home, subject) == 1, home.spooler_log()


# --- The same mail -------------------------------------------------------------------------------

def test_who_did_what_is_told(taken):
    process = subprocess.Popen([SENDMAIL, "-i", TO], env=taken.environment, stdin=subprocess.PIPE)
    process.communicate(b"Subject: told\n\nx\n")
    assert process.returncode == 0
    once(taken, "told")
    text = explained(taken, "told")
    assert f"emapi-sendmail (process {process.pid}, user " in text
    assert f"by process {taken.taker} of your spooler, to which it handed the mail" in text
    assert '"test": it is the default profile' in text


def test_another_environment_is_not_the_takers_affair(taken):
    send(taken, "Subject: alone\n\nx\n", **ITSELF)
    once(taken, "alone")
    assert "handed the mail" not in explained(taken, "alone")


MAILS = {
    "plain": (b"Subject: a\n\nhello\n", ["-i", TO]),
    "header": (b"To: Bob <bob@example.test>, eve@example.test\nCc: joe\nBcc: secret@example.test\n"
               b"From: Ann <ann@example.test>\nSubject: a\nX-Priority: 1\n\nx\n", ["-ti"]),
    "sender": (b"From: Other <other@example.test>\nSubject: a\n\nx\n",
               ["-f", "bounces@example.test", "-F", "A Name", "-N", "success", "-R", "hdrs", "-V",
                "id7", "--", TO, "Eve <eve@example.test>"]),
    "nobody": (b"Subject: a\n\nx\n", ["-f", "<>", TO]),
    "8bit": ("Subject: größer\n\ngrößer\r\nand \x00\x7f\n".encode(), ["-i", TO]),
    "latin1": (b"Subject: gr\xf6\xdfer\n\ngr\xf6\xdfer\n", ["-oi", TO]),
    "signed": (b"MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b; micalg=pgp-sha256;\n"
               b"\tprotocol=\"application/pgp-signature\"\nSubject: a\n\n--b\n\nhi  \n\n--b\n"
               b"Content-Type: application/pgp-signature\n\nAAAA\n--b--\n", ["-i", TO]),
    "dots": (b"Subject: a\n\none\n..two\n.\nnever read\n", [TO]),
    "dots kept": (b"Subject: a\n\none\n..two\n.\nread\n", ["-i", TO]),
    "mailbox": (b"From ann Mon Jan  1 00:00:00 2026\nSubject: a\n\nx\n", ["-i", TO]),
    "no header": (b"just words\n", ["-i", TO]),
    "nothing": (b"", ["-i", TO]),
    "no last line end": (b"Subject: a\n\nx", ["-i", TO]),
    "large": (b"Subject: a\n\n" + b"0123456789abcde\n" * 8000, ["-i", TO]),
    "larger than it takes": (b"Subject: a\n\n" + b"0123456789abcde\n" * 70000, ["-i", TO]),
    "profile named": (b"Subject: a\n\nx\n", ["-C", "test", "-i", TO]),
}


def new_file(home, before):
    wait_until(lambda: len(home.picked_up()) > len(before), home.spooler_log)
    path, = set(home.picked_up()) - set(before)
    data = path.read_bytes()
    data = re.sub(rb"(?m)^Message-ID: [^\n]*\n", b"", data)
    return re.sub(rb"(?m)^Date: [^\n]*\n", b"", data)


@pytest.mark.parametrize("name", MAILS)
def test_both_ways_store_the_same(taken, name):
    mail, arguments = MAILS[name]
    mails = []
    for environment in ({}, ITSELF):
        before = taken.picked_up()
        send(taken, mail, *arguments, **environment)
        mails.append(new_file(taken, before))
    assert mails[0] == mails[1]
    told = [taken.run("emapi", "explain", m["id"]).stdout for m in taken.queue("--all")]
    by_taker = ["to which it handed the mail" in text for text in told]
    large = name == "larger than it takes"
    assert sorted(by_taker) == sorted([False, True, not large, False])
    number = len(told)
    diff = taken.run("emapi", "store", "diff", f"Sent Items/#{number - 1}",
                     f"Sent Items/#{number}", code=None)
    wrong = [line for line in diff.stdout.splitlines()
             if not re.search("MESSAGE_ID|EMAPI_CLIENT|_TIME|RAW_MESSAGE|MESSAGE_SIZE", line)
             and line.startswith("PR_")]
    assert not wrong, diff.stdout


def test_refusals_have_the_same_words(taken):
    for mail, arguments in ((b"Subject: x\n\nx\n", ["bob@"]),
                            (b"Subject: x\n\nx\n", ["-t"]),
                            (b"To: bob@\nSubject: x\n\nx\n", ["-t"]),
                            (b"x", ["-C", "nobody", TO]),
                            (b"x", ["-f", "two words", TO]),
                            (b"x", ["-N", "sometimes", TO])):
        codes = []
        for environment in ({}, ITSELF):
            done = subprocess.run([SENDMAIL, *arguments], input=mail, capture_output=True,
                                  env={**taken.environment, **environment})
            codes.append((done.returncode, done.stderr))
        assert codes[0] == codes[1] and codes[0][0] and b"nothing was stored" in codes[0][1]


def test_a_changed_profile_counts_at_once(taken):
    taken.run("emapi", "profile", "set", "test", "FromAddress=new@example.test")
    send(taken, "Subject: changed\n\nx\n")
    once(taken, "changed")
    assert b"X-Sender: new@example.test\r\n" in arrived(taken, "changed")[0].read_bytes()


def test_a_store_put_in_the_place_of_the_open_one(taken):
    """Mail must not go into a file that has no name any more."""
    wait_until(lambda: len(taken.picked_up()) == 2, taken.spooler_log)
    for path in taken.data.glob("test.store*"):
        path.unlink()
    send(taken, "Subject: anew\n\nx\n")
    assert count(taken, "anew") == 1


def test_an_environment_as_poor_as_crons(home):
    home.environment = {name: value for name, value in home.environment.items()
                        if not name.startswith(("XDG_", "LC_", "LANG"))}
    home.environment["EMAPI_IDLE_SECONDS"] = "20"
    home.config, home.data = home.folder / ".config/emapi", home.folder / ".local/share/emapi"
    home.state = home.folder / ".local/state/emapi"
    home.pickup_profile()
    ready(home)
    send(home, "Subject: cron\n\nx\n", "-i", "-FCronDaemon", "-B8BITMIME", "-oem", "root")
    once(home, "cron")
    assert "to which it handed the mail" in explained(home, "cron")


# --- Once ----------------------------------------------------------------------------------------

def send_twenty(home):
    running = []
    for number in range(20):
        process = subprocess.Popen([SENDMAIL, "-i", TO], env=home.environment,
                                   stdin=subprocess.PIPE)
        process.stdin.write(b"Subject: mail %d.\n\nx\n" % number)
        running.append(process)
    return running


@pytest.mark.parametrize("victim", ["nobody", "taker", "scheduler"])
def test_twenty_at_once(taken, victim):
    running = send_twenty(taken)
    for number, process in enumerate(running):
        process.stdin.close()
        if number == 10 and victim != "nobody":
            pid = taken.taker if victim == "taker" else taken.spooler_pid()
            os.kill(pid, signal.SIGKILL)
    assert [process.wait(60) for process in running] == [0] * 20
    for number in range(20):
        once(taken, f"mail {number}.")


def test_the_taker_ends_while_somebody_writes(taken):
    """Before it has the mail: emapi-sendmail stores it itself."""
    process = subprocess.Popen([SENDMAIL, "-i", TO], env=taken.environment, stdin=subprocess.PIPE)
    process.stdin.write(b"Subject: slow\n\nx\n")
    process.stdin.flush()
    time.sleep(0.1)
    os.kill(taken.taker, signal.SIGKILL)
    process.stdin.close()
    assert process.wait(60) == 0
    once(taken, "slow")


def test_the_spooler_ends_while_somebody_writes(taken):
    process = subprocess.Popen([SENDMAIL, "-i", TO], env=taken.environment, stdin=subprocess.PIPE)
    process.stdin.write(b"Subject: slow\n\nx\n")
    process.stdin.flush()
    time.sleep(0.1)
    os.kill(taken.spooler_pid(), signal.SIGTERM)
    wait_until(lambda: not taken.living() or taken.taker not in taken.living(), "the taker is gone")
    assert not (taken.state / "sendmail.sock").exists()
    process.stdin.close()
    assert process.wait(60) == 0
    once(taken, "slow")


def test_nothing_is_lost_when_the_spooler_ends_by_itself(home):
    home.environment["EMAPI_IDLE_SECONDS"] = "0.3"
    home.pickup_profile()
    for number in range(25):
        send(home, f"Subject: mail {number}.\n\nx\n")
        time.sleep(0.15 + number % 5 * 0.05)
    for number in range(25):
        once(home, f"mail {number}.")


def test_one_that_does_not_answer(taken):
    """The mail may be stored or not; when it goes on it finds that nobody waits."""
    os.kill(taken.taker, signal.SIGSTOP)
    words = send(taken, "Subject: waits\n\nx\n", code=75, EMAPI_ANSWER_SECONDS="1")
    assert re.search("not answered for 1 seconds; it may be stored.*emapi explain [0-9a-f]{32}$",
                     words.strip())
    os.kill(taken.taker, signal.SIGCONT)
    send(taken, "Subject: goes on\n\nx\n")
    once(taken, "goes on")
    assert count(taken, "waits") == 0


def test_a_full_disk(home):
    """Its words are those of before."""
    home.environment["EMAPI_IDLE_SECONDS"] = "20"
    disk = SmallDisk(home.data)
    try:
        home.pickup_profile()
        ready(home)
        wait_until(lambda: len(home.picked_up()) == 2, home.spooler_log)
        disk.fill()
        body, done = b"0123456789abcde\n" * 30000, None
        for number in range(20):  # the log has room kept for it
            done = subprocess.run([SENDMAIL, "-i", TO], env=home.environment, capture_output=True,
                                  input=b"Subject: full %d.\n\n" % number + body)
            if done.returncode:
                break
        assert done.returncode == 75 and done.stderr.endswith(b"nothing was stored or sent\n")
        assert b"disk" in done.stderr
        assert count(home, f"full {number}.") == 0
        disk.free()
        send(home, "Subject: room\n\nx\n")
        once(home, "room")
    finally:
        home.stop()
        unmount(disk.path)


@pytest.mark.skipif("asan" in (SENDMAIL or ""), reason="the shim and a sanitizer's runtime")
def test_a_sick_disk():
    """The taker cannot make a mail sure on disk: emapi-sendmail stores it itself, once, or says
    that it cannot either; the taker goes on."""
    home = ShimHome()
    disk = SickDisk(home)
    disk.fail(0)
    home.environment.update(home.shim, EMAPI_IDLE_SECONDS="600", EMAPI_TORTURE_SYNC=str(disk.path))
    try:
        home.pickup_profile()
        taker = ready(home)
        wait_until(lambda: len(home.picked_up()) == 2, home.spooler_log)
        begun = disk.path.with_name("sync.begun")  # by the taker: the program has no shim
        begun.unlink(missing_ok=True)
        disk.fail(errno.EIO)
        send(home, "Subject: by itself\n\nx\n")
        assert begun.exists() and count(home, "by itself") == 1
        words = send(home, "Subject: sick\n\nx\n", code=75, **disk.environment)
        assert "disk" in words and words.endswith("nothing was stored or sent\n"), words
        assert count(home, "sick") == 0
        disk.fail(0)
        send(home, "Subject: well\n\nx\n")
        once(home, "by itself")
        once(home, "well")
        assert taker_of(home) == taker and not arrived(home, "sick")
    finally:
        home.stop()
        shutil.rmtree(home.folder)


# --- What comes over the socket ------------------------------------------------------------------

def handed(home, data, packet=b"mail\0\0\0\0\5"):
    """What the taker answers; b"" where it hangs up."""
    fd = os.memfd_create("mail")
    os.write(fd, data)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(20)
        s.connect(str(home.state / "sendmail.sock"))
        socket.send_fds(s, [packet], [fd])
        os.close(fd)
        with contextlib.suppress(ConnectionResetError):
            return s.recv(4096)
        return b""


def request(home, mail, version=b"", mark=b"EMAPI\n1"):
    if not version:
        version = re.search(r"version: '([^']+)'", BUILD.read_text()).group(1).encode()
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    words = [b"sendmail", b"-i", TO.encode()]
    carried = [f"{k}={v}".encode() for k, v in home.environment.items()
               if k in names or k.startswith("EMAPI_") and not k.endswith("_SECONDS")]
    text = b"".join(word + b"\0" for word in words + carried)
    head = struct.pack("8s24s16s6I", mark, version, uuid.uuid4().bytes, len(words), len(carried),
                       len(text), len(mail), 0, 0)
    return head + text + mail


def test_nonsense_is_refused_and_survived(taken):
    good = request(taken, b"Subject: by hand\n\nx\n")
    assert handed(taken, good) == b"ok\0\0\0\0\0\0\3"
    assert b"error" in handed(taken, request(taken, b"Subject: old\n\nx\n", version=b"0.0.9"))
    assert b"error" in handed(taken, request(taken, b"Subject: old\n\nx\n", mark=b"EMAPI\n0"))
    for data in (b"", b"x", good[:-1], good + b"x", bytes(3 << 20), good[:80]):
        assert b"error" in handed(taken, data)
    assert handed(taken, good, packet=b"mial\0\0\0\0\5") == b""
    assert handed(taken, good, packet=b"nonsense") == b""
    once(taken, "by hand")
    assert count(taken, "old") == 0 and taker_of(taken) == taken.taker


# --- Killed at each step -------------------------------------------------------------------------

@pytest.mark.skipif("asan" in (SENDMAIL or ""), reason="the shim and a sanitizer's runtime")
def test_the_taker_is_killed_before_each_thing_it_does():
    """Exit 0 each time, and the mail is there once: emapi-sendmail looks whether it is."""
    home = ShimHome()
    home.environment["EMAPI_IDLE_SECONDS"] = "600"
    kills, stored = 0, 0
    try:
        home.pickup_profile()
        home.environment = home.under_shim()
        for number in range(1, 100):
            ready(home)
            home.control.arm("taker", number)
            send(home, f"Subject: step {number}.\n\nx\n")
            _, _, killed, call = home.control.read("taker")
            home.control.arm()
            assert count(home, f"step {number}.") == 1, call
            if not killed:
                break
            kills += 1
            home.stop()
        for done in range(1, number + 1):
            once(home, f"step {done}.")
        assert kills > 5, kills
    finally:
        home.stop()
        shutil.rmtree(home.folder)
