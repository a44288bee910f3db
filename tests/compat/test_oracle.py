# SPDX-License-Identifier: MIT
"""The oracle: what cvenv makes is what the base's own `python -m venv` makes at the same path, and works the same."""

from __future__ import annotations

import csv
import fnmatch
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.environments import (ask_inside, bad_bytecode, make_reference, newer_pip, pip, read_configuration,
                                  record_digest, run_inside, sample_wheel, site_packages)
from support.interpreters import Interpreter
from support.tree import Entry, snapshot

# Every deliberate difference from `python -m venv`: a path, what may differ there, and why.
EXTRA, MISSING, OWN_WORDS = "may be there in addition", "need not be there", "has words of its own"
DELIBERATE = [
    ("bin/activate*", EXTRA, "every environment has all activators of the platform"),
    ("bin/Activate.ps1", EXTRA, "every environment has all activators of the platform; before 3.8 there was none"),
    (".gitignore", EXTRA, "an environment is nothing to commit; before 3.13 there was none"),
    ("CACHEDIR.TAG", EXTRA, "an environment can be made again: backups may leave it out"),
    ("lib/libpython*.so*", EXTRA, "a copied interpreter that looks for its library in ../lib finds it there"),
    ("share*", MISSING, "Debian's PyPy 3.9 leaves the wheels that pip was installed from in each environment"),
    ("bin/activate*", OWN_WORDS, "quoted for each shell; CPython's can be made to run a name"),
    ("bin/Activate.ps1", OWN_WORDS, "quoted for the shell"),
    (".gitignore", OWN_WORDS, "says by whom it was made"),
    ("pyvenv.cfg", OWN_WORDS, "compared key by key"),
    ("*.pyc", OWN_WORDS, "compiled in the store: checked as importlib does"),
]
# Keys of pyvenv.cfg that are there for every version of Python, though that version's venv writes fewer.
EXTRA_KEYS = {
    "executable": "since 3.11",
    "command": "since 3.11",
    "prompt": "since 3.8",
    "python-version": "PEP 838",
}

OPTIONS = {
    "none": [],
    "without-pip": ["--without-pip"],
    "system-site-packages": ["--system-site-packages"],
    "copies": ["--copies"],
    "prompt": ["--prompt", "it's a b"],
    "without-scm-ignore-files": ["--without-scm-ignore-files"],
}


@dataclass
class Seen:
    """One environment, taken down before its place is needed for the other."""

    tree: dict[str, Entry]
    configuration: dict[str, str]
    inside: dict
    pip: list[str]
    bad_bytecode: list[str]


def look(environment: Path, interpreter: Interpreter) -> Seen:
    tree = snapshot(environment)
    answers = []
    if list(environment.glob("lib/*/site-packages/pip")):
        for question in ("list", "check"):
            answers.append(run_inside(environment, interpreter, "-m", "pip", question, check=False).stdout)
    return Seen(tree, read_configuration(environment), ask_inside(environment, interpreter), answers,
                bad_bytecode(environment, interpreter))


def is_deliberate(path: str, what: str) -> bool:
    return any(what == kind and fnmatch.fnmatchcase(path, pattern) for pattern, kind, _ in DELIBERATE)


def compare_trees(reference: dict[str, Entry], made: dict[str, Entry]) -> list[str]:
    differences = ["%s: missing: %s" % (path, reference[path].describe())
                   for path in sorted(set(reference) - set(made)) if not is_deliberate(path, MISSING)]
    differences += ["%s: not in the reference: %s" % (path, made[path].describe())
                    for path in sorted(set(made) - set(reference)) if not is_deliberate(path, EXTRA)]
    for path in sorted(set(reference) & set(made)):
        expected, actual = reference[path], made[path]
        if (expected.kind, expected.mode) != (actual.kind, actual.mode):
            differences.append("%s: %s, expected %s" % (path, actual.describe(), expected.describe()))
        elif expected.content != actual.content and not is_deliberate(path, OWN_WORDS):
            differences.append("%s: content differs: %s" % (path, first_difference(expected.content, actual.content)))
    return differences


def first_difference(expected: bytes, actual: bytes) -> str:
    for line, (one, other) in enumerate(zip(expected.splitlines(), actual.splitlines()), 1):
        if one != other:
            return "line %d: %r, expected %r" % (line, other[:200], one[:200])
    return "%d bytes, expected %d" % (len(actual), len(expected))


def compare_configurations(reference: dict[str, str], made: dict[str, str], interpreter: Interpreter) -> list[str]:
    differences = ["pyvenv.cfg: no key %s" % key for key in reference if key not in made]
    differences += ["pyvenv.cfg: extra key %s" % key for key in made if key not in reference and key not in EXTRA_KEYS]
    for key in set(reference) & set(made):
        expected, actual = reference[key], made[key]
        if key == "command":  # ours is quoted for the shell, CPython's only where it puts double quotes
            expected, actual = shlex.split(expected), shlex.split(actual)
        if expected != actual:
            differences.append("pyvenv.cfg: %s = %r, expected %r" % (key, actual, expected))
    if made.get("python-version") != interpreter.short_version:
        differences.append("pyvenv.cfg: python-version = %r" % made.get("python-version"))
    return differences


def compare_insides(reference: dict, made: dict) -> list[str]:
    return ["inside: %s: %r, expected %r" % (key, made[key], reference[key]) for key in reference
            if made[key] != reference[key]]


def check_records(root: Path) -> list[str]:
    """Every RECORD names each file of its package, with its true hash and size."""
    wrong = []
    for record in root.glob("lib/*/site-packages/*.dist-info/RECORD"):
        packages = record.parent.parent
        for path, digest, size in csv.reader(record.read_text(encoding="utf-8").splitlines()):
            file = packages / path
            if not file.is_file():
                wrong.append("%s: %s does not exist" % (record.parent.name, path))
            elif digest and (digest, size) != (record_digest(file.read_bytes()), str(file.stat().st_size)):
                wrong.append("%s: %s: not its hash or size" % (record.parent.name, path))
            elif not digest and path != "%s/RECORD" % record.parent.name and not path.endswith(".pyc"):
                wrong.append("%s: %s: no hash" % (record.parent.name, path))
    return wrong


def reference_options(option: str, interpreter: Interpreter) -> list[str]:
    """The option as the base's own venv takes it: ignore files came with 3.13, and none are made before."""
    if option == "without-scm-ignore-files" and interpreter.version < (3, 13):
        return []
    return OPTIONS[option]


def need_reference(interpreter: Interpreter, option: str) -> None:
    if not interpreter.has_venv:
        pytest.skip("%s has no venv or no ensurepip to compare with" % interpreter.path)
    if option == "copies" and interpreter.implementation == "PyPy":
        pytest.skip("PyPy's venv --copies copies the whole lib directory that PyPy is in, be it /usr/lib")


@pytest.mark.parametrize("option", OPTIONS)
def test_made_as_by_venv(interpreter, option, run_cvenv, thorough, tmp_path):
    need_reference(interpreter, option)
    # pip is seeded before the other options have any effect, so the quick run seeds it once per Python.
    always = [] if thorough or option in ("none", "without-pip") else ["--without-pip"]
    environment = tmp_path / "env"
    make_reference(interpreter, environment, *always, *reference_options(option, interpreter))
    reference = look(environment, interpreter)
    shutil.rmtree(environment)
    run_cvenv(*always, *OPTIONS[option], environment, interpreter=interpreter)
    made = look(environment, interpreter)

    if option == "without-scm-ignore-files":
        assert ".gitignore" not in made.tree
        if interpreter.version < (3, 13):
            reference.configuration.pop("command", None)
    differences = compare_trees(reference.tree, made.tree)
    differences += compare_configurations(reference.configuration, made.configuration, interpreter)
    differences += compare_insides(reference.inside, made.inside)
    differences += check_records(environment)
    differences += made.bad_bytecode
    if made.pip != reference.pip:
        differences.append("pip list, pip check: %r, expected %r" % (made.pip, reference.pip))
    assert not differences, "\n".join(differences)


def test_pip_behaves_as_usual(interpreter, run_cvenv, tmp_path):
    """It installs, upgrades itself, and when it is uninstalled nothing is left of it."""
    environment, wheels = tmp_path / "env", tmp_path / "wheels"
    bare = tmp_path / "bare"
    run_cvenv("--without-pip", bare, interpreter=interpreter)
    run_cvenv(environment, interpreter=interpreter)
    sample_wheel(wheels)
    newer_pip(environment, wheels)
    offline = ["--no-index", "--find-links", str(wheels)]

    pip(environment, interpreter, "install", *offline, "sample")
    assert run_script(environment / "bin/sample", interpreter) == str(environment)
    pip(environment, interpreter, "install", *offline, "-U", "pip")
    assert pip(environment, interpreter, "--version").startswith("pip 99.0 ")
    assert run_script(environment / "bin/pip", interpreter, "--version").startswith("pip 99.0 ")
    others = ["setuptools"] if (site_packages(environment) / "setuptools").exists() else []
    pip(environment, interpreter, "uninstall", "-y", "sample", *others)
    pip(environment, interpreter, "uninstall", "-y", "pip")

    left = {path for path in snapshot(environment) if path.startswith(("bin/", "lib/"))}
    assert sorted(left - set(snapshot(bare))) == []


def run_script(script: Path, interpreter: Interpreter, *arguments: str) -> str:
    """Runs a console script; what it prints."""
    return subprocess.run([str(script), *arguments], env=interpreter.environment(), stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=60, check=True).stdout.strip()


@pytest.mark.parametrize("umask", [0o027, 0o077])
def test_modes_follow_the_umask(umask, python, run_cvenv, tmp_path):
    """CPython's scripts are 0644 whatever the umask: a deliberate difference."""
    environment = tmp_path / "env"
    previous = os.umask(umask)
    try:
        run_cvenv(environment, interpreter=python)
    finally:
        os.umask(previous)
    assert environment.stat().st_mode & 0o777 == 0o777 & ~umask
    # Bytecode is shared with the store by hard link, so its mode is the store's.
    wrong = {path: oct(entry.mode) for path, entry in snapshot(environment).items()
             if entry.kind != "link" and entry.mode & umask and not path.endswith(".pyc")}
    assert not wrong
