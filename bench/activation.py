#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what it takes to source an activator, in each shell: ours beside those of CPython, uv and virtualenv.

A shell reads a script that sources the activator several times, each of which first leaves the environment that was active.
What the same shell takes for a script without these lines is the floor, and is taken off. It is the processor's time, of the
shell and of all that it starts, and of each the least: what the machine does besides would be more than all of it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import report  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cvenv-tests"
NEWER_PYTHON = CACHE / "interpreters/cpython-3.14.3/bin/python3"

PREFACE = """Written by `bench/activation.py --write`: the processor's time that it takes to source an activator, with all that it
starts, in turn, in another order each round, in scripts that lie on a tmpfs. What the shell takes for a script that sources
nothing is taken off. The least of all rounds counts. Where there is no number, there is no such activator, or it does not work
in this shell."""


@dataclass(frozen=True)
class Shell:
    """How it is started without the user's settings, and what stands in the script."""

    command: list[str]
    activator: str = "activate"
    source: str = ". %s"
    first: str = "PS1='$ '"  # so that there is a prompt to change
    times: int = 8  # how often the script sources the activator
    rounds: int = 40


CSH = {"activator": "activate.csh", "source": "source %s", "first": "set prompt = '> '"}
SHELLS = {
    "bash": Shell(["bash", "--norc"]), "zsh": Shell(["zsh", "-f"]), "dash": Shell(["dash"]), "ksh93": Shell(["ksh93"]),
    "mksh": Shell(["mksh"]), "yash": Shell(["yash", "--norc"]), "busybox": Shell(["busybox", "ash"]),
    # Only where fish is interactive is there a prompt to change.
    "fish": Shell(["fish", "--no-config", "-i"], "activate.fish", "source %s", ""),
    "tcsh": Shell(["tcsh", "-f"], **CSH), "csh": Shell(["bsd-csh", "-f"], **CSH),
    "xonsh": Shell(["xonsh", "--no-rc"], "activate.xsh", "source %s", "$PROMPT = '> '", rounds=6),
    "nu": Shell(["nu", "--no-config-file"], "activate.nu", "overlay use %s", "", rounds=20),
}


@dataclass
class Contender:
    """Scripts that do one thing in one shell, and how long they took."""

    command: list[str]
    times: list[float] = field(default_factory=list)  # milliseconds


def find_program(name: str) -> str | None:
    fetched = CACHE / "nushell" / name
    return shutil.which(name) or (str(fetched) if os.access(fetched, os.X_OK) else None)


def make_environments(options: argparse.Namespace, scratch: Path) -> dict[str, Path]:
    """By maker, ours first."""
    commands = {"cvenv": [options.command, "-q", "--without-pip", "-p", options.python[0]]}
    for python in options.python:
        version = subprocess.run([python, "-c", "import platform; print(platform.python_version())"], capture_output=True,
                                 text=True, env=environment_for(python)).stdout.strip()
        commands["CPython %s" % version] = [python, "-m", "venv", "--without-pip"]
    commands["uv"] = [str(options.peers / "bin/uv"), "venv", "-q", "--no-project", "--offline", "-p", options.python[0]]
    commands["virtualenv"] = [str(options.peers / "bin/virtualenv"), "-q", "--no-seed", "--no-periodic-update", "-p", options.python[0]]
    made = {}
    for maker, command in commands.items():
        target = scratch / maker.replace(" ", "-")
        if not shutil.which(command[0]) or subprocess.run([*command, target], stdin=subprocess.DEVNULL,
                                                          env=environment_for(command[0])).returncode:
            print("left out: %s" % maker, file=sys.stderr)
        else:
            made[maker] = target
    return made


def environment_for(program: str) -> dict[str, str]:
    """With the libraries that lie beside a Python that was fetched."""
    beside = Path(program).resolve().parent.parent / "lib"
    return {**os.environ, "LD_LIBRARY_PATH": str(beside)} if program == str(NEWER_PYTHON) else dict(os.environ)


def contenders(shell: Shell, program: str, environments: dict[str, Path], scratch: Path) -> dict[str, Contender]:
    """By maker; and the floor, whose name is empty."""
    scripts = {"": [shell.first]}
    for maker, directory in environments.items():
        activator = directory / "bin" / shell.activator
        if activator.exists():
            scripts[maker] = [shell.first] + [shell.source % activator] * shell.times
    found = {}
    for maker, lines in scripts.items():
        path = scratch / ("%s-%s" % (shell.command[0], maker.replace(" ", "-")))
        path.write_text("\n".join(lines) + "\n")
        found[maker] = Contender([program, *shell.command[1:], str(path)])
    return found


def measure(found: dict[str, Contender], rounds: int, variables: dict[str, str]) -> list[str]:
    """Takes the times in turn, in another order each round; the names of those that do not work."""
    order = random.Random(0)
    broken = [maker for maker, one in found.items() if not works(one.command, variables)]
    usable = [one for maker, one in found.items() if maker not in broken]
    for _ in range(rounds):
        for one in order.sample(usable, len(usable)):
            one.times.append(processor_time(one.command, variables))
    return broken


def processor_time(command: list[str], variables: dict[str, str]) -> float:
    """Milliseconds, of the command and of what it started and waited for (getrusage(2))."""
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    pid = os.posix_spawn(command[0], command, variables, file_actions=null)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit("%s: exit status %d" % (command, os.waitstatus_to_exitcode(status)))
    return (usage.ru_utime + usage.ru_stime) * 1e3


def works(command: list[str], variables: dict[str, str]) -> bool:
    done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode == 0 and not done.stderr


def table(results: dict[str, dict[str, float]], makers: list[str]) -> str:
    """Milliseconds of ours, the shell's own start, and how much of the others' time ours is."""
    others = [maker for maker in makers if maker != "cvenv"]
    rows = [["", "cvenv, ms", "the shell's start, ms", *("cvenv : " + maker for maker in others)]]
    for shell, taken in results.items():
        ratios = ["%.2f" % (taken["cvenv"] / taken[maker]) if maker in taken else "" for maker in others]
        rows.append([shell, "%.2f" % taken["cvenv"], report.milliseconds(taken[""]), *ratios])
    return report.table(rows)


def measure_all(options: argparse.Namespace, scratch: Path) -> str:
    environments = make_environments(options, scratch)
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(scratch), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    results = {}
    for name in options.shell or SHELLS:
        shell = SHELLS[name]
        program = find_program(shell.command[0])
        if not program:
            print("left out: %s" % name, file=sys.stderr)
            continue
        found = contenders(shell, program, environments, scratch)
        for maker in measure(found, shell.rounds, variables):
            print("%s: does not work: %s" % (name, maker), file=sys.stderr)
        least = {maker: min(one.times) for maker, one in found.items() if one.times}
        floor = least.pop("")
        results[name] = {"": floor, **{maker: (taken - floor) / shell.times for maker, taken in least.items()}}
    return table(results, list(environments))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default=str(ROOT / "build/cvenv"), help="the cvenv to measure (build/cvenv)")
    parser.add_argument("--python", action="append", help="whose venv to compare with (repeatable)")
    parser.add_argument("--peers", type=Path, default=CACHE / "peers", help="where uv and virtualenv are (%(default)s)")
    parser.add_argument("--directory", type=Path, default=Path("/dev/shm"), help="where to measure (%(default)s)")
    parser.add_argument("--shell", action="append", choices=SHELLS, help="only this one (repeatable)")
    parser.add_argument("--write", action="store_true", help="write the table into bench/RESULTS.md")
    options = parser.parse_args()
    options.python = options.python or ["/usr/bin/python3", str(NEWER_PYTHON)]
    with tempfile.TemporaryDirectory(prefix="cvenv-bench-", dir=options.directory) as name:
        text = measure_all(options, Path(name))
    text = "%s\n\n%s, %d processors.\n\n%s\n" % (PREFACE, report.processor(), len(os.sched_getaffinity(0)), text)
    print(text)
    if options.write:
        report.write_activation(HERE / "RESULTS.md", text)


if __name__ == "__main__":
    main()
