# SPDX-License-Identifier: MIT
"""CPython's own test.test_venv, as each Python has it, with cvenv in the place of venv: what passed there passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parent / "programs" / "run_suite.py"

# Tests of older versions that ask for what 3.14 has otherwise: the first version whose test does not, and the reason.
CONTRADICTED = {
    "BasicTest.test_prompt": ((3, 13), "context.prompt was decorated: '(name) '"),
    "BasicTest.test_config_file_command_key": ((3, 13), "prompt=True: since then such a prompt is a TypeError"),
    "BasicTest.test_upgrade_dependencies": ((3, 10), "pip was run by subprocess.check_call"),
}


def run(module, interpreter, cwd, *tests):
    result = module.run(interpreter, str(PROGRAM), *tests, cwd=cwd)
    lines = result.stdout.splitlines()
    if result.returncode or not lines:
        pytest.fail("%s\n%s" % (result.stdout, result.stderr))
    return json.loads(lines[-1])


def is_contradicted(test, version):
    return test in CONTRADICTED and version < CONTRADICTED[test][0]


def test_suite(cpython, original, replacement, tmp_path):
    probe = cpython.run("-c", "import test.test_venv", check=False)
    if probe.returncode:
        pytest.skip("this Python has no test.test_venv")
    ended = run(replacement, cpython, tmp_path)
    assert len(ended) >= 15, ended
    suspicious = {name: how for name, how in ended.items()
                  if how != "passed" and not is_contradicted(name, cpython.version)}
    expected = run(original, cpython, tmp_path, *suspicious) if suspicious else {}
    failed = {name: how for name, how in suspicious.items() if expected[name] == "passed"}
    assert not failed, "\n".join("%s\n%s" % item for item in failed.items())


def test_contradictions_are_still_there(cpython, replacement, tmp_path):
    """A test that passes needs no excuse."""
    if cpython.run("-c", "import test.test_venv", check=False).returncode:
        pytest.skip("this Python has no test.test_venv")
    tests = cpython.run("-c", "import test.test_venv; print(dir(test.test_venv.BasicTest))").stdout
    listed = [name for name in CONTRADICTED
              if is_contradicted(name, cpython.version) and repr(name.split(".")[1]) in tests]
    if not listed:
        pytest.skip("no contradiction is listed for this version")
    assert "passed" not in run(replacement, cpython, tmp_path, *listed).values()
