# SPDX-License-Identifier: MIT
"""pywin32's package win32com.mapi."""
