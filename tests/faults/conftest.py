# SPDX-License-Identifier: MIT
"""What the fault tests share: a canary outside, a way to tell that an environment is whole, other users and mounts."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest

from support.environments import write_wheel
from support.faults import NOBODY, Reference, can_unshare, inodes, need, need_root
from support.tree import snapshot


@pytest.fixture
def reference(run_cvenv, tmp_path_factory) -> Reference:
    return Reference(run_cvenv, tmp_path_factory.mktemp("reference"))


@pytest.fixture
def canary(tmp_path_factory) -> Iterator[Path]:
    """Files and directories that nothing may touch: compared when the test is over."""
    directory = tmp_path_factory.mktemp("canary")
    (directory / "file").write_bytes(b"not to be touched\n")
    (directory / "file").chmod(0o640)
    (directory / "program").write_bytes(b"#!/bin/sh\necho a victim\n")
    (directory / "program").chmod(0o755)
    (directory / "directory/inner").mkdir(parents=True)
    (directory / "directory/inner/file").write_bytes(b"nor this\n")
    (directory / "directory/pyvenv.cfg").write_bytes(b"home = /nowhere\n")
    before, times = snapshot(directory), inodes(directory)
    yield directory
    assert snapshot(directory) == before
    assert inodes(directory) == times


@pytest.fixture
def wheels(tmp_path) -> tuple[str, ...]:
    """Options for a pip that is quickly compiled and run, with all that one has: modules, bytecode, a script."""
    info = "pip-98.0.dist-info"
    write_wheel(tmp_path / "wheels", "pip", "98.0", {
        "pip/__init__.py": b"def main():\n    print('pip 98')\n", "pip/__main__.py": b"import pip\npip.main()\n",
        "pip/inner/__init__.py": b"x = 1\n", info + "/entry_points.txt": b"[console_scripts]\npip = pip:main\n"})
    write_wheel(tmp_path / "wheels", "setuptools", "98.0", {"setuptools/__init__.py": b""})
    return "--wheel-dir", str(tmp_path / "wheels")


@pytest.fixture
def as_nobody(tmp_path_factory) -> Iterator[Callable]:
    """Runs a command as a user without rights, in a directory of its own: run(arguments, **options of subprocess.run)."""
    need_root()
    need("setpriv")
    home = Path("/tmp/cvenv-nobody-%d" % os.getpid())
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)

    def run(*arguments, **options) -> subprocess.CompletedProcess:
        environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home)}
        environment.update(options.pop("extra", {}))
        options.setdefault("cwd", home)
        command = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "--", *map(os.fspath, arguments)]
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="surrogateescape", timeout=120, **options)

    run.home = home
    yield run
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def nobodys_cvenv(cvenv, as_nobody) -> str:
    """The command, where a user without rights can start it."""
    copy = as_nobody.home / "cvenv"
    shutil.copy(cvenv, copy)
    copy.chmod(0o755)
    os.chown(copy, NOBODY, NOBODY)
    return str(copy)


@pytest.fixture
def in_namespace() -> Callable:
    """Runs a shell script with mounts of its own, which are gone when it ends."""
    need_root()
    if not can_unshare("-m"):
        pytest.skip("cannot have mounts of its own (unshare -m)")

    def run(script: str, *arguments, check: bool = True, **options) -> subprocess.CompletedProcess:
        result = subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-euc", script, "sh",
                                 *map(os.fspath, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                errors="surrogateescape", timeout=300, **options)
        if result.returncode == 77:
            pytest.skip(": ".join(line.strip() for line in reversed(result.stderr.splitlines())))
        if check and result.returncode:
            pytest.fail("exit status %d\n%s%s" % (result.returncode, result.stdout, result.stderr))
        return result

    return run
