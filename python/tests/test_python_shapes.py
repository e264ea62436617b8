# SPDX-License-Identifier: MIT
"""Arguments and results as pywin32 has them: surface.tsv says what each function and method takes and
gives; here each one is looked at, and called.

In the table's words for results, `value` is (tag, value), `values` a tuple of these, `rows` a tuple of
those, `tags` a tuple of int, `problems` None or a tuple of (index, tag, code), `names` a list of
(IID or None, name), `error` None or five words about it, `stat` the eleven of a stream, and `object` an
interface of any type.
"""
import datetime
import inspect
import re

import pythoncom
import pywintypes
import test_python_surface as surface
from homes import home, open_store, session, store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags, mapiutil

TYPES = {kind.__name__: kind for kind in pythoncom.TypeIIDs.values()}
SUBJECT, LONG = mapitags.PR_SUBJECT_W, mapitags.PROP_TAG(mapitags.PT_LONG, 0x6600)
NEW = mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION


def described():
    """(row, arguments, result) of each row that tells them."""
    for row in surface.rows("function", "method"):
        if " -> " in row.value:
            yield row, *row.value.split(" -> ")


def ours(row):
    return getattr(TYPES[row.owner] if row.kind == "method" else surface.module(row), row.name)


def count(parameters):
    """(how many arguments there must be, how many there may be)"""
    needed = [p for p in parameters if p.default is p.empty]
    return len(needed), len(parameters)


def test_arguments():
    """As many as there, positional; where more may be left out here, scripts do not notice."""
    for row, arguments, _ in described():
        theirs = {}
        exec(f"def function{arguments}: pass", theirs)
        needed, allowed = count(inspect.signature(theirs["function"]).parameters.values())
        own = [p for p in inspect.signature(ours(row)).parameters.values() if p.name != "self"]
        if own and own[0].kind is inspect.Parameter.VAR_POSITIONAL:
            continue  # not built: it takes anything and says so
        own_needed, own_allowed = count(own)
        assert own_needed <= needed and own_allowed >= allowed, (row, own)
        if row.module == "mapi":
            assert all(p.kind is inspect.Parameter.POSITIONAL_ONLY for p in own), row


# --- Results ---------------------------------------------------------------------------------------

def is_value(given):
    return type(given) is tuple and len(given) == 2 and type(given[0]) is int


def each(given, kind, check):
    return type(given) is kind and all(check(one) for one in given)


WORDS = {
    "None": lambda v: v is None,
    "int": lambda v: type(v) is int,
    "str": lambda v: type(v) is str,
    "bytes": lambda v: type(v) is bytes,
    "IID": lambda v: type(v) is pywintypes.IIDType,
    "list": lambda v: type(v) is list,
    "object": lambda v: isinstance(v, TYPES["PyIUnknown"]),
    "value": is_value,
    "values": lambda v: each(v, tuple, is_value),
    "rows": lambda v: each(v, tuple, WORDS["values"]),
    "tags": lambda v: each(v, tuple, WORDS["int"]),
    "problems": lambda v: v is None or each(v, tuple, lambda p: [type(x) for x in p] == [int] * 3),
    "names": lambda v: each(v, list, lambda n: type(n) is tuple and len(n) == 2),
    "error": lambda v: v is None or (type(v) is tuple and [type(x) for x in v] in (
        [int, str, str, int, int], [int, bytes, bytes, int, int])),
    "stat": lambda v: type(v) is tuple and len(v) == 11 and type(v[2]) is int,
}


def fits(given, result):
    if result[0] in "([":
        words = result[1:-1].split(", ")
        return type(given) is (tuple if result[0] == "(" else list) and len(given) == len(words) \
            and all(fits(one, word) for one, word in zip(given, words))
    return any(type(given).__name__ == word if word.startswith("PyI") else WORDS[word](given)
               for word in result.split("|"))


class Caller:
    """Calls what a row names and looks at what comes; remembers which rows were called."""

    def __init__(self):
        self.results = {(row.owner, row.name): (row, result) for row, _, result in described()}
        self.left = set(self.results)

    def _check(self, key, given):
        row, result = self.results[key]
        assert fits(given, result), (row, given)
        self.left.discard(key)
        return given

    def function(self, name, *arguments):
        row, _ = self.results["-", name]
        return self._check(("-", name), getattr(surface.module(row), name)(*arguments))

    def method(self, target, name, *arguments):
        """Checks the type that has the method, be it a base of the object's."""
        owner, = [kind.__name__ for kind in type(target).__mro__
                  if (kind.__name__, name) in self.results][:1]
        return self._check((owner, name), getattr(target, name)(*arguments))

    def fails(self, target, name, *arguments, code=mapi.MAPI_E_NO_SUPPORT):
        """What is not built, or not supported here, says so."""
        key = ("-", name) if inspect.ismodule(target) else (
            next(kind.__name__ for kind in type(target).__mro__ if (kind.__name__, name) in self.results),
            name)
        try:
            getattr(target, name)(*arguments)
        except pythoncom.com_error as error:
            assert error.hresult == code, (name, error)
        else:
            raise AssertionError(f"{name} is there: say what it gives")
        self.left.discard(key)


def call_store(call, session, store):
    inbox = store.OpenEntry(call.method(store, "GetReceiveFolder", "IPM.Note", 0)[0], None,
                            mapi.MAPI_BEST_ACCESS)
    entry_id = call.function("HrGetOneProp", inbox, mapitags.PR_ENTRYID)[1]
    call.method(store, "OpenEntry", entry_id, None, 0)
    call.method(store, "CompareEntryIDs", entry_id, entry_id)
    call.method(store, "GetReceiveFolderTable", 0)
    call.method(store, "GetLastError", mapi.MAPI_E_NOT_FOUND)
    sink = call.function("HrAllocAdviseSink", print, None)
    call.function("HrThisThreadAdviseSink", sink)
    call.function("HrDispatchNotifications", 0)
    for target, arguments in ((store, (None, 4)), (session, (None, 4)),
                              (inbox.GetContentsTable(0), (mapi.fnevTableModified,))):
        call.method(target, "Unadvise", call.method(target, "Advise", *arguments, sink))
    call.fails(store, "AbortSubmit", entry_id, code=mapi.MAPI_E_INVALID_ENTRYID)
    return inbox


def rtf_stream(data):
    stream = pythoncom.CreateStreamOnHGlobal()
    stream.Write(data)
    stream.Seek(0, 0)
    return stream


def call_properties(call, message, other):
    call.method(message, "SetProps", [(SUBJECT, "s"), (LONG, 1)])
    assert call.method(message, "SetProps", [(mapitags.PR_ENTRYID, b"x")], True)[1][0][0] == 0
    call.function("HrSetOneProp", message, (LONG, 2))
    call.method(message, "GetProps", (SUBJECT, LONG))
    call.method(message, "GetPropList", 0)
    call.method(message, "CopyTo", [], None, 0, None, mapi.IID_IMAPIProp, other, 0, True)
    call.method(message, "CopyProps", (SUBJECT,), 0, None, mapi.IID_IMAPIProp, other, 0)
    call.method(message, "DeleteProps", (LONG,), True)
    tags = call.method(message, "GetIDsFromNames", ((mapi.PS_PUBLIC_STRINGS, "K"),), mapi.MAPI_CREATE)
    call.method(message, "GetNamesFromIDs", tags)
    call.method(message, "GetLastError", 0)
    rtf = call.method(message, "OpenProperty", mapitags.PR_RTF_COMPRESSED, pythoncom.IID_IStream, 0,
                      mapi.MAPI_CREATE | mapi.MAPI_MODIFY)
    packed = call.function("WrapCompressedRTFStream", rtf, mapi.MAPI_MODIFY)
    packed.Write(b"{\\rtf1 x}")
    packed.Commit(0)
    rtf.Commit(0)
    call.method(message, "SaveChanges", mapi.KEEP_OPEN_READWRITE)
    packed = message.OpenProperty(mapitags.PR_RTF_COMPRESSED, pythoncom.IID_IStream, 0, 0)
    call.function("WrapCompressedRTFStreamEx", packed)
    call.function("RTFSync", message, 2)
    call.function("RTFStreamToHTML", rtf_stream(b"{\\rtf1 x}"))
    call.function("RTFStreamToHTML", rtf_stream(b"{\\rtf1\\fromhtml1 x}"))


def call_message(call, message):
    row = ((mapitags.PR_DISPLAY_NAME_W, "Bob"), (mapitags.PR_ADDRTYPE_W, "SMTP"),
           (mapitags.PR_EMAIL_ADDRESS_W, "bob@x.test"), (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO))
    call.method(message, "ModifyRecipients", mapi.MODRECIP_ADD, [row])
    call.method(message, "GetRecipientTable", 0)
    number, attach = call.method(message, "CreateAttach", None, 0)
    attach.SaveChanges(0)
    call.method(attach, "GetLastError", 0)
    call.method(message, "OpenAttach", number, None, 0)
    call.method(message, "GetAttachmentTable", 0)
    call.method(message, "DeleteAttach", number, 0, None, 0)
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    call.method(message, "SetReadFlag", 0)
    call.method(message, "SubmitMessage", 0)


def call_folder(call, store, inbox):
    call.method(inbox, "GetLastError", 0)
    call.method(inbox, "GetContentsTable", 0)
    call.method(inbox, "GetHierarchyTable", 0)
    message = call.method(inbox, "CreateMessage", None, 0)
    call_properties(call, message, inbox.CreateMessage(None, 0))
    entry_id = mapi.HrGetOneProp(message, mapitags.PR_ENTRYID)[1]
    call.method(inbox, "OpenEntry", entry_id, None, 0)
    folder = call.method(inbox, "CreateFolder", mapi.FOLDER_GENERIC, "f")
    call.method(inbox, "CopyMessages", (entry_id,), None, folder, 0, None, 0)
    call.method(inbox, "SetReadFlags", (entry_id,), 0, None, 0)
    call.method(inbox, "DeleteMessages", (entry_id,), 0, None, 0)
    call.method(folder, "EmptyFolder", 0, None, 0)
    call.method(inbox, "DeleteFolder", mapi.HrGetOneProp(folder, mapitags.PR_ENTRYID)[1], 0, None)
    call_message(call, store.OpenEntry(mapi.HrGetOneProp(store, mapitags.PR_IPM_OUTBOX_ENTRYID)[1], None,
                                       mapi.MAPI_BEST_ACCESS).CreateMessage(None, 0))


def call_table(call, table):
    name = (mapitags.PR_DISPLAY_NAME_W, "Inbox")
    call.method(table, "SetColumns", (name[0],), 0)
    call.method(table, "QueryColumns", 0)
    call.method(table, "GetRowCount", 0)
    call.method(table, "SortTable", (((name[0], 0),), 0, 0), 0)
    call.method(table, "Restrict", None, 0)
    restriction = (mapi.RES_PROPERTY, (mapi.RELOP_EQ, name[0], name))
    call.method(table, "FindRow", restriction, mapi.BOOKMARK_BEGINNING, 0)
    call.method(table, "FreeBookmark", call.method(table, "CreateBookmark"))
    call.method(table, "SeekRow", mapi.BOOKMARK_BEGINNING, 0)
    call.method(table, "SeekRowApprox", 1, 2)
    call.method(table, "QueryPosition")
    call.method(table, "GetStatus")
    call.method(table, "QueryRows", 2, 0)
    call.method(table, "Abort")
    call.method(table, "GetLastError", 0)
    call.function("HrQueryAllRows", table, (name[0],), None, None, 0)


def call_session(call, session):
    entry_id = call.method(session, "GetMsgStoresTable", 0).QueryRows(1, 0)[0]
    entry_id, = [value for tag, value in entry_id if tag == mapitags.PR_ENTRYID]
    call.method(session, "OpenMsgStore", 0, entry_id, None, mapi.MDB_WRITE)
    call.method(session, "OpenEntry", entry_id, None, 0)
    call.method(session, "CompareEntryIDs", entry_id, entry_id)
    call.method(session, "QueryIdentity")
    call.method(session, "GetLastError", 0)
    status = call.method(session, "GetStatusTable", 0)
    rows = mapi.HrQueryAllRows(status, (mapitags.PR_ENTRYID, mapitags.PR_RESOURCE_TYPE), None, None, 0)
    for (_, one), (_, kind) in rows:
        if kind == 0x25:  # MAPI_SPOOLER
            status = session.OpenEntry(one, None, mapi.MAPI_BEST_ACCESS)
            call.method(status, "FlushQueues", 0, None, 2)  # FLUSH_UPLOAD
    call.method(status, "ValidateState", 0, 0)
    call.fails(status, "SettingsDialog", 0, 0)
    call.fails(status, "ChangePassword", "a", "b", 0)
    book = call.method(session, "OpenAddressBook", 0, None, 0)
    row, = call.method(book, "ResolveName", 0, 0, None, [((mapitags.PR_DISPLAY_NAME_W, "b@x.test"),)])
    user = dict(row)[mapitags.PR_ENTRYID]
    call.method(book, "OpenEntry", user, None, 0)
    call.method(book, "CompareEntryIDs", user, user)


def call_services(call, services, path):
    call.method(services, "CreateMsgService", "EMAPI_STORE", "Mail")
    uid = call.method(services.QueryInterface(mapi.IID_IMsgServiceAdmin2), "CreateMsgServiceEx",
                      "EMAPI_STORE", "Mail")
    tag = mapitags.PROP_TAG(mapitags.PT_STRING8, 0x6617)
    call.method(services, "ConfigureMsgService", uid, 0, 0, [(tag, str(path))])
    call.method(services, "GetMsgServiceTable", 0)
    call.method(services, "GetLastError", 0)
    providers = call.method(services, "AdminProviders", uid, 0)
    table = call.method(providers, "GetProviderTable", 0)
    call.method(services, "GetProviderTable", 0)
    (_, provider), = mapi.HrQueryAllRows(table, (mapitags.PR_PROVIDER_UID,), None, None, 0)[0]
    call.method(services, "OpenProfileSection", mapi.MAPIUIDFromBinary(provider), None, 0)
    call.method(providers, "OpenProfileSection", mapi.MAPIUIDFromBinary(provider), None, 0)
    call.method(providers, "GetLastError", 0)
    call.method(providers, "DeleteProvider", mapi.MAPIUIDFromBinary(provider))
    call.method(providers, "CreateProvider", "EMAPI_STORE_MSP", 0, None, 0, 0)
    call.method(services, "RenameMsgService", uid, 0, "x")
    call.method(services, "DeleteMsgService", uid)


def call_profiles(call, home):
    admin = call.function("MAPIAdminProfiles", 0)
    call.method(admin, "CreateProfile", "made", None)
    call_services(call, call.method(admin, "AdminServices", "made"), home.folder / "made.store")
    call.method(admin, "CopyProfile", "made", None, "copy")
    call.method(admin, "RenameProfile", "copy", None, "renamed")
    call.method(admin, "SetDefaultProfile", "renamed")
    call.method(admin, "GetProfileTable", 0)
    call.method(admin, "DeleteProfile", "renamed")
    call.method(admin, "GetLastError", 0)
    call.method(admin, "ChangeProfilePassword", "made", None, None, 0)


def call_streams(call, home):
    (home.folder / "file").write_bytes(b"x")
    call.function("OpenStreamOnFile", str(home.folder / "file"))
    call.function("OpenStreamOnFileW", str(home.folder / "file"))
    stream = pythoncom.CreateStreamOnHGlobal()
    for name, arguments in {"Write": (b"ab",), "write": (b"cd",), "Seek": (0, 0), "Read": (1,), "read": (1,),
                            "SetSize": (3,), "Commit": (), "Revert": (), "Clone": (), "Stat": (),
                            "CopyTo": (pythoncom.CreateStreamOnHGlobal(), 9),
                            "QueryInterface": (pythoncom.IID_IStream,)}.items():
        call.method(stream, name, *arguments)
    for name in ("LockRegion", "UnlockRegion"):
        call.fails(stream, name, 0, 1, 1, code=-2147287039)  # STG_E_INVALIDFUNCTION


def call_helpers(call, message):
    call.function("MAPIInitialize", None)
    call.function("MAPIUninitialize")
    call.function("HexFromBin", b"a")
    call.function("BinFromHex", "61")
    call.function("MAPIUIDFromBinary", bytes(16))
    call.function("PROP_TAG", 3, 0x6600)
    call.function("PROP_ID", SUBJECT)
    call.function("PROP_TYPE", SUBJECT)
    call.function("GetPropTagName", SUBJECT)
    call.function("GetScodeString", mapi.MAPI_E_NOT_FOUND)
    call.function("GetMapiTypeName", 3)
    call.function("SetPropertyValue", message, SUBJECT, "x")
    call.function("SetProperties", message, {SUBJECT: "x"})
    call.function("GetAllProperties", message)
    assert call.function("GetProperties", message, (SUBJECT,)) == ["x"]
    for name in ("OpenIMsgSession", "CloseIMsgSession", "OpenIMsgOnIStg"):
        call.fails(mapi, name, 0)


def test_results(home):
    home.profile()
    call = Caller()
    session = call.function("MAPILogonEx", 0, "test", None, NEW)
    store = open_store(session)
    inbox = call_store(call, session, store)
    call_folder(call, store, inbox)
    call_table(call, store.OpenEntry(None, None, 0).GetHierarchyTable(mapi.CONVENIENT_DEPTH))
    call_session(call, session)
    call.method(session, "AdminServices")
    call.method(session, "OpenProfileSection", "{6DADDD61-F6AA-4F3B-A9B6-6B0CB6B4B1B1}", None,
                mapi.MAPI_MODIFY)
    call_profiles(call, home)
    call_streams(call, home)
    call_helpers(call, inbox.CreateMessage(None, 0))
    call.method(store, "StoreLogoff", 0)
    call.method(session, "Logoff", 0, 0, 0)
    # Nothing gives one of these yet: by name there is no class (CoCreateInstance), and no Exchange.
    unreachable = {("PyIConverterSession", "MIMEToMAPI"), ("PyIConverterSession", "MAPIToMIMEStm"),
                   ("PyIConverterSession", "SetAdrBook"),
                   ("PyIExchangeManageStore", "CreateStoreEntryID"),
                   ("PyIExchangeManageStoreEx", "CreateStoreEntryID2")}
    assert call.left == unreachable
