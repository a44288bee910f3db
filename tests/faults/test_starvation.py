# SPDX-License-Identifier: MIT
"""What the command lacks: descriptors, memory, room for files, rights by umask or ACL, a home; and names of any bytes."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.environments import run_inside
from support.faults import NOBODY, need, need_root, staging
from support.tree import snapshot

MEBI = 1 << 20
CAUSES = {os.strerror(number) for number in errno.errorcode} | {
    "No file descriptors available", "Out of memory", "Filename too long", "Not supported"}  # the words of musl


class Starved:
    """Runs the command behind another one that takes something away, and judges what comes of it."""

    def __init__(self, cvenv: str, python, reference, home: Path) -> None:
        self.cvenv, self.python, self.reference, self.home = cvenv, python, reference, home

    def command(self, *arguments) -> list[str]:
        return [self.cvenv, "-p", self.python.path, *map(os.fspath, arguments)]

    def run(self, *prefix, arguments, **options) -> subprocess.CompletedProcess:
        options.setdefault("env", self.python.environment())
        return subprocess.run([*prefix, *self.command(*arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="surrogateescape", timeout=120, **options)

    def attempt(self, environment: Path, *prefix, options=(), **keywords) -> bool:
        """Whether it was made: it is whole then, and otherwise nothing is there and the message says why. Then it succeeds."""
        before, home = set(os.listdir(environment.parent)), self.names_at_home()
        result = self.run(*prefix, arguments=[*options, environment], **keywords)
        assert self.names_at_home() == home
        made = self.judge(result, environment, before, *options)
        if not made:
            again = self.run(arguments=[*options, environment])
            assert again.returncode == 0, again.stderr
            self.reference.assert_whole(environment, *options, interpreter=self.python)
        return made

    def names_at_home(self) -> list[str]:
        """What is there, but for the cache."""
        return sorted(str(path) for path in self.home.rglob("*") if self.home / "cache" not in [path, *path.parents])

    def judge(self, result, environment: Path, before: set[str], *options) -> bool:
        assert result.returncode in (0, 1), result
        if result.returncode == 0:
            self.reference.assert_whole(environment, *options, interpreter=self.python)
            assert set(os.listdir(environment.parent)) == before | {environment.name}
        else:
            assert_message(result.stderr)
            assert set(os.listdir(environment.parent)) == before
        return result.returncode == 0


def assert_message(stderr: str) -> None:
    """One line that begins with `Error:`, with path and cause; before it there may be warnings."""
    *warnings, error = stderr.splitlines()
    assert all(line.startswith("Warning: ") for line in warnings), stderr
    # Where there is no memory, there is none for a path either.
    assert error == "Error: out of memory" or (error.startswith("Error: ") and "/" in error), stderr
    assert error == "Error: out of memory" or error.rsplit(": ", 1)[1] in CAUSES, stderr


@pytest.fixture
def starved(cvenv, python, reference, isolated) -> Starved:
    return Starved(cvenv, python, reference, isolated)


# ---- descriptors and limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [c for n in (1, 2, 3) for c in itertools.combinations("012", n)], ids="".join)
def test_closed_descriptors(closed, python, starved, tmp_path):
    """What is opened next takes their numbers: no word of what is printed may end in a file of the environment."""
    shell = ["sh", "-c", 'exec "$@" ' + " ".join(number + ">&-" for number in closed), "sh"]
    result = starved.run(*shell, arguments=["-v", tmp_path / "env"])
    assert result.returncode == 0, result
    starved.reference.assert_whole(tmp_path / "env", interpreter=python)
    (tmp_path / "file").write_text("mine")
    result = starved.run(*shell, arguments=[tmp_path / "file/env"])
    assert result.returncode == 1
    assert (tmp_path / "file").read_text() == "mine"
    assert result.stderr == "" if "2" in closed else str(tmp_path / "file") in result.stderr


@pytest.mark.parametrize("limit", ["nofile=16", "nofile=24", "fsize=0", "fsize=1000", "stack=65536", "as=%d" % (4 * MEBI),
                                   "as=%d" % (8 * MEBI), "as=%d" % (16 * MEBI), "as=%d" % (64 * MEBI)])
def test_limit(limit, starved, tmp_path):
    need("prlimit")
    made = starved.attempt(tmp_path / "env", "prlimit", "--" + limit)
    if limit.startswith("stack"):
        assert made
    if limit.startswith("fsize"):
        assert not made


# ---- modes --------------------------------------------------------------------------------------------------


def masks() -> list[int]:
    """Every mask when thorough; else each bit alone and what people use."""
    if os.environ.get("CVENV_THOROUGH") == "1":
        return list(range(0o1000))
    return [0, *(1 << bit for bit in range(9)), 0o002, 0o022, 0o027, 0o077, 0o177, 0o277, 0o377, 0o777]


def test_umask(starved, tmp_path):
    """Modes are what the mask leaves of those that an ordinary mask would give."""
    need_root()
    open_modes = tmp_path / "all"
    starved.run("sh", "-c", 'umask 0; exec "$@"', "sh", arguments=["--without-pip", open_modes])
    expected = {name: entry.mode for name, entry in snapshot(open_modes).items()}
    for mask in masks():
        environment = tmp_path / ("%03o" % mask)
        result = starved.run("sh", "-c", 'umask %03o; exec "$@"' % mask, "sh", arguments=["--without-pip", environment])
        assert result.returncode == 0, result.stderr
        found = {name: entry.mode for name, entry in snapshot(environment).items()}
        links = {name for name, entry in snapshot(environment).items() if entry.kind == "link"}
        assert found == {name: mode if name in links else mode & ~mask for name, mode in expected.items()}, "%03o" % mask
        shutil.rmtree(environment)
    assert staging(tmp_path) == []


def test_umask_of_a_user(as_nobody, nobodys_cvenv, python):
    """Who masks out rights of his own cannot fill what he makes: whole, or refused and nothing left."""
    if as_nobody(python.path, "-c", "").returncode:
        pytest.skip("%s is not for other users" % python.path)
    for mask in masks():
        environment = as_nobody.home / ("%03o" % mask)
        before = set(os.listdir(as_nobody.home)) | {"cache"}
        result = as_nobody("sh", "-c", 'umask %03o; exec "$@"' % mask, "sh", nobodys_cvenv, "--without-pip", "-p",
                           python.path, environment)
        assert result.returncode in (0, 1), "%03o: %s" % (mask, result)
        found = set(os.listdir(as_nobody.home)) | {"cache"}
        assert found == before | ({environment.name} if result.returncode == 0 else set()), "%03o: %s" % (mask, result)
        if result.returncode:
            assert_message(result.stderr)
        shutil.rmtree(as_nobody.home / "cache", ignore_errors=True)
    assert as_nobody(nobodys_cvenv, "-p", python.path, as_nobody.home / "env").returncode == 0
    assert as_nobody(as_nobody.home / "env/bin/pip", "--version").returncode == 0


def test_set_gid_directory(python, starved, tmp_path):
    """Everything inherits the directory's group, the bit too, as of any program that makes directories there."""
    need_root()
    os.chown(tmp_path, -1, NOBODY)
    tmp_path.chmod(0o2775)
    starved.run(arguments=[tmp_path / "env"]).check_returncode()
    for path in [tmp_path / "env", *(tmp_path / "env").rglob("*")]:
        assert os.lstat(path).st_gid == NOBODY, path
        if path.is_dir() and not path.is_symlink():
            assert path.stat().st_mode & 0o2000, path
    run_inside(tmp_path / "env", python, "-m", "pip", "--version")


def test_default_acl(starved, python, tmp_path):
    """A default ACL takes the place of the umask, and reaches every directory and every file that is made there."""
    need("setfacl", "getfacl")
    acl = ["setfacl", "-d", "-m", "u:%d:rwx,g::rwx,o::---" % NOBODY, str(tmp_path)]
    if subprocess.run(acl, capture_output=True).returncode:
        pytest.skip("no ACLs on the file system of %s" % tmp_path)
    starved.run(arguments=["--link-mode", "copy", tmp_path / "env"]).check_returncode()
    assert staging(tmp_path) == []
    for path in [tmp_path / "env", *(tmp_path / "env").rglob("*")]:
        if not path.is_symlink():
            assert b"system.posix_acl_access" in os.fsencode(" ".join(os.listxattr(path))), path
            assert path.stat().st_mode & 0o007 == 0, path
    run_inside(tmp_path / "env", python, "-m", "pip", "--version")


# ---- surroundings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", [None, "", "relative", "/proc", "/dev/null"])
def test_home(home, starved, tmp_path):
    """Without a place for the cache it goes on without; a relative one is none (XDG Base Directory Specification)."""
    surroundings = {name: value for name, value in starved.python.environment().items()
                    if name not in ("HOME", "XDG_CACHE_HOME")}
    if home is not None:
        surroundings.update(HOME=home, XDG_CACHE_HOME=home)
    work = tmp_path / "work"
    work.mkdir()
    assert starved.attempt(tmp_path / "env", options=["--without-pip"], env=surroundings, cwd=work)
    assert os.listdir(work) == []


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "en_US.ISO-8859-1"])
def test_every_byte(locale, starved, tmp_path):
    """In a name: it works, or is refused before anything is written."""
    surroundings = {**starved.python.environment(), "LC_ALL": locale}
    step = 1 if os.environ.get("CVENV_THOROUGH") == "1" else 9
    for byte in sorted({*range(1, 256, step), *b"\t\n\x1b !\"#$%&'()*:;<=>?@[\\]^`{|}~\x7f\x80\xc3\xff"} - {ord("/")}):
        path = os.fsencode(tmp_path) + b"/a" + bytes([byte]) + b"z"
        result = subprocess.run([*starved.command("--without-pip"), path], env=surroundings, stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=120)
        refused = byte < 32 or byte in b"\x7f:"
        assert result.returncode == (1 if refused else 0), (byte, result)
        assert os.listdir(tmp_path) == ([] if refused else [os.fsdecode(os.path.basename(path))])
        if not refused:
            prefix = subprocess.run([path + b"/bin/python", "-c", "import os, sys; os.write(1, os.fsencode(sys.prefix))"],
                                    env=surroundings, capture_output=True, check=True, timeout=120).stdout
            assert prefix == path
            shutil.rmtree(path)


@pytest.mark.parametrize("length", [3900, 4050, 4094, 4095])
def test_long_path(length, starved, tmp_path):
    """Longer than what one call takes with a name below it: everything is made relative to descriptors."""
    path = str(tmp_path)
    while length - len(path) > 257:
        path += "/" + "x" * 255
    path += "/" + "y" * (length - len(path) - 1)
    result = starved.run(arguments=["--without-pip", path])
    assert result.returncode == 0, result.stderr[-200:]
    found = subprocess.run(["find", ".", "-name", "pyvenv.cfg"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert found.count(b"pyvenv.cfg") == 1
