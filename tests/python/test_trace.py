# SPDX-License-Identifier: MIT
"""The order in which an EnvBuilder's methods are called, and what each of them finds, are those of venv itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parent / "programs" / "trace.py"

METHODS = ("ensure_directories", "clear_directory", "_venv_path", "create_git_ignore_file", "create_configuration",
           "setup_python", "symlink_or_copy", "_setup_pip", "_call_new_python", "setup_scripts", "install_scripts",
           "replace_variables", "post_setup", "upgrade_dependencies")

OPTIONS = {
    "defaults": {},
    "symlinks": {"symlinks": True},
    "everything": {"symlinks": True, "system_site_packages": True, "clear": True, "with_pip": True, "prompt": "p",
                   "upgrade_deps": True, "scm_ignore_files": ["git"]},
    "upgrade": {"upgrade": True, "with_pip": True, "system_site_packages": True},
}

# On versions before these, venv's context has not got the attribute, or (prompt) has it in another form. script_path is
# where venv keeps its own scripts.
ATTRIBUTES = {"prompt": (3, 13), "env_exec_cmd": (3, 9), "lib_path": (3, 12), "script_path": (99,)}


def options_for(name, version):
    options = dict(OPTIONS[name])
    if version < (3, 13):
        options.pop("scm_ignore_files", None)
    if version < (3, 9):
        options.pop("upgrade_deps", None)
    return options


def methods_for(version):
    """Those that venv of that version has and calls by the builder."""
    unknown = {"_venv_path": (3, 11), "create_git_ignore_file": (3, 13), "_call_new_python": (3, 11),
               "upgrade_dependencies": (3, 9)}
    if version == (3, 10, 13):
        unknown.pop("_call_new_python")  # it was brought to this version later
    return [name for name in METHODS if version >= unknown.get(name, (3,))]


def trace(module, interpreter, tmp_path, methods, options):
    env_dir = tmp_path / "env"
    if options.get("clear"):
        env_dir.mkdir()
        (env_dir / "foreign").touch()
    result = module.run(interpreter, str(PROGRAM), str(env_dir), ",".join(methods), json.dumps(options))
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def comparable(value, version):
    """Without what is documented to differ."""
    if isinstance(value, list):
        return [comparable(item, version) for item in value]
    if isinstance(value, dict):
        return {name: comparable(item, version) for name, item in value.items()
                if "env_dir" not in value or version >= ATTRIBUTES.get(name, (3,))}
    return value


def story(events):
    """The calls; those for single scripts and names, whose number is not the same, are said once."""
    told = []
    for event in events:
        if event["method"] == "_venv_path":  # asked before what is to be cleared goes, not after
            event = {name: event[name] for name in ("method", "args", "result")}
        many = event["method"] in ("replace_variables", "symlink_or_copy")
        if not (many and told and told[-1]["method"] == event["method"]):
            told.append({"method": event["method"]} if many or event["method"] == "install_scripts" else event)
    return told


@pytest.mark.parametrize("options", OPTIONS)
def test_all_at_once(cpython, original, replacement, tmp_path, options):
    compare(cpython, original, replacement, tmp_path, methods_for(cpython.version), options)


@pytest.mark.parametrize("method", METHODS)
def test_one(cpython, original, replacement, tmp_path, method):
    if method not in methods_for(cpython.version):
        pytest.skip("venv of this version has no such method, or does not call it")
    compare(cpython, original, replacement, tmp_path, [method], "everything")


def compare(interpreter, original, replacement, tmp_path, methods, name):
    options = options_for(name, interpreter.version)
    answers = []
    for module in (original, replacement):
        (tmp_path / module.name).mkdir()
        answers.append(trace(module, interpreter, tmp_path / module.name, methods, options))
    expected, found = ([comparable(one, interpreter.version) for one in story(answer["events"])] for answer in answers)
    assert [event["method"] for event in expected] == [event["method"] for event in found]
    for one, other in zip(expected, found):
        assert one == other
    assert answers[0]["left"] == answers[1]["left"]
    ours = answers[1]["attributes"]
    assert answers[0]["attributes"] == {key: ours.get(key) for key in answers[0]["attributes"]}
