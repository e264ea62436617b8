# SPDX-License-Identifier: MIT
"""Scripts that send: into the Outbox, and from there by the spooler into a pickup folder."""
import email
import email.policy
import pathlib
import subprocess
import sys
import time

import pytest
import pythoncom
from homes import home, open_folder, open_store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags

EXAMPLES = pathlib.Path(__file__).parent.parent.parent / "examples"


def wait_for_letter(home, count=1):
    deadline = time.monotonic() + 30
    while len(home.letters()) < count:
        assert time.monotonic() < deadline, f"no letter came; the spooler says:\n{home.spooler_log()}"
        time.sleep(0.05)
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in home.letters()]


def outbox_rows():
    """How many messages wait in the Outbox."""
    session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
    outbox = open_folder(open_store(session), mapitags.PR_IPM_OUTBOX_ENTRYID)
    rows = outbox.GetContentsTable(0).GetRowCount(0)
    session.Logoff(0, 0, 0)
    return rows


@pytest.fixture
def sender(home):
    home.profile()
    yield home


@pytest.mark.parametrize("program", ["python", "c"])
def test_the_examples(sender, program):
    command = [sys.executable, EXAMPLES / "mapisend.py"] if program == "python" else ["example-mapisend"]
    subprocess.run([*command, "Sübject", "Body\nof two lines", "a@x.test,b@x.test", "c@x.test",
                    "d@x.test", "test"], check=True, timeout=60)
    letter, = wait_for_letter(sender)
    assert letter["subject"] == "Sübject"
    assert letter.get_content().splitlines() == ["Body", "of two lines"]
    assert "a@x.test" in letter["to"] and "b@x.test" in letter["to"] and "c@x.test" in letter["cc"]
    assert "d@x.test" not in (letter["to"] + letter["cc"]) and letter["bcc"] is None
    deadline = time.monotonic() + 30
    while outbox_rows():
        assert time.monotonic() < deadline, "the message stayed in the Outbox"
        time.sleep(0.1)


# The calls of pywin32's mapisend.py in its order: the default profile, no SaveChanges on the message,
# one tag as an int for GetProps, no Logoff.
CALLS = """
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, {profile}, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
table = session.GetMsgStoresTable(0)
table.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_DISPLAY_NAME_A, mapitags.PR_DEFAULT_STORE), 0)
while True:
    rows = table.QueryRows(1, 0)
    assert len(rows) == 1
    row = rows[0]
    if (mapitags.PR_DEFAULT_STORE, True) in row:
        break
(t1, entry_id), (t2, name), (t3, default) = row
store = session.OpenMsgStore(0, entry_id, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)
hr, props = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID), 0)
(tag, entry_id) = props[0]
assert mapitags.PROP_TYPE(tag) != mapitags.PT_ERROR
outbox = store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)
message = outbox.CreateMessage(None, 0)
row = ((mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO), (mapitags.PR_SEND_RICH_INFO, False),
       (mapitags.PR_DISPLAY_TYPE, 0), (mapitags.PR_OBJECT_TYPE, 6),
       (mapitags.PR_EMAIL_ADDRESS_A, "a@x.test"), (mapitags.PR_ADDRTYPE_A, "SMTP"),
       (mapitags.PR_DISPLAY_NAME_A, "a@x.test"))
message.ModifyRecipients(mapi.MODRECIP_ADD, [row])
message.SetProps([(mapitags.PR_BODY_A, "the body"), (mapitags.PR_SUBJECT_A, "the subject")])
outbox.SaveChanges(0)
message.SubmitMessage(0)
"""


@pytest.mark.parametrize("profile", ["None", "''"])
def test_the_calls_of_the_seed(sender, profile):
    sender.python(CALLS.format(profile=profile))
    letter, = wait_for_letter(sender)
    assert letter["subject"] == "the subject" and letter.get_content().strip() == "the body"


def test_a_submitted_message_is_gone(sender):
    """After SubmitMessage every call on the message fails, whatever it is."""
    check = """
import pythoncom
for call in (lambda: message.SubmitMessage(0), lambda: message.SaveChanges(0),
             lambda: message.GetProps((mapitags.PR_SUBJECT_W,))):
    try:
        call()
    except pythoncom.com_error as error:
        assert error.hresult < 0
    else:
        raise SystemExit("a call on a submitted message succeeded")
"""
    sender.python(CALLS.format(profile="''") + check)


def test_no_default_profile(home):
    home.profile("one")
    home.profile("two")
    with pytest.raises(pythoncom.com_error) as caught:
        mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NEW_SESSION)
    assert caught.value.hresult == mapi.MAPI_E_LOGON_FAILED
    assert "emapi profile default" in caught.value.strerror  # what to do about it
    with pytest.raises(pythoncom.com_error, match="was not asked for"):
        mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
