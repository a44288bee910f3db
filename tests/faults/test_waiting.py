# SPDX-License-Identifier: MIT
"""Who waits for whom: one at a time works on a target, and what a living one is making is left to it."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time

import pytest

from support.faults import staging
from support.tracing import stopped_at
from support.tree import snapshot


def start(cvenv: str, *arguments, **options) -> subprocess.Popen:
    return subprocess.Popen([cvenv, *map(os.fspath, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **options)


@pytest.fixture
def held(tmp_path, run_cvenv) -> int:
    """A descriptor that holds the lock of tmp_path/env, an environment."""
    run_cvenv("--without-pip", tmp_path / "env")
    descriptor = os.open(tmp_path / "env", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize("option", ["--without-pip", "--clear", "--upgrade"])
def test_waits(option, held, cvenv, tmp_path):
    before = snapshot(tmp_path)
    process = start(cvenv, option, "--without-pip", tmp_path / "env")
    time.sleep(0.3)
    assert process.poll() is None
    assert snapshot(tmp_path) == before
    fcntl.flock(held, fcntl.LOCK_UN)
    assert process.communicate(timeout=20) == ("", None)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_waiting(number, held, cvenv, tmp_path):
    before = snapshot(tmp_path)
    process = start(cvenv, "--clear", "--without-pip", tmp_path / "env",
                    preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))  # it may be ignored where the tests run
    time.sleep(0.2)
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode == -number
    assert snapshot(tmp_path) == before


@pytest.mark.thorough
def test_does_not_wait_for_ever(held, run_cvenv, tmp_path):
    result = run_cvenv("--without-pip", tmp_path / "env", check=False)
    assert result.returncode == 1
    message = "Error: %s: another run has been working there for a minute: " % (tmp_path / "env")
    assert result.stderr in (message + "Device or resource busy\n", message + "Resource busy\n")  # glibc, musl


@pytest.mark.parametrize("number", [signal.SIGCONT, signal.SIGKILL])
def test_staging_directories_of_others(number, cvenv, run_cvenv, reference, tmp_path):
    """What somebody who lives is making is left alone; what a dead one has left is removed."""
    (tmp_path / "work").mkdir()
    environment = tmp_path / "work/env"
    # It holds the lock of its staging directory.
    slow = stopped_at("symlinkat", [cvenv, "--without-pip", environment], tmp_path / "log")
    before = staging(environment.parent)
    assert len(before) == 1
    run_cvenv("--without-pip", environment)
    reference.assert_whole(environment, "--without-pip")
    assert staging(environment.parent) == before
    slow.send_signal(number)
    slow.communicate(timeout=60)
    assert slow.returncode == (0 if number == signal.SIGCONT else -signal.SIGKILL)
    if number == signal.SIGKILL:
        assert staging(environment.parent) == before
        run_cvenv("--without-pip", environment)
    reference.assert_whole(environment, "--without-pip")
    assert staging(environment.parent, environment) == []
