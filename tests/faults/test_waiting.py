# SPDX-License-Identifier: MIT
"""Who waits for whom: one at a time works on a target, and who uses it does not notice."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.environments import read_configuration, run_inside, sample_wheel
from support.faults import staging
from support.tree import snapshot


def start(cvenv: str, *arguments, **options) -> subprocess.Popen:
    return subprocess.Popen([cvenv, *map(os.fspath, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **options)


def all_succeed(processes: list[subprocess.Popen]) -> None:
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [(process.returncode, text) for process, text in zip(processes, said)] == [(0, "")] * len(processes)


@pytest.mark.parametrize("number", [2, 8, 64])
def test_different_options(number, python, cvenv, run_cvenv, tmp_path):
    """Whose prompt wins is anybody's guess, but in all files the same one does."""
    choices = [["--prompt", "p%d" % i] for i in range(number)]
    variants = [[], ["--copies"], ["--clear"], ["--system-site-packages"]]
    for i, choice in enumerate(choices):
        choice += variants[i % len(variants)]
    run_cvenv(tmp_path / "warm", interpreter=python)
    all_succeed([start(cvenv, "-p", python.path, *choice, tmp_path / "env") for choice in choices])
    configuration = read_configuration(tmp_path / "env")
    prompt = configuration["prompt"].strip("'")
    (choice,) = [choice for choice in choices if choice[1] == prompt]
    assert (configuration["include-system-site-packages"] == "true") == ("--system-site-packages" in choice)
    assert (tmp_path / "env/bin/python").is_symlink() == ("--copies" not in choice)
    for name in ("activate", "activate.csh", "activate.fish"):
        assert re.search(r"\b%s\b" % prompt, (tmp_path / "env/bin" / name).read_text()), name
    assert run_inside(tmp_path / "env", python, "-m", "pip", "--version").stdout
    assert staging(tmp_path, tmp_path / "env") == []


@pytest.mark.parametrize("options", [[], ["--clear"], ["--upgrade"]], ids=" ".join)
def test_used_meanwhile(options, python, cvenv, run_cvenv, reference, tmp_path):
    """Programs that run in the environment do not notice that it is made again."""
    environment = tmp_path / "env"
    run_cvenv(environment, interpreter=python)
    ended, failed = threading.Event(), []

    def use() -> None:
        while not ended.is_set():
            result = run_inside(environment, python, "-m", "pip", "list", check=False)
            if result.returncode:
                failed.append(result.stderr)

    users = [threading.Thread(target=use) for _ in range(2)]
    for user in users:
        user.start()
    for _ in range(20):
        run_cvenv(*options, environment, interpreter=python)
    ended.set()
    for user in users:
        user.join()
    assert failed == []
    reference.assert_whole(environment, interpreter=python)


def test_installing_meanwhile(python, run_cvenv, tmp_path):
    """What pip installs while the environment is made again stays."""
    environment = tmp_path / "env"
    run_cvenv(environment, interpreter=python)
    wheel = sample_wheel(tmp_path / "wheels")
    command = [environment / "bin/python", "-m", "pip", "install", "--no-index", "--force-reinstall", wheel]
    pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while pip.poll() is None:
        run_cvenv(environment, interpreter=python)
    assert pip.returncode == 0, pip.communicate()[0]
    pip.communicate()
    assert subprocess.check_output([environment / "bin/sample"], text=True).strip() == str(environment)


# ---- waiting -----------------------------------------------------------------------------------------------------------


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
    message = "Error: %s: another run has been working there for a minute: Device or resource busy\n"
    assert result.stderr == message % (tmp_path / "env")
