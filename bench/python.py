#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures calls from Python: cvenv.create beside venv.create, virtualenv.cli_run and the command, in turn.

Each contender is a Python that stays, so that what is measured is the call alone; the command is measured as a process.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import report  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cvenv-tests" / "peers"

# Reads directories and answers with the milliseconds that each call took.
WORKER = """
import sys, time
%s
print("ready", flush=True)
for line in sys.stdin:
    target = line.rstrip("\\n")
    begin = time.perf_counter_ns()
    call(target)
    print((time.perf_counter_ns() - begin) / 1e6, flush=True)
"""

PLAIN = "from {0} import create\ncall = lambda target: create(target, symlinks=True, with_pip={1})"
HOOKED = """
import cvenv
class Builder(cvenv.EnvBuilder):
    def post_setup(self, context):
        pass
call = Builder(symlinks=True, with_pip=True).create
"""
VIRTUALENV = """
import logging, virtualenv
logging.disable()
call = lambda target: virtualenv.cli_run(["--no-periodic-update", target])
"""


class Worker:
    """A Python that makes environments when it is told to."""

    def __init__(self, python: str, code: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen([python, "-c", WORKER % code], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.usable = self.process.stdout.readline() == "ready\n"

    def make(self, target: Path) -> float:
        self.process.stdin.write("%s\n" % target)
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Command:
    """The command, a process each time."""

    usable = True

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment

    def make(self, target: Path) -> float:
        begin = time.perf_counter_ns()
        subprocess.run([*self.command, str(target)], env=self.environment, check=True, stdin=subprocess.DEVNULL)
        return (time.perf_counter_ns() - begin) / 1e6

    def end(self) -> None:
        pass


def installed_package(build: Path, scratch: Path) -> Path:
    """The package as the build would install it."""
    command = ["meson", "install", "-C", str(build), "--no-rebuild", "--quiet", "--tags", "python-runtime"]
    subprocess.run([*command, "--destdir", str(scratch / "package")], check=True, stdout=subprocess.DEVNULL)
    return next((scratch / "package").rglob("cvenv/_cvenv*.so")).parent.parent


def contenders(options: argparse.Namespace, package: Path, environment: dict[str, str]) -> dict[str, tuple]:
    """By name: the contender and how many rounds it takes part in."""
    ours = {**environment, "PYTHONPATH": str(package)}
    peers = {**environment, "PYTHONPATH": os.pathsep.join(map(str, options.peers.glob("lib/python*/site-packages")))}
    command = [options.command, "-q", "-p", options.python]
    found = {
        "cvenv.create(with_pip=True)": (Worker(options.python, PLAIN.format("cvenv", True), ours), 1000),
        "EnvBuilder with a post_setup": (Worker(options.python, HOOKED, ours), 1000),
        "cvenv (the command)": (Command(command, environment), 1000),
        "cvenv.create()": (Worker(options.python, PLAIN.format("cvenv", False), ours), 1000),
        "cvenv --without-pip": (Command([*command, "--without-pip"], environment), 1000),
        "venv.create(with_pip=True)": (Worker(options.python, PLAIN.format("venv", True), environment), 3),
        "venv.create()": (Worker(options.python, PLAIN.format("venv", False), environment), 10),
        "virtualenv.cli_run": (Worker(options.python, VIRTUALENV, peers), 10),
    }
    for name in [name for name, (one, _) in found.items() if not one.usable]:
        print("left out: %s" % name, file=sys.stderr)
        del found[name]
    return found


def measure(scratch: Path, found: dict[str, tuple], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in found}
    order = random.Random(0)
    for turn in range(-1, rounds):  # the first time is not counted
        for name in order.sample(list(found), len(found)):
            one, wanted = found[name]
            if turn % max(1, rounds // wanted) and turn >= 0:
                continue
            taken = one.make(scratch / "env")
            if turn >= 0:
                times[name].append(taken)
            shutil.rmtree(scratch / "env")
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build-gcc", help="where the package is built (build-gcc)")
    parser.add_argument("--command", default=str(ROOT / "build/cvenv"), help="the cvenv to measure (build/cvenv)")
    parser.add_argument("--python", default=sys.executable, help="the Python that calls (the one that runs this)")
    parser.add_argument("--peers", type=Path, default=PEERS, help="an environment with virtualenv in it")
    parser.add_argument("--directory", type=Path, help="where to make environments (the directory for temporary files)")
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cvenv-bench-", dir=options.directory) as name:
        scratch = Path(name)
        foreign = ("PYTHON", "VIRTUAL", "PIP_")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        environment.update(HOME=name, XDG_CACHE_HOME=str(scratch / "cache"))
        found = contenders(options, installed_package(options.build, scratch), environment)
        times = measure(scratch, found, options.rounds)
        for one, _ in found.values():
            one.end()
    rows = [["", "median ms", "least ms", "calls"]]
    for name, taken in sorted(times.items(), key=lambda item: statistics.median(item[1])):
        median, least = statistics.median(taken), min(taken)
        rows.append([name, report.milliseconds(median), report.milliseconds(least), str(len(taken))])
    print(report.table(rows))
    call, command = (statistics.median(times[key]) for key in ("cvenv.create(with_pip=True)", "cvenv (the command)"))
    print("\ncvenv.create(with_pip=True) takes %.2f of what the command takes" % (call / command))


if __name__ == "__main__":
    main()
