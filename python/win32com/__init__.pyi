# SPDX-License-Identifier: MIT
"""pywin32's package of COM support, as far as MAPI's scripts use it."""
import pythoncom as pythoncom

__gen_path__: str
__build_path__: str | None

def SetupEnvironment() -> None: ...
def __PackageSupportBuildPath__(package_path: str) -> None: ...
