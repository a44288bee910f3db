# SPDX-License-Identifier: MIT
"""The extension over time, in threads, under signals and in subinterpreters."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).resolve().parent / "programs"


def run(module, interpreter, program, *arguments):
    result = module.run(interpreter, str(PROGRAMS / program), *map(str, arguments))
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc")
def test_memory_stays(cpython, replacement, tmp_path, thorough):
    grown = int(run(replacement, cpython, "many.py", tmp_path, 10000 if thorough else 400))
    assert grown < 512


def test_collected_at_any_time(cpython, replacement):
    """The collector may run while the extension is being imported."""
    program = ("import gc, sys; gc.set_threshold(1); from cvenv import _making; "
               "del sys.modules['cvenv._cvenv']; gc.collect()")
    result = replacement.run(cpython, "-c", program)
    assert result.returncode == 0, result.stderr


def test_threads(cpython, replacement, tmp_path):
    ticks = int(run(replacement, cpython, "threads.py", tmp_path))
    for name in [path.name for path in tmp_path.iterdir()]:
        assert (tmp_path / name / "bin" / "activate").exists(), name
    assert len(list(tmp_path.iterdir())) == 33
    assert ticks > 1000, "the main thread waited while others made environments"


@pytest.mark.parametrize("hooked", [False, True], ids=["plain", "hooked"])
def test_interrupted(python, replacement, tmp_path, thorough, hooked):
    seed = random.Random(5)
    for attempt in range(40 if thorough else 8):
        directory = tmp_path / str(attempt)
        directory.mkdir()
        environment = python.environment(PYTHONPATH=os.pathsep.join(replacement.path))
        command = [python.path, str(PROGRAMS / "interrupted.py"), str(directory), *["hooked"][:hooked]]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True,
                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(seed.uniform(0, 0.05))
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        assert out.strip() == "[] True True"


def test_subinterpreter(cpython, replacement, tmp_path):
    answer = run(replacement, cpython, "subinterpreter.py", tmp_path)
    refused = "refused: module cvenv._cvenv does not support loading in subinterpreters"
    assert answer == "made" or answer.startswith(refused)
    assert (tmp_path / "after" / "pyvenv.cfg").exists()
