"""Two unsorted files sorted and joined with little memory: Sort, Sort, Merge Join under 256 MB.

python benchmarks/sort_merge_join.py [--rows N] [--rounds N] [--only NAME …]
"""

from __future__ import annotations

from pathlib import Path

from support.measure import DATA, fingerprint, table
from support.sides import DTSERVE, arguments, as_side, dtexec, run_sides

LIMIT = 256


def with_duckdb(source: Path, out: Path) -> None:
    """One statement, spilling, with the same limit."""
    import duckdb

    config = {"memory_limit": f"{LIMIT}MiB", "temp_directory": str(out / "spill"), "preserve_insertion_order": False}
    left = "{'key': 'INTEGER', 'name': 'VARCHAR', 'amount': 'DECIMAL(18,2)', 'day': 'DATE'}"
    right = "{'key': 'INTEGER', 'text': 'VARCHAR', 'grade': 'INTEGER'}"
    duckdb.connect(config=config).execute(
        f"copy (select key, name, amount, day, text, grade from read_csv('{source}/left.csv', header = true, columns = "
        f"{left}) l join read_csv('{source}/right.csv', header = true, columns = {right}) r using (key) order by key, name) "
        f"to '{out}/joined.txt' (format csv, header false, delimiter '|')"
    )


def with_gnu_sort(source: Path, out: Path) -> None:
    """GNU sort and join over texts, half of the memory for each sort."""
    import subprocess

    def ordered(name: str, keys: str) -> str:
        return f"tail -n +2 '{source}/{name}.csv' | sort -S {LIMIT // 2}M -T '{out}' -t, {keys}"

    join = "join -t, -o 1.1,1.2,1.3,1.4,2.2,2.3"
    script = (
        f"{join} <({ordered('left', '-k1,1 -k2,2')}) <({ordered('right', '-k1,1')}) | tr , '|' > '{out}/joined.txt'"
    )
    subprocess.run(["bash", "-c", script], check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})


def with_polars(source: Path, out: Path) -> None:
    """All in memory, without a limit."""
    import polars as pl

    schema = {"key": pl.Int32, "name": pl.String, "amount": pl.Decimal(18, 2), "day": pl.Date}
    left = pl.read_csv(source / "left.csv", schema=schema)
    right = pl.read_csv(source / "right.csv", schema={"key": pl.Int32, "text": pl.String, "grade": pl.Int32})
    joined = left.join(right, on="key").sort("key", "name")
    joined.write_csv(out / "joined.txt", separator="|", include_header=False)


PEERS = {"DuckDB, 256 MB": with_duckdb, "GNU sort and join, 256 MB": with_gnu_sort, "Polars, no limit": with_polars}


def main() -> None:
    options = arguments(__doc__, PEERS, rows=3_000_000, count=2)
    source = prepare(options.rows)
    size = sum((source / name).stat().st_size for name in ("left.csv", "right.csv")) / 2**20
    figures = run_sides(__file__, source, command, options.only, options.rounds, compare=compare)
    print(
        f"## Sort and Merge Join beyond memory\n\n{options.rows:,} and {options.rows // 2:,} rows in two unsorted files, "
        f"{size:.0f} MB: two sources, two sorts, inner merge join, file; `--memory {LIMIT}M`. Median of "
        f"{options.rounds} rounds, outputs compared. GNU sort compares bytes and types nothing.\n\n"
        f"{table(figures, DTSERVE)}\n\n{fingerprint(['polars', 'duckdb', 'numpy', 'pyarrow'])}"
    )


def prepare(rows: int) -> Path:
    """Left: every row a key of the right; right: unique keys."""
    import numpy as np
    import polars as pl

    folder = DATA / f"merge-input-{rows}"
    if (folder / "done").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(9)
    keys = random.permutation(rows // 2) + 10**8
    with (folder / "left.csv").open("wb") as file:
        for start in range(0, rows, 500_000):
            count = min(500_000, rows - start)
            cents = random.integers(1, 10**7, count)
            frame = pl.DataFrame(
                {
                    "key": keys[random.integers(0, int(len(keys) * 0.9), count)],
                    "name": pl.int_range(start, start + count, eager=True).cast(pl.String).str.zfill(9)
                    + " of the left",
                    "whole": cents // 100,
                    "part": pl.Series(cents % 100).cast(pl.String).str.zfill(2),
                    "day": pl.Series(random.integers(19_000, 20_000, count), dtype=pl.Int32).cast(pl.Date),
                }
            )
            amount = pl.concat_str("whole", pl.lit("."), "part").alias("amount")
            frame.select("key", "name", amount, "day").write_csv(file, include_header=start == 0)
    text = "text of the right side " + pl.Series(keys % 1000).cast(pl.String)
    pl.DataFrame({"key": keys, "text": text, "grade": keys % 7}).write_csv(folder / "right.csv")
    (folder / "done").touch()
    return folder


def command(source: Path, out: Path) -> list[str]:
    """The package, and how it is run."""
    from support.packages import date, i4, numeric, string
    from support.pipelines import Pipeline

    flow = Pipeline()
    left_columns = [i4("key"), string("name", 30), numeric("amount", 18, 2), date("day")]
    left, _ = flow.flat_file_source("Left", source / "left.csv", left_columns, row="\n", qualifier="")
    right_columns = [i4("key"), string("text", 40), i4("grade")]
    right, _ = flow.flat_file_source("Right", source / "right.csv", right_columns, row="\n", qualifier="")
    left = flow.sort("Sort left", left, {"key": 1, "name": 2}, ["key", "name", "amount", "day"])
    right = flow.sort("Sort right", right, {"key": 1}, ["key", "text", "grade"])
    wanted = {"key": True, "name": True, "amount": True, "day": True, "text": False, "grade": False}
    joined = flow.merge_join("Join", left, right, ["key"], wanted)
    flow.flat_file_destination("joined", joined, out / "joined.txt", list(wanted))
    flow.write(out / "merge.dtsx")
    return dtexec(out / "merge.dtsx", "--memory", f"{LIMIT}M")


def compare(right: Path, other: Path, name: str) -> None:
    """The same rows in the same order; decimals below 1 have no zero before the point in SSIS."""
    import hashlib

    marks = []
    for folder in (right, other):
        mark = hashlib.blake2b()
        with (folder / "joined.txt").open("rb") as file:
            for line in file:
                mark.update(line.replace(b"|0.", b"|."))
        marks.append(mark.digest())
    if marks[0] != marks[1]:
        raise SystemExit(f"{name} wrote other rows than dtserve")


if __name__ == "__main__":
    as_side(PEERS)
    main()
