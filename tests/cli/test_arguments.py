# SPDX-License-Identifier: MIT
"""The command line is read as argparse of Python 3.14 reads it: same options, same sentences, same layout."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ORACLE = Path(__file__).with_name("argparse_oracle.py")

NAMES = ["--help", "--system-site-packages", "--symlinks", "--copies", "--clear", "--upgrade", "--without-pip", "--prompt",
         "--upgrade-deps", "--without-scm-ignore-files", "--python", "--wheel-dir", "--link-mode", "--no-compile",
         "--relocatable", "--jobs", "--cache-dir", "--no-cache", "--force", "--durable", "--quiet", "--verbose", "--version"]
VALUES = ["", "a", "b c", "auto", "copy", "hardlink", "clon", "1", "07", "0", "1024", "1025", "99999999999999999999", "-1",
          "-.5", "-1x", "- x", "-x y", "=", "a=b", "it's", 'say "x"', "it's \"x\"", "back\\slash", "tab\tline\n", "\x1b[1m",
          "\x7f", "é", "日本", "𝜋", "\x85", "\u00a0", "\u200b", "\u202e", "\ue000", "\udcff", "\udce9x", "\udced\udca0\udc80",
          "~", ".", "..", "--", "-", "---", "---x", "-=", "--=", "--=x", "-=x", "-x", "--nope", "--nope=1", "--no pe"]
LETTERS = "hpqvxV-=1 "

HAND_MADE = [
    [], ["--"], ["--", "--"], ["--", "-dash"], ["a", "--", "-dash"], ["a", "--", "--", "b"], ["-v", "--", "a"], ["a", "-v", "--", "b"],
    ["a", "--without-pip", "b"], ["a", "b", "--without-pip"], ["--without-pip", "a", "b"], ["--without-pip", "--without-pip", "a"],
    ["--sys", "a"], ["--up", "a"], ["--upg", "a"], ["--upgrade", "a"], ["--upgrade-d", "a"], ["--up=1", "a"], ["--p", "x", "a"],
    ["--symlinks", "--copies", "a"], ["--copies", "--symlinks", "a"], ["--copies", "--copies", "a"], ["--upgrade", "--clear", "a"],
    ["--cache-dir", "c", "--no-cache", "a"], ["--no-cache", "--cache-dir=c", "a"], ["--clear=1", "a"], ["--clear=", "a"],
    ["--prompt", "-x", "a"], ["--prompt=-x", "a"], ["--prompt", "--", "a"], ["--prompt"], ["--prompt", "-1", "a"], ["--prompt", "", "a"],
    ["-p3", "a"], ["-p=3", "a"], ["-p", "3", "a"], ["-p", "a"], ["-p"], ["-vp3", "a"], ["-vp=3", "a"], ["-vp", "3", "a"], ["-vp"],
    ["-qv", "a"], ["-vq", "a"], ["-vh"], ["-vx", "a"], ["-vxy", "a"], ["-v-", "a"], ["-v=", "a"], ["-v=1", "a"], ["-vq=1", "a"],
    ["-vq=", "a"], ["-hx"], ["-h-"], ["-hp"], ["-x", "-h"], ["--up", "-h"], ["-h", "--up"], ["--version", "--nope"],
    ["--link-mode", "b", "--version"], ["--jobs", "x"], ["--jobs=4", "a"], ["--wheel-dir", "x", "--wheel-dir=y", "a"], ["-1"], ["-"],
]


def random_string(choose: random.Random) -> str:
    kind = choose.random()
    if kind < 0.35:
        return choose.choice(VALUES)
    if kind < 0.5:
        return "-" + "".join(choose.choices(LETTERS, k=choose.randint(1, 5)))
    name = choose.choice(NAMES)
    if kind < 0.75:
        name = name[:choose.randint(2, len(name))]
    return name + ("=" + choose.choice(VALUES) if choose.random() < 0.3 else "")


def random_cases(count: int) -> list[tuple[int, list[str]]]:
    choose = random.Random(314)
    cases = []
    for _ in range(count):
        strings = [random_string(choose) for _ in range(choose.randint(0, 6))]
        if choose.random() < 0.5:  # else few would be understood
            strings.insert(choose.randint(0, len(strings)), "env")
        cases.append((choose.randint(1, 160), strings))
    return cases


def all_cases() -> list[tuple[int, list[str]]]:
    widths = [(columns, ["--help"]) for columns in [*range(1, 301), 1000, 100000]]
    wrong = [(columns, ["--nope"]) for columns in range(1, 301)]
    words = [(80, [*before, string, *after]) for string in [*NAMES, *VALUES] for before in ([], ["a"], ["-p"], ["-v"], ["--jobs"])
             for after in ([], ["b"], ["-v"])]
    return [(80, strings) for strings in HAND_MADE] + widths + wrong + words + random_cases(6000)


@pytest.fixture(scope="module")
def oracle(interpreters):
    """A Python whose argparse is the one that is followed: the sentences of others differ in details."""
    for one in interpreters:
        if one.is_cpython and one.version[:2] == (3, 14):
            return one
    pytest.skip("no CPython 3.14 on this machine")


@pytest.fixture(scope="module")
def version(cvenv: str) -> str:
    return subprocess.run([cvenv, "--version"], capture_output=True, text=True, check=True).stdout.rstrip("\n")


def ask_oracle(oracle, version: str, cases: list) -> list[dict]:
    result = subprocess.run([oracle.path, "-I", "-X", "utf8", str(ORACLE)], env={**oracle.environment(), "LC_ALL": "C.UTF-8"},
                            input=json.dumps({"version": version, "cases": cases}), capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def bits(options: dict) -> str:
    """The options as read_arguments.c shows them."""
    flags = ["system_site_packages", "clear", "upgrade", "with_pip", "upgrade_deps", "without_scm_ignore", "no_compile",
             "relocatable", "force", "no_cache", "durable"]
    mode = ["auto", "clone", "hardlink", "copy"].index(options["link_mode"])
    lines = ["".join(str(int(options[flag])) for flag in flags)
             + " %d %d %d %d" % (options["links"], mode, options["jobs"], options["verbosity"])]
    for name in ("prompt", "python", "cache_dir"):
        value = options[name]
        lines.append(name.replace("_", "-") + ("" if value is None else "=" + value))
    for name, values in (("wheel-dirs", options["wheel_dir"]), ("env-dirs", options["env_dirs"])):
        lines += ["%s=%d" % (name, len(values)), *values]
    return "".join(line + "\n" for line in lines)


def ask_reader(build_directory: Path, cases: list) -> list[dict]:
    program = build_directory / "tests/cli/read-arguments"
    if not program.exists():
        pytest.skip("%s has not been built" % program)
    data = b"".join(b"%d %d\n" % (columns, len(strings)) + b"".join(os.fsencode(string) + b"\0" for string in strings)
                    for columns, strings in cases)
    fields = subprocess.run([program], input=data, capture_output=True, check=True).stdout.split(b"\0")
    assert len(fields) == 4 * len(cases) + 1
    return [dict(zip(("status", "stdout", "stderr", "options"), map(os.fsdecode, fields[4 * i:4 * i + 4])))
            for i in range(len(cases))]


def test_generated_command_lines(oracle, version, build_directory):
    """Thousands of command lines, in one process each of the C code and of argparse."""
    cases = all_cases()
    expected = ask_oracle(oracle, version, cases)
    given = 0
    for case, one, other in zip(cases, expected, ask_reader(build_directory, cases)):
        one["options"] = bits(one["options"]) if one["options"] else ""
        given += bool(one["options"])
        assert other == one, "COLUMNS=%d %r" % tuple(case)
    assert given > len(cases) / 20, "too few that are understood: the generator has become useless"


def test_command(oracle, version, cvenv, tmp_path):
    """The same from outside: streams and exit status of the command, for what creates nothing."""
    cases = [(80, one) for one in HAND_MADE] + random_cases(100) + [(20, ["-h"]), (132, ["-h"])]
    tried = 0
    for (columns, strings), expected in zip(cases, ask_oracle(oracle, version, cases)):
        if expected["status"] == "given":
            continue
        result = subprocess.run([cvenv, *map(os.fsencode, strings)], env={**os.environ, "COLUMNS": str(columns)}, cwd=tmp_path,
                                stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="surrogateescape")
        answer = {"status": str(result.returncode), "stdout": result.stdout, "stderr": result.stderr, "options": None}
        assert answer == expected, "COLUMNS=%d %r" % (columns, strings)
        tried += 1
    assert tried > len(cases) / 2
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("columns", ["", "abc", "0", "-5", " 60 ", "+60", "60x"])
def test_columns_variable(oracle, cvenv, columns):
    """COLUMNS counts where Python's int() reads a positive number from it, else the terminal, else 80."""
    environment = {**oracle.environment(), "COLUMNS": columns}
    program = ("import sys; sys.path.insert(0, %r); import argparse_oracle; "
               "argparse_oracle.make_parser('').parse_args(['-h'])" % str(ORACLE.parent))
    expected = subprocess.run([oracle.path, "-c", program], env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
                              capture_output=True, text=True, check=True).stdout
    assert subprocess.run([cvenv, "-h"], env=environment, capture_output=True, text=True, check=True).stdout == expected
