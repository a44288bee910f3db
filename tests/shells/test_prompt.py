# SPDX-License-Identifier: MIT
"""The user's prompt is left as it is, with everything in it that changes."""

from __future__ import annotations

import pytest

from shells.conftest import link_to, make_environment, shells_named, shells_that
from shells.running import variables_for
from shells.shells import Shell
from shells.terminal import Terminal

HOSTILE = "a $(touch pwned) `touch pwned` \\w %n !"


def on_terminal(shell: Shell, tool, environment, lines: list[str], **more: str) -> list[str]:
    """The prompts that the shell shows after each line."""
    variables = variables_for(environment, shell, tool, TERM="xterm", ACTIVATE="env/bin/" + shell.activator, **more)
    with Terminal(shell.start(), environment.work, variables) as terminal:
        prompts = [terminal.type(line) for line in (shell.set_prompt, *lines)]
    assert not (environment.work / "pwned").exists()
    return prompts[1:]


def commands(shell: Shell) -> tuple[str, str]:
    return shell.source_on_terminal or shell.source, shell.deactivate_on_terminal or shell.deactivate


def only(name: str) -> Shell:
    shell = shells_named(name)[0]
    if not shell.program:
        pytest.skip("no %s here" % shell.command[0])
    return shell


# A prompt of the user's that shows the status of the last command, a command that fails, and what the prompt then ends in.
DYNAMIC = {
    "bash": ("PS1='$? READY> '", "(exit 3)", "3 READY>"),
    "zsh": ("PS1='%? READY> '", "(exit 3)", "3 READY>"),
    "dash": ("PS1='$? READY> '", "(exit 3)", "3 READY>"),
    "ksh93": ("PS1='$? READY> '", "(exit 3)", "3 READY>"),
    "mksh": ("PS1='$? READY> '", "(exit 3)", "3 READY>"),
    "yash": ("PS1='$? READY> '", "(exit 3)", "3 READY>"),
    "busybox": ("PS1='$? READY> '", "(exit 3)", "3 READY>"),
    "fish": ("function fish_prompt; echo -n \"$status $pipestatus READY> \"; end", "false | true | sh -c 'exit 3'", "3 1 0 3 READY>"),
    "tcsh": ("set prompt = '%? READY> '", "sh -c 'exit 3'", "3 READY>"),
    "nu": ("$env.PROMPT_COMMAND = {|| $'($env.LAST_EXIT_CODE) READY> '}", "^sh -c 'exit 3'", "3 READY>"),
    "xonsh": ("$PROMPT = '{last_return_code} READY> '", "sh -c 'exit 3'", "3 READY>"),
}


@pytest.mark.parametrize("name", DYNAMIC)
def test_status_in_the_prompt(tool, make, name: str):
    shell = only(name)
    prompt, fail, expected = DYNAMIC[name]
    source, deactivate = commands(shell)
    before, *_, active, _, after = on_terminal(shell, tool, make(HOSTILE), [prompt, fail, source, fail, deactivate, fail])[1:]
    assert (before, active, after) == (expected, "(%s) %s" % (HOSTILE, expected), expected)


@shells_that(lambda one: one.name != "nu")  # where two overlays of one name need two paths
def test_a_second_environment_on_a_terminal(shell: Shell, tool, make, tmp_path):
    """Its name replaces the other, and the user's prompt comes back."""
    first = make("first")
    (tmp_path / "x").mkdir()
    second = make_environment(tool, tmp_path / "x", b"second", HOSTILE.encode())
    source, deactivate = commands(shell)
    variables = variables_for(first, shell, tool, TERM="xterm", ACTIVATE="env/bin/" + shell.activator)
    with Terminal(shell.start(), first.work, variables) as terminal:
        terminal.type(shell.set_prompt)
        shown = [terminal.type(source)]
        link_to(second.path, first.work)
        shown += [terminal.type(source), terminal.type(source), terminal.type(deactivate)]
    assert shown == ["(first) READY>", "(%s) READY>" % HOSTILE, "(%s) READY>" % HOSTILE, "READY>"]


def test_the_prompt_may_be_kept(shell: Shell, tool, make):
    source, deactivate = commands(shell)
    shown = on_terminal(shell, tool, make(), [source, shell.write_environment("x"), deactivate], VIRTUAL_ENV_DISABLE_PROMPT="1")
    assert shown == ["READY>"] * 3


@shells_that(lambda one: one.name not in ("nu", "xonsh"))  # whose prompts belong to the overlay, or show the name by a field
def test_a_prompt_that_is_set_while_active_stays(shell: Shell, tool, make):
    """Nothing is put back over it."""
    source, deactivate = commands(shell)
    other = shell.set_prompt.replace("READY", "NEW READY")
    assert on_terminal(shell, tool, make(HOSTILE), [source, other, deactivate])[1:] == ["NEW READY>", "NEW READY>"]


@pytest.mark.parametrize("name, line", [
    ("bash", "PROMPT_COMMAND='x=$PS1; : \"${x@P}\"'"), ("bash", "shopt -u promptvars"), ("bash", "set -o posix"),
    ("zsh", "precmd() { print -P -- \"$PS1\" >/dev/null; eval : \"${(q)PS1}\" }"), ("zsh", "setopt promptsubst promptbang"),
    ("zsh", "setopt promptsubst; unsetopt promptpercent"), ("zsh", "emulate ksh"),
    ("tcsh", "alias precmd 'set x = \"$prompt:q\"; eval true'"), ("tcsh", "alias periodic true"), ("tcsh", "set promptchars = '%#'"),
    ("fish", "function on --on-event fish_prompt; true; end"),
])
def test_drawing_runs_nothing(tool, make, name: str, line: str):
    """Whatever else happens when a prompt is drawn; and also when the setting comes after the activation."""
    shell = only(name)
    source, deactivate = commands(shell)
    for lines in ([line, source], [source, line]):
        environment = make(HOSTILE + str(len(lines[0])))
        on_terminal(shell, tool, environment, [*lines, shell.write_environment("x"), shell.write_environment("y"), deactivate])


def test_yash_has_two_prompts(tool, make):
    """YASH_PS1, where it is set, is shown instead of PS1."""
    shell = only("yash")
    source, deactivate = commands(shell)
    lines = ["YASH_PS1='READY> '", source, deactivate]
    assert on_terminal(shell, tool, make(HOSTILE), lines) == ["READY>", "(%s) READY>" % HOSTILE, "READY>"]


def test_zsh_keeps_psvar(tool, make):
    shell = only("zsh")
    source, deactivate = commands(shell)
    lines = ["psvar=(one two); PS1='%1v %2v READY> '", source, deactivate, "PS1=\"$#psvar %1v READY> \""]
    shown = on_terminal(shell, tool, make(HOSTILE), lines)
    assert shown == ["one two READY>", "(%s) one two READY>" % HOSTILE, "one two READY>", "2 one READY>"]
