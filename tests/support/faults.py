# SPDX-License-Identifier: MIT
"""For tests of faults: whether an environment is whole, what must not change, and what this machine can do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from .interpreters import Interpreter
from .tree import Entry, snapshot

NOBODY = 65534  # a user without rights


class Reference:
    """Tells whether an environment is what an undisturbed run makes, byte for byte but for its own path."""

    def __init__(self, run_cvenv: Callable, directory: Path) -> None:
        self.run = run_cvenv
        self.directory = directory
        self.made: dict[tuple, dict[str, Entry]] = {}

    def of(self, name: str, options: tuple[str, ...], interpreter: Interpreter | None) -> dict[str, Entry]:
        key = (name, options, interpreter and interpreter.id)
        if key not in self.made:
            path = self.directory / str(len(self.made)) / name
            self.run(*options, path, interpreter=interpreter)
            self.made[key] = normalized(path)
        return self.made[key]

    def faults(self, environment: Path, *options: str, interpreter: Interpreter | None = None,
               also: tuple[str, ...] = (), made_at: Path | None = None) -> list[str]:
        """
        What is missing, too much or different; `also` are names of a user's that may be there too. `made_at`: it is a copy
        of the environment that was made there.
        """
        expected, found = self.of(environment.name, options, interpreter), normalized(environment, made_at)
        faults = ["missing: " + name for name in expected.keys() - found.keys()]
        faults += ["different: " + name for name in expected.keys() & found.keys() if expected[name] != found[name]]
        faults += ["too much: " + name for name in found.keys() - expected.keys() if not name.startswith(also)] \
            if also else ["too much: " + name for name in found.keys() - expected.keys()]
        return sorted(faults)

    def assert_whole(self, environment: Path, *options: str, **keywords) -> None:
        faults = self.faults(environment, *options, **keywords)
        assert not faults, "\n".join(faults)


def normalized(environment: Path, made_at: Path | None = None) -> dict[str, Entry]:
    """What is in it, with its path replaced and without the command that made it."""
    own = os.fsencode(made_at or environment)
    entries = {}
    for name, entry in snapshot(environment).items():
        content = entry.content.replace(own, b"@")
        if name == "pyvenv.cfg":
            content = b"\n".join(line for line in content.split(b"\n") if not line.startswith(b"command = "))
        if name.endswith("dist-info/RECORD"):  # the hash of a script depends on its first line
            content = b"\n".join(line for line in content.split(b"\n") if not line.startswith(b"../../../bin/"))
        entries[name] = Entry(entry.kind, entry.mode, content)
    return entries


def staging(*directories: Path) -> list[str]:
    """Staging directories in them."""
    return [str(path) for directory in directories for path in directory.iterdir() if ".cvenv-" in path.name]


def inodes(directory: Path) -> dict[str, tuple[int, int]]:
    """Which files they are, and when their contents changed."""
    found = {}
    for name in snapshot(directory):
        status = os.lstat(directory / name)
        found[name] = (status.st_ino, status.st_mtime_ns)
    return found


def need(*programs: str) -> None:
    """Skips the test where a program is missing."""
    for program in programs:
        if not shutil.which(program):
            pytest.skip("no %s" % program)


def need_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs to be root")


def can_unshare(*options: str) -> bool:
    return shutil.which("unshare") is not None and subprocess.run(
        ["unshare", *options, "true"], capture_output=True).returncode == 0
