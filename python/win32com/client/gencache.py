# SPDX-License-Identifier: MIT
"""Type libraries, of which there are none here."""
from win32com.client import Dispatch as _Dispatch


def EnsureDispatch(prog_id, bForDemand=1):
    """As win32com.client.Dispatch: always com_error."""
    _Dispatch(prog_id)


def EnsureModule(typelibCLSID, lcid, major, minor, progressInstance=None, *arguments, **options):
    """None: the type library is not there."""
