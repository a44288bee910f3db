# SPDX-License-Identifier: MIT
"""Shells on a terminal: the name is shown as it is, drawing it runs nothing, and the user's prompt comes back."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest

from shells.conftest import Environment, Tool, cases, link_to, make_environment
from shells.names import is_text
from shells.running import Outcome, differences, variables_for
from shells.shells import Shell
from shells.terminal import Silence, Terminal

EACH_DRAWS = 25  # names that share one shell


def is_shown_as_it_is(label: bytes) -> bool:
    """Line editors show what is not printable in ways of their own, and long lines in part."""
    return is_text(label) and len(label) < 200 and all(unicodedata.category(c)[0] not in "CZ" or c == " " for c in label.decode())


def visit(terminal: Terminal, shell: Shell, environment: Environment) -> list[str]:
    """What went wrong while the environment was activated, prompts were drawn, and it was left."""
    found = []
    outcome = Outcome(0, b"", b"", environment.work)
    prompts = [terminal.type(shell.source_on_terminal or shell.source), terminal.type(shell.write_environment("active"))]
    after = [terminal.type(shell.deactivate_on_terminal or shell.deactivate), terminal.type(shell.write_environment("after"))]
    if is_shown_as_it_is(environment.prompt):
        expected = "(%s) READY>" % environment.prompt.decode()
        found += ["the prompt is %r" % prompt for prompt in prompts if prompt != expected]
    found += ["the prompt is then %r" % prompt for prompt in after if prompt != "READY>"]
    strange = {path.name for path in environment.work.iterdir()} - {"env", "before.env", "active.env", "after.env"}
    found += ["made %s" % strange] if strange else []
    active = outcome.environment("active")
    if active.get(b"VIRTUAL_ENV") != environment.path or active.get(b"VIRTUAL_ENV_PROMPT") != environment.prompt:
        found.append("when active: %s" % active)
    left = differences(outcome.environment("before"), outcome.environment("after"))
    return found + (["left behind: %s" % left] if left else [])


def visit_some(shell: Shell, tool: Tool, parent: Path, some: list[tuple[bytes, bytes | None]]) -> list[str]:
    """One shell for all of them. The variable with the activator's path is the same for all: by way of the link."""
    failures = []
    environments = []
    for number, (name, prompt) in enumerate(some):
        (parent / str(number)).mkdir(parents=True)
        environments.append(make_environment(tool, parent / str(number), name, prompt))
    work = environments[0].work
    variables = variables_for(environments[0], shell, tool, TERM="xterm", ACTIVATE="env/bin/" + shell.activator)
    with Terminal(shell.start(), work, variables) as terminal:
        try:
            for line in (shell.set_prompt, shell.write_environment("before")):
                terminal.type(line)
            for environment in environments:
                link_to(environment.path, work)
                found = visit(terminal, shell, Environment(environment.path, environment.prompt, work))
                failures += ["%r, prompt %r: %s" % (environment.path[-60:], environment.prompt, "; ".join(found))] if found else []
        except (Silence, FileNotFoundError) as error:
            failures.append("%r, prompt %r: %s" % (environment.path[-60:], environment.prompt, error))
    shutil.rmtree(parent)
    return failures


def test_names_on_a_terminal(shell: Shell, tool: Tool, tmp_path: Path, thorough: bool):
    every = cases(shell, 1000 if thorough else 4 if shell.name in ("nu", "elvish") else 12)
    # Nushell keeps a module that it has read.
    each = 1 if shell.name == "nu" else EACH_DRAWS
    failures = []
    for start in range(0, len(every), each):
        failures += visit_some(shell, tool, tmp_path / str(start), every[start:start + each])
    if failures:
        pytest.fail("%d cases:\n%s" % (len(failures), "\n".join(failures[:8])), pytrace=False)
