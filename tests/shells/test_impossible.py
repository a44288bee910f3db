# SPDX-License-Identifier: MIT
"""Names that a shell cannot hold: nothing changes, and above all nothing runs."""

from __future__ import annotations

from shells.conftest import shells_that
from shells.names import BYTES
from shells.running import run_script
from shells.shells import Shell

HOSTILE = [*BYTES, b"caf\xe9';touch pwned;'", b"\xff$(touch pwned)", b'\xff";touch pwned;"', b"\xffx`touch pwned`"]


def is_all_or_nothing(outcome, environment) -> bool:
    """Unchanged; or active, where the C library takes the bytes for a character after all."""
    before, active = outcome.environment("before"), outcome.environment("active")
    expected = {**before, b"VIRTUAL_ENV": environment.path, b"VIRTUAL_ENV_PROMPT": environment.prompt,
                b"PATH": environment.bin + b":" + before[b"PATH"]}
    return active in (before, expected)


@shells_that(lambda one: not one.bytes_allowed)
def test_directory_that_is_not_utf8(shell: Shell, tool, make):
    for number, name in enumerate(HOSTILE):
        environment = make(b"%d" % number + name)
        lines = [shell.write_environment("before"), shell.source, shell.write_environment("active")]
        outcome = run_script(shell, lines, environment, tool)
        assert is_all_or_nothing(outcome, environment), name
        assert not (environment.work / "pwned").exists()


@shells_that(lambda one: not one.bytes_allowed)
def test_prompt_that_is_not_utf8(shell: Shell, tool, make):
    """Nushell puts U+FFFD in place of each byte."""
    for number, name in enumerate(HOSTILE):
        environment = make("venv%d" % number, name)
        lines = [shell.write_environment("before"), shell.source, shell.write_environment("active")]
        outcome = run_script(shell, lines, environment, tool)
        assert is_all_or_nothing(outcome, environment) or shell.name == "nu", name
        assert not (environment.work / "pwned").exists()
