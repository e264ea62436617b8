# SPDX-License-Identifier: MIT
"""Disks that are full or may not be written at the worst moment, and spoolers started at once: what
was accepted by the server is never sent again, what was not is never lost."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from mailserver import Authority, wait_until
from test_faults import Site

NOTHING = "nothing was stored or sent"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def site(authority):
    folder = tempfile.mkdtemp(prefix="emapi-test-")
    site = Site(folder, authority)
    yield site
    site.close()
    shutil.rmtree(folder)


def unmount(path):
    """As soon as the last worker has ended."""
    wait_until(lambda: not subprocess.run(["umount", path], capture_output=True).returncode,
               f"{path} is unmounted")


class SmallDisk:
    """A file system of 4 MB in the place of a folder, which may hold nothing yet."""

    def __init__(self, path):
        self.path, self.filler = path, path / "filler"
        path.mkdir(parents=True, exist_ok=True)
        assert not any(path.iterdir())
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path],
                                 capture_output=True, text=True)
        if mounted.returncode:
            pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")

    def fill(self):
        """Not one block is left."""
        with pytest.raises(OSError), self.filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self):
        self.filler.unlink()


@pytest.fixture
def small_disk(site):
    """A function that puts a small disk in the place of a folder of the site's home."""
    disks = []

    def make(path):
        disks.append(SmallDisk(path))
        return disks[-1]
    yield make
    site.home.stop()
    for disk in disks:
        unmount(disk.path)


def test_no_room_for_the_queue(site, small_disk):
    """The mail is safe in the store; nobody is sent what could not be written down."""
    disk = small_disk(site.home.state)
    first, _ = site.send()
    disk.fill()
    done = [site.send("--wait", "2") for _ in range(3)]
    for subject, words in done:
        assert "safe in the Outbox" in words.stderr or "accepted" in words.stdout
    disk.free()
    site.mend_and_run()
    for subject in (first, *(subject for subject, _ in done)):
        site.wait_filed(subject)
        site.check_mails(subject, 1)


def test_no_room_for_the_verdict(site, small_disk):
    """Room for what the server answers was set aside before the mail was sent."""
    disk = small_disk(site.home.state)
    site.send()
    site.server.when = {"final": disk.fill}
    subject, done = site.send("--wait", "15")
    assert done.stdout.count("accepted") == 2
    site.mend_and_run()
    disk.free()
    site.mend_and_run()
    site.wait_filed(subject)
    site.check_mails(subject, 1)


def test_no_room_for_filing(site, small_disk):
    disk = small_disk(site.home.data)
    site.send()
    site.server.when = {"final": disk.fill}
    subject, done = site.send("--wait", "3")
    assert done.stdout.count("accepted") == 2
    assert site.find(subject)["state"] in ("sent", "filed")
    disk.free()
    site.mend_and_run()
    site.wait_filed(subject)
    site.check_mails(subject, 1)
    assert site.home.stored() == (2, 0)


@pytest.fixture
def read_only(site):
    """A function that lets nobody write the folder; called again, everybody."""
    path = site.home.data
    path.mkdir(parents=True, exist_ok=True)

    def mount(*words):
        return subprocess.run(["mount", *words, path], capture_output=True, text=True)
    done = mount("--bind", path)
    if done.returncode:
        pytest.skip(f"no folder can be mounted here: {done.stderr.strip()}")
    yield lambda on: wait_until(
        lambda: not mount("-o", f"remount,bind,{'ro' if on else 'rw'}").returncode, "remounted")
    site.home.stop()
    unmount(path)


def test_read_only_store(site, read_only):
    """What waits in it stays as it is, and goes when it can be written again."""
    site.server.faults = {"mail": "451 4.3.0 not now"}
    subject, _ = site.send()
    site.home.stop()
    read_only(True)
    site.server.mend()
    done = site.home.run("mapisend", "--to", "bob@example.test", "--body", "x", code=77)
    assert NOTHING in done.stderr and str(site.home.data / "test.store") in done.stderr
    site.home.run("emapi", "queue", "run")
    wait_until(lambda: str(site.home.data / "test.store") in
               site.home.run("emapi", "queue", "list").stdout,
               lambda: f"the queue says why: {site.home.run('emapi', 'queue', 'list').stdout}"
                       f"{site.home.spooler_log()}")
    assert site.arrived(subject) == [] and site.find(subject)["state"] in ("waiting", "held")
    read_only(False)
    site.home.run("emapi", "queue", "run")
    site.wait_filed(subject)
    site.check_mails(subject, 1)


def spoolers(home):
    """The schedulers that run for this home."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            mine = f"HOME={home.folder}".encode() in (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mine and words[0].endswith(b"emapi-spooler") and b"--worker" not in words:
            found.append(int(process.name))
    return found


def test_many_spoolers_started_at_once(site):
    """One of them works, the others end; each mail goes once."""
    program = site.home.environment["EMAPI_SPOOLER"]
    site.home.environment["EMAPI_SPOOLER"] = "/nonexistent"
    subjects = [site.send("--wait", "0")[0] for _ in range(5)]
    site.home.environment["EMAPI_SPOOLER"] = program
    assert spoolers(site.home) == []
    started = [subprocess.Popen([program], env=site.home.environment, cwd=site.home.folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for _ in range(8)]
    # Programs that send start one too, where they find none.
    senders = [subprocess.Popen(["mapisend", "--to", "bob@example.test,carol@example.test",
                                 "--subject", f"sender {i}", "--body", "text\n.\ntext"],
                                env=site.home.environment, cwd=site.home.folder,
                                stdout=subprocess.PIPE, text=True) for i in range(4)]
    try:
        for sender in senders:
            assert sender.communicate(timeout=60)[0].count("accepted") == 2
        wait_until(lambda: len(spoolers(site.home)) == 1, lambda: f"one: {spoolers(site.home)}")
        wait_until(lambda: sum(p.poll() is None for p in started) <= 1, "the others have ended")
        assert {p.returncode for p in started if p.poll() is not None} <= {0}
    finally:
        for process in started:
            if process.poll() is None and process.pid not in spoolers(site.home):
                os.kill(process.pid, 9)
    site.home.run("emapi", "queue", "run")
    for subject in (*subjects, *(f"sender {i}" for i in range(4))):
        site.wait_filed(subject)
        site.check_mails(subject, 1)
    site.home.stop()
    for process in started:
        process.wait(20)
