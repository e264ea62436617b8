#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kills client, scheduler, worker and server at every state change (design D4).

A round submits a message from each of N processes, with one of the four to be ended before the n-th
call by which it changes anything that others can see (shim.c); n goes from 1 to the number of such
calls.  Each victim is tried when all is at rest ("warm"), when the spooler has to be started first
("cold"), and when the mail is refused, so that a report is written ("refused").  After each round
all that was accepted must have arrived, or be reported, once; a message may be there twice only
where the victim was between the end of the data and the record of the server's answer, and then the
record of its tries says so; at the end the databases are whole.

    meson devenv -C build $PWD/tests/torture/points.py [--submitters N] [--every K] [--offset I]

K tries every K-th call only, from the I-th on (by chance where it is not given).  Prints the figures; ends with 1 where something is
wrong."""

import argparse
import collections
import contextlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from shim import ROLES, ShimHome, program, read_lines  # noqa: E402
from mailserver import answers, free_port, wait_until  # noqa: E402

PATIENCE = 60
KINDS = {"warm": "bob@example.test", "cold": "bob@example.test", "refused": "refused@example.test"}


class Points:
    def __init__(self, options):
        self.options = options
        self.home = ShimHome()
        self.home.environment["EMAPI_IDLE_SECONDS"] = "600"
        self.control = self.home.control
        self.port = free_port()
        self.arrivals = self.home.folder / "arrived"
        self.server = None
        self.rounds = self.doubles = self.messages = 0
        self.fired = collections.Counter()  # (kind, role) -> kills
        self.calls = collections.Counter()  # (role, call) -> kills
        self.problems = []

    # Processes

    def start_server(self):
        self.server = subprocess.Popen([program("torture-sink"), str(self.port), str(self.arrivals)],
                                       env=self.home.under_shim())
        wait_until(lambda: answers(self.port), "the server listens")

    def keep_server(self):
        if self.server.poll() is not None:
            self.start_server()

    def submit(self, name, to):
        """One message from each of N processes; a record of what was accepted from each."""
        records = [self.home.folder / f"accepted.{name}.{i}" for i in range(self.options.submitters)]
        with (self.home.folder / "submitters.log").open("a") as log:
            running = [subprocess.Popen([program("torture-submitter"), f"{name}.{i}", "1",
                                         str(record), to], env=self.home.under_shim(), stderr=log)
                       for i, record in enumerate(records)]
            for process in running:
                process.wait(PATIENCE)
        return [line for record in records for line in read_lines(record)]

    def waiting(self):
        if not any(self.home.data.glob("*.store")):
            return 0  # the first client died before it had made one
        with contextlib.closing(sqlite3.connect(self.home.store())) as db:
            return db.execute("SELECT count(*) FROM queue").fetchone()[0]

    def settle(self):
        """Until nothing waits; a person looks after it every now and then."""
        end, pause = time.monotonic() + PATIENCE, 0.15
        while time.monotonic() < end:
            until = time.monotonic() + pause
            while time.monotonic() < until:
                self.keep_server()
                if not self.waiting():
                    return True
                time.sleep(0.003)
            self.home.run("emapi", "queue", "run", code=None)
            pause = min(pause * 2, 2)
        return False

    # A round

    def begin(self, kind):
        if kind == "cold":
            self.control.arm()
            for pid in self.home.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not self.home.processes(), "the spooler is gone")

    def round(self, kind, role, number):
        """Whether the call was made at all."""
        self.rounds += 1
        self.begin(kind)
        self.control.arm(role, number)
        accepted = self.submit(f"r{self.rounds}", KINDS[kind])
        done = self.settle()
        self.settled = self.control.read(role) if role else None
        self.control.arm()
        what = f"{kind}: {role} call {number} ({self.settled[3] if role else ''}), " \
               f"{self.options.submitters} submitting"
        if not done:
            self.problems.append(f"{what}: something still waits")
        self.messages += len(accepted)
        self.check(kind, role, accepted, what)
        if not role or not self.settled[2]:
            return False
        self.fired[kind, role] += 1
        self.calls[role, self.settled[3]] += 1
        return True

    def check(self, kind, role, accepted, what):
        count = collections.Counter(line.split(" ", 1)[1] for line in read_lines(self.arrivals))
        twice = [name for name in count if count[name] > 1]
        if kind == "refused":
            self.check_reports(accepted, what)
        else:
            self.problems += [f"{what}: {name} is lost" for name in accepted if not count[name]]
        self.doubles += len(twice)
        if sum(count[name] - 1 for name in twice) > (role in ("scheduler", "worker", "server")):
            self.problems.append(f"{what}: {len(twice)} came twice")
        self.problems += [f"{what}: nobody was told that {name} may be there twice"
                          for name in twice if not self.is_marked(name)]
        self.arrivals.write_text("")  # the server appends

    def check_reports(self, accepted, what):
        with contextlib.closing(sqlite3.connect(self.home.store())) as db:
            reports = collections.Counter(subject.split("<", 1)[-1] for subject, in db.execute(
                "SELECT subject FROM message WHERE folder > 0 AND class LIKE 'REPORT.%'"))
        for name in accepted:
            if reports[name[1:]] != 1:
                self.problems.append(f"{what}: {reports[name[1:]]} reports about {name}")

    def is_marked(self, name):
        with contextlib.closing(sqlite3.connect(self.home.state / "spool.db")) as db:
            return db.execute("SELECT 1 FROM attempt a JOIN message m ON m.id=a.message WHERE "
                              "m.subject=? AND instr(a.record, 'twice')", (name,)).fetchone()

    # All of them

    def run(self):
        self.home.profile("t", "--from", "ann@example.test", "--smtp", f"127.0.0.1:{self.port}",
                          "--tls", "none")
        self.home.run("emapi", "profile", "set", "t", "DelayReport=0")
        self.start_server()
        for kind in self.options.kinds:
            for role in self.options.victims:
                self.try_all(kind, role)

    def try_all(self, kind, role):
        number, misses = 1 + self.options.offset % self.options.every, 0
        # Some calls are made only at times: a few rounds without the n-th are not the end.
        allowed = 3 if self.options.every == 1 else 1
        while misses < allowed and len(self.problems) < 10:
            misses = 0 if self.round(kind, role, number) else misses + 1
            number += self.options.every

    def verdict(self):
        for path in (self.home.store(), self.home.state / "spool.db"):
            with contextlib.closing(sqlite3.connect(path)) as db:
                said = db.execute("PRAGMA integrity_check").fetchone()[0]
            if said != "ok":
                self.problems.append(f"{path.name}: {said}")
        kills = sum(self.fired.values())
        print(f"{self.options.submitters} submitting, every {self.options.every}. call from "
              f"{1 + self.options.offset % self.options.every} on: {self.rounds} rounds, {self.messages} messages "
              f"accepted, {kills} kills at a state change, {self.doubles} twice")
        for kind in self.options.kinds:
            print(f"  {kind}: " + ", ".join(f"{self.fired[kind, role]} {role}"
                                            for role in self.options.victims))
        if self.options.calls:
            for (role, call), n in sorted(self.calls.items()):
                print(f"  {role} before {call}: {n}")
        return self.problems

    def close(self, keep):
        self.home.stop()
        if self.server:
            self.server.kill()
            self.server.wait()
        if not keep:
            shutil.rmtree(self.home.folder)


def parse():
    parser = argparse.ArgumentParser(description="Kills all parts at every state change.")
    parser.add_argument("--submitters", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--offset", type=int, default=random.randrange(1000))
    parser.add_argument("--calls", action="store_true", help="print what the calls were")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(KINDS))
    parser.add_argument("--victims", type=lambda text: text.split(","), default=list(ROLES[1:5]))
    return parser.parse_args()


def main():
    points = Points(parse())
    problems = ["it did not end"]
    try:
        points.run()
        problems = points.verdict()
    finally:
        points.close(keep=bool(problems))
        if problems:
            print(f"kept in {points.home.folder}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
