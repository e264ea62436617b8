# SPDX-License-Identifier: MIT
"""What a MAPI program does with mail that waits, through win32com.mapi, as told in JSON on standard
input: {"do": "submit" | "abort" | "resend" | "folder", ...}.  Prints what it found as JSON.

submit: subject, to (addresses), props ([tag, value] pairs; times in seconds since 1970), sent_folder
(a folder's name to file it in).  abort, resend: subject.  folder: name ("inbox", "sent", "outbox" or
a folder's own)."""

import datetime
import json
import sys

from win32com.mapi import mapi, mapitags, mapiutil  # noqa: F401

UTC = datetime.timezone.utc
FOLDERS = {"inbox": None, "sent": mapitags.PR_IPM_SENTMAIL_ENTRYID,
           "outbox": mapitags.PR_IPM_OUTBOX_ENTRYID}
PR_RESPONSIBILITY = mapitags.PR_RESPONSIBILITY
MSGFLAG_RESEND = 0x80
MAPI_SUBMITTED = -0x80000000


def open_store():
    mapi.MAPIInitialize(None)
    session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
    table = session.GetMsgStoresTable(0)
    table.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE), 0)
    eid = next(row[0][1] for row in table.QueryRows(100, 0)
               if (mapitags.PR_DEFAULT_STORE, True) in row)
    return session, session.OpenMsgStore(0, eid, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)


def get(thing, tag):
    _, ((found, value),) = thing.GetProps((tag,), 0)
    return value if found == tag else None


def top(store):
    return store.OpenEntry(get(store, mapitags.PR_IPM_SUBTREE_ENTRYID), None, mapi.MAPI_BEST_ACCESS)


def folder(store, name, create=False):
    if name == "inbox":
        eid = store.GetReceiveFolder("IPM.Note", 0)[0]
    elif name in FOLDERS:
        eid = get(store, FOLDERS[name])
    else:
        return top(store).CreateFolder(1, name, None, None, mapi.OPEN_IF_EXISTS)
    return store.OpenEntry(eid, None, mapi.MAPI_BEST_ACCESS)


def value_of(tag, value):
    if tag & 0xFFFF == 0x40:
        return datetime.datetime.fromtimestamp(value, UTC)
    return value


def submit(store, order):
    message = folder(store, "outbox").CreateMessage(None, 0)
    values = [(mapitags.PR_SUBJECT_W, order["subject"]), (mapitags.PR_BODY_W, "text")]
    values += [(tag, value_of(tag, value)) for tag, value in order.get("props", ())]
    if order.get("sent_folder"):
        target = folder(store, order["sent_folder"])
        values.append((mapitags.PR_SENTMAIL_ENTRYID, get(target, mapitags.PR_ENTRYID)))
    message.SetProps(values)
    message.ModifyRecipients(mapi.MODRECIP_ADD, [
        ((mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO), (mapitags.PR_ADDRTYPE_W, "SMTP"),
         (mapitags.PR_EMAIL_ADDRESS_W, to), (mapitags.PR_DISPLAY_NAME_W, to)) for to in order["to"]])
    message.SubmitMessage(0)


def find(store, where, subject):
    table = where.GetContentsTable(0)
    table.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_SUBJECT_W), 0)
    return next(row[0][1] for row in table.QueryRows(1000, 0) if row[1][1] == subject)


def resend(store, order):
    eid = find(store, folder(store, "sent"), order["subject"])
    copy = folder(store, "outbox").CreateMessage(None, 0)
    store.OpenEntry(eid, None, mapi.MAPI_BEST_ACCESS).CopyTo((), (), 0, None, mapi.IID_IMessage,
                                                             copy, 0)
    copy.SetProps([(mapitags.PR_MESSAGE_FLAGS, MSGFLAG_RESEND | 0x8)])
    table = copy.GetRecipientTable(mapi.MAPI_UNICODE)
    table.SetColumns((mapitags.PR_ROWID, mapitags.PR_ADDRTYPE_W, mapitags.PR_EMAIL_ADDRESS_W,
                      mapitags.PR_DISPLAY_NAME_W), 0)
    copy.ModifyRecipients(mapi.MODRECIP_MODIFY, [
        row + ((mapitags.PR_RECIPIENT_TYPE, MAPI_SUBMITTED | mapi.MAPI_TO),)
        for row in table.QueryRows(100, 0) if row[2][1] in order["to"]])
    copy.SubmitMessage(0)


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    return value


def properties(thing):
    _, values = thing.GetProps(None, mapi.MAPI_UNICODE)
    return {f"{tag & 0xFFFFFFFF:08X}": plain(value) for tag, value in values
            if tag & 0xFFFF not in (0x0A, 0x0D)}


def recipients(message):
    table = message.GetRecipientTable(mapi.MAPI_UNICODE)
    table.SetColumns(table.QueryColumns(mapi.TBL_ALL_COLUMNS), 0)
    return [{f"{tag & 0xFFFFFFFF:08X}": plain(value) for tag, value in row
             if tag & 0xFFFF not in (0x0A, 0x0D)} for row in table.QueryRows(1000, 0)]


def embedded(message):
    """The messages attached to it."""
    table = message.GetAttachmentTable(0)
    table.SetColumns((mapitags.PR_ATTACH_NUM, mapitags.PR_ATTACH_METHOD), 0)
    found = []
    for row in table.QueryRows(100, 0):
        if row[1][1] == 5:  # ATTACH_EMBEDDED_MSG
            attachment = message.OpenAttach(row[0][1], None, 0)
            inner = attachment.OpenProperty(mapitags.PR_ATTACH_DATA_OBJ, mapi.IID_IMessage, 0, 0)
            found.append({"props": properties(inner), "recipients": recipients(inner)})
    return found


def show(store, name):
    table = folder(store, name).GetContentsTable(0)
    table.SetColumns((mapitags.PR_ENTRYID,), 0)
    found = []
    for row in table.QueryRows(1000, 0):
        message = store.OpenEntry(row[0][1], None, 0)
        found.append({"props": properties(message), "recipients": recipients(message),
                      "embedded": embedded(message)})
    return found


def main():
    order = json.load(sys.stdin)
    _, store = open_store()
    result = None
    if order["do"] == "submit":
        submit(store, order)
    elif order["do"] == "abort":
        store.AbortSubmit(find(store, folder(store, "outbox"), order["subject"]), 0)
    elif order["do"] == "resend":
        resend(store, order)
    else:
        result = show(store, order["name"])
    json.dump(result, sys.stdout)


main()
