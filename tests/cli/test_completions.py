# SPDX-License-Identifier: MIT
"""Completions and the manual name exactly the options that there are, and work in their shells."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPLETIONS = ROOT / "completions"


@pytest.fixture(scope="module")
def options(cvenv: str) -> set[str]:
    """All options that the help lists, in both spellings."""
    text = subprocess.run([cvenv, "--help"], capture_output=True, text=True, check=True).stdout
    entries = re.findall(r"^  (-.*?)(?:  |$)", text, re.MULTILINE)
    return {name for entry in entries for name in re.findall(r"(?<!\S)--?[a-z][a-z-]*", entry)}


def need(shell: str) -> str:
    path = shutil.which(shell)
    if not path:
        pytest.skip("no %s on this machine" % shell)
    return path


def test_bash_names_all_options(options):
    text = (COMPLETIONS / "cvenv.bash").read_text()
    words = re.search(r"_cvenv_words '(-h [^']*)'", text).group(1).split()
    assert sorted(words) == sorted(options)


def test_zsh_names_all_options(options):
    text = (COMPLETIONS / "_cvenv").read_text()
    specifications = "\n".join(re.findall(r"^        '.*$", text, re.MULTILINE))
    names = set(re.findall(r"(?<=['*)])(--[a-z-]+)(?==?\[)", specifications))
    for pair in re.findall(r"\{(.*?)\}", specifications):
        names |= {name.rstrip("+=") for name in pair.split(",")}
    assert names == options


def test_fish_names_all_options(options):
    text = (COMPLETIONS / "cvenv.fish").read_text()
    names = {"--" + name for name in re.findall(r" -l ([a-z-]+)", text)} | {"-" + name for name in re.findall(r" -s ([a-z])", text)}
    assert names == options


def test_manual_names_all_options(options):
    text = (ROOT / "man/cvenv.1").read_text()
    described = text[text.index(".Sh OPTIONS"):text.index(".Sh OUTPUT")]
    names = set()
    for line in re.findall(r"^\.It (Fl .*)$", described, re.MULTILINE):
        names |= {"-" + name for name in re.findall(r"Fl (\S+)", line)}
    assert names == options


def complete_in_bash(directory: Path, *words: str) -> list[str]:
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cvenv; '
              '[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\\n" "${COMPREPLY[@]}"')
    result = subprocess.run([need("bash"), "-c", script, "bash", COMPLETIONS / "cvenv.bash", "cvenv", *words], cwd=directory,
                            capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


def test_bash(tmp_path):
    (tmp_path / "a directory").mkdir()
    (tmp_path / "file").touch()
    assert complete_in_bash(tmp_path, "--upg") == ["--upgrade", "--upgrade-deps"]
    assert complete_in_bash(tmp_path, "--link-mode", "=", "c") == ["clone", "copy"]
    assert complete_in_bash(tmp_path, "--link-mode", "=") == ["auto", "clone", "hardlink", "copy"]
    assert complete_in_bash(tmp_path, "--link-mode", "h") == ["hardlink"]
    assert complete_in_bash(tmp_path, "") == ["a directory"]
    assert complete_in_bash(tmp_path, "--python", "fi") == ["file"]
    assert complete_in_bash(tmp_path, "--prompt", "") == []


def complete_in_fish(directory: Path, line: str) -> list[str]:
    script = "source $argv[1]; complete -C $argv[2]"
    result = subprocess.run([need("fish"), "--no-config", "-c", script, str(COMPLETIONS / "cvenv.fish"), line], cwd=directory,
                            capture_output=True, text=True, check=True)
    return [line.split("\t")[0] for line in result.stdout.splitlines()]


def test_fish(tmp_path):
    (tmp_path / "directory").mkdir()
    (tmp_path / "file").touch()
    assert sorted(complete_in_fish(tmp_path, "cvenv --upg")) == ["--upgrade", "--upgrade-deps"]
    assert sorted(complete_in_fish(tmp_path, "cvenv --link-mode c")) == ["clone", "copy"]
    assert complete_in_fish(tmp_path, "cvenv ") == ["directory/"]


def read_until(descriptor: int, wanted: str, seconds: float = 20) -> str:
    text, end = "", time.monotonic() + seconds
    while wanted not in text and time.monotonic() < end:
        if select.select([descriptor], [], [], 0.1)[0]:
            text += os.read(descriptor, 65536).decode("utf-8", "replace")
    return text


def test_zsh(tmp_path):
    """An interactive zsh, on a terminal of its own, with the Tab key pressed."""
    shell = need("zsh")
    (tmp_path / "directory").mkdir()
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        os.execve(shell, [shell, "-f", "-i"], {**os.environ, "TERM": "dumb"})
    try:
        setup = ("unsetopt zle_bracketed_paste; PS1='ready> '; fpath=(%s $fpath); autoload -U compinit; compinit -u -D; "
                 "cvenv() { print -r -- got: $@ }; print set''up\n" % COMPLETIONS)
        os.write(terminal, setup.encode())
        assert "setup" in read_until(terminal, "setup\r\n")
        for typed, expected in (("--upgrade-d\t", "--upgrade-deps"), ("--link-mode=cl\t", "--link-mode=clone"), ("dir\t", "directory")):
            os.write(terminal, b"cvenv %s\n" % typed.encode())
            assert "got: %s" % expected in read_until(terminal, "got: %s" % expected)
        os.write(terminal, b"exit\n")
    finally:
        os.close(terminal)
        os.waitpid(process, 0)
