# SPDX-License-Identifier: MIT
"""`python -m cvenv` is the command, with the running Python as the base."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest


def config(env_dir):
    return dict(line.split(" = ", 1) for line in (env_dir / "pyvenv.cfg").read_text().splitlines())


def prefix(env_dir, interpreter):
    return subprocess.check_output([env_dir / "bin" / "python", "-c", "import sys; print(sys.prefix, sys.base_prefix)"],
                                   env=interpreter.environment(), text=True).split()


def test_makes_an_environment_of_the_running_python(cpython, replacement, tmp_path):
    result = replacement.run(cpython, "-m", "cvenv", str(tmp_path / "env"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert prefix(tmp_path / "env", cpython) == [str(tmp_path / "env"), cpython.prefix]
    assert config(tmp_path / "env")["home"] == os.path.dirname(cpython.path)
    assert (tmp_path / "env" / "bin" / "pip").exists()


def test_another_python_can_be_named(python, interpreters, replacement, tmp_path):
    other = [one for one in interpreters if one.is_cpython and one.version[:2] != python.version[:2]][-1]
    result = replacement.run(python, "-m", "cvenv", "--without-pip", "-p", other.path, str(tmp_path / "env"))
    assert result.returncode == 0, result.stderr
    assert config(tmp_path / "env")["version"] == ".".join(map(str, other.version))


def test_is_the_same_command(cvenv, python, replacement, tmp_path):
    for arguments in [["--version"], ["--help"], ["--nonsense", "x"], [], ["--clear", "--upgrade", "x"]]:
        native = subprocess.run([cvenv, *arguments], capture_output=True, text=True, cwd=tmp_path)
        ours = replacement.run(python, "-m", "cvenv", *arguments, cwd=tmp_path)
        assert (ours.returncode, ours.stdout, ours.stderr) == (native.returncode, native.stdout, native.stderr)


def test_names_that_are_no_text(python, replacement, tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    result = replacement.run(python, "-m", "cvenv", "--without-pip", name)
    assert result.returncode == 0, result.stderr
    assert os.path.exists(os.path.join(name, "pyvenv.cfg"))


def test_nothing_is_asked_of_the_base(python, replacement, tmp_path, fresh_cache):
    """What another Python answers when it is started is remembered; of this one it is known anyway."""
    assert replacement.run(python, "-m", "cvenv", "--without-pip", str(tmp_path / "one")).returncode == 0
    assert not [path for path in fresh_cache.rglob("*") if path.is_file()]
    named = ["-p", python.path, str(tmp_path / "two")]
    assert replacement.run(python, "-m", "cvenv", "--without-pip", *named).returncode == 0
    assert [path for path in fresh_cache.rglob("*") if path.is_file()]


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace")
def test_calls_start_no_process(cpython, replacement, tmp_path):
    """Neither the base is asked, nor pip run, once the base's pip has been compiled."""
    program = "import venv, sys; venv.create(sys.argv[1], with_pip=True, symlinks=True)"
    replacement.run(cpython, "-c", program, str(tmp_path / "warm"))
    trace = tmp_path / "trace"
    environment = cpython.environment(PYTHONPATH=os.pathsep.join(replacement.path))
    strace = ["strace", "-f", "-qq", "-e", "trace=execve,fork,vfork", "-o", str(trace)]
    subprocess.run([*strace, cpython.path, "-c", program, str(tmp_path / "env")], env=environment, check=True)
    assert len([line for line in trace.read_text().splitlines() if "execve(" in line or "fork(" in line]) == 1
    assert (tmp_path / "env" / "bin" / "pip").exists()
