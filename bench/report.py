# SPDX-License-Identifier: MIT
"""Turns measurements into tables and a chart."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def threads(count: int) -> str:
    return "%d thread%s" % (count, "s" * (count > 1))


# What is compared with what: our contender, the other one.
ALL = threads(len(os.sched_getaffinity(0)))
RATIOS = [
    ("cvenv", "floor, 1 thread"),
    ("cvenv", "floor, " + ALL),
    ("cvenv", "floor that reads what it links, 1 thread"),
    ("cvenv", "floor that reads what it links, " + ALL),
    ("cvenv", "uv venv --seed --offline"),
    ("cvenv", "virtualenv"),
    ("cvenv", "python -m venv"),
    ("cvenv, first run ever", "python -m venv"),
    ("cvenv --without-pip", "floor without pip, 1 thread"),
    ("cvenv --without-pip", "uv venv --offline"),
    ("cvenv --without-pip", "virtualenv --no-seed"),
    ("cvenv --without-pip", "python -m venv --without-pip"),
]

# The chart: contender, what is written beside its bar.
BARS = [
    ("cvenv", "cvenv"),
    ("uv venv --seed --offline", "uv venv --seed (no bytecode)"),
    ("virtualenv", "virtualenv (no bytecode)"),
    ("python -m venv", "python -m venv"),
]

ACTIVATION = "\n## Activation\n\n"  # the heading


def processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def milliseconds(value: float) -> str:
    return "%.0f" % value if value >= 100 else "%.1f" % value


def table(rows: list[list[str]]) -> str:
    """A Markdown table; the first row is its head, and numbers stand right."""
    head, *body = rows
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body])


def place_table(place) -> str:
    rows = [["", "median ms", "least ms", "peak MiB", "runs"]]
    for one in sorted(place.contenders, key=lambda one: one.median()):
        peak = "%.1f" % one.peak if one.peak is not None else ""
        rows.append([one.name, milliseconds(one.median()), milliseconds(min(one.times)), peak, str(len(one.times))])
    return table(rows)


def ratio_table(places) -> str:
    rows = [["median of … to that of …", *(place.file_system for place in places)]]
    for ours, theirs in RATIOS:
        cells = []
        for place in places:
            medians = {one.name: one.median() for one in place.contenders}
            known = ours in medians and theirs in medians
            cells.append("%.3g" % (medians[ours] / medians[theirs]) if known else "")
        if any(cells):
            rows.append(["%s : %s" % (ours, theirs), *cells])
    return table(rows)


def tables(places, versions: dict[str, str]) -> str:
    """The whole of RESULTS.md."""
    parts = [
        "# Measurements",
        "Written by `bench/run --write`: whole processes from start to end, in turn, in another order each round, into "
        "fresh directories, with every cache warm but for the “first run ever”. The *floor* is a bare program that "
        "makes the same tree with the system calls that this takes, and checks nothing (floor.c). uv and virtualenv leave pip "
        "without bytecode; cvenv and `python -m venv` compile it.",
        "%s, %d processors, Linux %s. %s." % (processor(), len(os.sched_getaffinity(0)), platform.release().split("-")[0],
                                              ", ".join("%s %s" % item for item in versions.items())),
        "## Ratios", ratio_table(places),
    ]
    for place in places:
        parts += ["## On %s" % place.file_system, place_table(place)]
    return "\n\n".join(parts) + "\n"


def write_results(path: Path, text: str) -> None:
    """All of RESULTS.md but the section of bench/activation.py, which stays."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(text + "".join(before.partition(ACTIVATION)[1:]), encoding="utf-8")


def write_activation(path: Path, text: str) -> None:
    """The section of bench/activation.py, which is the last."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before.partition(ACTIVATION)[0] + ACTIVATION + text, encoding="utf-8")


STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 }
.bar { fill: #8c959f } .ours { fill: #1a7f37 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #3fb950 } }
""".strip()


def chart(place) -> str:
    """Bars for an environment with pip, to scale."""
    medians = {one.name: one.median() for one in place.contenders}
    bars = [(label, medians[name], name == "cvenv") for name, label in BARS if name in medians]
    longest = max(value for _, value, _ in bars)
    left, width, step = 220, 400, 30
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">' % (left + width + 90, step * len(bars) + 10),
             "<title>Time to make an environment with pip, in milliseconds</title>", "<style>%s</style>" % STYLE]
    for row, (label, value, ours) in enumerate(bars):
        y = 5 + row * step
        length = max(2.0, width * value / longest)
        lines.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (left - 10, y + 20, label))
        lines.append('<rect class="%s" x="%d" y="%d" width="%.1f" height="%d"/>' % ("ours" if ours else "bar", left, y + 4,
                                                                                   length, step - 8))
        lines.append('<text x="%.1f" y="%d">%s ms</text>' % (left + length + 8, y + 20, milliseconds(value)))
    return "\n".join(lines + ["</svg>", ""])
