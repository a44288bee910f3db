# SPDX-License-Identifier: MIT
"""Every quoting function, read back by the real shell: what goes in comes out, byte for byte."""

from __future__ import annotations

import ast
import itertools
import os
import subprocess

import pytest

from shells.conftest import shells_that
from shells.names import every_prompt, is_text, random_values
from shells.shells import SHELLS, Shell

# What shells take apart: every pair of these.
SPECIAL = b"'\"\\$`!%^&|;<>(){}[]*?~#=-+,@: \t\n\r"


def values(text_only: bool, thorough: bool) -> list[bytes]:
    """No NUL, for a program's argument cannot hold one."""
    single = [bytes([byte]) for byte in range(1, 256)]
    pairs = [bytes(pair) for pair in itertools.product(SPECIAL, repeat=2)]
    around = [b"a" + value + b"b" for value in single]
    made_up = random_values(7, 20000 if thorough else 3000, text_only)
    every = [b"", *single, *pairs, *around, *every_prompt(), *made_up, b"x" * 3000]
    return [value for value in dict.fromkeys(every) if not text_only or is_text(value)]


def chunks(items: list, size: int):
    for start in range(0, len(items), size):
        yield items[start:start + size]


def test_words_come_back(shell: Shell, tool, make, thorough: bool):
    """The shell hands the words to a program, which writes them down."""
    read_back(shell, shell.quote, tool, make(), thorough)


@shells_that(lambda one: one.quote == "sh" and not one.name.startswith("zsh"))  # which expands =NAME
def test_words_as_shlex_quotes_them_come_back(shell: Shell, tool, make, thorough: bool):
    read_back(shell, "posix", tool, make(), thorough)


def read_back(shell: Shell, function: str, tool, environment, thorough: bool) -> None:
    every = values(not shell.bytes_allowed, thorough)
    variables = {"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8", "TOOL": tool.path}
    script = environment.work / ("script" + shell.suffix)
    # csh keeps a line in a buffer of fixed size, and xonsh nests its calls.
    for some in chunks(every, {"csh": 40, "python": 100}.get(shell.quote, 500)):
        words = tool.quote(function, some)
        if shell.name == "xonsh":
            words = [b"@(" + word + b")" for word in words]
        script.write_bytes(shell.tool.encode() + b" arguments words " + b" ".join(words) + b"\n")
        done = subprocess.run([*shell.start(), script], cwd=environment.work, env=variables, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=120)
        assert (done.returncode, done.stderr) == (0, b"")
        got = (environment.work / "words").read_bytes().split(b"\0")[:-1]
        wrong = [(value, word, came) for value, word, came in zip(some, words, got) if value != came]
        assert not wrong and len(got) == len(some), wrong[:5]
        (environment.work / "words").unlink()
    script.unlink()
    assert [path.name for path in environment.work.iterdir()] == ["env"]


def test_assignments_in_zsh(tool, make):
    """In an assignment zsh also expands =NAME, at the start and behind each colon."""
    shell = next(one for one in SHELLS if one.name == "zsh")
    if not shell.program:
        pytest.skip("no zsh here")
    environment = make()
    some = [b"=ls", b"a:=ls", b"==ls", b"~root", b"a:~root", b"a=~root"]
    lines = [b"export V=%s\n%s arguments %d \"$V\"\n" % (word, shell.tool.encode(), i) for i, word in enumerate(tool.quote("sh", some))]
    subprocess.run([*shell.start(), "-o", "magicequalsubst"], input=b"".join(lines), cwd=environment.work, check=True,
                   env={"PATH": "/usr/bin:/bin", "TOOL": tool.path})
    assert [(environment.work / str(i)).read_bytes()[:-1] for i in range(len(some))] == some


def test_csh_with_its_own_meaning_of_backslash(tool, make):
    """tcsh's `backslash_quote` makes it read backslashes inside quotes."""
    shell = next(one for one in SHELLS if one.name == "tcsh")
    if not shell.program:
        pytest.skip("no tcsh here")
    environment = make()
    some = [value for value in values(False, False)[:1800] if b"\n" not in value]
    for part in chunks(some, 100):
        script = b"set backslash_quote\n" + shell.tool.encode() + b" arguments words " + b" ".join(tool.quote("csh", part)) + b"\n"
        subprocess.run(shell.start(), input=script, cwd=environment.work, check=True, env={"PATH": "/usr/bin:/bin", "TOOL": tool.path})
        assert (environment.work / "words").read_bytes().split(b"\0")[:-1] == part


def test_python_literals(tool, thorough: bool):
    """Any encoding that the file is read in will do."""
    every = values(False, thorough)
    for value, literal in zip(every, tool.quote("python", every)):
        assert os.fsencode(ast.literal_eval(literal.decode("ascii"))) == value


def read_powershell(word: str) -> str:
    """What PowerShell's tokenizer makes of a verbatim string: any of five characters quotes, and two are one."""
    quotes = "'\u2018\u2019\u201a\u201b"
    assert word[0] == "'"
    value, at = "", 1
    while True:
        if word[at] not in quotes:
            value += word[at]
        elif at + 1 < len(word) and word[at + 1] in quotes:
            at += 1
            value += word[at]
        else:
            break
        at += 1
    assert at == len(word) - 1, "the string ends before its last quote"
    return value


def test_powershell_strings(tool, thorough: bool):
    every = values(True, thorough) + ["\u2018\u2019\u201a\u201b'".encode(), "a\u2019;touch pwned;\u2018".encode(), "''\u2019".encode()]
    for value, word in zip(every, tool.quote("powershell", every)):
        assert read_powershell(word.decode()) == value.decode()
