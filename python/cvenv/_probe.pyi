# SPDX-License-Identifier: MIT
"""What the running interpreter is (src/interpreter/probe.py)."""

class Probe:
    def names(self) -> list[str]: ...

def facts() -> str: ...
