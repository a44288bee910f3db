# SPDX-License-Identifier: MIT
"""Writes the plan of a tree for floor.c, and the pool of files that are to be hard links in it."""

from __future__ import annotations

import os
import shutil
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

DIRECTORY, SYMLINK, FILE_COPY, FILE_LINK = range(4)
HEADER = struct.Struct("=QQ")  # struct plan
RECORD = struct.Struct("=IIIIQQQq")  # struct record


@dataclass
class Record:
    """One name of the tree, as struct record."""

    kind: int
    parent: int
    mode: int
    name: str
    data: bytes = b""  # a link's target or a file's contents
    pooled: bool = False
    mtime: int = -1


def read(source: Path, begin: int) -> list[Record]:
    """The tree below `source`: directories first. What is older than `begin` (ns) was given its time."""
    directories = [Record(DIRECTORY, 0, 0o755, "")]
    others = []
    numbers = {str(source): 0}
    for path, names, files in os.walk(source):
        parent = numbers[path]
        for name in names + files:
            full = os.path.join(path, name)
            status = os.lstat(full)
            mode = stat.S_IMODE(status.st_mode)
            if stat.S_ISLNK(status.st_mode):
                others.append(Record(SYMLINK, parent, 0, name, os.fsencode(os.readlink(full)) + b"\0"))
            elif stat.S_ISDIR(status.st_mode):
                numbers[full] = len(directories)
                directories.append(Record(DIRECTORY, parent, mode, name))
            elif status.st_nlink > 1:
                others.append(Record(FILE_LINK, parent, mode, name))
            else:
                mtime = status.st_mtime_ns if status.st_mtime_ns < begin else -1
                others.append(Record(FILE_COPY, parent, mode, name, Path(full).read_bytes(), mtime=mtime))
    for record in others:
        if record.kind == FILE_LINK:
            mark_pooled(directories, record.parent)
    return directories + others


def mark_pooled(directories: list[Record], number: int) -> None:
    """Notes that the pool has this directory, and so its parents."""
    while number and not directories[number].pooled:
        directories[number].pooled = True
        number = directories[number].parent


def write(source: Path, plan: Path, pool: Path, begin: int) -> None:
    """Writes what floor needs to make the tree `source` again."""
    records = read(source, begin)
    directories = sum(record.kind == DIRECTORY for record in records)
    heap = bytearray()
    start = HEADER.size + RECORD.size * len(records)
    packed = []
    for record in records:
        name = start + len(heap)
        heap += os.fsencode(record.name) + b"\0"
        data = start + len(heap)
        heap += record.data
        packed.append(RECORD.pack(record.kind, record.parent, record.mode, record.pooled, name, data, len(record.data),
                                  record.mtime))
    plan.write_bytes(HEADER.pack(len(records), directories) + b"".join(packed) + heap)
    fill_pool(source, pool)


def fill_pool(source: Path, pool: Path) -> None:
    """A copy of every file that has more than one name, under its path."""
    pool.mkdir()
    for path in source.rglob("*"):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            copy = pool / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
