# SPDX-License-Identifier: MIT
"""Python objects as COM interfaces."""
from typing import Any

import pythoncom as pythoncom
from _emapi import PyIID, PyIUnknown

def wrap(
    ob: object, iid: PyIID | str | None = None, usePolicy: object = None, useDispatcher: object = None,
) -> Any: ...
def unwrap(ob: PyIUnknown) -> Any: ...
