"""Rows of 200 columns: a file typed, one column derived, and written again.

python benchmarks/wide_rows.py [--rows N] [--rounds N] [--only NAME …]
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

from support.measure import DATA, fingerprint, table
from support.sides import DTSERVE, arguments, as_side, dtexec, run_sides

COLUMNS = [(f"{kind}{number}", kind) for number in range(40) for kind in ("i", "d", "t", "s", "n")]
"""40 whole numbers, 40 dates, 40 texts, 40 short texts, 40 decimals."""

TYPES = {"i": "INTEGER", "d": "DATE", "t": "VARCHAR", "s": "VARCHAR", "n": "DECIMAL(18,2)"}


def with_polars(source: Path, out: Path) -> None:
    import polars as pl

    kinds = {"i": pl.Int32, "d": pl.Date, "t": pl.String, "s": pl.String, "n": pl.Decimal(18, 2)}
    rows = pl.read_csv(source / "rows.csv", schema={name: kinds[kind] for name, kind in COLUMNS})
    rows = rows.with_columns((pl.col("n0") * 2 + pl.col("n1")).cast(pl.Decimal(18, 2)).alias("made"))
    rows.write_csv(out / "rows.txt", separator="|", include_header=False, quote_style="never")


def with_duckdb(source: Path, out: Path) -> None:
    import duckdb

    columns = ", ".join(f"'{name}': '{TYPES[kind]}'" for name, kind in COLUMNS)
    duckdb.connect().execute(
        f"copy (select *, (n0 * 2 + n1)::decimal(18,2) from read_csv('{source}/rows.csv', header = true, "
        f"columns = {{{columns}}})) to '{out}/rows.txt' (format csv, header false, delimiter '|', quote '', escape '')"
    )


def with_pandas(source: Path, out: Path) -> None:
    """Decimals as floats."""
    import pandas as pd

    kinds = {"i": "int32", "t": "str", "s": "str", "n": "float64"}
    types = {name: kinds[kind] for name, kind in COLUMNS if kind in kinds}
    days = [name for name, kind in COLUMNS if kind == "d"]
    first = True
    for rows in pd.read_csv(source / "rows.csv", dtype=types, parse_dates=days, chunksize=50_000):
        made = rows.assign(made=rows["n0"] * 2 + rows["n1"])
        path = out / "rows.txt"
        made.to_csv(path, sep="|", header=False, index=False, mode="w" if first else "a", float_format="%.2f")
        first = False


def with_csv(source: Path, out: Path) -> None:
    import csv
    import datetime as dt

    types = {"i": int, "d": dt.date.fromisoformat, "t": str, "s": str, "n": Decimal}
    read = [types[kind] for _, kind in COLUMNS]
    first, second = (next(at for at, (name, _) in enumerate(COLUMNS) if name == f"n{n}") for n in (0, 1))
    with (source / "rows.csv").open(newline="") as file, (out / "rows.txt").open("w") as target:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            values = [convert(text) for convert, text in zip(read, row, strict=True)]
            values.append(values[first] * 2 + values[second])
            target.write("|".join(map(str, values)) + "\n")


PEERS = {"Polars": with_polars, "DuckDB": with_duckdb, "pandas": with_pandas, "csv": with_csv}


def main() -> None:
    options = arguments(__doc__, PEERS, rows=200_000, count=3)
    source = prepare(options.rows)
    slow = {"pandas": 1, "csv": 1}
    figures = run_sides(__file__, source, command, options.only, options.rounds, most=slow, compare=compare)
    size = (source / "rows.csv").stat().st_size / 2**20
    print(
        f"## Wide rows\n\n{options.rows:,} rows of {len(COLUMNS)} columns, {size:.0f} MB: typed source, derived column, "
        f"file. Median of {options.rounds} rounds (pandas and csv: 1), outputs compared; pandas has floats.\n\n"
        f"{table(figures, DTSERVE)}\n\n{fingerprint(['polars', 'duckdb', 'pandas', 'numpy', 'pyarrow'])}"
    )


def prepare(rows: int) -> Path:
    """The rows as CSV."""
    import numpy as np
    import polars as pl

    folder = DATA / f"wide-input-{rows}"
    if (folder / "done").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(17)

    def column(kind: str, count: int) -> pl.Series:
        numbers = pl.Series(random.integers(10_000, 20_000, count))
        if kind == "i":
            return numbers
        if kind == "d":
            return numbers.cast(pl.Int32).cast(pl.Date)
        if kind == "n":
            return numbers.cast(pl.String) + "." + (numbers % 90 + 10).cast(pl.String)
        return ("a longer text with number " if kind == "t" else "s") + numbers.cast(pl.String)

    with (folder / "rows.csv").open("wb") as file:
        for start in range(0, rows, 50_000):
            count = min(50_000, rows - start)
            frame = pl.DataFrame([column(kind, count).alias(name) for name, kind in COLUMNS])
            frame.write_csv(file, include_header=start == 0, quote_style="never")
    (folder / "done").touch()
    return folder


def command(source: Path, out: Path) -> list[str]:
    """The package, and how it is run."""
    from support.packages import Col, date, i4, numeric, string
    from support.pipelines import Pipeline

    def col(name: str, kind: str) -> Col:
        if kind in "ts":
            return string(name, 50 if kind == "t" else 10)
        return i4(name) if kind == "i" else date(name) if kind == "d" else numeric(name, 18, 2)

    flow = Pipeline()
    columns = [col(name, kind) for name, kind in COLUMNS]
    rows, _ = flow.flat_file_source("Source", source / "rows.csv", columns, row="\n", qualifier="")
    rows, _ = flow.derived_column("Derive", rows, {numeric("made", 18, 2): "(DT_NUMERIC,18,2)([n0] * 2 + [n1])"})
    flow.flat_file_destination("rows", rows, out / "rows.txt", [*(name for name, _ in COLUMNS), "made"])
    flow.write(out / "wide.dtsx")
    return dtexec(out / "wide.dtsx")


def compare(right: Path, other: Path, name: str) -> None:
    """The same bytes."""
    marks = [hashlib.blake2b((folder / "rows.txt").read_bytes()).digest() for folder in (right, other)]
    if marks[0] != marks[1]:
        raise SystemExit(f"{name} wrote other rows than dtserve")


if __name__ == "__main__":
    as_side(PEERS)
    main()
