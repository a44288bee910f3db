# SPDX-License-Identifier: MIT
"""What a directory holds, taken down so that it can be compared later."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One name of a tree; never followed when it is a link."""

    kind: str  # directory, file, link, other
    mode: int  # permission bits; 0 for links, which have none
    content: bytes  # of a file; the target of a link

    def describe(self) -> str:
        if self.kind == "link":
            return "link to %s" % os.fsdecode(self.content)
        return "%s %04o, %d bytes" % (self.kind, self.mode, len(self.content))


def snapshot(root: os.PathLike | str) -> dict[str, Entry]:
    """Every path below `root` (not root itself), relative to it, with what is there."""
    entries: dict[str, Entry] = {}
    top = os.fspath(root)
    for directory, names, files in os.walk(top):
        for name in names + files:
            path = os.path.join(directory, name)
            entries[os.path.relpath(path, top)] = _entry(path)
    return entries


def _entry(path: str) -> Entry:
    status = os.lstat(path)
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return Entry("link", 0, os.fsencode(os.readlink(path)))
    if stat.S_ISDIR(status.st_mode):
        return Entry("directory", mode, b"")
    if stat.S_ISREG(status.st_mode):
        return Entry("file", mode, Path(path).read_bytes())
    return Entry("other", mode, b"")
