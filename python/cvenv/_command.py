# SPDX-License-Identifier: MIT
"""The command line of `python -m venv`, as CPython 3.14 has it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

import cvenv


def _program() -> str:
    """How this program was called, as argparse of 3.14 finds it out."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    if spec is None:
        return os.path.basename(sys.argv[0])
    module = spec.name[: -len(".__main__")] if spec.name.endswith(".__main__") else spec.name
    return f"{os.path.basename(sys.executable)} -m {module}"


DESCRIPTION = "Creates virtual Python environments in one or more target directories."
EPILOG = (
    "Once an environment has been created, you may wish to activate it, e.g. by sourcing an activate script in its bin "
    "directory."
)

# The words are those of 3.14; "{core}" stands for the core dependencies.
OPTIONS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "--system-site-packages",
        "Give the virtual environment access to the system site-packages dir.",
        {"action": "store_true", "dest": "system_site"},
    ),
    (
        "--symlinks",
        "Try to use symlinks rather than copies, when symlinks are not the default for the platform.",
        {"action": "store_true", "default": os.name != "nt"},
    ),
    (
        "--copies",
        "Try to use copies rather than symlinks, even when symlinks are the default for the platform.",
        {"action": "store_false", "default": os.name == "nt", "dest": "symlinks"},
    ),
    (
        "--clear",
        "Delete the contents of the environment directory if it already exists, before environment creation.",
        {"action": "store_true"},
    ),
    (
        "--upgrade",
        "Upgrade the environment directory to use this version of Python, assuming Python has been upgraded in-place.",
        {"action": "store_true"},
    ),
    (
        "--without-pip",
        "Skips installing or upgrading pip in the virtual environment (pip is bootstrapped by default)",
        {"action": "store_false", "dest": "with_pip"},
    ),
    ("--prompt", "Provides an alternative prompt prefix for this environment.", {}),
    (
        "--upgrade-deps",
        "Upgrade core dependencies ({core}) to the latest version in PyPI",
        {"action": "store_true"},
    ),
    (
        "--without-scm-ignore-files",
        "Skips adding SCM ignore files to the environment directory (Git is supported by default).",
        {"action": "store_const", "dest": "scm_ignore_files", "const": frozenset(), "default": frozenset(["git"])},
    ),
]


def _parser() -> argparse.ArgumentParser:
    late: dict[str, Any] = {"color": True} if sys.version_info >= (3, 14) else {}
    parser = argparse.ArgumentParser(prog=_program(), description=DESCRIPTION, epilog=EPILOG, **late)
    parser.add_argument("dirs", metavar="ENV_DIR", nargs="+", help="A directory to create the environment in.")
    links = parser.add_mutually_exclusive_group()
    for name, words, settings in OPTIONS:
        group = links if settings.get("dest", name[2:]) == "symlinks" else parser
        group.add_argument(name, help=words.replace("{core}", ", ".join(cvenv.CORE_VENV_DEPS)), **settings)
    return parser


def run(args: list[str] | None) -> None:
    options = _parser().parse_args(args)
    if options.upgrade and options.clear:
        raise ValueError("you cannot supply --upgrade and --clear together.")
    builder = cvenv.EnvBuilder(
        system_site_packages=options.system_site,
        clear=options.clear,
        symlinks=options.symlinks,
        upgrade=options.upgrade,
        with_pip=options.with_pip,
        prompt=options.prompt,
        upgrade_deps=options.upgrade_deps,
        scm_ignore_files=options.scm_ignore_files,
    )
    for directory in options.dirs:
        builder.create(directory)
