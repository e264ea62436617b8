# SPDX-License-Identifier: MIT
"""Extended MAPI for Python: pywin32's module win32com.mapi.mapi over libemapi."""
from typing import NoReturn

from _emapi import (
    HrAllocAdviseSink as HrAllocAdviseSink,
    HrDispatchNotifications as HrDispatchNotifications,
    HrGetOneProp as HrGetOneProp,
    HrQueryAllRows as HrQueryAllRows,
    HrSetOneProp as HrSetOneProp,
    HrThisThreadAdviseSink as HrThisThreadAdviseSink,
    MAPIAdminProfiles as MAPIAdminProfiles,
    MAPIInitialize as MAPIInitialize,
    MAPILogonEx as MAPILogonEx,
    MAPIUninitialize as MAPIUninitialize,
    OpenStreamOnFile as OpenStreamOnFile,
    OpenStreamOnFileW as OpenStreamOnFileW,
    RTFSync as RTFSync,
    WrapCompressedRTFStream as WrapCompressedRTFStream,
    WrapCompressedRTFStreamEx as WrapCompressedRTFStreamEx)
from _emapi import PyIID, PyIStream
from win32com.mapi._mapi_constants import *

def HexFromBin(val: bytes | str, /) -> str: ...
def BinFromHex(val: bytes | str, /) -> bytes: ...
def MAPIUIDFromBinary(szVal: bytes | str, /) -> PyIID: ...
def OpenIMsgSession(*arguments: object) -> NoReturn: ...
def CloseIMsgSession(*arguments: object) -> NoReturn: ...
def OpenIMsgOnIStg(*arguments: object) -> NoReturn: ...
def RTFStreamToHTML(stream: PyIStream, /) -> bytes | None: ...
