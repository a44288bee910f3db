# SPDX-License-Identifier: MIT
"""What the command says and where, its exit status, several directories, signals, and poor surroundings."""

from __future__ import annotations

import errno
import os
import pty
import re
import resource
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.tree import snapshot


def run_on_terminal(command: list[str], **options) -> tuple[int, str]:
    """Runs it with standard error on a terminal of 80 columns: exit status, and what was shown there."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave, **options)
    os.close(slave)
    shown = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError as error:
            assert error.errno == errno.EIO
            break
        if not data:
            break
        shown += data
    os.close(master)
    assert process.stdout.read() == b""
    process.stdout.close()
    return process.wait(60), shown.decode("utf-8", "surrogateescape")


# ---- what it says ------------------------------------------------------------------------------------------------------


def test_silent_success(run_cvenv, tmp_path):
    result = run_cvenv("--without-pip", tmp_path / "env")
    assert (result.stdout, result.stderr) == ("", "")


def test_version(run_cvenv):
    assert re.fullmatch(r"cvenv \d+\.\d+\.\d+\n", run_cvenv("--version").stdout)


def test_verbose(run_cvenv, tmp_path, python):
    """Each stage in its order with the time it took, and the sum."""
    result = run_cvenv("-v", tmp_path / "env", interpreter=python)
    assert result.stdout == ""
    times = re.findall(r"^(\w+) +(\d+\.\d\d) ms$", result.stderr, re.MULTILINE)
    assert [name for name, _ in times] == ["find_python", "ensure_directories", "create_ignore_file", "create_configuration",
                                           "setup_python", "setup_pip", "setup_scripts", "post_setup", "publish", "total"]
    assert sum(float(spent) for _, spent in times[:-1]) <= float(times[-1][1]) + 0.1


def test_verbose_of_several(run_cvenv, tmp_path):
    result = run_cvenv("-v", "--without-pip", "a", "b", cwd=tmp_path)
    for name in ("a", "b"):
        assert re.search(r"^%s: total +\d+\.\d\d ms$" % name, result.stderr, re.MULTILINE)


def test_hint_only_on_terminal(cvenv, tmp_path):
    status, shown = run_on_terminal([cvenv, "--without-pip", "env"], cwd=tmp_path, env={**os.environ, "SHELL": "/bin/sh"})
    assert (status, shown) == (0, ". env/bin/activate\r\n")
    status, shown = run_on_terminal([cvenv, "-q", "--without-pip", "env"], cwd=tmp_path)
    assert (status, shown) == (0, "")


def test_progress(cvenv, tmp_path, python, fresh_cache):
    """While pip is byte-compiled for the first time one line counts, and it is gone in the end."""
    command = [cvenv, "-p", python.path, "env"]
    status, shown = run_on_terminal(command, cwd=tmp_path, env={**os.environ, "SHELL": "/bin/sh"})
    assert status == 0
    counts = [tuple(map(int, pair)) for pair in re.findall(r"\r[^\r\n]*: (\d+) of (\d+)", shown)]
    assert counts and all(done <= total for done, total in counts)
    last = max(len(text) for text in re.findall(r"\r([^\r\n]+: \d+ of \d+)", shown))
    assert shown.endswith("\r%s\r. env/bin/activate\r\n" % (" " * last))
    status, shown = run_on_terminal(command, cwd=tmp_path)
    assert " of " not in shown, "nothing is slow any more"


def test_no_progress_into_a_file(run_cvenv, tmp_path, python, fresh_cache):
    assert run_cvenv(tmp_path / "env", interpreter=python).stderr == ""


def test_output_that_cannot_be_written(cvenv):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        result = subprocess.run([cvenv, "--help"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (1, "Error: standard output: No space left on device\n")


def test_reader_gone(cvenv, tmp_path):
    """A closed pipe at standard error does not end the command half-way."""
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run([cvenv, "-v", "--without-pip", "env"], cwd=tmp_path, stderr=writer, stdin=subprocess.DEVNULL)
    os.close(writer)
    assert process.returncode == 0
    assert (tmp_path / "env/pyvenv.cfg").exists()


# ---- several directories -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["--jobs=1", "--jobs=3", "--jobs=1024"])
def test_several(run_cvenv, tmp_path, jobs):
    names = ["env%d" % i for i in range(12)]
    result = run_cvenv(jobs, "--without-pip", *names, cwd=tmp_path)
    assert (result.stdout, result.stderr) == ("", "")
    one, *others = [set(snapshot(tmp_path / name)) for name in names]
    assert all(other == one for other in others)
    for name in names:
        found = subprocess.run([tmp_path / name / "bin/python", "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True)
        assert found.stdout.strip() == str(tmp_path / name)


@pytest.mark.parametrize("names", [["a", "a"], ["a", "./a/", "b/../a"], ["a", "a/b"], ["a/b", "a"], [".", "a"]])
def test_overlapping(run_cvenv, tmp_path, names):
    """The same directory twice, and one inside another: as if created one after the other."""
    run_cvenv("--without-pip", *names, cwd=tmp_path)
    for name in names:
        assert os.path.isfile(os.path.normpath(tmp_path / name / "pyvenv.cfg"))
    assert not [path for path in tmp_path.rglob(".*cvenv-*")]


@pytest.mark.parametrize("jobs", ["--jobs=1", "--jobs=2", "--jobs=8"])
def test_first_failure(run_cvenv, tmp_path, jobs):
    """It is the one reported; what was created before stays; with one job nothing behind it is begun."""
    (tmp_path / "file1").touch()
    (tmp_path / "file2").touch()
    result = run_cvenv(jobs, "--without-pip", "a", "file1", "b", "file2", "c", cwd=tmp_path, check=False)
    assert result.returncode == 1
    assert re.fullmatch(r"Error: [^\n]*/file1[^\n]*\n", result.stderr)
    assert (tmp_path / "a/pyvenv.cfg").is_file()
    if jobs == "--jobs=1":
        assert sorted(os.listdir(tmp_path)) == ["a", "file1", "file2"]
    assert not [name for name in os.listdir(tmp_path) if "cvenv-" in name]


# ---- signals -----------------------------------------------------------------------------------------------------------


def start_and_stop(command: list[str], directory: Path, number: int, **options) -> subprocess.CompletedProcess:
    """Sends the signal as soon as something has been begun in the directory."""
    before = set(os.listdir(directory))
    process = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, **options)
    end = time.monotonic() + 20
    while set(os.listdir(directory)) == before and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("existing", [False, True], ids=["new", "clear"])
def test_interrupted(cvenv, tmp_path, python, fresh_cache, run_cvenv, number, existing):
    """In the middle of the first byte-compilation: what was begun is gone, what was there is not."""
    place = tmp_path / "place"
    place.mkdir()
    (place / "precious").write_text("kept")
    if existing:
        run_cvenv("--without-pip", "--no-cache", place / "env", interpreter=python)
        (place / "env/mine").write_text("kept, too")
    before = snapshot(place)
    result = start_and_stop([cvenv, "-p", python.path, *(["--clear"] if existing else []), "env"], place, number,
                            preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))  # it may be ignored where the tests run
    assert result.returncode == -number, result.stderr
    assert re.fullmatch(r"Error: [^\n]*\n", result.stderr)
    assert snapshot(place) == before
    run_cvenv("--clear", place / "env", interpreter=python)
    assert (place / "env/bin/pip").exists() and not (place / "env/mine").exists()
    assert not [name for name in os.listdir(place) if "cvenv-" in name]


def test_interrupted_among_many(cvenv, tmp_path):
    """The signal ends the whole command; what was complete stays complete."""
    names = ["env%03d" % i for i in range(400)]
    place = tmp_path / "place"
    place.mkdir()
    result = start_and_stop([cvenv, "--without-pip", "--jobs=2", *names], place, signal.SIGTERM,
                            preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    assert result.returncode == -signal.SIGTERM
    made = sorted(os.listdir(place))
    assert set(made) <= set(names) and len(made) < len(names)
    complete = set(snapshot(place / made[0])) if made else None
    assert all(set(snapshot(place / name)) == complete for name in made)


def test_ignored_signal(cvenv, tmp_path, python, fresh_cache):
    """Under nohup, and in a shell's background, signals that were ignored stay so."""
    place = tmp_path / "place"
    place.mkdir()
    result = start_and_stop([cvenv, "-p", python.path, "env"], place, signal.SIGHUP,
                            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert (result.returncode, result.stderr) == (0, "")
    assert (place / "env/bin/pip").exists()


def test_children_ignored(cvenv, tmp_path, python, fresh_cache):
    """A caller that ignores SIGCHLD does not keep us from knowing how our children ended."""
    result = subprocess.run([cvenv, "-p", python.path, "env"], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert (result.returncode, result.stderr) == (0, "")


# ---- poor surroundings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors(cvenv, tmp_path, python, closed):
    """No file of the environment gets the number of a standard stream: nothing that is said ends up in one."""
    def make(name: str, redirections: str) -> dict:
        place = tmp_path / name
        place.mkdir()
        subprocess.run(["sh", "-c", 'exec "$@" %s' % redirections, "sh", cvenv, "-v", "-p", python.path, "--without-pip", "env"],
                       cwd=place, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tree = snapshot(place)
        return {path: (entry.kind, entry.mode, entry.content.replace(str(place).encode(), b"PLACE")) for path, entry in tree.items()}

    assert make("closed", closed) == make("open", "<&0")


@pytest.mark.parametrize("home", [None, "", "relative", "/nonexistent", "/dev/null"])
def test_home(cvenv, tmp_path, home):
    """Neither help nor creation needs a home; a value that cannot be used is said once."""
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    if home is not None:
        environment["HOME"] = home
    for arguments in (["--help"], ["--version"], ["--without-pip", "env"]):
        result = subprocess.run([cvenv, *arguments], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        assert all(line.startswith("Warning: ") for line in result.stderr.splitlines())
        assert len(result.stderr.splitlines()) <= 1
    assert sorted(os.listdir(tmp_path)) == ["env"]


def test_few_descriptors(cvenv, tmp_path):
    limit = (resource.RLIMIT_NOFILE, (16, 16))
    result = subprocess.run([cvenv, "--without-pip", "env"], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            preexec_fn=lambda: resource.setrlimit(*limit))
    assert result.returncode == 0, result.stderr


def test_small_stack(cvenv, tmp_path):
    for arguments in (["--help"], ["--without-pip", "env", "env2"]):
        result = subprocess.run([cvenv, *arguments], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10)))
        assert result.returncode == 0, result.stderr


def test_umask(cvenv, tmp_path):
    subprocess.run([cvenv, "--without-pip", "env"], cwd=tmp_path, check=True, umask=0o077)
    assert all(entry.mode & 0o077 == 0 for path, entry in snapshot(tmp_path).items() if entry.kind != "link")
