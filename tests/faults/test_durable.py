# SPDX-License-Identifier: MIT
"""With --durable, contents reach the disk before names, and names before the command says that it is done."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from support.environments import write_wheel
from support.tracing import strace

CALLS = "openat,openat2,mkdirat,symlinkat,linkat,renameat,renameat2,unlinkat,fsync,fdatasync,write,close"
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)(?:<(.*?)>)?", re.MULTILINE)
DIRECTORY = re.compile(r"(?:AT_FDCWD(?:<[^>]*>)?|\d+<([^>]*)>), \"([^\"]*)\"")


class Event:
    """One call that succeeded: its name and the absolute paths that it is about."""

    def __init__(self, call: str, arguments: str, result: str | None) -> None:
        self.call, self.arguments = call, arguments
        paths = [os.path.join(directory, name) for directory, name in DIRECTORY.findall(arguments)]
        if call in ("fsync", "fdatasync", "write", "close"):
            paths = [re.match(r"\d+<([^>]*)>", arguments)[1]] if "<" in arguments else [""]
        if call == "symlinkat":
            paths = [os.path.join(*DIRECTORY.search(arguments.partition(", ")[2]).groups())]
        self.paths = [os.path.normpath(path) for path in paths]

    def __repr__(self) -> str:
        return "%s(%s)" % (self.call, self.arguments)


def trace(command: list, log: Path) -> list[Event]:
    """What the command does to files, in order. One thread, so that there is one order."""
    text = strace(["taskset", "1", *command], CALLS, log, flags=["-y", "-s", "4096"])
    return [Event(call, arguments, path) for call, arguments, result, path in LINE.findall(text) if not result.startswith("-")]


def last(events: list[Event], condition) -> int:
    found = [index for index, event in enumerate(events) if condition(event)]
    assert found, "never"
    return found[-1]


def first(events: list[Event], condition) -> int:
    found = [index for index, event in enumerate(events) if condition(event)]
    assert found, "never"
    return found[0]


def synced_after(events: list[Event], path: str, after: int, before: int) -> bool:
    return any(event.call == "fsync" and event.paths == [path] for event in events[after + 1:before])


def made(events: list[Event], below: str) -> dict[str, int]:
    """Every name that is made below the directory, and when it, or its contents, were last changed."""
    changed: dict[str, int] = {}
    for index, event in enumerate(events):
        if event.call == "openat" and "O_CREAT" in event.arguments or event.call in ("mkdirat", "symlinkat", "write"):
            names = event.paths[:1]
        elif event.call in ("linkat", "renameat", "renameat2"):
            names = event.paths[1:2]
        else:
            continue
        for name in names:
            if name.startswith(below + "/"):
                changed[name] = index
    return changed


def assert_synced(events: list[Event], tree: str, before: int) -> None:
    """All that was made in the tree has been written to the disk before that event: files, then the directories that name them."""
    changed = made(events[:before], tree)
    assert len(changed) > 10
    directories = {tree, *(event.paths[0] for event in events[:before] if event.call == "mkdirat" and event.paths[0] in changed)}
    links = {event.paths[0] for event in events[:before] if event.call == "symlinkat"}
    for name, index in changed.items():
        if name not in directories and name not in links:
            assert synced_after(events, name, index, before), "contents of " + name
            index = last(events[:before], lambda event: event.call == "fsync" and event.paths == [name])
        assert synced_after(events, os.path.dirname(name), index, before), "the name of " + name


@pytest.fixture
def command(cvenv, python, tmp_path, run_cvenv) -> list:
    """The command with a small pip, warm."""
    for version in ("97.0", "98.0"):
        write_wheel(tmp_path / version, "pip", version, {"pip/__init__.py": b"x = 1\n", "pip/inner/__init__.py": b"x = 2\n"})
        write_wheel(tmp_path / version, "setuptools", version, {"setuptools/__init__.py": b"x = 1\n"})
        run_cvenv("--wheel-dir", tmp_path / version, tmp_path / ("warm" + version), interpreter=python)
    return [cvenv, "-p", python.path]


@pytest.mark.parametrize("options", [[], ["--copies"], ["--clear"]], ids=" ".join)
def test_new(options, command, tmp_path):
    """The tree is on the disk before it appears, and its name before the command ends; those of its parents too."""
    environment = tmp_path / "a/b/env"
    if "--clear" in options:
        strace([*command, "--without-pip", environment], "fsync", tmp_path / "log")
    events = trace([*command, "--durable", "--wheel-dir", tmp_path / "98.0", *options, environment], tmp_path / "log")
    appears = first(events, lambda event: event.call == "renameat2" and event.paths[-1] == str(environment))
    tree = events[appears].paths[0]
    assert re.fullmatch(re.escape(str(tmp_path / "a/b")) + r"/\.env\.cvenv-\w{8}/tree-1", tree)
    assert_synced(events, tree, appears)
    assert synced_after(events, str(environment.parent), appears, len(events))
    if not options:
        for parent in (tmp_path / "a/b", tmp_path / "a"):
            assert synced_after(events, str(parent.parent), appears, len(events)), "the name of %s" % parent
    after = events[appears:]
    removed = first(after, lambda event: event.call == "unlinkat" and "/.env.cvenv-" in event.paths[0])
    synced = first(after, lambda event: event.call == "fsync" and event.paths == [str(environment.parent)])
    assert synced < removed  # what it replaces goes when the new one is certain to be there


@pytest.mark.parametrize("options", [[], ["--upgrade"]], ids=["again", "upgrade"])
def test_merged(options, command, tmp_path):
    """First the tree, then the journal, then the renames, then the end of the journal: each on the disk before the next."""
    environment = tmp_path / "env"
    strace([*command, "--wheel-dir", tmp_path / "97.0", environment], "fsync", tmp_path / "log")
    events = trace([*command, "--durable", "--wheel-dir", tmp_path / "98.0", *options, environment], tmp_path / "log")
    (stage,) = {os.path.dirname(event.paths[0]) for event in events if event.call == "openat" and event.paths[0].endswith("/journal")}
    assert os.path.dirname(stage) == str(environment)
    written = last(events, lambda event: event.call == "write" and event.paths == [stage + "/journal"])
    renames = [index for index, event in enumerate(events) if event.call.startswith("renameat") and
               (event.paths[0].startswith(str(environment)) and index > written)]
    ended = first(events, lambda event: event.call == "unlinkat" and event.paths == [stage + "/journal"])
    assert len(renames) > 5 and written < renames[0] < renames[-1] < ended
    assert_synced(events, stage + "/tree-1", written)
    for path in (stage + "/journal", stage, str(environment)):
        assert synced_after(events, path, written, renames[0]), path
    for index in renames:
        target = events[index].paths[1] if not events[index].paths[1].startswith(stage) else events[index].paths[0]
        assert synced_after(events, os.path.dirname(target), index, ended), target
    removed = first(events[ended + 1:], lambda event: event.call == "unlinkat" and event.paths[0].startswith(stage)) + ended + 1
    assert synced_after(events, stage, ended, removed)


def test_not_asked_for(command, tmp_path):
    """Without the option nothing waits for the disk."""
    events = trace([*command, "--wheel-dir", tmp_path / "98.0", tmp_path / "env"], tmp_path / "log")
    assert [event for event in events if "sync" in event.call] == []


def test_the_store(command, tmp_path):
    """What the store copies from, and compares with, is on the disk before there is an entry: with or without the option."""
    events = trace([*command, "--cache-dir", tmp_path / "cold", "--wheel-dir", tmp_path / "98.0", tmp_path / "env"], tmp_path / "log")
    published = [index for index, event in enumerate(events)
                 if event.call == "renameat2" and "/.new-" in event.paths[0] and "/index-" not in event.paths[1]]
    assert published
    for index in published:
        contents = events[index].paths[0] + "/contents"
        written = last(events[:index], lambda event: event.call == "write" and event.paths == [contents])
        assert synced_after(events, contents, written, index)
