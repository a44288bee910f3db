# SPDX-License-Identifier: MIT
"""Environments for tests: made by `python -m venv`, asked from inside, and wheels to install into them."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

from .interpreters import Interpreter

INSIDE = """
import json, site, sys, sysconfig
print(json.dumps({
    "prefixes": [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix],
    "executable": [sys.executable, getattr(sys, "_base_executable", None)],
    "path": sys.path,
    "site": [site.ENABLE_USER_SITE, site.PREFIXES, site.getsitepackages()],
    "paths": {scheme: sysconfig.get_paths(scheme) for scheme in sysconfig.get_scheme_names()},
    "default paths": sysconfig.get_paths(),
}))
"""

# What importlib requires of bytecode before it uses it (PEP 3147, PEP 552), for every __pycache__ below a directory.
CHECK_BYTECODE = """
import importlib.util, marshal, os, sys
count = 0
for directory, _, names in os.walk(sys.argv[1]):
    for name in names:
        if not name.endswith(".pyc") or os.path.basename(directory) != "__pycache__":
            continue
        path = os.path.join(directory, name)
        source = importlib.util.source_from_cache(path)
        if importlib.util.cache_from_source(source) != path:
            continue
        count += 1
        with open(path, "rb") as file:
            data = file.read()
        status = os.stat(source)
        header = 16 if sys.version_info >= (3, 7) else 12
        times = [int.from_bytes(data[at:at + 4], "little") for at in (header - 8, header - 4)]
        if data[:4] != importlib.util.MAGIC_NUMBER:
            print("magic number:", path)
        elif header == 16 and data[4:8] != bytes(4):
            print("flags:", path)
        elif times != [int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF]:
            print("not of its source:", path)
        else:
            marshal.loads(data[header:])
print(count)
"""


def make_reference(interpreter: Interpreter, directory: Path, *options: str) -> None:
    """Runs `PY -m venv`."""
    interpreter.run("-m", "venv", *options, str(directory))


def run_inside(environment: Path, interpreter: Interpreter, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    """Runs the environment's own Python."""
    result = subprocess.run([str(environment / "bin/python"), *arguments], env=interpreter.environment(), text=True,
                            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, cwd="/")
    if check and result.returncode:
        raise AssertionError("%s: exit status %d\n%s%s" % (arguments, result.returncode, result.stdout, result.stderr))
    return result


def pip(environment: Path, interpreter: Interpreter, *arguments: str) -> str:
    """Runs the environment's pip, which must succeed; its standard output."""
    return run_inside(environment, interpreter, "-m", "pip", *arguments).stdout


def ask_inside(environment: Path, interpreter: Interpreter) -> dict:
    """What the environment's Python says of itself."""
    return json.loads(run_inside(environment, interpreter, "-c", INSIDE).stdout)


def bad_bytecode(environment: Path, interpreter: Interpreter) -> list[str]:
    """Bytecode that importlib would not take, and nothing else when all is well."""
    lines = run_inside(environment, interpreter, "-c", CHECK_BYTECODE, str(environment / "lib")).stdout.splitlines()
    return lines[:-1]


def site_packages(environment: Path) -> Path:
    """The one site-packages directory of an environment."""
    (found,) = environment.glob("lib/*/site-packages")
    return found


def read_configuration(environment: Path) -> dict[str, str]:
    """The values of pyvenv.cfg; a key that stands twice is an error."""
    values: dict[str, str] = {}
    for line in (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition(" = ")
        assert separator, line
        assert key not in values, key
        values[key] = value
    return values


def record_digest(data: bytes) -> str:
    """A file's hash as a RECORD row has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def write_wheel(directory: Path, name: str, version: str, files: dict[str, bytes]) -> Path:
    """Writes a wheel; `files` holds the dist-info's own files but RECORD, METADATA and WHEEL."""
    info = "%s-%s.dist-info" % (name, version)
    files = dict(files)
    files.setdefault(info + "/METADATA", ("Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version)).encode())
    files.setdefault(info + "/WHEEL", b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    rows = ["%s,%s,%d" % (path, record_digest(data), len(data)) for path, data in files.items()]
    files[info + "/RECORD"] = "\n".join([*rows, info + "/RECORD,,", ""]).encode()
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / ("%s-%s-py3-none-any.whl" % (name, version))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, data in files.items():
            archive.writestr(inside, data)
    return path


def sample_wheel(directory: Path) -> Path:
    """A package with a module and a console script that prints sys.prefix."""
    return write_wheel(directory, "sample", "1.0", {
        "sample.py": b"import sys\n\n\ndef main():\n    print(sys.prefix)\n",
        "sample-1.0.dist-info/entry_points.txt": b"[console_scripts]\nsample = sample:main\n",
    })


def newer_pip(environment: Path, directory: Path, version: str = "99.0") -> Path:
    """A wheel of the environment's own pip under a higher version, as an index would offer it."""
    packages = site_packages(environment)
    (info,) = packages.glob("pip-*.dist-info")
    old = info.name[len("pip-"):-len(".dist-info")]
    files = {}
    for path in sorted(packages.glob("pip/**/*")):
        if path.is_file() and path.suffix != ".pyc":
            files[str(path.relative_to(packages))] = path.read_bytes()
    init = files["pip/__init__.py"]
    files["pip/__init__.py"] = init.replace(old.encode(), version.encode())
    assert files["pip/__init__.py"] != init
    metadata = (info / "METADATA").read_bytes().replace(b"\nVersion: " + old.encode(), b"\nVersion: " + version.encode())
    files["pip-%s.dist-info/METADATA" % version] = metadata
    files["pip-%s.dist-info/entry_points.txt" % version] = (info / "entry_points.txt").read_bytes()
    return write_wheel(directory, "pip", version, files)
