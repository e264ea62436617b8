# SPDX-License-Identifier: MIT
"""pywin32's package of COM support, as far as MAPI's scripts use it."""
import os as _os
import tempfile as _tempfile

import pythoncom

__gen_path__ = _os.path.join(_tempfile.gettempdir(), "gen_py")
__build_path__ = None


def SetupEnvironment():
    """There are no extension folders to look up: win32com.mapi lies within the package."""


def __PackageSupportBuildPath__(package_path):
    """There are no build folders."""
