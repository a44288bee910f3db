# SPDX-License-Identifier: MIT
"""`python -m cvenv`: the command, with this Python as the base."""

from __future__ import annotations

import sys

from . import _cvenv, _making

if __name__ == "__main__":
    sys.exit(_cvenv.command(["cvenv", *sys.argv[1:]], _making.facts()))
