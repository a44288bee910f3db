# SPDX-License-Identifier: MIT
"""Windows by cross-building and Wine: the build, a Wine of the tests' own, and a real CPython for Windows."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.interpreters import CACHE

ROOT = Path(__file__).resolve().parents[2]
COMPILER = "x86_64-w64-mingw32-gcc"


def shared_directory(factory: pytest.TempPathFactory) -> Path:
    """The directory that all workers of this run have in common."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def windows_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cross build: $CVENV_WINDOWS_BUILD, else one made for this run."""
    given = os.environ.get("CVENV_WINDOWS_BUILD")
    if given:
        return Path(given).resolve()
    for program, package in ((COMPILER, "gcc-mingw-w64-x86-64-win32"), ("meson", "meson"), ("ninja", "ninja-build")):
        if not shutil.which(program):
            pytest.skip("no %s (Debian: %s)" % (program, package))
    if not Path("/usr/x86_64-w64-mingw32/lib/libz.a").exists():
        pytest.skip("no zlib for mingw-w64 (Debian: libz-mingw-w64-dev)")
    build = shared_directory(tmp_path_factory) / "build-windows"
    with open(str(build) + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (build / "cvenv.exe").exists():
            for command in (["meson", "setup", str(build), str(ROOT), "--cross-file", str(ROOT / "windows.ini"), "-Dwerror=true"],
                            ["ninja", "-C", str(build)]):
                result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
                if result.returncode:
                    pytest.fail("%s\n%s%s" % (command, result.stdout[-8000:], result.stderr), pytrace=False)
    return build


def steadily() -> list[str]:
    """
    The start of a command line that leaves addresses as they are: one that Wine 8 needs ("failed to map the shared user
    data") is given away by chance once in some thousand starts. Empty where containers do not allow it.
    """
    words = ["setarch", "-R"]
    return words if shutil.which(words[0]) and subprocess.run([*words, "true"], capture_output=True).returncode == 0 else []


class Wine:
    """A Windows 10 as Wine has it, with drives of its own below one directory."""

    def __init__(self, directory: Path) -> None:
        self.prefix = directory / "prefix"
        self.wine = [*steadily(), "wine"]
        self.environment = {name: value for name, value in os.environ.items()
                            if name in ("PATH", "LANG") or name.startswith("WINE")}
        self.environment.update(HOME=str(directory), WINEPREFIX=str(self.prefix), WINEDEBUG="-all", LC_ALL="C.UTF-8",
                                XDG_RUNTIME_DIR=str(directory), WINEDLLOVERRIDES="mscoree,mshtml=")

    def call(self, *command: str) -> None:
        """Runs one of Wine's own programs. What that leaves running must not hold any pipe of ours."""
        subprocess.run(command, env=self.environment, timeout=300, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self) -> None:
        """Makes the drives if need be, and starts the server so that no program has to wait for it."""
        self.prefix.mkdir(exist_ok=True)
        self.call("wineserver", "-p300")
        self.boot()

    def boot(self) -> None:
        """Starts what Windows has running in the background."""
        self.call(*self.wine, "wineboot", "-i")
        self.call(*self.wine, "winecfg", "-v", "win10")

    def stop(self) -> None:
        """Ends this Wine, and only this."""
        subprocess.run(["wineserver", "-k"], env=self.environment, timeout=60, stdin=subprocess.DEVNULL, capture_output=True)
        subprocess.run(["wineserver", "-w"], env=self.environment, timeout=60, stdin=subprocess.DEVNULL, capture_output=True)

    @staticmethod
    def path(path: Path | str) -> str:
        """A path of this machine as programs under Wine call it: drive Z is the root directory."""
        return "Z:" + str(path).replace("/", "\\")

    def run(self, program: Path | str, *arguments: Path | str, check: bool = True, timeout: float = 300,
            **options) -> subprocess.CompletedProcess:
        """Runs a program; paths among the arguments are told as it knows them. Streams are pipes: Python dies with files."""
        env = {**self.environment, **options.pop("env", {})}
        words = [self.path(word) if isinstance(word, Path) else word for word in arguments]
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        result = subprocess.run([*self.wine, str(program), *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                encoding="utf-8", errors="replace", timeout=timeout, **options)
        if check and result.returncode:
            pytest.fail("%s\nexit status %d\n%s%s" % (result.args, result.returncode, result.stdout, result.stderr))
        return result


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory):
    """Wine, in a prefix of this worker's own."""
    if not shutil.which("wine") or not shutil.which("wineserver"):
        pytest.skip("no Wine (Debian: wine64, wine)")
    machine = Wine(tmp_path_factory.mktemp("wine"))
    try:
        machine.start()
    except subprocess.SubprocessError as error:
        machine.stop()
        pytest.skip("Wine does not start: %s" % error)
    yield machine
    machine.stop()


@pytest.fixture(scope="session")
def windows_python(wine: Wine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A directory with CPython for Windows. Of what was fetched, all but two things that no installer leaves: a pip in
    the standard library, which would hide the environment's; and the module that asks WMI, at which Wine 8 ends.
    """
    fetched = CACHE / "interpreters" / "cpython-3.14.3-windows"
    if not (fetched / "python.exe").exists():
        pytest.skip("no CPython for Windows at %s (tests/tools/fetch-interpreters)" % fetched)
    base = shared_directory(tmp_path_factory) / "Python314"
    with open(str(base) + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not base.exists():
            partial = base.with_name("Python314.partial")
            shutil.copytree(fetched, partial, ignore=shutil.ignore_patterns("pip", "pip-*.dist-info", "_wmi.pyd"))
            (partial / "lib").rename(partial / "Lib")
            shutil.copy(fetched / "bin" / "pythonw.exe", partial)
            partial.rename(base)
    return base


@pytest.fixture
def create(wine: Wine, windows_build: Path, windows_python: Path):
    """Runs cvenv.exe with that Python as the base: create(*arguments, **options of Wine.run)."""

    def run(*arguments: Path | str, **options) -> subprocess.CompletedProcess:
        return wine.run(windows_build / "cvenv.exe", "-p", windows_python / "python.exe", *arguments, **options)

    return run
