#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Send one message with Extended MAPI from Python; mapisend.c beside is the same program in C.

    mapisend.py SUBJECT BODY TO [CC [BCC [PROFILE]]]

TO, CC and BCC are addresses parted by commas. Without PROFILE the default one is taken. It runs on
Windows with pywin32 and here with emapi. SubmitMessage returns once the message is stored; the spooler
delivers it.
"""
import sys

import pythoncom
from win32com.mapi import mapi, mapitags


def open_default_store(session):
    """The message store of the profile whose PR_DEFAULT_STORE is true."""
    table = session.GetMsgStoresTable(0)
    table.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE), 0)
    while rows := table.QueryRows(1, 0):
        if (mapitags.PR_DEFAULT_STORE, True) in rows[0]:
            (_, entry_id), _ = rows[0]
            return session.OpenMsgStore(0, entry_id, None,
                                        mapi.MDB_NO_DIALOG | mapi.MDB_WRITE | mapi.MAPI_BEST_ACCESS)
    raise SystemExit("mapisend: the profile has no default message store")


def open_outbox(store):
    hr, props = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID,), 0)
    tag, entry_id = props[0]
    if mapitags.PROP_TYPE(tag) == mapitags.PT_ERROR:
        raise SystemExit("mapisend: the message store has no Outbox")
    return store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)


def recipient(address, kind):
    """One recipient as a row; an SMTP address needs no address book."""
    return (
        (mapitags.PR_RECIPIENT_TYPE, kind),
        (mapitags.PR_OBJECT_TYPE, mapi.MAPI_MAILUSER),
        (mapitags.PR_DISPLAY_TYPE, 0),
        (mapitags.PR_SEND_RICH_INFO, False),
        (mapitags.PR_ADDRTYPE_A, "SMTP"),
        (mapitags.PR_EMAIL_ADDRESS_A, address),
        (mapitags.PR_DISPLAY_NAME_A, address),
    )


def recipients(to, cc, bcc):
    return [recipient(address.strip(), kind)
            for kind, addresses in ((mapi.MAPI_TO, to), (mapi.MAPI_CC, cc), (mapi.MAPI_BCC, bcc))
            for address in addresses.split(",") if address.strip()]


def send(subject, body, to, cc="", bcc="", profile=""):
    flags = mapi.MAPI_EXTENDED | (0 if profile else mapi.MAPI_USE_DEFAULT)
    session = mapi.MAPILogonEx(0, profile, None, flags)
    message = open_outbox(open_default_store(session)).CreateMessage(None, 0)
    message.ModifyRecipients(mapi.MODRECIP_ADD, recipients(to, cc, bcc))
    message.SetProps([(mapitags.PR_SUBJECT_W, subject), (mapitags.PR_BODY_W, body)])
    message.SubmitMessage(0)
    session.Logoff(0, 0, 0)


def main(arguments):
    if not 3 <= len(arguments) <= 6:
        sys.exit("usage: mapisend.py SUBJECT BODY TO [CC [BCC [PROFILE]]]")
    mapi.MAPIInitialize(None)
    try:
        send(*arguments)
    except pythoncom.com_error as error:
        sys.exit(f"mapisend: {error.strerror}")
    finally:
        mapi.MAPIUninitialize()


if __name__ == "__main__":
    main(sys.argv[1:])
