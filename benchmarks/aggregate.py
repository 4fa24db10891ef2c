"""Aggregate with 100,000 groups: counts, exact sums and averages, extremes, distinct values.

python benchmarks/aggregate.py [--rows N] [--rounds N] [--only NAME …]
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from support.measure import DATA, fingerprint, table
from support.sides import DTSERVE, arguments, as_side, dtexec, run_sides

GROUPS = 100_000


def with_polars(source: Path, out: Path) -> None:
    import polars as pl

    schema = {"customer": pl.String, "product": pl.Int32, "quantity": pl.Int32, "amount": pl.Decimal(18, 2)}
    rows = pl.read_csv(source / "rows.csv", schema=schema)
    amount = pl.col("amount").cast(pl.Decimal(38, 2))
    mean = (amount.sum().cast(pl.Decimal(38, 6)) / pl.len()).round(2, mode="half_away_from_zero")
    rows.group_by("customer").agg(
        pl.len().alias("n"),
        amount.sum().alias("s"),
        mean.cast(pl.Decimal(38, 2)).alias("m"),
        pl.col("quantity").min().alias("low"),
        pl.col("quantity").max().alias("high"),
        pl.col("product").n_unique().alias("d"),
    ).write_csv(out / "groups.txt", separator="|", include_header=False)


def with_duckdb(source: Path, out: Path) -> None:
    import duckdb

    columns = "{'customer': 'VARCHAR', 'product': 'INTEGER', 'quantity': 'INTEGER', 'amount': 'DECIMAL(18,2)'}"
    duckdb.connect().execute(
        "copy (select customer, count(*), sum(amount), (((sum(amount) * 100)::hugeint * 2 + count(*)) // (2 * count(*)))"
        "::bigint::decimal(18,0) * 0.01::decimal(3,2), min(quantity), max(quantity), count(distinct product) from "
        f"read_csv('{source}/rows.csv', header = true, columns = {columns}) group by customer) to '{out}/groups.txt' "
        "(format csv, header false, delimiter '|')"
    )


def with_pandas(source: Path, out: Path) -> None:
    import pandas as pd

    rows = pd.read_csv(source / "rows.csv")
    found = rows.groupby("customer").agg(
        n=("amount", "size"), s=("amount", "sum"), m=("amount", "mean"), low=("quantity", "min"),
        high=("quantity", "max"), d=("product", "nunique"),
    )  # fmt: skip
    found.round(2).to_csv(out / "groups.txt", sep="|", header=False, float_format="%.2f")


def with_csv(source: Path, out: Path) -> None:
    import csv

    groups: dict[str, list] = {}
    with (source / "rows.csv").open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for customer, product, quantity, amount in rows:
            count, value = int(quantity), Decimal(amount)
            found = groups.get(customer)
            if found is None:
                groups[customer] = [1, value, count, count, {product}]
                continue
            found[0] += 1
            found[1] += value
            found[2] = min(found[2], count)
            found[3] = max(found[3], count)
            found[4].add(product)
    with (out / "groups.txt").open("w") as file:
        for customer, (n, total, low, high, products) in groups.items():
            mean = (total / n).quantize(Decimal("0.01"), ROUND_HALF_UP)
            file.write(f"{customer}|{n}|{total}|{mean}|{low}|{high}|{len(products)}\n")


def with_miller(source: Path, out: Path) -> None:
    import subprocess

    each = ["count", "sum", "mean", "min", "max", "distinct_count"]
    fields = ["amount", "quantity", "product"]
    command = ["mlr", "--icsv", "--ocsv", "--ofs", "|", "--headerless-csv-output", "stats1"]
    command += ["-a", ",".join(each), "-f", ",".join(fields), "-g", "customer", "then", "cut", "-o", "-f"]
    command.append("customer,amount_count,amount_sum,amount_mean,quantity_min,quantity_max,product_distinct_count")
    with (out / "groups.txt").open("w") as file:
        subprocess.run([*command, str(source / "rows.csv")], stdout=file, check=True)


PEERS = {"Polars": with_polars, "DuckDB": with_duckdb, "pandas": with_pandas, "csv": with_csv, "Miller": with_miller}


def main() -> None:
    options = arguments(__doc__, PEERS, rows=3_000_000, count=3)
    source = prepare(options.rows)
    slow = {"pandas": 2, "csv": 1, "Miller": 1}
    figures = run_sides(__file__, source, command, options.only, options.rounds, most=slow, compare=compare)
    versions = fingerprint(["polars", "duckdb", "pandas", "numpy", "pyarrow"])
    print(
        f"## Aggregate\n\n{options.rows:,} rows, {GROUPS:,} groups: source, aggregate (count, sum, average, minimum, "
        f"maximum, count distinct), file. Median of {options.rounds} rounds (csv and Miller: 1), outputs compared; "
        f"pandas and Miller add floats.\n\n{table(figures, DTSERVE)}\n\n{versions}"
    )


def prepare(rows: int) -> Path:
    """The rows as CSV."""
    import numpy as np
    import polars as pl

    folder = DATA / f"aggregate-input-{rows}"
    if (folder / "done").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(5)
    with (folder / "rows.csv").open("wb") as file:
        for start in range(0, rows, 500_000):
            count = min(500_000, rows - start)
            cents = pl.Series(random.integers(1, 10**6, count))
            frame = pl.DataFrame(
                {
                    "customer": "C" + pl.Series(random.integers(0, GROUPS, count)).cast(pl.String).str.zfill(7),
                    "product": random.integers(1, 500, count),
                    "quantity": random.integers(1, 100, count),
                    "amount": pl.DataFrame({"c": cents}).select(
                        (pl.col("c") // 100).cast(pl.String) + "." + (pl.col("c") % 100).cast(pl.String).str.zfill(2)
                    )["c"],
                }
            )
            frame.write_csv(file, include_header=start == 0)
    (folder / "done").touch()
    return folder


def command(source: Path, out: Path) -> list[str]:
    """The package, and how it is run."""
    from support.packages import i4, i8, numeric, string
    from support.pipelines import (
        AVERAGE,
        COUNT_ALL,
        COUNT_DISTINCT,
        GROUP_BY,
        MAXIMUM,
        MINIMUM,
        SUM,
        Pipeline,
    )

    flow = Pipeline()
    columns = [string("customer", 12), i4("product"), i4("quantity"), numeric("amount", 18, 2)]
    rows, _ = flow.flat_file_source("Source", source / "rows.csv", columns, row="\n", qualifier="")
    made = {
        string("customer", 12): (GROUP_BY, "customer"), i8("n"): (COUNT_ALL, ""),
        numeric("s", 38, 2): (SUM, "amount"), numeric("m", 38, 2): (AVERAGE, "amount"),
        i4("low"): (MINIMUM, "quantity"), i4("high"): (MAXIMUM, "quantity"), i8("d"): (COUNT_DISTINCT, "product"),
    }  # fmt: skip
    groups = flow.aggregate("Groups", rows, made)
    flow.flat_file_destination("groups", groups, out / "groups.txt", [column.name for column in made])
    flow.write(out / "aggregate.dtsx")
    return dtexec(out / "aggregate.dtsx")


def compare(right: Path, other: Path, name: str) -> None:
    """The same groups; sums and averages of floats to a cent in a million."""
    found = [read(folder / "groups.txt") for folder in (right, other)]
    if found[0].keys() != found[1].keys():
        raise SystemExit(f"{name} wrote other groups than dtserve")
    for key, values in found[0].items():
        for at, (a, b) in enumerate(zip(values, found[1][key], strict=True)):
            same = a == b if name not in ("pandas", "Miller") or at not in (1, 2) else abs(a - b) <= Decimal("0.011")
            if not same:
                raise SystemExit(f"{name} wrote {b} for {key}, dtserve {a}")


def read(path: Path) -> dict[str, list[Decimal]]:
    """Group → numbers."""
    with path.open() as file:
        return {key: [Decimal(n) for n in rest] for key, *rest in (line.rstrip("\n").split("|") for line in file)}


if __name__ == "__main__":
    as_side(PEERS)
    main()
