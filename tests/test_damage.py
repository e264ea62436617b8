# SPDX-License-Identifier: MIT
"""A spool.db that is damaged: put aside and made anew from the stores, with every message sent and
marked, or held where a person held it and that can still be read; what is only not to be used (of a
newer emapi, not ours to read) is left where it is."""

import os
import re
import sqlite3

import pytest
from mailserver import wait_until
from scripted_smtp import Peer


@pytest.fixture
def waiting(home):
    """A home with a stopped spooler and many messages that were refused for now, and the server,
    which takes them from now on."""
    words = ["450 4.2.0 later"]
    with Peer(rcpt=lambda line: words[0]) as peer:
        home.peer = peer
        home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{peer.port}",
                     "--tls", "none")
        for i in range(3):
            home.run("mapisend", "--to", "bob@example.test", "--subject", f"waits {i}", "--body",
                     "x", "--wait", "0")
        wait_until(lambda: len([m for m in home.queue() if m["tries"]]) == 3,
                   lambda: f"all are tried: {home.queue()}")
        home.stop()
        words[0] = "250 2.1.5 Ok"
        yield home
        home.stop()


def fill(home):
    """History, so that the file has many pages; SQLite's own, and no emapi runs."""
    with sqlite3.connect(home.state / "spool.db") as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(message)") if row[1] != "id"]
        names = ", ".join(columns)
        values = ", ".join({"state": "3", "entry": "randomblob(20)", "key": "randomblob(16)",
                            "changed": "strftime('%s', 'now') * 1000000"}.get(c, c)
                           for c in columns)
        for _ in range(10):
            db.execute(f"INSERT INTO message({names}) SELECT {values} FROM message")
    db.close()


def garbage_header(path):
    with path.open("r+b") as file:
        file.write(os.urandom(200))


def cut_in_half(path):
    os.truncate(path, path.stat().st_size // 2 + 100)


def empty(path):
    os.truncate(path, 0)


def torn_pages(path, step=2):
    """Of every second page (or each) from the third on the first half is another's."""
    with path.open("r+b") as file:
        for page in range(2, path.stat().st_size // 4096, step):
            file.seek(page * 4096)
            file.write(os.urandom(2048))


def gone(path):
    path.unlink()


@pytest.mark.parametrize("damage", [garbage_header, cut_in_half, empty, torn_pages, gone])
def test_queue_is_made_anew_from_the_stores(waiting, damage):
    home = waiting
    fill(home)
    damage(home.state / "spool.db")
    home.run("emapi", "queue", "run")
    wait_until(lambda: len(home.peer.messages) >= 3 and home.stored() == (3, 0),
               lambda: f"all arrive and are filed: {home.spooler_log()}")
    assert len(home.peer.messages) == 3
    log = home.spooler_log()
    assert "made anew from the stores" in log and "may be delivered twice" in log
    shown = home.run("emapi", "queue", "show", "last").stdout
    assert re.search(r"damaged, and made anew.*may.*deliver it twice", shown, re.S), shown
    aside = list(home.state.glob("spool.db.damaged-*[Z0-9]"))
    if damage in (empty, gone):  # nothing to keep
        assert not aside
        return
    assert len(aside) == 1 and str(aside[0]) in log
    assert str(aside[0]) in home.run("emapi", "doctor", code=None).stdout
    listed = home.run("emapi", "queue", "list")
    assert "damaged" in listed.stderr and "delivered twice" in listed.stderr
    # The new file is sound, and what is submitted now is not marked.
    home.run("mapisend", "--to", "bob@example.test", "--subject", "new", "--body", "x", "--wait",
             "20", "--require-accepted")
    assert "damaged" not in home.run("emapi", "queue", "show", "last").stdout
    home.stop()
    with sqlite3.connect(home.state / "spool.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_damage_while_it_is_in_use_is_healed_too(waiting):
    """The file is spoilt under a spooler that runs and has read a part of it."""
    home = waiting
    fill(home)
    home.environment["EMAPI_IDLE_SECONDS"] = "60"
    home.run("emapi", "queue", "list", "--limit", "1")
    torn_pages(home.state / "spool.db", 1)
    home.run("emapi", "queue", "list", "--all", code=None)
    home.run("emapi", "queue", "run", code=None)
    wait_until(lambda: home.stored() == (3, 0), lambda: f"all are filed: {home.spooler_log()}")
    assert "made anew from the stores" in home.spooler_log()
    assert {m["subject"] for m in home.queue("--all")} >= {"waits 0", "waits 1", "waits 2"}


def torn_but_for_the_second(path):
    """Every page from the third on that does not have the second message's key."""
    with sqlite3.connect(path) as db:
        key, = db.execute("SELECT key FROM message WHERE id=2").fetchone()
    db.close()
    with path.open("r+b") as file:
        for page in range(2, path.stat().st_size // 4096):
            file.seek(page * 4096)
            if key not in file.read(4096):
                file.seek(page * 4096)
                file.write(os.urandom(2048))


def torn_recipients(path):
    """The page that their table begins with."""
    with sqlite3.connect(path) as db:
        page, = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name='recipient'").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(2048))


def put_aside(path):
    """By a spooler that died over it."""
    path.rename(path.with_name("spool.db.damaged-20260101T000000Z"))


def hold_and_damage(home, damage):
    """The second message is held, all is filled and spoilt, and a spooler is started."""
    held, = (m["id"] for m in home.queue() if m["subject"] == "waits 1")
    home.run("emapi", "queue", "hold", held)
    home.stop()
    fill(home)
    damage(home.state / "spool.db")
    home.run("emapi", "queue", "run", code=None)  # which may be what finds the damage
    return held


def arrived(home):
    return sorted(re.search(rb"Subject: (.*?)\r?\n", m)[1].decode() for m in home.peer.messages)


@pytest.mark.parametrize("damage,says", [
    (torn_but_for_the_second, "1 message stays as somebody wished.*A part of it cannot be read"),
    (put_aside, r"1 message stays as somebody wished, held or cancelled\.\n"),
    (torn_recipients, r"1 message stays as somebody wished, held or cancelled\.\n")])
def test_what_a_person_held_stays_held(waiting, damage, says):
    home = waiting
    held = hold_and_damage(home, damage)
    wait_until(lambda: home.stored() == (3, 1), lambda: f"two are filed: {home.spooler_log()}")
    assert arrived(home) == ["waits 0", "waits 2"]
    message, = home.queue()
    assert message["id"] == held and message["state"] == "held"
    assert "Held on request." in home.run("emapi", "queue", "list").stdout
    assert re.search(says, home.spooler_log()), home.spooler_log()
    assert re.search(says, home.run("emapi", "doctor", code=None).stdout)
    home.run("emapi", "queue", "run")  # leaves it alone
    assert [m["state"] for m in home.queue()] == ["held"]
    home.run("emapi", "queue", "release", held)
    wait_until(lambda: home.stored() == (3, 0), lambda: f"it is filed: {home.spooler_log()}")
    assert arrived(home) == ["waits 0", "waits 1", "waits 2"]


def test_what_a_person_held_is_gone_with_all_else_and_that_is_said(waiting):
    home = waiting
    hold_and_damage(home, garbage_header)
    wait_until(lambda: home.stored() == (3, 0), lambda: f"all are filed: {home.spooler_log()}")
    says = "Nothing can be read of it: mail that somebody held or cancelled is no longer held"
    assert says in home.spooler_log()
    assert says in home.run("emapi", "doctor", code=None).stdout


def refused(home):
    """What a person reads where the spooler cannot start."""
    done = home.run("emapi", "queue", "list", code=69)
    assert "the mail is safe in the stores" in done.stderr
    assert not list(home.state.glob("spool.db.damaged-*"))
    assert home.stored()[1] == 3
    return done.stderr


def test_file_of_a_newer_emapi_is_left_alone(waiting):
    path = waiting.state / "spool.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    assert "newer emapi (layout 99" in refused(waiting)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM message").fetchone() == (3,)


def test_file_that_cannot_be_read_is_left_alone(waiting):
    path = waiting.state / "spool.db"
    if os.geteuid() == 0:  # who may read all; a folder he cannot open as a file
        kept = path.rename(path.with_name("kept"))
        path.mkdir()
    else:
        path.chmod(0)
    said = refused(waiting)
    assert str(path) in said
    if os.geteuid() == 0:
        path.rmdir()
        kept.rename(path)
    else:
        assert "may not read and write it (Permission denied)" in said
        path.chmod(0o600)
    assert len(waiting.queue()) == 3
