# SPDX-License-Identifier: MIT
"""
Finds what Wine lets pass and Windows does not: a directory that is renamed while something below it is open.

Reads what Wine's server logs (wineserver -d1) of one process: which files it has open, by their paths here.
"""

from __future__ import annotations

import posixpath
import re
from typing import Iterable

REQUEST = re.compile(r"^([0-9a-f]{4}): (\w+)\( (.*) \)$")
REPLY = re.compile(r"^([0-9a-f]{4}): (\w+)\(\) = 0(?: \{ (.*) \})?$")


def field(text: str, name: str) -> str:
    found = re.search(r"(?:^|[, {])%s=([0-9a-f]+)" % name, text)
    return found.group(1) if found else ""


class OpenFiles:
    """The handles of one process: of the first that begins in the log."""

    def __init__(self) -> None:
        self.threads: set[str] = set()
        self.paths: dict[str, str] = {}
        self.pending: dict[str, tuple[str, str]] = {}
        self.renames: list[tuple[str, str]] = []
        self.trouble: list[str] = []

    def path_of(self, request: str) -> str | None:
        """The path that a request names, relative to the handle that it starts from."""
        name = re.search(r'filename="(.*)"$', request)
        if not name:
            return None
        path = re.sub(r"^.*/dosdevices/z:", "", name.group(1))
        root = self.paths.get(field(request, "rootdir"))
        return posixpath.normpath(path if path.startswith("/") or root is None else posixpath.join(root, path))

    def rename(self, request: str) -> None:
        old, new = self.paths.get(field(request, "handle")), self.path_of(request)
        if old is None or new is None or field(request, "link") == "1":
            return
        self.renames.append((old, new))
        below = sorted(path for path in self.paths.values() if path.startswith(old + "/"))
        if below:
            self.trouble.append("%s renamed to %s while open: %s" % (old, new, ", ".join(below)))
        for handle, path in self.paths.items():
            if path == old or path.startswith(old + "/"):
                self.paths[handle] = new + path[len(old):]

    def answered(self, what: str, request: str, reply: str) -> None:
        if what == "create_file":
            path = self.path_of(request)
            if path is not None:
                self.paths[field(reply, "handle")] = path
        elif what == "dup_handle" and field(request, "src_process") == "ffffffff":
            if field(request, "src_handle") in self.paths:
                self.paths[field(reply, "handle")] = self.paths[field(request, "src_handle")]
        elif what == "close_handle":
            self.paths.pop(field(request, "handle"), None)
        elif what == "set_fd_name_info":
            self.rename(request)
        elif what == "new_thread" and field(request, "process") == "ffffffff":
            self.threads.add(field(reply, "tid"))

    def read(self, lines: Iterable[str]) -> None:
        for line in lines:
            request, reply = REQUEST.match(line), REPLY.match(line)
            found = request or reply
            if found is None:
                continue
            if not self.threads and found.group(2) == "init_first_thread":
                self.threads.add(found.group(1))
            if found.group(1) not in self.threads:
                continue
            if request:
                self.pending[request.group(1)] = (request.group(2), request.group(3))
            elif self.pending.get(reply.group(1), ("",))[0] == reply.group(2):
                self.answered(reply.group(2), self.pending[reply.group(1)][1], reply.group(3) or "")
