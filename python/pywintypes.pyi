# SPDX-License-Identifier: MIT
"""The types that pywin32's modules share, as far as MAPI needs them."""
import datetime as _datetime
from typing import Any

from _emapi import PyIID

class error(Exception):
    winerror: int | None
    funcname: str | None
    strerror: str | None

class com_error(Exception):
    hresult: int
    strerror: str | None
    excepinfo: Any
    argerror: int | None

class datetime(_datetime.datetime):
    def Format(self, fmt: str = "%c") -> str: ...

IIDType = PyIID
IID = PyIID
TimeType = datetime
UnicodeType = str

def CreateGuid() -> PyIID: ...
def Time(value: Any, *rest: int) -> datetime: ...
def TimeStamp(value: float) -> datetime: ...
def Unicode(value: object) -> str: ...
