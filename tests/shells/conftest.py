# SPDX-License-Identifier: MIT
"""Fixtures for the activators: the tool, environments of any name, and the shells."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from shells.names import every_name, every_prompt, is_text, spread
from shells.shells import SHELLS, Shell


@dataclass(frozen=True)
class Tool:
    """tests/unit/render.c: renders and quotes as the library does."""

    path: str

    def run(self, *arguments: bytes | str, data: bytes = b"") -> bytes:
        return subprocess.run([self.path, *arguments], input=data, stdout=subprocess.PIPE, check=True).stdout

    def quote(self, function: str, values: list[bytes]) -> list[bytes]:
        quoted = self.run("quote", function, data=b"".join(value + b"\0" for value in values))
        return quoted.split(b"\0")[:-1]


@dataclass(frozen=True)
class Environment:
    """A directory that looks to the activators as an environment does. Its python tells only by which path it was started."""

    path: bytes
    prompt: bytes
    work: Path  # where tests run: has the link `env`

    @property
    def bin(self) -> bytes:
        return self.path + b"/bin"

    def activator(self, shell: Shell) -> bytes:
        return self.bin + b"/" + shell.activator.encode()


@pytest.fixture(scope="session")
def tool(build_directory: Path) -> Tool:
    path = build_directory / "tests" / "render"
    if not os.access(path, os.X_OK):
        pytest.exit("no %s: build first, or set CVENV_BUILD" % path, returncode=2)
    return Tool(str(path))


def make_environment(tool: Tool, parent: Path, name: bytes, prompt: bytes | None = None, relocatable: bool = False) -> Environment:
    """An environment `name` below `parent`, and beside it the working directory."""
    path = os.fsencode(parent / "at") + b"/" + name
    os.makedirs(path + b"/bin")
    tool.run("scripts", path + b"/bin", path, name, name if prompt is None else prompt, "bin", path + b"/bin/python",
             "yes" if relocatable else "no")
    os.symlink(tool.path, path + b"/bin/python")
    Path(os.fsdecode(path), "pyvenv.cfg").write_text("home = /usr/bin\n")
    work = parent / "work"
    work.mkdir(exist_ok=True)
    link_to(path, work)
    return Environment(path, name if prompt is None else prompt, work)


def link_to(path: bytes, work: Path) -> None:
    (work / "env").unlink(missing_ok=True)
    os.symlink(path, work / "env")


@pytest.fixture
def make(tool: Tool, tmp_path: Path):
    """make(name, prompt=None, relocatable=False): an environment."""

    def make_one(name: bytes | str = "venv", prompt: bytes | str | None = None, relocatable: bool = False) -> Environment:
        return make_environment(tool, tmp_path, os.fsencode(name), None if prompt is None else os.fsencode(prompt), relocatable)

    return make_one


def cases(shell: Shell, count: int) -> list[tuple[bytes, bytes | None]]:
    """Pairs of a directory's name and a prompt: so many of each, without what the shell cannot hold."""
    names = [(name, None) for name in spread(every_name(), count)]
    prompts = [(b"venv", prompt) for prompt in spread(every_prompt(), count)]
    return [case for case in names + prompts if shell.bytes_allowed or all(is_text(value or b"") for value in case)]


def shells_named(*names: str) -> list[Shell]:
    return [shell for shell in SHELLS if shell.name in names]


def shells_that(predicate) -> pytest.MarkDecorator:
    """Runs a test only with the shells to which it applies."""
    return pytest.mark.parametrize("shell", filter(predicate, SHELLS), indirect=True, ids=lambda one: one.name)


def shells_with(argument: str, values, applies) -> pytest.MarkDecorator:
    """Runs a test with every shell and every value for which applies(shell, value)."""
    pairs = [(shell, value) for shell in SHELLS for value in values if applies(shell, value)]
    return pytest.mark.parametrize("shell, " + argument, pairs, indirect=["shell"], ids=lambda one: getattr(one, "name", None))


def is_posix(shell: Shell) -> bool:
    return shell.activator == "activate"


def can_locate(shell: Shell) -> bool:
    return shell.locates


@pytest.fixture(params=SHELLS, ids=lambda one: one.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    """Every shell; those that are not here are skipped."""
    if not request.param.program:
        pytest.skip("no %s here" % request.param.command[0])
    return request.param
