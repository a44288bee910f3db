# SPDX-License-Identifier: MIT
"""Environments of other makers, active before or after one of ours: each leaves the other, and in the end all is as it was."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from shells.conftest import Environment, shells_with
from shells.running import SEARCH_PATH, differences, run_script
from shells.shells import Shell
from support.interpreters import CACHE

# By the maker: which of its activators are there, by the names of ours.
ACTIVATORS = {
    "venv": {"activate": "activate", "activate.csh": "activate.csh", "activate.fish": "activate.fish"},
    "virtualenv": {"activate": "activate", "activate.csh": "activate.csh", "activate.fish": "activate.fish"},
    "uv": {"activate": "activate", "activate.csh": "activate.csh", "activate.fish": "activate.fish"},
}
# Variables of theirs that stay when they are left, also without ours.
LEFT_BY_OTHERS = (b"PS1", b"_OLD_", b"PKG_CONFIG_PATH", b"TCL_LIBRARY", b"TK_LIBRARY")


@pytest.fixture(scope="session")
def others(python, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An environment of each maker that is here."""
    directory = tmp_path_factory.mktemp("others")
    commands = {"venv": [python.path, "-m", "venv", "--without-pip"], "virtualenv": [CACHE / "peers/bin/virtualenv", "-q", "--no-seed"],
                "uv": [CACHE / "peers/bin/uv", "venv", "-q", "--no-project", "--offline", "-p", python.path]}
    made = {}
    for maker, command in commands.items():
        if os.access(command[0], os.X_OK):
            subprocess.run([*command, directory / maker], check=True, stdin=subprocess.DEVNULL, capture_output=True)
            made[maker] = directory / maker
    return made


def works(shell: Shell, maker: str) -> bool:
    """Those of virtualenv and uv do not in yash."""
    return shell.activator in ACTIVATORS[maker] and (maker == "venv" or not shell.name.startswith("yash"))


def sources(shell: Shell, maker: str, others: dict[str, Path]) -> tuple[str, str]:
    """How the other's activator is sourced, and its path."""
    if maker not in others:
        pytest.skip("no %s here: tests/tools/fetch-peers" % maker)
    return shell.source.replace("ACTIVATE", "OTHER"), str(others[maker] / "bin" / ACTIVATORS[maker][shell.activator])


def set_prompt(shell: Shell) -> list[str]:
    """Some need one to work."""
    return {"": ["PS1='> '"], ".csh": ["set prompt = '> '"]}.get(shell.suffix, [])


def assert_nothing_left(outcome) -> None:
    left = differences(outcome.environment("before"), outcome.environment("after"))
    assert not [name for name in left if not name.startswith(LEFT_BY_OTHERS)], left


@shells_with("maker", ACTIVATORS, works)
def test_ours_after_another(shell: Shell, tool, make, others, maker: str):
    source, path = sources(shell, maker, others)
    environment = make("ours $x")
    lines = [*set_prompt(shell), shell.write_environment("before"), source, shell.source, shell.write_environment("active"),
             "python which", shell.deactivate, shell.write_environment("after")]
    outcome = run_script(shell, lines, environment, tool, OTHER=path)
    active = outcome.environment("active")
    assert active[b"VIRTUAL_ENV"] == environment.path and active[b"PATH"] == environment.bin + b":" + SEARCH_PATH
    assert (environment.work / "which").read_bytes() == environment.bin + b"/python"
    assert_nothing_left(outcome)


@shells_with("maker", ACTIVATORS, works)
def test_another_after_ours(shell: Shell, tool, make, others, maker: str):
    """Theirs takes over our variables: they have the names that it looks for."""
    source, path = sources(shell, maker, others)
    environment = make("ours $x")
    lines = [*set_prompt(shell), shell.write_environment("before"), shell.source, source, shell.write_environment("active"), shell.deactivate,
             shell.write_environment("after"), *(['"$TOOL" arguments prompt "$PS1"'] if shell.suffix == "" else [])]
    outcome = run_script(shell, lines, environment, tool, OTHER=path)
    active = outcome.environment("active")
    assert active[b"VIRTUAL_ENV"] == os.fsencode(others[maker])
    assert active[b"PATH"].split(b":")[:2] == [os.fsencode(others[maker] / "bin"), SEARCH_PATH.split(b":")[0]]
    assert_nothing_left(outcome)
    if shell.suffix == "":
        assert (environment.work / "prompt").read_bytes() == b"> \0"
