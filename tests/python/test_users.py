# SPDX-License-Identifier: MIT
"""Programs that make environments through venv, from the package index, with cvenv in its place."""

from __future__ import annotations

import os
import subprocess
import textwrap
from pathlib import Path

import pytest

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "demo-program"
version = "1.0"
[project.scripts]
demo-program = "demo_program:main"
"""


@pytest.fixture
def project(tmp_path):
    """A small project with a command."""
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "pyproject.toml").write_text(PYPROJECT)
    (directory / "demo_program.py").write_text("def main():\n    print('it works')\n")
    return directory


@pytest.fixture(scope="session")
def tools(request, tmp_path_factory):
    """tools(NAME...): the directory of the programs of these packages, installed with a plain venv."""
    installed: dict[tuple[str, ...], Path] = {}

    def install(*names):
        if names not in installed:
            python = request.getfixturevalue("python")
            directory = tmp_path_factory.mktemp("tools") / "env"
            python.run("-m", "venv", str(directory))
            pip = [directory / "bin" / "python", "-m", "pip", "install", "--quiet", *names]
            answer = subprocess.run(pip, capture_output=True, text=True)
            if answer.returncode:
                pytest.skip("%s cannot be installed: %s" % (" ".join(names), answer.stderr.strip().splitlines()[-1]))
            installed[names] = directory / "bin"
        return installed[names]

    return install


@pytest.fixture
def run(replacement, isolated, tmp_path):
    """Runs a program with cvenv in the place of venv, in it and in the Pythons that it starts."""

    def run(*command, cwd, **variables):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(replacement.path), **variables}
        environment["PATH"] = os.pathsep.join([os.path.dirname(command[0]), environment["PATH"]])
        result = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        assert result.returncode == 0, result.stdout
        return result.stdout

    return run


def assert_ours(env_dir):
    """venv of no version so far writes this key (and virtualenv keeps those that its creator has written)."""
    assert "\npython-version = " in (Path(env_dir) / "pyvenv.cfg").read_text()


def test_build(tools, run, project):
    (project / "setup.py").write_text(textwrap.dedent("""
        import sys, setuptools
        with open("environment", "w") as file:
            file.write(open(sys.prefix + "/pyvenv.cfg").read())
        setuptools.setup()
    """))
    output = run(tools("build", "pipx") / "python", "-m", "build", cwd=project)
    assert "Successfully built" in output
    assert len(list((project / "dist").iterdir())) == 2
    run(tools("build", "pipx") / "python", "-m", "build", "--wheel", cwd=project)
    assert "\npython-version = " in (project / "environment").read_text()


@pytest.fixture
def python_with_cvenv(python, replacement, tmp_path):
    """A Python in which cvenv stands for venv even for those who clear PYTHONPATH."""
    python.run("-m", "venv", "--without-pip", str(tmp_path / "host"))
    packages = next((tmp_path / "host" / "lib").glob("python*/site-packages"))
    (packages / "first.pth").write_text("import sys; sys.path[:0] = %r\n" % list(replacement.path))
    return tmp_path / "host" / "bin" / "python"


def test_pipx(tools, run, project, tmp_path, python_with_cvenv):
    variables = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path / "bin"),
                 "PIPX_MAN_DIR": str(tmp_path / "man"), "USE_EMOJI": "0"}
    run(tools("build", "pipx") / "pipx", "install", "--python", python_with_cvenv, project, cwd=tmp_path, **variables)
    assert_ours(tmp_path / "pipx" / "venvs" / "demo-program")
    assert run(tmp_path / "bin" / "demo-program", cwd=tmp_path) == "it works\n"


def test_nox(tools, run, project):
    (project / "noxfile.py").write_text(textwrap.dedent("""
        import nox

        @nox.session(venv_backend="venv")
        def tests(session):
            session.install(".")
            session.run("demo-program")
    """))
    output = run(tools("nox", "tox", "virtualenv") / "nox", cwd=project)
    assert "it works" in output
    assert_ours(project / ".nox" / "tests")


def test_tox(tools, run, project):
    (project / "tox.ini").write_text("[tox]\nenv_list = py\n[testenv]\ncommands = demo-program\n")
    output = run(tools("nox", "tox", "virtualenv") / "tox", cwd=project, VIRTUALENV_CREATOR="venv")
    assert "it works" in output
    assert_ours(project / ".tox" / "py")


def test_virtualenv(tools, run, tmp_path):
    env_dir = tmp_path / "env"
    run(tools("nox", "tox", "virtualenv") / "virtualenv", "--creator", "venv", env_dir, cwd=tmp_path)
    assert_ours(env_dir)
    assert str(env_dir) in run(env_dir / "bin" / "pip", "--version", cwd=tmp_path)


def test_fades(tools, run, python, tmp_path):
    """It has a subclass of EnvBuilder of its own, refuses to run in an environment, and needs pkg_resources (setuptools 80)."""
    (tmp_path / "program.py").write_text("import iniconfig, sys; print(sys.prefix)\n")
    packages = next(tools("fades", "setuptools<81").parent.glob("lib/python*/site-packages"))
    start = "import runpy, sys; sys.path.append(%r); runpy.run_module('fades', run_name='__main__')" % str(packages)
    command = [python.path, "-c", start, "--dependency", "iniconfig", tmp_path / "program.py"]
    assert_ours(run(*command, cwd=tmp_path).strip().splitlines()[-1])
