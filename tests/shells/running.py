# SPDX-License-Identifier: MIT
"""Runs a script in a shell, and looks at what it left."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shells.shells import Shell

# What shells change by themselves; the last four are Nushell's.
VOLATILE = (b"_", b"SHLVL", b"PWD", b"OLDPWD", b"SHELL", b"CURRENT_FILE", b"FILE_PWD", b"CMD_DURATION_MS",
            b"LAST_EXIT_CODE")
SEARCH_PATH = b"/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Outcome:
    status: int
    output: bytes
    errors: bytes
    work: Path

    def environment(self, label: str) -> dict[bytes, bytes]:
        """What the tool was given."""
        entries = (self.work / (label + ".env")).read_bytes().split(b"\0")[:-1]
        variables = dict(entry.partition(b"=")[::2] for entry in entries)
        for name in VOLATILE:
            variables.pop(name, None)
        return variables

    def state(self, label: str, shell: Shell) -> list[bytes]:
        """What the shell said of itself, without what changes by itself."""
        volatile = tuple(start.encode() for start in shell.volatile)
        lines = []
        for i in range(len(shell.state)):
            text = (self.work / ("%s.%d" % (label, i))).read_bytes()
            lines += [line for line in text.split(b"\n") if not line.startswith(volatile)]
        return lines


def variables_for(environment, shell: Shell, tool, **more: str | bytes | None) -> dict[bytes, bytes]:
    """The shell's environment; None takes a variable away."""
    variables: dict[str, str | bytes | None] = {
        "PATH": SEARCH_PATH, "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8", "TERM": "dumb", "TOOL": tool.path,
        "ACTIVATE": environment.activator(shell), "XONSH_DATA_DIR": os.environ["HOME"], "XDG_DATA_HOME": os.environ["HOME"],
        "XDG_CONFIG_HOME": os.environ["HOME"], "XDG_CACHE_HOME": os.environ["HOME"],
    }
    if not shell.bytes_allowed:  # Nushell does not even start when a variable is not UTF-8
        variables["ACTIVATE"] = "env/bin/" + shell.activator
    variables.update(more)
    return {name.encode(): os.fsencode(value) for name, value in variables.items() if value is not None}


def run_script(shell: Shell, lines: list[str], environment, tool, **more: str | bytes | None) -> Outcome:
    """Runs the lines as a script, in the environment's working directory."""
    script = environment.work / ("script" + shell.suffix)
    script.write_text("\n".join(lines) + "\n")
    variables = variables_for(environment, shell, tool, **more)
    done = subprocess.run([*shell.start(), str(script)], cwd=environment.work, env=variables, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60)
    script.unlink()
    return Outcome(done.returncode, done.stdout, done.stderr, environment.work)


def visit(shell: Shell, before: tuple[str, ...] = ()) -> list[str]:
    """Lines that activate, look around, and deactivate. The labels are before, active and after."""
    return [*before, *shell.write_state("before"), shell.source, shell.write_environment("active"), "python which",
            shell.deactivate, *shell.write_state("after")]


def differences(one: dict[bytes, bytes], other: dict[bytes, bytes]) -> dict[bytes, tuple[bytes | None, bytes | None]]:
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return {name: (one.get(name), other.get(name)) for name in names}
