# SPDX-License-Identifier: MIT
"""What a warm run may cost: no other process, and little memory."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from support.interpreters import Interpreter

OPTIONS = [[], ["--without-pip"], ["--copies"], ["--prompt", "a b"]]
# A thread is made with this flag; a process is not.
NEW_THREAD = "CLONE_THREAD"


def started_processes(log: str) -> list[str]:
    """The lines of strace's log in which a program or a process was started, but for the first: the command itself."""
    calls = re.findall(r"^.*\b(?:execve|execveat|fork|vfork|clone|clone3)\(.*$", log, re.MULTILINE)
    return [call for call in calls if NEW_THREAD not in call][1:]


def trace(command: list[str], interpreter: Interpreter, log) -> str:
    """Runs the command under strace; the log of what it started."""
    if not shutil.which("strace"):
        pytest.skip("no strace")
    calls = "trace=execve,execveat,fork,vfork,clone,clone3"
    result = subprocess.run(["strace", "-f", "-qq", "-e", calls, "-o", str(log), *command], text=True, timeout=120,
                            env=interpreter.environment(), stdin=subprocess.DEVNULL, capture_output=True)
    if "ptrace" in result.stderr:
        pytest.skip("strace is not allowed to trace here: " + result.stderr.strip())
    assert result.returncode == 0, result.stderr
    return log.read_text(errors="replace")


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_starts_no_process_when_warm(options, some_interpreter, cvenv, run_cvenv, tmp_path):
    run_cvenv(tmp_path / "first", interpreter=some_interpreter)
    command = [cvenv, "-p", some_interpreter.path, *options, str(tmp_path / "second")]
    assert started_processes(trace(command, some_interpreter, tmp_path / "log")) == []
    assert (tmp_path / "second/pyvenv.cfg").exists()


def test_the_trace_sees_processes(python, cvenv, fresh_cache, tmp_path):
    """Cold, the interpreter is asked and pip compiled: were nothing seen here, the test above would show nothing."""
    command = [cvenv, "-p", python.path, str(tmp_path / "env")]
    assert started_processes(trace(command, python, tmp_path / "log")) != []


@pytest.mark.parametrize("options", [[], ["--without-pip"]], ids=" ".join)
def test_memory_when_warm(options, python, cvenv, run_cvenv, tmp_path):
    """At most 16 MiB. time(1) asks, because a child of a large process is counted with that process's memory."""
    if not os.access("/usr/bin/time", os.X_OK):
        pytest.skip("no /usr/bin/time")
    run_cvenv(tmp_path / "first", interpreter=python)
    result = subprocess.run(["/usr/bin/time", "-f", "%M", cvenv, "-p", python.path, *options, str(tmp_path / "second")],
                            text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
    assert int(result.stderr.split()[-1]) <= 16 * 1024
