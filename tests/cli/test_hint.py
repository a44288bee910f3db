# SPDX-License-Identifier: MIT
"""The line that a terminal shows can be pasted into the user's shell, whatever the directory's name is, and activates."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from shells.shells import find_program
from shells.test_quoting import read_powershell

# Shell: how to give it a command, and how it prints VIRTUAL_ENV and a full stop without a line feed.
POSIX = 'printf "%s." "$VIRTUAL_ENV"'
SHELLS = {
    "bash": (["--norc", "-c"], POSIX), "dash": (["-c"], POSIX), "ksh": (["-c"], POSIX), "mksh": (["-c"], POSIX),
    "yash": (["-c"], POSIX), "zsh": (["-f", "-c"], POSIX), "busybox": (["ash", "-c"], POSIX),
    "fish": (["--no-config", "-c"], 'printf "%s." "$VIRTUAL_ENV"'),
    "tcsh": (["-f", "-c"], 'printf %s. "$VIRTUAL_ENV:q"'), "csh": (["-f", "-c"], "printf %s. $VIRTUAL_ENV:q"),
    "elvish": (["-norc", "-c"], "print $E:VIRTUAL_ENV'.'"),
    "xonsh": (["--no-rc", "-c"], "import sys; _ = sys.stdout.write($VIRTUAL_ENV + '.')"),
    "nu": (["--no-config-file", "-c"], 'print -n $"($env.VIRTUAL_ENV)."'),
}

NAMES = ["env", "a b", "'\"both\"'", "$(touch pwned)", "`touch pwned`", "$HOME", "back\\", "~", "-dash", "#x", "'##", "é日本𝜋",
         "it's", 'say "x"', "${HOME}", "back\\slash", "!x", "a!b", "%s%n", "*", "[a]", "{a,b}", "a;touch pwned", "a&touch pwned", "a|b",
         "\u2018curly\u2019", "@(1)", "^x", "=env", "dir/env", "./env", "env/", ".", ""]

# These take long to start: so many of the names are enough for them.
SLOW = {"xonsh": 12, "nu": 12}


def shown_on_terminal(command: list[str], **options) -> str:
    """What the command writes to standard error when that is a terminal."""
    master, slave = pty.openpty()
    process = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave, **options)
    os.close(slave)
    shown = b""
    try:
        while data := os.read(master, 65536):
            shown += data
    except OSError:  # EIO: all has been read
        pass
    os.close(master)
    assert process.returncode == 0, shown
    return os.fsdecode(shown.replace(b"\r\n", b"\n"))


@pytest.mark.parametrize("shell", SHELLS)
def test_pasted(cvenv: str, tmp_path: Path, thorough: bool, shell: str):
    path = find_program(shell)
    if not path:
        pytest.skip("no %s on this machine" % shell)
    options, ask = SHELLS[shell]
    environment = {**os.environ, "SHELL": path, "LC_ALL": "C.UTF-8"}
    for number, name in enumerate(NAMES if thorough else NAMES[:SLOW.get(shell)]):
        place = tmp_path / str(number)
        place.mkdir()
        line = shown_on_terminal([cvenv, "--without-pip", "--", name], cwd=place, env=environment)
        assert line.count("\n") == 1 and line.endswith("\n")
        result = subprocess.run([path, *options, line + ask], cwd=place, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
        assert os.fsdecode(result.stdout) == "%s." % os.path.normpath(place / name), (line, result.stderr)
        assert not list(tmp_path.rglob("pwned"))


def test_powershell(cvenv, tmp_path):
    """Debian has none, so its rules are the test's own."""
    for number, name in enumerate(NAMES):
        place = tmp_path / str(number)
        place.mkdir()
        line = shown_on_terminal([cvenv, "--without-pip", "--", name], cwd=place, env={**os.environ, "SHELL": "/usr/bin/pwsh"})
        assert line.startswith("& ") and line.endswith("\n")
        word = line[2:-1]
        path = word if re.fullmatch(r"[\w./][\w./-]*", word, re.ASCII) else read_powershell(word)
        assert (place / path).samefile(place / name / "bin" / "Activate.ps1")


def test_unknown_shell(cvenv, tmp_path):
    """One that is not known, and none: taken for one that reads sh."""
    for environment in ({**os.environ, "SHELL": "/bin/strange"}, {name: os.environ[name] for name in os.environ if name != "SHELL"}):
        assert shown_on_terminal([cvenv, "--without-pip", "env"], cwd=tmp_path, env=environment) == ". env/bin/activate\n"


def test_bytes(cvenv, tmp_path):
    """A name that is not UTF-8 comes back byte for byte."""
    name = os.fsdecode(b"\xff\xe9")
    try:
        line = shown_on_terminal([cvenv, "--without-pip", name], cwd=tmp_path, env={**os.environ, "SHELL": "/bin/sh"})
    except AssertionError:
        assert os.listdir(tmp_path) == []  # refused before anything was written
        return
    result = subprocess.run(["sh", "-c", line + POSIX], cwd=tmp_path, capture_output=True)
    assert result.stdout == os.fsencode(tmp_path / name) + b"."
