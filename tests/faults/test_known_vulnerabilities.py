# SPDX-License-Identifier: MIT
"""What others had to be told of: each known vulnerability of programs of this kind, tried here."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from support.environments import record_digest, write_wheel
from support.faults import NOBODY, need_root
from support.swapper import Swapping
from support.tracing import strace
from support.tree import snapshot

SHELLS = {"sh": ("activate", "."), "bash": ("activate", "."), "zsh": ("activate", "."), "fish": ("activate.fish", "source"),
          "tcsh": ("activate.csh", "source")}


def activate(environment: Path, directory: Path) -> None:
    """In every shell, with the prompt drawn as an interactive one would; what is run by a name leaves a file."""
    directory.mkdir()
    for shell, (name, source) in SHELLS.items():
        if shutil.which(shell):
            script = '%s "$SCRIPT"; eval "echo $?"' % source if shell != "fish" else 'source "$SCRIPT"; fish_prompt'
            if shell == "bash":
                script += '; shopt -s promptvars; echo "${PS1@P}"'
            if shell == "zsh":
                script += '; setopt promptsubst; print -P -- "$PS1"'
            subprocess.run([shell, "-c", script], cwd=directory, env={**os.environ, "SCRIPT": str(environment / "bin" / name)},
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    assert os.listdir(directory) == []


NAMES = ["$(touch pwned)", "`touch pwned`", "';touch pwned;'", '";touch pwned;"', "a;touch pwned", "$(touch${IFS}pwned)",
         "a\\';touch pwned;#", "!touch pwned"]


@pytest.mark.parametrize("name", NAMES)
def test_CVE_2024_9287(name, run_cvenv, tmp_path):
    """CPython: the path was put into the activators without being quoted."""
    run_cvenv("--without-pip", tmp_path / name)
    activate(tmp_path / name, tmp_path / "empty")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["env", "__VENV_PROMPT__", "__VENV_BIN_NAME__", "__VENV_PYTHON__", "__VIRTUAL_PROMPT__", "__VIRTUAL_ENV__"])
def test_CVE_2024_53899(name, place, run_cvenv, tmp_path):
    """virtualenv: path and prompt were put into the activators unquoted, one after the other: also into what had been put in before."""
    environment = tmp_path / place / name
    run_cvenv("--without-pip", "--prompt", name + place, environment)
    activate(environment, tmp_path / "empty")


@pytest.mark.parametrize("directory", ["cvenv", "cvenv/facts-1", "cvenv/wheels-1"])
def test_CVE_2026_22702(directory, fresh_cache, wheels, python, run_cvenv, reference, thorough, tmp_path):
    """virtualenv: between the look at a directory of the cache and its use somebody put a link in its place."""
    need_root()
    reference.of("env", wheels, python)
    run_cvenv(*wheels, tmp_path / "first", interpreter=python)
    attackers = tmp_path / "attackers"
    attackers.mkdir(mode=0o777)
    os.chown(attackers, NOBODY, NOBODY)
    (tmp_path / "link").symlink_to(attackers)
    with Swapping(fresh_cache / directory, tmp_path / "link", thorough) as swapping:
        for _ in swapping.rounds():
            run_cvenv(*wheels, tmp_path / "env", interpreter=python)
            reference.assert_whole(tmp_path / "env", *wheels, interpreter=python)
            shutil.rmtree(tmp_path / "env")
            assert os.listdir(attackers) == []


def evil_wheel(directory: Path, members: dict[str, tuple[bytes, int]]) -> Path:
    """A wheel of pip with more members than an honest one has: contents and mode of each, all listed in RECORD."""
    path = write_wheel(directory, "pip", "98.0", {"pip/__init__.py": b"x = 1\n"})
    with zipfile.ZipFile(path) as archive:
        files = {name: (archive.read(name), 0o644) for name in archive.namelist() if not name.endswith("/RECORD")}
    files.update(members)
    rows = "".join("%s,%s,%d\n" % (name, record_digest(data), len(data)) for name, (data, _) in files.items())
    files["pip-98.0.dist-info/RECORD"] = ((rows + "pip-98.0.dist-info/RECORD,,\n").encode(), 0o644)
    with zipfile.ZipFile(path, "w") as archive:
        for name, (data, mode) in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o100000 | mode) << 16
            archive.writestr(member, data)
    return path


def refused(wheel: Path, python, run_cvenv, directory: Path) -> str:
    """Why the wheel is not installed; nothing is changed then."""
    before = snapshot(directory)
    result = run_cvenv("--wheel-dir", wheel.parent, directory / "env", interpreter=python, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: %s: " % wheel)
    assert snapshot(directory) == before
    return result.stderr


@pytest.mark.parametrize("name", [40 * "../" + "{canary}/file", "{canary}/file", "pip/../../../../../../canary/file", "pip/link/file",
                                  "..\\..\\file", "pip//../../x", "C:/x", "./../x"])
def test_CVE_2026_24049(name, canary, python, run_cvenv, tmp_path):
    """wheel: the mode of a member was given to what its name, followed as it stood, led to."""
    wheel = evil_wheel(tmp_path / "wheels", {name.format(canary=canary): (b"", 0o777)})
    if name == "pip/link/file":
        with zipfile.ZipFile(wheel, "a") as archive:
            link = zipfile.ZipInfo("pip/link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, str(canary))
    refused(wheel, python, run_cvenv, tmp_path)


@pytest.mark.parametrize("order", ["tar first", "zip first"])
def test_CVE_2026_3219(order, python, run_cvenv, tmp_path):
    """pip: a file that is both a tar archive and a zip archive was taken for the one, where others take it for the other."""
    wheel = write_wheel(tmp_path / "wheels", "pip", "98.0", {"pip/__init__.py": b"x = 1\n"})
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        member = tarfile.TarInfo("pip/__init__.py")
        member.size = 6
        archive.addfile(member, io.BytesIO(b"x = 2\n"))
    parts = [tar.getvalue(), wheel.read_bytes()]
    wheel.write_bytes(b"".join(parts if order == "tar first" else reversed(parts)))
    refused(wheel, python, run_cvenv, tmp_path)


def test_CVE_2025_68146(canary, python, cvenv, fresh_cache, run_cvenv, tmp_path):
    """filelock: what lay at the name of a lock was followed and cut to nothing."""
    calls = "open,openat,openat2,creat,truncate,ftruncate"
    log = strace([cvenv, "-p", python.path, tmp_path / "env"], calls, tmp_path / "log", flags=["-y"])
    own = [line for line in log.splitlines() if str(tmp_path / "env") in line or ".env.cvenv-" in line or str(fresh_cache) in line]
    made = [line for line in own if "O_CREAT" in line and "__pycache__" not in line]
    assert len(made) > 100
    assert [line for line in made if not ("O_EXCL" in line and "O_NOFOLLOW" in line)] == []
    assert [line for line in own if "O_TRUNC" in line or "truncate" in line] == []
    assert [line for line in own if re.search(r"\.lock\b|\block\"", line)] == []  # locks are on directories that are there anyway
    for name in ("env.lock", ".env.lock", ".lock", "lock"):
        (tmp_path / name).symlink_to(canary / "file")
        (fresh_cache / "cvenv" / name).symlink_to(canary / "file")
        (fresh_cache / "cvenv/wheels-1" / name).symlink_to(canary / "file")
    run_cvenv("--clear", tmp_path / "env", interpreter=python)


@pytest.mark.parametrize("name", [40 * "../" + "{canary}/program", "{canary}/program", "../python", ".."])
def test_CVE_2026_8643(name, canary, python, run_cvenv, tmp_path):
    """pip: a console script was written to wherever its name led."""
    entry_points = "[console_scripts]\n%s = pip:main\n" % name.format(canary=canary)
    wheel = evil_wheel(tmp_path / "wheels", {"pip-98.0.dist-info/entry_points.txt": (entry_points.encode(), 0o644)})
    refused(wheel, python, run_cvenv, tmp_path)


def test_CVE_2026_1703(python, run_cvenv, tmp_path):
    """pip: a name that leads to a directory beside site-packages passed, because both begin with the same letters."""
    wheel = evil_wheel(tmp_path / "wheels", {"../site-packages-evil/x.py": (b"", 0o644)})
    refused(wheel, python, run_cvenv, tmp_path)
