# SPDX-License-Identifier: MIT
"""RTF from Python: written into a message of a store and read again."""
import pytest
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


def html_in(rtf):
    stream = pythoncom.CreateStreamOnHGlobal()
    stream.Write(rtf)
    stream.Seek(0, 0)
    return mapi.RTFStreamToHTML(stream)


HEAD = b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl {\\f0\\fswiss Arial;}}{\\colortbl\\red0;}"


@pytest.mark.parametrize("rtf, html", [
    (b"{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Hello\\htmlrtf\\par}\\htmlrtf0 {\\*\\htmltag72 </p>}",
     b"<p>Hello</p>"),
    (b"{\\*\\htmltag19 <html>}{\\*\\htmltag2 \\par }a\r\nb\\line c\\tab d", b"<html>\r\nab\r\nc\td"),
    (b"{\\*\\htmltag84 &lt;}Gr\\'fc\\'dfe \\{x\\}\\~\\ldblquote q\\rdblquote",
     b"&lt;Gr\xfc\xdfe {x}&nbsp;&ldquo;q&rdquo;"),
    (b"\\u8364 ?\\uc0\\u-10179 \\u-8638 !{\\uc2\\u8364\\'80\\'81}", b"&#8364;&#128578;!&#8364;"),
    (b"{\\*\\mhtmltag64 <img src=x>}{\\*\\generator Nobody;}{\\pntext 1.}t", b"t"),
    (b"a}}}} b\\", b"a b"),
    (b"\\bin3 }}}c", b"c"),
])
def test_html_in_rtf(rtf, html):
    assert html_in(HEAD + rtf + b"}") in (html, html + b"}")


@pytest.mark.parametrize("rtf", [b"", b"{\\rtf1 x}", b"{\\rtf1\\fromhtml0 x}", b"{\\rtf1\\fromtext x}"])
def test_rtf_of_its_own(rtf):
    assert html_in(rtf or b" ") is None
