# SPDX-License-Identifier: MIT
"""Activation under every setting that people give their shells."""

from __future__ import annotations

import pytest

from shells.conftest import is_posix, shells_that, shells_with
from shells.running import differences, run_script, visit
from shells.shells import SHELLS, Shell
from shells.test_matrix import complaints

# Lines that come first, by the names of the shells that know them.
SETTINGS = {
    "errexit, nounset, pipefail": ("set -euo pipefail", "bash bash-posix zsh ksh93 mksh yash busybox"),
    "nounset, errexit": ("set -eu", "dash"),
    "noclobber": ("set -C", "bash bash-posix zsh dash ksh93 mksh yash yash-posix"),
    "noglob": ("set -f", "bash bash-posix dash ksh93 mksh yash busybox"),
    "allexport": ("set -a", "bash bash-posix dash ksh93 mksh yash busybox"),
    "no hashing": ("set +h", "bash bash-posix"),
    "verbose to nowhere": ("exec 2>/dev/null; set -v", "bash zsh dash"),
    "IFS": ("IFS=/:envati", "bash bash-posix zsh dash ksh93 mksh yash busybox"),
    "no IFS": ("unset IFS", "bash bash-posix zsh dash ksh93 mksh yash busybox"),
    "CDPATH": ("CDPATH=/usr:/; export CDPATH", "bash zsh dash ksh93 mksh yash busybox"),
    "functions for builtins": ("cd() { echo cd; }; echo() { printf 'echo\\n'; }; pwd() { printf 'x\\n'; }",
                               "bash zsh dash ksh93 mksh yash busybox"),
    "bash's": ("shopt -s extglob nullglob failglob nocasematch nocaseglob dotglob globstar lastpipe xpg_echo sourcepath", "bash"),
    "bash without promptvars": ("shopt -u promptvars", "bash"),
    "zsh's": ("setopt kshglob extendedglob nullglob shwordsplit globsubst ksharrays rcquotes noequals magicequalsubst", "zsh"),
    "more of zsh": ("setopt shglob cshnullglob cshjunkiequotes globassign rcexpandparam noshortloops warncreateglobal typesetsilent", "zsh"),
    "zsh as sh": ("emulate sh", "zsh"),
    "zsh as ksh": ("emulate ksh", "zsh"),
    "zsh with unique paths": ("typeset -U path", "zsh"),
    "csh's": ("set noclobber; set noglob; unset path_is_not_there", "tcsh csh"),
    "tcsh's": ("set backslash_quote; set histchars = '@,'; set echo_style = both; set nonomatch", "tcsh"),
    "fish without history": ("set -g fish_history ''", "fish"),
}
ALIASES = {
    "": "alias cd='echo cd' hash='echo hash' echo='printf x' printf='echo printf' command='echo command' pwd='echo pwd'",
    ".csh": "alias cd echo cd; alias rehash echo rehash; alias echo /bin/false; alias set_ /bin/false",
    ".fish": "alias cd 'echo cd'; alias hash 'echo hash'; function printf; echo printf; end",
}

CASES = [(name, line, one) for name, (line, names) in SETTINGS.items() for one in SHELLS if one.name in names.split()]


@pytest.mark.parametrize("setting, one", [pytest.param(line, one, id="%s-%s" % (one.name, name)) for name, line, one in CASES])
@pytest.mark.parametrize("name", ["plain", "a b'c\"d$(touch pwned)`touch pwned`;e\\!%n{RED}"])
def test_setting(setting: str, one: Shell, tool, make, name: str):
    if not one.program:
        pytest.skip("no %s here" % one.name)
    environment = make(name)
    prompt = {".fish": "", ".csh": "set prompt = '> '"}.get(one.suffix, "PS1='> '")
    outcome = run_script(one, visit(one, (setting, prompt)), environment, tool)
    found = complaints(one, environment, outcome)
    assert not found, found


# Where this cannot be told, the relocatable ones say so.
@shells_with("relocatable", [False, True], lambda one, relocatable: one.suffix in ALIASES and (one.locates or not relocatable))
def test_aliases(shell: Shell, relocatable: bool, tool, make):
    """In scripts most shells expand no alias unless they are told to."""
    environment = make("a b", relocatable=relocatable)
    expand = ("shopt -s expand_aliases",) if shell.name == "bash" else ()
    lines = [*expand, ALIASES[shell.suffix], "true", shell.source, shell.write_environment("active"), shell.deactivate,
             shell.write_environment("after")]
    outcome = run_script(shell, lines, environment, tool)
    assert (outcome.status, outcome.output, outcome.errors) == (0, b"", b"")
    assert outcome.environment("active")[b"VIRTUAL_ENV"] == environment.path


@shells_that(lambda one: one.suffix in ALIASES and one.name != "ksh93")  # which reads the whole file before it does anything
def test_an_alias_named_deactivate(shell: Shell, tool, make):
    """It gives way; otherwise it would be expanded in the definition of the function."""
    environment = make()
    expand = "shopt -s expand_aliases" if shell.name == "bash" else "true"
    alias = {".csh": "alias deactivate echo mine"}.get(shell.suffix, "alias deactivate='echo mine'")
    outcome = run_script(shell, [expand, alias, "true", shell.source, shell.deactivate, shell.write_environment("after")], environment, tool)
    assert (outcome.status, outcome.output, outcome.errors) == (0, b"", b"")
    assert b"VIRTUAL_ENV" not in outcome.environment("after")


@pytest.mark.parametrize("prompt", ["unset PS1", "PS1=", "PS1='> '", "export PS1='> '", "PS1='a\nb $(true) > '"])
@pytest.mark.parametrize("name", ["plain", "it's $(touch pwned)"])
@shells_that(is_posix)
def test_prompt_variable(shell: Shell, tool, make, prompt: str, name: str):
    """Unset stays unset, empty stays empty, and what is exported stays exported."""
    environment = make(name)
    outcome = run_script(shell, visit(shell, (prompt,)), environment, tool)
    found = complaints(shell, environment, outcome)
    assert not found, found
    was_exported = b"PS1" in outcome.environment("before")
    assert (b"PS1" in outcome.environment("active")) == was_exported


def test_prompt_may_be_kept(shell: Shell, tool, make):
    """With VIRTUAL_ENV_DISABLE_PROMPT nothing but the prompt is different."""
    environment = make()
    outcome = run_script(shell, visit(shell, ("true", shell.set_prompt)) if shell.activator == "activate" else visit(shell),
                         environment, tool, VIRTUAL_ENV_DISABLE_PROMPT="1")
    found = complaints(shell, environment, outcome)
    assert not found, found


@shells_that(lambda one: is_posix(one) or one.name == "fish")
def test_status_is_success(shell: Shell, tool, make):
    """Both commands succeed, so that `. bin/activate && …` goes on."""
    environment = make()
    outcome = run_script(shell, ["%s && %s && echo both" % (shell.source, shell.deactivate)], environment, tool)
    assert outcome.output == b"both\n"


def test_a_path_that_tools_can_read(make):
    """Tools look for the line in activate that sets VIRTUAL_ENV."""
    lines = {name: open(make(name).activator(SHELLS[0]), "rb").read().split(b"\n") for name in ("plain", "a b")}
    for name, quote in (("plain", b""), ("a b", b"'")):
        found = [line for line in lines[name] if line.startswith(b"export VIRTUAL_ENV=")]
        assert len(found) == 1 and found[0].endswith(quote + name.encode() + quote) or found[0].endswith(name.encode() + quote)
