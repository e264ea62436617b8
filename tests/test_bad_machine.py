# SPDX-License-Identifier: MIT
"""Folders that may not be written, disks without room, spoolers that cannot run: either nothing is
stored and the exit code says so, or the mail is safe and goes once the cause is mended."""

import os
import resource
import subprocess

import pytest
from conftest import BODY
from mailserver import wait_until

NOTHING = "nothing was stored or sent"


def sent(home, count=1):
    """So many messages have gone, each once."""
    wait_until(lambda: len(home.picked_up()) == count, lambda: f"{count} sent: {home.queue('--all')}")
    wait_until(lambda: home.stored() == (count, 0), "all are filed")


# --- nothing stored ---

def test_store_folder_not_writable(home, ordinary):
    home.pickup_profile()
    user = ordinary()
    home.data.parent.chmod(0o500)
    done = home.run("mapisend", *BODY, code=77, **user)
    assert str(home.data / "test.store") in done.stderr and "access denied" in done.stderr
    assert NOTHING in done.stderr and "allow this user to write there" in done.stderr
    assert home.stored() == (0, 0)
    home.data.parent.chmod(0o700)
    home.run("mapisend", *BODY, **user)
    sent(home)


@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_store_not_writable(home, ordinary, mode):
    home.pickup_profile()
    user = ordinary()
    home.run("mapisend", *BODY, **user)
    sent(home)
    store = home.data / "test.store"
    store.chmod(mode)
    done = home.run("mapisend", *BODY, code=77, **user)
    assert str(store) in done.stderr and NOTHING in done.stderr
    store.chmod(0o600)
    assert home.stored() == (1, 0)
    home.run("mapisend", *BODY, **user)
    sent(home, 2)


def test_store_was_for_reading_only(home, ordinary):
    """What was opened meanwhile leaves nothing that keeps it so."""
    home.pickup_profile()
    user = ordinary()
    home.run("mapisend", *BODY, **user)
    sent(home)
    home.stop()
    store = home.data / "test.store"
    for name in ("test.store-wal", "test.store-shm"):  # all of it is in the store
        (home.data / name).unlink(missing_ok=True)
    store.chmod(0o400)
    home.run("mapisend", *BODY, code=77, **user)
    home.stop()
    store.chmod(0o600)
    home.run("mapisend", *BODY, **user)
    sent(home, 2)


def limited(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 4096, 20_000, 100_000, 400_000, 1_000_000])
def test_no_room_by_a_limit_of_the_file_size(home, size):
    """Whatever write it is that fails, nothing of the message is there."""
    home.pickup_profile()
    (home.folder / "big.bin").write_bytes(os.urandom(1_500_000))
    home.run("mapisend", *BODY)
    sent(home)
    done = home.run("mapisend", *BODY, "--attach", "big.bin", code=75, preexec_fn=limited(size))
    assert NOTHING in done.stderr and "make room" in done.stderr
    assert str(home.data / "test.store") in done.stderr
    assert home.stored() == (1, 0)
    home.run("mapisend", *BODY)
    sent(home, 2)


def test_no_room_for_a_new_store(home):
    home.pickup_profile()
    done = home.run("mapisend", *BODY, code=75, preexec_fn=limited(10_000))
    assert NOTHING in done.stderr and str(home.data / "test.store") in done.stderr
    assert home.stored() == (0, 0)
    home.run("mapisend", *BODY)
    sent(home)


@pytest.fixture
def small_disk(home):
    """A file system of 3 MB where the stores lie."""
    home.data.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", home.data],
                             capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield home.data
    home.stop()
    subprocess.run(["umount", home.data], check=True)


def test_no_room_on_the_disk(home, small_disk):
    home.pickup_profile()
    home.run("mapisend", *BODY)
    sent(home)
    (home.folder / "big.bin").write_bytes(os.urandom(5_000_000))
    done = home.run("mapisend", *BODY, "--attach", "big.bin", code=75)
    assert NOTHING in done.stderr and "make room" in done.stderr
    assert home.stored() == (1, 0)
    subprocess.run(["mount", "-o", "remount,size=50m", small_disk], check=True)
    home.run("mapisend", *BODY, "--attach", "big.bin")
    sent(home, 2)


def test_no_room_at_all_on_the_disk(home, small_disk):
    """Not one block is left: not for the message, nor for the files that SQLite needs beside."""
    home.pickup_profile()
    home.run("mapisend", *BODY)
    sent(home)
    home.stop()
    with pytest.raises(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    stored = 1  # the store's log may have room ahead for some more
    while (done := home.run("mapisend", *BODY, code=None)).returncode == 0:
        stored += 1
        assert stored < 100
    assert done.returncode == 75 and NOTHING in done.stderr
    (small_disk / "filler").unlink()
    assert home.stored()[0] == stored
    home.run("emapi", "queue", "run", "--wait", "20")  # what went files what could not be filed
    home.run("mapisend", *BODY)
    sent(home, stored + 1)


# --- stored, but no spooler can send it ---

def safe(home, *says, **options):
    done = home.run("mapisend", *BODY, **options)
    assert "safe in the Outbox" in done.stderr and "emapi queue run" in done.stderr
    for words in says:
        assert words in done.stderr
    listed = home.run("emapi", "queue", "list", code=69, **options)
    assert "does not answer" in listed.stderr
    for words in says:
        assert words in listed.stderr
    assert home.stored() == (1, 1) and home.picked_up() == []


def test_spooler_missing(home):
    home.pickup_profile()
    program = home.environment["EMAPI_SPOOLER"]
    home.environment["EMAPI_SPOOLER"] = "/nonexistent/emapi-spooler"
    safe(home, "/nonexistent/emapi-spooler cannot be started: No such file")
    home.environment["EMAPI_SPOOLER"] = program
    home.run("emapi", "queue", "run")
    sent(home)


def test_spooler_that_ends_at_once(home):
    home.pickup_profile()
    program = home.environment["EMAPI_SPOOLER"]
    home.environment["EMAPI_SPOOLER"] = "/bin/false"
    safe(home, "spooler.log")
    home.environment["EMAPI_SPOOLER"] = program
    home.run("emapi", "queue", "run")
    sent(home)


def test_state_folder_not_writable(home, ordinary):
    home.pickup_profile()
    home.state.mkdir(parents=True, exist_ok=True)
    user = ordinary()
    home.state.chmod(0o500)
    safe(home, str(home.state), "access denied", **user)
    home.state.chmod(0o700)
    home.run("emapi", "queue", "run", **user)
    sent(home)


BROKEN_DATABASES = {
    "text": b"hello world\n" * 1000,
    "cut": b"SQLite format 3\0" + bytes(50),
}


@pytest.mark.parametrize("kind", BROKEN_DATABASES)
def test_broken_spool_database(home, kind):
    """It is put aside as it is, and the mail goes (tests/test_damage.py has the damage of time)."""
    home.pickup_profile()
    home.state.mkdir(parents=True, exist_ok=True)
    database = home.state / "spool.db"
    database.write_bytes(BROKEN_DATABASES[kind])
    home.run("mapisend", "--require-accepted", *BODY)
    sent(home)
    assert BROKEN_DATABASES[kind] in [path.read_bytes() for path in home.state.glob("spool.db?*")]


def test_spool_database_not_writable(home, ordinary):
    home.pickup_profile()
    home.state.mkdir(parents=True, exist_ok=True)
    database = home.state / "spool.db"
    database.touch()
    user = ordinary()
    database.chmod(0)
    safe(home, str(database), **user)
    database.chmod(0o600)
    home.run("emapi", "queue", "run", **user)
    sent(home)
