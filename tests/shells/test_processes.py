# SPDX-License-Identifier: MIT
"""Activation starts no process, in any shell."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from shells.conftest import shells_with
from shells.running import variables_for
from shells.shells import Shell

NAMES = ["plain", "it's \"x\" $(touch pwned)", "a b'c\"d$(touch pwned)`touch pwned`;e\\!%n{RED}"]

# Calls that start a process or a program; threads are none.
STARTS = re.compile(rb"\b(fork|vfork|clone|clone3|execve|execveat)\(")
THREAD = b"CLONE_THREAD"


def started(shell: Shell, environment, tool, lines: list[str]) -> int:
    """How many processes and programs the shell starts, itself included."""
    script = environment.work / ("script" + shell.suffix)
    script.write_text("\n".join(lines) + "\n")
    trace = environment.work / "trace"
    done = subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=process", *shell.start(), script], cwd=environment.work,
                          env=variables_for(environment, shell, tool), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    return sum(1 for line in trace.read_bytes().split(b"\n") if STARTS.search(line) and THREAD not in line)


def needs_none(shell: Shell, name: str) -> bool:
    """csh has no way of its own to take a name apart, which it must where the prompt would read a `!` in it."""
    return shell.name != "csh" or "!" not in name


@shells_with("name", NAMES, needs_none)
def test_no_process(shell: Shell, name: str, tool, make):
    if not shutil.which("strace"):
        pytest.skip("no strace here")
    prompt = {"": ["PS1='> '"], ".csh": ["set prompt = '> '"]}.get(shell.suffix, [])
    # Where this cannot be told, the relocatable ones say so, and csh needs a process for that.
    for relocatable in [False, True] if shell.locates else [False]:
        environment = make("%s %s" % (name, relocatable), relocatable=relocatable)
        nothing = started(shell, environment, tool, prompt)
        assert started(shell, environment, tool, [*prompt, shell.source, shell.deactivate, shell.source]) == nothing
