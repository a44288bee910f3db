# SPDX-License-Identifier: MIT
"""
Exchanges two names as fast as it can until its standard input ends; then prints how often.

    swapper.py FIRST SECOND
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading

AT_FDCWD, RENAME_EXCHANGE = -100, 2


def main() -> None:
    rename = ctypes.CDLL(None).renameat2
    first, second = map(os.fsencode, sys.argv[1:])
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    swaps = 0
    while not ended.is_set():
        for _ in range(100):  # fails while one of them is missing: that is a part of the game
            swaps += rename(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) == 0
    print(swaps)


if __name__ == "__main__":
    main()
