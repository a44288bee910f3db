# SPDX-License-Identifier: MIT
"""Somebody exchanges directories and files for links to victims while they are worked on: a million times when thorough."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from support.faults import staging
from support.swapper import Swapping

PLACES = ["", "bin", "lib/{version}/site-packages", "pyvenv.cfg"]
MORE_PLACES = ["lib", "lib/{version}", "lib/{version}/site-packages/pip", "include", "bin/activate", "bin/python"]
PLACES += [pytest.param(place, marks=pytest.mark.thorough) for place in MORE_PLACES]


@pytest.mark.parametrize("option", ["", "--clear", "--upgrade"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place or "itself")
def test_swapped_in_the_target(place, option, canary, python, run_cvenv, reference, wheels, thorough, tmp_path):
    """Whatever comes out of it, nothing is written, removed or changed where the links lead."""
    environment = tmp_path / "env"
    run_cvenv(*wheels, environment, interpreter=python)
    path = environment / place.format(version="python" + python.short_version) if place else environment
    decoy = tmp_path / "decoy"
    decoy.symlink_to(canary / ("directory" if path.is_dir() and not path.is_symlink() else "file"))
    with Swapping(path, decoy, thorough) as swapping:
        for _ in swapping.rounds():
            result = run_cvenv(*wheels, *filter(None, [option]), environment, interpreter=python, check=False)
            assert result.returncode in (0, 1), result
    for end in (path, decoy, environment):
        if end.is_symlink() and end.name != "python":
            end.unlink()
    shutil.rmtree(environment, ignore_errors=True)
    run_cvenv(*wheels, environment, interpreter=python)
    reference.assert_whole(environment, *wheels, interpreter=python)
    assert staging(tmp_path) == []


@pytest.mark.parametrize("option", ["", "--clear"])
def test_swapped_parent(option, run_cvenv, thorough, tmp_path):
    """A link above the target may be followed, but a run stays where it began: what it meets there is not another's."""
    parent, other, decoy = tmp_path / "parent", tmp_path / "other", tmp_path / "decoy"
    for directory in parent, other:
        (directory / "inner").mkdir(parents=True)
        (directory / "inner/file").write_text("mine")
    decoy.symlink_to(other)
    with Swapping(parent, decoy, thorough) as swapping:
        for _ in swapping.rounds():
            result = run_cvenv(*filter(None, [option]), "--without-pip", parent / "env", check=False)
            assert result.returncode in (0, 1), result
            assert result.returncode == 0 or str(tmp_path) in result.stderr
    real = parent if decoy.is_symlink() else decoy
    for directory in real, other:
        assert set(os.listdir(directory)) <= {"inner", "env"}
        assert (directory / "inner/file").read_text() == "mine"
        assert not (directory / "env").exists() or (directory / "env/pyvenv.cfg").exists()


def test_swapped_staging_directory(canary, run_cvenv, tmp_path, thorough):
    """The staging directory's name is taken over by a link as soon as it is seen."""
    script = """if True:
        import os, sys, time
        directory, victim = sys.argv[1:]
        end, swaps = time.monotonic() + 300, 0
        while swaps < %d and time.monotonic() < end:
            for name in os.listdir(directory):
                if ".cvenv-" in name and not os.path.islink(os.path.join(directory, name)):
                    path = os.path.join(directory, name)
                    try:
                        os.rename(path, os.path.join(directory, "taken%%d" %% swaps))
                        os.symlink(victim, path)
                        swaps += 1
                    except OSError:
                        pass
        print(swaps)
    """ % (1000 if thorough else 10)
    process = subprocess.Popen([sys.executable, "-c", script, tmp_path, canary / "directory"], stdout=subprocess.PIPE, text=True)
    count = 0
    while process.poll() is None:
        result = run_cvenv("--without-pip", tmp_path / ("env%d" % count), check=False)
        assert result.returncode in (0, 1)
        count += 1
    assert int(process.communicate()[0]) == (1000 if thorough else 10)


@contextlib.contextmanager
def removing(path: Path) -> Iterator[None]:
    """Deletes it again and again until the block has ended."""
    remover = subprocess.Popen(["sh", "-c", "while :; do rm -rf \"$0\"; done", path], stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        yield
    finally:
        os.killpg(remover.pid, signal.SIGKILL)
        remover.wait()


@pytest.mark.parametrize("option", ["", "--clear"])
def test_removed_meanwhile(option, run_cvenv, reference, thorough, tmp_path):
    """Somebody deletes the environment again and again while it is made; who is left alone succeeds."""
    with removing(tmp_path / "env"):
        for _ in range(1000 if thorough else 30):
            result = run_cvenv(*filter(None, [option]), "--without-pip", tmp_path / "env", check=False)
            assert result.returncode in (0, 1)
            assert result.returncode == 0 or str(tmp_path / "env") in result.stderr
    shutil.rmtree(tmp_path / "env", ignore_errors=True)
    run_cvenv("--without-pip", tmp_path / "env")
    reference.assert_whole(tmp_path / "env", "--without-pip")
    assert os.listdir(tmp_path) == ["env"]


def test_parents_removed_meanwhile(run_cvenv, thorough, tmp_path):
    with removing(tmp_path / "a"):
        for _ in range(1000 if thorough else 30):
            result = run_cvenv("--without-pip", tmp_path / "a/b/c/env", check=False)
            assert result.returncode in (0, 1)
            assert result.returncode == 0 or str(tmp_path / "a") in result.stderr
