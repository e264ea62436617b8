# SPDX-License-Identifier: MIT
"""Result codes and what they are made of, under pywin32's names."""
from _winerror_codes import *

ERROR_SUCCESS: int
NO_ERROR: int
ERROR_FILE_NOT_FOUND: int
ERROR_PATH_NOT_FOUND: int
ERROR_ACCESS_DENIED: int
ERROR_INVALID_HANDLE: int
ERROR_NOT_ENOUGH_MEMORY: int
ERROR_INVALID_DATA: int
ERROR_OUTOFMEMORY: int
ERROR_NOT_READY: int
ERROR_SHARING_VIOLATION: int
ERROR_NOT_SUPPORTED: int
ERROR_FILE_EXISTS: int
ERROR_INVALID_PARAMETER: int
ERROR_INSUFFICIENT_BUFFER: int
ERROR_ALREADY_EXISTS: int
ERROR_MORE_DATA: int
ERROR_NO_MORE_ITEMS: int
ERROR_CANCELLED: int
SEVERITY_SUCCESS: int
SEVERITY_ERROR: int
FACILITY_NULL: int
FACILITY_RPC: int
FACILITY_DISPATCH: int
FACILITY_STORAGE: int
FACILITY_ITF: int
FACILITY_WIN32: int
FACILITY_WINDOWS: int
FACILITY_CONTROL: int
NOERROR: int

def SUCCEEDED(Status: int) -> bool: ...
def FAILED(Status: int) -> bool: ...
def HRESULT_CODE(hr: int) -> int: ...
def SCODE_CODE(sc: int) -> int: ...
def HRESULT_FACILITY(hr: int) -> int: ...
def SCODE_FACILITY(sc: int) -> int: ...
def HRESULT_SEVERITY(hr: int) -> int: ...
def SCODE_SEVERITY(sc: int) -> int: ...
def HRESULT_FROM_WIN32(scode: int) -> int: ...
def GetScode(hr: int) -> int: ...
def ResultFromScode(sc: int) -> int: ...
