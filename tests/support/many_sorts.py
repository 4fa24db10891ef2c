"""A process with some sorts at once: ``python many_sorts.py SORTS ROWS MEMORY`` prints the most memory it had, in bytes.

Each sort has a source of its own with ROWS rows of about 60 bytes, which are counted behind it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as FilePath

if __name__ == "__main__":
    sys.path.insert(0, str(FilePath(__file__).parent.parent))

BUFFER = 16_384


def main(sorts: int, rows: int, memory: int) -> int:
    """Run the sorts; the peak resident set in bytes."""
    from dtserve.dataflow.memory import hold_pages

    hold_pages(memory)
    import pyarrow.ipc  # noqa: F401  (a sort that goes to disk has it, too)

    from dtserve.dataflow import engine
    from support.flows import I4, I8, RecordingHost, flow, source, wstr

    types = {"n": I8, "at": I8, "t": wstr(20)}
    parts, paths = [], []
    with tempfile.TemporaryDirectory() as folder:
        host = RecordingHost(FilePath(folder), memory_limit=memory)
        for number in range(sorts):
            name = f"S{number}"
            parts += [source(f"Src{number}", types), *_sort_and_count(name, f"Src{number}", types)]
            paths += [(f"Src{number}.Out", f"{name}.In"), (f"{name}.Out", f"{name}n.In")]
            host.variables[f"User::{name}"] = (I4, 0)
            host.frames[f"Src{number}"] = _frames(number, rows)
        engine.run_data_flow(flow(*parts, paths=paths), host)
        assert {value for _, value in host.variables.values()} == {rows}
    return _peak()


def _peak() -> int:
    """The most memory of this program: the kernel's account of resources begins with that of the process that started it."""
    lines = FilePath("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


def _sort_and_count(name: str, before: str, types: dict) -> list:
    from dtserve.package.model import Column, Component, Input, Output
    from support.flows import props, transform, used

    columns = [
        Column(f"{name}.{c}", f"{name}.{c}", c, spec, properties=props({"SortColumnId": f"#{{{before}.{c}}}"}))
        for c, spec in types.items()
    ]
    inputs = [
        used(f"{before}.{c}", spec, properties=props({"NewSortKeyPosition": int(c == "n")}))
        for c, spec in types.items()
    ]
    sort = Component(
        name, name, "test", "Sort",
        inputs=(Input(f"{name}.In", "In", tuple(inputs)),), outputs=(Output(f"{name}.Out", "Out", tuple(columns)),),
    )  # fmt: skip
    count = transform("RowCount", f"{name}n", "Out", VariableName=f"User::{name}")
    counted = tuple(used(c.lineage_id, c.type) for c in columns)
    return [sort, replace(count, inputs=(replace(count.inputs[0], columns=counted, has_side_effects=True),))]


def _frames(seed: int, rows: int) -> Iterator:
    import numpy as np
    import polars as pl

    random = np.random.default_rng(seed)
    for at in range(0, rows, BUFFER):
        count = min(BUFFER, rows - at)
        frame = pl.DataFrame({"n": random.integers(0, 2**40, count)})
        yield frame.with_columns(pl.int_range(at, at + count).alias("at"), pl.format("text {}", "n").alias("t"))


if __name__ == "__main__":
    sys.stdout.write(f"{main(*map(int, sys.argv[1:4]))}\n")
