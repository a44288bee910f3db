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


def _parser() -> argparse.ArgumentParser:
    late: dict[str, Any] = {"color": True} if sys.version_info >= (3, 14) else {}
    parser = argparse.ArgumentParser(
        prog=_program(),
        description="Creates virtual Python environments in one or more target directories.",
        epilog="Once an environment has been created, you may wish to activate it, e.g. by sourcing an activate script "
        "in its bin directory.",
        **late,
    )
    parser.add_argument("dirs", metavar="ENV_DIR", nargs="+", help="A directory to create the environment in.")
    parser.add_argument(
        "--system-site-packages",
        default=False,
        action="store_true",
        dest="system_site",
        help="Give the virtual environment access to the system site-packages dir.",
    )
    use_symlinks = os.name != "nt"
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--symlinks",
        default=use_symlinks,
        action="store_true",
        dest="symlinks",
        help="Try to use symlinks rather than copies, when symlinks are not the default for the platform.",
    )
    group.add_argument(
        "--copies",
        default=not use_symlinks,
        action="store_false",
        dest="symlinks",
        help="Try to use copies rather than symlinks, even when symlinks are the default for the platform.",
    )
    parser.add_argument(
        "--clear",
        default=False,
        action="store_true",
        dest="clear",
        help="Delete the contents of the environment directory if it already exists, before environment creation.",
    )
    parser.add_argument(
        "--upgrade",
        default=False,
        action="store_true",
        dest="upgrade",
        help="Upgrade the environment directory to use this version of Python, assuming Python has been upgraded "
        "in-place.",
    )
    parser.add_argument(
        "--without-pip",
        dest="with_pip",
        default=True,
        action="store_false",
        help="Skips installing or upgrading pip in the virtual environment (pip is bootstrapped by default)",
    )
    parser.add_argument("--prompt", help="Provides an alternative prompt prefix for this environment.")
    parser.add_argument(
        "--upgrade-deps",
        default=False,
        action="store_true",
        dest="upgrade_deps",
        help=f"Upgrade core dependencies ({', '.join(cvenv.CORE_VENV_DEPS)}) to the latest version in PyPI",
    )
    parser.add_argument(
        "--without-scm-ignore-files",
        dest="scm_ignore_files",
        action="store_const",
        const=frozenset(),
        default=frozenset(["git"]),
        help="Skips adding SCM ignore files to the environment directory (Git is supported by default).",
    )
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
