# SPDX-License-Identifier: MIT
"""Many at once: on one target and on different ones, with a cold store, with different options and different Pythons."""

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

from support.environments import read_configuration, run_inside, sample_wheel, site_packages
from support.faults import staging
from support.tree import snapshot

NUMBERS = [2, 8, 64]


def start(cvenv: str, *arguments, **options) -> subprocess.Popen:
    return subprocess.Popen([cvenv, *map(os.fspath, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **options)


def all_succeed(processes: list[subprocess.Popen]) -> None:
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [(process.returncode, text) for process, text in zip(processes, said)] == [(0, "")] * len(processes)


@pytest.mark.parametrize("existing", [False, True], ids=["new", "existing"])
@pytest.mark.parametrize("options", [[], ["--without-pip"], ["--clear"], ["--upgrade"]], ids=" ".join)
@pytest.mark.parametrize("number", NUMBERS)
def test_same_target(number, options, existing, python, cvenv, run_cvenv, reference, tmp_path):
    """One makes it, the others wait for it and do it again: everybody succeeds, and it is whole."""
    run_cvenv(tmp_path / "warm/env", interpreter=python)
    if existing:
        run_cvenv(*options[:0], tmp_path / "env", interpreter=python)
    plain = ["--without-pip"] if options == ["--without-pip"] and not existing else []
    all_succeed([start(cvenv, "-p", python.path, *options, tmp_path / "env") for _ in range(number)])
    if options == ["--upgrade"] and not existing:
        run_cvenv(tmp_path / "env", interpreter=python)  # it leaves out the activators
    reference.assert_whole(tmp_path / "env", *plain, interpreter=python)
    assert staging(tmp_path, tmp_path / "env") == []


@pytest.mark.parametrize("number", NUMBERS)
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


def test_different_pythons(interpreters, cvenv, run_cvenv, tmp_path):
    """In the end it is the environment of one of them, and no hybrid."""
    chosen = [one for one in interpreters if one.is_cpython and one.has_venv and not one.extra][-3:]
    if len({one.version for one in chosen}) < 2:
        pytest.skip("fewer than two Pythons")
    for one in chosen:
        run_cvenv(tmp_path / one.id, interpreter=one)
    for _ in range(3):
        all_succeed([start(cvenv, "-p", one.path, tmp_path / "env") for one in chosen * 3])
        version = read_configuration(tmp_path / "env")["version"]
        (winner,) = [one for one in chosen if ".".join(map(str, one.version)) == version]
        for link in (tmp_path / "env/bin").glob("python*"):
            assert os.path.realpath(link) == os.path.realpath(winner.path)
        inside = run_inside(tmp_path / "env", winner, "-m", "pip", "--version").stdout
        assert "(python %s)" % winner.short_version in inside


@pytest.mark.parametrize("number", [2, 8, pytest.param(64, marks=pytest.mark.thorough)])
def test_cold_store(number, python, cvenv, fresh_cache, reference, tmp_path):
    """Whoever is first builds the entry, all others wait for it: it is built once."""
    all_succeed([start(cvenv, "-p", python.path, tmp_path / str(i) / "env") for i in range(number)])
    entries = [path.name for path in (fresh_cache / "cvenv/wheels-1").iterdir() if not path.name.startswith("index-")]
    assert len({name.split("-")[0] for name in entries}) == len(entries)
    assert not any(name.startswith(".") for name in entries)
    inodes = set()
    for i in range(number):
        (code,) = (site_packages(tmp_path / str(i) / "env") / "pip/__pycache__").glob("__main__.*.pyc")
        inodes.add(code.stat().st_ino if code.stat().st_nlink > 1 else None)
        reference.assert_whole(tmp_path / str(i) / "env", interpreter=python)
    assert len(inodes) == 1


def test_killed_builder_of_the_store(python, cvenv, fresh_cache, reference, tmp_path):
    """The others go on without it, and nothing that it began is ever used."""
    first = start(cvenv, "-p", python.path, tmp_path / "first/env")
    building = fresh_cache / "cvenv/wheels-1"
    while not (building.exists() and any(name.startswith(".new-") for name in os.listdir(building))):
        assert first.poll() is None
    others = [start(cvenv, "-p", python.path, tmp_path / str(i) / "env") for i in range(3)]
    time.sleep(0.05)
    first.kill()
    all_succeed(others)
    for i in range(3):
        reference.assert_whole(tmp_path / str(i) / "env", interpreter=python)
    first.communicate()


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


def test_the_living_are_left_alone(cvenv, run_cvenv, tmp_path):
    """A staging directory whose owner lives is not taken away by others."""
    run_cvenv("--without-pip", tmp_path / "env")
    alive = tmp_path / ".env.cvenv-aaaaaaaa"
    (alive / "tree-1").mkdir(parents=True)
    descriptor = os.open(alive, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    run_cvenv("--without-pip", "--clear", tmp_path / "env")
    assert alive.exists()
    os.close(descriptor)
    run_cvenv("--without-pip", "--clear", tmp_path / "env")
    assert os.listdir(tmp_path) == ["env"]
