# SPDX-License-Identifier: MIT
"""Environments made by cvenv.exe, with a real CPython for Windows."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from support.wheels import make_wheel

SCRIPTS = {"Activate.ps1", "activate", "activate.bat", "activate.elv", "activate.fish", "activate.nu", "activate.xsh",
           "activate_this.py", "deactivate.bat", "python.exe", "pythonw.exe"}
TOP = {".gitignore", "CACHEDIR.TAG", "Include", "Lib", "Scripts", "pyvenv.cfg"}

FREE_THREADED = """
_said = get_config_var
def get_config_var(name):
    return 1 if name == 'Py_GIL_DISABLED' else _said(name)
"""

WHERE = "import sys; print(sys.prefix, sys.base_prefix, sys.executable, sep='|')"


def names(directory: Path) -> set[str]:
    return set(os.listdir(directory))


def configuration(env: Path) -> dict[str, str]:
    """What pyvenv.cfg says; its line ends must be those of Windows."""
    data = (env / "pyvenv.cfg").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") and data.endswith(b"\r\n")
    return dict(line.split(" = ", 1) for line in data.decode().splitlines())


@pytest.fixture(scope="session")
def with_pip(wine, windows_build: Path, windows_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with pip, for tests that only look at it."""
    env = tmp_path_factory.mktemp("with-pip") / "an env"
    wine.run(windows_build / "cvenv.exe", "-p", windows_python / "python.exe", env)
    return env


# ---- the tree ----------------------------------------------------------------------------------------------


def test_tree_without_pip(wine, create, windows_python: Path, tmp_path: Path) -> None:
    env = tmp_path / "env"
    assert create("--without-pip", env).stdout == ""
    assert names(env) == TOP
    assert names(env / "Scripts") == SCRIPTS
    assert names(env / "Lib") == {"site-packages"} and not names(env / "Lib" / "site-packages")
    assert not names(env / "Include")
    assert names(tmp_path) == {"env"}
    home = wine.path(windows_python)
    assert configuration(env) == {
        "home": home, "include-system-site-packages": "false", "version": "3.14.3", "executable": home + "\\python.exe",
        "command": "%s\\python.exe -m venv --without-pip %s" % (home, wine.path(env)), "python-version": "3.14"}
    assert (env / ".gitignore").read_bytes().endswith(b"\r\n*\r\n")


def test_line_ends_of_activators(create, tmp_path: Path) -> None:
    create("--without-pip", tmp_path / "env")
    for script in SCRIPTS - {"python.exe", "pythonw.exe"}:
        data = (tmp_path / "env" / "Scripts" / script).read_bytes()
        expected = data.count(b"\n") if script.endswith((".ps1", ".bat")) else 0
        assert data.count(b"\r\n") == expected, script


def test_python_finds_its_environment(wine, create, windows_python: Path, tmp_path: Path) -> None:
    env = tmp_path / "日本 é"
    create("--without-pip", env)
    said = wine.run(env / "Scripts" / "python.exe", "-X", "utf8", "-c", WHERE).stdout.strip()
    assert said == "|".join(map(wine.path, [env, windows_python, env / "Scripts" / "python.exe"]))


def test_options(wine, create, tmp_path: Path) -> None:
    env = tmp_path / "env"
    create("--without-pip", "--system-site-packages", "--prompt", "it's a \"prompt\"", "--without-scm-ignore-files", env)
    said = configuration(env)
    assert said["include-system-site-packages"] == "true"
    assert said["prompt"] == "'it\\'s a \"prompt\"'"
    assert ".gitignore" not in names(env)


def test_paths_longer_than_windows_once_allowed(wine, create, tmp_path: Path) -> None:
    env = tmp_path.joinpath(*["x" * 60] * 5) / "env"
    create("--without-pip", env)
    assert names(env) == TOP


def test_base_with_launchers_of_its_own(wine, windows_build: Path, windows_python: Path, tmp_path: Path) -> None:
    """CPython 3.13 and later bring theirs: then ours stays at home."""
    base = tmp_path / "base"
    subprocess.run(["cp", "-al", str(windows_python), str(base)], check=True)
    launchers = base / "Lib" / "venv" / "scripts" / "nt"
    launchers.mkdir(parents=True, exist_ok=True)
    own = {}
    for name, ours in (("venvlauncher.exe", "venvlauncher.exe"), ("venvwlauncher.exe", "venvwlauncher.exe")):
        own[name] = (windows_build / ours).read_bytes() + b"base's own"
        (launchers / name).write_bytes(own[name])
    wine.run(windows_build / "cvenv.exe", "--without-pip", "-p", base / "python.exe", tmp_path / "env")
    assert (tmp_path / "env" / "Scripts" / "python.exe").read_bytes() == own["venvlauncher.exe"]
    assert (tmp_path / "env" / "Scripts" / "pythonw.exe").read_bytes() == own["venvwlauncher.exe"]


@pytest.mark.parametrize("suffix", ["_d", "3.14t"])
def test_debug_and_free_threaded_bases(wine, windows_build: Path, windows_python: Path, tmp_path: Path, suffix: str) -> None:
    """By their names: the real ones are not to be had here. A free-threaded Python says of itself that it is one."""
    base = tmp_path / "base"
    subprocess.run(["cp", "-al", str(windows_python), str(base)], check=True)
    for kind in ("python", "pythonw"):
        os.link(base / (kind + ".exe"), base / (kind + suffix + ".exe"))
    if suffix == "3.14t":
        sysconfig = base / "Lib" / "sysconfig" / "__init__.py"
        source = sysconfig.read_text(encoding="utf-8")
        sysconfig.unlink()
        sysconfig.write_text(source + FREE_THREADED, encoding="utf-8")
    wine.run(windows_build / "cvenv.exe", "--without-pip", "-p", base / ("python%s.exe" % suffix), tmp_path / "env")
    added = {"python%s.exe" % suffix, "pythonw%s.exe" % suffix}
    assert names(tmp_path / "env" / "Scripts") == SCRIPTS | added
    said = wine.run(tmp_path / "env" / "Scripts" / ("python%s.exe" % suffix), "-c", WHERE).stdout.strip()
    assert said == "|".join(map(wine.path, [tmp_path / "env", base, tmp_path / "env" / "Scripts" / ("python%s.exe" % suffix)]))


def test_symlinks_fall_back_to_copies(create, windows_build: Path, tmp_path: Path) -> None:
    """Wine says that it made the link, and made none; Windows refuses most users. Both end in copies."""
    result = create("--without-pip", "--symlinks", tmp_path / "env")
    assert "Unable to symlink" in result.stderr and "Retrying with copies" in result.stderr
    launcher = (windows_build / "venvlauncher.exe").read_bytes()
    assert (tmp_path / "env" / "Scripts" / "python.exe").read_bytes() == launcher


def test_environment_made_from_inside_another(wine, create, windows_build: Path, windows_python: Path, tmp_path: Path) -> None:
    create("--without-pip", tmp_path / "outer")
    wine.run(windows_build / "cvenv.exe", "--without-pip", "-p", tmp_path / "outer" / "Scripts" / "python.exe", tmp_path / "inner")
    assert configuration(tmp_path / "inner")["home"] == wine.path(windows_python)


# ---- pip ---------------------------------------------------------------------------------------------------


def test_pip_is_there_and_whole(wine, with_pip: Path) -> None:
    said = wine.run(with_pip / "Scripts" / "python.exe", "-m", "pip", "list", "--format=freeze").stdout
    assert said.split() == ["pip==25.3"]
    said = wine.run(with_pip / "Scripts" / "pip.exe", "--version").stdout
    assert said.startswith("pip 25.3 from " + wine.path(with_pip / "Lib" / "site-packages" / "pip"))
    assert wine.run(with_pip / "Scripts" / "python.exe", "-m", "pip", "check").returncode == 0


def test_record_lists_every_file_with_its_hash(with_pip: Path) -> None:
    library = with_pip / "Lib" / "site-packages"
    with open(library / "pip-25.3.dist-info" / "RECORD", newline="") as file:
        rows = list(csv.reader(file))
    recorded = set()
    for path, digest, size in rows:
        file = (library / path).resolve()
        recorded.add(file)
        if digest:
            data = file.read_bytes()
            assert len(data) == int(size)
            assert "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=") == digest, path
    on_disk = {file.resolve() for file in library.rglob("*") if file.is_file()}
    on_disk |= {(with_pip / "Scripts" / name).resolve() for name in ("pip.exe", "pip3.exe", "pip3.14.exe")}
    assert recorded == on_disk


def test_scripts_are_those_that_pip_writes(wine, create, windows_python: Path, tmp_path: Path) -> None:
    """Byte for byte: pip itself writes them anew, as of the first moment that an archive can name."""
    env = tmp_path / "an env"
    create(env)
    scripts = [env / "Scripts" / name for name in ("pip.exe", "pip3.exe", "pip3.14.exe")]
    ours = [script.read_bytes() for script in scripts]
    for script in scripts:
        script.unlink()
    wheel = next((windows_python / "Lib" / "ensurepip" / "_bundled").glob("pip-*.whl"))
    wine.run(env / "Scripts" / "python.exe", "-m", "pip", "install", "--force-reinstall", "--no-index", wheel,
             env={"SOURCE_DATE_EPOCH": "315532800"})
    assert [script.read_bytes() for script in scripts] == ours


def test_pip_installs_and_uninstalls(wine, create, tmp_path: Path) -> None:
    env = tmp_path / "env"
    create(env)
    wheel = make_wheel(tmp_path, "greeting", "1.0", "def main():\n    import sys\n    print('hello', *sys.argv[1:])\n    return 3\n",
                       "[console_scripts]\ngreet = greeting:main\n")
    pip = env / "Scripts" / "pip.exe"
    wine.run(pip, "install", "--no-index", "--no-deps", wheel)
    said = wine.run(env / "Scripts" / "greet.exe", "a b", 'c"d', check=False)
    assert said.stdout.strip() == 'hello a b c"d' and said.returncode == 3
    wine.run(pip, "uninstall", "-y", "greeting")
    assert "greet.exe" not in names(env / "Scripts")
    wine.run(env / "Scripts" / "python.exe", "-m", "pip", "uninstall", "-y", "pip")
    assert names(env / "Scripts") == SCRIPTS
    assert not list((env / "Lib" / "site-packages").rglob("*pip*"))


def test_relocatable_scripts_work_after_a_move(wine, create, tmp_path: Path) -> None:
    create("--relocatable", tmp_path / "env")
    (tmp_path / "env").rename(tmp_path / "moved to")
    said = wine.run(tmp_path / "moved to" / "Scripts" / "pip.exe", "--version").stdout
    assert wine.path(tmp_path / "moved to") in said


# ---- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, reason", [
    ("CON", "device"), ("nul.txt", "device"), ("aux .x", "device"), ("lpt9", "device"), ("COM¹", "device"),
    ("ConOut$", "device"), ("x.", "dot or a blank"), ("y ", "dot or a blank"), ("x...", "dot or a blank"),
    ("in\\a:b", "must not contain"), ("q?", "must not contain"), ('q"s', "must not contain"), ("a|b", "must not contain"),
    ("<x>", "must not contain"), ("CON\\env", "device"), ("x.\\env", "dot or a blank"), ("a;b", "PATH separator"),
    ("n" * 256, "too long"), ("\\\\.\\pipe\\x", "no path of a file"), ("\\\\?\\GLOBALROOT\\x", "no path of a file"),
    ("a\tb", "control characters"),
])
def test_names_that_windows_has_no_room_for(create, tmp_path: Path, name: str, reason: str) -> None:
    result = create("--without-pip", name, check=False, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ") and reason in result.stderr and result.stderr.count("\n") == 1
    assert not names(tmp_path)


@pytest.mark.parametrize("spelling", ["\\\\?\\{}", "{}\\", "{}\\.", "{}\\x\\..", "{}/"])
def test_spellings_of_one_path(wine, create, tmp_path: Path, spelling: str) -> None:
    create("--without-pip", spelling.format(wine.path(tmp_path / "env")))
    assert names(tmp_path) == {"env"} and names(tmp_path / "env") == TOP
    assert wine.path(tmp_path / "env") in configuration(tmp_path / "env")["command"].split()


def test_file_in_the_way(create, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("mine")
    result = create("--without-pip", tmp_path / "env", check=False)
    assert result.returncode == 1 and "unable to create directory" in result.stderr.lower()
    assert (tmp_path / "env").read_text() == "mine" and names(tmp_path) == {"env"}


# ---- what is there already ---------------------------------------------------------------------------------


def test_running_again_keeps_what_is_foreign(create, tmp_path: Path) -> None:
    env = tmp_path / "env"
    create("--without-pip", env)
    (env / "mine.txt").write_text("mine")
    (env / "Scripts" / "activate").write_text("altered")
    create("--without-pip", env)
    assert names(env) == TOP | {"mine.txt"}
    assert (env / "Scripts" / "activate").read_text() != "altered"


def test_running_again_removes_programs_of_another_python(create, tmp_path: Path) -> None:
    env = tmp_path / "env"
    create("--without-pip", env)
    former = ("python3.13t.exe", "pythonw3.13t.exe", "python_d.exe", "PythonW_D.EXE", "python3.exe")
    others = ("pythonista.exe", "python-script.exe", "ipython.exe", "pytho.exe", "python.exe.txt", "python314.dll")
    for name in former + others:
        (env / "Scripts" / name).write_text("x")
    create("--without-pip", env)
    assert names(env / "Scripts") == SCRIPTS | set(others)


def test_clear_removes_also_what_is_read_only(create, tmp_path: Path) -> None:
    env = tmp_path / "env"
    create("--without-pip", env)
    for path in (env / "mine.txt", env / "Lib" / "site-packages" / "other.py"):
        path.write_text("old")
        path.chmod(0o444)
    (env / "pyvenv.cfg").chmod(0o444)
    create("--without-pip", "--clear", env)
    assert names(env) == TOP and not names(env / "Lib" / "site-packages")
    assert names(tmp_path) == {"env"}


@pytest.mark.parametrize("by, script, in_use", [
    ("env", "", "Scripts/python.exe"), ("base", "file = open(sys.argv[1])", "Lib/site-packages/data"),
])
def test_clear_refuses_what_is_in_use(wine, create, windows_python: Path, tmp_path: Path, by: str, script: str, in_use: str) -> None:
    env = tmp_path / "env"
    create("--without-pip", env)
    data = env / "Lib" / "site-packages" / "data"
    data.write_text("mine")
    python = env / "Scripts" / "python.exe" if by == "env" else windows_python / "python.exe"
    running = subprocess.Popen([*wine.wine, str(python), "-c", "import sys\n%s\nprint('up', flush=True)\ninput()" % script, wine.path(data)],
                               env=wine.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert running.stdout.readline().strip() == b"up"
    before = sorted(env.rglob("*"))
    result = create("--without-pip", "--clear", env, check=False)
    running.communicate(b"\n", timeout=60)
    assert result.returncode == 1 and in_use + " in it is in use" in result.stderr
    assert sorted(env.rglob("*")) == before and names(tmp_path) == {"env"}
    create("--without-pip", "--clear", env)


def test_upgrade_keeps_prompt_and_view_of_the_base(create, tmp_path: Path) -> None:
    env = tmp_path / "env"
    create("--without-pip", "--prompt", "mine", "--system-site-packages", env)
    create("--without-pip", "--upgrade", env)
    said = configuration(env)
    assert said["prompt"] == "'mine'" and said["include-system-site-packages"] == "true"


def test_guard_knows_the_home_directory(wine, create) -> None:
    """Wine says where it is: in the drives of these tests."""
    home = wine.run("cmd", "/c", "echo %USERPROFILE%").stdout.strip()
    inside = wine.prefix / "drive_c" / home[3:].replace("\\", "/")
    before = names(inside)
    for directory in (home, home.rpartition("\\")[0]):
        result = create("--clear", "--without-pip", directory, check=False)
        assert result.returncode == 1 and "home directory" in result.stderr
    assert before and names(inside) == before


# ---- many at once, and endings -----------------------------------------------------------------------------


def test_two_at_once_on_one_directory(wine, windows_build: Path, windows_python: Path, tmp_path: Path) -> None:
    env = tmp_path / "env"
    command = [*wine.wine, str(windows_build / "cvenv.exe"), "-p", wine.path(windows_python / "python.exe"), wine.path(env)]
    both = [subprocess.Popen(command, env=wine.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    assert names(env) == TOP and names(tmp_path) == {"env"}
    assert wine.run(env / "Scripts" / "pip.exe", "--version").stdout.startswith("pip 25.3")


def test_several_directories_in_one_command(create, tmp_path: Path) -> None:
    directories = [tmp_path / name for name in ("a", "b", "c")]
    create("--without-pip", *directories)
    assert all(names(directory) == TOP for directory in directories)


def test_killed_at_any_time(wine, windows_build: Path, windows_python: Path, with_pip: Path, tmp_path: Path) -> None:
    """Whenever it is ended, the directory is absent or whole, and the next run leaves nothing of the former."""
    env = tmp_path / "env"
    command = [*wine.wine, str(windows_build / "cvenv.exe"), "-p", wine.path(windows_python / "python.exe"), wine.path(env)]
    for delay in (0.1, 0.2, 0.3, 0.5, 0.7, 1.0):
        process = subprocess.Popen(command, env=wine.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert "env" not in names(tmp_path) or names(env) == TOP
    wine.run(windows_build / "cvenv.exe", "-p", windows_python / "python.exe", env)
    assert names(tmp_path) == {"env"} and names(env) == TOP
    assert wine.run(env / "Scripts" / "python.exe", "-m", "pip", "--version").returncode == 0


# ---- on a terminal -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell, hint", [(None, '"env\\Scripts\\activate.bat"'), ("/usr/bin/bash", "'env/Scripts/activate'")])
def test_line_that_activates_is_shown_on_a_terminal(wine, windows_build: Path, windows_python: Path, tmp_path: Path,
                                                    shell: str | None, hint: str) -> None:
    """Wine's console draws what it is told with escape sequences on this machine's terminal."""
    command = [*wine.wine, str(windows_build / "cvenv.exe"), "--without-pip", "-p", wine.path(windows_python / "python.exe"), "env"]
    environ = {**wine.environment, "TERM": "xterm", **({"SHELL": shell} if shell else {})}
    said = subprocess.run(["script", "-qec", "exec env %s %s" % ("" if shell else "-u SHELL", shlex.join(command)), "/dev/null"],
                          env=environ, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120).stdout
    assert hint in re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", said)


# ---- trust, and places that are elsewhere -------------------------------------------------------------------


def test_cache_that_others_may_write_is_not_used(wine, create, tmp_path: Path) -> None:
    for name, mode in (("open", 0o777), ("closed", 0o700)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
        said = create("--without-pip", "--cache-dir", tmp_path / name, tmp_path / ("env-" + name)).stderr
        assert ("other users may write there" in said) == (name == "open")
        assert bool(names(tmp_path / name)) == (name == "closed")


def test_place_that_is_really_elsewhere_is_told(wine, create, tmp_path: Path) -> None:
    """As CPython tells it of directories that the Store redirects: here by a link of this machine, which Wine follows."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    said = create("--without-pip", tmp_path / "link" / "env").stderr
    assert "Actual environment location may have moved due to redirects, links or junctions." in said
    assert 'Requested location: "%s"' % wine.path(tmp_path / "link" / "env" / "Scripts" / "python.exe") in said
    assert 'Actual location:    "%s"' % wine.path(tmp_path / "real" / "env" / "Scripts" / "python.exe") in said
    assert names(tmp_path / "real" / "env") == TOP


@pytest.mark.parametrize("mode, links", [("auto", False), ("copy", False), ("hardlink", True)])
def test_link_modes(create, tmp_path: Path, mode: str, links: bool) -> None:
    create("--link-mode", mode, "--cache-dir", tmp_path / "cache", tmp_path / "env")
    module = tmp_path / "env" / "Lib" / "site-packages" / "pip" / "_internal" / "exceptions.py"
    assert (module.stat().st_nlink > 1) == links
    assert (next((module.parent / "__pycache__").glob("exceptions.*.pyc")).stat().st_nlink > 1) == links


def test_clones_only_where_the_file_system_has_them(create, tmp_path: Path) -> None:
    result = create("--link-mode", "clone", tmp_path / "env", check=False)
    assert result.returncode == 1 and result.stderr.startswith("Error: ")
    assert not names(tmp_path)
