# SPDX-License-Identifier: MIT
"""Result codes and what they are made of, under pywin32's names. The codes are signed."""
from _winerror_codes import *

ERROR_SUCCESS = NO_ERROR = 0
ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_INVALID_DATA = 13
ERROR_OUTOFMEMORY = 14
ERROR_NOT_READY = 21
ERROR_SHARING_VIOLATION = 32
ERROR_NOT_SUPPORTED = 50
ERROR_FILE_EXISTS = 80
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_ALREADY_EXISTS = 183
ERROR_MORE_DATA = 234
ERROR_NO_MORE_ITEMS = 259
ERROR_CANCELLED = 1223

SEVERITY_SUCCESS = 0
SEVERITY_ERROR = 1
FACILITY_NULL = 0
FACILITY_RPC = 1
FACILITY_DISPATCH = 2
FACILITY_STORAGE = 3
FACILITY_ITF = 4
FACILITY_WIN32 = 7
FACILITY_WINDOWS = 8
FACILITY_CONTROL = 10
NOERROR = 0


def SUCCEEDED(Status):
    return Status >= 0


def FAILED(Status):
    return Status < 0


def HRESULT_CODE(hr):
    return hr & 0xFFFF


def SCODE_CODE(sc):
    return sc & 0xFFFF


def HRESULT_FACILITY(hr):
    return (hr >> 16) & 0x1FFF


def SCODE_FACILITY(sc):
    return (sc >> 16) & 0x1FFF


def HRESULT_SEVERITY(hr):
    return (hr >> 31) & 1


def SCODE_SEVERITY(sc):
    return (sc >> 31) & 1


def HRESULT_FROM_WIN32(scode):
    if scode <= 0:
        return scode
    return ((scode & 0xFFFF) | (FACILITY_WIN32 << 16) | 0x80000000) - 0x1_0000_0000


def GetScode(hr):
    return hr


def ResultFromScode(sc):
    return sc
