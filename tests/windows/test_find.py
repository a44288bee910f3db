# SPDX-License-Identifier: MIT
"""Finding a Python as py.exe does: PATH, the registry (PEP 514), py.ini and its variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CURRENT, MACHINE, NARROW = "HKCU\\Software\\Python", "HKLM\\Software\\Python", "HKLM\\Software\\Wow6432Node\\Python"


class Registry:
    """Writes below the keys of PEP 514; each test begins without any."""

    def __init__(self, wine) -> None:
        self.wine = wine
        for root in (CURRENT, MACHINE, NARROW):
            wine.run("reg", "delete", root, "/f", check=False)

    def set(self, key: str, name: str | None, value: str) -> None:
        self.wine.run("reg", "add", key, *(["/v", name] if name else ["/ve"]), "/t", "REG_SZ", "/d", value, "/f")

    def add(self, directory: Path | str, tag: str, version: str, root: str = CURRENT, company: str = "PythonCore",
            **more: str) -> None:
        key = "%s\\%s\\%s" % (root, company, tag)
        self.set(key + "\\InstallPath", None, self.wine.path(directory) + "\\")
        self.set(key, "Version", version)
        for name, value in more.items():
            self.set(key + "\\InstallPath" if name == "ExecutablePath" else key, name, value)


@pytest.fixture
def registry(wine) -> Registry:
    return Registry(wine)


@pytest.fixture
def installs(tmp_path: Path, windows_python: Path):
    """Makes directories that hold the Python for Windows, under names of the test's choice."""

    def make(*names: str) -> list[Path]:
        made = [tmp_path / name for name in names]
        for directory in made:
            directory.mkdir()
            for entry in os.listdir(windows_python):  # links of this machine are directories to Wine
                os.symlink(windows_python / entry, directory / entry)
        return made

    return make


@pytest.fixture
def home_of(wine, windows_build: Path, tmp_path: Path):
    """The `home` of an environment that is made with these arguments, or what is said instead."""

    def run(*arguments: str, **env: str) -> str:
        env.setdefault("WINEPATH", "")
        result = wine.run(windows_build / "cvenv.exe", "--without-pip", "--no-cache", *arguments, tmp_path / "env", check=False,
                          env=env)
        if result.returncode:
            return result.stderr.strip()
        config = (tmp_path / "env" / "pyvenv.cfg").read_text()
        wine.run("cmd", "/c", "rmdir", "/s", "/q", wine.path(tmp_path / "env"))
        return config.splitlines()[0][len("home = "):]

    return run


def test_by_version(wine, registry: Registry, installs, home_of) -> None:
    old, new, narrow, threaded = installs("old", "new", "narrow", "threaded")
    registry.add(old, "3.13", "3.13.9", SysVersion="3.13", SysArchitecture="64bit")
    registry.add(new, "3.14", "3.14.3", root=MACHINE, SysVersion="3.14", SysArchitecture="64bit")
    registry.add(narrow, "3.14-32", "3.14.3", root=NARROW)
    registry.add(threaded, "3.14t", "3.14.9")
    for spec, directory in {"3.13": old, "3.14": new, "3.14.3": new, "3": new, "3.14-32": narrow, "3.14-64": new,
                            "3.14t": threaded, "python3.13": old, "3-32": narrow}.items():
        assert home_of("-p", spec) == wine.path(directory), spec
    assert "found no 3.12 on PATH" in home_of("-p", "3.12")
    assert "found no 3.13-32 on PATH" in home_of("-p", "3.13-32")
    assert home_of() == wine.path(new)  # nothing on PATH: the newest


def test_what_is_registered_but_gone_is_passed_over(wine, registry: Registry, installs, home_of, tmp_path: Path) -> None:
    (here,) = installs("here")
    registry.add(tmp_path / "gone", "3.14", "3.14.5")
    registry.add(here, "3.14", "3.14.3", root=MACHINE)
    assert home_of("-p", "3.14") == wine.path(here)


def test_other_companies_come_after_python_core(wine, registry: Registry, installs, home_of) -> None:
    core, other = installs("core", "other")
    registry.add(other, "CPython3.14.4", "3.14.4", company="Astral", SysVersion="3.14",
                 ExecutablePath=wine.path(other / "python.exe"))
    assert home_of("-p", "3.14") == wine.path(other)
    registry.add(core, "3.14", "3.14.3")
    assert home_of("-p", "3.14") == wine.path(core)
    registry.add(other, "3.99", "3.99.0", company="PyLauncher")
    assert "found no 3.99" in home_of("-p", "3.99")


def test_settings_of_the_launcher(wine, registry: Registry, installs, home_of) -> None:
    old, new = installs("old", "new")
    registry.add(old, "3.13", "3.13.9")
    registry.add(new, "3.14", "3.14.3")
    settings = Path(os.path.realpath(wine.prefix / "drive_c")) / "windows" / "py.ini"
    try:
        settings.write_text("; mine\r\n[commands]\r\npython3=9\r\n[Defaults]\r\nPython3 = 3.13\r\n")
        assert home_of("-p", "3") == wine.path(old)
        assert home_of("-p", "3", PY_PYTHON3="3.14") == wine.path(new)
        assert home_of() == wine.path(old)
        assert home_of(PY_PYTHON="3.14") == wine.path(new)
        assert home_of("-p", "3.14") == wine.path(new)
    finally:
        settings.unlink()


def test_path_comes_first_and_aliases_of_the_store_are_none(wine, registry: Registry, installs, home_of, tmp_path: Path) -> None:
    on_path, registered = installs("on path", "registered")
    registry.add(registered, "3.14", "3.14.3")
    alias = tmp_path / "AppData" / "Local" / "Microsoft" / "WindowsApps"
    alias.mkdir(parents=True)
    for name in ("python.exe", "python3.exe"):
        (alias / name).write_bytes(b"")
    aliases = wine.path(alias)
    assert home_of(WINEPATH=aliases + ";" + wine.path(on_path)) == wine.path(on_path)
    assert home_of("-p", "python", WINEPATH=aliases + ";" + wine.path(on_path)) == wine.path(on_path)
    assert home_of("-p", "PYTHON.EXE", WINEPATH=wine.path(on_path)) == wine.path(on_path)
    assert home_of(WINEPATH=aliases) == wine.path(registered)


def test_by_path(wine, registry: Registry, installs, home_of, tmp_path: Path) -> None:
    (here,) = installs("here")
    assert home_of("-p", wine.path(here / "python.exe")) == wine.path(here)
    assert home_of("-p", wine.path(here / "python")) == wine.path(here)
    assert home_of("-p", wine.path(here / "python").replace("\\", "/")) == wine.path(here)
    (tmp_path / "text.exe").write_text("no program\n")
    (tmp_path / "shim.bat").write_text("@echo off\r\n")
    for path, reason in ((tmp_path / "none.exe", "No such file"), (here, "is a directory"), (tmp_path / "text.exe", "cannot be started"),
                         (tmp_path / "shim.bat", "cannot be started")):
        said = home_of("-p", wine.path(path))
        assert said.startswith("Error: ") and reason in said, said
        assert not (tmp_path / "env").exists()
