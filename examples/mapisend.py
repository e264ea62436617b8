#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Send one message with Extended MAPI from Python; mapisend.c beside is the same program in C.

    mapisend.py [--profile NAME] --to ADDRESS[,ADDRESS...] [--cc ...] [--bcc ...] SUBJECT BODY

It runs on Windows with pywin32 and here with emapi. SubmitMessage returns once the message is stored;
the spooler delivers it.
"""
import argparse
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


def send(arguments):
    session = mapi.MAPILogonEx(0, arguments.profile or "", None,
                               mapi.MAPI_EXTENDED | (0 if arguments.profile else mapi.MAPI_USE_DEFAULT))
    message = open_outbox(open_default_store(session)).CreateMessage(None, 0)
    recipients = [recipient(address.strip(), kind)
                  for kind, addresses in ((mapi.MAPI_TO, arguments.to), (mapi.MAPI_CC, arguments.cc),
                                          (mapi.MAPI_BCC, arguments.bcc))
                  for address in addresses.split(",") if address.strip()]
    message.ModifyRecipients(mapi.MODRECIP_ADD, recipients)
    message.SetProps([(mapitags.PR_SUBJECT_W, arguments.subject),
                      (mapitags.PR_BODY_W, arguments.body)])
    message.SubmitMessage(0)
    session.Logoff(0, 0, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", help="a MAPI profile; without it the default one")
    for field in ("to", "cc", "bcc"):
        parser.add_argument("--" + field, default="", metavar="ADDRESS,...")
    parser.add_argument("subject")
    parser.add_argument("body")
    arguments = parser.parse_args()
    mapi.MAPIInitialize(None)
    try:
        send(arguments)
    except pythoncom.com_error as error:
        raise SystemExit(f"mapisend: {error.strerror}")
    finally:
        mapi.MAPIUninitialize()


if __name__ == "__main__":
    sys.exit(main())
