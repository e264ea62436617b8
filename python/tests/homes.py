# SPDX-License-Identifier: MIT
"""Fixtures: a home of its own for each test: XDG folders, profiles with stores and a pickup folder."""
import os
import pathlib
import subprocess
import sys
import urllib.parse
import uuid

import pytest
from win32com.mapi import mapi, mapitags

PICKUP = """
[Service {service}]
ServiceName=EMAPI_PICKUP
DisplayName=Pickup folder

[Provider {provider}]
Service={service}
Type=transport
Module=emapi_pickup.so
DisplayName=Pickup folder
Path={path}
"""

STORE = """
[Service {service}]
ServiceName=EMAPI_STORE
DisplayName={name}

[Provider {provider}]
Service={service}
Type=store
Module=emapi_store.so
DisplayName={name}
Default={default}
Path={path}
"""


def new_uid():
    return uuid.uuid4().hex


class Home:
    """A folder that the XDG variables point into, and what is in it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.variables = {"HOME": str(folder), "EMAPI_IDLE_SECONDS": "1",
                          "EMAPI_SYSCONFDIR": str(self.folder / "etc"), "LC_ALL": "C.UTF-8"}
        for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR", "CACHE_HOME"):
            path = self.folder / name.lower()
            path.mkdir(mode=0o700)
            self.variables["XDG_" + name] = str(path)
        self.pickup = self.folder / "pickup"

    def profile(self, name="test", stores=1):
        """Write a profile by hand, as src/mapi/profile.h describes it; the first store is the default."""
        profiles = self.folder / "config_home" / "emapi" / "profiles"
        profiles.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = f"[Profile]\nUID={new_uid()}\nFromName=Ann Sender\nFromAddress=ann@example.test\n"
        for number in range(stores):
            text += STORE.format(service=new_uid(), provider=new_uid(),
                                 name=f"{name} {number}", default="false" if number else "true",
                                 path=self.folder / f"{name}-{number}.store")
        text += PICKUP.format(service=new_uid(), provider=new_uid(), path=self.pickup)
        (profiles / (urllib.parse.quote(name, " @") + ".profile")).write_text(text)
        return name

    def letters(self):
        """The messages that arrived in the pickup folder."""
        return sorted(self.pickup.glob("*.eml"))

    def python(self, code, *arguments, code_expected=0):
        """Run code in a process of its own; what it printed."""
        done = subprocess.run([sys.executable, "-X", "faulthandler", "-c", code, *arguments],
                              env={**os.environ, **self.variables}, capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == code_expected, done.stdout + done.stderr
        return done.stdout

    def spooler_log(self):
        log = self.folder / "state_home" / "emapi" / "spooler.log"
        return log.read_text() if log.exists() else ""

    def stop_spooler(self):
        """End the spooler that a submission started here."""
        lock = self.folder / "state_home" / "emapi" / "spooler.lock"
        words = lock.read_text().split() if lock.exists() else []
        if words and b"emapi-spooler" in _command_line(words[0]):
            os.kill(int(words[0]), 15)


def _command_line(pid):
    try:
        return pathlib.Path(f"/proc/{int(pid)}/cmdline").read_bytes()
    except (OSError, ValueError):
        return b""


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = Home(tmp_path)
    for name, value in home.variables.items():
        monkeypatch.setenv(name, value)
    mapi.MAPIInitialize(None)
    yield home
    mapi.MAPIUninitialize()
    home.stop_spooler()


@pytest.fixture
def session(home):
    """A session with a profile of one store."""
    home.profile()
    session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
    yield session
    session.Logoff(0, 0, 0)


def open_store(session):
    table = session.GetMsgStoresTable(0)
    rows = mapi.HrQueryAllRows(table, (mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE), None, None, 0)
    entry_id, = [row[0][1] for row in rows if row[1] == (mapitags.PR_DEFAULT_STORE, True)]
    return session.OpenMsgStore(0, entry_id, None,
                                mapi.MDB_NO_DIALOG | mapi.MDB_WRITE | mapi.MAPI_BEST_ACCESS)


@pytest.fixture
def store(session):
    return open_store(session)


def open_folder(store, tag):
    hr, ((got, entry_id),) = store.GetProps((tag,), 0)
    assert (hr, got) == (0, tag)
    return store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)


@pytest.fixture
def inbox(store):
    entry_id, message_class = store.GetReceiveFolder()
    return store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)


@pytest.fixture
def outbox(store):
    return open_folder(store, mapitags.PR_IPM_OUTBOX_ENTRYID)
