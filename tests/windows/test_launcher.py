# SPDX-License-Identifier: MIT
"""The launchers: what they hand on, what they give back, and what they say when something is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


class Environment:
    """An environment as the launcher sees one, whose base is a program that tells what reached it."""

    def __init__(self, directory: Path, build: Path) -> None:
        self.scripts = directory / "env" / "Scripts"
        self.base = directory / "base"
        self.config = directory / "env" / "pyvenv.cfg"
        self.scripts.mkdir(parents=True)
        self.base.mkdir()
        self.build = build
        self.python = self.add("python.exe")

    def add(self, name: str, launcher: str = "venvlauncher.exe") -> Path:
        """A launcher of that name."""
        return Path(shutil.copy(self.build / launcher, self.scripts / name))

    def add_base(self, name: str) -> Path:
        """A program of that name in the base."""
        return Path(shutil.copy(self.build / "tests" / "windows" / "child.exe", self.base / name))


@pytest.fixture
def environment(tmp_path: Path, windows_build: Path, wine) -> Environment:
    """With a python.exe in the base, and a configuration that names it."""
    made = Environment(tmp_path, windows_build)
    made.add_base("python.exe")
    made.config.write_bytes(("home = %s\r\n" % wine.path(made.base)).encode())
    return made


@pytest.fixture
def drive(wine, windows_build: Path):
    """Runs the driver, which starts launchers as only a program of Windows can."""

    def run(*arguments) -> str:
        return wine.run(windows_build / "tests" / "windows" / "drive.exe", *arguments, check=False).stdout.strip()

    return run


def surroundings(wine, launcher: Path, **options) -> dict[str, str]:
    """What the child of the launcher says."""
    lines = wine.run(launcher, env={"CHILD": "surroundings", **options}).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_sizes_and_manifests(windows_build: Path) -> None:
    for name in ("venvlauncher.exe", "venvwlauncher.exe"):
        assert (windows_build / name).stat().st_size < 64 * 1024
    for name in ("venvlauncher.exe", "venvwlauncher.exe", "cvenv.exe"):
        data = (windows_build / name).read_bytes()
        assert b">true</longPathAware>" in data and b">UTF-8</activeCodePage>" in data


@pytest.mark.parametrize("name, more", [
    ("venvlauncher.exe", set()), ("venvwlauncher.exe", {"user32.dll"}),
    ("cvenv.exe", {"advapi32.dll", "bcrypt.dll", "ntdll.dll", "shell32.dll"}),
])
def test_libraries_are_the_systems(windows_build: Path, name: str, more: set[str]) -> None:
    objdump = "x86_64-w64-mingw32-objdump"
    if not shutil.which(objdump):
        pytest.skip("no %s (Debian: binutils-mingw-w64-x86-64)" % objdump)
    said = subprocess.run([objdump, "-p", str(windows_build / name)], capture_output=True, text=True, check=True).stdout
    assert {line.split()[-1].lower() for line in said.splitlines() if "DLL Name:" in line} == {"kernel32.dll", "msvcrt.dll"} | more


def test_child_is_told_where_it_belongs(wine, environment: Environment) -> None:
    told = surroundings(wine, environment.python)
    assert told["module"] == wine.path(environment.base / "python.exe")
    assert told["launcher"] == wine.path(environment.python)


def test_command_lines_arrive_unchanged(environment: Environment, drive, thorough: bool) -> None:
    for seed in range(100 if thorough else 10):
        assert drive("lines", environment.python, str(seed), "200") == "ok"


def test_exit_statuses_come_back_whole(environment: Environment, drive) -> None:
    assert drive("codes", environment.python) == "ok"


def test_standard_input_reaches_the_child(wine, environment: Environment) -> None:
    text = "".join("line %d\n" % number for number in range(20000))
    result = wine.run(environment.python, env={"CHILD": "input"}, input=text)
    assert result.stdout == text


def test_windowed_launcher_hands_on_streams_too(wine, environment: Environment) -> None:
    environment.add_base("pythonw.exe")
    launcher = environment.add("pythonw.exe", "venvwlauncher.exe")
    assert surroundings(wine, launcher)["module"] == wine.path(environment.base / "pythonw.exe")
    assert wine.run(launcher, env={"CHILD": "input"}, input="text").stdout == "text"


def test_child_ends_with_the_launcher(environment: Environment, drive) -> None:
    assert drive("kill", environment.python) == "ok"


def test_interrupt_is_for_the_child(environment: Environment, drive) -> None:
    """Ctrl-C, in a console without a window. Wine sends no Ctrl-Break."""
    assert drive("interrupt", environment.python) == "ok"


def test_startup_information_is_handed_on(environment: Environment, drive) -> None:
    assert drive("startup", environment.python) == "ok"


@pytest.mark.parametrize("config", [
    "home={home}", "HOME \t=  {home}\t", "\ufeffhome = {home}", "x = y\r\nnonsense\r\nhome = {home}\r\nhome = Z:\\elsewhere",
    "include-system-site-packages = false\nhome = {home}",
])
def test_configurations_that_getpath_reads(wine, environment: Environment, config: str) -> None:
    environment.config.write_bytes(config.format(home=wine.path(environment.base)).encode())
    assert surroundings(wine, environment.python)["module"] == wine.path(environment.base / "python.exe")


def test_configuration_beside_the_launcher(wine, environment: Environment) -> None:
    environment.config.rename(environment.scripts / "pyvenv.cfg")
    assert surroundings(wine, environment.python)["module"] == wine.path(environment.base / "python.exe")


def test_home_in_any_script(wine, tmp_path: Path, windows_build: Path) -> None:
    directory = tmp_path / "日本 é 😀"
    directory.mkdir()
    made = Environment(directory, windows_build)
    made.add_base("python.exe")
    made.config.write_text("home = %s\n" % wine.path(made.base), encoding="utf-8")
    assert surroundings(wine, made.python)["module"] == wine.path(made.base / "python.exe")


def test_program_by_its_own_name_then_by_executable(wine, environment: Environment) -> None:
    """python_d.exe starts python_d.exe; python.exe starts what pyvenv.cfg calls executable, in its own kind."""
    for name in ("python_d.exe", "python3.14t.exe", "pythonw3.14t.exe"):
        environment.add_base(name)
    debug = environment.add("python_d.exe")
    windowed = environment.add("pythonw.exe", "venvwlauncher.exe")
    home = wine.path(environment.base)
    assert surroundings(wine, debug)["module"] == home + "\\python_d.exe"
    environment.config.write_text("home = %s\nexecutable = C:\\real\\python3.14t.exe\n" % home)
    assert surroundings(wine, environment.python)["module"] == home + "\\python3.14t.exe"
    assert surroundings(wine, windowed)["module"] == home + "\\pythonw3.14t.exe"
    environment.config.write_text("home = %s\nexecutable = C:\\real\\python9.exe\n" % home)
    assert surroundings(wine, environment.python)["module"] == home + "\\python.exe"


@pytest.mark.parametrize("config, status, message", [
    (None, 106, "failed to locate pyvenv.cfg"),
    ("", 107, "no home= specified"),
    ("home =", 107, "no home= specified"),
    ("home = base", 107, "not an absolute path"),
    ("home = \\base", 107, "not an absolute path"),
    ("home = Z:\\no\\such\\place", 103, "did not find executable"),
])
@pytest.mark.parametrize("name, launcher", [("python.exe", "venvlauncher.exe"), ("pythonw.exe", "venvwlauncher.exe")])
def test_what_is_missing(wine, environment: Environment, config: str | None, status: int, message: str, name: str,
                         launcher: str) -> None:
    program = environment.add(name, launcher)
    environment.config.unlink()
    if config is not None:
        environment.config.write_text(config)
    result = wine.run(program, check=False, timeout=60)
    assert result.returncode == status
    if name == "python.exe":  # the other one shows it in a window
        assert message in result.stderr
        assert ("Windows error" in result.stderr) == (status != 107)


def test_base_that_is_no_program(wine, environment: Environment) -> None:
    (environment.base / "python.exe").write_text("no program\n")
    result = wine.run(environment.python, check=False)
    assert result.returncode == 101
    assert "failed to start" in result.stderr and "python.exe" in result.stderr
