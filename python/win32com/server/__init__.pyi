# SPDX-License-Identifier: MIT
"""Python objects as COM objects."""
