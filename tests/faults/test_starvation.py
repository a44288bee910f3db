# SPDX-License-Identifier: MIT
"""What the command lacks: descriptors, memory, room for files, rights by umask or ACL, a home; and names of any bytes."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterable, Sequence

import pytest

from support.environments import run_inside
from support.faults import NOBODY, need, need_root, normalized, staging
from support.tree import Entry, snapshot

KIBI, MEBI = 1 << 10, 1 << 20
THOROUGH = os.environ.get("CVENV_THOROUGH") == "1"
CAUSES = {os.strerror(number) for number in errno.errorcode} | {
    "No file descriptors available", "Out of memory", "Filename too long", "Not supported",  # the words of musl
    "out of memory"}


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

    def attempt(self, environment: Path, *prefix, options: Sequence[str] = (), **keywords) -> bool:
        """Whether it was made: it is whole then, and otherwise nothing is there and the message says why. Then it succeeds."""
        environment.parent.mkdir(parents=True, exist_ok=True)
        before, home = set(os.listdir(environment.parent)), self.names_at_home()
        result = self.run(*prefix, arguments=[*options, environment], **keywords)
        assert self.names_at_home() == home
        made = self.judge(result, environment, before, *options)
        if not made:
            again = self.run(arguments=[*options, environment])
            assert again.returncode == 0, again.stderr
            self.reference.assert_whole(environment, *options, interpreter=self.python)
        return made

    def attempt_over(self, environment: Path, *prefix, options: Sequence[str] = (), **keywords) -> bool:
        """The same over an environment with a file of its user's in it: whole, or exactly as it was."""
        self.run(arguments=["--without-pip", environment]).check_returncode()
        (environment / "notes").write_text("mine")
        before = snapshot(environment.parent)
        result = self.run(*prefix, arguments=[*options, environment], **keywords)
        assert result.returncode in (0, 1), result
        if result.returncode:
            assert_message(result.stderr)
            assert snapshot(environment.parent) == before
            self.run(arguments=[*options, environment]).check_returncode()
        assert (environment / "notes").exists() == ("--clear" not in options)
        plain = [option for option in options if option not in ("--clear", "--upgrade")]
        self.reference.assert_whole(environment, *plain, interpreter=self.python, also=("notes",))
        assert staging(environment.parent, environment) == []
        return result.returncode == 0

    def enough(self, resource: str, values: Iterable[int]) -> list[int]:
        """Those of the limits with which the program can at all begin: a loader needs some of everything."""
        need("prlimit")
        found = [value for value in values
                 if subprocess.run(["prlimit", "--%s=%d" % (resource, value), self.cvenv, "--version"], capture_output=True).returncode == 0]
        assert found
        return found

    def names_at_home(self) -> list[str]:
        """What is there, but for caches."""
        return sorted(str(path) for path in self.home.rglob("*") if not {self.home / "cache", self.home / ".cache"} & {path, *path.parents})

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
    assert error.startswith("Error: ") and "/" in error, stderr
    assert error.rsplit(": ", 1)[1] in CAUSES, stderr


@pytest.fixture
def starved(cvenv, python, reference, isolated) -> Starved:
    return Starved(cvenv, python, reference, isolated)


# ---- descriptors and limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [c for n in (1, 2, 3) for c in itertools.combinations("012", n)], ids="".join)
def test_closed_descriptors(closed, python, starved, wheels, fresh_cache, tmp_path):
    """What is opened next takes their numbers: no word of what is printed, or of a child's, may end in a file of the environment."""
    shell = ["sh", "-c", 'exec "$@" ' + " ".join(number + ">&-" for number in closed), "sh"]
    for directory in ("cold", "warm"):  # Python is asked, and compiles; all is there
        environment = tmp_path / directory / "env"
        result = starved.run(*shell, arguments=["-v", *wheels, environment])
        assert result.returncode == 0, result
        starved.reference.assert_whole(environment, *wheels, interpreter=python)
        assert (result.stdout, result.stderr) == ("", "") if "2" in closed else "setup_pip" in result.stderr
    (tmp_path / "file").write_text("mine")
    result = starved.run(*shell, arguments=[tmp_path / "file/env"])
    assert result.returncode == 1
    assert (tmp_path / "file").read_text() == "mine"
    assert result.stderr == "" if "2" in closed else str(tmp_path / "file") in result.stderr


@pytest.mark.parametrize("option", ["", "--clear", "--upgrade", "--copies"])
def test_few_descriptors(option, starved, wheels, tmp_path):
    """Sixteen are enough where nothing has to be compiled; with fewer it is made, or not; and nothing stays behind."""
    starved.run(arguments=[*wheels, tmp_path / "warm"]).check_returncode()
    starved.run(arguments=[tmp_path / "warm with pip"]).check_returncode()
    attempt, made = starved.attempt_over if option in ("--clear", "--upgrade") else starved.attempt, {}
    options = [*wheels, *filter(None, [option])]
    for count in starved.enough("nofile", range(3, 18)):
        made[count] = attempt(tmp_path / str(count) / "env", "prlimit", "--nofile=%d" % count, options=options)
    assert not made[min(made)] and made[16] and made[17], made
    assert attempt(tmp_path / "pip/env", "prlimit", "--nofile=16", options=[option] if option else [])  # with many files


@pytest.mark.parametrize("count", [16, 24, 40, 64])
def test_few_descriptors_for_many(count, starved, wheels, tmp_path):
    """As many at once as there are descriptors for."""
    need("prlimit")
    starved.run(arguments=[*wheels, tmp_path / "warm"]).check_returncode()
    names = [str(number) for number in range(8)]
    result = starved.run("prlimit", "--nofile=%d" % count,
                         arguments=[*wheels, "--jobs", "8", *(tmp_path / "work" / name for name in names)])
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(os.listdir(tmp_path / "work")) == names
    for name in names:
        starved.reference.assert_whole(tmp_path / "work" / name, *wheels, interpreter=starved.python)


@pytest.mark.parametrize("count", [6, 10, 16, 20])
def test_few_descriptors_when_all_is_new(count, starved, wheels, fresh_cache, tmp_path):
    """Python is asked, and compiles: for that they may be too few."""
    need("prlimit")
    starved.attempt(tmp_path / "work/env", "prlimit", "--nofile=%d" % count, options=wheels)


@pytest.mark.parametrize("limit", ["fsize=0", "fsize=1000"])
@pytest.mark.parametrize("option", ["", "--clear", "--upgrade"])
def test_no_room_in_files(option, limit, starved, tmp_path):
    """The signal that comes with it is not the end either."""
    need("prlimit")
    attempt = starved.attempt_over if option else starved.attempt
    assert not attempt(tmp_path / "work/env", "prlimit", "--" + limit, options=[option] if option else [])


@pytest.mark.parametrize("option", ["", "--clear", "--upgrade"])
def test_little_memory(option, starved, thorough, tmp_path):
    """From hardly enough to begin to more than enough."""
    starved.run(arguments=[tmp_path / "warm"]).check_returncode()
    attempt, made = starved.attempt_over if option else starved.attempt, []
    sizes = starved.enough("as", range(512 * KIBI, 64 * MEBI, 512 * KIBI))
    for size in sizes if thorough else [*sizes[:3], *sizes[10:40:10], sizes[-1]]:
        made.append(attempt(tmp_path / str(size) / "env", "prlimit", "--as=%d" % size, options=[option] if option else []))
    assert made[-1] and not made[0]


def test_hardly_any_memory(starved, tmp_path):
    """What has been begun can be taken away again without more, wherever it ran out."""
    starved.run(arguments=[tmp_path / "warm"]).check_returncode()
    (tmp_path / "work").mkdir()
    least = starved.enough("as", range(512 * KIBI, 16 * MEBI, 64 * KIBI))[0]
    for size in range(least, least + MEBI, 8 * KIBI):
        result = starved.run("prlimit", "--as=%d" % size, arguments=[tmp_path / "work/env"])
        assert result.returncode == 1, size
        assert result.stderr.startswith("Error: /"), (size, result.stderr)  # a child may have run out of it, too
        assert os.listdir(tmp_path / "work") == [], size


@pytest.mark.parametrize("option", ["", "--clear", "--upgrade"])
def test_small_stack(option, starved, wheels, fresh_cache, tmp_path):
    """64 KiB, where everything is new and where nothing is; for a deep tree too, and for saying what is wrong."""
    need("prlimit")
    small = ["prlimit", "--stack=65536"]
    for name in ("cold", "warm"):
        assert starved.attempt(tmp_path / name / "env", *small, options=wheels)
    environment = tmp_path / "cold/env"
    (environment / "/".join(["deep"] * 200)).mkdir(parents=True)
    starved.run(*small, arguments=[*wheels, *filter(None, [option]), environment]).check_returncode()
    starved.reference.assert_whole(environment, *wheels, interpreter=starved.python, also=("deep",))
    (tmp_path / "file").write_text("mine")
    result = starved.run(*small, arguments=[tmp_path / "file" / "/".join(["x" * 250] * 14)])
    assert result.returncode == 1 and result.stderr.endswith(": Not a directory\n")


# ---- modes --------------------------------------------------------------------------------------------------


def masks() -> list[int]:
    """Every mask when thorough; else each bit alone and what people use."""
    if THOROUGH:
        return list(range(0o1000))
    return [0, *(1 << bit for bit in range(9)), 0o002, 0o022, 0o027, 0o077, 0o177, 0o277, 0o377, 0o777]


def under(mask: int, entries: dict[str, Entry]) -> dict[str, Entry]:
    """What was made under no mask, as it is to be under this one."""
    return {name: entry if entry.kind == "link" else Entry(entry.kind, entry.mode & ~mask, entry.content)
            for name, entry in entries.items()}


def masked(mask: int, *command) -> list[str]:
    return ["sh", "-c", 'umask %03o; exec "$@"' % mask, "sh", *map(os.fspath, command)]


@pytest.fixture
def unmasked(starved, wheels, tmp_path) -> dict[str, Entry]:
    """What is made where the mask takes nothing away."""
    starved.run(*masked(0), arguments=[*wheels, "--link-mode", "copy", tmp_path / "unmasked/env"]).check_returncode()
    return normalized(tmp_path / "unmasked/env")


def test_umask(starved, wheels, unmasked, tmp_path):
    """Modes are what the mask leaves of those that a file has by its nature; nothing else differs."""
    need_root()
    (tmp_path / "work").mkdir()
    environment = tmp_path / "work/env"
    for mask in masks():
        starved.run(*masked(mask), arguments=[*wheels, "--link-mode", "copy", environment]).check_returncode()
        assert normalized(environment) == under(mask, unmasked), "%03o" % mask
        for option in ("--upgrade", "--clear"):
            starved.run(*masked(mask), arguments=[*wheels, "--link-mode", "copy", option, environment]).check_returncode()
            assert normalized(environment) == under(mask, unmasked), "%03o %s" % (mask, option)
        assert os.listdir(tmp_path / "work") == ["env"]
        shutil.rmtree(environment)


def test_umask_of_links(starved, wheels, tmp_path):
    """A hard link has the mode of the cache's file: it is made only where that is what the mask leaves."""
    need_root()
    options = {"env": {**starved.python.environment(), "XDG_CACHE_HOME": str(tmp_path / "cache")}}
    starved.run(*masked(0o022), arguments=[*wheels, tmp_path / "first"], **options).check_returncode()  # fills the cache
    assert any(path.stat().st_nlink > 1 for path in (tmp_path / "first").rglob("*.pyc"))
    for mask in masks():
        environment = tmp_path / ("%03o" % mask)
        starved.run(*masked(mask), arguments=[*wheels, environment], **options).check_returncode()
        readable = 0o444 & ~mask
        for name, entry in snapshot(environment).items():
            if entry.kind != "link":
                assert entry.mode & mask == 0 and entry.mode & 0o444 == readable, "%03o %s" % (mask, name)


def test_umask_of_a_user(as_nobody, nobodys_cvenv, python, unmasked, wheels, tmp_path):
    """Who masks out rights of his own cannot fill what he makes: whole, or refused and nothing left."""
    if as_nobody(python.path, "-c", "").returncode:
        pytest.skip("%s is not for other users" % python.path)
    shutil.copytree(tmp_path / "wheels", as_nobody.home / "wheels")
    command = [nobodys_cvenv, "--wheel-dir", as_nobody.home / "wheels", "--link-mode", "copy", "-p", python.path]
    (as_nobody.home / "work").mkdir()
    os.chown(as_nobody.home / "work", NOBODY, NOBODY)
    environment = as_nobody.home / "work/env"
    for mask in masks():
        result = as_nobody(*masked(mask, *command, environment))
        if result.returncode == 0:
            assert normalized(environment) == under(mask, unmasked), "%03o" % mask
            assert os.listdir(environment.parent) == ["env"]
            shutil.rmtree(environment)
        else:
            assert result.returncode == 1, "%03o: %s" % (mask, result)
            assert_message(result.stderr)
            assert os.listdir(environment.parent) == [], "%03o" % mask
        assert (result.returncode == 0) == (mask & 0o700 == 0), "%03o: %s" % (mask, result)
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


@pytest.fixture(params=["unset", "empty", "relative", "file", "loop", "long", "unwritable", "unwritable to its owner", "no directory"])
def home(request, tmp_path) -> str | None:
    """A value for HOME or XDG_CACHE_HOME of which nothing good can come."""
    place = tmp_path / "home"
    if request.param == "file":
        place.write_text("mine")
    elif request.param == "loop":
        place.symlink_to(place)
    elif request.param == "unwritable to its owner":
        place.mkdir(mode=0o555)
    return {"unset": None, "empty": "", "relative": "home", "long": "/x" * 3000, "unwritable": "/proc",
            "no directory": "/dev/null"}.get(request.param, str(place))


@pytest.mark.parametrize("variables", [["HOME"], ["XDG_CACHE_HOME"], ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"]],
                         ids=["home", "xdg", "all"])
def test_home(home, variables, starved, wheels, tmp_path):
    """Without a place for the cache it goes on without; a relative one is none (XDG Base Directory Specification)."""
    gone = {"HOME", "XDG_CACHE_HOME"} - ({"HOME"} if variables == ["XDG_CACHE_HOME"] else set())
    surroundings = {name: value for name, value in starved.python.environment().items() if name not in gone}
    surroundings.update({name: home for name in variables if home is not None})
    work = tmp_path / "work"
    work.mkdir()
    assert starved.attempt(tmp_path / "made/env", options=wheels, env=surroundings, cwd=work)
    assert os.listdir(work) == []


def test_home_of_somebody_else(as_nobody, nobodys_cvenv, python, wheels, tmp_path):
    """Where one may not write, nothing is remembered, and one line says so."""
    if as_nobody(python.path, "-c", "").returncode:
        pytest.skip("%s is not for other users" % python.path)
    (as_nobody.home / "closed").mkdir(mode=0o755)
    shutil.copytree(tmp_path / "wheels", as_nobody.home / "wheels")
    closed = str(as_nobody.home / "closed")
    for name in ("one", "two"):
        result = as_nobody(nobodys_cvenv, "--wheel-dir", as_nobody.home / "wheels", "-p", python.path, as_nobody.home / name,
                           extra={"HOME": closed, "XDG_CACHE_HOME": closed})
        assert result.returncode == 0
        assert result.stderr == "Warning: going on without the cache: %s/cvenv: %s\n" % (closed, os.strerror(errno.EACCES))
        assert as_nobody(as_nobody.home / name / "bin/pip").stdout == "pip 98\n"
    assert os.listdir(closed) == []


# ---- names --------------------------------------------------------------------------------------------------


@pytest.fixture(params=["C", "C.UTF-8", "en_US.ISO-8859-1"])
def in_locale(request, starved, tmp_path) -> dict[str, str]:
    """Surroundings with that locale, made where the system has not got it."""
    surroundings = {**starved.python.environment(), "LC_ALL": request.param}
    if "8859" in request.param:
        need("localedef")
        if not os.path.exists("/usr/share/i18n/locales/en_US"):
            pytest.skip("no sources of locales")
        (tmp_path / "locales").mkdir()
        subprocess.run(["localedef", "-i", "en_US", "-f", "ISO-8859-1", tmp_path / "locales/en_US.ISO-8859-1"], check=True,
                       capture_output=True)
        surroundings["LOCPATH"] = str(tmp_path / "locales")
        encoding = starved.python.run("-X", "utf8=0", "-c", "import sys; print(sys.getfilesystemencoding())", env=surroundings).stdout
        assert encoding.strip() in ("iso8859-1", "latin-1")
    return surroundings


def bytes_to_try() -> list[int]:
    """Every byte when thorough; else what means something somewhere, and a few more."""
    some = {*range(1, 256, 1 if THOROUGH else 29), *b"\t\n\x1b !\"#$%&'()*:;<=>?@[\\]^`{|}~\x7f\x80\xc3\xff"}
    return sorted(some - {ord("/")})


def test_every_byte(in_locale, starved, wheels, tmp_path):
    """In a name: it works, also for what runs in it, or is refused before anything is written."""
    work = os.fsencode(tmp_path) + b"/work"
    os.mkdir(work)
    for byte in bytes_to_try():
        path = work + b"/a" + bytes([byte]) + b"z"
        result = subprocess.run([*starved.command(*wheels), path], env=in_locale, stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=120)
        refused = byte < 32 or byte in b"\x7f:"
        assert result.returncode == (1 if refused else 0), (byte, result)
        assert os.listdir(work) == ([] if refused else [os.path.basename(path)])
        if refused:
            continue
        prefix = [path + b"/bin/python", "-c", "import os, sys; os.write(1, os.fsencode(sys.prefix))"]
        for command, expected in [(prefix, path), ([path + b"/bin/python", "-m", "pip"], b"pip 98\n"), ([path + b"/bin/pip"], b"pip 98\n")]:
            ran = subprocess.run(command, env=in_locale, capture_output=True, timeout=120)
            assert (ran.returncode, ran.stdout) == (0, expected), (byte, ran)
        shutil.rmtree(path)


def deep_path(top: Path, length: int) -> str:
    """Of so many bytes in all: components of 255 bytes as far as possible, and `env`."""
    path, last = str(top), "/env"
    while length - len(path) - len(last) > 257:
        path += "/" + "x" * 255
    return path + "/" + "y" * (length - len(path) - len(last) - 1) + last


@pytest.mark.parametrize("length", [3900, 4050, 4094, 4095])
def test_long_path(length, starved, wheels, tmp_path):
    """Longer than what one call takes with a name below it: everything is made relative to descriptors."""
    path, moved = deep_path(tmp_path, length), tmp_path / "env"
    assert len(path) == length
    for options in [], [], ["--upgrade"], ["--clear"], ["--copies"]:
        result = starved.run(arguments=[*wheels, *options, path])
        assert (result.returncode, result.stderr) == (0, ""), result.stderr[-200:]
        copy = 'cd -P "$1"; cd -P "${2#"$1"/}"; ls -A; cp -a env "$1/env"'
        names = subprocess.run(["sh", "-ec", copy, "sh", tmp_path, os.path.dirname(path)], check=True, capture_output=True).stdout
        assert names == b"env\n"
        plain = [option for option in options if option == "--copies"]
        faults = starved.reference.faults(moved, *wheels, *plain, interpreter=starved.python, made_at=Path(path))
        assert [fault for fault in faults if not fault.startswith("different: bin/pip")] == []  # scripts begin otherwise
        if length < 4000:
            assert subprocess.run([path + "/bin/pip"], capture_output=True, check=True).stdout == b"pip 98\n"
        shutil.rmtree(moved)
    subprocess.run(["rm", "-r", tmp_path / ("x" * 255)], check=True)  # what comes after this cannot


def test_long_name(starved, wheels, tmp_path):
    """A name of 255 bytes leaves none for what a staging directory's has more."""
    environment = tmp_path / "work" / ("x" * 255)
    assert starved.attempt(environment, options=wheels)
    for option in ("--clear", "--upgrade"):
        starved.run(arguments=[*wheels, option, environment]).check_returncode()
        starved.reference.assert_whole(environment, *wheels, interpreter=starved.python)
        assert os.listdir(tmp_path / "work") == [environment.name]


@pytest.mark.parametrize("name", ["x" * 256, "/".join(["x" * 255] * 17), "/".join(["x" * 255] * 30), "y" * 20000],
                         ids=["name", "path", "message", "everything"])
def test_too_long(name, starved, tmp_path):
    """Refused before anything is made, however long: the message says why, and keeps its beginning and its end."""
    result = starved.run(arguments=["--without-pip", tmp_path / name])
    assert result.returncode == 1
    assert result.stderr.startswith("Error: %s/" % tmp_path) and len(result.stderr) < 5000
    assert result.stderr.endswith((": %s\n" % os.strerror(errno.ENAMETOOLONG), ": Filename too long\n"))
    assert os.listdir(tmp_path) == []
