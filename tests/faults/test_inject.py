# SPDX-License-Identifier: MIT
"""
The command itself, of which strace lets single calls fail, or ends the process in their place.

A sample of what tests/faults/sweep.c does with every call inside one process.
"""

from __future__ import annotations

import collections
import errno
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

from support.environments import write_wheel
from support.faults import need, staging
from support.tracing import strace
from support.tree import snapshot

ERRORS = {
    "openat": ["ENOSPC", "EMFILE", "EACCES", "EINTR", "EIO"], "openat2": ["EIO", "ENFILE", "ELOOP", "ENOSYS"],
    "mkdirat": ["ENOSPC", "EROFS", "EDQUOT"], "mkdir": ["ENOSPC"], "write": ["ENOSPC", "EIO", "EINTR"], "read": ["EIO"],
    "close": ["EIO"], "renameat2": ["EIO", "ENOSPC", "EINVAL", "EXDEV"], "renameat": ["EIO"], "symlinkat": ["ENOSPC", "EACCES"],
    "linkat": ["EMLINK", "EPERM", "ENOSPC"], "unlinkat": ["EIO", "EBUSY"], "newfstatat": ["EIO"], "fstat": ["EIO"],
    "statx": ["EIO"], "utimensat": ["EPERM"], "flock": ["ENOLCK"], "mmap": ["ENOMEM"], "getdents64": ["EIO"],
    "copy_file_range": ["ENOSPC", "EXDEV"], "readlinkat": ["EIO"], "readlink": ["EIO"], "getcwd": ["ENOENT"],
    "fchmod": ["EIO"], "ioctl": ["EIO"], "fgetxattr": ["EOPNOTSUPP"],
}
SCENARIOS = {
    "create": ([], None), "without pip": (["--without-pip"], None), "copies": (["--without-pip", "--copies"], None),
    "clear": (["--clear"], "environment"), "upgrade": (["--upgrade"], "environment"), "fill": ([], "directory"),
    "durable": (["--without-pip", "--durable"], None),
}
# What strerror() says in glibc and in musl.
CAUSES = {name: {os.strerror(getattr(errno, name))} for names in ERRORS.values() for name in names}
for name, words in {"EMFILE": "No file descriptors available", "ENOMEM": "Out of memory", "EDQUOT": "Quota exceeded",
                    "EIO": "I/O error", "EBUSY": "Resource busy", "ELOOP": "Symbolic link loop", "EXDEV": "Cross-device link"}.items():
    CAUSES[name] |= {words, words.lower()}
CALL = re.compile(r"^\d+ +(\w+)\(", re.MULTILINE)


class Scenario:
    """What is there before a run, and what the run is to do. The pip in it is a small one."""

    def __init__(self, name: str, cvenv: str, python, run_cvenv, reference, directory: Path) -> None:
        self.options, self.before = SCENARIOS[name]
        self.wheels = self.write_wheels(directory / "wheels", "98.0")
        self.work, self.kept, self.run_cvenv, self.python = directory / "work", directory / "kept", run_cvenv, python
        self.environment = self.work / "env"
        self.command = [cvenv, "-p", python.path, *self.wheels, *self.options, self.environment]
        self.log = directory / "log"
        self.reference = reference
        self.prepare()

    @staticmethod
    def write_wheels(directory: Path, version: str) -> list[str]:
        files = {"pip/%s.py" % name: b"x = 1\n" for name in ("__init__", "__main__", "v" + version[:2])}
        write_wheel(directory, "pip", version, {**files, "pip/inner/__init__.py": b""})
        write_wheel(directory, "setuptools", version, {"setuptools/__init__.py": b""})
        return ["--wheel-dir", str(directory)]

    def prepare(self) -> None:
        self.kept.mkdir()
        if self.before == "environment":
            self.reset()
            older = self.write_wheels(self.kept.parent / "older", "97.0")
            self.run_cvenv(*older, self.environment, interpreter=self.python)
            shutil.move(self.work, self.kept / "work")
            self.kept = self.kept / "work"
        if self.before == "directory":
            (self.kept / "env/bin").mkdir(parents=True)
            (self.kept / "env/bin/activate").write_text("another tool's")
        if self.before:
            (self.kept / "env/notes").write_text("mine")

    def reset(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.kept, self.work, symlinks=True)

    def calls(self, wanted: int) -> Iterator[tuple[str, int]]:
        """Some of each kind of call: its name and which of its name it is. What the loader does is not our business."""
        self.run_cvenv(*self.wheels, self.work.parent / "warm", interpreter=self.python)
        self.reset()
        log = strace(self.command, "all", self.log)
        begin = log.index("rt_sigaction(SIGINT")  # the first thing that the command does
        loader, ours = collections.Counter(CALL.findall(log[:begin])), collections.Counter(CALL.findall(log[begin:]))
        for call in ERRORS:
            for when in sample(ours[call], wanted):
                yield call, loader[call] + when

    def inject(self, what: str) -> subprocess.CompletedProcess:
        self.reset()
        return subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=" + what, *self.command], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, errors="surrogateescape",
                              env={**self.python.environment(), "ASAN_OPTIONS": "detect_leaks=0"})

    def is_whole(self) -> bool:
        plain = [option for option in self.options if option in ("--without-pip", "--copies")]
        if not self.environment.exists():
            return False
        faults = self.reference.faults(self.environment, *self.wheels, *plain, interpreter=self.python, also=("notes", ".cvenv-"))
        return not faults and (self.options == ["--clear"]) != (self.environment / "notes").exists() if self.before else not faults

    def is_as_before(self) -> bool:
        found = {name: entry for name, entry in snapshot(self.work).items() if ".cvenv-" not in name}
        return found == snapshot(self.kept)

    def next_run(self) -> None:
        self.run_cvenv(*self.wheels, *self.options, self.environment, interpreter=self.python)
        assert self.is_whole()
        assert staging(self.work, self.environment) == []


@pytest.fixture(params=SCENARIOS)
def scenario(request, cvenv, python, run_cvenv, reference, tmp_path) -> Scenario:
    need("strace")
    return Scenario(request.param, cvenv, python, run_cvenv, reference, tmp_path)


def sample(count: int, wanted: int) -> list[int]:
    """Some of 1 to count, among them the first and the last."""
    return sorted({1 + round(i * (count - 1) / max(wanted - 1, 1)) for i in range(min(wanted, count))})


def test_errors(scenario, thorough):
    """Whole, or as it was; the message names a path and the cause; the next run succeeds."""
    done = 0
    for call, when in scenario.calls(40 if thorough else 4):
        name = ERRORS[call][when % len(ERRORS[call])]
        result = scenario.inject("%s:error=%s:when=%d" % (call, name, when))
        what = "%s %d %s: %s" % (call, when, name, result.stderr)
        assert result.returncode in (0, 1), what
        if result.returncode:
            (error,) = [line for line in result.stderr.splitlines() if not line.startswith("Warning: ")]
            assert error.startswith("Error: ") and ("/" in error or "the working directory" in error), what
            # strace lets calls of a child fail too: then its own words are quoted, or it had none.
            of_a_child = re.search(r"\(exit status |: crashed: ended by signal ", error)
            assert of_a_child or error.endswith(tuple(": " + cause for cause in CAUSES[name])), what
            assert scenario.is_as_before(), what
        else:
            assert scenario.is_whole(), what
        scenario.next_run()
        done += 1
    assert done > 20


def test_kills(scenario, thorough):
    """Ended at any call: as it was, or whole, or put back by the next run."""
    killed = 0
    for call, when in scenario.calls(40 if thorough else 4):
        result = scenario.inject("%s:signal=SIGKILL:when=%d" % (call, when))
        assert result.returncode in (0, -9), result
        killed += result.returncode == -9
        if scenario.before is None or scenario.options == ["--clear"]:
            assert scenario.is_whole() or scenario.is_as_before(), "%s %d" % (call, when)
        scenario.next_run()
    assert killed > 10


@pytest.mark.parametrize("name", ["ENOSPC", "EIO", "EMFILE"])
def test_lasting_errors(scenario, name):
    """From some call on all fail: at the latest the next run puts back what was there."""
    for call, when in scenario.calls(3):
        if call in ("openat", "mkdirat", "write", "renameat2"):
            result = scenario.inject("%s:error=%s:when=%d+" % (call, name, when))
            assert result.returncode in (0, 1), result
            scenario.next_run()
