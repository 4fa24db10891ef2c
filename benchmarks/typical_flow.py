"""The typical flow: a file through conversions, expressions and a lookup into an aggregate, a sort and facts.

Flat File Source → Data Conversion → Row Count → Derived Column → Lookup of 200,000 products →
Conditional Split → Aggregate, Sort, facts; rows with errors to files of their own: a real
package, run by ``dtexec``. Every output of every side is compared: with ``csv`` and
``decimal`` as the exact reference on 200,000 rows first, then with dtserve at full size.
pandas counts money in floats, so its numbers are compared with a tolerance. Then
``--large-rows`` rows beside DuckDB, and at last the memory with ``--memory-rows`` rows and a
sort limit of 256 MB.

    python benchmarks/typical_flow.py [--rows N] [--rounds N] [--only NAME …] [--large-rows N] [--memory-rows N]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from support.measure import DATA, Figures, fingerprint, measure, rounds, table
from support.sales import write_products, write_sales
from support.sales_package import FACT, GROUPS, KEPT, OUTPUTS, SORTED, write_package
from support.sales_peers import LIMITED, PEERS

DTSERVE = "dtserve"
SLOW = {"pandas": 1, "csv": 1, "Polars": 2}
CHECKED = 200_000
LIMIT = "1G"
"""``--memory``: a sort may hold a quarter of it, 256 MB."""

WIDTHS = {"fact": len(FACT), "sorted": len(SORTED), "groups": len(GROUPS), "err_source": 1}
NUMBERS = {"fact": (4, 5, 6, 14), "sorted": (1,), "groups": (3, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large-rows", type=int, default=10_000_000, help="0 leaves the larger input out")
    parser.add_argument("--memory-rows", type=int, default=10_000_000, help="0 leaves the memory out")
    parser.add_argument("--only", nargs="*", default=list(PEERS), help="the sides beside dtserve")
    options = parser.parse_args()
    write_products(DATA)

    exact(min(CHECKED, options.rows))
    source = DATA / f"sales-{options.rows}.csv"
    write_sales(source, options.rows)
    folders = {name: DATA / f"typical-{number}" for number, name in enumerate([DTSERVE, *options.only])}
    commands = {name: command(name, source, folder) for name, folder in folders.items()}

    def check(name: str) -> None:
        if name != DTSERVE:
            compare(folders[DTSERVE], folders[name], name)

    figures = rounds(commands, options.rounds, most=SLOW, after=check)
    print(report(options.rows, source, options.rounds, figures))
    if options.large_rows:
        print(large(options.large_rows))
    if options.memory_rows:
        print(memory(options.memory_rows))
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)


def command(name: str, source: Path, folder: Path, *more: str) -> Sequence[str]:
    """How a side is started; its output folder is made empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if name == DTSERVE:
        package = folder / "typical.dtsx"
        write_package(package, source, folder)
        products = f"Products=sqlite:///{DATA / 'products.db'}"
        dtexec = [sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E"]
        return [*dtexec, "--map", products, *more]
    return [
        sys.executable,
        str(Path(__file__).parent / "support/sales_peers.py"),
        name,
        *map(str, (DATA, source, folder)),
    ]


def exact(rows: int) -> None:
    """Compare dtserve with csv and decimal, row by row in order."""
    source = DATA / f"sales-{rows}.csv"
    write_sales(source, rows)
    folders = [DATA / "typical-exact", DATA / "typical-reference"]
    for name, folder in zip((DTSERVE, "csv"), folders, strict=True):
        measure(command(name, source, folder))
    compare(*folders, "csv", ordered=True)
    for folder in folders:
        shutil.rmtree(folder)


def compare(
    right: Path, other: Path, name: str, *, ordered: bool = False, parts: Sequence[str] = tuple(OUTPUTS)
) -> None:
    """Raise unless a side wrote the same rows as dtserve."""
    for part in parts:
        frames = [read(folder, part) for folder in (right, other)]
        if not ordered and part != "sorted":
            frames = [frame.sort(pl.all()) for frame in frames]
        if name != "pandas":
            same = frames[0].equals(frames[1])
        else:  # floats: the same rows, money within a thousandth of itself
            money = [str(at) for at in NUMBERS.get(part, ())]
            keys = [c for c in frames[0].columns if c not in money]
            ordered_frames = [frame.sort(keys) for frame in frames]
            same = ordered_frames[0].select(keys).equals(ordered_frames[1].select(keys)) and all(
                (ordered_frames[0][c].cast(float) - ordered_frames[1][c].cast(float)).abs().max() <= 0.001
                for c in money
            )
        if not same:
            raise SystemExit(f"{name} wrote other rows into {part} than dtserve")


def read(folder: Path, part: str) -> pl.DataFrame:
    """A file of ``|`` separated texts; of rows with errors what the row was."""
    width = WIDTHS.get(part, len(KEPT))
    names = dict.fromkeys(map(str, range(width)), pl.String)
    path = folder / f"{part}.txt"
    if not path.stat().st_size:
        return pl.DataFrame(schema=names)
    frame = pl.read_csv(
        path, has_header=False, schema=names, separator="|", quote_char=None, extra_columns="ignore",
        missing_columns="insert",
    )  # fmt: skip
    if part == "err_source":
        frame = frame.select(pl.col("0").str.split(",").list.first().cast(pl.Int64, strict=False)).drop_nulls()
    casts = [pl.col(str(at)).cast(pl.Decimal(38, 4)) for at in NUMBERS.get(part, ())]
    return frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String))).with_columns(casts)


def report(rows: int, source: Path, count: int, figures: Sequence[Figures]) -> str:
    """The section of RESULTS.md."""
    size = source.stat().st_size / 2**20
    versions = fingerprint(["polars", "duckdb", "pandas", "numpy", "pyarrow"])
    return (
        f"## The typical flow\n\n{rows:,} rows, 12 columns, {size:.0f} MB: source, conversion, count, derived columns, "
        "lookup of 200,000 keys, split, aggregate, sort, facts; four outputs of rows with errors. Median of "
        f"{count} rounds (pandas and csv: 1, Polars: 2), each side in its own process, all outputs compared; csv with "
        "decimal is the exact reference. DuckDB runs the whole flow as one statement, once with the rows in the order "
        f"of the source, as dtserve gives them, once in any order.\n\n{table(figures, DTSERVE)}\n\n{versions}\n"
    )


def large(rows: int) -> str:
    """A larger input, beside DuckDB only; the sorted rows and the groups are compared."""
    source = DATA / f"sales-{rows}.csv"
    write_sales(source, rows)
    folders = {name: DATA / f"typical-large-{number}" for number, name in enumerate((DTSERVE, "DuckDB"))}

    def check(name: str) -> None:
        if name != DTSERVE:
            compare(folders[DTSERVE], folders[name], name, parts=("sorted", "groups"))

    figures = rounds({name: command(name, source, folder) for name, folder in folders.items()}, 2, after=check)
    for folder in folders.values():
        shutil.rmtree(folder)
    return f"\n{rows:,} rows, 2 rounds, sorted rows and groups compared:\n\n{table(figures, DTSERVE)}\n"


def memory(rows: int) -> str:
    """Peak memory of a large input with a limit."""
    lines = [
        f"\nMemory, `--memory {LIMIT}` (256 MB for the sort):\n",
        "| | rows | peak MB | wall s |",
        "|---|---|---|---|",
    ]
    for name, count in ((DTSERVE, rows // 2), (DTSERVE, rows), (LIMITED, rows)):
        source = DATA / f"sales-{count}.csv"
        write_sales(source, count)
        folder = DATA / "typical-memory"
        try:
            used = measure(command(name, source, folder, *(["--memory", LIMIT] if name == DTSERVE else [])))
            lines.append(f"| {name} | {count:,} | {used.memory / 2**20:.0f} | {used.wall:.1f} |")
        except RuntimeError:
            lines.append(f"| {name} | {count:,} | out of memory | |")
        shutil.rmtree(folder)
    for count in (rows // 2, rows):
        (DATA / f"sales-{count}.csv").unlink(missing_ok=True)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
