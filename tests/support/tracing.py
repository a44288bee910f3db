# SPDX-License-Identifier: MIT
"""Which system calls a command makes, as strace saw them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
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


def stopped_at(call: str, command: Sequence[str | os.PathLike], log: Path, **options) -> subprocess.Popen:
    """A process that has been stopped at its first such call; SIGCONT lets it go on, until the first of another thread."""
    if not shutil.which("strace"):
        pytest.skip("no strace")
    inject = ["strace", "-D", "-f", "-o", log, "-e", "trace=" + call, "-e", "inject=%s:signal=SIGSTOP:when=1" % call]
    process = subprocess.Popen([*inject, *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}, **options)
    deadline = time.monotonic() + 60
    while not log.exists() or "stopped by SIGSTOP" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.skip("strace cannot stop it here: " + process.communicate()[1])
        time.sleep(0.01)
    return process
