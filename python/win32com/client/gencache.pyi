# SPDX-License-Identifier: MIT
"""Type libraries, of which there are none here."""
from typing import Any, NoReturn

def EnsureDispatch(prog_id: Any, bForDemand: int = 1) -> NoReturn: ...
def EnsureModule(
    typelibCLSID: object, lcid: int, major: int, minor: int, progressInstance: object = None,
    *arguments: object, **options: object) -> None: ...
