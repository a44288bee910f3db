# SPDX-License-Identifier: MIT
"""Paths as Windows compares them."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import _winapi

    def _long(path: str) -> str:
        try:
            return _winapi.GetLongPathName(os.fsdecode(path))
        except OSError:
            return path

    def same_path(path1: str, path2: str) -> bool:
        """Equal but for case, or short and long names of the same."""
        if os.path.normcase(path1) == os.path.normcase(path2):
            return True
        return os.path.normcase(_long(path1)) == os.path.normcase(_long(path2))
