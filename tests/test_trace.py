# SPDX-License-Identifier: MIT
"""EMAPI_TRACE: what a program called, by C and Python, without contents and never with a secret."""

import pathlib
import re
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


# Tables, streams, attachments, folders: what reading and filing takes.
WORKS = """
import pythoncom
from win32com.mapi import mapi, mapitags, mapiutil
T = mapitags.PROP_TAG
SUBJECT, BODY = T(mapitags.PT_UNICODE, 0x37), T(mapitags.PT_UNICODE, 0x1000)
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, None, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
hr, props = store.GetProps((mapitags.PR_IPM_SUBTREE_ENTRYID,), 0)
root = store.OpenEntry(props[0][1], None, mapi.MAPI_BEST_ACCESS)
one = root.CreateFolder(1, "one", "", None, mapi.OPEN_IF_EXISTS)
two = root.CreateFolder(1, "two", "", None, mapi.OPEN_IF_EXISTS)
for subject in ("MarkerOfTheBody", "b", "c"):
    message = one.CreateMessage(None, 0)
    message.SetProps([(SUBJECT, subject)])
    stream = message.OpenProperty(BODY, pythoncom.IID_IStream, 0, mapi.MAPI_CREATE | mapi.MAPI_MODIFY)
    stream.Write("some text".encode("utf-16-le") * 5000)
    stream.Commit(0)
    stream = None
    number, attach = message.CreateAttach(None, 0)
    attach.SetProps([(mapitags.PR_ATTACH_METHOD, 1)])
    attach.SaveChanges(0)
    attach = None
    message.SaveChanges(0)
table = one.GetContentsTable(0)
table.SetColumns((mapitags.PR_ENTRYID, SUBJECT), 0)
table.SortTable((((SUBJECT, 1),),), 0)
RES_AND, RES_NOT, RES_CONTENT, RES_EXIST, FL_PREFIX = 0, 2, 3, 8, 2
table.Restrict((RES_AND, ((RES_CONTENT, (FL_PREFIX, SUBJECT, (SUBJECT, "b"))),
                          (RES_NOT, ((RES_EXIST, (BODY,)),)))), 0)
table.QueryRows(10, 0)
table.Restrict(None, 0)
table.SeekRow(0, 0)
rows = table.QueryRows(10, 0)
message = store.OpenEntry(rows[0][0][1], None, mapi.MAPI_BEST_ACCESS)
stream = message.OpenProperty(BODY, pythoncom.IID_IStream, 0, 0)
stream.Read(100)
stream = None
message.OpenAttach(0, None, 0)
message = None
one.CopyMessages([rows[0][0][1]], None, two, 0, None, 1)
one.DeleteMessages([rows[1][0][1]], 0, None, 0)
print(len(rows), two.GetContentsTable(0).GetRowCount(0), one.GetContentsTable(0).GetRowCount(0))
"""


# The newest message of Sent Items, by the row of a table.
READS = """
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, None, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
hr, props = store.GetProps((mapitags.PR_IPM_SENTMAIL_ENTRYID,), 0)
table = store.OpenEntry(props[0][1], None, 0).GetContentsTable(0)
table.SetColumns((mapitags.PR_ENTRYID,), 0)
store.OpenEntry(table.QueryRows(1, 0)[0][0][1], None, 0)
"""

SIMPLE = """
import ctypes
mapi = ctypes.CDLL("libemapi.so.0")
session, found = ctypes.c_size_t(), ctypes.c_void_p()
assert mapi.MAPILogon(0, b"test", None, 0, 0, ctypes.byref(session)) == 0
assert mapi.MAPISendMail(session, ctypes.c_size_t(0), None, 0, 0) == 2
assert mapi.MAPIResolveName(session, ctypes.c_size_t(0), b"bob@example.test", 0, 0,
                            ctypes.byref(found)) == 0
mapi.MAPILogoff(session, ctypes.c_size_t(0), 0, 0)
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
    assert "lpulObjType=MAPI_FOLDER" in told and "PR_RECIPIENT_TYPE:MAPI_TO" in told
    assert "PR_DEFAULT_STORE:true" in told
    name = "example-mapisend" if program == "c" else "python3"
    assert re.search(rf"^-- \d{{4}}-\d\d-\d\d\n-- process \d+: {name}\n\d\d:", told)
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


def test_a_full_disk_is_said_once(traced):
    traced.environment["EMAPI_TRACE"] = "/dev/full"
    done = traced.run("example-mapisend", "s", BODY, "bob@example.test")
    assert done.stderr.count("calls are missing in it: /dev/full: No space left on device") == 1
    assert traced.stored()[0] == 1


def test_mapisend_is_recorded(traced):
    traced.run("mapisend", "--to", "bob@example.test", "--subject", "Subject", "--body", BODY)
    told = show(traced)
    assert "process" in told and "MAPILogonEx(" in told and "::SubmitMessage(0) = S_OK" in told
    assert BODY not in told and "bob@" not in told
    told = traced.run("emapi", "trace", "replay", traced.folder / "trace").stdout
    assert ", 0 with another, 0 not replayed" in told


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


def test_two_programs_may_share_a_file(traced):
    """Both count their objects from 1, and their calls come in turn."""
    parts = []
    for name in ("one", "two"):
        traced.environment["EMAPI_TRACE"] = str(traced.folder / name)
        traced.run("example-mapisend", "Subject", BODY, "bob@example.test")
        parts.append((traced.folder / name).read_text().splitlines())
    del traced.environment["EMAPI_TRACE"]
    both = traced.folder / "both"
    both.write_text("\n".join(line for pair in zip(*parts) for line in pair) + "\n")
    told = traced.run("emapi", "trace", "replay", both).stdout
    assert ", 0 with another, 0 not replayed" in told


def test_tables_streams_and_folders_are_replayed(traced):
    """In an empty store, and in a copy of the store that there is, which stays as it was."""
    path = traced.folder / "trace"
    assert traced.run("/usr/bin/python3", "-c", WORKS).stdout.split() == ["3", "1", "1"]
    told = show(traced)
    assert "lpRestriction=and(content(0x2,PR_SUBJECT_W,PR_SUBJECT_W:1),not(exist(PR_BODY_W)))" in told
    assert "SortTable(lpSortCriteria=[PR_SUBJECT_W:1]" in told and "IStream" in told
    assert BODY not in told
    del traced.environment["EMAPI_TRACE"]
    before = traced.run("emapi", "store", "tree").stdout
    for options in [(), ("--profile", "test")]:
        told = traced.run("emapi", "trace", "replay", *options, path).stdout
        assert ", 0 with another, 0 not replayed" in told
    assert traced.run("emapi", "store", "tree").stdout == before
    assert "nobody" in traced.run("emapi", "trace", "replay", "-p", "nobody", path, code=78).stderr


def test_a_replay_on_a_copy_sees_what_is_in_the_store(traced):
    """What a trace opens by its place is there only where the profile's own store is."""
    traced.run("example-mapisend", "Subject", BODY, "bob@example.test")
    traced.run("emapi", "queue", "run", "--wait", "20")
    (traced.folder / "trace").unlink()
    traced.run("/usr/bin/python3", "-c", READS)
    path = traced.folder / "trace"
    del traced.environment["EMAPI_TRACE"]
    assert "QueryRows" in show(traced)
    assert ", 0 with another" in traced.run("emapi", "trace", "replay", "-p", "test", path).stdout
    told = traced.run("emapi", "trace", "replay", path, code=65).stdout
    assert "::OpenEntry was S_OK and is MAPI_E_" in told


def test_simple_mapi_is_recorded(traced):
    traced.run("/usr/bin/python3", "-c", SIMPLE)
    told = show(traced)
    assert "MAPILogon(lpszProfileName=given, " in told and "= SUCCESS_SUCCESS" in told
    assert "MAPISendMail(lpMessage=NULL, nRecipCount=0, nFileCount=0, 0) = MAPI_E_FAILURE" in told
    assert "MAPIResolveName(lpszName=given, 0) = SUCCESS_SUCCESS" in told and "bob@" not in told


def test_a_replay_tells_what_is_different(traced):
    """A call that failed then and works now, one that is not replayed, and lines that are none."""
    traced.run("example-mapisend", "Subject", BODY, "bob@example.test")
    path = traced.folder / "trace"
    text = path.read_text()
    submitted = next(line for line in text.splitlines() if "::SubmitMessage" in line)
    path.write_text(text.replace(submitted, submitted.replace("0x00000000", "0x8004010F"))
                    + "nonsense\n1.0 1 1/1 IMAPIStatus(9)::FlushQueues = 0x00000000\n"
                    "1.0 1 1/1 IMessage(5)::SetProps lpPropArray=[0037001E:99999999999] = 0x0\n")
    told = traced.run("emapi", "trace", "replay", path, code=65).stdout
    assert "::SubmitMessage was MAPI_E_NOT_FOUND and is S_OK" in told
    assert "not replayed: IMAPIStatus::FlushQueues, 1 time\n" in told


def test_says_what_it_cannot_read(home):
    for path, words in [(home.folder / "none", "No such file"), (home.folder, "Is a directory")]:
        for command in ("show", "replay"):
            said = home.run("emapi", "trace", command, path, code=66).stderr
            assert f"the trace {path} cannot be read: {words}" in said


@pytest.mark.parametrize("text", [b"", b"hello\n", b"\x1b[2J\n" * 9, b"\0" * 100000, b"# 1 2 x\n"],
                         ids=["empty", "text", "terminal", "zeros", "begun"])
def test_what_is_no_trace_is_said_to_be_none(home, text):
    """And none of it reaches the terminal."""
    path = home.folder / "none"
    path.write_bytes(text)
    for command in ("show", "replay"):
        done = home.run("emapi", "trace", command, path, code=65)
        assert "has no call in it" in done.stderr and "EMAPI_TRACE=FILE" in done.stderr
        assert "\x1b" not in done.stdout + done.stderr and "call with" not in done.stdout


def test_a_trace_that_was_cut_off_serves_as_far_as_it_goes(traced):
    traced.run("example-mapisend", "Subject", BODY, "bob@example.test")
    path = traced.folder / "trace"
    lines = path.read_text().splitlines()
    cut = lines[11].split(" = ")[0]
    path.write_text("\n".join([*lines[:11], cut, "\x1b[31m", lines[12][:8]]))
    for command in ("show", "replay"):
        done = traced.run("emapi", "trace", command, path)
        assert "2 lines are no whole call and passed over, the first is line 13" in done.stderr
        assert "\x1b" not in done.stdout + done.stderr
    assert "10 calls with the same result, 0 with another, 1 not replayed" in done.stdout


def test_commands_that_are_none(home):
    """Of a group, its commands; else a line, not a page of them."""
    said = home.run("emapi", "trace", "bogus", code=64).stderr
    assert 'no command "trace bogus"' in said and "trace replay" in said and "queue" not in said
    assert "trace replay" in home.run("emapi", "trace", code=64).stderr
    assert "queue retry" in home.run("emapi", "queue", "--help").stdout
    said = home.run("emapi", "bogus", "x", code=64).stderr
    assert said == 'emapi: there is no command "bogus" (emapi --help lists them)\n'
