"""What the control flow costs: many light tasks, beside Luigi, Prefect and Dagster, and a loop of a million iterations.

The peers are installed into virtual environments under ``benchmarks/data`` on first use; where
that is not possible their lines are left out.

    python benchmarks/control_flow.py [--rounds N] [--sizes 40 400 4000] [--iterations 1000000]
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from support.environments import installed, version_in
from support.light_tasks import SHAPES, write_loop, write_tasks
from support.measure import DATA, Usage, fingerprint, measure

PEERS = {"luigi": "Luigi", "prefect": "Prefect", "dagster": "Dagster"}
NEEDS = {"prefect": ["fastapi==0.139.*"]}
"""What a peer needs beside itself: Prefect 3.8 does not start with the FastAPI that it installs today."""
FOLDER = DATA / "control_flow"
LIMIT_SECONDS = 1200
"""A run that takes longer is ended and left out."""
LONG_SECONDS = 60
"""A run that takes longer is measured once."""

Runs = dict[tuple[str, str, int], list[Usage]]
why: dict[tuple[str, str, int], str] = {}
"""What a run that failed said last."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[40, 400, 4000])
    parser.add_argument("--iterations", type=int, default=1_000_000, help="of the For Loop; 0 leaves it out")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    peers = {name: scripts for name in PEERS if (scripts := installed(name, NEEDS.get(name, ()))) is not None}
    print("## Control flow: many light tasks\n")
    if options.iterations:
        print(_loops(options.iterations), end="\n\n", flush=True)
    found = _tasks(options.sizes, options.rounds, peers)
    print(
        f"Each task sets a variable (the peers': appends to a list); every event and record on, dtserve's in a text log of "
        f"six events for each task. Median of {options.rounds} rounds, interleaved; a run over {LONG_SECONDS} s once.\n"
    )
    for size in options.sizes:
        print(_table(found, size, peers), end="\n\n")
    if len(options.sizes) > 1:
        print(_per_task(found, options.sizes, peers))
    versions = ", ".join(f"{PEERS[name]} {version_in(scripts, name)}" for name, scripts in peers.items())
    print(f"\n{fingerprint(['lxml'])} {versions}.\n")


def _tasks(sizes: Iterable[int], rounds: int, peers: dict[str, Path]) -> Runs:
    found: Runs = {}
    why.clear()
    for number in range(rounds):
        for size in sizes:
            for shape in SHAPES:
                for name in ("dtserve", *peers):
                    used = found.setdefault((name, shape, size), [])
                    if number and (not used or used[0].wall > LONG_SECONDS):
                        continue
                    print(f"  {number} {name} {shape} {size}: ", file=sys.stderr, end="", flush=True)
                    try:
                        used.append(_one(name, shape, size, peers))
                        print(f"{used[-1].wall:.2f} s, {used[-1].cpu:.2f} CPU s", file=sys.stderr, flush=True)
                    except RuntimeError as error:
                        why[name, shape, size] = str(error).strip().splitlines()[-1]
                        print(why[name, shape, size], file=sys.stderr, flush=True)
    return found


def _one(name: str, shape: str, size: int, peers: dict[str, Path]) -> Usage:
    place = FOLDER / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    if name == "dtserve":
        package = FOLDER / f"{shape}-{size}.dtsx"
        write_tasks(package, size, shape, place / "log.txt")
        used = measure([sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E"])
        lines = (place / "log.txt").read_text("utf-16").count(",Light,")
        if lines < size * 6:
            raise RuntimeError(f"the log has {lines} lines of the package")
        return used
    program = Path(__file__).parent / "support" / "light_tasks_peers.py"
    command = [shutil.which("timeout") or "timeout", str(LIMIT_SECONDS), str(peers[name] / "python"), str(program)]
    return measure([*command, name, shape, str(size), str(place)])


def _ended(name: str, shape: str, size: int) -> str:
    """Why there is no figure."""
    reason = why.get((name, shape, size), "")
    return f"not within {LIMIT_SECONDS} s" if "ended with 124" in reason else reason.replace("|", "/")[:80]


def _middle(used: list[Usage], what: str) -> float:
    return float(sorted(getattr(each, what) for each in used)[len(used) // 2])


def _table(found: Runs, size: int, peers: dict[str, Path]) -> str:
    lines = [
        f"| {size:,} tasks | wall s (min–max) | CPU s | peak MB | wall / dtserve | CPU / dtserve |",
        "|---|---|---|---|---|---|",
    ]
    for shape in SHAPES:
        own = found["dtserve", shape, size]
        for name in ("dtserve", *peers):
            used = found[name, shape, size]
            if not used:
                lines.append(f"| {PEERS.get(name, name)}, {shape} | {_ended(name, shape, size)} | | | | |")
                continue
            wall, cpu = _middle(used, "wall"), _middle(used, "cpu")
            lines.append(
                f"| {PEERS.get(name, name)}, {shape} | {wall:.2f} ({min(each.wall for each in used):.2f}–"
                f"{max(each.wall for each in used):.2f}) | {cpu:.2f} | {_middle(used, 'memory') / 2**20:.0f} "
                f"| {wall / _middle(own, 'wall'):.1f} | {cpu / _middle(own, 'cpu'):.1f} |"
            )
    return "\n".join(lines)


def _per_task(found: Runs, sizes: list[int], peers: dict[str, Path]) -> str:
    """Milliseconds that one task more costs, starting left out: the least of the rounds."""
    small, large = min(sizes), max(sizes)
    lines = ["| ms for each task | CPU, chain | CPU, fan-out | wall, chain | wall, fan-out |", "|---|---|---|---|---|"]
    for name in ("dtserve", *peers):
        cells = []
        for what, shape in itertools.product(("cpu", "wall"), SHAPES):
            more, less = found[name, shape, large], found[name, shape, small]
            each = (_least(more, what) - _least(less, what)) / (large - small) if more and less else None
            cells.append("–" if each is None else f"{1000 * each:.2f}")
        lines.append(f"| {PEERS.get(name, name)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _least(used: list[Usage], what: str) -> float:
    return float(min(getattr(each, what) for each in used))


def _loops(iterations: int) -> str:
    lines = ["| For Loop | wall s | CPU s | peak MB | CPU µs for each iteration |", "|---|---|---|---|---|"]
    for with_task, label in ((False, "empty"), (True, "with an Expression Task")):
        for count in (iterations // 10, iterations):
            package = FOLDER / "loop.dtsx"
            write_loop(package, count, with_task=with_task)
            used = measure([sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E"])
            print(f"  loop {label} {count}: {used.wall:.2f} s", file=sys.stderr, flush=True)
            lines.append(
                f"| {count:,} iterations, {label} | {used.wall:.1f} | {used.cpu:.1f} | {used.memory / 2**20:.1f} "
                f"| {used.cpu * 1e6 / count:.1f} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
