# SPDX-License-Identifier: MIT
"""Ten checks that tell whether a win32com.mapi is one, and the tests that make them.

A script named by EMAPI_TEST_MAPISEND (pywin32's own demos/mapisend.py, say) is sent with as it is."""
import email
import email.policy
import importlib
import inspect
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest
from homes import home, new_uid  # noqa: F401 - fixtures
from test_python_send import outbox_rows

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHECKS = {
    1: ["acceptance.test_a_script_sends_by_smtp"],
    2: ["surface.test_names", "surface.test_integers", "surface.test_identifiers", "surface.test_types",
        "surface.test_methods", "shapes.test_arguments", "shapes.test_results"],
    3: ["store.test_every_type_in_another_process", "store.test_values_that_are_none"],
    4: ["store.test_stores_table", "store.test_contents_table"],
    5: ["store.test_named_properties", "traps.test_31_names_have_tags_without_a_type"],
    6: ["store.test_attachment"],
    7: ["store.test_errors"],
    8: ["lifetime.test_nothing_is_left_behind"],
    9: ["profiles.test_a_profile_from_nothing"],
    10: ["acceptance.test_one_call_for_one_message"],
}

# What mapisend.py of pywin32 calls, in its order, as a function like its own.
SCRIPT = '''
from win32com.mapi import mapi, mapitags


def SendEMAPIMail(Subject="", Message="", SendTo=None, SendCC=None, SendBCC=None, MAPIProfile=None):
    mapi.MAPIInitialize(None)
    session = mapi.MAPILogonEx(0, MAPIProfile, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
    stores = session.GetMsgStoresTable(0)
    stores.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_DISPLAY_NAME_A, mapitags.PR_DEFAULT_STORE), 0)
    while True:
        row, = stores.QueryRows(1, 0)
        if (mapitags.PR_DEFAULT_STORE, True) in row:
            break
    (_, store_id), _, _ = row
    store = session.OpenMsgStore(0, store_id, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)
    hr, ((tag, outbox_id),) = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID), 0)
    outbox = store.OpenEntry(outbox_id, None, mapi.MAPI_BEST_ACCESS)
    message = outbox.CreateMessage(None, 0)
    rows = []
    for kind, people in ((mapi.MAPI_TO, SendTo), (mapi.MAPI_CC, SendCC), (mapi.MAPI_BCC, SendBCC)):
        for address in people.split(",") if people else ():
            rows.append(((mapitags.PR_RECIPIENT_TYPE, kind), (mapitags.PR_SEND_RICH_INFO, False),
                         (mapitags.PR_DISPLAY_TYPE, 0), (mapitags.PR_OBJECT_TYPE, 6),
                         (mapitags.PR_EMAIL_ADDRESS_A, address), (mapitags.PR_ADDRTYPE_A, "SMTP"),
                         (mapitags.PR_DISPLAY_NAME_A, address)))
    message.ModifyRecipients(mapi.MODRECIP_ADD, rows)
    message.SetProps([(mapitags.PR_BODY_A, Message), (mapitags.PR_SUBJECT_A, Subject)])
    outbox.SaveChanges(0)
    message.SubmitMessage(0)
'''

SMTP = """
[Service {service}]
ServiceName=EMAPI_SMTP
DisplayName=SMTP

[Provider {provider}]
Service={service}
Type=transport
Module=emapi_smtp.so
DisplayName=SMTP
Server=127.0.0.1
Port={port}
TLS=none
"""


def test_every_check_has_its_test():
    assert set(CHECKS) == set(range(1, 11))
    for places in CHECKS.values():
        for place in places:
            module, test = place.split(".")
            assert inspect.isfunction(getattr(importlib.import_module("test_python_" + module), test))
    # The second half of the tenth: one C source for both systems, slots and sizes.
    for path in ("examples/mapisend.c", "tests/headers/mingw_test.py", "tests/headers/layout.tsv"):
        assert (ROOT / path).exists()


@pytest.fixture
def peer(home):
    """An SMTP server on the loopback, and a default profile that sends through it."""
    sys.path.append(str(ROOT / "tests"))
    from scripted_smtp import Peer
    name = home.profile()
    path = home.folder / "config_home" / "emapi" / "profiles" / f"{name}.profile"
    kept = path.read_text().split("\n[Service")
    with Peer() as peer:
        path.write_text("\n[Service".join(kept[:-1])
                        + SMTP.format(service=new_uid(), provider=new_uid(), port=peer.port))
        yield peer


def scripts(home):
    own = home.folder / "script.py"
    own.write_text(SCRIPT)
    given = os.environ.get("EMAPI_TEST_MAPISEND")
    return [own] + ([pathlib.Path(given)] if given else [])


def assert_one_mail(commands, mail):
    """What the server was told, and the mail itself."""
    told = [re.search("<(.*?)>", command).group(1) for command in commands]
    assert sorted(told) == ["a@x.test", "b@x.test", "c@x.test", "d@x.test"]
    letter = email.message_from_bytes(mail, policy=email.policy.default)
    assert letter["subject"] == "S" and letter.get_content().strip() == "B"
    assert letter["bcc"] is None and "d@x.test" not in str(letter)


def test_a_script_sends_by_smtp(home, peer):
    """Nothing but one call, after which the process is gone."""
    for number, script in enumerate(scripts(home), 1):
        code = (f"import importlib.util, os; spec = importlib.util.spec_from_file_location('m', {str(script)!r});"
                "m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m);"
                "m.SendEMAPIMail('S', 'B', 'a@x.test,b@x.test', SendCC='c@x.test', SendBCC='d@x.test',"
                " MAPIProfile=''); os._exit(0)")
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
        end = time.monotonic() + 30
        while len(peer.messages) < number:
            assert time.monotonic() < end, home.spooler_log()
            time.sleep(0.05)
        assert_one_mail(peer.seen("RCPT")[-4:], peer.messages[number - 1])
    while outbox_rows():
        assert time.monotonic() < end + 30, "the message stayed in the Outbox"
        time.sleep(0.1)
    assert len(peer.messages) == len(scripts(home))


def test_one_call_for_one_message(home):
    """Advise tells of a new message once, in this shape; after Unadvise nothing."""
    import pythoncom
    from homes import open_store
    from win32com.mapi import mapi, mapitags
    home.profile()
    session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
    store = open_store(session)
    inbox = store.OpenEntry(store.GetReceiveFolder()[0], None, mapi.MAPI_BEST_ACCESS)
    calls, context = [], object()

    def create():
        message = inbox.CreateMessage(None, 0)
        message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            pythoncom.PumpWaitingMessages()
            time.sleep(0.02)
            if calls:
                end = min(end, time.monotonic() + 0.3)
        return mapi.HrGetOneProp(message, mapitags.PR_ENTRYID)[1]

    connection = store.Advise(None, mapi.fnevObjectCreated, mapi.HrAllocAdviseSink(
        lambda *arguments: calls.append(arguments), context))
    entry_id, parent = create(), mapi.HrGetOneProp(inbox, mapitags.PR_ENTRYID)[1]
    (((event, told),), given), = calls
    assert (event, given) == (4, context) and told[:5] == (entry_id, 5, parent, None, None)
    assert told[5] is None or type(told[5]) is tuple
    store.Unadvise(connection)
    create()
    assert len(calls) == 1
    session.Logoff(0, 0, 0)
