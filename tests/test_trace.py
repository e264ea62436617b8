# SPDX-License-Identifier: MIT
"""EMAPI_TRACE: what a program called, by C and Python, without contents and never with a secret."""

import pathlib
import stat

import pytest

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"
BODY, SECRET = "MarkerOfTheBody", "MarkerOfThePassword"

# Two folders and a message that moves: an object is handed to a method of another one.
MOVES = """
import sys
import pythoncom
from win32com.mapi import mapi, mapitags, mapiutil
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "test", sys.argv[1], mapi.MAPI_EXTENDED)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
hr, props = store.GetProps((mapitags.PR_IPM_SUBTREE_ENTRYID,), 0)
root = store.OpenEntry(props[0][1], None, mapi.MAPI_BEST_ACCESS)
one = root.CreateFolder(1, "one", "", None, mapi.OPEN_IF_EXISTS)
two = root.CreateFolder(1, "two", "", None, mapi.OPEN_IF_EXISTS)
message = one.CreateMessage(None, 0)
message.SetProps([(mapitags.PROP_TAG(mapitags.PT_STRING8, 0x1000), b"MarkerOfTheBody"),
                  (mapitags.PROP_TAG(mapitags.PT_STRING8, 0x67F0), b"MarkerOfThePassword")])
message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
hr, props = message.GetProps((mapitags.PR_ENTRYID,), 0)
assert message.QueryInterface(mapi.IID_IMessage) == message
message = None
one.CopyMessages([props[0][1]], None, two, 0, None, 1)
print(two.GetContentsTable(0).GetRowCount(0), one.GetContentsTable(0).GetRowCount(0))
"""


@pytest.fixture
def traced(home):
    home.pickup_profile()
    home.environment["EMAPI_TRACE"] = str(home.folder / "trace")
    return home


def show(home):
    path = home.folder / "trace"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return home.run("emapi", "trace", "show", path).stdout


@pytest.mark.parametrize("program", ["c", "python"])
def test_tells_what_a_program_called(traced, program):
    command = ["example-mapisend"] if program == "c" else ["/usr/bin/python3",
                                                           EXAMPLES / "mapisend.py"]
    traced.run(*command, "Subject", BODY, "bob@example.test")
    told = show(traced)
    assert "MAPILogonEx(lpszProfileName=" in told and "lppSession=IMAPISession(1)" in told
    assert "lpEntryID=32:PR_IPM_OUTBOX_ENTRYID" in told
    assert "::ModifyRecipients(MODRECIP_ADD" in told
    assert "::SubmitMessage(0) = S_OK" in told
    assert BODY not in told and "bob@" not in told and "Subject" not in told


def test_an_object_stays_itself(traced):
    """A message moves between recorded folders as it does without a recorder."""
    moved = traced.run("/usr/bin/python3", "-c", MOVES, SECRET).stdout
    assert moved.split() == ["1", "0"]
    told = show(traced)
    assert "::QueryInterface(riid=IMessage) = S_OK" in told
    assert "CopyMessages(lpMsgList={" in told and "MESSAGE_MOVE) = S_OK" in told
    assert "(no call)" not in told


@pytest.mark.parametrize("contents", ["0", "1"])
def test_a_secret_is_never_told(traced, contents):
    traced.environment["EMAPI_TRACE_CONTENTS"] = contents
    traced.run("/usr/bin/python3", "-c", MOVES, SECRET)
    text = (traced.folder / "trace").read_text()
    assert SECRET not in text and "67F0001E:***" in text
    assert (BODY in text) == (contents == "1")


def test_a_failure_has_its_name(traced):
    traced.run("/usr/bin/python3", "-c", MOVES.replace('"test"', '"nobody"'), SECRET, code=1)
    assert "MAPILogonEx(lpszProfileName=6" in show(traced)
    assert "= MAPI_E_LOGON_FAILED" in show(traced) or "= MAPI_E_NOT_FOUND" in show(traced)


def test_a_file_that_cannot_be_written_does_no_harm(traced):
    traced.environment["EMAPI_TRACE"] = str(traced.folder / "no" / "trace")
    done = traced.run("example-mapisend", "s", BODY, "bob@example.test")
    assert "the trace cannot be written" in done.stderr


@pytest.mark.parametrize("program", ["c", "python"])
def test_a_replay_gives_the_same_results(traced, program):
    command = ["example-mapisend"] if program == "c" else ["/usr/bin/python3",
                                                           EXAMPLES / "mapisend.py"]
    traced.run(*command, "Subject", BODY, "bob@example.test")
    stored = traced.stored()
    told = traced.run("emapi", "trace", "replay", traced.folder / "trace").stdout
    assert "calls with the same result, 0 with another" in told
    assert "not replayed:" not in told
    assert traced.stored()[0] == stored[0]


def test_a_replay_tells_what_is_different(traced):
    """A call that failed then and works now, one that is not replayed, and lines that are none."""
    traced.run("example-mapisend", "Subject", BODY, "bob@example.test")
    path = traced.folder / "trace"
    text = path.read_text()
    submitted = next(line for line in text.splitlines() if "::SubmitMessage" in line)
    path.write_text(text.replace(submitted, submitted.replace("0x00000000", "0x8004010F"))
                    + "nonsense\n1.0 1 1/1 IStream(9)::Write cb=3 = 0x00000000\n"
                    "1.0 1 1/1 IMessage(5)::SetProps lpPropArray=[0037001E:99999999999] = 0x0\n")
    told = traced.run("emapi", "trace", "replay", path, code=65).stdout
    assert "::SubmitMessage was MAPI_E_NOT_FOUND and is S_OK" in told
    assert "not replayed: IStream::Write, 1 times" in told


def test_says_what_it_cannot_read(home):
    done = home.run("emapi", "trace", "show", home.folder / "none", code=66)
    assert "the trace cannot be read" in done.stderr
