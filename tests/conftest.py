# SPDX-License-Identifier: MIT
"""What the tests across modules share: a home of their own, the built commands, mail servers."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mailserver  # noqa: E402

BODY = ("--to", "bob@example.test", "--subject", "s", "--body", "x")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="Postfix's master needs root")


class Home:
    """An empty home directory with the four XDG folders set, and the commands run in it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.environment = dict(os.environ)
        for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR", "CACHE_HOME"):
            path = self.folder / name.lower()
            path.mkdir(mode=0o700, parents=True)
            self.environment[f"XDG_{name}"] = str(path)
        self.environment.update(HOME=str(self.folder), EMAPI_IDLE_SECONDS="5",
                                EMAPI_SYSCONFDIR=str(self.folder / "etc"), LC_ALL="C.UTF-8")
        # What the sanitizers of `make asan` find, also in processes that have no standard error.
        for tool in ("ASAN", "UBSAN"):
            given = self.environment.get(f"{tool}_OPTIONS", "print_stacktrace=1")
            self.environment[f"{tool}_OPTIONS"] = f"{given}:log_path={self.folder}/sanitizer"
        self.config = self.folder / "config_home" / "emapi"
        self.data = self.folder / "data_home" / "emapi"
        self.state = self.folder / "state_home" / "emapi"

    def run(self, *command, code=0, **options):
        """Runs a command; its exit code must be `code` (None: any)."""
        options.setdefault("input", "")
        done = subprocess.run([str(c) for c in command], env=self.environment, text=True,
                              capture_output=True, timeout=60, cwd=self.folder, **options)
        assert code is None or done.returncode == code, \
            f"{command} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}" \
            f"\nspooler.log:\n{self.spooler_log()}"
        return done

    def profile(self, name, *options):
        return self.run("emapi", "profile", "create", name, "--default", *options)

    def smtp_profile(self, system, name="test", password="secret of ann", *options):
        """A profile that sends through `system` (mailserver.MailSystem) by STARTTLS and login."""
        return self.profile(name, "--from", "Ann Sender <ann@example.test>",
                            "--smtp", f"localhost:{system.port}", "--tls", "starttls",
                            "--ca-file", system.authority.ca, "--user", "ann",
                            "--password-command", f"echo '{password}'", *options)

    def pickup_profile(self, name="test"):
        return self.profile(name, "--from", "Ann Sender <ann@example.test>",
                            "--pickup", self.folder / "pickup")

    def picked_up(self):
        return sorted((self.folder / "pickup").glob("*.eml"))

    def stored(self, name="test"):
        """(messages in the store, messages in its outgoing queue).  What is there must be whole."""
        path = self.data / f"{name}.store"
        if not path.exists():
            return 0, 0
        with contextlib.closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            for part in ("recipient", "attachment", "queue"):
                lost = f"SELECT count(*) FROM {part} WHERE message NOT IN (SELECT id FROM message)"
                assert db.execute(lost).fetchone() == (0,), f"{part} rows without a message"
            return tuple(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
                         for t in ("message WHERE folder>0", "queue"))

    def queue(self, *options):
        """The queue's messages as `emapi queue list --json` tells them."""
        return json.loads(self.run("emapi", "queue", "list", "--json", *options).stdout)

    def profile_file(self):
        path, = self.config.glob("profiles/*.profile")
        return path

    def spooler_log(self):
        log = self.state / "spooler.log"
        return log.read_text() if log.exists() else ""

    def check_sanitizers(self):
        found = [path.read_text() for path in sorted(self.folder.glob("sanitizer.*"))]
        assert not found, "\n".join(found)

    def spooler_pid(self):
        lock = self.state / "spooler.lock"
        words = lock.read_text().split() if lock.exists() else []
        return int(words[0]) if words else None

    def processes(self):
        """The pids of this home's spooler and its workers that still run."""
        pids = [self.spooler_pid()]
        for lock in self.state.glob("worker-*.lock"):
            words = lock.read_text().split()
            pids.append(int(words[0]) if words else None)
        return [pid for pid in pids if pid and self.is_spooler(pid)]

    @staticmethod
    def is_spooler(pid, but=b"\1"):
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return b"emapi-spooler" in words and but not in words

    def living(self):
        """The pids of emapi's processes that have this home in their environment: the spooler, its
        workers, and a command's child that is about to become a spooler."""
        mine = f"={self.folder}/".encode()
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes()
                name = words.split(b"\0")[0].rsplit(b"/", 1)[-1]
                ours = name.startswith((b"emapi", b"mapisend")) or b"emapi-spooler" in words
                if ours and mine in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
        return found

    def stop(self):
        """Ends what this home started and sees it end, also a spooler that is only starting."""
        told, quiet = set(), []

        def ended():
            left = self.living()
            for pid in left:
                if pid not in told and self.is_spooler(pid, but=b"--worker"):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, 15)
                    told.add(pid)
            # One that was born while /proc was read is seen the next time.
            quiet.append(not left)
            return quiet[-2:] == [True, True]
        mailserver.wait_until(ended, lambda: f"what this home started ends: {self.living()}")


@pytest.fixture
def home():
    folder = tempfile.mkdtemp(prefix="emapi-test-")
    home = Home(folder)
    yield home
    home.stop()
    home.check_sanitizers()
    shutil.rmtree(folder)


@pytest.fixture
def ordinary(home):
    """A function that hands the home over to a user who is not root and gives the options of
    Home.run() that make a command his."""
    def options():
        if os.geteuid() != 0:
            return {}
        for path in (home.folder, *home.folder.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)
        user = {"user": 65534, "group": 65534, "extra_groups": []}
        try:
            home.run("mapisend", "--help", **user)
        except (PermissionError, AssertionError) as e:
            pytest.skip(f"an ordinary user cannot run the commands of this build: {e}")
        return user
    return options


@pytest.fixture(scope="session")
def mail_system():
    """Postfix and Dovecot for all tests of a run.  Each test looks at mailboxes only for its own
    Subject or Message-ID."""
    folder = tempfile.mkdtemp(prefix="emapi-mail-")
    os.chmod(folder, 0o755)
    system = mailserver.MailSystem(
        folder, refuse={"bob@example.test": "550 5.1.1 no such person here",
                        "greylisted@example.test": "450 4.2.0 come back later"})
    yield system
    system.stop()
    shutil.rmtree(folder)
