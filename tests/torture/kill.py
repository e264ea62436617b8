#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kills everything (design D4): 1 to 8 processes submit while client, scheduler, worker and server
are ended by SIGKILL at random instants.  After recovery no message that SubmitMessage said S_OK to
may be missing at the server; one may be there twice only where a kill fell between the server's
acceptance and the spooler's record of it, so at most one for each connection and kill; and the
databases are whole.

    meson devenv -C build $PWD/tests/torture/kill.py [--submitters N] [--messages N] [--seed N]

prints the figures, ends with 1 where a message was lost or a double has no kill to explain it."""

import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from shim import Home, program, read_lines  # noqa: E402
from mailserver import free_port  # noqa: E402

# A double's kill lies between the first arrival and the moment the spooler would have written it
# down, at most this much later (a busy machine included).
WINDOW = 2.0
RECOVERY = 120


class Torture:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.home = Home(tempfile.mkdtemp(prefix="emapi-torture-"))
        self.home.environment.update(EMAPI_RETRY_SECONDS="0.05", EMAPI_IDLE_SECONDS="5")
        self.folder = self.home.folder
        self.port = free_port()
        self.arrivals = self.folder / "arrived"
        self.submitters = {}
        self.server = None
        self.kills = []  # (time, who)

    # Processes

    def start_server(self):
        self.server = subprocess.Popen([program("torture-sink"), str(self.port),
                                        str(self.arrivals)])

    def accepted_file(self, number):
        return self.folder / f"accepted.{number}"

    def left(self, number):
        return self.options.messages - len(read_lines(self.accepted_file(number)))

    def start_submitter(self, number):
        errors = (self.folder / "submitters.log").open("a")
        self.submitters[number] = subprocess.Popen(
            [program("torture-submitter"), f"s{number}", str(self.options.messages),
             str(self.accepted_file(number))], env=self.home.environment, stderr=errors)

    def restart_submitters(self):
        """Starts those anew that have ended too early; whether any still has work."""
        busy = False
        for number in range(self.options.submitters):
            process = self.submitters.get(number)
            if process and process.poll() is None:
                busy = True
            elif self.left(number) > 0:
                self.start_submitter(number)
                busy = True
        return busy

    # Killing

    def scheduler(self):
        pid = self.home.spooler_pid()
        return [pid] if pid and self.is_ours(pid) else []

    def is_ours(self, pid):
        """A number in a lock file may have gone to another process since."""
        try:
            environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            return f"XDG_STATE_HOME={self.home.environment['XDG_STATE_HOME']}".encode() \
                in environment.split(b"\0")
        except OSError:
            return False

    def workers(self):
        pids = []
        for lock in self.home.state.glob("worker-*.lock"):
            words = lock.read_text().split()
            if words and self.is_ours(int(words[0])):
                pids.append(int(words[0]))
        return pids

    def clients(self):
        return [p.pid for p in self.submitters.values() if p.poll() is None]

    def kill_one(self):
        who = self.random.choice(self.options.victims)
        pids = {"client": self.clients, "scheduler": self.scheduler, "worker": self.workers,
                "server": lambda: [self.server.pid]}[who]()
        if not pids:
            return
        try:
            os.kill(self.random.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            return
        self.kills.append((time.time(), who))
        if who == "server":
            self.server.wait()
            self.start_server()

    # The run

    def run(self):
        self.home.profile("t", "--from", "ann@example.test", "--smtp", f"127.0.0.1:{self.port}",
                          "--tls", "none")
        self.start_server()
        began = time.monotonic()
        while self.restart_submitters():
            time.sleep(self.random.random() * self.options.pause / 500)
            self.kill_one()
        self.submitted_in = time.monotonic() - began
        self.recover()

    def store(self):
        return next(self.home.data.glob("*.store"))

    def waiting(self):
        with sqlite3.connect(self.store()) as db:
            return db.execute("SELECT count(*) FROM queue").fetchone()[0]

    def recover(self):
        """Nobody is killed any more: all that waits or is held must go out."""
        end = time.monotonic() + RECOVERY
        while self.waiting() and time.monotonic() < end:
            self.home.run("emapi", "queue", "run", code=None)
            for _ in range(20):
                if not self.waiting():
                    break
                time.sleep(0.1)

    # The verdict

    def problems(self):
        accepted = {line for number in range(self.options.submitters)
                    for line in read_lines(self.accepted_file(number))}
        arrivals = collections.defaultdict(list)
        for line in read_lines(self.arrivals):
            when, _, name = line.partition(" ")
            arrivals[name].append(float(when))
        lost = accepted - arrivals.keys()
        doubles = {name: times for name, times in arrivals.items() if len(times) > 1}
        unexplained = [name for name, times in doubles.items()
                       if not all(self.explained(t) for t in times[:-1])]
        count = collections.Counter(who for _, who in self.kills)
        print(f"{len(accepted)} accepted by {self.options.submitters} processes in "
              f"{self.submitted_in:.1f} s, {len(self.kills)} kills "
              f"({', '.join(f'{n} {who}' for who, n in sorted(count.items()))}): "
              f"{len(accepted) - len(lost)} arrived, {len(lost)} lost, {len(doubles)} twice "
              f"({len(unexplained)} without a kill to explain it), {self.waiting()} still wait",
              flush=True)
        found = [f"lost: {name}" for name in sorted(lost)[:10]]
        found += [f"twice for no reason: {name} {doubles[name]}" for name in unexplained[:10]]
        if sum(len(times) - 1 for times in doubles.values()) > len(self.kills):
            found.append("more doubles than kills")
        return found + self.damage()

    def explained(self, arrival):
        return any(arrival - 0.01 <= when <= arrival + WINDOW
                   for when, who in self.kills if who != "client")

    def damage(self):
        found = []
        for path in (self.store(), self.home.state / "spool.db"):
            with sqlite3.connect(path) as db:
                verdict = db.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                found.append(f"{path.name}: {verdict}")
        return found

    def close(self, keep):
        self.home.stop()
        if self.server:
            self.server.kill()
            self.server.wait()
        if not keep:
            shutil.rmtree(self.folder)


def parse():
    parser = argparse.ArgumentParser(description="Kills all parts at random and counts the mail.")
    parser.add_argument("--submitters", type=int, default=4)
    parser.add_argument("--messages", type=int, default=100, help="of each submitter")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--pause", type=float, default=10, help="mean ms between two kills")
    parser.add_argument("--victims", type=lambda text: text.split(","),
                        default=["client", "scheduler", "worker", "server"])
    return parser.parse_args()


def main():
    options = parse()
    print(f"seed {options.seed}", flush=True)
    torture = Torture(options)
    problems = ["it did not end"]
    try:
        torture.run()
        problems = torture.problems()
    finally:
        torture.close(keep=bool(problems))
        if problems:
            print(f"kept in {torture.folder}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
