# SPDX-License-Identifier: MIT
"""Runs the cases under every Python, with venv and with cvenv in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CASES = sorted(path.stem for path in (HERE / "cases").glob("[a-z]*.py"))


@pytest.mark.parametrize("case", CASES)
def test_case(case, cpython, module):
    result = module.run(cpython, "-m", "unittest", "-v", "cases.%s" % case, cwd=HERE)
    ran = "OK" in result.stderr.splitlines()[-1] if result.stderr else False
    assert result.returncode == 0 and ran, "\n%s\n%s" % (result.stdout, result.stderr)
