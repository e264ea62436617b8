# SPDX-License-Identifier: MIT
"""Objects by name, of which there are none here."""
from typing import Any, NoReturn

constants: Any

def Dispatch(
    dispatch: Any, userName: object = None, resultCLSID: object = None, typeinfo: object = None,
    clsctx: int | None = None,
) -> NoReturn: ...
def DispatchEx(
    clsid: Any, machine: object = None, userName: object = None, resultCLSID: object = None,
    typeinfo: object = None, clsctx: int | None = None,
) -> NoReturn: ...
def DispatchWithEvents(clsid: Any, user_event_class: type) -> NoReturn: ...
def GetObject(
    Pathname: str | None = None, Class: Any = None, clsctx: int | None = None) -> NoReturn: ...
def GetActiveObject(Class: Any, clsctx: int | None = None) -> NoReturn: ...
