# SPDX-License-Identifier: MIT
"""
Activation in cmd.exe: python is the environment's own, and afterwards everything is as before. (In tests/shells more names,
also in UTF-8, for which Wine has to be another one.)
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

NAMES = ["plain", "am&set PWNED=1&per (sand)", "it's ^ca!ret! `,=", "$P$G [x]{y}~#@+", "__VENV_PROMPT__ __VENV_DIR__", ")"]

DUMP = """import json, os, sys
with open(os.path.join(os.path.dirname(__file__), sys.argv[1] + '.json'), 'w', encoding='utf-8') as file:
    json.dump({'prefix': sys.prefix, 'environ': dict(os.environ)}, file)
"""

# The working directory is the environment: nothing of its name stands in the batch file.
BATCH = """@echo off
set "PROMPT=$P $G"
"{base}" "{dump}" before
call Scripts\\activate.bat
echo activated %ERRORLEVEL%
python "{dump}" during
call Scripts\\activate.bat
python "{dump}" twice
call deactivate.bat
echo left %ERRORLEVEL%
"{base}" "{dump}" after
"""


def is_own(name: str) -> bool:
    """Variables that the command interpreter and Wine change by themselves."""
    return name.upper() not in ("ERRORLEVEL", "=EXITCODE", "PWD")


def dumps(wine, python: Path, directory: Path, cwd: Path, batch: str, **variables: str) -> tuple[str, dict]:
    """Runs the batch file: what it said, and what its dumps hold, by their names."""
    (directory / "dump.py").write_text(DUMP)
    text = batch.format(base=wine.path(python / "python.exe"), dump=wine.path(directory / "dump.py"))
    (directory / "run.bat").write_bytes(text.replace("\n", "\r\n").encode())
    said = wine.run("cmd", "/c", wine.path(directory / "run.bat"), cwd=cwd, env=variables).stdout
    return said, {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in directory.glob("*.json")}


class Session:
    """What a batch file saw that activated twice and left again."""

    def __init__(self, wine, python: Path, env: Path, directory: Path, prompt: str | None = None, **variables: str) -> None:
        self.shown = prompt or env.name
        self.said, self.dumps = dumps(wine, python, directory, env, BATCH, **variables)

    def environ(self, name: str) -> dict[str, str]:
        return {key.upper(): value for key, value in self.dumps[name]["environ"].items() if is_own(key)}


def check(session: Session, wine, env: Path) -> None:
    before = session.environ("before")
    path = wine.path(env)
    for name in ("during", "twice"):
        during = session.environ(name)
        assert session.dumps[name]["prefix"].lower() == path.lower()
        assert during["VIRTUAL_ENV"] == path
        assert during["VIRTUAL_ENV_PROMPT"] == session.shown
        assert during["PATH"] == path + "\\Scripts;" + before["PATH"]
        assert during["PROMPT"] == "(%s) " % session.shown.replace("$", "$$") + before["PROMPT"]
        assert "PYTHONHOME" not in during and "PWNED" not in during
    assert "activated 0" in session.said and "left 0" in session.said
    assert session.environ("after") == before


@pytest.mark.parametrize("name", NAMES)
def test_names_of_directories(wine, create, windows_python: Path, tmp_path: Path, name: str) -> None:
    env = tmp_path / name
    create("--without-pip", env)
    check(Session(wine, windows_python, env, tmp_path), wine, env)


@pytest.mark.parametrize("name, prompt", [("p%PATH%q 100%%", "50% $P %PATH%"), ("%~dp0", "%~dp0 %*"),
                                          ("50%", "%PATH:~0,3%")])
def test_percent_signs(wine, create, windows_python: Path, tmp_path: Path, name: str, prompt: str) -> None:
    """
    Wine's cmd (8.0) expands what expanded variables hold again and again, and may die of it; cmd.exe does not. So what runs
    here is the part of activate.bat in which the names stand, without what follows that reads the variables.
    """
    env = tmp_path / name
    create("--without-pip", "--prompt", prompt, env)
    lines = (env / "Scripts" / "activate.bat").read_text(encoding="utf-8").splitlines()
    end = next(number for number, line in enumerate(lines, 1) if line.startswith('@set "_VENV_PROMPT='))
    batch = "\n".join([*lines[:end], '"{base}" "{dump}" during', ""])
    environ = dumps(wine, windows_python, tmp_path, tmp_path, batch)[1]["during"]["environ"]
    assert (environ["_VENV_DIR"], environ["_VENV_PROMPT"]) == (wine.path(env), prompt)


@pytest.mark.parametrize("prompt", ["50 $P $$ (p)", "a&set PWNED=1", "^x!y __VENV_DIR__"])
def test_prompts(wine, create, windows_python: Path, tmp_path: Path, prompt: str) -> None:
    env = tmp_path / "env"
    create("--without-pip", "--prompt", prompt, env)
    check(Session(wine, windows_python, env, tmp_path, prompt), wine, env)


def test_home_of_another_python_is_put_aside(wine, create, windows_python: Path, tmp_path: Path) -> None:
    env = tmp_path / "env"
    create("--without-pip", env)
    session = Session(wine, windows_python, env, tmp_path, PYTHONHOME=wine.path(windows_python))
    check(session, wine, env)
    assert session.environ("after")["PYTHONHOME"] == wine.path(windows_python)
