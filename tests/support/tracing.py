# SPDX-License-Identifier: MIT
"""Which system calls a command makes, as strace saw them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Sequence

import pytest


def strace(command: Sequence[str | os.PathLike], calls: str, log: Path, *, flags: Sequence[str] = (),
           env: dict[str, str] | None = None, **options) -> str:
    """
    Runs a command, which must succeed, and its children under strace; the lines of the log are those of `calls`.
    `flags` are more options of strace.
    """
    if not shutil.which("strace"):
        pytest.skip("no strace")
    environment = dict(os.environ if env is None else env)
    # The leak detector traces the process too, and there can be only one who does.
    environment["ASAN_OPTIONS"] = "%s:detect_leaks=0" % environment.get("ASAN_OPTIONS", "")
    result = subprocess.run(["strace", "-f", "-qq", *flags, "-e", "trace=" + calls, "-o", log, *command], env=environment, text=True,
                            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, **options)
    if "ptrace" in result.stderr:
        pytest.skip("strace is not allowed to trace here: " + result.stderr.strip())
    assert result.returncode == 0, result.stderr
    return log.read_text(errors="replace")
