# SPDX-License-Identifier: MIT
"""Wrap a Python object as a COM object."""
import pythoncom


def wrap(ob, iid=None, usePolicy=None, useDispatcher=None):
    """The object as the interface iid, or as the first of its _com_interfaces_ that can be one."""
    for candidate in [iid] if iid is not None else getattr(ob, "_com_interfaces_", []):
        if pythoncom.IsGatewayRegistered(candidate):
            return pythoncom.WrapObject(ob, candidate)
    raise pythoncom.com_error(-2147467262, "no such interface (E_NOINTERFACE)", None, None)


def unwrap(ob):
    """The Python object behind a wrapped one."""
    return pythoncom.UnwrapObject(ob)
