# SPDX-License-Identifier: MIT
"""The example that people copy does what it says."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "extended_env_builder.py"


@pytest.fixture
def wheel(tmp_path):
    """A small package, made here: nothing is fetched."""
    path = tmp_path / "demo_package-1.0-py3-none-any.whl"
    metadata = "Metadata-Version: 2.1\nName: demo-package\nVersion: 1.0\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    names = ["demo_package.py", "demo_package-1.0.dist-info/METADATA", "demo_package-1.0.dist-info/WHEEL"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in zip(names, ["answer = 42\n", metadata, tags]):
            archive.writestr(name, text)
        archive.writestr("demo_package-1.0.dist-info/RECORD", "".join("%s,,\n" % name for name in names))
    return path


def test_installs_packages(cpython, replacement, tmp_path, wheel):
    env_dir = tmp_path / "env"
    result = replacement.run(cpython, str(EXAMPLE), "--verbose", str(env_dir), str(wheel))
    assert result.returncode == 0, result.stderr
    assert "Successfully installed demo-package-1.0" in result.stdout
    program = "import demo_package; print(demo_package.answer)"
    answer = subprocess.run([env_dir / "bin" / "python", "-c", program], env=cpython.environment(), text=True,
                            capture_output=True, check=True)
    assert answer.stdout == "42\n"


def test_failure_leaves_nothing(python, replacement, tmp_path):
    env_dir = tmp_path / "env"
    result = replacement.run(python, str(EXAMPLE), str(env_dir), str(tmp_path / "missing-1.0-py3-none-any.whl"))
    assert result.returncode == 1
    assert "missing-1.0" in result.stderr
    assert list(tmp_path.iterdir()) == []
