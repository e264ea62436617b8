# SPDX-License-Identifier: MIT
"""Sends messages described in JSON on standard input through win32com.mapi: a list of objects with
key, subject, body, html, to, cc, bcc, reply_to ([name, address] pairs), importance, attachments
({name, data (base64), type, cid})."""

import base64
import json
import sys

import pythoncom
from win32com.mapi import mapi, mapitags

PR_INTERNET_MESSAGE_ID_W = mapitags.PROP_TAG(mapitags.PT_UNICODE, 0x1035)
PR_HTML = mapitags.PROP_TAG(mapitags.PT_BINARY, 0x1013)
PR_ATTACH_CONTENT_ID_W = mapitags.PROP_TAG(mapitags.PT_UNICODE, 0x3712)
KINDS = (("to", mapi.MAPI_TO), ("cc", mapi.MAPI_CC), ("bcc", mapi.MAPI_BCC))


def open_outbox(session):
    table = session.GetMsgStoresTable(0)
    table.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE), 0)
    rows = table.QueryRows(100, 0)
    eid = next(row[0][1] for row in rows if (mapitags.PR_DEFAULT_STORE, True) in row)
    store = session.OpenMsgStore(0, eid, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)
    _, ((_, outbox),) = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID,), 0)
    return store, store.OpenEntry(outbox, None, mapi.MAPI_BEST_ACCESS)


def attach(message, item):
    _, attachment = message.CreateAttach(None, 0)
    values = [(mapitags.PR_ATTACH_METHOD, 1), (mapitags.PR_ATTACH_LONG_FILENAME_W, item["name"])]
    if item.get("type"):
        values.append((mapitags.PR_ATTACH_MIME_TAG_W, item["type"]))
    if item.get("cid"):
        values.append((PR_ATTACH_CONTENT_ID_W, item["cid"]))
    attachment.SetProps(values)
    stream = attachment.OpenProperty(mapitags.PR_ATTACH_DATA_BIN, pythoncom.IID_IStream, 0,
                                     mapi.MAPI_CREATE | mapi.MAPI_MODIFY)
    data = base64.b64decode(item["data"])
    for start in range(0, len(data), 60000):
        stream.Write(data[start:start + 60000])
    stream.Commit(0)
    attachment.SaveChanges(0)


def send(session, outbox, item):
    message = outbox.CreateMessage(None, 0)
    values = [(PR_INTERNET_MESSAGE_ID_W, f"<{item['key']}@example.test>")]
    if item.get("subject") is not None:
        values.append((mapitags.PR_SUBJECT_W, item["subject"]))
    if item.get("body") is not None:
        values.append((mapitags.PR_BODY_W, item["body"]))
    if item.get("html") is not None:
        values.append((PR_HTML, item["html"].encode()))
    if item.get("importance") is not None:
        values.append((mapitags.PR_IMPORTANCE, item["importance"]))
    message.SetProps(values)
    rows = [((mapitags.PR_RECIPIENT_TYPE, kind), (mapitags.PR_ADDRTYPE_W, "SMTP"),
             (mapitags.PR_EMAIL_ADDRESS_W, address), (mapitags.PR_DISPLAY_NAME_W, name))
            for word, kind in KINDS for name, address in item.get(word, ())]
    message.ModifyRecipients(mapi.MODRECIP_ADD, rows)
    for attachment in item.get("attachments", ()):
        attach(message, attachment)
    message.SubmitMessage(0)


def main():
    mapi.MAPIInitialize(None)
    session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
    store, outbox = open_outbox(session)
    for item in json.load(sys.stdin):
        send(session, outbox, item)


main()
