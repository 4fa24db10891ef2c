"""The section of the service in RESULTS.md, from the figures of its stages."""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Iterator
from typing import Any

from support.measure import fingerprint
from support.service_peers import PEERS

__all__ = ["report"]

BUSY = 4.0
"""The load from which on it is told: a peer's server alone makes up to this on two processors while it starts."""


def p99(values: list[float]) -> float:
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def report(found: dict[str, Any], options: argparse.Namespace) -> Iterator[str]:
    """The section of RESULTS.md."""

    def line(what: str, values: list[float], target: str, scale: int = 1000, digits: int = 0) -> str:
        middle, high = statistics.median(values) * scale, p99(values) * scale
        return f"| {what} | {middle:.{digits}f} | {high:.{digits}f} | {max(values) * scale:.{digits}f} | {target} |"

    yield f"## Service\n\nThe service on SQLite, its packages in processes of their own; {options.rounds} rounds.\n"
    yield "| | median | p99 | most | target |\n|---|---|---|---|---|"
    yield line("from a start to its first event, s", found["starts"], "0.5", 1, 2)
    yield line("from a stop to the end, s", found["stops"], "2 (p99)", 1, 2)
    for name, values in found["lists"].items():
        yield line(f"list of {name}, {options.past:,} past executions, ms", values, "200")
    for name, values in found["searches"].items():
        yield line(f"{name} of {options.events:,} events of a run, ms", values, "200")
    for stage, what, target in (("steady", "", "250 (p99)"), ("bursts", " in bursts as fast as a package can", "")):
        late, events, seconds = found[stage]
        rate = f"{events / seconds:,.0f} events/s{what}"
        yield line(f"lag of {options.watchers} watchers at {rate}, ms", late, target)
    early, after, each = found["memory"]
    yield (
        f"\n{options.runs:,} runs, four at a time: {each * 1000:.0f} ms each; the service held {early:.0f} MB after "
        f"{options.runs // 10:,} and {after:.0f} MB after all.\n"
    )
    yield from _beside(found, options)
    yield f"\n{fingerprint(['fastapi', 'uvicorn', 'sqlalchemy'])}\n"


def _beside(found: dict[str, Any], options: argparse.Namespace) -> Iterator[str]:
    latest, failed = "the latest 100", "the latest 100 failed"
    own = {"start": found["starts"], "stop": found["stops"], "latest": found["lists"][latest]}
    own["failed"] = found["lists"][failed]
    names = [f"{text}, s" for text in ("start to first sign", "stop to end", f"list of {latest}", f"list of {failed}")]
    yield f"| median, over dtserve's; {options.past:,} past runs | {' | '.join(names)} |\n|---|---|---|---|---|"
    cells = " | ".join(f"{statistics.median(own[name]):.3f}" for name in own)
    yield f"| dtserve | {cells} |"
    notes = []
    for kind in PEERS:
        theirs = found[kind.name.lower()]
        if "why" in theirs:
            notes.append(f"{kind.name}: no figures, {theirs['why']}.")
            continue
        busy = theirs.get("load", 0.0)
        shared = f"; measured on a busy machine (load {busy:.0f})" if busy > BUSY else ""
        notes.append(f"{kind.name} {theirs['version']}: {kind.remark}{shared}.")
        medians = {name: statistics.median(theirs["seconds"][name]) for name in own}
        cells = " | ".join(f"{medians[n]:.3f} ({medians[n] / statistics.median(own[n]):,.0f} ×)" for n in own)
        yield f"| {kind.name} | {cells} |"
    yield "\nOf the others three rounds. " + " ".join(notes)
