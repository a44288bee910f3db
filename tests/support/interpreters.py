# SPDX-License-Identifier: MIT
"""Finds every Python on this machine that environments can be made from."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

# The user's own home: the tests themselves run with another one.
REAL_HOME = Path(os.environ.get("CVENV_TEST_HOME") or Path.home())

PROBE = """
import importlib, json, platform, sys
def has(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True
print(json.dumps({"version": list(sys.version_info[:3]), "implementation": platform.python_implementation(),
                  "has_venv": has("venv") and has("ensurepip"), "prefix": sys.prefix}))
"""


@dataclass(frozen=True)
class Interpreter:
    """One Python, as a user would name it."""

    id: str
    path: str
    version: tuple[int, ...]
    implementation: str
    has_venv: bool  # `PATH -m venv` can work: Debian packs venv and ensurepip apart
    prefix: str
    extra: tuple[tuple[str, str], ...] = ()  # variables without which it does not start

    @property
    def env(self) -> dict[str, str]:
        return dict(self.extra)

    @property
    def short_version(self) -> str:
        return "%d.%d" % self.version[:2]

    @property
    def is_cpython(self) -> bool:
        return self.implementation == "CPython"

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of this process, with what the interpreter needs, and `more`."""
        return {**os.environ, **self.env, **more}

    def run(self, *arguments: str, check: bool = True, timeout: float = 120, **options) -> subprocess.CompletedProcess:
        """Runs it; the result has stdout and stderr as text."""
        options.setdefault("env", self.environment())
        return subprocess.run([self.path, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=check, timeout=timeout, **options)


def cache_directory() -> Path:
    """Where tests/tools/fetch-* put what they fetched."""
    configured = os.environ.get("CVENV_TEST_CACHE")
    if configured:
        return Path(configured)
    return Path(os.environ.get("XDG_CACHE_HOME") or REAL_HOME / ".cache") / "cvenv-tests"


# Resolved when this is imported, before any test changes HOME and XDG_CACHE_HOME.
CACHE = cache_directory()


def _candidates() -> Iterator[tuple[str, Path, dict[str, str]]]:
    """Origin, path, needed variables."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or REAL_HOME / ".pyenv")
    for path in sorted(pyenv.glob("versions/*/bin/python3")):
        yield "pyenv", path, {}
    for directory in (Path("/usr/bin"), Path("/usr/local/bin")):
        names = sorted(entry.name for entry in directory.glob("py*") if re.fullmatch(r"(python|pypy)3(\.\d+)?", entry.name))
        for name in names:
            yield "system", directory / name, {}
    fetched = CACHE / "interpreters"
    yield "maven", fetched / "cpython-3.14.3/bin/python3", {"LD_LIBRARY_PATH": str(fetched / "cpython-3.14.3/lib")}
    for name in ("python3.15", "pypy3"):
        yield "sid", fetched / "debian-sid/usr/bin" / name, {}


def _ask(origin: str, path: Path, needed: dict[str, str]) -> Interpreter | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        answer = subprocess.run([str(path), "-I", "-c", PROBE], env={**environment, **needed}, stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=20, check=True)
        facts = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    name = "%s%s-%s" % (facts["implementation"].lower(), ".".join(map(str, facts["version"])), origin)
    return Interpreter(name, str(path), tuple(facts["version"]), facts["implementation"], facts["has_venv"],
                       facts["prefix"], tuple(needed.items()))


def find_interpreters() -> list[Interpreter]:
    """Every Python 3 found, one per binary, oldest first."""
    found: dict[str, Interpreter] = {}
    seen = set()
    for origin, path, needed in _candidates():
        real = os.path.realpath(path)
        if real in seen or not os.access(real, os.X_OK):
            continue
        seen.add(real)
        interpreter = _ask(origin, path, needed)
        if interpreter:
            found.setdefault(interpreter.id, interpreter)
    return sorted(found.values(), key=lambda one: (not one.is_cpython, one.version, one.id))


def spread(interpreters: list[Interpreter]) -> list[Interpreter]:
    """A few that differ most: the oldest and the newest CPython, the system's own, the newest PyPy."""
    cpython = [one for one in interpreters if one.is_cpython]
    others = [one for one in interpreters if not one.is_cpython]
    system = [one for one in cpython if one.id.endswith("-system")]
    chosen = cpython[:1] + system[:1] + cpython[-1:] + others[-1:]
    return [one for one in interpreters if one in chosen]


def ordinary(interpreters: list[Interpreter]) -> Interpreter | None:
    """One for tests to which it does not matter which: needs no variables and can make environments itself."""
    usable = [one for one in interpreters if one.is_cpython and one.has_venv and not one.extra]
    system = [one for one in usable if one.id.endswith("-system")]
    return (system or usable or [None])[-1]
