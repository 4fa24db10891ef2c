"""Lookup of 100,000 text keys: a file through a full cache into rows with and without a match.

python benchmarks/lookup.py [--rows N] [--rounds N] [--only NAME …]
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from support.measure import DATA, fingerprint, table
from support.sides import DTSERVE, arguments, as_side, dtexec, run_sides

KEYS = 100_000


def with_polars(source: Path, out: Path) -> None:
    import polars as pl

    rows = pl.read_csv(source / "rows.csv", schema={"id": pl.Int32, "key": pl.String, "amount": pl.String})
    keys = pl.read_csv(source / "keys.csv", schema={"key": pl.String, "name": pl.String, "grade": pl.Int32})
    joined = rows.join(keys, on="key", how="left", maintain_order="left")
    match = pl.col("name").is_not_null()
    joined.filter(match).write_csv(out / "match.txt", separator="|", include_header=False)
    joined.filter(~match).select("id", "key", "amount").write_csv(
        out / "missing.txt", separator="|", include_header=False
    )


def with_duckdb(source: Path, out: Path) -> None:
    import duckdb

    columns = "{'id': 'INTEGER', 'key': 'VARCHAR', 'amount': 'VARCHAR'}"
    run = duckdb.connect().execute
    run(
        f"create temp table joined as select r.*, k.name, k.grade from read_csv('{source}/rows.csv', header = true, "
        f"columns = {columns}) r left join read_csv('{source}/keys.csv', header = true, columns = {{'key': 'VARCHAR', "
        "'name': 'VARCHAR', 'grade': 'INTEGER'}) k using (key)"
    )
    form = "(format csv, header false, delimiter '|')"
    run(f"copy (from joined where name is not null) to '{out}/match.txt' {form}")
    run(f"copy (select id, key, amount from joined where name is null) to '{out}/missing.txt' {form}")


def with_pandas(source: Path, out: Path) -> None:
    import pandas as pd

    rows = pd.read_csv(source / "rows.csv", dtype={"key": str, "amount": str})
    joined = rows.merge(pd.read_csv(source / "keys.csv"), on="key", how="left")
    match = joined["name"].notna()
    joined.loc[match].astype({"grade": "int32"}).to_csv(out / "match.txt", sep="|", header=False, index=False)
    joined.loc[~match, ["id", "key", "amount"]].to_csv(out / "missing.txt", sep="|", header=False, index=False)


def with_csv(source: Path, out: Path) -> None:
    import csv

    with (source / "keys.csv").open(newline="") as file:
        keys = {key: f"{name}|{grade}" for key, name, grade in csv.reader(file)}
    with (
        (source / "rows.csv").open(newline="") as file,
        (out / "match.txt").open("w") as match,
        (out / "missing.txt").open("w") as missing,
    ):
        rows = csv.reader(file)
        next(rows)
        for number, key, amount in rows:
            found = keys.get(key)
            if found is None:
                missing.write(f"{number}|{key}|{amount}\n")
            else:
                match.write(f"{number}|{key}|{amount}|{found}\n")


def with_miller(source: Path, out: Path) -> None:
    import subprocess

    join = ["mlr", "--icsv", "--ocsv", "--headerless-csv-output", "--ofs", "|", "join", "-j", "key", "-f"]
    join.append(str(source / "keys.csv"))
    order = ["then", "reorder", "-f", "id,key,amount,name,grade"]
    with (out / "match.txt").open("w") as file:
        subprocess.run([*join, *order, str(source / "rows.csv")], stdout=file, check=True)
    with (out / "missing.txt").open("w") as file:
        subprocess.run([*join, "--np", "--ur", str(source / "rows.csv")], stdout=file, check=True)


def with_petl(source: Path, out: Path) -> None:
    import petl

    rows, keys = petl.fromcsv(str(source / "rows.csv")), petl.fromcsv(str(source / "keys.csv"))
    joined = petl.hashleftjoin(rows, keys, key="key")
    kept = petl.selectnotnone(joined, "name")
    petl.tocsv(kept, str(out / "match.txt"), write_header=False, delimiter="|", lineterminator="\n")
    lost = petl.cut(petl.selectnone(joined, "name"), "id", "key", "amount")
    petl.tocsv(lost, str(out / "missing.txt"), write_header=False, delimiter="|", lineterminator="\n")


PEERS = {
    "Polars": with_polars, "DuckDB": with_duckdb, "pandas": with_pandas, "csv": with_csv, "Miller": with_miller,
    "petl": with_petl,
}  # fmt: skip


def main() -> None:
    options = arguments(__doc__, PEERS, rows=3_000_000, count=3)
    source = prepare(options.rows)
    slow = {"pandas": 2, "csv": 2, "Miller": 1, "petl": 1}
    figures = run_sides(__file__, source, command, options.only, options.rounds, most=slow, compare=compare)
    versions = fingerprint(["polars", "duckdb", "pandas", "petl", "numpy", "pyarrow"])
    print(
        f"## Lookup\n\n{options.rows:,} rows, {KEYS:,} text keys, 2 % without a match: source, full cache, a file of "
        f"matches and one of misses. dtserve reads its reference from SQLite, the others from a file. Median of "
        f"{options.rounds} rounds, outputs compared.\n\n{table(figures, DTSERVE)}\n\n{versions}"
    )


def prepare(rows: int) -> Path:
    """The rows as CSV, the reference as CSV and SQLite."""
    import numpy as np

    folder = DATA / f"lookup-input-{rows}"
    if (folder / "done").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    keys = [(f"KEY-{number * 7919 % 10_000_000:08d}-{number % 97:02d}", number) for number in range(KEYS)]
    named = [(key, f"name of {number}", number % 9) for key, number in keys]
    (folder / "keys.csv").write_text("key,name,grade\n" + "".join(f"{k},{n},{g}\n" for k, n, g in named))
    (folder / "keys.db").unlink(missing_ok=True)
    with sqlite3.connect(folder / "keys.db") as connection:
        connection.execute("create table refs (key varchar(20) not null, name varchar(30), grade int)")
        connection.executemany("insert into refs values (?, ?, ?)", named)
    connection.close()
    random = np.random.default_rng(3)
    texts = np.array([key for key, _ in keys] + [f"NONE-{number:08d}" for number in range(KEYS // 50)])
    with (folder / "rows.csv").open("w") as file:
        file.write("id,key,amount\n")
        for start in range(0, rows, 250_000):
            count = min(250_000, rows - start)
            chosen = texts[random.integers(0, len(texts), count)].tolist()
            cents = random.integers(0, 10**6, count).tolist()
            file.write(
                "".join(
                    f"{start + at},{key},{cent // 100}.{cent % 100:02d}\n"
                    for at, (key, cent) in enumerate(zip(chosen, cents, strict=True))
                )
            )
    (folder / "done").touch()
    return folder


def command(source: Path, out: Path) -> list[str]:
    """The package, and how it is run."""
    from support.packages import i4, string
    from support.pipelines import Pipeline

    flow = Pipeline()
    flow.database("Keys")
    columns = [i4("id"), string("key", 20), string("amount", 12)]
    rows, _ = flow.flat_file_source("Source", source / "rows.csv", columns, row="\n", qualifier="")
    match, missing = flow.lookup(
        "Find", rows, "Keys", "select [key], name, grade from refs", {"key": "key"},
        {string("name", 30): "name", i4("grade"): "grade"},
    )  # fmt: skip
    flow.flat_file_destination("match", match, out / "match.txt", ["id", "key", "amount", "name", "grade"])
    flow.flat_file_destination("missing", missing, out / "missing.txt", ["id", "key", "amount"])
    flow.write(out / "lookup.dtsx")
    return dtexec(out / "lookup.dtsx", "--map", f"Keys=sqlite:///{source / 'keys.db'}")


def compare(right: Path, other: Path, name: str) -> None:
    """The same rows; those that join by a hash table do not keep their order."""
    for part in ("match.txt", "missing.txt"):
        found = [sorted((folder / part).read_bytes().splitlines()) for folder in (right, other)]
        if found[0] != found[1]:
            raise SystemExit(f"{name} wrote other rows into {part} than dtserve")


if __name__ == "__main__":
    as_side(PEERS)
    main()
