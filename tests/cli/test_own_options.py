# SPDX-License-Identifier: MIT
"""The options that `python -m venv` does not have do what the manual says of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.tracing import strace


def base_prefix(env: Path) -> str:
    return subprocess.run([env / "bin/python", "-c", "import sys; print(sys.base_prefix)"], capture_output=True, text=True,
                          check=True).stdout.strip()


def packages(env: Path) -> Path:
    found, = env.glob("lib/python3*/site-packages")
    return found


def test_python_by_name(run_cvenv, tmp_path, python, monkeypatch):
    """A name is looked for in PATH, from left to right, past what cannot be run."""
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
    (tmp_path / "first/my-python").touch()
    (tmp_path / "second/my-python").symlink_to(python.path)
    (tmp_path / "third/my-python").symlink_to("/bin/false")
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / name) for name in ("first", "second", "third")))
    run_cvenv("-p", "my-python", "--without-pip", tmp_path / "env")
    assert base_prefix(tmp_path / "env") == python.prefix
    assert os.path.lexists(tmp_path / "env/bin/my-python")


def test_python_in_environment(run_cvenv, tmp_path, python):
    """It stands for its base, however many environments deep it is."""
    run_cvenv("--without-pip", tmp_path / "one", interpreter=python)
    run_cvenv("--without-pip", "-p", tmp_path / "one/bin/python", tmp_path / "two")
    run_cvenv("--without-pip", "-p", tmp_path / "two/bin/python", tmp_path / "three")
    shutil.rmtree(tmp_path / "one")
    shutil.rmtree(tmp_path / "two")
    assert base_prefix(tmp_path / "three") == python.prefix


def test_wheel_dir(run_cvenv, tmp_path, python, interpreters):
    """A wheel in one of the directories is taken instead of the interpreter's own."""
    wheels = [wheel for one in interpreters for wheel in Path(one.prefix).glob("lib/python3*/ensurepip/_bundled/pip-2[34]*.whl")]
    if not wheels:
        pytest.skip("no Python here bundles a wheel of pip to offer")
    (tmp_path / "empty").mkdir()
    (tmp_path / "wheels").mkdir()
    shutil.copy(wheels[-1], tmp_path / "wheels")
    run_cvenv("--wheel-dir", tmp_path / "empty", "--wheel-dir", tmp_path / "wheels", tmp_path / "env", interpreter=python)
    version = wheels[-1].name.split("-")[1]
    shown = subprocess.run([tmp_path / "env/bin/pip", "--version"], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("pip %s from %s" % (version, tmp_path / "env"))


def links(env: Path) -> tuple[set[int], set[int]]:
    """How many names files have: pip's sources, and its bytecode."""
    files = [path for path in (packages(env) / "pip").rglob("*") if path.is_file()]
    return tuple({path.stat().st_nlink > 1 for path in files if (path.suffix == ".pyc") == compiled} for compiled in (False, True))


@pytest.mark.parametrize("mode, sources, bytecode", [("hardlink", {True}, {True}), ("copy", {False}, {False})])
def test_link_mode(run_cvenv, tmp_path, python, fresh_cache, mode, sources, bytecode):
    run_cvenv("--link-mode", mode, "--cache-dir", tmp_path / "cache", tmp_path / "env", interpreter=python)
    assert links(tmp_path / "env") == (sources, bytecode)


def test_link_mode_auto(run_cvenv, tmp_path, python):
    """Sources, which people edit, never share anything with the cache."""
    run_cvenv("--cache-dir", tmp_path / "cache", tmp_path / "env", interpreter=python)
    assert links(tmp_path / "env")[0] == {False}
    for name in ("one", "two"):
        run_cvenv("--cache-dir", tmp_path / "cache", tmp_path / name, interpreter=python)
    (packages(tmp_path / "one") / "pip/__init__.py").write_text("changed")
    assert "changed" not in (packages(tmp_path / "two") / "pip/__init__.py").read_text()


def test_link_mode_clone(run_cvenv, tmp_path, python):
    """Clones, or says that this file system cannot."""
    result = run_cvenv("--link-mode=clone", "--cache-dir", tmp_path / "cache", tmp_path / "env", interpreter=python, check=False)
    if result.returncode == 0:
        assert links(tmp_path / "env") == ({False}, {False})
    else:
        assert result.stderr.startswith("Error: %s" % (tmp_path / "env")) and not (tmp_path / "env").exists()


def test_no_compile(run_cvenv, tmp_path, python):
    run_cvenv("--no-compile", tmp_path / "env", interpreter=python)
    assert not list((tmp_path / "env").rglob("*.pyc"))
    assert subprocess.run([tmp_path / "env/bin/pip", "check"], capture_output=True).returncode == 0


def test_relocatable(run_cvenv, tmp_path, python):
    """Moved, it is still activated and its scripts still run."""
    run_cvenv("--relocatable", tmp_path / "env", interpreter=python)
    (tmp_path / "another place").mkdir()
    moved = (tmp_path / "env").rename(tmp_path / "another place/moved")
    shown = subprocess.run([moved / "bin/pip", "--version"], capture_output=True, text=True, check=True).stdout
    assert str(moved) in shown
    if not shutil.which("bash"):
        pytest.skip("no bash on this machine")
    shown = subprocess.run(["bash", "-c", '. "$1/bin/activate" && printf %s "$VIRTUAL_ENV"', "bash", moved], capture_output=True, text=True,
                           check=True).stdout
    assert shown == str(moved)


def test_cache_dir(run_cvenv, tmp_path, python, fresh_cache):
    run_cvenv("--cache-dir", "here", "env", cwd=tmp_path, interpreter=python)
    assert list(fresh_cache.rglob("*")) == []
    assert any(path.is_file() for path in (tmp_path / "here").rglob("*"))
    assert not [path for path in (tmp_path / "here").rglob("*") if path.stat().st_mode & 0o022]


def test_no_cache(run_cvenv, tmp_path, python, fresh_cache):
    run_cvenv("--no-cache", tmp_path / "env", interpreter=python)
    assert list(fresh_cache.rglob("*")) == []
    assert subprocess.run([tmp_path / "env/bin/pip", "check"], capture_output=True).returncode == 0


def test_default_cache(run_cvenv, tmp_path, isolated, monkeypatch, python):
    """$XDG_CACHE_HOME/cvenv; a value that is not absolute does not count; then $HOME/.cache/cvenv."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    run_cvenv("--without-pip", tmp_path / "env", interpreter=python)
    assert os.listdir(tmp_path / "xdg") == ["cvenv"]
    for value in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        run_cvenv("--without-pip", "--clear", tmp_path / "env", interpreter=python, cwd=isolated)
        assert os.listdir(isolated / ".cache") == ["cvenv"]
        assert not (isolated / "relative").exists()
        shutil.rmtree(isolated / ".cache")


def test_force(run_cvenv, tmp_path):
    (tmp_path / "checkout/.git").mkdir(parents=True)
    (tmp_path / "checkout/file").touch()
    refused = run_cvenv("--clear", "--without-pip", tmp_path / "checkout", check=False)
    assert refused.returncode == 1 and "--force" in refused.stderr
    assert (tmp_path / "checkout/file").exists()
    run_cvenv("--clear", "--force", "--without-pip", tmp_path / "checkout")
    assert not (tmp_path / "checkout/file").exists() and not (tmp_path / "checkout/.git").exists()
    assert (tmp_path / "checkout/pyvenv.cfg").exists()


def test_durable(cvenv, tmp_path):
    """Every file is synchronised before it gets its name in the end, and the directory that it appears in after that."""
    def calls(*arguments: str) -> list[str]:
        traced = "fsync,fdatasync,syncfs,rename,renameat,renameat2"
        lines = strace([cvenv, *arguments], traced, tmp_path / "trace", cwd=tmp_path).splitlines()
        return [line.split("(")[0].split()[-1] for line in lines if " = 0" in line]

    calls("--without-pip", "warm")
    assert "fsync" not in calls("--without-pip", "plain")
    durable = calls("--without-pip", "--durable", "durable")
    rename = max(number for number, call in enumerate(durable) if call.startswith("rename"))
    files = sum(1 for path in (tmp_path / "durable").rglob("*") if path.is_file() and not path.is_symlink())
    assert sum(call in ("fsync", "fdatasync") for call in durable[:rename]) >= files or "syncfs" in durable[:rename]
    assert {"fsync", "syncfs"} & set(durable[rename + 1:])
