# SPDX-License-Identifier: MIT
"""What a warm run may cost: no other process, and little memory."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.interpreters import Interpreter
from support.tracing import strace

OPTIONS = [[], ["--without-pip"], ["--copies"], ["--prompt", "a b"]]
# A thread is made with this flag; a process is not.
NEW_THREAD = "CLONE_THREAD"


def processes_of(command: list[str], interpreter: Interpreter, log: Path) -> list[str]:
    """The calls by which a command started a program or a process."""
    lines = strace(command, "execve,execveat,fork,vfork,clone,clone3", log, env=interpreter.environment())
    calls = re.findall(r"^.*\b(?:execve|execveat|fork|vfork|clone|clone3)\(.*$", lines, re.MULTILINE)
    return [call for call in calls if NEW_THREAD not in call][1:]  # the first is the start of the command itself


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_starts_no_process_when_warm(options, some_interpreter, cvenv, run_cvenv, tmp_path):
    run_cvenv(tmp_path / "first", interpreter=some_interpreter)
    command = [cvenv, "-p", some_interpreter.path, *options, str(tmp_path / "second")]
    assert processes_of(command, some_interpreter, tmp_path / "log") == []
    assert (tmp_path / "second/pyvenv.cfg").exists()


def test_the_trace_sees_processes(python, cvenv, fresh_cache, tmp_path):
    """Cold, the interpreter is asked and pip compiled: were nothing seen here, the test above would show nothing."""
    command = [cvenv, "-p", python.path, str(tmp_path / "env")]
    assert processes_of(command, python, tmp_path / "log") != []


@pytest.mark.parametrize("options", [[], ["--without-pip"]], ids=" ".join)
def test_memory_when_warm(options, python, cvenv, run_cvenv, tmp_path):
    """At most 16 MiB. time(1) asks, because a child of a large process is counted with that process's memory."""
    if not os.access("/usr/bin/time", os.X_OK):
        pytest.skip("no /usr/bin/time")
    run_cvenv(tmp_path / "first", interpreter=python)
    result = subprocess.run(["/usr/bin/time", "-f", "%M", cvenv, "-p", python.path, *options, str(tmp_path / "second")],
                            text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
    assert int(result.stderr.split()[-1]) <= 16 * 1024
