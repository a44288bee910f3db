# SPDX-License-Identifier: MIT
"""The fixtures that all tests share: the command, the Pythons of this machine, and a home of its own for each test."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

import pytest

from support.interpreters import Interpreter, find_interpreters, ordinary, spread

ROOT = Path(__file__).resolve().parent.parent
THOROUGH = os.environ.get("CVENV_THOROUGH") == "1"

# Variables of the caller that would change what Python, pip or the command do.
FOREIGN = ("PYTHON", "PIP_", "VIRTUAL_ENV", "ENSUREPIP_", "PYENV_VERSION", "CONDA_", "UV_", "__PYVENV_LAUNCHER__")
# Of those, what says how the network is reached from here.
NETWORK = ("PIP_CERT", "PIP_PROXY", "PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT")


@functools.cache
def all_interpreters() -> list[Interpreter]:
    return find_interpreters()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`interpreter` runs a test with every Python; `some_interpreter` with a few that differ, or all when thorough."""
    chosen = {"interpreter": all_interpreters, "some_interpreter": lambda: spread(all_interpreters())}
    for name, choose in chosen.items():
        if name in metafunc.fixturenames:
            found = all_interpreters() if THOROUGH else choose()
            metafunc.parametrize(name, found, ids=lambda one: one.id)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if THOROUGH:
        return
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(pytest.mark.skip(reason="takes long: set CVENV_THOROUGH=1"))


@pytest.fixture(scope="session")
def thorough() -> bool:
    """Whether tests may take long (CVENV_THOROUGH=1)."""
    return THOROUGH


@pytest.fixture(scope="session")
def interpreters() -> list[Interpreter]:
    """Every Python of this machine, oldest first."""
    return all_interpreters()


@pytest.fixture(scope="session")
def python() -> Interpreter:
    """One ordinary Python, for tests to which it does not matter which."""
    found = ordinary(all_interpreters())
    if not found:
        pytest.skip("no CPython with venv and ensurepip on this machine")
    return found


@pytest.fixture(scope="session")
def build_directory() -> Path:
    """Where the project is built: $CVENV_BUILD, else build/."""
    return Path(os.environ.get("CVENV_BUILD") or ROOT / "build").resolve()


@pytest.fixture(scope="session")
def cvenv(build_directory: Path) -> str:
    """The command: $CVENV, else the one in the build directory."""
    candidates = [build_directory / "cvenv", build_directory / "cli" / "cvenv"]
    if os.environ.get("CVENV"):
        candidates = [Path(os.environ["CVENV"]).resolve()]
    for path in candidates:
        if os.access(path, os.X_OK):
            return str(path)
    return pytest.fail("no command at %s: build first, or set CVENV" % candidates[0], pytrace=False)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache that tests share, so that pip is compiled once per Python and not once per test."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    cache = base / "shared-cache"
    cache.mkdir(mode=0o700, exist_ok=True)
    return cache


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has its own home and temporary directory, and none of the caller's Python settings."""
    home = tmp_path_factory.mktemp("home")
    (home / "tmp").mkdir()
    for name in list(os.environ):
        if name.startswith(FOREIGN) and name not in NETWORK:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(home / "tmp"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    previous = os.umask(0o022)
    yield home
    os.umask(previous)


@pytest.fixture
def fresh_cache(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for this test alone."""
    cache = isolated / "cache"
    cache.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return cache


@pytest.fixture
def run_cvenv(cvenv: str):
    """Runs the command: run_cvenv(*arguments, interpreter=None, check=True, **options of subprocess.run)."""

    def run(*arguments, interpreter: Interpreter | None = None, check: bool = True, **options):
        base = ["-p", interpreter.path] if interpreter else []
        options.setdefault("env", interpreter.environment() if interpreter else None)
        options.setdefault("stdin", subprocess.DEVNULL)
        result = subprocess.run([cvenv, *base, *map(os.fspath, arguments)], capture_output=True, text=True,
                                errors="surrogateescape", timeout=120, **options)
        if check and result.returncode:
            pytest.fail("%s\nexit status %d\n%s" % (result.args, result.returncode, result.stderr))
        return result

    return run
