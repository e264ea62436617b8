# SPDX-License-Identifier: MIT
"""Notifications, through a callback and through an object."""
import subprocess
import sys
import time

import pythoncom
from homes import home, inbox, session, store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags


def advise(store, mask, sink):
    return store.Advise(None, mask, sink)


def create(inbox):
    message = inbox.CreateMessage(None, 0)
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    return mapi.HrGetOneProp(message, mapitags.PR_ENTRYID)[1]


def wait(calls):
    deadline = time.monotonic() + 10
    while not calls and time.monotonic() < deadline:
        pythoncom.PumpWaitingMessages()
        time.sleep(0.02)
    return calls


def test_callback(store, inbox):
    calls = []
    context = object()
    sink = mapi.HrAllocAdviseSink(lambda events, given: calls.append((events, given)), context)
    connection = advise(store, mapi.fnevObjectCreated, sink)
    entry_id = create(inbox)
    (events, given), = wait(calls)
    assert given is context and type(events) is tuple
    (event, (eid, kind, parent, old, old_parent, tags)), = events
    assert (event, eid, kind) == (mapi.fnevObjectCreated, entry_id, mapi.MAPI_MESSAGE)
    assert store.CompareEntryIDs(parent, mapi.HrGetOneProp(inbox, mapitags.PR_ENTRYID)[1])
    assert (old, old_parent) == (None, None)
    store.Unadvise(connection)
    create(inbox)
    time.sleep(0.2)
    assert len(calls) == 1


def test_object(store, inbox):
    class Sink:
        _public_methods_ = ["OnNotify"]
        _com_interfaces_ = [mapi.IID_IMAPIAdviseSink]
        calls = []

        def OnNotify(self, events):
            self.calls.append(events)

    sink = pythoncom.WrapObject(Sink(), mapi.IID_IMAPIAdviseSink)
    assert type(sink).__name__ == "PyIMAPIAdviseSink"
    connection = advise(store, mapi.fnevObjectCreated, sink)
    create(inbox)
    assert type(wait(Sink.calls)[0]) is list
    store.Unadvise(connection)


def test_another_process_is_heard(home, store, inbox):
    """Within a second of its SaveChanges."""
    calls = []
    sink = mapi.HrAllocAdviseSink(lambda events, given: calls.append(events), None)
    connection = advise(store, mapi.fnevObjectCreated, sink)
    script = """if True:
        import sys, time
        from win32com.mapi import mapi, mapitags
        mapi.MAPIInitialize(None)
        session = mapi.MAPILogonEx(0, None, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
        row, = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None,
                                   None, 0)
        store = session.OpenMsgStore(0, row[0][1], None, mapi.MDB_WRITE)
        inbox = store.OpenEntry(store.GetReceiveFolder("IPM.Note", 0)[0], None, 1)
        message = inbox.CreateMessage(None, 0)
        message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
        print(time.time(), mapi.HrGetOneProp(message, mapitags.PR_ENTRYID)[1].hex())
    """
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    saved, entry_id = done.stdout.split()
    (event, fields), = wait(calls)[0]
    assert event == mapi.fnevObjectCreated and fields[0].hex() == entry_id
    assert time.time() - float(saved) < 3  # the process's own end is in it
    store.Unadvise(connection)


def test_a_sink_belongs_to_who_holds_it():
    gateways = pythoncom._GetGatewayCount()
    context = type("Context", (), {})()
    sink = mapi.HrAllocAdviseSink(print, context)
    assert pythoncom._GetGatewayCount() == gateways + 1
    del sink
    assert pythoncom._GetGatewayCount() == gateways
