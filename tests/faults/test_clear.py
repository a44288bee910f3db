# SPDX-License-Identifier: MIT
"""What --clear refuses, what --force lifts, and that nothing is lost before the new environment is whole."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.environments import write_wheel
from support.faults import staging
from support.tree import snapshot

SENTENCE = re.compile(r"Error: refusing to clear (.*): (.*) \(choose another directory, or use --force\)\n")


@pytest.fixture
def full(tmp_path) -> Path:
    """A directory with something in it."""
    directory = tmp_path / "parent/full"
    (directory / "inner").mkdir(parents=True)
    (directory / "inner/file").write_text("precious")
    (directory / "pyvenv.cfg").write_text("home = /nowhere\n")  # a stray one makes it no environment
    return directory


def refused(run_cvenv, directory: Path | str, **options) -> str:
    """Why the directory is not cleared; nothing is changed then, not even for a moment."""
    absolute = Path(options.get("cwd", "/"), directory)
    parent = absolute.resolve().parent
    before, time = snapshot(parent), os.stat(parent).st_mtime_ns
    result = run_cvenv("--clear", "--without-pip", directory, check=False, **options)
    assert result.returncode == 1
    assert (snapshot(parent), os.stat(parent).st_mtime_ns) == (before, time)
    sentence = SENTENCE.fullmatch(result.stderr)
    assert sentence, result.stderr
    return sentence[2]


def forced(run_cvenv, reference, directory: Path, **options) -> None:
    """With --force it is cleared all the same."""
    run_cvenv("--clear", "--force", "--without-pip", directory, **options)
    reference.assert_whole(directory, "--without-pip")
    assert staging(directory.resolve().parent, directory) == []


@pytest.mark.parametrize("name", ["{home}", "{home}/", "{home}/../{name}", "{link}/{name}"])
def test_home(name, full, run_cvenv, reference, tmp_path, monkeypatch):
    """By any of its names."""
    monkeypatch.setenv("HOME", str(full))
    (tmp_path / "link").symlink_to(full.parent)
    path = name.format(home=full, name=full.name, link=tmp_path / "link")
    assert refused(run_cvenv, path) == "it is your home directory"
    forced(run_cvenv, reference, Path(os.path.normpath(path)))


def test_home_by_a_link(full, run_cvenv, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(full)
    monkeypatch.setenv("HOME", str(tmp_path / "link"))
    assert refused(run_cvenv, full) == "it is your home directory"


def test_above_home(full, run_cvenv, monkeypatch):
    monkeypatch.setenv("HOME", str(full / "inner"))
    assert refused(run_cvenv, full) == "your home directory is in it"
    assert refused(run_cvenv, full.parent) == "your home directory is in it"


@pytest.mark.parametrize("name", [".", "", "../full", "..", "inner/.."])
def test_current_directory(name, full, run_cvenv):
    reason = refused(run_cvenv, name, cwd=full)
    assert reason == "it is the current directory, or the current directory is in it"


def test_above_the_current_directory(full, run_cvenv, reference):
    assert "the current directory is in it" in refused(run_cvenv, full, cwd=full / "inner")
    forced(run_cvenv, reference, full, cwd=full / "inner")


@pytest.mark.parametrize("kind", [".git", ".git file", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs", ".fossil"])
def test_version_control(kind, full, run_cvenv, reference):
    name = kind.split()[0]
    if kind.endswith("file"):
        (full / name).write_text("gitdir: /elsewhere\n")  # a worktree's
    else:
        (full / name).mkdir()
    assert refused(run_cvenv, full) == "it holds version-control data (%s)" % name
    forced(run_cvenv, reference, full)


def test_base_inside(full, python, run_cvenv):
    """A Python that would not be there any more when the environment is done."""
    (full / "pyvenv.cfg").unlink()
    (full / "bin").mkdir()
    (full / "bin/python3").symlink_to(os.path.realpath(python.path))
    result = run_cvenv("-p", full / "bin/python3", "--clear", "--without-pip", full, check=False)
    assert "the Python that the environment is made from is in it" in result.stderr
    assert (full / "inner/file").read_text() == "precious"


@pytest.mark.parametrize("path", ["/", "//", "/..", "/usr", "/usr/bin/..", "/etc/..", "/etc", "/home", "/proc", "/dev"])
def test_system(path, cvenv, in_namespace):
    """Everything is read-only meanwhile: should the guard fail, nothing is lost."""
    if not os.path.isdir(path) or not os.listdir(path):
        pytest.skip("nothing in %s" % path)
    script = 'mount -o remount,bind,ro / || { echo "cannot be made read-only" >&2; exit 77; }; cd /tmp; exec "$@"'
    result = in_namespace(script, cvenv, "--clear", "--without-pip", path, check=False)
    assert result.returncode == 1
    assert SENTENCE.fullmatch(result.stderr), result.stderr


def test_mount_point(cvenv, in_namespace, tmp_path):
    """Another file system, and a part of the same one: what is mounted stays, and is emptied only with --force."""
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/file").write_text("precious")
    script = """
        cd "$2"; mkdir tmpfs bind plain plain/inner
        mount -t tmpfs none tmpfs; touch tmpfs/file
        mount --bind victim bind; mount --bind victim plain/inner
        for target in tmpfs bind; do
            if "$1" --clear --without-pip $target; then exit 3; fi
            test -e $target/file
        done
        if "$1" --clear --without-pip plain; then exit 4; fi
        "$1" --clear --force --without-pip tmpfs
        test ! -e tmpfs/file; test -e tmpfs/pyvenv.cfg
    """
    result = in_namespace(script, cvenv, tmp_path)
    lines = result.stderr.splitlines()
    assert lines[0].startswith("Error: refusing to clear %s/tmpfs: it is a mount point" % tmp_path)
    assert lines[1].startswith("Error: refusing to clear %s/bind: it is a mount point" % tmp_path)
    assert lines[2].startswith("Error: refusing to clear %s/plain: something is mounted in it" % tmp_path)
    assert (tmp_path / "victim/file").read_text() == "precious"


@pytest.mark.parametrize("what", ["tmpfs", "bind", "file"])
def test_mount_inside(what, cvenv, in_namespace, tmp_path):
    """What is mounted in an environment is never emptied, even with --force: it stays where it is put aside."""
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/file").write_text("precious")
    mount = {"tmpfs": "mount -t tmpfs none env/a/b; echo precious >env/a/b/file", "bind": "mount --bind victim env/a/b",
             "file": "rmdir env/a/b; : >env/a/b; mount --bind victim/file env/a/b"}[what]
    script = """
        cd "$2"; "$1" --without-pip env; mkdir -p env/a/b; %s
        "$1" --clear --force --without-pip env
        test -e env/pyvenv.cfg; test ! -e env/a
        cat .env.cvenv-*/tree-1/a/b/file 2>/dev/null || cat .env.cvenv-*/tree-1/a/b
        echo " end"; umount .env.cvenv-*/tree-1/a/b
        "$1" --without-pip env; ls -A
    """ % mount
    result = in_namespace(script, cvenv, tmp_path)
    assert result.stdout.split() == ["precious", "end", "env", "victim"]
    assert "could not be removed; the next run tries again" in result.stderr
    assert (tmp_path / "victim/file").read_text() == "precious"


def test_top_level_environment(cvenv, python, in_namespace, tmp_path):
    """Directly below the root, what is an environment, or empty, may be cleared: so images have it."""
    script = """
        mkdir "$3"; mount -t tmpfs none "$3"; cd "$3"
        for name in /usr /lib /lib64 /bin /proc /dev "$(dirname "$1")"; do
            if test -e $name; then mkdir -p .$name; mount --rbind $name .$name; fi
        done
        mkdir empty full; touch full/file
        run() { chroot . "$1" -p "$2" --without-pip --clear "$4"; }
        run "$@" /empty; run "$@" /empty; run "$@" /env
        if run "$@" /full; then exit 3; fi
    """
    if not python.path.startswith("/usr/bin/"):
        pytest.skip("no Python in /usr/bin")
    result = in_namespace(script, cvenv, python.path, tmp_path / "root")
    assert "refusing to clear /full: it is a directory of the system, and no environment" in result.stderr


@pytest.mark.parametrize("place", ["env", "env/lib", "env/notes"])
def test_immutable(place, run_cvenv, reference, tmp_path):
    """Attributes that forbid removal (chattr +i): all or nothing, too."""
    run_cvenv("--without-pip", tmp_path / "env")
    (tmp_path / "env/notes").write_text("mine")
    before = snapshot(tmp_path)
    if subprocess.run(["chattr", "+i", tmp_path / place], capture_output=True).returncode:
        pytest.skip("no immutable files here")
    try:
        result = run_cvenv("--clear", "--without-pip", tmp_path / "env", check=False)
        if result.returncode:
            assert str(tmp_path / "env") in result.stderr
            assert snapshot(tmp_path) == before
        else:
            reference.assert_whole(tmp_path / "env", "--without-pip")
            assert "could not be removed" in result.stderr
    finally:
        subprocess.run(["chattr", "-R", "-f", "-i", tmp_path])
    run_cvenv("--clear", "--without-pip", tmp_path / "env")
    assert os.listdir(tmp_path) == ["env"]


def test_old_contents_survive_a_failure(run_cvenv, python, tmp_path):
    """Nothing of the old goes before all of the new is there."""
    run_cvenv(tmp_path / "env", interpreter=python)
    (tmp_path / "env/notes").write_text("mine")
    before = snapshot(tmp_path)
    wheel = write_wheel(tmp_path / "wheels", "pip", "99.0", {"pip/__init__.py": b""})
    wheel.write_bytes(wheel.read_bytes()[:-30])
    result = run_cvenv("--clear", "--wheel-dir", tmp_path / "wheels", tmp_path / "env", interpreter=python, check=False)
    assert result.returncode == 1
    assert str(wheel) in result.stderr
    after = snapshot(tmp_path)
    assert {name: entry for name, entry in after.items() if not name.startswith("wheels")} == before


def test_unreadable_directories_inside(as_nobody, nobodys_cvenv, tmp_path):
    """Directories without permissions are their owner's to remove."""
    as_nobody(nobodys_cvenv, "--without-pip", "env", check=True)
    script = "mkdir -p env/a/b/c; touch env/a/b/c/file; chmod 0 env/a/b/c env/a/b; chmod 500 env/a; chmod 555 env/lib"
    as_nobody("sh", "-c", script, check=True)
    result = as_nobody(nobodys_cvenv, "--clear", "--without-pip", "env")
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(os.listdir(as_nobody.home)) == ["cache", "cvenv", "env"]
    assert not (as_nobody.home / "env/a").exists()


def test_foreign_files_inside(as_nobody, nobodys_cvenv):
    """What belongs to somebody else and cannot be removed is put aside, with a warning that says where."""
    as_nobody(nobodys_cvenv, "--without-pip", "env", check=True)
    foreign = as_nobody.home / "env/foreign"
    foreign.mkdir(mode=0o755)
    (foreign / "file").write_text("root's")
    result = as_nobody(nobodys_cvenv, "--clear", "--without-pip", "env")
    assert result.returncode == 0
    (left,) = staging(as_nobody.home)
    assert result.stderr == "Warning: %s: what was replaced could not be removed; the next run tries again\n" % left
    assert (Path(left) / "tree-1/foreign/file").read_text() == "root's"
    assert not foreign.exists()
