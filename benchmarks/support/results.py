"""Puts measured sections into RESULTS.md, each in place of the one its benchmark wrote before.

``python results.py NAME …``: the section of a benchmark is ``data/NAME.md``, written by ``scripts/bench``. The sections
of other benchmarks stay as they are, in the order of the benchmarks' names.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["merged", "sections"]

FOLDER = Path(__file__).parents[1]
_COMMAND = re.compile(r"^Command: `scripts/bench (\w+)`", re.MULTILINE)


def sections(text: str) -> dict[str, str]:
    """The sections of RESULTS.md by the benchmark that wrote them."""
    found: dict[str, str] = {}
    start = text.find("\n## ") + 1
    for command in _COMMAND.finditer(text, start):
        end = text.find("\n", command.end())
        end = len(text) if end < 0 else end
        found[command[1]] = text[start:end].strip()
        start = end
    return found


def merged(before: str, new: dict[str, str], head: str) -> str:
    """RESULTS.md with the new sections."""
    all_of_them = {**sections(before), **{name: text.strip() for name, text in new.items()}}
    return "\n\n".join([head, *(all_of_them[name] for name in sorted(all_of_them))]) + "\n"


def _head() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return (
        f"# Results\n\nWritten by `scripts/bench` on {os.cpu_count()} × {model}, {memory:.0f} GB; "
        f"Python {platform.python_version()}. Ratios are to dtserve."
    )


def main(names: Sequence[str]) -> None:
    """Write RESULTS.md."""
    file = FOLDER / "RESULTS.md"
    before = file.read_text("utf-8") if file.exists() else ""
    new = {name: (FOLDER / "data" / f"{name}.md").read_text("utf-8") for name in names}
    file.write_text(merged(before, new, _head()), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
