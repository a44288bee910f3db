# SPDX-License-Identifier: MIT
"""How each shell is started, and how it says what the tests want done.

In the working directory of a test `env` is a link to the environment. The shell's environment variables have the paths that
could need quoting: ACTIVATE is the activator's, TOOL is that of tests/unit/render.c.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from support.interpreters import CACHE


@dataclass(frozen=True)
class Shell:
    name: str
    command: tuple[str, ...]  # starts it without the user's settings; a script's path may follow
    activator: str
    quote: str  # its function in quote.c, for render.c
    source: str = '. "$ACTIVATE"'
    deactivate: str = "deactivate"
    source_on_terminal: str = ""  # where that is another command
    deactivate_on_terminal: str = ""
    set_variable: str = "export %s='%s'"
    extend_path: str = "PATH=/first:$PATH:/last"
    tool: str = '"$TOOL"'
    strict: str = ""  # makes every error fatal
    state: tuple[str, ...] = ()  # commands that print variables, functions, aliases
    volatile: tuple[str, ...] = ()  # beginnings of the lines in it that change by themselves
    set_prompt: str = ""  # makes the prompt one that the tests know
    bytes_allowed: bool = True  # can hold what is not UTF-8
    locates: bool = True  # knows which file is sourced
    suffix: str = ""  # of scripts

    @property
    def program(self) -> str | None:
        return find_program(self.command[0])

    def start(self) -> list[str]:
        return [self.program or self.command[0], *self.command[1:]]

    def write_environment(self, label: str) -> str:
        return "%s environment %s.env" % (self.tool, label)

    def write_state(self, label: str) -> list[str]:
        """Commands; the files are LABEL.env, and LABEL.0 … for the shell's own state."""
        return [self.write_environment(label)] + ["%s >%s.%d" % (command, label, i) for i, command in enumerate(self.state)]


def find_program(name: str) -> str | None:
    """On PATH, or where tests/tools/fetch-nushell puts it."""
    fetched = CACHE / "nushell" / name
    return shutil.which(name) or (str(fetched) if os.access(fetched, os.X_OK) else None)


SH_VOLATILE = ("_=", "BASH_", "LINENO=", "RANDOM=", "SRANDOM=", "SECONDS=", "EPOCH", "PIPESTATUS=", "FUNCNAME=", "TTYIDLE=",
               "'?'=", "?=", "status=", "pipestatus=", "BASHPID=", "PGRP=", "ERRNO=", ".sh.", "KSH_MATCH=", "HISTCMD=", "'_'", "COLUMNS=", "LINES=")


def _posix(name: str, *command: str, **more) -> Shell:
    values = {"strict": "set -eu", "state": ("set", "alias"), "volatile": SH_VOLATILE, "set_prompt": "PS1='READY> '",
              "locates": False, **more}
    return Shell(name, command, "activate", "sh", **values)


def _csh(name: str, *command: str) -> Shell:
    return Shell(name, command, "activate.csh", "csh", source="source $ACTIVATE:q", tool="$TOOL:q",
                 set_variable="setenv %s '%s'", extend_path="setenv PATH /first:${PATH:q}:/last", state=("set", "alias"),
                 volatile=("_\t", "status\t", "argv\t", "prompt2\t", "history\t"), set_prompt="set prompt = 'READY> '",
                 locates=False, suffix=".csh")


SHELLS = [
    _posix("bash", "bash", "--norc", locates=True),
    _posix("bash-posix", "bash", "--norc", "--posix", locates=True),
    _posix("zsh", "zsh", "-f", locates=True, state=("set", "alias", "functions")),
    _posix("zsh-promptsubst", "zsh", "-f", "-o", "promptsubst", "-o", "promptbang", locates=True),
    _posix("dash", "dash"),
    _posix("ksh93", "ksh93", locates=True),
    _posix("mksh", "mksh"),
    _posix("yash", "yash", "--norc", bytes_allowed=False),
    _posix("yash-posix", "yash", "--norc", "--posix", bytes_allowed=False),
    _posix("busybox", "busybox", "ash"),
    Shell("fish", ("fish", "--no-config"), "activate.fish", "fish", source="source $ACTIVATE", tool="$TOOL",
          set_variable="set -gx %s '%s'", extend_path="set PATH /first $PATH /last",
          state=("set", "functions -n"), volatile=("COLUMNS ", "LINES ", "pipestatus", "status ", "history "),
          set_prompt="function fish_prompt; printf 'READY> '; end", suffix=".fish"),
    _csh("tcsh", "tcsh", "-f"),
    _csh("csh", "bsd-csh", "-f"),
    Shell("nu", ("nu", "--no-config-file"), "activate.nu", "nushell", source="overlay use env/bin/activate.nu", tool="^$env.TOOL",
          set_variable="$env.%s = '%s'", extend_path="$env.PATH = ($env.PATH | prepend /first | append /last)",
          set_prompt="$env.PROMPT_COMMAND = {|| 'READY> '}; $env.PROMPT_INDICATOR = ''; $env.PROMPT_COMMAND_RIGHT = ''",
          bytes_allowed=False, suffix=".nu"),
    Shell("xonsh", ("xonsh", "--no-rc"), "activate.xsh", "python", source="source @(${...}['ACTIVATE'])",
          set_variable="$%s = '%s'", extend_path="$PATH.insert(0, '/first'); $PATH.append('/last')",
          tool="@(${...}['TOOL'])", set_prompt="$PROMPT = 'READY> '", suffix=".xsh"),
    Shell("elvish", ("elvish", "-norc"), "activate.elv", "elvish", source="use ./env/bin/activate",
          deactivate="activate:deactivate", source_on_terminal="eval (slurp < $E:ACTIVATE)", deactivate_on_terminal="deactivate",
          set_variable="set-env %s '%s'", extend_path="set paths = [/first $@paths /last]",
          tool="(external $E:TOOL)", set_prompt="set edit:prompt = { put 'READY> ' }; set edit:rprompt = (constantly '')", locates=False, suffix=".elv"),
]
