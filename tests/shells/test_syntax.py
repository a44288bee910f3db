# SPDX-License-Identifier: MIT
"""Every template is well-formed for its shell, with any name in it, and to the tools that look for mistakes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shells.conftest import shells_that
from shells.names import every_prompt, is_text
from shells.shells import Shell, find_program
from support.interpreters import CACHE

ROOT = Path(__file__).resolve().parent.parent.parent
GRAMMAR = CACHE / "powershell-grammar"
NAMES = ["plain", "a b'c\"d$(touch pwned)`touch pwned`;e\\!%n{RED}"]

ONLY_PARSE = {"bash": ["-n"], "zsh": ["-n"], "dash": ["-n"], "ksh93": ["-n"], "mksh": ["-n"], "yash": ["-n"], "busybox": ["-n"],
              "fish": ["-n"], "tcsh": ["-n"], "elvish": ["-compileonly"], "nu": ["--ide-check", "100"]}


def silent(*command: str | bytes, **options) -> None:
    done = subprocess.run(command, stdin=options.pop("stdin", subprocess.DEVNULL), capture_output=True, timeout=60, **options)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@shells_that(lambda one: one.name in ONLY_PARSE)
@pytest.mark.parametrize("name", NAMES)
def test_the_shell_parses_it(shell: Shell, make, name: str):
    environment = make(name)
    command = [*shell.start(), *ONLY_PARSE[shell.name], environment.activator(shell)]
    if shell.name != "nu":
        return silent(*command, cwd=environment.work)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=environment.work, timeout=60)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    assert messages and not [message for message in messages if message["type"] == "diagnostic"]


@pytest.mark.parametrize("dialect", ["sh", "dash", "bash", "ksh"])
def test_shellcheck(make, dialect: str):
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck here")
    for name in NAMES:
        silent("shellcheck", "-s", dialect, make(name).bin + b"/activate")


def powershell_parser() -> list[str]:
    if not shutil.which("node") or not GRAMMAR.exists():
        pytest.skip("no node, or no grammar: tests/tools/fetch-powershell-grammar")
    return ["node", "--liftoff-only", str(ROOT / "tests/tools/parse-powershell.mjs"), str(GRAMMAR)]


def test_powershell_parses(make):
    with open(make().bin + b"/Activate.ps1") as script:
        silent(*powershell_parser(), stdin=script)


def test_powershell_script_is_the_same_everywhere(make):
    """So that it can be signed."""
    assert Path(os.fsdecode(make("a").bin), "Activate.ps1").read_bytes() == Path(os.fsdecode(make("b", "c").bin), "Activate.ps1").read_bytes()


def test_powershell_strings_are_one_word(tool):
    """What is quoted for a user's own script is one string to the parser, whatever is in it."""
    parser = powershell_parser()
    values = [value for value in every_prompt() if is_text(value) and len(value) < 200]
    words = tool.quote("powershell", values)
    script = b"".join(b"$x = %s\n" % word for word in words)
    done = subprocess.run([*parser, "strings"], input=script, capture_output=True, timeout=60)
    # This grammar does not know the curly quotes, which PowerShell does.
    assert done.stdout.split(b"\0")[:-1] == words


def test_python_files_parse(make):
    for name in NAMES:
        source = Path(os.fsdecode(make(name).bin), "activate_this.py").read_bytes()
        compile(source, "activate_this.py", "exec")
        assert source.isascii()


def test_no_placeholder_is_inside_quotes():
    """There a value's own quotes would end them. In batch files there is no other place."""
    for path in (ROOT / "templates").iterdir():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            before = line.partition("__VENV_")[0]
            if before != line and path.suffix != ".bat":
                assert before.count('"') % 2 == 0 and before.count("'") % 2 == 0, "%s:%d" % (path, number)


def test_found_programs():
    """Nushell, where it has been fetched, is found without being on PATH."""
    fetched = CACHE / "nushell" / "nu"
    if not fetched.exists():
        pytest.skip("not fetched")
    assert find_program("nu")
