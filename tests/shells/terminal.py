# SPDX-License-Identifier: MIT
"""A shell on a pseudo-terminal, to which the tests type."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata

COLUMNS, LINES = 4000, 500
PROMPT = "READY>"
WHERE_IS_THE_CURSOR = b"\x1b[6n"

# ECMA-48: control sequences with their parameters, strings, other escapes, control characters; or one character.
PIECE = re.compile(r"\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]P^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|(.)", re.DOTALL)


class Silence(Exception):
    """The shell did not come back with its prompt."""


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """What a terminal would show, as far as shells' line editors need it."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, str]] = {0: {}}
        self.row = self.column = 0
        self.saved = (0, 0)

    def write(self, text: str) -> None:
        for match in PIECE.finditer(text):
            parameters, final, character = match.groups()
            if final:
                self._control(parameters, final)
            elif match.group() in ("\x1b7", "\x1b8"):
                self._save_or_restore(match.group() == "\x1b7")
            elif character:
                self._put(character)

    def _save_or_restore(self, save: bool) -> None:
        if save:
            self.saved = (self.row, self.column)
        else:
            self.row, self.column = self.saved

    def _put(self, character: str) -> None:
        if character == "\n":
            self.row += 1
        elif character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character >= " ":
            line = self.rows.setdefault(self.row, {})
            width = _width(character)
            if width == 0:
                line[self.column - 1] = line.get(self.column - 1, "") + character
            line.update(zip(range(self.column, self.column + width), (character, "")))
            self.column += width

    def _control(self, parameters: str, final: str) -> None:
        numbers = [int(number) if number.isdigit() else 0 for number in parameters.lstrip("?>=").split(";")]
        count = numbers[0] or 1
        line = self.rows.setdefault(self.row, {})
        if final in "ABCD":
            self.row += {"A": -count, "B": count}.get(final, 0)
            self.column = max(0, self.column + {"C": count, "D": -count}.get(final, 0))
        elif final == "G":
            self.column = count - 1
        elif final == "H":
            self.row, self.column = count - 1, ((numbers + [0])[1] or 1) - 1
        elif final == "K":
            cleared = {0: lambda at: at >= self.column, 1: lambda at: at <= self.column}.get(numbers[0], lambda at: True)
            self.rows[self.row] = {at: character for at, character in line.items() if not cleared(at)}
        elif final == "J" and numbers[0] == 0:
            self.rows[self.row] = {at: character for at, character in line.items() if at < self.column}
            self.rows = {row: content for row, content in self.rows.items() if row <= self.row}
        elif final == "J":
            self.rows = {}

    def line(self) -> str:
        """The line with the cursor, without blanks at its end."""
        line = self.rows.get(self.row, {})
        return "".join(line.get(at, " ") for at in range(max(line, default=-1) + 1)).rstrip()


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A wide one, so that no prompt is wrapped."""

    def __init__(self, command: list[str], cwd: os.PathLike, variables: dict[bytes, bytes]):
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.process = subprocess.Popen(command, cwd=cwd, env=variables, stdin=slave, stdout=slave, stderr=slave,
                                        preexec_fn=_own_terminal)
        os.close(slave)
        self.read_for(3, 0.3)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def _read(self, seconds: float) -> bytes | None:
        """What comes within that time; None at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return None
        if WHERE_IS_THE_CURSOR in data:
            os.write(self.master, b"\x1b[1;1R")
        return data or None

    def read_for(self, timeout: float, quiet: float) -> None:
        """Until it has said something and then nothing for a while."""
        end = time.monotonic() + timeout
        said = False
        while time.monotonic() < end:
            data = self._read(quiet)
            if data is None or (said and not data):
                return
            said = said or bool(data)

    def type(self, line: str, timeout: float = 20, quiet: float = 0.03) -> str:
        """Types the line; the line that the prompt then stands in, once nothing more comes."""
        os.write(self.master, os.fsencode(line) + b"\r")
        raw = b""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            data = self._read(quiet)
            if data is None:
                raise Silence("it ended, after %r" % raw[-2000:])
            raw += data
            if not data and PROMPT.encode() in raw:
                screen = Screen()
                screen.write(raw.decode("utf-8", "surrogateescape"))
                if screen.line().endswith(PROMPT):
                    return screen.line()
        raise Silence("no prompt, but %r" % raw[-2000:])
