# SPDX-License-Identifier: MIT
"""What lies in the target and is no ordinary file: links to victims, loops, FIFOs, devices, second names of victims."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
from pathlib import Path

import pytest

from support.faults import need_root, staging

PLACES = ["pyvenv.cfg", ".gitignore", "CACHEDIR.TAG", "bin", "bin/activate", "bin/activate.fish", "bin/python", "bin/python3",
          "bin/pip", "lib", "lib64", "include", "lib/{version}", "lib/{version}/site-packages",
          "lib/{version}/site-packages/pip", "lib/{version}/site-packages/pip/__init__.py"]
TARGETS = ["file", "program", "directory", "nothing/there", "loop", "/proc/self/fd/1", "/dev/null", "/dev/zero", "."]
# Left alone: they are a user's, and nothing is written where they lead.
KEPT = [".gitignore", "CACHEDIR.TAG", "lib64"]


def place_in(environment: Path, place: str, python) -> Path:
    path = environment / place.format(version="python" + python.short_version)
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("place", PLACES)
def test_link(place, canary, python, run_cvenv, wheels, tmp_path):
    """The link is replaced, or left, or nothing is made; never is anything written where it leads."""
    for number, target in enumerate(TARGETS):
        environment = tmp_path / str(number) / "env"
        path = place_in(environment, place, python)
        path.symlink_to(path if target == "loop" else canary / target)
        result = run_cvenv(*wheels, environment, interpreter=python, check=False)
        if result.returncode:
            assert result.returncode == 1
            assert str(environment) in result.stderr
            assert path.is_symlink()
            assert os.listdir(environment) == [path.relative_to(environment).parts[0]]
        else:
            assert path.is_symlink() == (place in KEPT or place.startswith("bin/python"))
            subprocess.run([environment / "bin/python", "-c", ""], check=True, env=python.environment())
        assert staging(tmp_path / str(number), environment) == []


@pytest.mark.parametrize("option", ["--clear", "--upgrade", "--copies", "--force"])
def test_link_at_the_target(option, canary, run_cvenv, tmp_path):
    """As venv, it is refused; but before anything has been deleted or written where it leads."""
    (tmp_path / "env").symlink_to(canary / "directory")
    options = [option, "--clear"] if option == "--force" else [option]
    result = run_cvenv(*options, tmp_path / "env", check=False)
    assert result.returncode == 1
    assert "Error: unable to create directory '%s': a symbolic link is in its place" % (tmp_path / "env") in result.stderr
    assert (tmp_path / "env").is_symlink()


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR], ids=["fifo", "device"])
@pytest.mark.parametrize("place", PLACES)
def test_special_file(place, kind, python, run_cvenv, wheels, tmp_path):
    """Nothing waits for the other end of a FIFO, or reads from a device that never ends."""
    if kind == stat.S_IFCHR:
        need_root()
    path = place_in(tmp_path / "env", place, python)
    os.mknod(path, kind | 0o600, os.makedev(1, 5))  # /dev/zero
    result = run_cvenv(*wheels, tmp_path / "env", interpreter=python, check=False)
    assert result.returncode in (0, 1)
    if result.returncode:
        assert stat.S_IFMT(os.lstat(path).st_mode) == kind
        assert sorted(os.listdir(tmp_path / "env")) == [path.relative_to(tmp_path / "env").parts[0]]


@pytest.mark.parametrize("option", ["--clear", "--upgrade"])
def test_special_files_are_replaced(option, python, run_cvenv, reference, wheels, tmp_path):
    """In an environment that is there: a FIFO in the place of its configuration, of its RECORD, of a program."""
    run_cvenv(*wheels, tmp_path / "env", interpreter=python)
    (record,) = (tmp_path / "env").glob("lib/*/site-packages/pip-*/RECORD")
    for path in (tmp_path / "env/pyvenv.cfg", record, tmp_path / "env/bin/pip"):
        path.unlink()
        os.mkfifo(path)
    run_cvenv(*wheels, option, tmp_path / "env", interpreter=python)
    reference.assert_whole(tmp_path / "env", *wheels, interpreter=python)


@pytest.mark.parametrize("options", [[], ["--clear"], ["--upgrade"], ["--copies"]], ids=" ".join)
@pytest.mark.parametrize("place", ["pyvenv.cfg", "bin/activate", "bin/python", "bin/python3", "bin/pip", "notes",
                                   "lib/{version}/site-packages/pip/__init__.py"])
def test_second_name_of_a_victim(place, options, canary, python, run_cvenv, wheels, tmp_path):
    """A hard link: were the file opened for writing, the victim would be written. (A pip that is whole is left as it is.)"""
    run_cvenv(*wheels, tmp_path / "env", interpreter=python)
    path = tmp_path / "env" / place.format(version="python" + python.short_version)
    path.unlink(missing_ok=True)
    os.link(canary / "program", path)
    run_cvenv(*wheels, *options, tmp_path / "env", interpreter=python)
    if place in ("pyvenv.cfg", "bin/python") or (place == "bin/activate" and options != ["--upgrade"]):
        assert not path.samefile(canary / "program")


@pytest.mark.parametrize("name", [".env.cvenv-aaaaaaaa", ".cvenv-aaaaaaaa"])
@pytest.mark.parametrize("what", ["link", "file", "fifo", "device", "second name", "full", "foreign"])
def test_names_of_staging_directories(name, what, canary, run_cvenv, reference, tmp_path):
    """Whoever guesses a name gains nothing; and only what is certainly left over from a dead run is removed."""
    (tmp_path / "env").mkdir()
    path = (tmp_path if name.startswith(".env") else tmp_path / "env") / name
    if what == "link":
        path.symlink_to(canary / "directory")
    elif what == "file":
        path.write_text("mine")
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "device":
        need_root()
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    elif what == "second name":
        os.link(canary / "file", path)
    elif what == "full":
        path.mkdir()
        (path / "mine").write_text("mine")
    else:
        need_root()
        path.mkdir()
        os.chown(path, 12345, 12345)
    before = os.lstat(path)
    run_cvenv("--without-pip", tmp_path / "env")
    assert os.path.samestat(before, os.lstat(path))
    reference.assert_whole(tmp_path / "env", "--without-pip", also=(".cvenv-",))


def test_links_in_what_is_cleared(canary, run_cvenv, reference, tmp_path):
    """Links are removed, not what they lead to."""
    run_cvenv("--without-pip", tmp_path / "env")
    (tmp_path / "env/lib/away").symlink_to(canary / "directory")
    (tmp_path / "env/file").symlink_to(canary / "file")
    run_cvenv("--without-pip", "--clear", tmp_path / "env")
    reference.assert_whole(tmp_path / "env", "--without-pip")


def test_links_in_left_overs(canary, run_cvenv, reference, tmp_path):
    """What a dead run has left is removed without following links that lie in it."""
    dead = tmp_path / ".env.cvenv-aaaaaaaa"
    (dead / "tree-1/bin").mkdir(parents=True)
    (dead / "tree-1/lib").symlink_to(canary / "directory")
    (dead / "old-1-0").symlink_to(canary / "file")
    (dead / "scratch").symlink_to(canary)
    run_cvenv("--without-pip", tmp_path / "env")
    assert not dead.exists()
    reference.assert_whole(tmp_path / "env", "--without-pip")


@pytest.mark.parametrize("line", ["D 0 ../../{canary}/file", "N {inode} ../{canary}/file", "S {inode} notes/../../file", "D 0 /{canary}/file",
                                  "N {inode} link/file", "S {inode} link/file", "D 0 link/file", "D 0 ..", "N {inode} ."])
def test_forged_journal(line, canary, run_cvenv, tmp_path):
    """A journal that somebody else wrote moves nothing out of the environment, or into it."""
    run_cvenv("--without-pip", tmp_path / "env")
    dead = tmp_path / "env/.cvenv-aaaaaaaa"
    (dead / "tree-1").mkdir(parents=True)
    (dead / "old-1-0").write_text("planted")
    (tmp_path / "env/link").symlink_to(canary)
    header = "cvenv journal 1 1 %d\n" % os.stat(tmp_path / "env").st_ino
    text = line.format(canary=os.path.relpath(canary, tmp_path), inode=os.stat(canary / "file").st_ino)
    (dead / "journal").write_text(header + text + "\n")
    run_cvenv("--without-pip", tmp_path / "env", check=False)


def test_deep_trees_are_removed(run_cvenv, reference, tmp_path):
    """However deep: with few descriptors and little stack."""
    (tmp_path / "env").mkdir()
    at = os.open(tmp_path / "env", os.O_RDONLY)
    for depth in range(3000):
        os.mkdir("d", dir_fd=at)
        inner = os.open("d", os.O_RDONLY, dir_fd=at)
        if depth % 100 == 0:
            os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
        os.close(at)
        at = inner
    os.close(at)
    run_cvenv("--clear", "--without-pip", tmp_path / "env", preexec_fn=few_descriptors)
    reference.assert_whole(tmp_path / "env", "--without-pip")
    assert staging(tmp_path) == []


def few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
