# SPDX-License-Identifier: MIT
"""The types that pywin32's modules share, as far as MAPI needs them."""
import uuid as _uuid

from _emapi_types import com_error, datetime, error
from _emapi_types import time as Time
from _emapi import PyIID as IIDType

TimeType = datetime
IID = IIDType
UnicodeType = str


def CreateGuid():
    """A new IID."""
    return IID("{%s}" % _uuid.uuid4())


def Unicode(value):
    return str(value)


def TimeStamp(value):
    """A time from seconds since 1970."""
    return Time(value)
