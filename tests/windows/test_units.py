# SPDX-License-Identifier: MIT
"""The unit tests in C, as programs for Windows."""

from __future__ import annotations

from pathlib import Path

import pytest

NAMES = ("activation", "archive", "config", "entry_points", "error", "paths_win32", "quote", "record", "wheel", "disk_win32")


@pytest.mark.parametrize("name", NAMES)
def test_unit(wine, windows_build: Path, tmp_path: Path, name: str) -> None:
    programs = windows_build / "tests" / "windows"
    said = wine.run(programs / ("test_%s.exe" % name), cwd=tmp_path, env={"TEST_PROGRAMS": wine.path(programs)}).stdout
    assert "passed " in said and "failed " not in said
