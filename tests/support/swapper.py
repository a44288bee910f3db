# SPDX-License-Identifier: MIT
"""
Exchanges two names as fast as it can until its standard input ends. Prints a line when it has done so COUNT times.

    swapper.py FIRST SECOND COUNT
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading

AT_FDCWD, RENAME_EXCHANGE = -100, 2


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
