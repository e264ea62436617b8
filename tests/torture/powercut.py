#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cuts the power of the whole system (design D3, D4): store and spool.db at a common instant.

Some processes submit while the spooler sends; the shim keeps one record of every write, sync and
name that any of them makes below the home (shim.h), and of what SubmitMessage and the server have
answered. Then the record is cut at many points. What was not synced by then, of a file or of the
names in a folder, is dropped, kept, picked from or torn; each image is looked at (both databases
whole, every accepted message in the store), and a spooler is started in some, with the server there
again: everything accepted arrives. What arrives a second time had arrived in the last 100 ms before
the cut, or was just arriving.

    meson devenv -C build $PWD/tests/torture/powercut.py [--cuts N] [--lives N] [--messages N]

N cuts are looked at in four ways each; in N of these a spooler is started.  Prints the figures, ends
with 1 where a message is lost, a double has no cut to explain it, or a file is damaged."""

import argparse
import collections
import contextlib
import mmap
import pathlib
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from shim import ShimHome, program  # noqa: E402
from conftest import Home  # noqa: E402
from mailserver import answers, free_port, wait_until  # noqa: E402

EVENT = struct.Struct("IIqQq")
WRITE, TRUNCATE, SYNC, SYNC_NAMES, CREATE, DELETE, RENAME, FOLDER = range(8)
SECTOR = 512
WAYS = ("nothing", "all", "some", "torn")  # what is left of that which was not synced
# D4: a power loss leaves this much room; and what the clocks of two processes may differ by while
# the machine is busy, from the server's note to the spooler's.
WINDOW = 0.1
SLACK = 0.4
# Who stands outside and does not lose power: what was promised to him.
OUTSIDE = ("accepted.", "arrived")

Event = collections.namedtuple("Event", "kind size at inode when place end")


class Record:
    """The events, and the files as a cut at one of them may have left them."""

    def __init__(self, path, root):
        self.root, self.lies = root, False  # a disk that lies says it has synced and has not
        with path.open("rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.events, at = [], 0
        while at < len(self.bytes):
            kind, size, where, inode, when = EVENT.unpack_from(self.bytes, at)
            at += EVENT.size
            self.events.append(Event(kind, size, where, inode, when / 1e6, at, at + size))
            at += size

    def data(self, event):
        return self.bytes[event.place:event.end]

    def names(self, event):
        return self.data(event).decode().split("\0")

    def sure(self, cut):
        """{inode, or a folder's name: what began before this place of the record is on disk}"""
        sure = collections.defaultdict(int)
        for event in self.events[:0 if self.lies else cut]:
            if event.kind in (SYNC, SYNC_NAMES):
                what = event.inode if event.kind == SYNC else self.data(event).decode()
                sure[what] = max(sure[what], event.at)
        return sure

    def files(self, cut, way, chance):
        """{name: contents} after a power loss."""
        sure, files, number = self.sure(cut), {}, {}
        keep = {"nothing": lambda: False, "all": lambda: True}.get(
            way, lambda: chance.random() < 0.5)
        names = Names(sure, keep)
        for event in self.events[:cut]:
            if event.kind == CREATE:
                name, = self.names(event)
                # A number may have gone to another file since; a name's first file keeps it.
                if names.now.get(name) is None or number.get(event.inode) != names.now[name]:
                    number[event.inode] = len(files)
                    files[len(files)] = bytearray()
                    names.change(event.end, [name], number[event.inode])
            elif event.kind in (DELETE, RENAME, FOLDER):
                names.change(event.end, self.names(event), event.kind == FOLDER or None)
            elif event.kind in (WRITE, TRUNCATE) and event.inode in number:
                outside = any(names.now.get(n) == number[event.inode]
                              for n in names.now if n.startswith(OUTSIDE))
                safe = event.end <= sure[event.inode] or outside
                self.apply(files[number[event.inode]], event, safe, way, keep)
        return {name: files[file] for name, file in names.files()}

    def apply(self, file, event, safe, way, keep):
        if event.kind == TRUNCATE:
            if safe or keep():
                del file[event.at:]
                file.extend(bytes(event.at - len(file)))
            return
        if safe or way != "torn":
            if safe or keep():
                self.put(file, event.at, self.data(event))
            return
        data, done = self.data(event), 0
        while done < len(data):
            part = SECTOR - (event.at + done) % SECTOR
            if keep():
                self.put(file, event.at + done, data[done:done + part])
            done += part

    @staticmethod
    def put(file, at, data):
        if len(file) < at:
            file.extend(bytes(at - len(file)))
        file[at:at + len(data)] = data


class Names:
    """Which names there are at the cut (`now`), and which on the disk.

    A name that is made, changed or taken away is on disk once its folder was synced after that, as
    POSIX has it: that ext4, XFS and btrfs put the name of a new file on disk with the first sync of
    the file itself is not relied upon.  A rename is there whole or not at all, and with it the file
    that it names."""

    def __init__(self, sure, keep):
        self.sure, self.keep, self.now, self.disk = sure, keep, {}, {}

    def change(self, end, names, file):
        """A name gets a file (True: a folder), or loses it (None); or the second one gets that of
        the first."""
        old, *new = names
        if new:
            file = self.now.pop(old, None)
        safe = all(n.startswith(OUTSIDE) or end <= self.sure[folder_of(n)] for n in names)
        for there in (self.now, self.disk) if safe or self.keep() else (self.now,):
            there.pop(old, None)
            if file is not None:
                there[names[-1]] = file

    def files(self):
        """Those whose folders are there, too; what was there before the record began stays."""
        made = {name for name, file in self.now.items() if file is True}
        for name, file in self.disk.items():
            folders = [str(p) for p in pathlib.PurePath(name).parents]
            if file is not True and all(f not in made or f in self.disk for f in folders):
                yield name, file


def folder_of(name):
    """As the shim tells it when it is synced."""
    return name.rpartition("/")[0] + "/" if "/" in name else ""


class Image(Home):
    """A home as a cut has left it."""

    def __init__(self, record, cut, way, chance):
        super().__init__(tempfile.mkdtemp(prefix="emapi-powercut-", dir="/dev/shm"))
        self.when = record.events[cut - 1].when
        for name, contents in record.files(cut, way, chance).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".profile":  # it names the store by its path
                contents = contents.replace(str(record.root).encode(), str(self.folder).encode())
            path.write_bytes(contents)
            path.chmod(0o600)
        self.accepted = [line for path in self.folder.glob("accepted.*")
                         for line in path.read_text().splitlines()]
        self.arrived = dict(self.arrivals())
        self.environment.update(EMAPI_RETRY_SECONDS="0.05", EMAPI_IDLE_SECONDS="1")

    def arrivals(self):
        path = self.folder / "arrived"
        for line in path.read_text().splitlines() if path.exists() else ():
            when, _, name = line.partition(" ")
            yield name, float(when)

    def store(self):
        return next(self.data.glob("*.store"), None)

    def look(self, more=()):
        """What is wrong with the files themselves, and which messages (of these too) are gone."""
        accepted, problems = [*self.accepted, *more], []
        if not self.store():
            return [f"the store with {len(accepted)} messages is gone"] if accepted else []
        for path in (self.store(), self.state / "spool.db"):
            if not path.exists():
                continue
            with contextlib.closing(sqlite3.connect(path)) as db:
                said = db.execute("PRAGMA integrity_check").fetchone()[0]
                if said != "ok":
                    problems.append(f"{path.name}: {said}")
        if accepted:
            with contextlib.closing(sqlite3.connect(self.store())) as db:
                found = {s for s, in db.execute("SELECT subject FROM message WHERE folder > 0")}
            problems += [f"{name} is lost" for name in accepted if name not in found]
        return problems

    def live(self, port):
        """A spooler is started; what is wrong, and what arrived twice."""
        before = self.arrived
        (self.folder / "arrived").write_text("")
        server = subprocess.Popen([program("torture-sink"), str(port), self.folder / "arrived"])
        try:
            wait_until(lambda: answers(port), "the server listens")
            end = time.monotonic() + 30
            while self.waiting() and time.monotonic() < end:
                self.run("emapi", "queue", "run", code=None)
                until = time.monotonic() + 2
                while self.waiting() and time.monotonic() < until:
                    time.sleep(0.01)
            problems = ["something still waits"] if self.waiting() else []
            again = [name for name, _ in self.arrivals()]
        finally:
            self.stop()
            server.kill()
            server.wait()
        problems += [f"{name} never arrived" for name in self.accepted
                     if name not in before and name not in again]
        twice = [name for name in again if name in before]
        ages = {name: self.when - before[name] for name in twice}
        problems += [f"{name} arrived {age:.3f} s before the cut and again"
                     for name, age in ages.items() if age > WINDOW + SLACK]
        problems += [f"{name} arrived {n} times after the cut"
                     for name, n in collections.Counter(again).items() if n > 1]
        return problems, list(ages.values())

    def waiting(self):
        with contextlib.closing(sqlite3.connect(self.store())) as db:
            return db.execute("SELECT count(*) FROM queue").fetchone()[0]

    def remove(self):
        shutil.rmtree(self.folder)


def record_life(options, port):
    """Processes submit while the spooler sends, all under the shim."""
    home = ShimHome(record=True)
    home.environment["EMAPI_IDLE_SECONDS"] = "0.3"
    server = None
    try:
        # The profile is there; what makes it is under the shim too.
        command = ["emapi", "profile", "create", "t", "--default", "--from", "ann@example.test",
                   "--smtp", f"127.0.0.1:{port}", "--tls", "none"]
        subprocess.run(command, env=home.under_shim(), check=True, stdout=subprocess.DEVNULL)
        # Somebody has made the folders just now and has not synced them.
        subprocess.run(["mkdir", home.data, home.state], env=home.under_shim(), check=True)
        server = subprocess.Popen([program("torture-sink"), str(port), home.folder / "arrived"],
                                  env=home.under_shim())
        wait_until(lambda: answers(port), "the server listens")
        running = [subprocess.Popen([program("torture-submitter"), f"s{i}", str(options.messages),
                                     home.folder / f"accepted.{i}"], env=home.under_shim())
                   for i in range(options.submitters)]
        for process in running:
            if process.wait(120):
                sys.exit("a submitter failed")
        wait_until(lambda: not home.processes(), "the spooler has sent all and ended")
        return Record(home.record, home.folder)
    finally:
        home.stop()
        if server:
            server.kill()
            server.wait()
        home.record.unlink()
        shutil.rmtree(home.folder)


# What `make bench` shows beside its figures

def mail_all(home, name, mails, by_taker):
    """Mails by emapi-sendmail; for each the size of the record at exit 0, and its subject."""
    ends = []
    for number in range(mails):
        before = home.control.read("taker")[0]
        subprocess.run(["emapi-sendmail", "-i", "bob@example.test"], env=home.under_shim(),
                       check=True, input=f"Subject: {name} {number}\n\nx\n", text=True)
        ends.append((home.record.stat().st_size, f"{name} {number}"))
        if (home.control.read("taker")[0] > before) != by_taker:
            sys.exit(f"{name} {number} was stored by another process than was meant")
    return ends


def record_submits(submitters, messages, mails):
    """Submits by the C API and by emapi-sendmail, no spooler near, then by emapi-sendmail through a
    spooler's taker; the record, and for each answer (S_OK, exit 0) the number of events before it
    and the subject it is about."""
    home = ShimHome(record=True)
    spooler = home.environment["EMAPI_SPOOLER"]
    home.environment["EMAPI_SPOOLER"] = "/nonexistent"
    under = home.under_shim()
    try:
        subprocess.run(["emapi", "profile", "create", "t", "--default", "--from",
                        "ann@example.test", "--smtp", "127.0.0.1:9", "--tls", "none"], env=under,
                       check=True, stdout=subprocess.DEVNULL)
        running = [subprocess.Popen([program("torture-submitter"), f"s{i}", str(messages),
                                     home.folder / f"accepted.{i}"], env=under)
                   for i in range(submitters)]
        if any([process.wait(600) for process in running]):
            sys.exit("a submitter failed")
        ends = mail_all(home, "mail", mails, False)
        home.environment["EMAPI_SPOOLER"] = spooler
        ends += mail_all(home, "first", 1, False)
        wait_until((home.state / "sendmail.sock").exists, home.spooler_log)
        ends += mail_all(home, "taken", mails, True)
        home.stop()
        record = Record(home.record, home.folder)
    finally:
        home.stop()
        home.record.unlink()
        shutil.rmtree(home.folder)
    answers = [(n, record.data(e).decode().strip()) for n, e in enumerate(record.events, 1)
               if e.kind == WRITE and record.data(e).endswith(b"@torture.test>\n")]
    for size, subject in ends:
        answers.append((sum(e.end <= size for e in record.events), subject))
    return record, answers


def durable(submitters=4, messages=25, mails=5):
    """(answers, problems): the power fails at the instant of each answer and takes along whatever
    was not synced; the message must be there, whole."""
    record, answers = record_submits(submitters, messages, mails)
    chance, problems = random.Random(1), []
    for cut, subject in answers:
        image = Image(record, cut, "nothing", chance)
        found = image.look([subject])
        problems += [f"power cut after the answer about {subject}: {text}" for text in found]
        image.remove()
    return len(answers), problems + see_a_lie(record, chance)


def places(record, options, chance):
    """Where to cut: half of the places are just after a sync or an answer."""
    first = next((n for n, e in enumerate(record.events)
                  if e.kind == CREATE and b".store" in record.data(e)), 0)
    edges = [n for n, e in enumerate(record.events, 1)
             if n > first and e.kind in (SYNC, SYNC_NAMES)]
    for number in range(options.cuts):
        yield chance.choice(edges) if number % 2 else \
            chance.randrange(first + 1, len(record.events) + 1)


def cut_all(record, options, chance, port):
    problems, lives, ages = [], 0, []
    cuts = list(places(record, options, chance))
    every = max(1, len(cuts) * len(WAYS) // max(1, options.lives))
    for number, (cut, way) in enumerate((c, w) for c in cuts for w in WAYS):
        image = Image(record, cut, way, chance)
        found = image.look()
        # Each way in its turn.
        if not found and number % every == number // every % min(every, len(WAYS)) and \
                image.store() and image.accepted:
            found, twice = image.live(port)
            lives += 1
            ages += twice
        problems += [f"cut at {cut} of {len(record.events)}, {way} left: {text}" for text in found]
        if found:
            print(f"kept in {image.folder}")
            break
        image.remove()
    print(f"{len(record.events)} events of {options.submitters * options.messages} messages "
          f"({sum(e.kind == SYNC for e in record.events)} syncs): {len(cuts)} cuts in {len(WAYS)} "
          f"ways; a spooler started after {lives} of them: {len(ages)} messages came twice, the "
          f"first of them {max(ages, default=0) * 1000:.0f} ms before its cut")
    return problems + see_a_lie(record, chance)


def see_a_lie(record, chance):
    """On a disk that does not sync the same cuts lose mail: the test sees such things."""
    record.lies = True
    image = Image(record, len(record.events), "nothing", chance)
    found = image.look()
    image.remove()
    return [] if found else ["a disk that does not sync loses nothing: the test is blind"]


def parse():
    parser = argparse.ArgumentParser(description="Cuts the power of store and spooler.")
    parser.add_argument("--submitters", type=int, default=3)
    parser.add_argument("--messages", type=int, default=25, help="of each submitter")
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--lives", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    return parser.parse_args()


def main():
    options = parse()
    print(f"seed {options.seed}", flush=True)
    port = free_port()
    record = record_life(options, port)
    problems = cut_all(record, options, random.Random(options.seed), port)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
