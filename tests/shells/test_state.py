# SPDX-License-Identifier: MIT
"""What activation changes, and that `deactivate` brings everything back."""

from __future__ import annotations

import os
import subprocess

import pytest

from shells.conftest import is_posix, make_environment, shells_that, shells_with
from shells.running import SEARCH_PATH, differences, run_script, variables_for, visit
from shells.shells import Shell


def finish(outcome):
    assert (outcome.status, outcome.errors) == (0, b""), outcome
    return outcome


def assert_restored(outcome, shell: Shell) -> None:
    assert not differences(outcome.environment("before"), outcome.environment("after"))
    assert outcome.state("before", shell) == outcome.state("after", shell)


def other_source(shell: Shell) -> str:
    return shell.source.replace("ACTIVATE", "OTHER").replace("env/bin", "other/bin")


@pytest.fixture
def other(tool, tmp_path, make):
    """A second environment: its link is `other`."""
    parent = tmp_path / "second"
    parent.mkdir()
    environment = make_environment(tool, parent, b"other $(x)", b"Other")
    first = make("first 'x'")
    os.symlink(environment.path, first.work / "other")
    return first, environment


def second(environment, shell: Shell) -> bytes | str:
    """The other activator's path, as far as the shell can have it in a variable."""
    return environment.activator(shell) if shell.bytes_allowed else "other/bin/" + shell.activator


def test_a_second_environment_leaves_the_first(shell: Shell, tool, other):
    first, environment = other
    lines = [*shell.write_state("before"), shell.source, other_source(shell), shell.write_environment("active"), "python which",
             shell.deactivate, *shell.write_state("after")]
    outcome = finish(run_script(shell, lines, first, tool, OTHER=second(environment, shell)))
    active = outcome.environment("active")
    assert active[b"VIRTUAL_ENV"] == environment.path
    assert active[b"VIRTUAL_ENV_PROMPT"] == b"Other"
    assert active[b"PATH"] == environment.bin + b":" + SEARCH_PATH
    assert (first.work / "which").read_bytes() == environment.bin + b"/python"
    assert_restored(outcome, shell)


def test_the_same_environment_twice(shell: Shell, tool, make):
    environment = make("it's")
    lines = [*shell.write_state("before"), shell.source, shell.source, shell.write_environment("active"), shell.deactivate,
             *shell.write_state("after")]
    outcome = finish(run_script(shell, lines, environment, tool))
    assert outcome.environment("active")[b"PATH"] == environment.bin + b":" + SEARCH_PATH
    assert_restored(outcome, shell)


@shells_that(lambda one: one.name != "elvish")  # which evaluates a module once
def test_again_after_deactivation(shell: Shell, tool, make):
    environment = make()
    lines = [*shell.write_state("before"), *([shell.source, shell.deactivate] * 2), *shell.write_state("after")]
    assert_restored(finish(run_script(shell, lines, environment, tool)), shell)


@shells_that(lambda one: one.name != "nu")  # where what is changed while an overlay is active belongs to the overlay
def test_what_was_added_to_path_stays(shell: Shell, tool, make):
    environment = make("a b'c\"d*[e]$(touch pwned)")
    lines = [shell.source, shell.extend_path, shell.write_environment("active"), shell.deactivate, shell.write_environment("after")]
    outcome = finish(run_script(shell, lines, environment, tool))
    assert outcome.environment("active")[b"PATH"] == b"/first:" + environment.bin + b":" + SEARCH_PATH + b":/last"
    assert outcome.environment("after")[b"PATH"] == b"/first:" + SEARCH_PATH + b":/last"
    assert not (environment.work / "pwned").exists()


@pytest.mark.parametrize("home", ["/somewhere", "", "a b$(touch pwned)"])
def test_pythonhome_is_put_aside(shell: Shell, tool, make, home: str):
    environment = make()
    lines = visit(shell, (shell.set_variable % ("PYTHONHOME", home),))
    outcome = finish(run_script(shell, lines, environment, tool))
    assert b"PYTHONHOME" not in outcome.environment("active")
    assert outcome.environment("after")[b"PYTHONHOME"] == home.encode()
    assert_restored(outcome, shell)


def test_what_another_process_activated_comes_back(shell: Shell, tool, make):
    environment = make()
    inherited = {"VIRTUAL_ENV": "/in her'ited", "VIRTUAL_ENV_PROMPT": "$(touch pwned)"}
    outcome = finish(run_script(shell, visit(shell), environment, tool, **inherited))
    assert outcome.environment("active")[b"VIRTUAL_ENV"] == environment.path
    assert_restored(outcome, shell)


ODD_PATHS = ["", "/usr/bin", "/usr/bin:", ":/usr/bin:/bin", "/usr/bin::/bin", ":", "::", "/a b:/usr/bin:/c*"]


def keeps(shell: Shell, path: str) -> bool:
    """Some have a list, without what is empty; yash as POSIX has it finds `[` on PATH only."""
    if shell.name == "yash-posix":
        return path.strip(":") != ""
    return is_posix(shell) or shell.quote == "csh" or (path.strip(":") == path != "" and "::" not in path)


@shells_with("path", ODD_PATHS, keeps)
def test_odd_paths(shell: Shell, path: str, tool, make):
    environment = make()
    lines = [shell.set_variable % ("PATH", path), *shell.write_state("before"), shell.source, shell.write_environment("active"),
             shell.deactivate, *shell.write_state("after")]
    outcome = finish(run_script(shell, lines, environment, tool))
    assert outcome.environment("active")[b"PATH"] == environment.bin + (b":" + path.encode() if path else b"")
    assert_restored(outcome, shell)


# yash as POSIX has it finds `[` on PATH only; in Nushell an overlay that is hidden brings back what was hidden before.
@shells_that(lambda one: one.name not in ("yash-posix", "nu"))
def test_no_path_at_all(shell: Shell, tool, make):
    environment = make()
    unset = {"fish": "set -e PATH", "nu": "hide-env PATH", "xonsh": "del $PATH", "elvish": "unset-env PATH"}
    lines = [unset.get(shell.name, "unsetenv PATH" if shell.quote == "csh" else "unset PATH"), *visit(shell)]
    outcome = finish(run_script(shell, lines, environment, tool))
    assert outcome.environment("active")[b"PATH"].split(b":")[0] == environment.bin
    assert b"" not in outcome.environment("active")[b"PATH"].split(b":")
    assert_restored(outcome, shell)


def test_an_old_command_is_forgotten(shell: Shell, tool, make):
    """The shell that has found `python` elsewhere finds the environment's, and later the other one again."""
    environment = make()
    elsewhere = environment.work / "elsewhere"
    elsewhere.mkdir()
    os.symlink(tool.path, elsewhere / "python")
    lines = ["python one", shell.source, "python two", shell.deactivate, "python three"]
    finish(run_script(shell, lines, environment, tool, PATH=b"%s:%s" % (os.fsencode(elsewhere), SEARCH_PATH)))
    found = [(environment.work / name).read_bytes() for name in ("one", "two", "three")]
    assert found == [os.fsencode(elsewhere / "python"), environment.bin + b"/python", os.fsencode(elsewhere / "python")]


@shells_that(lambda one: one.name != "elvish")  # where it is part of the module
def test_deactivate_removes_itself(shell: Shell, tool, make):
    environment = make()
    outcome = run_script(shell, [shell.source, shell.deactivate, shell.deactivate, shell.write_environment("last")], environment, tool)
    assert outcome.errors
    assert b"deactivate" in outcome.errors or shell.name == "nu"


@shells_that(lambda one: one.name not in ("nu", "elvish"))  # where it takes no argument
def test_nondestructive_keeps_deactivate(shell: Shell, tool, make):
    environment = make()
    lines = [*shell.write_state("before"), shell.source, shell.deactivate + " nondestructive", shell.write_environment("middle"),
             shell.deactivate, *shell.write_state("after")]
    outcome = finish(run_script(shell, lines, environment, tool))
    assert not differences(outcome.environment("before"), outcome.environment("middle"))
    assert_restored(outcome, shell)


def test_the_working_directory_stays(shell: Shell, tool, make):
    environment = make()
    pwd = {"nu": "^pwd", "elvish": "e:pwd"}.get(shell.name, "/bin/pwd")
    outcome = finish(run_script(shell, [shell.source, pwd, shell.deactivate, pwd], environment, tool))
    assert outcome.output == os.fsencode(environment.work) + b"\n" + os.fsencode(environment.work) + b"\n"


def test_run_instead_of_sourced(shell: Shell, tool, make):
    environment = make("a b")
    variables = variables_for(environment, shell, tool)
    done = subprocess.run([*shell.start(), environment.activator(shell)], cwd=environment.work, env=variables,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout == b""
    assert b", not run" in done.stderr and done.stderr.count(b"\n") == 1
