# SPDX-License-Identifier: MIT
"""Objects by name, of which there are none here: no Outlook, no Excel.

Many scripts import Dispatch beside win32com.mapi and use it in one corner or not at all; they run.
Who calls it gets the com_error that Windows gives where the program is not installed.
"""
import pythoncom as _pythoncom

_CO_E_CLASSSTRING = -2147221005


class _Constants:
    """Of type libraries that are loaded: none are."""

    def __getattr__(self, name):
        raise AttributeError(name)


constants = _Constants()


def Dispatch(dispatch, userName=None, resultCLSID=None, typeinfo=None, clsctx=None):
    """Always com_error "Invalid class string": the class is not installed."""
    raise _pythoncom.com_error(
        _CO_E_CLASSSTRING, f"Invalid class string: there is no {dispatch} here, only win32com.mapi "
        "(CO_E_CLASSSTRING)", None, None)


def DispatchEx(clsid, machine=None, userName=None, resultCLSID=None, typeinfo=None, clsctx=None):
    """As Dispatch."""
    Dispatch(clsid)


def DispatchWithEvents(clsid, user_event_class):
    """As Dispatch."""
    Dispatch(clsid)


def GetObject(Pathname=None, Class=None, clsctx=None):
    """As Dispatch."""
    Dispatch(Class or Pathname)


def GetActiveObject(Class, clsctx=None):
    """As Dispatch."""
    Dispatch(Class)
