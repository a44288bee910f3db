#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Embeds files in C at build time: writes a header with one NUL-terminated array per file.

    embed.py OUT.h NAME=FILE ...

OUT.h then has `static const char NAME[]` for each; its length is sizeof NAME - 1. Programs (.exe) may hold NUL bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path


def array(name: str, data: bytes) -> str:
    """The definition of one array. A string literal would be too long: C promises 4095 characters."""
    numbers = [str(byte) if byte < 128 else "'\\x%02x'" % byte for byte in data] + ["0"]
    lines = [", ".join(numbers[start:start + 24]) for start in range(0, len(numbers), 24)]
    return "static const char %s[] = {\n    %s\n};\n" % (name, ",\n    ".join(lines))


def main(out: str, *pairs: str) -> None:
    text = "/* Made by tools/embed.py; not to be edited. */\n"
    for pair in pairs:
        name, separator, path = pair.partition("=")
        if not separator or not name.isidentifier():
            sys.exit("embed.py: not NAME=FILE: %s" % pair)
        data = Path(path).read_bytes()
        if b"\0" in data and not path.endswith(".exe"):
            sys.exit("embed.py: %s: holds a NUL byte" % path)
        text += array(name, data)
    Path(out).write_text(text, encoding="ascii")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
