# SPDX-License-Identifier: MIT
"""References, threads, forks and exits."""
import os
import pathlib
import threading

import pytest
import pythoncom
from homes import home, inbox, session, store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags

CYCLES = int(os.environ.get("EMAPI_TEST_CYCLES", "10000"))


def resident():
    """Resident memory in bytes."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cycle(store, folder_id, message_id):
    folder = store.OpenEntry(folder_id, None, mapi.MAPI_BEST_ACCESS)
    message = store.OpenEntry(message_id, None, 0)
    message.GetProps((mapitags.PR_SUBJECT_W, mapitags.PR_BODY_W))
    table = folder.GetContentsTable(0)
    table.SetColumns((mapitags.PR_SUBJECT_W,), 0)
    table.QueryRows(10, 0)
    with pytest.raises(pythoncom.com_error):
        mapi.HrGetOneProp(message, mapitags.PROP_TAG(mapitags.PT_LONG, 0x6FFF))


def test_nothing_is_left_behind(store, inbox):
    message = inbox.CreateMessage(None, 0)
    message.SetProps([(mapitags.PR_SUBJECT_W, "s" * 1000), (mapitags.PR_BODY_W, "b" * 10_000)])
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    message_id = mapi.HrGetOneProp(message, mapitags.PR_ENTRYID)[1]
    folder_id = mapi.HrGetOneProp(inbox, mapitags.PR_ENTRYID)[1]
    for _ in range(CYCLES // 10):
        cycle(store, folder_id, message_id)
    interfaces, memory = pythoncom._GetInterfaceCount(), resident()
    for _ in range(CYCLES):
        cycle(store, folder_id, message_id)
    assert pythoncom._GetInterfaceCount() == interfaces
    if "libasan" not in pathlib.Path("/proc/self/maps").read_text():  # it keeps freed memory
        assert resident() - memory < 8 << 20


START = """
import os, sys
sys.path.insert(0, sys.argv[1])
from homes import open_store
from win32com.mapi import mapi, mapitags
import pythoncom
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
store = open_store(session)
inbox = store.OpenEntry(store.GetReceiveFolder()[0], None, mapi.MAPI_BEST_ACCESS)
message = inbox.CreateMessage(None, 0)
"""


def test_exit_with_everything_open(home):
    home.profile()
    home.python(START + "cycle = [message]; cycle.append(cycle)", os.path.dirname(__file__))


@pytest.mark.parametrize("child", ["os._exit(0)", "sys.exit(0)", "del message, inbox, store, session"])
def test_fork(home, child):
    """A child may do what it likes with its copies: it gets errors, and the parent goes on."""
    home.profile()
    code = START + f"""
pid = os.fork()
if pid == 0:
    try:
        store.GetProps((mapitags.PR_ENTRYID,))
    except pythoncom.com_error as error:
        assert error.hresult < 0
    {child}
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
message.SetProps([(mapitags.PR_SUBJECT_W, "after")])
message.SaveChanges(0)
assert inbox.GetContentsTable(0).GetRowCount(0) == 1
"""
    home.python(code, os.path.dirname(__file__))


def test_a_child_cannot_use_the_session(home):
    home.profile()
    code = START + """
pid = os.fork()
if pid == 0:
    try:
        session.GetMsgStoresTable(0)
    except pythoncom.com_error as error:
        os._exit(0 if error.hresult == mapi.MAPI_E_END_OF_SESSION else 1)
    os._exit(2)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
"""
    home.python(code, os.path.dirname(__file__))


def test_threads_share_a_store(store, inbox):
    failures = []

    def work(number):
        try:
            for turn in range(20):
                message = inbox.CreateMessage(None, 0)
                message.SetProps([(mapitags.PR_SUBJECT_W, f"{number} {turn}")])
                message.SaveChanges(0)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert inbox.GetContentsTable(0).GetRowCount(0) == 80


def test_uninitialize_too_often():
    mapi.MAPIInitialize(None)
    for _ in range(3):
        try:
            mapi.MAPIUninitialize()
        except pythoncom.com_error:
            pass
