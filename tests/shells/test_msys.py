# SPDX-License-Identifier: MIT
"""Shells of MSYS and Cygwin: an environment in what Windows calls C:\\env has another path there.

Here that is the name of a directory below the current one, so that the shell finds it as it does there; and `cygpath`
answers with a link to it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shells.conftest import Environment, shells_that
from shells.running import SEARCH_PATH, differences, run_script
from shells.shells import Shell

CYGPATH = """#!/bin/sh
[ "$1" = -u ] && printf '%s\\n' "$POSIX${2#"$WINDOWS"}" | tr '\\\\' /
"""


def converts(shell: Shell) -> bool:
    return shell.activator in ("activate", "activate.fish")


def make_windows_like(tool, parent: Path, path: str, relocatable: bool) -> Environment:
    """An environment with the recorded directory `path`, which cygpath calls parent/posix."""
    work = parent / "work"
    scripts = work / path / "Scripts"
    scripts.mkdir(parents=True)
    (work / path / "pyvenv.cfg").write_text("")
    tool.run("scripts", str(scripts), path, "env", "env", "Scripts", path + "\\Scripts\\python", "yes" if relocatable else "no")
    os.symlink(tool.path, scripts / "python")
    os.symlink(work / path, parent / "posix")
    (parent / "programs").mkdir()
    (parent / "programs/cygpath").write_text(CYGPATH)
    (parent / "programs/cygpath").chmod(0o755)
    return Environment(os.fsencode(parent / "posix"), b"env", work)


def assert_converted(shell: Shell, tool, parent: Path, path: str, activator: str, relocatable: bool = False) -> None:
    environment = make_windows_like(tool, parent, path, relocatable)
    search = b"%s:%s" % (os.fsencode(parent / "programs"), SEARCH_PATH)
    lines = [*shell.write_state("before"), shell.source, shell.write_environment("active"), "python which", shell.deactivate,
             *shell.write_state("after")]
    outcome = run_script(shell, lines, environment, tool, PATH=search, WINDOWS=path, POSIX=environment.path,
                         ACTIVATE=activator + shell.activator)
    assert (outcome.status, outcome.output, outcome.errors) == (0, b"", b"")
    active = outcome.environment("active")
    assert active[b"VIRTUAL_ENV"] == environment.path
    assert active[b"PATH"] == environment.path + b"/Scripts:" + search
    assert (environment.work / "which").read_bytes() == environment.path + b"/Scripts/python"
    assert not differences(outcome.environment("before"), outcome.environment("after"))
    assert outcome.state("before", shell) == outcome.state("after", shell)
    assert not list(parent.rglob("pwned"))


@shells_that(converts)
@pytest.mark.parametrize("path", ["C:\\env", "c:/env", "D:\\a b'c $(touch pwned)", "\\\\server\\env"])
def test_the_recorded_path_is_converted(shell: Shell, tool, tmp_path: Path, path: str):
    assert_converted(shell, tool, tmp_path, path, str(tmp_path / "posix/Scripts") + "/")


@shells_that(lambda one: one.name.startswith(("bash", "zsh")))  # ksh93 and fish make it absolute as paths are here
@pytest.mark.parametrize("relocatable", [False, True], ids=["default", "relocatable"])
def test_sourced_by_what_windows_calls_it(shell: Shell, tool, tmp_path: Path, relocatable: bool):
    assert_converted(shell, tool, tmp_path, "C:/env", "C:/env/Scripts/", relocatable)
