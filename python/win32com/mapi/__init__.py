# SPDX-License-Identifier: MIT
"""Extended MAPI."""
