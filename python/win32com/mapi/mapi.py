# SPDX-License-Identifier: MIT
"""Extended MAPI for Python: pywin32's module win32com.mapi.mapi over libemapi.

All integers are signed, as in pywin32: MAPI_UNICODE is negative. A failed call raises
pythoncom.com_error, misuse TypeError, ValueError or OverflowError. Results that are warnings
(MAPI_W_*) are returned where a function gives one.
"""
import binascii as _binascii

import pythoncom as _pythoncom
from pywintypes import IID as _IID
from _emapi_types import make_error as _make_error
from _emapi import (
    HrAllocAdviseSink, HrDispatchNotifications, HrGetOneProp, HrQueryAllRows, HrSetOneProp,
    HrThisThreadAdviseSink, MAPIAdminProfiles, MAPIInitialize, MAPILogonEx, MAPIUninitialize,
    OpenStreamOnFile, OpenStreamOnFileW, RTFSync, WrapCompressedRTFStream,
    WrapCompressedRTFStreamEx)
from win32com.mapi._mapi_constants import *


def HexFromBin(val, /):
    """bytes as upper-case hexadecimal digits."""
    if isinstance(val, str):
        val = val.encode("mbcs")
    return val.hex().upper()


def BinFromHex(val, /):
    """The bytes of hexadecimal digits; ValueError where they are none."""
    if isinstance(val, str):
        val = val.encode("ascii", "replace")
    return _binascii.unhexlify(val)


def MAPIUIDFromBinary(szVal, /):
    """The IID of 16 bytes, such as PR_SERVICE_UID's."""
    if isinstance(szVal, str):
        szVal = szVal.encode("mbcs")
    if len(szVal) != 16:
        raise ValueError("a MAPIUID has 16 bytes")
    return _IID(szVal, True)


def _not_built(name):
    def function(*arguments):
        raise _make_error(MAPI_E_NO_SUPPORT)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Not built yet: raises com_error MAPI_E_NO_SUPPORT."
    return function


OpenIMsgSession = _not_built("OpenIMsgSession")
CloseIMsgSession = _not_built("CloseIMsgSession")
OpenIMsgOnIStg = _not_built("OpenIMsgOnIStg")


def RTFStreamToHTML(stream, /):
    """The HTML in the RTF of a stream (WrapCompressedRTFStream), as bytes in the character set that it
    names; None where the RTF was not made from HTML."""
    from win32com.mapi._rtfhtml import html_of  # few need it
    pieces = []
    while piece := stream.Read(65536):
        pieces.append(piece)
    return html_of(b"".join(pieces))
