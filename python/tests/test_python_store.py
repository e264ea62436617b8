# SPDX-License-Identifier: MIT
"""A message store from Python: properties, tables, names, attachments, errors."""
import datetime
import pathlib
import pickle

import pytest
import pythoncom
import pywintypes
from homes import home, inbox, outbox, session, store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags, mapiutil
from win32com.mapi.mapitags import PROP_TAG, PT_ERROR

UTC = datetime.timezone.utc
UID = pywintypes.IID("{11223344-5566-7788-99AA-BBCCDDEEFF00}")
MOMENT = datetime.datetime(2024, 2, 29, 12, 34, 56, 789000, UTC)

# Type -> value; an identifier each, from 0x6700 on.
VALUES = {
    mapitags.PT_I2: -12345,
    mapitags.PT_LONG: -2147483648,
    mapitags.PT_R4: 0.25,
    mapitags.PT_DOUBLE: 1 / 3,
    mapitags.PT_APPTIME: MOMENT,
    mapitags.PT_BOOLEAN: True,
    mapitags.PT_I8: -(1 << 62),
    mapitags.PT_STRING8: b"Gr\xc3\xbc\xc3\x9fe, \xff\xfe",
    mapitags.PT_UNICODE: "Grüße 漢字 🙂 \ud800",
    mapitags.PT_SYSTIME: MOMENT,
    mapitags.PT_CLSID: UID,
    mapitags.PT_BINARY: bytes(range(256)),
    mapitags.PT_MV_I2: (1, -2, 3),
    mapitags.PT_MV_LONG: (1, -2),
    mapitags.PT_MV_R4: (0.5, -0.25),
    mapitags.PT_MV_DOUBLE: (1 / 3,),
    mapitags.PT_MV_APPTIME: (MOMENT, MOMENT),
    mapitags.PT_MV_I8: (1 << 40, -1),
    mapitags.PT_MV_STRING8: (b"a", b"", b"\xff"),
    mapitags.PT_MV_UNICODE: ("a", "", "漢"),
    mapitags.PT_MV_SYSTIME: (MOMENT,),
    mapitags.PT_MV_CLSID: (UID, mapi.IID_IMessage),
    mapitags.PT_MV_BINARY: (b"", b"\x00\x01"),
}
TAGS = {PROP_TAG(kind, 0x6600 + number): value for number, (kind, value) in enumerate(VALUES.items())}


def new_message(folder):
    return folder.CreateMessage(None, 0)


def saved(message):
    """Save the message; its entry ID."""
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    tag, entry_id = mapi.HrGetOneProp(message, mapitags.PR_ENTRYID)
    return entry_id


def error_of(call, *arguments):
    with pytest.raises(pythoncom.com_error) as caught:
        call(*arguments)
    return caught.value


# Run in a process of its own: opens a message and prints what GetProps gives.
READ_BACK = """
import pickle, sys
sys.path.insert(0, sys.argv[1])
from homes import open_store
from win32com.mapi import mapi
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
message = open_store(session).OpenEntry(bytes.fromhex(sys.argv[2]), None, mapi.MAPI_BEST_ACCESS)
tags = pickle.loads(bytes.fromhex(sys.argv[3]))
print(pickle.dumps(message.GetProps(tags, 0)).hex())
"""


def read_back(home, entry_id, tags):
    """GetProps of a saved message, asked by another process."""
    text = home.python(READ_BACK, str(pathlib.Path(__file__).parent), entry_id.hex(),
                       pickle.dumps(tuple(tags)).hex())
    return pickle.loads(bytes.fromhex(text))


def test_every_type_in_another_process(home, inbox):
    message = new_message(inbox)
    assert message.SetProps(list(TAGS.items())) == (0, None)
    hr, values = read_back(home, saved(message), TAGS)
    assert hr == 0 and [tag for tag, value in values] == list(TAGS)
    for (tag, value), wanted in zip(values, TAGS.values()):
        assert value == wanted, hex(tag)
        assert type(value) is type(wanted) or isinstance(value, pywintypes.TimeType), hex(tag)
        if isinstance(value, tuple):
            assert all(isinstance(one, type(other)) for one, other in zip(value, wanted)), hex(tag)


@pytest.mark.parametrize("value", [
    [mapitags.PR_SUBJECT_W, "a list"],
    (mapitags.PR_SUBJECT_W, b"bytes for PT_UNICODE"),
    (mapitags.PR_ENTRYID, "str for PT_BINARY"),
    (mapitags.PR_SUBJECT_W,),
    (PROP_TAG(mapitags.PT_CURRENCY, 0x6600), 1),
    (PROP_TAG(mapitags.PT_MV_LONG, 0x6600), 1),
    (PROP_TAG(mapitags.PT_OBJECT, 0x6600), 1),
    (PROP_TAG(mapitags.PT_UNSPECIFIED, 0x6600), 1),
    (PROP_TAG(mapitags.PT_LONG, 0x6600), "1"),
])
def test_values_that_are_none(inbox, value):
    with pytest.raises(TypeError):
        new_message(inbox).SetProps([value])


def test_values_out_of_range(inbox):
    message = new_message(inbox)
    for tag, value in ((PROP_TAG(mapitags.PT_LONG, 0x6600), 1 << 32),
                       (PROP_TAG(mapitags.PT_I2, 0x6600), 1 << 16), (-1, 1)):
        with pytest.raises(OverflowError):
            message.SetProps([(tag, value)])


def test_get_props_shapes(inbox):
    message = new_message(inbox)
    message.SetProps([(mapitags.PR_SUBJECT_A, "naïve"), (mapitags.PR_BODY_W, "text")])
    missing = PROP_TAG(mapitags.PT_LONG, 0x6600)
    hr, values = message.GetProps([mapitags.PR_SUBJECT_W, missing, mapitags.PR_SUBJECT_A], 0)
    assert hr == mapi.MAPI_W_ERRORS_RETURNED
    assert values == ((mapitags.PR_SUBJECT_W, "naïve"),
                      (PROP_TAG(PT_ERROR, 0x6600), mapi.MAPI_E_NOT_FOUND),
                      (mapitags.PR_SUBJECT_A, "naïve".encode()))
    assert message.GetProps((mapitags.PR_BODY_W)) == (0, ((mapitags.PR_BODY_W, "text"),))
    hr, everything = message.GetProps(None, mapi.MAPI_UNICODE)
    assert (mapitags.PR_SUBJECT_W, "naïve") in everything
    assert mapitags.PR_BODY_W in message.GetPropList(mapi.MAPI_UNICODE)
    assert error_of(message.GetProps, ()).hresult == mapi.MAPI_E_INVALID_PARAMETER
    assert error_of(mapi.HrGetOneProp, message, missing).hresult == mapi.MAPI_E_NOT_FOUND
    with pytest.raises(OverflowError):
        message.GetProps((-1,))


def test_set_and_delete(inbox):
    message = new_message(inbox)
    tag = PROP_TAG(mapitags.PT_LONG, 0x6600)
    mapi.HrSetOneProp(message, (tag, 7))
    assert mapi.HrGetOneProp(message, tag) == (tag, 7)
    hr, problems = message.DeleteProps((tag,), True)
    assert hr == 0 and not problems
    assert error_of(mapi.HrGetOneProp, message, tag).hresult == mapi.MAPI_E_NOT_FOUND


def test_mapiutil(inbox):
    message = new_message(inbox)
    mapiutil.SetPropertyValue(message, mapitags.PR_SUBJECT_W, "s")
    mapiutil.SetPropertyValue(message, "Colour", "blue")
    mapiutil.SetProperties(message, {"Size": 42, mapitags.PR_BODY_W: "b"})
    assert mapiutil.GetProperties(message, mapitags.PR_SUBJECT_W) == "s"
    assert mapiutil.GetProperties(message, ("Colour", "Size")) == [b"blue", 42]
    assert mapiutil.GetProperties(message, (mapitags.PR_SUBJECT_W, 0x66000003)) is None
    named = dict(mapiutil.GetAllProperties(message))
    assert named["Colour"] == b"blue" and named["Size"] == 42
    mapiutil.SetPropertyValue(message, "Colour", None)


def test_stores_table(home):
    home.profile(stores=2)
    session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
    table = session.GetMsgStoresTable(0)
    unknown = PROP_TAG(mapitags.PT_LONG, 0x6FFF)
    columns = (mapitags.PR_ENTRYID, mapitags.PR_DISPLAY_NAME_A, mapitags.PR_DEFAULT_STORE, unknown)
    table.SetColumns(columns, 0)
    assert table.QueryColumns(0) == columns
    rows = []
    while row := table.QueryRows(1, 0):
        rows += row
    assert len(rows) == 2 == table.GetRowCount(0)
    defaults = [row for row in rows if (mapitags.PR_DEFAULT_STORE, True) in row]
    assert len(defaults) == 1
    for (t1, eid), (t2, name), (t3, default), lacking in rows:
        assert (t1, t2, t3) == columns[:3] and type(name) is bytes and type(eid) is bytes
        assert lacking == (PROP_TAG(PT_ERROR, 0x6FFF), mapi.MAPI_E_NOT_FOUND)
    assert table.QueryRows(1, 0) == ()
    assert table.SeekRow(mapi.BOOKMARK_BEGINNING, 0) == 0
    assert type(table.GetStatus()) is list and type(table.QueryPosition()) is list
    second = [row for row in rows if row not in defaults][0]
    table.FindRow((mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_DISPLAY_NAME_A, second[1])),
                  mapi.BOOKMARK_BEGINNING, 0)
    assert table.QueryRows(1, 0)[0][0] == second[0]
    nothing = (mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_DISPLAY_NAME_A,
                                   (mapitags.PR_DISPLAY_NAME_A, "no such store")))
    assert error_of(table.FindRow, nothing, mapi.BOOKMARK_BEGINNING, 0).hresult == mapi.MAPI_E_NOT_FOUND
    table.Restrict(nothing, 0)
    assert table.GetRowCount(0) == 0
    table.Restrict(None, 0)
    table.SortTable((((mapitags.PR_DISPLAY_NAME_A, 1),),), 0)
    table.SeekRow(mapi.BOOKMARK_BEGINNING, 0)
    assert [row[1][1] for row in table.QueryRows(9, 0)] == [b"test 1", b"test 0"]
    session.Logoff(0, 0, 0)


def test_contents_table(inbox):
    for number in range(5):
        message = new_message(inbox)
        message.SetProps([(mapitags.PR_SUBJECT_W, f"message {number}")])
        message.SaveChanges(0)
    table = inbox.GetContentsTable(mapi.MAPI_UNICODE)
    table.SetColumns((mapitags.PR_SUBJECT_W, mapitags.PR_ENTRYID), 0)
    assert table.GetRowCount(0) == 5
    subjects = {row[0][1] for row in table.QueryRows(100, 0)}
    assert subjects == {f"message {number}" for number in range(5)}
    assert table.SeekRow(mapi.BOOKMARK_BEGINNING, 0) == 0
    assert table.SeekRow(mapi.BOOKMARK_CURRENT, 3) == 3
    assert len(table.QueryRows(100, 0)) == 2
    nothing = (mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_SUBJECT_W,
                                   (mapitags.PR_SUBJECT_W, "no such message")))
    error = error_of(table.FindRow, nothing, mapi.BOOKMARK_BEGINNING, 0)
    assert error.strerror == "not found (MAPI_E_NOT_FOUND)"
    rows = mapi.HrQueryAllRows(inbox.GetContentsTable(0), (mapitags.PR_SUBJECT_W,), None, None, 0)
    assert len(rows) == 5


def test_folders_and_messages(store, inbox):
    folder = inbox.CreateFolder(mapi.FOLDER_GENERIC, "Ordner ü", "comment", None,
                                mapi.MAPI_UNICODE | mapi.OPEN_IF_EXISTS)
    assert mapi.HrGetOneProp(folder, mapitags.PR_DISPLAY_NAME_W)[1] == "Ordner ü"
    entry_ids = [saved(new_message(inbox)) for _ in range(3)]
    assert inbox.CopyMessages(entry_ids[:2], None, folder, 0, None, 0) == 0
    assert folder.GetContentsTable(0).GetRowCount(0) == 2
    assert inbox.DeleteMessages(entry_ids[:1], 0, None, 0) == 0
    assert inbox.GetContentsTable(0).GetRowCount(0) == 2
    assert error_of(store.OpenEntry, entry_ids[0], None, 0).hresult in (
        mapi.MAPI_E_NOT_FOUND, mapi.MAPI_E_OBJECT_DELETED)
    message = store.OpenEntry(entry_ids[1], None, mapi.MAPI_BEST_ACCESS)
    assert type(message).__name__ == "PyIMessage"
    message.SetReadFlag(0)
    assert folder.EmptyFolder(0, None, 0) == 0
    assert folder.GetContentsTable(0).GetRowCount(0) == 0
    root = store.OpenEntry(None, None, mapi.MAPI_BEST_ACCESS)
    assert type(root).__name__ == "PyIMAPIFolder"
    assert root.GetHierarchyTable(0).GetRowCount(0) > 0
    name, entry_id = mapi.HrGetOneProp(folder, mapitags.PR_ENTRYID)
    assert store.CompareEntryIDs(entry_id, entry_id) == 1
    assert store.CompareEntryIDs(entry_id, entry_ids[1]) == 0


def test_copy_to(inbox):
    source, target = new_message(inbox), new_message(inbox)
    source.SetProps([(mapitags.PR_SUBJECT_W, "copied"), (mapitags.PR_BODY_W, "left out")])
    hr, problems = source.CopyTo([], [], 0, None, mapi.IID_IMAPIProp, target, 0)
    assert (hr, problems) == (0, None)
    assert mapi.HrGetOneProp(target, mapitags.PR_SUBJECT_W)[1] == "copied"
    third = new_message(inbox)
    assert source.CopyProps((mapitags.PR_BODY_W,), 0, None, mapi.IID_IMAPIProp, third, 0)[0] == 0
    assert mapi.HrGetOneProp(third, mapitags.PR_BODY_W)[1] == "left out"


def test_named_properties(home, inbox):
    name = (mapi.PS_PUBLIC_STRINGS, "Kürzel")
    number = (UID, 0x8001)
    message = new_message(inbox)
    assert message.GetIDsFromNames((name,), 0) == (PT_ERROR,)
    tags = message.GetIDsFromNames((name, number), mapi.MAPI_CREATE)
    assert all(tag >> 16 >= 0x8000 and tag & 0xFFFF == 0 for tag in tags)
    assert message.GetNamesFromIDs(tags) == (0, tags, [name, number])
    tag = PROP_TAG(mapitags.PT_UNICODE, mapitags.PROP_ID(tags[0]))
    message.SetProps([(tag, "value")])
    hr, values = message.GetProps((tag,))
    assert values == ((tag, "value"),)
    assert read_back(home, saved(message), (tag,)) == (0, ((tag, "value"),))


def test_attachment(store, inbox):
    message = new_message(inbox)
    created = message.CreateAttach(None, 0)
    assert type(created) is list
    number, attach = created
    attach.SetProps([(mapitags.PR_ATTACH_METHOD, mapi.ATTACH_BY_VALUE),
                     (mapitags.PR_ATTACH_LONG_FILENAME_W, "data.bin")])
    stream = attach.OpenProperty(mapitags.PR_ATTACH_DATA_BIN, pythoncom.IID_IStream, 0,
                                 mapi.MAPI_CREATE | mapi.MAPI_MODIFY)
    data = bytes(range(251)) * (5 * 1024 * 1024 // 251 + 1)
    data = data[:5 * 1024 * 1024]
    for start in range(0, len(data), 300_000):
        assert stream.Write(data[start:start + 300_000]) == len(data[start:start + 300_000])
    stream.Commit(0)
    attach.SaveChanges(0)
    entry_id = saved(message)
    del stream, attach, message
    message = store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)
    table = message.GetAttachmentTable(0)
    rows = mapi.HrQueryAllRows(table, (mapitags.PR_ATTACH_NUM,), None, None, 0)
    assert rows == (((mapitags.PR_ATTACH_NUM, number),),)
    attach = message.OpenAttach(number, None, 0)
    stream = attach.OpenProperty(mapitags.PR_ATTACH_DATA_BIN, pythoncom.IID_IStream, 0, 0)
    assert stream.Stat()[2] == 5242880
    with pytest.raises(TypeError):
        stream.Read(0)
    pieces = []
    while piece := stream.Read(100_000):
        pieces.append(piece)
    assert b"".join(pieces) == data
    assert stream.Seek(-1, pythoncom.STREAM_SEEK_END) == 5242879
    message = store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)
    message.DeleteAttach(number, 0, None, 0)
    assert message.GetAttachmentTable(0).GetRowCount(0) == 0


def test_text_streams(inbox):
    message = new_message(inbox)
    message.SetProps([(mapitags.PR_BODY_W, "Grüße")])
    stream = message.OpenProperty(mapitags.PR_BODY_W, pythoncom.IID_IStream, 0, 0)
    assert stream.Read(1000) == "Grüße".encode("utf-16-le")


def test_recipients(inbox):
    message = new_message(inbox)

    def row(address, kind, *more):
        return ((mapitags.PR_RECIPIENT_TYPE, kind), (mapitags.PR_ADDRTYPE_A, "SMTP"),
                (mapitags.PR_EMAIL_ADDRESS_A, address), (mapitags.PR_DISPLAY_NAME_A, address)) + more

    def rows():
        return mapi.HrQueryAllRows(message.GetRecipientTable(0),
                                   (mapitags.PR_ROWID, mapitags.PR_EMAIL_ADDRESS_A), None, None, 0)

    message.ModifyRecipients(mapi.MODRECIP_ADD, [row("a@x.test", mapi.MAPI_TO)])
    message.ModifyRecipients(mapi.MODRECIP_ADD, (row("b@x.test", mapi.MAPI_CC),))
    assert [r[1][1] for r in rows()] == [b"a@x.test", b"b@x.test"]
    message.ModifyRecipients(mapi.MODRECIP_REMOVE, [(rows()[0][0],)])
    assert [r[1][1] for r in rows()] == [b"b@x.test"]
    message.ModifyRecipients(0, [row("c@x.test", mapi.MAPI_TO)])
    assert [r[1][1] for r in rows()] == [b"c@x.test"]


def test_errors(home, session, store, outbox):
    for call, arguments, codes in (
        (store.OpenEntry, (b"garbage", None, 0), ("MAPI_E_INVALID_ENTRYID", "MAPI_E_UNKNOWN_ENTRYID",
                                                   "MAPI_E_NOT_FOUND", "MAPI_E_INVALID_PARAMETER")),
        (session.OpenEntry, (bytes(60), None, 0), ("MAPI_E_INVALID_ENTRYID", "MAPI_E_UNKNOWN_ENTRYID",
                                                    "MAPI_E_NOT_FOUND", "MAPI_E_INVALID_PARAMETER")),
        (outbox.CreateMessage(None, 0).SubmitMessage, (0,), ("MAPI_E_NO_RECIPIENTS",)),
        (mapi.MAPILogonEx, (0, "no such profile", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION),
         ("MAPI_E_LOGON_FAILED",)),
    ):
        error = error_of(call, *arguments)
        assert mapiutil.GetScodeString(error.hresult) in codes
        assert len(error.args) == 4 and error.args[0] == error.hresult < 0
        assert error.strerror and error.excepinfo is None and error.argerror is None
        assert error.strerror.endswith(f"({mapiutil.GetScodeString(error.hresult)})")


def test_wrapping(session, store, inbox):
    entry_id = mapi.HrGetOneProp(inbox, mapitags.PR_ENTRYID)[1]
    assert type(session.OpenEntry(entry_id, None, 0)).__name__ == "PyIMAPIFolder"
    assert type(store.OpenEntry(entry_id, mapi.IID_IMAPIContainer, 0)).__name__ == "PyIMAPIFolder"
    assert type(inbox.QueryInterface(mapi.IID_IMAPIProp)).__name__ == "PyIMAPIProp"
    assert inbox.QueryInterface(mapi.IID_IMAPIProp) == inbox
    with pytest.raises(TypeError):
        inbox.GetContentsTable()
    with pytest.raises(TypeError):
        inbox.CreateMessage(iid=None, flags=0)
    with pytest.raises(pythoncom.com_error) as caught:
        store.OpenEntry(entry_id, "not a guid", 0)
    assert caught.value.hresult == -2147221005
