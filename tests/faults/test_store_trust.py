# SPDX-License-Identifier: MIT
"""The store is not trusted blindly: whatever was done to it is noticed, and never reaches an environment."""

from __future__ import annotations

import collections
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable

import pytest

from support.environments import write_wheel
from support.faults import need_root
from support.tracing import stopped_at, strace

MODULE = b"def main():\n    return %d\n"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> Path:
    """Small wheels of what is seeded, so that building the store takes little."""
    directory = tmp_path_factory.mktemp("wheels")
    for number, name in enumerate(("pip", "setuptools", "wheel")):
        write_wheel(directory, name, "99.0", {
            name + "/__init__.py": MODULE % number,
            name + "/inner/__init__.py": b"",
            name + "/inner/module.py": MODULE % (10 + number),
            name + "-99.0.dist-info/entry_points.txt": b"[console_scripts]\n%b = %b:main\n" % (name.encode(), name.encode()),
        })
    time.sleep(2)  # a file that was changed a moment ago is not believed to stay
    return directory


class Store:
    """The store of one test, and environments made from it."""

    def __init__(self, cache: Path, wheels: Path, run: Callable, reference, python, directory: Path) -> None:
        self.cache, self.wheels, self.python, self.directory = cache, wheels, python, directory
        self.run, self.reference, self.count = run, reference, 0
        self.shelf = cache / "cvenv/wheels-1"

    def make(self, *options: str, **more) -> list[str]:
        """Makes an environment, which must be right, and tells what it was warned of."""
        options = ("--wheel-dir", str(self.wheels), *options)
        environment = self.directory / str(self.count) / "env"
        self.count += 1
        result = self.run(*options, environment, interpreter=self.python, **more)
        self.reference.assert_whole(environment, "--no-cache", *options, interpreter=self.python)
        lines = result.stderr.splitlines()
        assert all(line.startswith("Warning: ") for line in lines), result.stderr
        return lines

    def entries(self) -> list[Path]:
        return sorted(path for path in self.shelf.iterdir() if (path / "manifest").exists())

    def pip(self) -> Path:
        (found,) = [path for path in self.entries() if "-399-" not in path.name and b"\0pip\0" in (path / "manifest").read_bytes()[:160]]
        return found

    def left_over(self) -> list[Path]:
        return [path for path in self.shelf.iterdir() if path.name.startswith(".")]


@pytest.fixture
def store(fresh_cache, wheels, run_cvenv, reference, python, tmp_path) -> Store:
    made = Store(fresh_cache, wheels, run_cvenv, reference, python, tmp_path)
    assert made.make() == []
    assert made.make() == []
    return made


def bytecode(entry: Path) -> Path:
    (found,) = entry.glob("tree/*/inner/__pycache__/module.*.pyc")
    return found


def overwrite(path: Path) -> None:
    """Other contents, in place, of the same size and with the same times: as far as that can be done."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[-20] ^= 0xFF
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_mtime_ns == status.st_mtime_ns


def exchange(path: Path) -> None:
    """The same bytes and times, but another file."""
    other = path.with_name("other")
    shutil.copy2(path, other)
    other.rename(path)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def link_away(path: Path) -> None:
    away = path.with_name(".away-" + path.name)
    path.rename(away)
    path.symlink_to(away)


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def give_away(path: Path) -> None:
    need_root()
    os.chown(path, 12345, -1)


def open_to_group(path: Path) -> None:
    path.chmod(path.stat().st_mode | 0o020)


def open_to_all(path: Path) -> None:
    path.chmod(path.stat().st_mode | 0o002)


ENTRY_FILES = {"manifest": lambda entry: entry / "manifest", "contents": lambda entry: entry / "contents", "bytecode": bytecode}
FILE_CHANGES = [overwrite, truncate, link_away, remove, fifo, exchange, give_away, open_to_group, open_to_all]
# The same manifest in another file; bytecode that others may write is not linked to.
HARMLESS = [("manifest", exchange), ("bytecode", open_to_group), ("bytecode", open_to_all)]
DIRECTORIES = {"entry": lambda entry: entry, "tree": lambda entry: entry / "tree"}
DIRECTORY_CHANGES = [give_away, open_to_group, open_to_all, link_away]
REASONS = {give_away: "it belongs to another user", open_to_group: "other users may write there", open_to_all: "other users may write there"}


@pytest.mark.parametrize("change", FILE_CHANGES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("what", ENTRY_FILES)
def test_altered_file(what, change, store):
    """Noticed once, and made anew."""
    path = ENTRY_FILES[what](store.pip())
    change(path)
    assert len(store.make()) == (0 if (what, change) in HARMLESS else 1)
    assert store.make() == []
    assert store.left_over() == []


def test_altered_and_not_to_be_removed(store):
    """What cannot be made anew is done without."""
    overwrite(bytecode(store.pip()))
    if subprocess.run(["chattr", "+i", store.shelf], capture_output=True).returncode:
        pytest.skip("no immutable directories here")
    try:
        (warning,) = store.make()
    finally:
        subprocess.run(["chattr", "-i", store.shelf], check=True)
    assert warning.startswith("Warning: going on without the cache: %s/tree: " % store.pip()) and warning.endswith(": not as it was stored")


@pytest.mark.parametrize("change", DIRECTORY_CHANGES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("what", DIRECTORIES)
def test_altered_directory(what, change, store):
    """What others can write to, or have put there, is made anew."""
    path = DIRECTORIES[what](store.pip())
    entry = store.pip()
    change(path)
    (warning,) = store.make()
    assert warning == "Warning: the cache was altered and is made anew: %s: %s" % (entry, REASONS.get(change, "not as it was stored"))
    assert store.make() == []
    assert what == "tree" or change is not link_away or (path.with_name(".away-" + path.name) / "manifest").exists()  # it led there


@pytest.mark.parametrize("change", DIRECTORY_CHANGES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("what", ["cvenv", "cvenv/wheels-1"])
def test_altered_above(what, change, store):
    """Where entries lie it is the user who has to set things right: they are bypassed, and left as they are."""
    change(store.cache / what)
    moved = change is link_away and what == "cvenv"  # the user may keep a cache elsewhere
    warning = "Warning: going on without the cache: %s: %s" % (store.cache / what, REASONS.get(change, "Not a directory"))
    for _ in range(2):
        assert store.make() == ([] if moved else [warning])


@pytest.mark.parametrize("mode", ["copy", "hardlink"])
def test_extra_files(mode, store):
    """What is not in the manifest is not placed."""
    for place in (".", "tree", "tree/pip", "tree/pip/__pycache__"):
        (store.pip() / place / "extra.py").write_text("planted")
    (store.shelf / "extra").write_text("planted")
    assert store.make("--link-mode", mode) == []


@pytest.mark.parametrize("mode", ["copy", "hardlink"])
def test_altered_source(mode, store):
    """Where sources are linked, they are looked at too; where they are copied, it is not from there."""
    truncate(store.pip() / "tree/pip/__init__.py")
    assert len(store.make("--link-mode", mode)) == (1 if mode == "hardlink" else 0)


def test_replayed_manifest(store):
    """Of another entry."""
    first, second = store.entries()[:2]
    shutil.copy2(second / "manifest", first / "manifest")
    assert len(store.make()) == 1
    assert store.make() == []


def test_entries_that_changed_places(store):
    """Each is whole in itself, but it is not what its name says."""
    first, second = store.entries()[:2]
    first.rename(store.shelf / "between")
    second.rename(first)
    (store.shelf / "between").rename(second)
    assert len(store.make()) in (1, 2)
    assert store.make() == []


def test_replayed_index(store):
    """The digest of another wheel is not believed."""
    indexes = sorted(store.shelf.glob("index-*"))
    assert len(indexes) >= 2
    shutil.copy2(indexes[0], indexes[1])
    assert store.make() == []


@pytest.mark.parametrize("shift", [400, -400], ids=["future", "past"])
def test_clock_that_was_set(shift, store):
    """Files from the future, or from long ago, are neither distrusted nor pruned while they are used."""
    now = time.time() + shift * 86400
    for path in [*store.shelf.iterdir(), *(entry / "used" for entry in store.entries())]:
        os.utime(path, (now, now))
    before = store.entries()
    assert store.make() == []
    assert store.entries() == before
    for entry in before:
        assert abs((entry / "used").stat().st_mtime - time.time()) < 86400


def test_another_version_beside_it(store):
    """A directory of another format is another version's: neither read nor touched."""
    for name in ("wheels-0", "wheels-2", "facts-2"):
        shutil.copytree(store.shelf, store.cache / "cvenv" / name)
        (store.cache / "cvenv" / name / "format").write_text("unknown")
    assert store.make() == []
    for name in ("wheels-0", "wheels-2", "facts-2"):
        assert (store.cache / "cvenv" / name / "format").read_text() == "unknown"


def test_newer_manifest(store):
    """As a newer version may have written it."""
    path = store.pip() / "manifest"
    data = path.read_bytes()
    path.write_bytes(data.replace(b"cvenv wheel 1", b"cvenv wheel 9", 1))
    assert path.read_bytes() != data
    assert len(store.make()) == 1


@pytest.mark.parametrize("size", ["8k", "16k", "32k"])
def test_full_disk(size, wheels, cvenv, python, reference, in_namespace, tmp_path):
    """No room for the store: the environment is made without it, and nothing is half there."""
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    script = 'mount -t tmpfs -o size=$1,mode=700 none "$2"; shift 2; "$@" >&2; ls -A "$XDG_CACHE_HOME/cvenv/wheels-1" || :'
    result = in_namespace(script, size, cache, cvenv, "-p", python.path, "--wheel-dir", wheels, tmp_path / "env",
                          env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    assert [name for name in result.stdout.split() if name.startswith(".")] == []
    (warning,) = [line for line in result.stderr.splitlines() if not line.startswith("ls:")]
    assert warning.startswith("Warning: going on without the cache") and "No space left" in warning
    reference.assert_whole(tmp_path / "env", "--no-cache", "--wheel-dir", str(wheels), interpreter=python)


def building_calls(log: str) -> list[tuple[str, int]]:
    """
    Calls while an entry is in the making: the name of each, and which of that name it is. Only such as the first thread
    makes in every run: directories are made before files are unpacked (by all threads), then pipes to the compiler, and
    at last the entry gets its name.
    """
    found, count, building = [], collections.Counter(), False
    first = log.split(maxsplit=1)[0]
    for call, rest in re.findall(r"^%s +(mkdirat|pipe2|renameat2)\((.*)" % first, log, re.MULTILINE):
        count[call] += 1
        if building:
            found.append((call, count[call]))
        if '".new-' in rest:
            building = call == "mkdirat"
    return found


def test_killed_while_it_is_built(store, cvenv, python, tmp_path, thorough):
    """What a builder leaves when it is killed is removed by the next one, and never used."""
    command = [cvenv, "-p", python.path, "--wheel-dir", str(store.wheels)]
    shutil.rmtree(store.shelf)
    calls = building_calls(strace([*command, tmp_path / "traced"], "mkdirat,pipe2,renameat2", tmp_path / "log"))
    assert {call for call, _ in calls} == {"mkdirat", "pipe2", "renameat2"}
    for number, (call, when) in enumerate(calls if thorough else calls[::3] + calls[-1:]):
        shutil.rmtree(store.shelf)
        result = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "inject=%s:signal=SIGKILL:when=%d" % (call, when), *command,
                                 tmp_path / ("killed-%d" % number)], stdin=subprocess.DEVNULL, capture_output=True)
        assert result.returncode == -9, (call, when)
        assert store.left_over() != [], (call, when)
        assert store.make() == []
        assert store.left_over() == []


def set_used(entry: Path, days: float) -> None:
    now = time.time() - days * 86400
    os.utime(entry / "used", (now, now))


def unused(store: Store, name: str, days: float, size: int = 0) -> Path:
    """An entry that looks as if it had been used so many days ago, and had that size."""
    path = store.shelf / (name * 32 + "-cpython-399-00000000")
    shutil.copytree(store.pip(), path)
    os.truncate(path / "contents", size)
    set_used(path, days)
    return path


def build_another(store: Store) -> None:
    """Pruning follows a build."""
    store.make("--no-compile")


def test_pruning_by_age(store):
    old, recent = unused(store, "a", 91), unused(store, "b", 89)
    index = store.shelf / "index-00000000000000000000000000000000"
    index.write_text("nothing")
    os.utime(index, (0, 0))
    build_another(store)
    assert not old.exists() and not index.exists()
    assert recent.exists()
    assert store.left_over() == []


def test_pruning_by_size(store):
    """A gibibyte, of which what was used last is kept."""
    entries = [unused(store, name, days, 200 << 20) for name, days in (("a", 3), ("b", 5), ("c", 2), ("d", 4))]
    build_another(store)
    assert [entry.exists() for entry in entries] == [True, False, True, False]


def test_pruning_spares_what_is_in_use(store, cvenv, python, tmp_path):
    """An environment that is being made holds the entry that is being placed, however old that is; the others go."""
    inodes = {entry: entry.stat().st_ino for entry in store.entries()}
    command = [cvenv, "-p", python.path, "--wheel-dir", store.wheels, "--link-mode", "hardlink", tmp_path / "slow"]
    slow = stopped_at("linkat", command, tmp_path / "log")
    for entry in inodes:
        set_used(entry, 200)
    store.run("--wheel-dir", store.wheels, "--no-compile", tmp_path / "another", interpreter=python)
    assert len([entry for entry, inode in inodes.items() if entry.exists() and entry.stat().st_ino == inode]) == 1
    while slow.poll() is None:  # each of its threads is stopped once
        slow.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    assert slow.returncode == 0, slow.stderr.read()
    store.reference.assert_whole(tmp_path / "slow", "--no-cache", "--wheel-dir", str(store.wheels), interpreter=python)
