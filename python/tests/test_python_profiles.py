# SPDX-License-Identifier: MIT
"""Profiles made, changed and deleted by a script."""
import pytest
import pythoncom
import pywintypes
from homes import home, open_store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags

DEFAULT = mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_BEST_ACCESS | mapi.MAPI_NEW_SESSION


def names(admin):
    rows = mapi.HrQueryAllRows(admin.GetProfileTable(0),
                               (mapitags.PR_DISPLAY_NAME_A, mapitags.PR_DEFAULT_PROFILE), None, None, 0)
    return {name: default for (_, name), (_, default) in rows}


@pytest.fixture
def admin(home):
    try:
        return mapi.MAPIAdminProfiles(0)
    except pythoncom.com_error as error:
        if error.hresult == mapi.MAPI_E_NO_SUPPORT:
            pytest.skip("MAPIAdminProfiles is not built yet")
        raise


def add_store(admin, profile, path):
    services = admin.AdminServices(profile, None, 0, 0)
    services2 = services.QueryInterface(mapi.IID_IMsgServiceAdmin2)
    uid = services2.CreateMsgServiceEx("EMAPI_STORE", "Mail", 0, 0)
    assert isinstance(uid, pywintypes.IIDType)
    services2.ConfigureMsgService(uid, 0, 0, [(mapitags.PROP_TAG(mapitags.PT_STRING8, 0x6617), str(path))])
    table = services.GetMsgServiceTable(0)
    table.SetColumns((mapitags.PR_SERVICE_UID, mapitags.PR_SERVICE_NAME_A), 0)
    table.FindRow((mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_SERVICE_UID,
                                       (mapitags.PR_SERVICE_UID, bytes(uid)))),
                  mapi.BOOKMARK_BEGINNING, 0)
    row, = table.QueryRows(1, 0)
    assert row == ((mapitags.PR_SERVICE_UID, bytes(uid)), (mapitags.PR_SERVICE_NAME_A, b"EMAPI_STORE"))
    assert mapi.MAPIUIDFromBinary(row[0][1]) == uid


def test_a_profile_from_nothing(home, admin):
    """The way of mapikit: make a profile, log on, delete it at once and go on."""
    admin.CreateProfile("made", None, 0, 0)
    add_store(admin, "made", home.folder / "made.store")
    admin.SetDefaultProfile("made", 0)
    assert names(admin)[b"made"] is True
    session = mapi.MAPILogonEx(0, "", None, DEFAULT)
    admin.DeleteProfile("made", 0)
    assert b"made" not in names(admin)
    store = open_store(session)
    assert store.GetProps((mapitags.PR_IPM_SUBTREE_ENTRYID,))[0] == 0
    with pytest.raises(pythoncom.com_error) as caught:
        mapi.MAPILogonEx(0, "", None, DEFAULT)
    assert caught.value.hresult == mapi.MAPI_E_LOGON_FAILED


def test_names(home, admin):
    home.profile("first")
    admin.CopyProfile("first", None, "Kopie ü", 0, 0)
    admin.RenameProfile("first", None, "second", 0, 0)
    assert set(names(admin)) == {"Kopie ü".encode(), b"second"}
    admin.SetDefaultProfile("second", 0)
    assert names(admin)[b"second"] is True
    with pytest.raises(pythoncom.com_error):
        admin.DeleteProfile("first", 0)
    with pytest.raises(TypeError):
        admin.DeleteProfile(17)


def test_sections(home, admin):
    home.profile("first")
    services = admin.AdminServices("first")
    table = services.GetProviderTable(0)
    rows = mapi.HrQueryAllRows(table, (mapitags.PR_PROVIDER_UID, mapitags.PR_RESOURCE_TYPE), None, None, 0)
    assert len(rows) == 2
    section = services.OpenProfileSection(mapi.MAPIUIDFromBinary(rows[0][0][1]), None, mapi.MAPI_MODIFY)
    tag = mapitags.PROP_TAG(mapitags.PT_UNICODE, 0x6600)
    section.SetProps([(tag, "kept")])
    section.SaveChanges(0)
    again = services.OpenProfileSection(mapi.MAPIUIDFromBinary(rows[0][0][1]), None, 0)
    assert mapi.HrGetOneProp(again, tag) == (tag, "kept")
