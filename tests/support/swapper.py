# SPDX-License-Identifier: MIT
"""
Exchanges two names as fast as it can until its standard input ends. Prints a line when it has done so COUNT times.

    swapper.py FIRST SECOND COUNT
"""

from __future__ import annotations

import ctypes
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterator

AT_FDCWD, RENAME_EXCHANGE = -100, 2


class Swapping:
    """Exchanges two names until the block has ended."""

    def __init__(self, first: Path, second: Path, thorough: bool) -> None:
        self.command = [sys.executable, __file__, str(first), str(second), "1000000" if thorough else "1000"]

    def __enter__(self) -> Swapping:
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_) -> None:
        self.process.communicate(timeout=60)

    def rounds(self) -> Iterator[int]:
        """At least ten, and as many as it takes until there have been enough exchanges."""
        count, deadline = 0, time.monotonic() + 300
        while count < 10 or not select.select([self.process.stdout], [], [], 0)[0]:
            assert time.monotonic() < deadline, "it cannot be exchanged so often"
            yield count
            count += 1


def main() -> None:
    rename = ctypes.CDLL(None).renameat2
    first, second = map(os.fsencode, sys.argv[1:3])
    wanted = int(sys.argv[3])
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.is_set():
        for _ in range(100):  # fails while one of them is missing: that is a part of the game
            wanted -= rename(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) == 0
            if wanted == 0:
                print("enough", flush=True)


if __name__ == "__main__":
    main()
