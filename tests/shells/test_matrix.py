# SPDX-License-Identifier: MIT
"""Every shell with every name, as directory and as prompt: nothing runs, the environment is active, and then nothing is left."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shells.conftest import Environment, Tool, cases, make_environment, shells_that
from shells.running import SEARCH_PATH, Outcome, differences, run_script, visit
from shells.shells import Shell


def complaints(shell: Shell, environment: Environment, outcome: Outcome) -> list[str]:
    """What is wrong, in words."""
    found = []
    if outcome.status != 0 or outcome.errors or outcome.output:
        found.append("status %d, said %r" % (outcome.status, outcome.output + outcome.errors))
    allowed = {"env", "which"} | {label + end for label in ("before", "active", "after") for end in (".env", ".0", ".1", ".2")}
    strange = [path.name for path in environment.work.iterdir() if path.name not in allowed]
    if strange:
        found.append("made %s" % strange)
    try:
        active = outcome.environment("active")
        expected = {**outcome.environment("before"), b"VIRTUAL_ENV": environment.path, b"VIRTUAL_ENV_PROMPT": environment.prompt,
                    b"PATH": environment.bin + b":" + SEARCH_PATH}
        expected.pop(b"PS1", None)
        wrong = differences({name: active.get(name) for name in expected}, expected)
        if wrong:
            found.append("when active: %s" % wrong)
        if (environment.work / "which").read_bytes() != environment.bin + b"/python":
            found.append("python is %r" % (environment.work / "which").read_bytes())
        left = differences(outcome.environment("before"), outcome.environment("after"))
        if left:
            found.append("left behind: %s" % left)
        if outcome.state("before", shell) != outcome.state("after", shell):
            found.append("left behind: %s" % sorted(set(outcome.state("before", shell)) ^ set(outcome.state("after", shell))))
    except FileNotFoundError as error:
        found.append("stopped before it wrote %s" % Path(error.filename).name)
    return found


def visit_all(shell: Shell, tool: Tool, tmp_path: Path, thorough: bool, before: tuple[str, ...] = ()) -> list[str]:
    """One line for every case that went wrong."""
    failures = []
    count = 1000 if thorough else 6 if shell.suffix in (".xsh", ".nu") else 16
    for number, (name, prompt) in enumerate(cases(shell, count)):
        parent = tmp_path / str(number)
        parent.mkdir()
        environment = make_environment(tool, parent, name, prompt)
        found = complaints(shell, environment, run_script(shell, visit(shell, before), environment, tool))
        failures += ["%r, prompt %r: %s" % (name, prompt, "; ".join(found))] if found else []
        shutil.rmtree(parent)
    return failures


def report(failures: list[str]) -> None:
    if failures:
        pytest.fail("%d cases:\n%s" % (len(failures), "\n".join(failures[:8])), pytrace=False)


def test_sourced_from_a_script(shell: Shell, tool: Tool, tmp_path: Path, thorough: bool):
    failures = visit_all(shell, tool, tmp_path, thorough)
    report(failures)


def test_a_name_of_dots(shell: Shell, tool: Tool, make):
    """Nushell reads that as ../.. in a path."""
    environment = make("...")
    assert not complaints(shell, environment, run_script(shell, visit(shell), environment, tool))


@shells_that(lambda one: one.strict)
def test_when_every_error_is_fatal(shell: Shell, tool: Tool, tmp_path: Path, thorough: bool):
    failures = visit_all(shell, tool, tmp_path, thorough, (shell.strict, "PS1='$ '"))
    report(failures)
