# SPDX-License-Identifier: MIT
"""Where a measurement happens: a home of its own, a sink, a private Postfix; clocks and CPU."""

import contextlib
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
from conftest import Home  # noqa: E402
from mailserver import POSTFIX_DAEMONS, answers, free_port, wait_until  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
FROM, TO = "ann@example.test", "bob@example.test"


def cpu(pid):
    """Seconds of CPU that a process and its ended children took; 0 once it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        return sum(int(n) for n in fields[11:15]) / TICK
    except OSError:
        return 0.0


def children(pid):
    try:
        return [int(p) for p in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def family(pid):
    found = [pid]
    for child in children(pid):
        found += family(child)
    return found


def peak_memory(pid):
    """MiB the process had at most."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
    except (OSError, AttributeError):
        return 0.0


def elapsed(command, environment, output, read="/dev/null"):
    """Seconds from exec to exit; the command must succeed.  Output goes to a file."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, str(read), os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
               (os.POSIX_SPAWN_DUP2, 1, 2)]
    command = [str(c) for c in command]
    began = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, environment, file_actions=actions)
    _, status = os.waitpid(pid, 0)
    took = time.perf_counter() - began
    if status:
        raise RuntimeError(f"{command} ended with {os.waitstatus_to_exitcode(status)}: "
                           f"{pathlib.Path(output).read_text()}")
    return took


def in_turns(rounds, **works):
    """Runs each work in each round; {name: median}, of each part where a work has several."""
    times = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(work())
    return {name: tuple(map(statistics.median, zip(*values))) if isinstance(values[0], tuple)
            else statistics.median(values) for name, values in times.items()}


def as_installed(prefix):
    """For all that is run from here: what is measured is what bench/run has installed below the
    build, not the build's own folders."""
    for name in ("EMAPI_PROVIDER_PATH", "EMAPI_KEYRING"):
        os.environ.pop(name, None)
    os.environ["EMAPI_SPOOLER"] = f"{prefix}/libexec/emapi/emapi-spooler"
    folders = os.environ.pop("LD_LIBRARY_PATH", "").split(":")
    others = [f for f in folders if f and not f.startswith(os.path.dirname(prefix))]
    if others:
        os.environ["LD_LIBRARY_PATH"] = ":".join(others)
    os.environ["PATH"] = f"{prefix}/bin:{prefix}/sbin:{os.environ['PATH']}"


class Sink:
    """Postfix's smtp-sink; counts what it took."""

    def __init__(self, folder):
        self.port = free_port()
        self.counter = (pathlib.Path(folder) / f"sink.{self.port}").open("w+")
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            ["smtp-sink", "-c", *user, f"127.0.0.1:{self.port}", "1000"], stdout=self.counter,
            preexec_fn=lambda: os.nice(0))
        wait_until(lambda: answers(self.port), "smtp-sink listens")

    def count(self):
        with open(self.counter.name, "rb") as f:
            f.seek(max(0, os.path.getsize(self.counter.name) - 200))
            counts = re.findall(rb"mesg=(\d+)", f.read())
        return int(counts[-1]) if counts else 0

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.counter.close()


class Place(Home):
    """A home with a profile that sends to a sink."""

    def __init__(self, sink=None):
        super().__init__(tempfile.mkdtemp(prefix="emapi-bench-"))
        # Who logs on, and cron, say who it is: without it a name would be looked up each time.
        self.environment.update(EMAPI_IDLE_SECONDS="60", LOGNAME=pwd.getpwuid(os.getuid()).pw_name)
        self.sink = sink or Sink(self.folder)
        self.profile("bench", "--from", FROM, "--smtp", f"127.0.0.1:{self.sink.port}",
                     "--tls", "none")
        self.output = self.folder / "output"

    def store(self):
        return self.data / "bench.store"

    def time(self, *command, **options):
        return elapsed(command, self.environment, self.output, **options)

    def start_spooler(self):
        """By a message, as a person does."""
        self.run("mapisend", "--to", TO, "--subject", "first", "--body", "x")

    def submit(self, count, processes=1, attachment=0):
        """(messages a second, longest wait in ms, slowest/fastest process)."""
        done = self.run("bench-submit", count, processes, attachment, timeout=3600)
        return tuple(float(word) for word in done.stdout.split())

    def run(self, *command, timeout=600, **options):
        options.setdefault("input", "")
        done = subprocess.run([str(c) for c in command], env=self.environment, text=True,
                              capture_output=True, timeout=timeout, cwd=self.folder, **options)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}\n{self.spooler_log()}")
        return done

    @contextlib.contextmanager
    def wakes_only(self):
        """No spooler but one who answers and moves nothing."""
        self.stop()
        process = subprocess.Popen(["bench-wakes"], env=self.environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            process.stdout.readline()
            yield
        finally:
            process.communicate()

    def queued(self):
        with contextlib.closing(sqlite3.connect(self.store())) as db:
            return db.execute("SELECT count(*) FROM queue").fetchone()[0]

    def fill(self, count, folder=None, one=None):
        """Puts copies of one submitted message into the queue (or, sent, into a folder): by SQL,
        since one by one and durably it would take the time of the benchmark."""
        with self.wakes_only():
            if one:
                one()
            else:
                self.submit(1)
        with contextlib.closing(sqlite3.connect(self.store())) as db:
            copy_messages(db, count - 1, folder)

    def pids(self):
        pid = self.spooler_pid()
        return family(pid) if pid else []

    def cpu(self):
        return sum(cpu(pid) for pid in self.pids())

    def drain(self, count):
        """Starts the spooler on what is queued; (seconds, CPU seconds) until `count` have arrived
        and are filed."""
        arrived = self.sink.count()
        began = time.perf_counter()
        self.run("emapi", "queue", "run")
        self.wait_drained(arrived + count)
        return time.perf_counter() - began, self.cpu()

    def wait_drained(self, arrived):
        wait_until(lambda: self.sink.count() >= arrived, lambda: f"{self.sink.count()} of "
                   f"{arrived} arrive; the log says\n{self.spooler_log()[-2000:]}", 3600)
        wait_until(lambda: self.queued() == 0, "all is filed", 600)

    def stop(self):
        pid = self.spooler_pid()
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not is_running(pid), "the spooler ends", 60)

    def close(self):
        self.stop()
        self.sink.stop()
        shutil.rmtree(self.folder)


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def columns(db, table, without):
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    return ", ".join(n for n in names if n not in without)


def copy_messages(db, count, folder):
    """Copies the newest message of the queue, each with a search key of its own; with a folder,
    the copies lie there, sent."""
    template, = db.execute("SELECT max(message) FROM queue").fetchone()
    rest = columns(db, "message", ("id", "search_key", "folder", "flags", "queued"))
    people = columns(db, "recipient", ("id", "message"))
    prefixed = ", ".join(f"r.{name}" for name in people.split(", "))
    base, = db.execute("SELECT max(id) FROM message").fetchone()
    with db:
        db.execute("PRAGMA temp_store=MEMORY")
        db.execute(
            f"WITH n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<?1) INSERT INTO message"
            f"(id, queued, search_key, folder, flags, {rest}) SELECT ?2+i, CASE WHEN ?3 THEN NULL"
            f" ELSE ?2+i END, randomblob(16), coalesce(?3, folder), CASE WHEN ?3 THEN 3 ELSE flags"
            f" END, {rest} FROM n, message WHERE message.id=?4", (count, base, folder, template))
        db.execute(f"INSERT INTO recipient(message, {people}) SELECT m.id, {prefixed}"
                   f" FROM message m, recipient r WHERE m.id>? AND r.message=?", (base, template))
        if folder is None:
            db.execute("INSERT INTO queue(seq, message) SELECT id, id FROM message WHERE id>?",
                       (base,))


class Postfix:
    """A private Postfix that relays everything to a sink.  Needs root."""

    def __init__(self, folder, sink):
        self.folder = pathlib.Path(folder) / f"postfix.{random.randrange(1 << 30):x}"
        self.config = self.folder / "etc"
        self.sink = sink
        self.port = free_port()
        for name in ("etc", "queue", "data", "log"):
            (self.folder / name).mkdir(parents=True)
        shutil.chown(self.folder / "data", "postfix")
        (self.config / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
command_directory = /usr/sbin
daemon_directory = {POSTFIX_DAEMONS}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {self.folder}/log/mail.log
maillog_file_prefixes = {self.folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink.port}
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
""")
        self.write_services(queue_manager=True)
        self.postfix("start")
        wait_until(lambda: answers(self.port), "Postfix listens")

    def write_services(self, queue_manager):
        (self.config / "master.cf").write_text(f"""
127.0.0.1:{self.port} inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
{"qmgr      unix  n - n 300 1 qmgr" if queue_manager else ""}
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
""")

    def postfix(self, word):
        done = subprocess.run(["/usr/sbin/postfix", "-c", str(self.config), word],
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"postfix {word}: {done.stdout}{done.stderr}")

    def sendmail(self):
        return ["/usr/sbin/sendmail", "-C", self.config, "-f", FROM, "-i", TO]

    def master(self):
        return int((self.folder / "queue" / "pid" / "master.pid").read_text())

    def cpu(self):
        return sum(cpu(pid) for pid in family(self.master()))

    def source(self, count, sessions):
        subprocess.run(["smtp-source", "-s", str(sessions), "-m", str(count), "-l", "2000", "-f",
                        FROM, "-t", TO, f"127.0.0.1:{self.port}"], check=True,
                       capture_output=True)

    def fill(self, count):
        """Into the incoming queue, which nobody looks at for now."""
        self.postfix("stop")
        self.write_services(queue_manager=False)
        self.postfix("start")
        wait_until(lambda: answers(self.port), "Postfix listens")
        self.source(count, 10)
        self.postfix("stop")
        self.write_services(queue_manager=True)

    def drain(self, count):
        """(seconds, CPU seconds) from the start on until all have arrived."""
        arrived = self.sink.count() + count
        began = time.perf_counter()
        self.postfix("start")
        wait_until(lambda: self.sink.count() >= arrived, "Postfix has sent all", 3600)
        return time.perf_counter() - began, self.cpu()

    def stop(self):
        pid = self.master()
        self.postfix("stop")
        wait_until(lambda: not is_running(pid), "Postfix has ended", 20)
