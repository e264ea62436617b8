# SPDX-License-Identifier: MIT
"""Sessions, the address book and the status table."""
import pytest
import pythoncom
from homes import home, open_store, session, store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags

NEW = mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION


def test_address_book(session):
    book = session.OpenAddressBook(0, None, 0)
    assert type(book).__name__ == "PyIAddrBook"
    asked = [((mapitags.PR_DISPLAY_NAME_A, "Bob <bob@x.test>"), (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO))]
    resolved = book.ResolveName(0, 0, None, asked)
    assert type(resolved) is tuple and len(asked[0]) == 2
    row = dict(resolved[0])
    assert row[mapitags.PR_RECIPIENT_TYPE] == mapi.MAPI_TO
    address, = [row[tag] for tag in (mapitags.PR_EMAIL_ADDRESS_A, mapitags.PR_EMAIL_ADDRESS_W) if tag in row]
    assert address in (b"bob@x.test", "bob@x.test")
    entry_id = row[mapitags.PR_ENTRYID]
    assert book.CompareEntryIDs(entry_id, entry_id) == 1
    user = book.OpenEntry(entry_id, None, 0)
    assert type(user).__name__ == "PyIMailUser"
    assert mapi.HrGetOneProp(user, mapitags.PR_EMAIL_ADDRESS_W)[1] == "bob@x.test"
    for call in (user.GetContentsTable, user.GetHierarchyTable, user.OpenEntry):
        with pytest.raises(pythoncom.com_error):
            call(0)
    with pytest.raises(pythoncom.com_error) as caught:
        book.ResolveName(0, 0, None, [((mapitags.PR_DISPLAY_NAME_A, "nobody of this name"),)])
    assert caught.value.hresult in (mapi.MAPI_E_NOT_FOUND, mapi.MAPI_E_AMBIGUOUS_RECIP)


def test_status_table(session):
    table = session.GetStatusTable(0)
    rows = mapi.HrQueryAllRows(table, (mapitags.PR_RESOURCE_TYPE, mapitags.PR_DISPLAY_NAME_W), None, None, 0)
    assert rows and all(tag == mapitags.PR_RESOURCE_TYPE for (tag, kind), name in rows)
    subsystem = (mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_RESOURCE_TYPE, (mapitags.PR_RESOURCE_TYPE, 39)))
    row, = mapi.HrQueryAllRows(table, (mapitags.PR_DISPLAY_NAME_A,), subsystem, None, 0)
    assert row[0][1] == b"test"  # how scripts learn the profile's name


def test_stores_by_entry_id(session, store):
    entry_id = mapi.HrGetOneProp(store, mapitags.PR_ENTRYID)[1]
    assert session.CompareEntryIDs(entry_id, entry_id) == 1
    opened = session.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)
    assert type(opened).__name__ == "PyIUnknown"
    again = opened.QueryInterface(mapi.IID_IMsgStore)
    assert mapi.HrGetOneProp(again, mapitags.PR_ENTRYID)[1] == entry_id


def test_a_shared_session_is_joined(home):
    home.profile("one")
    home.profile("two")
    shared = mapi.MAPILogonEx(0, "one", None, NEW | mapi.MAPI_ALLOW_OTHERS)
    joined = mapi.MAPILogonEx(0, "two", None, mapi.MAPI_EXTENDED)
    name = mapi.HrQueryAllRows(joined.GetMsgStoresTable(0), (mapitags.PR_DISPLAY_NAME_A,), None, None, 0)
    assert name == (((mapitags.PR_DISPLAY_NAME_A, b"one 0"),),)
    other = mapi.MAPILogonEx(0, "two", None, NEW)
    name = mapi.HrQueryAllRows(other.GetMsgStoresTable(0), (mapitags.PR_DISPLAY_NAME_A,), None, None, 0)
    assert name == (((mapitags.PR_DISPLAY_NAME_A, b"two 0"),),)
    for session in (joined, other, shared):
        session.Logoff(0, 0, 0)


@pytest.mark.parametrize("flags", [mapi.MAPI_LOGON_UI, mapi.MAPI_PASSWORD_UI, mapi.MAPI_NO_MAIL,
                                   mapi.MAPI_UNICODE, mapi.MAPI_BEST_ACCESS])
def test_logon_flags(home, flags):
    home.profile("ünï")
    session = mapi.MAPILogonEx(0, "ünï", "", NEW | flags)
    assert open_store(session)
    session.Logoff(0, 0, 0)


def test_after_logoff(home):
    home.profile()
    session = mapi.MAPILogonEx(0, "test", None, NEW)
    session.Logoff(0, 0, 0)
    with pytest.raises(pythoncom.com_error):
        session.GetMsgStoresTable(0)


def test_last_error(session):
    with pytest.raises(pythoncom.com_error) as caught:
        session.OpenMsgStore(0, b"garbage", None, 0)
    told = session.GetLastError(caught.value.hresult)
    assert told is None or (len(told) == 5 and told[1] in caught.value.strerror)
