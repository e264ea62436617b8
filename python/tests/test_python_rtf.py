# SPDX-License-Identifier: MIT
"""RTF from Python: written into a message of a store and read again."""
import pythoncom
from homes import home, inbox, session, store  # noqa: F401 - fixtures
from win32com.mapi import mapi, mapitags

RTF = b"{\\rtf1\\ansi\\deff0 " + b"\\par a line" * 20000 + b"}"


def open_packed(message, flags):
    return message.OpenProperty(mapitags.PR_RTF_COMPRESSED, pythoncom.IID_IStream, 0, flags)


def read_all(stream):
    data = b""
    while piece := stream.Read(100_000):
        data += piece
    return data


def test_rtf_there_and_back(store, inbox):
    message = inbox.CreateMessage(None, 0)
    packed = open_packed(message, mapi.MAPI_CREATE | mapi.MAPI_MODIFY)
    rtf = mapi.WrapCompressedRTFStream(packed, mapi.MAPI_MODIFY)
    rtf.Write(RTF)
    rtf.Commit(0)
    packed.Commit(0)
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    hr, ((tag, entry_id),) = message.GetProps((mapitags.PR_ENTRYID,), 0)
    assert (hr, tag) == (0, mapitags.PR_ENTRYID)
    del rtf, packed, message

    message = store.OpenEntry(entry_id, None, 0)
    packed = open_packed(message, 0)
    assert packed.Stat()[2] < len(RTF) / 4
    assert read_all(mapi.WrapCompressedRTFStream(packed, 0)) == RTF
    stream, flags = mapi.WrapCompressedRTFStreamEx(open_packed(message, 0), (0, 0, 0))
    assert read_all(stream) == RTF
    assert flags == 1  # MAPI_NATIVE_BODY_TYPE_RTF
