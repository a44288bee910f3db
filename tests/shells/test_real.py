# SPDX-License-Identifier: MIT
"""Environments that the command made, with a real Python in them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from shells.conftest import Environment, link_to, shells_that, shells_with
from shells.names import is_text
from shells.running import SEARCH_PATH, differences, run_script
from shells.shells import Shell

NAMES = ["venv", "a b'c\"d$(touch pwned)`touch pwned`;e\\!%n{RED}", "h\u00e9llo \u65e5\u672c", "caf\udce9"]
SAY = "import sys; open('said', 'wb').write(sys.prefix.encode('utf-8', 'surrogateescape'))"


def made(run_cvenv, python, tmp_path: Path, name: str, *options: str, prompt: str | None = None) -> Environment:
    path = tmp_path / "at" / name
    run_cvenv("--without-pip", *options, *(["--prompt", prompt] if prompt else []), path, interpreter=python)
    work = tmp_path / "work"
    work.mkdir()
    (work / "say.py").write_text(SAY)
    link_to(os.fsencode(path), work)
    return Environment(os.fsencode(path), os.fsencode(prompt or name), work)


@shells_with("name", NAMES, lambda one, name: one.bytes_allowed or is_text(os.fsencode(name)))
def test_python_is_the_environments(shell: Shell, name: str, run_cvenv, python, tool, tmp_path: Path):
    environment = made(run_cvenv, python, tmp_path, name)
    lines = [*shell.write_state("before"), shell.source, shell.write_environment("active"), "python say.py", shell.deactivate,
             *shell.write_state("after")]
    outcome = run_script(shell, lines, environment, tool)
    assert (outcome.status, outcome.errors) == (0, b"")
    assert (environment.work / "said").read_bytes() == environment.path
    active = outcome.environment("active")
    assert active[b"VIRTUAL_ENV"] == environment.path and active[b"VIRTUAL_ENV_PROMPT"] == environment.prompt
    assert active[b"PATH"] == environment.bin + b":" + SEARCH_PATH
    assert not differences(outcome.environment("before"), outcome.environment("after"))
    assert outcome.state("before", shell) == outcome.state("after", shell)
    assert not list(tmp_path.glob("**/pwned"))


def test_prompt(shell: Shell, run_cvenv, python, tool, tmp_path: Path):
    environment = made(run_cvenv, python, tmp_path, "venv", prompt="__VENV_DIR__ $(touch pwned) 'x'")
    outcome = run_script(shell, [shell.source, shell.write_environment("active")], environment, tool)
    assert outcome.environment("active")[b"VIRTUAL_ENV_PROMPT"] == environment.prompt
    assert not list(tmp_path.glob("**/pwned"))


@shells_that(lambda one: one.locates or one.name == "elvish")
def test_relocatable(shell: Shell, run_cvenv, python, tool, tmp_path: Path):
    """Moved, and the old place is gone."""
    environment = made(run_cvenv, python, tmp_path, "old $x", "--relocatable")
    new = environment.path + b" moved"
    os.rename(environment.path, new)
    link_to(new, environment.work)
    moved = Environment(new, environment.prompt, environment.work)
    outcome = run_script(shell, [shell.source, shell.write_environment("active"), "python say.py"], moved, tool)
    assert (outcome.status, outcome.errors) == (0, b"")
    assert os.path.samefile((environment.work / "said").read_bytes(), new)
    assert os.path.samefile(outcome.environment("active")[b"VIRTUAL_ENV"], new)


def test_activators_are_installed(run_cvenv, some_interpreter, tmp_path: Path):
    """All of them, for every Python; readable, and not executable."""
    path = tmp_path / "venv"
    run_cvenv("--without-pip", path, interpreter=some_interpreter)
    for name in ("activate", "activate.csh", "activate.fish", "activate.nu", "activate.xsh", "activate.elv", "Activate.ps1",
                 "activate_this.py"):
        assert (path / "bin" / name).stat().st_mode & 0o777 == 0o644
    assert not (path / "bin" / "activate.bat").exists()


THIS = """
import {loader}os, sys
{activate}
print(os.environ["VIRTUAL_ENV"] == {path!r}, os.environ["VIRTUAL_ENV_PROMPT"], os.environ["PATH"].split(os.pathsep)[0] == {bin!r},
      sys.prefix == {path!r}, "PYTHONHOME" in os.environ)
import only_here
print(only_here.__file__.startswith({path!r}), sys.path[0] == os.path.dirname(only_here.__file__))
"""


@pytest.mark.parametrize("way", ["runpy", "exec"])
def test_activate_this(run_cvenv, some_interpreter, tmp_path: Path, way: str):
    """A Python that runs already gets the environment's packages and variables."""
    path = tmp_path / "a b'c\"d"
    run_cvenv("--without-pip", "--prompt", "p'q", path, interpreter=some_interpreter)
    version = some_interpreter.run("-c", "import sysconfig; print(sysconfig.get_path('purelib', 'posix_prefix', {'base': ''}))").stdout.strip()
    (path / version.lstrip("/") / "only_here.py").write_text("")
    script = str(path / "bin" / "activate_this.py")
    activate = {"runpy": "runpy.run_path(%r)" % script, "exec": "exec(open(%r).read(), {'__file__': %r})" % (script, script)}[way]
    code = THIS.format(loader="runpy, " if way == "runpy" else "", activate=activate, path=str(path), bin=str(path / "bin"))
    done = some_interpreter.run("-c", code)
    assert done.stdout == "True p'q True True False\nTrue True\n"


def test_activate_this_for_another_version(run_cvenv, interpreters, tmp_path: Path):
    versions = {one.short_version: one for one in interpreters if one.is_cpython and not one.extra}
    if len(versions) < 2:
        pytest.skip("only one version of Python here")
    one, other = list(versions.values())[:2]
    path = tmp_path / "venv"
    run_cvenv("--without-pip", path, interpreter=one)
    done = other.run("-c", "import runpy; runpy.run_path(%r)" % str(path / "bin" / "activate_this.py"), check=False)
    assert done.returncode == 1 and "is for another version of Python than this one" in done.stderr


def test_activate_this_of_a_moved_environment(run_cvenv, python, tmp_path: Path):
    for option, expected in ((), 1), (("--relocatable",), 0):
        path = tmp_path / ("venv%d" % expected)
        run_cvenv("--without-pip", *option, path, interpreter=python)
        path.rename(tmp_path / ("moved%d" % expected))
        script = tmp_path / ("moved%d" % expected) / "bin" / "activate_this.py"
        done = python.run("-c", "import runpy, os; runpy.run_path(%r); print(os.environ['VIRTUAL_ENV'])" % str(script), check=False)
        assert done.returncode == expected
        assert done.stdout.strip() == ("" if expected else str(script.parent.parent))


def test_activate_this_run_as_a_program(run_cvenv, python, tmp_path: Path):
    run_cvenv("--without-pip", tmp_path / "venv", interpreter=python)
    done = subprocess.run([python.path, tmp_path / "venv/bin/activate_this.py"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
