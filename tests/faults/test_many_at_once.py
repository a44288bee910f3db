# SPDX-License-Identifier: MIT
"""
Many processes at once, on one target and on many: whoever succeeds leaves something whole, whoever does not says why.

Many threads of one process: many.c.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable

import pytest

from support.environments import bad_bytecode, pip, read_configuration, run_inside, sample_wheel
from support.faults import staging
from support.interpreters import Interpreter, ordinary
from support.tracing import strace

PLAIN = ["--without-pip"]
VARIANTS = [[], ["--copies"], ["--clear"], ["--system-site-packages"]]
SENTENCE = re.compile(r"Error: [^\n]+\n")


class Crowd:
    """Processes of the command that run at the same time."""

    def __init__(self, cvenv: str) -> None:
        self.cvenv = cvenv
        self.running: list[subprocess.Popen] = []

    def start(self, *arguments, interpreter: Interpreter) -> subprocess.Popen:
        command = [self.cvenv, "-p", interpreter.path, *map(os.fspath, arguments)]
        process = subprocess.Popen(command, env=interpreter.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.running.append(process)
        return process

    def finish(self) -> list[subprocess.Popen]:
        """Waits for all; those that succeeded. The others must have said why, in one sentence."""
        succeeded = []
        for process in self.running:
            output, errors = process.communicate(timeout=120)
            assert output == ""
            if process.returncode == 0:
                assert errors == ""
                succeeded.append(process)
            else:
                assert process.returncode == 1, (process.returncode, errors)
                assert SENTENCE.fullmatch(errors), errors
        self.running = []
        return succeeded


@pytest.fixture
def crowd(cvenv):
    made = Crowd(cvenv)
    yield made
    for process in made.running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def others(interpreters) -> list[Interpreter]:
    """Three Pythons of different versions."""
    usable = [one for one in interpreters if one.is_cpython and one.has_venv and not one.extra and one.version >= (3, 8)]
    found = list({one.short_version: one for one in usable}.values())[-3:]
    if len(found) < 2:
        pytest.skip("only one Python on this machine")
    return found


def assert_works(environment: Path, interpreter: Interpreter, with_pip: bool) -> None:
    """As its user would find out; its configuration is about the Python that runs."""
    settings = read_configuration(environment)
    answer = run_inside(environment, interpreter, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.prefix)")
    assert answer.stdout.splitlines() == [settings["version"], str(environment)]
    short = settings["version"].rpartition(".")[0]
    assert (environment / "bin" / ("python" + short)).exists()
    assert (environment / "lib" / ("python" + short) / "site-packages").is_dir()
    if (environment / "bin/python").is_symlink():
        assert Path(settings["executable"]).resolve() == (environment / "bin/python").resolve()
    script = '. "$1/bin/activate" && test "$VIRTUAL_ENV" = "$1" && command -v python'
    shown = subprocess.run(["sh", "-c", script, "sh", environment], check=True, capture_output=True, text=True).stdout
    assert shown == "%s/bin/python\n" % environment
    if with_pip:
        assert "No broken requirements" in pip(environment, interpreter, "check")
        assert subprocess.run([environment / "bin/pip", "--version"], env=interpreter.environment(), capture_output=True).returncode == 0
        assert bad_bytecode(environment, interpreter) == []


def more(*counts: int) -> list:
    """Numbers of processes that take long."""
    return [pytest.param(count, marks=pytest.mark.thorough) for count in counts]


@pytest.mark.parametrize("count", [2, 8, 64])
@pytest.mark.parametrize("options", [PLAIN, [*PLAIN, "--clear"]], ids=["create", "clear"])
def test_same_options(options, count, crowd, python, reference, tmp_path):
    """All succeed, one after the other, and the last leaves what one alone would have left."""
    for _ in range(count):
        crowd.start(*options, tmp_path / "env", interpreter=python)
    assert len(crowd.finish()) == count
    reference.assert_whole(tmp_path / "env", *PLAIN, interpreter=python)
    assert_works(tmp_path / "env", python, False)
    assert staging(tmp_path, tmp_path / "env") == []


@pytest.mark.parametrize("count", [4, *more(2, 8, 64)])
@pytest.mark.parametrize("options", [[], ["--clear"]], ids=["create", "clear"])
def test_same_options_with_pip(options, count, crowd, python, reference, tmp_path):
    for _ in range(count):
        crowd.start(*options, tmp_path / "env", interpreter=python)
    assert len(crowd.finish()) == count
    reference.assert_whole(tmp_path / "env", interpreter=python)
    assert_works(tmp_path / "env", python, True)
    assert staging(tmp_path, tmp_path / "env") == []


@pytest.mark.parametrize("count", [2, 8, 64])
def test_different_options(count, crowd, python, tmp_path):
    """Whose prompt wins is anybody's guess, but in all files the same one does."""
    choices = [[*PLAIN, "--prompt", "p%d" % number, *VARIANTS[number % len(VARIANTS)]] for number in range(count)]
    for choice in choices:
        crowd.start(*choice, tmp_path / "env", interpreter=python)
    assert len(crowd.finish()) == count
    configuration = read_configuration(tmp_path / "env")
    prompt = configuration["prompt"].strip("'")
    (choice,) = [choice for choice in choices if choice[2] == prompt]
    assert (configuration["include-system-site-packages"] == "true") == ("--system-site-packages" in choice)
    assert (tmp_path / "env/bin/python").is_symlink() == ("--copies" not in choice)
    for name in ("activate", "activate.csh", "activate.fish"):
        assert re.search(r"\b%s\b" % prompt, (tmp_path / "env/bin" / name).read_text()), name
    assert_works(tmp_path / "env", python, False)
    assert staging(tmp_path, tmp_path / "env") == []


def test_with_and_without_pip(crowd, python, tmp_path):
    """Who wants pip gets it, whoever comes later without."""
    for number in range(8):
        crowd.start(*([PLAIN, [], ["--upgrade"], ["--copies"]][number % 4]), tmp_path / "env", interpreter=python)
    assert len(crowd.finish()) == 8
    assert_works(tmp_path / "env", python, True)
    assert staging(tmp_path, tmp_path / "env") == []


@pytest.mark.parametrize("count", [2, 8, *more(64)])
@pytest.mark.parametrize("options", [PLAIN, [*PLAIN, "--clear"]], ids=["create", "clear"])
def test_different_pythons(options, count, crowd, others, reference, tmp_path):
    """The environment is that of one of them: its programs, its configuration and its directories agree."""
    for number in range(count):
        crowd.start(*options, tmp_path / "env", interpreter=others[number % len(others)])
    assert len(crowd.finish()) == count
    version = read_configuration(tmp_path / "env")["version"]
    (winner,) = [one for one in others if "%d.%d.%d" % one.version == version]
    assert_works(tmp_path / "env", winner, False)
    if "--clear" in options:  # without it, what is installed for another Python stays
        reference.assert_whole(tmp_path / "env", *PLAIN, interpreter=winner)
    assert staging(tmp_path, tmp_path / "env") == []


@pytest.mark.parametrize("count", [8, *more(2, 64)])
def test_cold_store(count, cvenv, fresh_cache, python, reference, tmp_path):
    """On different targets: one compiles, the others wait for what it makes."""
    alone = started_compilers(cvenv, python, tmp_path / "alone", 1, tmp_path / "log-alone")
    entries = [path.name for path in (fresh_cache / "cvenv/wheels-1").iterdir() if path.is_dir()]
    shutil.rmtree(fresh_cache / "cvenv")
    assert started_compilers(cvenv, python, tmp_path / "many", count, tmp_path / "log-many") == alone
    assert sorted(path.name for path in (fresh_cache / "cvenv/wheels-1").iterdir() if path.is_dir()) == sorted(entries)
    for number in range(count):
        reference.assert_whole(tmp_path / "many" / str(number) / "env", interpreter=python)
        assert staging(tmp_path / "many" / str(number)) == []
    assert_works(tmp_path / "many/0/env", python, True)


def started_compilers(cvenv: str, python: Interpreter, directory: Path, count: int, log: Path) -> int:
    """How many processes were started to compile while so many environments were made at once."""
    script = 'n=$3; while [ $n -gt 0 ]; do n=$((n - 1)); "$1" -p "$2" "$4/$n/env" & done; wait'
    lines = strace(["sh", "-c", script, "sh", cvenv, python.path, str(count), directory], "execve", log)
    compilers = len([line for line in lines.splitlines() if '"-W", "ignore", "-c"' in line and "= -1" not in line])
    assert compilers > 0
    return compilers


class Loop(threading.Thread):
    """Does something over and over until it is stopped."""

    def __init__(self, action: Callable[[], None]) -> None:
        super().__init__()
        self.action, self.stopped, self.rounds = action, threading.Event(), 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while self.rounds == 0 or not self.stopped.is_set():
                self.action()
                self.rounds += 1
        except BaseException as failure:  # handed on by end()
            self.failure = failure

    def end(self) -> None:
        self.stopped.set()
        self.join()
        if self.failure:
            raise self.failure


@pytest.mark.parametrize("options", [[], ["--clear"]], ids=["create", "clear"])
def test_removers_and_users(options, run_cvenv, crowd, python, reference, thorough, tmp_path):
    """Somebody removes it, somebody runs pip in it: what is made afterwards is whole, and nothing is left over."""
    environment = tmp_path / "env"
    run_cvenv(environment, interpreter=python)

    def use() -> None:
        if (environment / "bin/python").exists():
            command = [environment / "bin/python", "-m", "pip", "--version"]
            try:
                subprocess.run(command, env=python.environment(), capture_output=True, timeout=60, cwd="/")
            except OSError:  # it was removed meanwhile
                pass

    def remove() -> None:
        subprocess.run(["rm", "-rf", environment], stderr=subprocess.DEVNULL)
        time.sleep(0.02)

    loops = [Loop(use), Loop(remove)]
    for loop in loops:
        loop.start()
    rounds = succeeded = 0
    while rounds < (30 if thorough else 2) or (succeeded == 0 and rounds < 100):
        for _ in range(3):
            crowd.start(*options, environment, interpreter=python)
        succeeded += len(crowd.finish())
        rounds += 1
    for loop in loops:
        loop.end()
    assert succeeded > 0
    run_cvenv("--clear", environment, interpreter=python)
    reference.assert_whole(environment, interpreter=python)
    assert_works(environment, python, True)
    assert staging(tmp_path, environment) == []


@pytest.mark.parametrize("options", [[], ["--clear"], ["--upgrade"]], ids=["create", "clear", "upgrade"])
def test_used_meanwhile(options, python, run_cvenv, reference, thorough, tmp_path):
    """Programs that run in the environment do not notice that it is made again."""
    environment = tmp_path / "env"
    run_cvenv(environment, interpreter=python)
    users = [Loop(lambda: pip(environment, python, "list")) for _ in range(2)]
    for user in users:
        user.start()
    rounds = 0
    while all(user.failure is None for user in users) and (rounds < (50 if thorough else 3) or not all(user.rounds for user in users)):
        run_cvenv(*options, environment, interpreter=python)
        rounds += 1
    for user in users:
        user.end()
    reference.assert_whole(environment, interpreter=python)


def test_installing_meanwhile(python, run_cvenv, tmp_path):
    """What pip installs while the environment is made again stays."""
    environment = tmp_path / "env"
    run_cvenv(environment, interpreter=python)
    wheel = sample_wheel(tmp_path / "wheels")
    again = Loop(lambda: run_cvenv(environment, interpreter=python))
    again.start()
    pip(environment, python, "install", "--no-index", "--force-reinstall", str(wheel))
    again.end()
    assert subprocess.check_output([environment / "bin/sample"], text=True).strip() == str(environment)


@pytest.mark.thorough  # instants are chosen by chance, and a busy machine can miss them all
@pytest.mark.parametrize("options", [[], ["--clear"], ["--upgrade"]], ids=["create", "clear", "upgrade"])
def test_dead_owners(options, run_cvenv, cvenv, python, reference, tmp_path):
    """Killed at any instant: the target is absent, as it was or whole, and the next run removes what was left."""
    environment, attempts = tmp_path / "env", 50
    if options:
        run_cvenv(environment, interpreter=python)
    command = [cvenv, "-p", python.path, *options, environment]
    begin = time.monotonic()
    run_cvenv(*options, tmp_path / "timed/env", interpreter=python)
    duration, left, killed = time.monotonic() - begin, 0, 0
    chance = random.Random(12)
    for _ in range(attempts):
        if not options:
            shutil.rmtree(environment, ignore_errors=True)
        victim = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, duration))
        victim.send_signal(signal.SIGKILL)
        killed += victim.wait() == -signal.SIGKILL
        left += staging(tmp_path) != [] or (environment.exists() and staging(environment) != [])
        if options != ["--upgrade"] and environment.exists():
            reference.assert_whole(environment, interpreter=python)
    assert killed > 0 and left > 0  # otherwise nothing was tried
    run_cvenv(*options, environment, interpreter=python)
    assert staging(tmp_path, environment) == []
    reference.assert_whole(environment, interpreter=python)
    assert_works(environment, python, True)
