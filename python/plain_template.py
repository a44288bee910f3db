# SPDX-License-Identifier: MIT
"""Turns the template of a built-in activator into a script that any EnvBuilder.install_scripts can install.

Such a one knows only venv's own variables, and copies line ends as they are.
"""

import sys


def main() -> None:
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8", newline="") as file:
        text = file.read().replace("__VENV_RELOCATABLE__", "no")
    if target.endswith(".bat"):
        text = text.replace("\n", "\r\n")  # cmd.exe finds labels only so
    with open(target, "w", encoding="utf-8", newline="") as file:
        file.write(text)


main()
