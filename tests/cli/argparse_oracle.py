# SPDX-License-Identifier: MIT
"""The command line of cvenv, built with Python's argparse: what the C code is compared with.

Run by a Python 3.14. Standard input is JSON: {"version": ..., "cases": [[COLUMNS, [STRING, ...]], ...]};
the answer has for each case a status, what went to stdout, what went to stderr, and the options.
"""

import argparse
import contextlib
import io
import json
import os
import re
import sys


def number(string: str) -> int:
    if not re.fullmatch("[0-9]+", string) or not 1 <= int(string) <= 1024:
        raise argparse.ArgumentTypeError("expected a number from 1 to 1024, not %r" % string)
    return int(string)


def make_parser(version: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cvenv", color=False,
        description="Creates Python virtual environments in one or more directories.",
        epilog="A shell uses an environment once it has read the activate script in the environment's bin directory.")
    add = parser.add_argument
    add("env_dirs", metavar="ENV_DIR", nargs="+", help="A directory to create an environment in.")
    add("--system-site-packages", action="store_true",
        help="Let the environment see the packages that are installed for its base interpreter.")
    links = parser.add_mutually_exclusive_group()
    links.add_argument("--symlinks", dest="links", action="store_const", const=1, default=0,
                       help="Link to the base interpreter, also where copies are the default.")
    links.add_argument("--copies", dest="links", action="store_const", const=2,
                       help="Copy the base interpreter, also where links are the default.")
    add("--clear", action="store_true", help="Replace all that is in the directory. What was there goes when the new "
        "environment is complete.")
    add("--upgrade", action="store_true", help="Keep the environment, but move it to this base interpreter.")
    add("--without-pip", action="store_false", dest="with_pip", help="Do not install pip.")
    add("--prompt", help="What activated shells show, instead of the directory's name; a dot means the working "
        "directory's.")
    add("--upgrade-deps", action="store_true", help="Let pip upgrade itself from the package index afterwards.")
    add("--without-scm-ignore-files", action="store_true", dest="without_scm_ignore",
        help="Do not write the .gitignore that keeps the environment out of version control.")
    add("-p", "--python", metavar="SPEC",
        help="The base interpreter: a path, or a name on PATH (default: python3, then python).")
    add("--wheel-dir", metavar="DIR", action="append", default=[],
        help="Look here first for the wheels to install. May be given several times.")
    add("--link-mode", choices=["auto", "clone", "hardlink", "copy"], default="auto",
        help="How installed files are placed: as clones, hard links or copies. The default, auto, clones where the "
        "file system can, and otherwise links bytecode and copies the rest.")
    add("--no-compile", action="store_true", help="Do not byte-compile what is installed.")
    add("--relocatable", action="store_true",
        help="Let scripts and activators find the environment from their own place, so that it can be moved.")
    add("--jobs", metavar="N", type=number, default=0,
        help="How many environments to create at once (default: one for each processor).")
    cache = parser.add_mutually_exclusive_group()
    cache.add_argument("--cache-dir", metavar="DIR", help="Where to remember interpreters and unpacked wheels "
                       "(default: cvenv in the user's cache directory).")
    cache.add_argument("--no-cache", action="store_true",
                       help="Remember nothing, and use nothing that is remembered.")
    add("--force", action="store_true", help="Let --clear replace also what it would refuse to.")
    add("--durable", action="store_true",
        help="Have everything on the disk before the environment appears, so that a power failure cannot spoil it.")
    add("-q", "--quiet", dest="verbosity", action="store_const", const=0, default=1, help="Say nothing but errors.")
    add("-v", "--verbose", dest="verbosity", action="store_const", const=2,
        help="Say what is done, and how long each stage took.")
    add("--version", action="version", version=version)
    return parser


def run(parser: argparse.ArgumentParser, columns: int, strings: list[str]) -> dict:
    os.environ["COLUMNS"] = str(columns)
    out, err = io.StringIO(), io.StringIO()
    status, options = "given", None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            options = vars(parser.parse_args(strings))
        except SystemExit as exit:
            status = str(exit.code)
    # As sys.stderr does it, whatever the locale of the test is.
    error = err.getvalue().encode("utf-8", "backslashreplace").decode()
    return {"status": status, "stdout": out.getvalue(), "stderr": error, "options": options}


def main() -> None:
    request = json.load(sys.stdin)
    parser = make_parser(request["version"])
    json.dump([run(parser, columns, strings) for columns, strings in request["cases"]], sys.stdout)


if __name__ == "__main__":
    main()
