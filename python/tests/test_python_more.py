# SPDX-License-Identifier: MIT
"""What pywin32 has not: the rest of tables, folders and stores, and sessions in a `with`."""
import time

import pytest
import pythoncom
from homes import home, inbox, outbox, session, store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags

SUBJECT = mapitags.PR_SUBJECT_W
RES_PROPERTY, RELOP_EQ, RES_OR, RES_EXIST, RES_NOT = 4, 4, 1, 8, 2


def add(folder, subject):
    message = folder.CreateMessage(None, 0)
    message.SetProps(((SUBJECT, subject),))
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    return mapi.HrGetOneProp(message, mapitags.PR_ENTRYID)[1]


def names(folder):
    rows = mapi.HrQueryAllRows(folder.GetHierarchyTable(0), (mapitags.PR_DISPLAY_NAME_W,), None, None, 0)
    return [row[0][1] for row in rows]


def test_a_session_in_a_with(home):
    home.profile()
    with mapi.MAPILogonEx(0, None, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT) as session:
        session.GetMsgStoresTable(0)
    with pytest.raises(pythoncom.com_error):
        session.GetMsgStoresTable(0)
    with pytest.raises(ZeroDivisionError):
        with mapi.MAPILogonEx(0, None, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT) as session:
            session.Logoff(0, 0, 0)
            1 / 0


def test_table(inbox):
    add(inbox, "b")
    table = inbox.GetContentsTable(0)
    order = (((SUBJECT, 1), (mapitags.PR_MESSAGE_SIZE, 0)), 0, 0)
    table.SortTable(order, 0)
    assert table.QuerySortOrder() == order
    assert table.WaitForCompletion(0, 1000) == 0
    for call in (lambda: table.ExpandRow(b"none", 1), lambda: table.CollapseRow(b"none")):
        with pytest.raises(pythoncom.com_error):
            call()
    with pytest.raises(TypeError):
        table.ExpandRow("text", 1)


def test_saved_sort(inbox):
    add(inbox, "b")
    add(inbox, "a")
    inbox.SaveContentsSort((((SUBJECT, 0),), 0, 0))
    rows = mapi.HrQueryAllRows(inbox.GetContentsTable(0), (SUBJECT,), None, None, 0)
    assert [row[0][1] for row in rows] == ["a", "b"]


def test_message_status(inbox):
    entry = add(inbox, "x")
    assert inbox.GetMessageStatus(entry) == 0
    assert inbox.SetMessageStatus(entry, 2, 2) == 0 and inbox.GetMessageStatus(entry) == 2


def test_copy_folder(inbox):
    made = inbox.CreateFolder(1, "one", None, None, 0)
    add(made, "x")
    entry = mapi.HrGetOneProp(made, mapitags.PR_ENTRYID)[1]
    target = inbox.CreateFolder(1, "target", None, None, 0)
    assert inbox.CopyFolder(entry, None, target, b"two", 0, None, 0) == 0
    assert names(target) == ["two"] and sorted(names(inbox)) == ["one", "target"]
    assert inbox.CopyFolder(entry, None, target, None, 0, None, 1) == 0  # FOLDER_MOVE
    assert sorted(names(target)) == ["one", "two"] and names(inbox) == ["target"]


def test_receive_folder(store, inbox):
    entry = mapi.HrGetOneProp(inbox.CreateFolder(1, "faxes", None, None, 0), mapitags.PR_ENTRYID)[1]
    store.SetReceiveFolder("IPM.Note.Fax", 0, entry)
    assert store.GetReceiveFolder("IPM.Note.Fax.Page", 0) == (entry, b"IPM.Note.Fax") \
        or store.GetReceiveFolder("IPM.Note.Fax.Page", 0) == (entry, "IPM.Note.Fax")
    store.SetReceiveFolder("IPM.Note.Fax", 0, None)
    assert store.GetReceiveFolder("IPM.Note.Fax", 0)[0] != entry


def test_search_folder(store, inbox):
    finder = store.OpenEntry(mapi.HrGetOneProp(store, mapitags.PR_FINDER_ENTRYID)[1], None, 1)
    folder = finder.CreateFolder(2, "found", None, None, 0)  # FOLDER_SEARCH
    wanted, _ = add(inbox, "wanted"), add(inbox, "other")
    scope = mapi.HrGetOneProp(inbox, mapitags.PR_ENTRYID)[1]
    criteria = (RES_OR, ((RES_PROPERTY, (RELOP_EQ, SUBJECT, (SUBJECT, "wanted"))),
                         (RES_NOT, ((RES_EXIST, (mapitags.PR_MESSAGE_FLAGS,)),))))
    folder.SetSearchCriteria(criteria, (scope,), 2)  # RESTART_SEARCH
    given, entries, state = folder.GetSearchCriteria(mapi.MAPI_UNICODE)
    assert given == criteria and entries == (scope,) and state & 1
    end = time.monotonic() + 10
    while not folder.GetContentsTable(0).GetRowCount(0) and time.monotonic() < end:
        time.sleep(0.05)
    rows = mapi.HrQueryAllRows(folder.GetContentsTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
    assert [row[0][1] for row in rows] == [wanted]
