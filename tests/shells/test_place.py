# SPDX-License-Identifier: MIT
"""Environments that were moved or copied: the default activator says so, and the relocatable one finds its place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from shells.conftest import Environment, can_locate, is_posix, shells_that, shells_with
from shells.running import SEARCH_PATH, differences, run_script
from shells.shells import Shell

NAMES = ["plain", "a b'c\"d$(touch pwned)`touch pwned`;e\\!%n{RED}"]


def move(environment: Environment, to: str) -> bytes:
    """Moves the environment and its link; the new path."""
    path = os.path.join(os.path.dirname(environment.path), os.fsencode(to))
    os.rename(environment.path, path)
    (environment.work / "env").unlink()
    os.symlink(path, environment.work / "env")
    return path


def attempt(shell: Shell) -> list[str]:
    """Lines that try, and go on however it ends."""
    return [*shell.write_state("before"), shell.source, *shell.write_state("after")]


def assert_refused(outcome, shell: Shell) -> None:
    assert b"does not hold this environment any more" in outcome.errors
    assert outcome.errors.count(b"\n") == 1
    assert not differences(outcome.environment("before"), outcome.environment("after"))
    if shell.name != "xonsh":
        assert outcome.state("before", shell) == outcome.state("after", shell)
    assert {path.name for path in outcome.work.iterdir()} <= {"env", "before.env", "after.env"} | {
        "%s.%d" % (label, i) for label in ("before", "after") for i in range(3)}


@pytest.mark.parametrize("name", NAMES)
def test_moved(shell: Shell, tool, make, name: str):
    environment = make(name)
    path = move(environment, "moved " + name)
    activator = "env/bin/activate" if not shell.bytes_allowed else path + b"/bin/" + shell.activator.encode()
    assert_refused(run_script(shell, attempt(shell), environment, tool, ACTIVATE=activator), shell)


@shells_that(is_posix)
def test_evaluated(shell: Shell, tool, make):
    """By a script, which is not taken for the activator."""
    environment = make("a b'c")
    lines = [*shell.write_state("before"), 'eval "$(cat env/bin/activate)"', "python which", shell.deactivate, *shell.write_state("after")]
    outcome = run_script(shell, lines, environment, tool)
    assert (outcome.status, outcome.errors) == (0, b"")
    assert (environment.work / "which").read_bytes() == environment.bin + b"/python"
    assert not differences(outcome.environment("before"), outcome.environment("after"))


@shells_that(is_posix)
@pytest.mark.parametrize("relocatable", [False, True], ids=["default", "relocatable"])
def test_moved_and_evaluated(shell: Shell, tool, make, relocatable: bool):
    """From what is evaluated `return` does not return in every shell: nothing else is done all the same."""
    environment = make("here", relocatable=relocatable)
    move(environment, "there")
    outcome = run_script(shell, ['eval "$(cat env/bin/activate)"', "python which"], environment, tool)
    assert outcome.status != 0
    assert b"does not hold this environment any more" in outcome.errors
    assert not (environment.work / "which").exists()


@shells_that(lambda one: one.locates and is_posix(one))
def test_relocatable_from_a_pipe(shell: Shell, tool, make):
    """The script lies nowhere: one line says so, also where every error is fatal."""
    environment = make("here", relocatable=True)
    lines = [shell.strict, "cat env/bin/activate | . /dev/stdin || printf refused"]
    outcome = run_script(shell, lines, environment, tool)
    assert b"does not hold this environment any more" in outcome.errors and outcome.errors.count(b"\n") == 1
    assert outcome.output == b"refused"


@shells_that(can_locate)
@pytest.mark.parametrize("name", NAMES)
def test_copied(shell: Shell, tool, make, name: str):
    """The recorded directory holds an environment, but not the one that was asked for."""
    environment = make(name)
    copy = environment.path + b" copy"
    shutil.copytree(environment.path, copy, symlinks=True)
    (environment.work / "env").unlink()
    os.symlink(copy, environment.work / "env")
    assert_refused(run_script(shell, attempt(shell), environment, tool, ACTIVATE="env/bin/" + shell.activator), shell)


@shells_that(lambda one: one.name != "nu")  # in which an overlay of the same name replaces the one that was active
def test_moved_and_refused_leaves_the_active_one(shell: Shell, tool, make, tmp_path: Path):
    environment = make("active")
    (tmp_path / "x").mkdir()
    stale = tmp_path / "stale" / "bin"
    stale.mkdir(parents=True)
    tool.run("scripts", str(stale), str(tmp_path / "nowhere"), "stale", "stale", "bin", str(stale / "python"), "no")
    (stale.parent / "pyvenv.cfg").write_text("")
    os.symlink(stale.parent, environment.work / "other")
    lines = [shell.source, shell.source.replace("ACTIVATE", "OTHER").replace("env/bin", "other/bin"),
             shell.write_environment("active")]
    outcome = run_script(shell, lines, environment, tool, OTHER=str(stale / shell.activator))
    assert outcome.environment("active")[b"PATH"] == environment.bin + b":" + SEARCH_PATH
    assert b"does not hold this environment" in outcome.errors


@shells_that(lambda one: one.name not in ("nu", "elvish"))  # which name a module after its file
def test_a_link_to_the_script_is_no_copy(shell: Shell, tool, make):
    """Even one that lies in another environment."""
    environment = make()
    other = environment.work / "another" / "bin"
    other.mkdir(parents=True)
    (other.parent / "pyvenv.cfg").write_text("")
    link = other / shell.activator
    os.symlink(environment.activator(shell), link)
    outcome = run_script(shell, [shell.source, shell.write_environment("active")], environment, tool, ACTIVATE=str(link))
    assert (outcome.status, outcome.errors) == (0, b"")
    assert outcome.environment("active")[b"VIRTUAL_ENV"] == environment.path


def relocated(make, tmp_path: Path, name: str) -> tuple[Environment, bytes]:
    """A relocatable environment that has been moved, and where it is now."""
    environment = make(name, relocatable=True)
    return environment, move(environment, name + " moved")


def can_be_told(shell: Shell, way: str) -> bool:
    """In Nushell and Elvish the path is part of the script."""
    return way == "relative" if shell.name in ("nu", "elvish") else shell.locates


WAYS = ["absolute", "relative", "in bin", "dots", "linked script", "linked directory", "doubled slashes"]


@pytest.mark.parametrize("name", NAMES)
@shells_with("way", WAYS, can_be_told)
def test_relocatable(shell: Shell, way: str, tool, make, tmp_path: Path, name: str):
    environment, path = relocated(make, tmp_path, name)
    work = environment.work
    work.joinpath("deep").mkdir()
    os.symlink(path + b"/bin/" + shell.activator.encode(), work / ("a link" + Path(shell.activator).suffix))
    start, script = {
        "absolute": ("", os.fsdecode(path) + "/bin/"),
        "relative": ("", "env/bin/"),
        "in bin": ("cd ./env/bin", "./"),
        "dots": ("cd ./deep", ".././../%s//./env/bin/" % work.name),
        "linked script": ("", "./a link"),
        "linked directory": ("", str(work) + "/env/bin/"),
        "doubled slashes": ("", "//" + str(work) + "//env/bin/"),
    }[way]
    target = script + (shell.activator if script != "./a link" else Path(shell.activator).suffix)
    lines = [start, shell.write_environment("before").replace("before.env", str(work / "before.env")), shell.source,
             shell.write_environment("active").replace("active.env", str(work / "active.env")),
             "python %s/which" % work, shell.deactivate,
             shell.write_environment("after").replace("after.env", str(work / "after.env"))]
    outcome = run_script(shell, [line for line in lines if line], environment, tool, ACTIVATE=target, CDPATH="/usr:/tmp")
    assert (outcome.status, outcome.errors, outcome.output) == (0, b"", b"")
    active = outcome.environment("active")
    found = active[b"VIRTUAL_ENV"]
    assert os.path.isabs(found) and os.path.samefile(found, path) and os.path.normpath(found) == found.replace(b"//", b"/")
    assert active[b"PATH"] == found + b"/bin:" + SEARCH_PATH
    assert (work / "which").read_bytes() == found + b"/bin/python"
    assert not differences(outcome.environment("before"), outcome.environment("after"))
    assert not list(tmp_path.glob("**/pwned"))


@shells_that(lambda one: not one.locates)
def test_relocatable_where_it_cannot_be_told(shell: Shell, tool, make):
    """The recorded path serves as long as it is right; either way one line says what is taken."""
    environment = make("here", relocatable=True)
    source = shell.source_on_terminal or shell.source
    outcome = run_script(shell, [source, shell.write_environment("active")], environment, tool)
    assert outcome.errors.count(b"\n") == 1
    assert b"cannot tell" in outcome.errors or b"does not tell" in outcome.errors
    assert outcome.environment("active")[b"PATH"] == environment.bin + b":" + SEARCH_PATH

    move(environment, "there")
    lines = [*shell.write_state("before"), source, *shell.write_state("after")]
    outcome = run_script(shell, lines, environment, tool, ACTIVATE="env/bin/" + shell.activator)
    assert b"does not hold this environment any more" in outcome.errors
    assert not differences(outcome.environment("before"), outcome.environment("after"))


@shells_that(can_locate)
def test_relocatable_with_another_at_the_recorded_place(shell: Shell, tool, make):
    """Another environment at the old place is not taken for this one."""
    environment = make("old", relocatable=True)
    path = move(environment, "new")
    shutil.copytree(path, environment.path, symlinks=True)
    outcome = run_script(shell, [shell.source, shell.write_environment("active")], environment, tool, ACTIVATE="env/bin/" + shell.activator)
    assert os.path.samefile(outcome.environment("active")[b"VIRTUAL_ENV"], path)
