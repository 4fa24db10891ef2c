"""Runs commands and measures them: wall time, CPU time and peak memory from the kernel's own accounts (wait4)."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["DATA", "Figures", "Usage", "environment", "fingerprint", "measure", "rounds", "table"]

DATA = Path(__file__).parents[1] / "data"
"""Generated files; not under version control."""

SOURCE = Path(os.environ.get("DTSERVE_SOURCE", Path(__file__).parents[2] / "src"))
"""The dtserve that is measured; another tree by the environment, to compare two versions."""


@dataclass(frozen=True)
class Usage:
    """What one process and its children used: seconds, seconds, bytes."""

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True)
class Figures:
    """Medians over rounds."""

    name: str
    wall: float
    cpu: float
    memory: int
    low: float
    high: float


def environment() -> dict[str, str]:
    """The environment of every process: dtserve from the source tree, byte code kept as in an installation."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = os.pathsep.join((str(SOURCE), str(Path(__file__).parents[1])))
    return {**inherited, "PYTHONPATH": paths, "PYTHONPYCACHEPREFIX": str(DATA / "bytecode")}


def measure(command: Sequence[str]) -> Usage:
    """Run a command to its end; raises RuntimeError when it fails."""
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py"))]
    done = subprocess.run([*launcher, *command], capture_output=True, text=True, env=environment(), check=True)
    found = json.loads(done.stdout)
    if found["code"]:
        raise RuntimeError(f"{' '.join(command)} ended with {found['code']}\n{done.stderr}")
    return Usage(found["wall"], found["cpu"], found["memory"])


def rounds(
    commands: Mapping[str, Sequence[str]],
    count: int,
    *,
    most: Mapping[str, int] | None = None,
    after: Callable[[str], None] | None = None,
) -> list[Figures]:
    """Run every command ``count`` times (or ``most`` of its name), interleaved and in turning order.

    So other work on the machine hits all of them. ``after`` is called after each command's first run.
    """
    used: dict[str, list[Usage]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(count):
        for name in names if number % 2 == 0 else reversed(names):
            if number >= (most or {}).get(name, count):
                continue
            used[name].append(measure(commands[name]))
            if after is not None and number == 0:
                after(name)
            print(f"  {name}: {used[name][-1].wall:.2f} s", file=sys.stderr, flush=True)
    return [_figures(name, found) for name, found in used.items()]


def _figures(name: str, used: Sequence[Usage]) -> Figures:
    walls = [each.wall for each in used]
    return Figures(
        name,
        statistics.median(walls),
        statistics.median(each.cpu for each in used),
        int(statistics.median(each.memory for each in used)),
        min(walls),
        max(walls),
    )


def table(figures: Sequence[Figures], base: str) -> str:
    """A Markdown table; ratios to the figure named ``base``."""
    chosen = next(each for each in figures if each.name == base)
    digits = 2 if chosen.wall >= 1 else 3
    lines = [
        f"| | wall s (min–max) | CPU s | peak MB | wall / {base} | CPU / {base} | memory / {base} |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in figures:
        wall, low, high, cpu = (f"{value:.{digits}f}" for value in (each.wall, each.low, each.high, each.cpu))
        lines.append(
            f"| {each.name} | {wall} ({low}–{high}) | {cpu} | {each.memory / 2**20:.0f} "
            f"| {each.wall / chosen.wall:.2f} | {each.cpu / chosen.cpu:.2f} | {each.memory / chosen.memory:.2f} |"
        )
    return "\n".join(lines)


def fingerprint(packages: Sequence[str]) -> str:
    """Machine and versions, as a line of Markdown."""
    found = []
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} –")
    model = next(
        (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} × {model}, {memory:.0f} GB, {platform.system()} {platform.release()}"
    return f"Machine: {machine}. Python {platform.python_version()}, {', '.join(found)}."


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
