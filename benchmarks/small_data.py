"""Small data: 1,000 rows, the whole process, and when the first row has been written.

python benchmarks/small_data.py [--rows N] [--rounds N] [--only NAME …]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from support.measure import DATA, environment, fingerprint, table
from support.sides import DTSERVE, arguments, as_side, dtexec, run_sides

SOURCE = "rows.csv"
NET = "amount * quantity"


def with_polars(source: Path, out: Path) -> None:
    import polars as pl

    schema = {"id": pl.Int32, "name": pl.String, "quantity": pl.Int32, "amount": pl.Decimal(10, 2)}
    rows = pl.read_csv(source / SOURCE, schema=schema)
    net = (pl.col("amount") * pl.col("quantity").cast(pl.Decimal(18, 2))).cast(pl.Decimal(18, 2)).alias("net")
    rows.select("id", pl.col("name").str.to_uppercase(), "quantity", net).write_csv(
        out / "rows.txt", separator="|", include_header=False
    )


def with_duckdb(source: Path, out: Path) -> None:
    import duckdb

    columns = "{'id': 'INTEGER', 'name': 'VARCHAR', 'quantity': 'INTEGER', 'amount': 'DECIMAL(10,2)'}"
    duckdb.connect().execute(
        f"copy (select id, upper(name), quantity, ({NET})::decimal(18,2) from read_csv('{source}/{SOURCE}', header = true, "
        f"columns = {columns})) to '{out}/rows.txt' (format csv, header false, delimiter '|')"
    )


def with_pandas(source: Path, out: Path) -> None:
    import pandas as pd

    rows = pd.read_csv(source / SOURCE)
    rows["name"] = rows["name"].str.upper()
    rows["net"] = rows["amount"] * rows["quantity"]
    rows[["id", "name", "quantity", "net"]].to_csv(
        out / "rows.txt", sep="|", header=False, index=False, float_format="%.2f"
    )


def with_csv(source: Path, out: Path) -> None:
    import csv
    from decimal import Decimal

    with (source / SOURCE).open(newline="") as file, (out / "rows.txt").open("w") as target:
        rows = csv.reader(file)
        next(rows)
        for number, name, quantity, amount in rows:
            target.write(f"{number}|{name.upper()}|{quantity}|{Decimal(amount) * int(quantity)}\n")


def with_petl(source: Path, out: Path) -> None:
    from decimal import Decimal

    import petl

    rows = petl.convert(petl.fromcsv(str(source / SOURCE)), "name", str.upper)
    rows = petl.addfield(rows, "net", lambda row: Decimal(row["amount"]) * int(row["quantity"]))
    rows = petl.cut(rows, "id", "name", "quantity", "net")
    petl.tocsv(rows, str(out / "rows.txt"), write_header=False, delimiter="|", lineterminator="\n")


def with_miller(source: Path, out: Path) -> None:
    put = '$name = toupper($name); $net = fmtnum($amount * $quantity, "%.2f")'
    command = [
        "mlr",
        "--icsv",
        "--ocsv",
        "--ofs",
        "|",
        "--headerless-csv-output",
        "put",
        put,
        "then",
        "cut",
        "-x",
        "-f",
    ]
    with (out / "rows.txt").open("w") as file:
        subprocess.run([*command, "amount", str(source / SOURCE)], stdout=file, check=True)


PEERS = {
    "Polars": with_polars, "DuckDB": with_duckdb, "pandas": with_pandas, "csv": with_csv, "petl": with_petl,
    "Miller": with_miller,
}  # fmt: skip


def main() -> None:
    options = arguments(__doc__, PEERS, rows=1000, count=9)
    source = prepare(options.rows)
    figures = run_sides(__file__, source, command, options.only, options.rounds, compare=compare)
    first = {name: first_row(name, source, options.rounds) for name in (DTSERVE, *options.only)}
    lines = ["| | first row s |", "|---|---|", *(f"| {name} | {seconds:.3f} |" for name, seconds in first.items())]
    print(
        f"## Small data\n\n{options.rows:,} rows: file, derived columns, file; the whole process from its start. Median of "
        f"{options.rounds} rounds, outputs compared.\n\n{table(figures, DTSERVE)}\n\nUntil the first row stands in the "
        "file, median:\n\n" + "\n".join(lines) + f"\n\n{fingerprint(['polars', 'duckdb', 'pandas', 'petl'])}"
    )


def first_row(name: str, source: Path, count: int) -> float:
    """Seconds from the start of the process until the output has a byte."""
    out = DATA / "small-first"
    out.mkdir(exist_ok=True)
    target = out / "rows.txt"
    words = (
        command(source, out) if name == DTSERVE else [sys.executable, __file__, "--side", name, str(source), str(out)]
    )
    found = []
    for _ in range(count):
        target.unlink(missing_ok=True)
        started = time.perf_counter()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environment())
        while process.poll() is None and not (os.path.exists(target) and os.path.getsize(target)):
            time.sleep(0.0005)
        found.append(time.perf_counter() - started)
        process.wait()
    return statistics.median(found)


def prepare(rows: int) -> Path:
    """The rows as CSV."""
    folder = DATA / f"small-input-{rows}"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{at},name number {at % 97},{at % 9 + 1},{at % 1000 + 1}.{at % 90 + 10}\n" for at in range(rows)]
    (folder / SOURCE).write_text("id,name,quantity,amount\n" + "".join(lines))
    return folder


def command(source: Path, out: Path) -> list[str]:
    """The package, and how it is run."""
    from support.packages import i4, numeric, string
    from support.pipelines import Pipeline

    flow = Pipeline()
    columns = [i4("id"), string("name", 30), i4("quantity"), numeric("amount", 10, 2)]
    rows, _ = flow.flat_file_source("Source", source / SOURCE, columns, row="\n", qualifier="")
    made = {
        string("upper", 30): "(DT_STR,30,65001)UPPER([name])",
        numeric("net", 18, 2): "(DT_NUMERIC,18,2)([amount] * [quantity])",
    }
    rows, _ = flow.derived_column("Derive", rows, made)
    flow.flat_file_destination("rows", rows, out / "rows.txt", ["id", "upper", "quantity", "net"])
    flow.write(out / "small.dtsx")
    return dtexec(out / "small.dtsx")


def compare(right: Path, other: Path, name: str) -> None:
    """The same bytes."""
    if (right / "rows.txt").read_bytes() != (other / "rows.txt").read_bytes():
        raise SystemExit(f"{name} wrote other rows than dtserve")


if __name__ == "__main__":
    as_side(PEERS)
    main()
