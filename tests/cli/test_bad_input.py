# SPDX-License-Identifier: MIT
"""What cannot work: one line that says where and why, the right exit status, and nothing changed, nothing left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.interpreters import REAL_HOME
from support.tree import snapshot


@dataclass
class Place:
    """A directory in which all that a command line may touch lies beside what it must not touch."""

    path: Path
    cvenv: str

    def write(self, name: str, text: str = "precious\n", mode: int = 0o644) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def run(self, *arguments: str | bytes, prefix: tuple[str, ...] = (), **options) -> subprocess.CompletedProcess:
        return subprocess.run([*prefix, self.cvenv, *arguments], cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="surrogateescape", timeout=60, **options)

    def refuses(self, *arguments: str | bytes, names: tuple[str, ...], status: int = 1, **options) -> None:
        """The command fails as it should, and its one line contains all of `names`."""
        before = snapshot(self.path)
        result = self.run(*arguments, **options)
        assert result.returncode == status, result.stderr
        assert result.stdout == ""
        lines = result.stderr.splitlines()
        assert len(lines) == 1 and lines[0].startswith("Error: "), result.stderr
        for name in names:
            assert name in lines[0]
        assert not [c for c in lines[0] if ord(c) < 32 or ord(c) == 127]
        assert snapshot(self.path) == before


@pytest.fixture
def place(tmp_path: Path, cvenv: str) -> Place:
    here = Place(tmp_path / "place", cvenv)
    here.write("canary/file")
    here.write("canary/deep/er/file")
    (here.path / "canary/link").symlink_to("deep")
    return here


def without_override() -> tuple[str, ...]:
    """What to put before a command so that permissions count for it, also for root."""
    if os.geteuid() != 0:
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root without setpriv: nothing is unreadable")
    dropped = "-dac_override,-dac_read_search,-fowner"
    return ("setpriv", "--bounding-set", dropped, "--inh-caps", dropped)


# ---- the place ---------------------------------------------------------------------------------------------------------


def test_file_in_the_way(place):
    place.write("env")
    place.refuses("--without-pip", "env", names=(str(place.path / "env"),))


@pytest.mark.parametrize("name", ["bin", "lib", "include", "pyvenv.cfg"])
def test_something_in_the_way_inside(place, name):
    """A file where a directory is to be, and a directory where a file is to be."""
    if name == "pyvenv.cfg":
        place.write("env/pyvenv.cfg/file")
    else:
        place.write("env/" + name)
    place.refuses("--without-pip", "env", names=(str(place.path / "env" / name),))


@pytest.mark.parametrize("name", ["env", "env/bin"])
@pytest.mark.parametrize("target", ["canary", "missing", "env"])
def test_link_in_the_way(place, name, target):
    """Neither a directory nor nothing, whatever it points to; and it is not followed."""
    (place.path / name).parent.mkdir(exist_ok=True)
    (place.path / name).symlink_to(place.path / target)
    place.refuses("--without-pip", "env", names=(str(place.path / name),))
    place.refuses("--without-pip", "--clear", "env/", names=(str(place.path / "env"),)) if name == "env" else None


def test_file_as_parent(place):
    place.write("file")
    place.refuses("--without-pip", "file/env", names=(str(place.path / "file"), "ot a directory"))


def test_unwritable_parent(place):
    (place.path / "locked").mkdir(mode=0o555)
    place.refuses("--without-pip", "locked/env", names=(str(place.path / "locked"), "Permission denied"), prefix=without_override())
    place.refuses("--without-pip", "locked/deep/er/env", names=("locked", "Permission denied"), prefix=without_override())


def test_unwritable_directory(place):
    place.write("env/file").parent.chmod(0o555)
    place.refuses("--without-pip", "env", names=(str(place.path / "env"), "Permission denied"), prefix=without_override())


def test_unreadable_parent(place):
    (place.path / "locked").mkdir(mode=0)
    place.refuses("--without-pip", "locked/env", names=("locked", "Permission denied"), prefix=without_override())


@pytest.mark.parametrize("size", ["nr_inodes=8", "size=4k", "size=256k"])
def test_full_disk(place, size, python):
    """A file system too small even for the interpreter's copy: what was begun is gone, what was there stays."""
    if not shutil.which("unshare"):
        pytest.skip("no unshare: nothing can be mounted")
    script = ('mount -t tmpfs -o "$1" tmpfs full || exit 77; cd full || exit 77; echo precious >kept || exit 77; '
              '"$2" -p "$3" --copies --without-pip env; echo "status $?"; find . ! -name . | sort; cat kept')
    result = subprocess.run(["unshare", "-m", "sh", "-c", "mkdir full; " + script, "sh", size, place.cvenv, python.path],
                            cwd=place.path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if result.returncode == 77 or "unshare:" in result.stderr:
        pytest.skip("nothing can be mounted: %s" % result.stderr)
    assert result.stdout.splitlines() == ["status 1", "./kept", "precious"], result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: %s" % (place.path / "full/env"))
    assert "No space left on device" in result.stderr


# ---- the name ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\x01", "\x1b", "\x7f"])
def test_control_character(place, character):
    place.refuses("--without-pip", "a%sb" % character, names=("a", "b", "control character"))
    place.refuses("--without-pip", "a%sb/env" % character, names=("control character",))
    place.refuses("--without-pip", "--prompt", "a%sb" % character, "env", names=("prompt", "control character"))


def test_path_separator(place):
    place.refuses("--without-pip", "a:b", names=(str(place.path / "a:b"), ":"))
    place.refuses("--without-pip", "a:b/env", names=("a:b",))
    (place.path / "c:d").mkdir()
    place.refuses("--without-pip", "c:d/env", names=("c:d",))


def test_too_long(place):
    """A component that no file system takes, and a path beyond what the system takes."""
    place.refuses("--without-pip", "x" * 256, names=("x" * 256, "name too long"))
    place.refuses("--without-pip", "/".join(["x" * 250] * 20), names=("x" * 250,))


def test_upgrade_and_clear(place):
    """The sentence of python -m venv, full stop included."""
    place.refuses("--upgrade", "--clear", "env", names=("Error: you cannot supply --upgrade and --clear together.",))


def test_no_directory(place):
    before = snapshot(place.path)
    result = place.run()
    assert result.returncode == 2
    assert result.stderr.endswith("cvenv: error: the following arguments are required: ENV_DIR\n")
    assert snapshot(place.path) == before


# ---- the interpreter ---------------------------------------------------------------------------------------------------


def test_no_such_python(place):
    place.refuses("-p", "no-such-python", "env", names=("no-such-python",))
    place.refuses("-p", "./python", "env", names=(str(place.path / "python"),))
    place.refuses("env", names=("python3",), env={**os.environ, "PATH": str(place.path)})


def test_not_executable(place):
    place.write("python")
    place.refuses("-p", "./python", "env", names=(str(place.path / "python"),))
    place.refuses("-p", "./canary", "env", names=(str(place.path / "canary"),))


@pytest.mark.parametrize("script, cause", [
    ("exit 3", "3"),
    ("kill -SEGV $$", "signal"),
    ("echo garbage", ""),
    ("exit 0", ""),
    ("printf '\\0\\377\\n'", ""),
    ("echo 'executable = /bin/sh'", ""),
    ("exec cat /dev/zero", ""),
    ("echo 'Fatal Python error' >&2; exit 1", "Fatal Python error"),
], ids=["status", "crash", "garbage", "silence", "bytes", "half", "flood", "complaint"])
def test_bad_python(place, script, cause):
    path = place.write("python", "#!/bin/sh\n%s\n" % script, 0o755)
    place.refuses("-p", "./python", "--without-pip", "env", names=(str(path), cause))


def test_hanging_python(place):
    """After five seconds it is ended, with what it started."""
    path = place.write("python", "#!/bin/sh\necho $$ >>pids; sleep 60 & echo $! >>pids; wait\n", 0o755)
    path.write_text(path.read_text().replace("pids", str(place.path.parent / "pids")))
    place.refuses("-p", "./python", "--without-pip", "env", names=(str(path),))
    for process in (place.path.parent / "pids").read_text().split():
        assert not os.path.exists("/proc/%s" % process) or "Z" in Path("/proc/%s/stat" % process).read_text().split()[2]


def find_python2() -> str:
    candidates = [shutil.which("python2.7"), *map(str, sorted(REAL_HOME.glob(".pyenv/versions/2.7*/bin/python2.7")))]
    for path in reversed([candidate for candidate in candidates if candidate]):
        if subprocess.run([path, "-c", "import sys; sys.exit(sys.version_info[0] != 2)"], capture_output=True).returncode == 0:
            return path
    pytest.skip("no Python 2 on this machine")


def test_python2(place):
    path = find_python2()
    place.refuses("-p", path, "--without-pip", "env", names=(path, "2.7"))


# ---- the cache ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(place: Place) -> Path:
    """A cache that has been used."""
    path = place.path.parent / "cache"
    first = place.run("--without-pip", "--cache-dir", str(path), str(place.path.parent / "first"))
    assert (first.returncode, first.stderr) == (0, "")
    assert any(path.rglob("*"))
    return path


def works_anyway(place: Place, cache: Path, *, warning: bool, prefix: tuple[str, ...] = ()) -> None:
    """The environment is made; at most one warning names the cache."""
    env = place.path / "env"
    result = place.run("--without-pip", "--cache-dir", str(cache), "env", prefix=prefix)
    assert result.returncode == 0, result.stderr
    assert subprocess.run([env / "bin/python", "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True,
                          check=True).stdout.strip() == str(env)
    lines = result.stderr.splitlines()
    assert len(lines) == int(warning), result.stderr
    for line in lines:
        assert line.startswith("Warning: ") and str(cache) in line
    shutil.rmtree(env)


def test_used_cache(place, cache):
    works_anyway(place, cache, warning=False)


def test_unwritable_cache(place, cache):
    """Nothing can be remembered in it, but what is remembered may be used."""
    for path in [cache, *cache.rglob("*")]:
        if path.is_dir():
            path.chmod(0o500)
    works_anyway(place, cache, warning=False, prefix=without_override())
    empty = place.path.parent / "empty"
    empty.mkdir(mode=0o500)
    works_anyway(place, empty, warning=False, prefix=without_override())


def test_unreadable_cache(place, cache):
    cache.chmod(0)
    works_anyway(place, cache, warning=True, prefix=without_override())
    cache.chmod(0o700)


def test_unmakable_cache(place):
    (place.path.parent / "locked").mkdir(mode=0o500)
    works_anyway(place, place.path.parent / "locked/cache", warning=True, prefix=without_override())
    works_anyway(place, place.write("canary/file") / "cache", warning=True)
    works_anyway(place, Path("/dev/null"), warning=True)


def test_foreign_cache(place, cache):
    if os.geteuid() != 0:
        pytest.skip("needs root, to give a directory away")
    os.chown(cache, 65534, 65534)
    works_anyway(place, cache, warning=True)


def test_open_cache(place, cache):
    cache.chmod(0o777)
    works_anyway(place, cache, warning=True)


@pytest.mark.parametrize("damage", [b"", b"garbage\n", b"\0" * 5000, None], ids=["empty", "garbage", "zeros", "cut"])
def test_corrupt_cache(place, cache, damage):
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        path.write_bytes(data[:len(data) // 2] if damage is None else damage)
    works_anyway(place, cache, warning=False)
    works_anyway(place, cache, warning=False)


def test_cache_of_directories(place, cache):
    """Directories where files should be."""
    for path in [path for path in cache.rglob("*") if path.is_file()]:
        path.unlink()
        path.mkdir()
    works_anyway(place, cache, warning=False)


# ---- wheels ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"no wheel at all" * 100], ids=["empty", "no files", "garbage"])
def test_bad_wheel(place, content, python):
    """A wheel that is offered and cannot be used is an error: to take another one silently would hide it."""
    wheels = place.path.parent / "wheels"
    wheels.mkdir()
    (wheels / "pip-99.0-py3-none-any.whl").write_bytes(content)
    place.refuses("-p", python.path, "--wheel-dir", str(wheels), "env", names=(str(wheels / "pip-99.0-py3-none-any.whl"),))
