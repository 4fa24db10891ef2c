"""A data flow over a flat file, beside the same job in Polars, DuckDB, pandas and csv.

5,000,000 orders of 12 columns (about 560 MB, ``--rows`` for other sizes) go from a Flat
File Source over Derived Column and Conditional Split into three Flat File Destinations,
rows with errors into a fourth: a real package, run by ``dtexec``. Every side runs in its
own process, in turns; what they write is compared. Then memory with four times the rows.

    python benchmarks/flat_file.py [--rows N] [--rounds N] [--only NAME …]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from support.measure import DATA, Figures, fingerprint, measure, rounds, table
from support.orders import write_orders
from support.orders_package import OUTPUTS, write_package
from support.orders_peers import PEERS

DTSERVE = "dtserve"
SLOW = {"pandas": 1, "csv": 1}
NUMBERS = {3: pl.Int32, 4: pl.Decimal(18, 4), 5: pl.Decimal(18, 4), 7: pl.Int32}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(PEERS), help="the sides beside dtserve")
    parser.add_argument("--no-memory", action="store_true", help="leave out the run with four times the rows")
    options = parser.parse_args()

    source = DATA / f"orders-{options.rows}.csv"
    write_orders(source, options.rows)
    os.sync()
    folders = {name: DATA / f"out-{number}" for number, name in enumerate([DTSERVE, *options.only])}
    commands = {name: command(name, source, folder) for name, folder in folders.items()}

    def check(name: str) -> None:
        if name != DTSERVE:
            compare(folders[DTSERVE], folders[name], name)

    figures = rounds(commands, options.rounds, most=SLOW, after=check)
    print(report(options.rows, source, options.rounds, figures))
    if not options.no_memory:
        print(memory(options.rows * 4, figures))
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)


def command(name: str, source: Path, folder: Path) -> Sequence[str]:
    """How a side is started; its output folder is made empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if name == DTSERVE:
        package = folder / "orders.dtsx"
        write_package(package, source, folder)
        return [sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E"]
    return [sys.executable, str(Path(__file__).parent / "support/orders_peers.py"), name, str(source), str(folder)]


def compare(right: Path, other: Path, name: str) -> None:
    """Raise unless a side wrote the same rows: the parts value by value in order, the errors by their orders."""
    for part in OUTPUTS:
        frames = [read(folder / f"{part}.txt", 3 if part == "errors" else 11) for folder in (right, other)]
        if part == "errors":
            frames = [frame.select(pl.col("0").str.split(",").list.first().cast(pl.Int64).sort()) for frame in frames]
        else:
            frames = [
                frame.with_columns(pl.col(str(at)).cast(kind) for at, kind in NUMBERS.items()) for frame in frames
            ]
        if not frames[0].equals(frames[1]):
            raise SystemExit(f"{name} wrote other rows into {part} than dtserve")


def read(path: Path, width: int) -> pl.DataFrame:
    """A file of ``|`` separated texts."""
    names = dict.fromkeys(map(str, range(width)), pl.String)
    return pl.read_csv(path, has_header=False, schema=names, separator="|", quote_char=None, missing_columns="insert")


def report(rows: int, source: Path, count: int, figures: Sequence[Figures]) -> str:
    """The section of RESULTS.md."""
    size = source.stat().st_size / 2**20
    versions = fingerprint(["polars", "duckdb", "pandas", "numpy", "pyarrow"])
    return (
        f"## Flat file to flat files\n\n{rows:,} orders, 12 columns, {size:.0f} MB; source, derived columns, split, "
        f"three destinations, errors redirected. Median of {count} rounds (pandas and csv: 1), each side in its own "
        f"process, all outputs compared.\n\n{table(figures, DTSERVE)}\n\n{versions}\n"
    )


def memory(rows: int, figures: Sequence[Figures]) -> str:
    """Peak memory with four times the rows."""
    source = DATA / f"orders-{rows}.csv"
    write_orders(source, rows)
    lines = [f"\nPeak memory with {rows:,} orders:\n", "| | 1 × MB | 4 × MB | 4 × wall s |", "|---|---|---|---|"]
    for each in figures:
        if each.name in (DTSERVE, "DuckDB", "DuckDB, one statement"):
            folder = DATA / "out-memory"
            line = command(each.name, source, folder)
            os.sync()  # what was written before must not slow down the next one
            used = measure(line)
            shutil.rmtree(folder)
            before, after = each.memory / 2**20, used.memory / 2**20
            lines.append(f"| {each.name} | {before:.0f} | {after:.0f} | {used.wall:.1f} |")
    source.unlink()
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
