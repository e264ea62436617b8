# SPDX-License-Identifier: MIT
"""COM as MAPI's scripts know it from pywin32: errors, interfaces, streams.

There are no apartments here: objects may be used from any thread, so that initialising a thread and
carrying an interface to another one do nothing.
"""
import io as _io
import time as _time
from types import SimpleNamespace as _SimpleNamespace

from _emapi_codes import NAMES as _NAMES
from _pythoncom_constants import *
from pywintypes import IID, CreateGuid, IIDType, Time, com_error
from _emapi import TypeIIDs, UnwrapObject, WrapObject, _GetGatewayCount, _GetInterfaceCount
import _emapi as _extension
import _emapi_types

error = com_error
ServerInterfaces = {}
InterfaceNames = {"IID_" + kind.__name__[2:]: iid for iid, kind in TypeIIDs.items()}
Missing = Empty = ArgNotFound = None
frozen = 0
dcom = 1

_E_NOTIMPL = -2147467263
_E_INVALIDARG = -2147024809
_REGDB_E_CLASSNOTREG = -2147221164
_MAPI_E_NO_SUPPORT = -2147221246


def _fail(hresult):
    raise _emapi_types.make_error(hresult)


def CoInitialize():
    """Nothing to do: see the module's text."""


def CoInitializeEx(flags=0):
    """Nothing to do: see the module's text."""


def CoUninitialize():
    """Nothing to do: see the module's text."""


def CoFreeUnusedLibraries():
    """Nothing to do."""


def PumpWaitingMessages(firstMessage=0, lastMessage=0):
    """Deliver the notifications that wait for this thread; 0: nobody asked to quit."""
    try:
        _extension.HrDispatchNotifications(0)
    except com_error as problem:
        if problem.hresult != _MAPI_E_NO_SUPPORT:
            raise
    return 0


def PumpMessages():
    """Waits until the program is interrupted."""
    while not PumpWaitingMessages():
        _time.sleep(0.05)


def CoCreateInstance(clsid, unkOuter, context, iid):
    """There is no registry of classes: always `class not registered`."""
    IID(clsid)
    _fail(_REGDB_E_CLASSNOTREG)


def new(name):
    """An object by name: there is no registry of classes."""
    _fail(_REGDB_E_CLASSNOTREG)


New = new


def MakeIID(text, is_bytes=False):
    return IID(text, is_bytes)


MakeTime = Time


def GetScodeString(scode):
    """The name of a result code, or its number."""
    return _NAMES.get(scode, "OLE error 0x%08x" % (scode & 0xFFFFFFFF))


def GetScodeRangeString(scode):
    return None


def GetSeverityString(scode):
    return "SEVERITY_ERROR" if scode < 0 else "SEVERITY_SUCCESS"


def GetFacilityString(scode):
    names = {0: "FACILITY_NULL", 1: "FACILITY_RPC", 2: "FACILITY_DISPATCH", 3: "FACILITY_STORAGE",
             4: "FACILITY_ITF", 7: "FACILITY_WIN32"}
    return names.get((scode >> 16) & 0x1FFF, "FACILITY_UNKNOWN")


def IsGatewayRegistered(iid):
    """Whether WrapObject() takes a Python object for this interface."""
    return int(IID(iid) in (IID_IStream, _IID_IMAPIAdviseSink))


_IID_IMAPIAdviseSink = IID("{00020302-0000-0000-C000-000000000046}")


def ObjectFromAddress(address, iid=None):
    """An interface from its address in memory cannot be checked here, and is not built."""
    _fail(_E_NOTIMPL)


def CoMarshalInterThreadInterfaceInStream(iid, unknown):
    """The interface, for CoGetInterfaceAndReleaseStream() on another thread."""
    return _SimpleNamespace(interface=unknown.QueryInterface(iid))


def CoGetInterfaceAndReleaseStream(stream, iid):
    interface, stream.interface = stream.interface, None
    if interface is None:
        _fail(_E_INVALIDARG)
    return interface.QueryInterface(iid)


class _MemoryStream:
    """The bytes behind CreateStreamOnHGlobal()."""

    def __init__(self, data=b""):
        self.file = _io.BytesIO(data)
        self.Read = self.file.read
        self.Write = self.file.write
        self.Seek = self.file.seek

    def SetSize(self, size):
        position = self.file.tell()
        held = self.file.seek(0, _io.SEEK_END)
        if size > held:
            self.file.write(bytes(size - held))
        self.file.truncate(size)
        self.file.seek(position)

    def Commit(self, flags):
        """Memory holds it already."""

    def Revert(self):
        """Not transacted: nothing to take back."""

    def Clone(self):
        clone = _MemoryStream(self.file.getvalue())
        clone.file.seek(self.file.tell())
        return clone


def CreateStreamOnHGlobal(handle=None, DeleteOnRelease=True):
    """An empty PyIStream in memory."""
    return WrapObject(_MemoryStream(), IID_IStream)


def _storage_is_not_built(*arguments):
    """Compound files (.msg) are not built yet."""
    _fail(_MAPI_E_NO_SUPPORT)


CreateILockBytesOnHGlobal = StgCreateDocfile = StgCreateDocfileOnILockBytes = _storage_is_not_built
StgOpenStorage = StgIsStorageFile = WriteClassStg = _storage_is_not_built


def connect(*arguments):
    _fail(_REGDB_E_CLASSNOTREG)


Connect = connect


def __getattr__(name):
    """The wrapper types, by pywin32's names: pythoncom.PyIStream."""
    if name.startswith("PyI"):
        return getattr(_extension, name)
    raise AttributeError(f"module 'pythoncom' has no attribute {name!r}")
