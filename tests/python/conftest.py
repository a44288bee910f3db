# SPDX-License-Identifier: MIT
"""Fixtures for the Python package: the package as it is installed, and Pythons in which it stands for venv."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.interpreters import Interpreter

SHIM = """
import sys
import cvenv
sys.modules["venv"] = cvenv
"""


@dataclass(frozen=True)
class Module:
    """venv, as the standard library has it or as cvenv replaces it: what to put on the path."""

    name: str
    path: tuple[str, ...]

    def run(self, interpreter: Interpreter, *arguments: str, **options) -> subprocess.CompletedProcess:
        """Runs Python with it; the result is not checked."""
        environment = interpreter.environment(PYTHONDONTWRITEBYTECODE="1")
        environment["PYTHONPATH"] = os.pathsep.join([*self.path, *filter(None, [environment.get("PYTHONPATH")])])
        options.setdefault("timeout", 600)
        return interpreter.run(*arguments, check=False, env=environment, **options)


@pytest.fixture(scope="session")
def package(build_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the package `cvenv` as an installation has it: $CVENV_PACKAGE, or installed from the build."""
    if os.environ.get("CVENV_PACKAGE"):
        return Path(os.environ["CVENV_PACKAGE"]).resolve()
    if not (build_directory / "python").is_dir():
        pytest.skip("the Python package is not built in %s" % build_directory)
    destination = tmp_path_factory.mktemp("package")
    subprocess.run(["meson", "install", "-C", str(build_directory), "--no-rebuild", "--quiet", "--destdir",
                    str(destination), "--tags", "python-runtime"], check=True, stdout=subprocess.DEVNULL)
    extensions = list(destination.rglob("cvenv/_cvenv*.so"))
    if not extensions:
        pytest.skip("the build in %s has no extension module: no Python headers?" % build_directory)
    return extensions[0].parent.parent


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With this directory on the path, `import venv` and `python -m venv` are cvenv."""
    directory = tmp_path_factory.mktemp("shim")
    (directory / "venv").mkdir()
    (directory / "venv" / "__init__.py").write_text(SHIM)
    return directory


@pytest.fixture(scope="session")
def replacement(package: Path, shim: Path) -> Module:
    """cvenv in the place of venv."""
    return Module("cvenv", (str(shim), str(package)))


@pytest.fixture(scope="session")
def original() -> Module:
    """The standard library's venv."""
    return Module("venv", ())


@pytest.fixture(params=["cvenv", pytest.param("venv", marks=pytest.mark.thorough)])
def module(request: pytest.FixtureRequest) -> Module:
    """cvenv, and when thorough also venv: what a test expects of the one is thereby proved of the other."""
    return request.getfixturevalue("original" if request.param == "venv" else "replacement")


@pytest.fixture
def cpython(interpreter: Interpreter) -> Interpreter:
    """Every CPython that the package is for."""
    if not interpreter.is_cpython:
        pytest.skip("the extension is for CPython")
    if interpreter.version < (3, 8):
        pytest.skip("the package is for Python 3.8 and later")
    if not interpreter.has_venv:
        pytest.skip("this Python has no venv or no ensurepip")
    return interpreter
