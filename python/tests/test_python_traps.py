# SPDX-License-Identifier: MIT
"""What a rebuilt win32com.mapi easily gets wrong: 37 traps, each with the test that springs it.

ELSEWHERE names those that other files have; every other trap is a test here, `test_NUMBER_what it shows`.
"""
import ctypes
import datetime
import importlib
import inspect
import re
import sys
import time

import pytest
import pythoncom
import pywintypes
from homes import home, inbox, outbox, session, store  # noqa: F401 - fixtures
from win32com.mapi import emsabtags, mapi, mapitags, mapiutil
from win32com.mapi.mapitags import PROP_TAG, PT_ERROR

SUBJECT, UTC = mapitags.PR_SUBJECT_W, datetime.timezone.utc
ELSEWHERE = {
    3: ["shapes.test_arguments", "store.test_wrapping"],
    4: ["shapes.test_results", "store.test_get_props_shapes"],
    5: ["store.test_stores_table"],
    6: ["shapes.test_results", "store.test_attachment"],
    7: ["shapes.test_results"],
    8: ["session.test_address_book"],
    9: ["store.test_every_type_in_another_process", "store.test_values_that_are_none"],
    10: ["types.test_mbcs_is_utf8"],
    13: ["store.test_values_that_are_none", "store.test_get_props_shapes", "store.test_copy_to"],
    14: ["store.test_get_props_shapes", "store.test_mapiutil"],
    18: ["send.test_the_calls_of_the_seed"],
    19: ["session.test_logon_flags", "send.test_no_default_profile", "profiles.test_a_profile_from_nothing"],
    20: ["session.test_a_shared_session_is_joined"],
    21: ["profiles.test_a_profile_from_nothing"],
    22: ["send.test_the_calls_of_the_seed", "send.test_a_submitted_message_is_gone"],
    24: ["types.test_identity_and_attributes", "types.test_counts"],
    26: ["types.test_iid", "types.test_bad_guid_text"],
    28: ["surface.test_the_imports_that_scripts_do", "types.test_com_error", "store.test_errors"],
    34: ["session.test_last_error", "shapes.test_results"],
}


def new_message(folder, *values):
    message = folder.CreateMessage(None, 0)
    if values:
        message.SetProps(values)
    return message


def entry_id(thing):
    return mapi.HrGetOneProp(thing, mapitags.PR_ENTRYID)[1]


def test_every_trap_is_sprung():
    own = {int(match.group(1)) for name in globals() if (match := re.match(r"test_(\d+)_", name))}
    assert own.isdisjoint(ELSEWHERE) and own | set(ELSEWHERE) == set(range(1, 38))
    for places in ELSEWHERE.values():
        for place in places:
            module, test = place.split(".")
            assert inspect.isfunction(getattr(importlib.import_module("test_python_" + module), test))


# --- Numbers ---------------------------------------------------------------------------------------

def test_1_integers_have_pywin32s_signs():
    numbers = [value for name, value in vars(mapi).items() if type(value) is int]
    assert all(-1 << 31 <= number < 1 << 31 for number in numbers)
    assert (mapi.MAPI_UNICODE, mapi.MAPI_E_NOT_FOUND) == (-2147483648, -2147221233)
    assert sum(number < 0 for number in numbers) == 80
    negative = {name for name, value in vars(mapitags).items() if type(value) is int and value < 0}
    assert negative == {"STYLE_DEFAULT", "OSTF_NO_ENCRYPTION"}
    assert mapitags.PROP_TAG(mapitags.PT_UNSPECIFIED, 0x8001) == 0x80010000


def test_2_flags_may_be_signed_or_unsigned(inbox):
    for unicode in (mapi.MAPI_UNICODE, 0x80000000):
        assert inbox.GetContentsTable(unicode).GetRowCount(0) == 0
    for beyond in (1 << 32, -(1 << 31) - 1):
        with pytest.raises(OverflowError):
            inbox.GetContentsTable(beyond)


# --- Values ----------------------------------------------------------------------------------------

def test_11_times_are_utc_to_the_millisecond(inbox):
    tag = PROP_TAG(mapitags.PT_SYSTIME, 0x6600)
    local = datetime.datetime(2024, 2, 29, 12, 34, 56, 789654)  # naive: local time
    message = new_message(inbox, (tag, local))
    got = mapi.HrGetOneProp(message, tag)[1]
    assert type(got) is pywintypes.TimeType and got.utcoffset() == datetime.timedelta(0)
    assert got == local.replace(microsecond=789000).astimezone(UTC)
    assert got.Format("%Y-%m-%d") == got.strftime("%Y-%m-%d")
    from _emapi_types import datetime_from_filetime
    assert datetime_from_filetime((1 << 63) - 1) == datetime.datetime.max.replace(tzinfo=UTC)


def test_12_types_that_have_a_form_of_their_own(inbox):
    boolean, currency = PROP_TAG(mapitags.PT_BOOLEAN, 0x6600), PROP_TAG(mapitags.PT_CURRENCY, 0x6601)
    message = new_message(inbox, (boolean, 1))
    assert mapi.HrGetOneProp(message, boolean) == (boolean, True)
    assert type(mapi.HrGetOneProp(message, boolean)[1]) is bool
    for nothing in (1, 1.5, "1"):
        with pytest.raises(TypeError, match="Unsupported MAPI property type 0x6"):
            message.SetProps([(currency, nothing)])
    with pytest.raises(TypeError):
        message.SetProps([(PROP_TAG(mapitags.PT_MV_LONG, 0x6602), 1)])


def test_12_amounts_are_decimals(inbox):
    """pywin32 has no form for PT_CURRENCY; Decimal is what its COM has for the same type."""
    from decimal import Decimal
    one, several = PROP_TAG(mapitags.PT_CURRENCY, 0x6601), PROP_TAG(mapitags.PT_MV_CURRENCY, 0x6602)
    values = ((one, Decimal("-12.3456")), (several, (Decimal("922337203685477.5807"), Decimal(0))))
    message = new_message(inbox, *values)
    assert message.GetProps((one, several)) == (0, values)
    assert str(mapi.HrGetOneProp(message, one)[1]) == "-12.3456"
    message.SetProps([(one, Decimal("0.00015"))])
    assert mapi.HrGetOneProp(message, one)[1] == Decimal("0.0002")
    for wrong, error in ((Decimal("1e20"), OverflowError), (Decimal("NaN"), ValueError)):
        with pytest.raises(error):
            message.SetProps([(one, wrong)])


def test_15_long_values_come_whole_and_by_stream(store, inbox):
    text = "漢字🙂 " * 20_000
    message = new_message(inbox, (mapitags.PR_BODY_W, text))
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    again = store.OpenEntry(entry_id(message), None, 0)
    assert again.GetProps((mapitags.PR_BODY_W,)) == (0, ((mapitags.PR_BODY_W, text),))
    stream = again.OpenProperty(mapitags.PR_BODY_W, pythoncom.IID_IStream, 0, 0)
    assert stream.Read(stream.Stat()[2]) == text.encode("utf-16-le")


def test_16_tags_without_a_letter_are_unicode():
    assert mapitags.PT_TSTRING == mapitags.PT_UNICODE and mapitags.PR_SUBJECT == mapitags.PR_SUBJECT_W
    # The C header has another type for these, and so has emapi's.
    assert emsabtags.PR_EMS_AB_OWNER_BL == 0x8024001F and mapitags.REPLICATION_MESSAGE_SIZE_LIMIT_DEFAULT == 100


# --- Sessions, messages, recipients ----------------------------------------------------------------

def test_17_initialize_takes_none_or_two_numbers(home):
    for argument in (None, (0, 0), (0, mapi.MAPI_MULTITHREAD_NOTIFICATIONS)):
        mapi.MAPIInitialize(argument)
        mapi.MAPIUninitialize()
    with pytest.raises(TypeError):
        mapi.MAPIInitialize()
    home.python("from win32com.mapi import mapi; mapi.MAPIInitialize(None)")  # and ends


def recipients(message):
    rows = mapi.HrQueryAllRows(message.GetRecipientTable(0), (mapitags.PR_ROWID, mapitags.PR_EMAIL_ADDRESS_W,
                               mapitags.PR_DISPLAY_NAME_W), None, None, 0)
    return [tuple(value if mapitags.PROP_TYPE(tag) != PT_ERROR else None for tag, value in row) for row in rows]


def test_23_recipients_are_rows(inbox):
    message = inbox.CreateMessage(None, 0)
    to = (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO)
    ann = (to, (mapitags.PR_ADDRTYPE_A, "SMTP"), (mapitags.PR_EMAIL_ADDRESS_A, "a@x.test"),
           (mapitags.PR_DISPLAY_NAME_A, "Ann"))
    message.ModifyRecipients(mapi.MODRECIP_ADD, [ann])
    (number, address, name), = recipients(message)
    assert (address, name) == ("a@x.test", "Ann")
    for flags in (mapi.MODRECIP_MODIFY, mapi.MODRECIP_REMOVE):
        with pytest.raises(pythoncom.com_error):
            message.ModifyRecipients(flags, [ann])  # without PR_ROWID
    message.ModifyRecipients(mapi.MODRECIP_MODIFY, [((mapitags.PR_ROWID, number), to,
                                                     (mapitags.PR_EMAIL_ADDRESS_W, "b@x.test"))])
    (_, address, name), = recipients(message)
    assert address == "b@x.test" and name != "Ann"  # the whole row is another
    with pytest.raises(pythoncom.com_error):
        message.ModifyRecipients(mapi.MODRECIP_ADD, [(to, (PROP_TAG(mapitags.PT_NULL, 0x6600), None))])
    message.ModifyRecipients(0, [ann + ((PROP_TAG(PT_ERROR, 0x6600), mapi.MAPI_E_NOT_FOUND),)])
    assert [row[1:] for row in recipients(message)] == [("a@x.test", "Ann")]


def test_25_objects_are_typed_by_what_they_are(session, store, inbox):
    assert type(store.OpenEntry(entry_id(inbox), mapi.IID_IMAPIContainer, 0)).__name__ == "PyIMAPIFolder"
    assert type(session.OpenEntry(entry_id(store), None, 0)).__name__ == "PyIUnknown"
    assert type(store.OpenEntry(None, None, 0)).__name__ == "PyIMAPIFolder"
    with pytest.raises(TypeError, match="There is no interface object registered that supports this IID"):
        store.QueryInterface(pythoncom.IID_IUnknown, "{00000000-0000-0000-0000-000000000001}")


def test_27_an_attachment_lasts_after_three_saves(store, inbox):
    message = inbox.CreateMessage(None, 0)
    number, attach = message.CreateAttach(None, 0)
    stream = attach.OpenProperty(mapitags.PR_ATTACH_DATA_BIN, pythoncom.IID_IStream, 0,
                                 mapi.MAPI_CREATE | mapi.MAPI_MODIFY)
    assert stream.Write(b"data") == 4 and stream.Seek(1, pythoncom.STREAM_SEEK_SET) == 1
    stream.Commit(0)
    assert message.GetAttachmentTable(0).GetRowCount(0) == 0
    attach.SaveChanges(0)
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    again = store.OpenEntry(entry_id(message), None, 0).OpenAttach(number, None, 0)
    assert mapi.HrGetOneProp(again, mapitags.PR_ATTACH_DATA_BIN)[1] == b"data"


def test_29_misuse_is_an_exception_of_pythons_own(home, inbox):
    for error, call in ((TypeError, lambda: inbox.GetContentsTable("0")),
                        (TypeError, lambda: inbox.CopyMessages((), None, None)),
                        (ValueError, lambda: inbox.GetContentsTable(0).Restrict((99, ()), 0)),
                        (OverflowError, lambda: inbox.GetContentsTable(1 << 40))):
        with pytest.raises(error):
            call()
    admin = mapi.MAPIAdminProfiles(0)
    admin.CreateProfile("made", None)
    services = admin.AdminServices("made").QueryInterface(mapi.IID_IMsgServiceAdmin2)
    providers = services.AdminProviders(services.CreateMsgServiceEx("EMAPI_STORE", "x", 0, 0), 0)
    with pytest.raises(pythoncom.com_error):  # a SystemError in pywin32
        providers.CreateProvider("nobody's", 0, None, 0, 0)


# --- Tables, names, sinks --------------------------------------------------------------------------

def test_30_restrictions_of_every_kind(inbox):
    for subject in ("one", "two", "three"):
        new_message(inbox, (SUBJECT, subject), (mapitags.PR_BODY_W, subject)).SaveChanges(0)
    table = inbox.GetContentsTable(0)
    table.SetColumns((SUBJECT,), 0)
    equal = (mapi.RES_PROPERTY, (mapi.RELOP_EQ, SUBJECT, (SUBJECT, "one")))
    content = (mapi.RES_CONTENT, (mapi.FL_PREFIX, SUBJECT, (SUBJECT, "t")))
    for restriction, wanted in (
        (equal, {"one"}), (content, {"two", "three"}), (None, {"one", "two", "three"}),
        ((mapi.RES_NOT, (equal,)), {"two", "three"}), ((mapi.RES_AND, [content, (mapi.RES_NOT, (equal,))]), {"two", "three"}),
        ((mapi.RES_OR, (equal, content)), {"one", "two", "three"}),
        ((mapi.RES_EXIST, (mapitags.PR_RTF_COMPRESSED,)), set()),
        ((mapi.RES_BITMASK, (mapi.BMR_EQZ, mapitags.PR_MESSAGE_FLAGS, 0x40)), {"one", "two", "three"}),
        ((mapi.RES_COMPAREPROPS, (mapi.RELOP_EQ, SUBJECT, mapitags.PR_BODY_W)), {"one", "two", "three"}),
        ((mapi.RES_SIZE, (mapi.RELOP_GT, SUBJECT, 0)), {"one", "two", "three"}),
    ):
        table.Restrict(restriction, 0)
        assert {row[0][1] for row in table.QueryRows(9, 0)} == wanted, restriction
    table.Restrict(None, 0)
    table.SortTable(None, 0)
    table.SortTable((((SUBJECT, 1),),), 0)
    assert [row[0][1] for row in table.QueryRows(9, 0)] == ["two", "three", "one"]
    with pytest.raises(pythoncom.com_error) as caught:
        table.FindRow((mapi.RES_PROPERTY, (mapi.RELOP_EQ, SUBJECT, (SUBJECT, "four"))),
                      mapi.BOOKMARK_BEGINNING, 0)
    assert caught.value.hresult == mapi.MAPI_E_NOT_FOUND


def test_31_names_have_tags_without_a_type(inbox):
    message = inbox.CreateMessage(None, 0)
    name = (mapi.PS_PUBLIC_STRINGS, "trap")
    assert message.GetIDsFromNames((name,), 0) == (0x0000000A,)
    tag, = message.GetIDsFromNames((name,), mapi.MAPI_CREATE)
    assert mapitags.PROP_TYPE(tag) == mapitags.PT_UNSPECIFIED and mapitags.PROP_ID(tag) >= 0x8000
    assert tag in message.GetIDsFromNames(None, 0)
    message.SetProps([(tag | mapitags.PT_LONG, 7)])
    assert mapi.HrGetOneProp(message, tag | mapitags.PT_LONG)[1] == 7


def test_32_unicode_is_about_default_columns_alone(inbox):
    new_message(inbox, (SUBJECT, "s")).SaveChanges(0)
    for flags, own in ((0, mapitags.PR_SUBJECT_A), (mapi.MAPI_UNICODE, mapitags.PR_SUBJECT_W)):
        table = inbox.GetContentsTable(flags)
        assert own in table.QueryColumns(0)
        table.SetColumns((mapitags.PR_SUBJECT_A, mapitags.PR_SUBJECT_W), 0)
        assert table.QueryRows(1, 0) == (((mapitags.PR_SUBJECT_A, b"s"), (mapitags.PR_SUBJECT_W, "s")),)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_33_what_a_callback_raises_stops_nobody(store, inbox):
    calls = []

    def fail(events, context):
        calls.append(events)
        raise RuntimeError("not MAPI's business")

    assert mapi.fnevExtended < 0
    connection = store.Advise(None, mapi.fnevObjectCreated, mapi.HrAllocAdviseSink(fail, None))
    for number in (1, 2):
        new_message(inbox).SaveChanges(0)
        end = time.monotonic() + 10
        while len(calls) < number and time.monotonic() < end:
            pythoncom.PumpWaitingMessages()
            time.sleep(0.02)
    store.Unadvise(connection)
    assert len(calls) == 2 and all(event > 0 for events in calls for event, _ in events)


# --- The machine -----------------------------------------------------------------------------------

def test_35_there_is_no_outlook_to_ask():
    assert sys.platform == "linux"
    from win32com.client import Dispatch, gencache  # scripts import it and never call it
    for ask in (Dispatch, gencache.EnsureDispatch):
        with pytest.raises(pythoncom.com_error, match="there is no Outlook.Application here") as caught:
            ask("Outlook.Application")
        assert caught.value.hresult == -2147221005
    with pytest.raises(pythoncom.com_error):
        pythoncom.CoCreateInstance("{0006F03A-0000-0000-C000-000000000046}", None, 4, pythoncom.IID_IUnknown)


def test_36_results_have_32_bits():
    """Sizes and slots of all structures: tests/headers, when the headers are compiled."""
    assert ctypes.c_int32(mapi.MAPI_E_NOT_FOUND).value == mapi.MAPI_E_NOT_FOUND
    with pytest.raises(pythoncom.com_error) as caught:
        pythoncom.CreateStreamOnHGlobal().QueryInterface(mapi.IID_IMessage)
    assert -1 << 31 <= caught.value.hresult < 0


def test_37_wide_text_has_16_bits(inbox):
    message = new_message(inbox, (SUBJECT, "🙂"))
    stream = message.OpenProperty(SUBJECT, pythoncom.IID_IStream, 0, 0)
    assert stream.Read(100) == b"\x3d\xd8\x42\xde"
