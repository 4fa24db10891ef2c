"""What the control flow costs: many light tasks, beside Luigi, Prefect and Dagster, and a loop of a million iterations.

The peers are installed into virtual environments under ``benchmarks/data`` on first use; where
that is not possible their lines are left out. The measurement is made of parts of about a minute,
each with dtserve and peers in turns; every part says when it was measured.

    python benchmarks/control_flow.py                     all parts, one after the other, and the section
    python benchmarks/control_flow.py --parts             their names
    python benchmarks/control_flow.py --part 40 [--part …]   these parts, added to what is known; the section of all
    python benchmarks/control_flow.py --write             RESULTS.md with the section of what is known
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from support.environments import installed, version_in
from support.light_tasks import SHAPES, write_loop, write_tasks
from support.measure import DATA, Usage, fingerprint, measure
from support.results import main as write_results

PEERS = {"luigi": "Luigi", "prefect": "Prefect", "dagster": "Dagster"}
NEEDS = {"prefect": ["fastapi==0.139.*"]}
"""What a peer needs beside itself: Prefect 3.8 does not start with the FastAPI that it installs today."""
FOLDER = DATA / "control_flow"
KNOWN = FOLDER / "runs.json"
SIZES = (40, 400, 4000)
LARGE = 1000
"""From so many tasks on a part has one shape and one peer."""
LIMIT_SECONDS = 55
"""A run that takes longer is ended and has no figure."""
ITERATIONS = 1_000_000
LOOPS = {"loop": "empty", "loop-task": "with an Expression Task"}


@dataclass(frozen=True)
class Run:
    """One measured run, or why there is no figure."""

    part: str
    name: str
    shape: str
    size: int
    when: str
    wall: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    failed: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1, help="of each part")
    parser.add_argument("--part", action="append", choices=parts(), help="only this one, beside what is known")
    parser.add_argument("--parts", action="store_true", help="name the parts")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md, after the parts that are named")
    options = parser.parse_args()
    if options.parts:
        print("\n".join(parts()))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    chosen = options.part or ([] if options.write else parts())
    known = _known() if options.part or options.write else []
    for _ in range(options.rounds):
        for part in chosen:
            known += _measured(part)
            KNOWN.write_text(json.dumps([asdict(run) for run in known], indent=1), encoding="utf-8")
    text = section(known)
    if options.write:
        last = max(run.when for run in known)[:10]
        written = f"{text}\n\nCommand: `scripts/bench control_flow`, {last}.\n"
        (DATA / "control_flow.md").write_text(written, encoding="utf-8")
        write_results(["control_flow"])
    else:
        print(text)


def parts() -> list[str]:
    """The names of the parts: the loops, a small size with both shapes and all peers, a large one with one of each."""
    small = [str(size) for size in SIZES if size < LARGE]
    large = [
        f"{size}-{shape}-{peer}" for size in SIZES if size >= LARGE for shape, peer in itertools.product(SHAPES, PEERS)
    ]
    return [*LOOPS, *small, *large]


def _known() -> list[Run]:
    rows: list[dict[str, Any]] = json.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else []
    return [Run(**row) for row in rows]


def _measured(part: str) -> list[Run]:
    """Run a part; dtserve comes before each peer."""
    if part in LOOPS:
        return [_loop(part, count) for count in (ITERATIONS // 10, ITERATIONS)]
    size, _, rest = part.partition("-")
    shape, peer = next(((s, rest.removeprefix(f"{s}-")) for s in SHAPES if rest.startswith(s)), ("", ""))
    found = []
    for each in [shape] if shape else SHAPES:
        for name in [peer] if peer else PEERS:
            scripts = installed(name, NEEDS.get(name, ()))
            if scripts is not None:
                found += [_one(part, "dtserve", each, int(size), None), _one(part, name, each, int(size), scripts)]
    return found


def _one(part: str, name: str, shape: str, size: int, scripts: Path | None) -> Run:
    place = FOLDER / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    if scripts is None:
        package = FOLDER / f"{shape}-{size}.dtsx"
        write_tasks(package, size, shape, place / "log.txt")
        command = [sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E"]
    else:
        program = Path(__file__).parent / "support" / "light_tasks_peers.py"
        limit = [shutil.which("timeout") or "timeout", str(LIMIT_SECONDS)]
        command = [*limit, str(scripts / "python"), str(program), name, shape, str(size), str(place)]
    run = _timed(part, name, shape, size, command)
    if scripts is None and (place / "log.txt").read_text("utf-16").count(",Light,") < size * 6:
        raise RuntimeError("the log is not complete")
    return run


def _loop(part: str, count: int) -> Run:
    package = FOLDER / "loop.dtsx"
    write_loop(package, count, with_task=part == "loop-task")
    command = [sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E"]
    return _timed(part, "loop", LOOPS[part], count, command)


def _timed(part: str, name: str, shape: str, size: int, command: list[str]) -> Run:
    print(f"  {name} {shape} {size}: ", file=sys.stderr, end="", flush=True)
    when = f"{datetime.now():%Y-%m-%d %H:%M}"
    try:
        used: Usage = measure(command)
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        reason = f"not within {LIMIT_SECONDS} s" if "ended with 124" in last else last.replace("|", "/")[:80]
        print(reason, file=sys.stderr, flush=True)
        return Run(part, name, shape, size, when, failed=reason)
    print(f"{used.wall:.2f} s, {used.cpu:.2f} CPU s", file=sys.stderr, flush=True)
    return Run(part, name, shape, size, when, used.wall, used.cpu, used.memory)


# --- the section ---------------------------------------------------------------------------


def section(known: list[Run]) -> str:
    """The section of RESULTS.md: what is known, and when each part was measured."""
    texts = ["## Control flow: many light tasks"]
    loops = [run for run in known if run.part in LOOPS]
    if loops:
        texts.append(_loops(loops))
    texts.append(
        "Each task sets a variable (the peers': appends to a list); every event and record on, dtserve's in a text log of "
        "six events for each task. Medians; dtserve runs before each peer and is compared with the peers of its own part."
    )
    sizes = sorted({run.size for run in known if run.part not in LOOPS})
    texts += [_table(known, size) for size in sizes]
    if len(sizes) > 1:
        texts.append(_per_task(known, sizes))
    times: dict[str, list[str]] = {}
    for run in known:
        times.setdefault(run.part, []).append(run.when)
    told = "; ".join(
        f"{part} {min(when)}" + (f" to {max(when)[11:]}" if min(when) != max(when) else "")
        for part, when in times.items()
    )
    names = [name for name in PEERS if any(run.name == name for run in known)]
    versions = ", ".join(
        f"{PEERS[name]} {version_in(scripts, name)}" for name in names if (scripts := installed(name)) is not None
    )
    texts += [f"Parts: {told}.", f"{fingerprint(['lxml'])} {versions}."]
    return "\n\n".join(texts)


def _loops(runs: list[Run]) -> str:
    lines = ["| For Loop | wall s | CPU s | peak MB | CPU µs for each iteration |", "|---|---|---|---|---|"]
    for label, count in dict.fromkeys((run.shape, run.size) for run in runs):
        same = [run for run in runs if (run.shape, run.size) == (label, count)]
        wall, cpu, memory = (_middle(same, what) for what in ("wall", "cpu", "memory"))
        lines.append(
            f"| {count:,} iterations, {label} | {wall:.1f} | {cpu:.1f} | {memory / 2**20:.1f} | {cpu * 1e6 / count:.1f} |"
        )
    return "\n".join(lines)


def _table(known: list[Run], size: int) -> str:
    lines = [
        f"| {size:,} tasks | wall s (min–max) | CPU s | peak MB | wall / dtserve | CPU / dtserve | runs |",
        "|---|---|---|---|---|---|---|",
    ]
    for shape in SHAPES:
        cell = [run for run in known if (run.shape, run.size) == (shape, size)]
        for name in ("dtserve", *PEERS):
            used = [run for run in cell if run.name == name and not run.failed]
            label = f"| {PEERS.get(name, name)}, {shape} |"
            if not used:
                reason = next((run.failed for run in cell if run.name == name), "")
                lines += [f"{label} {reason} | | | | | |"] if reason else []
                continue
            places = {run.part for run in used}
            own = [run for run in cell if run.name == "dtserve" and run.part in places]
            wall, cpu = _middle(used, "wall"), _middle(used, "cpu")
            lines.append(
                f"{label} {wall:.2f} ({min(run.wall for run in used):.2f}–{max(run.wall for run in used):.2f}) "
                f"| {cpu:.2f} | {_middle(used, 'memory') / 2**20:.0f} | {wall / _middle(own, 'wall'):.1f} "
                f"| {cpu / _middle(own, 'cpu'):.1f} | {len(used)} |"
            )
    return "\n".join(lines)


def _per_task(known: list[Run], sizes: list[int]) -> str:
    """Milliseconds that one task more costs, starting left out: the least of the runs."""
    small, large = min(sizes), max(sizes)
    lines = ["| ms for each task | CPU, chain | CPU, fan-out | wall, chain | wall, fan-out |", "|---|---|---|---|---|"]
    for name in ("dtserve", *PEERS):
        cells = []
        for what, shape in itertools.product(("cpu", "wall"), SHAPES):
            least = [
                min(
                    (getattr(r, what) for r in known if (r.name, r.shape, r.size, r.failed) == (name, shape, size, "")),
                    default=None,
                )
                for size in (large, small)
            ]
            whole = least[0] is not None and least[1] is not None
            cells.append(f"{1000 * (least[0] - least[1]) / (large - small):.2f}" if whole else "–")
        lines.append(f"| {PEERS.get(name, name)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _middle(used: list[Run], what: str) -> float:
    return float(sorted(getattr(run, what) for run in used)[len(used) // 2])


if __name__ == "__main__":
    main()
