# SPDX-License-Identifier: MIT
"""The personal address book from Python, as far as win32com.mapi has it: names, lists, contents."""
import subprocess

import pytest
import pythoncom
from homes import home  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags

NAME = mapitags.PR_DISPLAY_NAME_W
ADDRESS = mapitags.PR_EMAIL_ADDRESS_W


def emapi(*words):
    subprocess.run(["emapi", *words], check=True, capture_output=True)


@pytest.fixture
def book(home):
    """A personal address book with two people and a list; the command puts it into the profile."""
    home.profile()
    emapi("ab", "add", "--profile", "test", "Ann Bergman <ann@example.test>")
    emapi("ab", "add", "--profile", "test", "Ann Other <other@example.test>")
    emapi("ab", "add", "--profile", "test", "--list", "Team", "--member", "Ann Bergman")
    session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
    yield session.OpenAddressBook(0, None, 0)
    session.Logoff(0, 0, 0)


def resolve(book, name):
    asked = [((NAME, name), (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO))]
    return dict(book.ResolveName(0, mapi.MAPI_UNICODE, None, asked)[0])


def containers(book):
    root = book.OpenEntry(None, None, 0)
    return mapi.HrQueryAllRows(root.GetHierarchyTable(0), (NAME, mapitags.PR_ENTRYID), None, None, 0)


def test_names_of_contacts_are_resolved(book):
    row = resolve(book, "bergman")
    assert row[mapitags.PR_ENTRYID]
    assert row[ADDRESS] == "ann@example.test"
    with pytest.raises(pythoncom.com_error) as caught:
        resolve(book, "ann")
    assert caught.value.hresult == mapi.MAPI_E_AMBIGUOUS_RECIP


def test_the_hierarchy_leads_to_the_contents(book):
    (_, name), (_, entry_id) = containers(book)[0]
    container = book.OpenEntry(entry_id, None, 0)
    assert type(container).__name__ == "PyIABContainer"
    table = container.GetContentsTable(0)
    rows = mapi.HrQueryAllRows(table, (NAME, ADDRESS), None, None, 0)
    assert [row[0][1] for row in rows] == ["Ann Bergman", "Ann Other", "Team"]


def test_a_list_has_its_members(book):
    team = book.OpenEntry(resolve(book, "team")[mapitags.PR_ENTRYID], None, 0)
    assert type(team).__name__ == "PyIDistList"
    rows = mapi.HrQueryAllRows(team.GetContentsTable(0), (ADDRESS,), None, None, 0)
    assert [row[0][1] for row in rows] == ["ann@example.test"]


def test_an_entry_is_changed(book):
    entry_id = resolve(book, "bergman")[mapitags.PR_ENTRYID]
    entry = book.OpenEntry(entry_id, None, mapi.MAPI_MODIFY)
    assert type(entry).__name__ == "PyIMailUser"
    entry.SetProps([(mapitags.PR_TITLE_W, "Chief")])
    entry.SaveChanges(0)
    again = book.OpenEntry(entry_id, None, 0)
    assert mapi.HrGetOneProp(again, mapitags.PR_TITLE_W)[1] == "Chief"
