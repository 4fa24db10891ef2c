"""Loading a file into a table of PostgreSQL and of SQLite: OLE DB Destination with fast load.

Peers: psql's \\copy, psycopg's COPY of the file's bytes, ADBC, sqlite3 executemany, pandas. A PostgreSQL
server of its own is started for the benchmark.

    python benchmarks/load.py [--rows N] [--large N] [--rounds N] [--only NAME …]
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from support.measure import DATA, fingerprint, table
from support.sides import DTSERVE, arguments, as_side, dtexec, run_sides

COLUMNS = ("id", "customer", "product", "quantity", "price", "amount", "ordered", "shipped", "region", "note")
TYPES = (
    "int",
    "varchar(40)",
    "int",
    "int",
    "numeric(18,4)",
    "numeric(18,4)",
    "date",
    "timestamp",
    "varchar(10)",
    "varchar(40)",
)
CREATE = "create table {} (" + ", ".join(f"{n} {t}" for n, t in zip(COLUMNS, TYPES, strict=True)) + ")"
SERVER = "DTSERVE_BENCH_POSTGRES"
"""The address of the server: ``host:port``."""


def _place() -> str:
    host, port = os.environ[SERVER].split(":")
    return f"host={host} port={port} user=ssis dbname=postgres"


def _empty(name: str) -> str:
    """A new table in PostgreSQL, by side."""
    import psycopg

    made = "t_" + "".join(letter for letter in name.lower() if letter.isalnum())
    with psycopg.connect(_place()) as connection:
        connection.execute(f"drop table if exists {made}")
        connection.execute(CREATE.format(made))
    return made


def with_copy_command(source: Path, out: Path) -> None:
    made = _empty("copy")
    command = f"\\copy {made} from '{source}/rows.csv' with (format csv, header)"
    subprocess.run(["psql", "-q", _place(), "-c", command], check=True)


def with_psycopg(source: Path, out: Path) -> None:
    import psycopg

    statement = f"copy {_empty('psycopg')} from stdin (format csv, header)"
    with (
        psycopg.connect(_place()) as connection,
        connection.cursor() as cursor,
        (source / "rows.csv").open("rb") as file,
        cursor.copy(statement) as copy,
    ):
        while block := file.read(2**20):
            copy.write(block)


def _typed(source: Path):
    import polars as pl

    types = [
        pl.Int32, pl.String, pl.Int32, pl.Int32, pl.Decimal(18, 4), pl.Decimal(18, 4), pl.Date, pl.Datetime("us"),
        pl.String, pl.String,
    ]  # fmt: skip
    return pl.read_csv(source / "rows.csv", schema=dict(zip(COLUMNS, types, strict=True)))


def with_adbc_postgres(source: Path, out: Path) -> None:
    from adbc_driver_postgresql import dbapi

    made = _empty("adbc")
    host, port = os.environ[SERVER].split(":")
    with dbapi.connect(f"postgresql://ssis@{host}:{port}/postgres") as connection, connection.cursor() as cursor:
        cursor.adbc_ingest(made, _typed(source).to_arrow(), mode="append")
        connection.commit()


def with_pandas_postgres(source: Path, out: Path) -> None:
    import sqlalchemy

    made = _empty("pandas")
    _with_pandas(source, sqlalchemy.create_engine(f"postgresql+psycopg://ssis@{os.environ[SERVER]}/postgres"), made)


def with_pandas_sqlite(source: Path, out: Path) -> None:
    import sqlalchemy

    _with_pandas(source, sqlalchemy.create_engine(f"sqlite:///{_fresh(out)}"), "rows")


def _fresh(out: Path) -> Path:
    """The database of a round, without what a former one left."""
    path = out / "load.db"
    path.unlink(missing_ok=True)
    return path


def _with_pandas(source: Path, engine, made: str) -> None:
    import pandas as pd

    for part in pd.read_csv(source / "rows.csv", parse_dates=["ordered", "shipped"], chunksize=100_000):
        part.to_sql(made, engine, if_exists="append", index=False)


def with_adbc_sqlite(source: Path, out: Path) -> None:
    import polars as pl
    from adbc_driver_sqlite import dbapi

    with dbapi.connect(f"file:{_fresh(out)}") as connection, connection.cursor() as cursor:
        rows = _typed(source).with_columns(
            pl.col("price", "amount").cast(pl.Float64), pl.col("ordered", "shipped").cast(pl.String)
        )
        cursor.adbc_ingest("rows", rows.to_arrow(), mode="create")
        connection.commit()


def with_executemany(source: Path, out: Path) -> None:
    import csv

    with sqlite3.connect(_fresh(out)) as connection, (source / "rows.csv").open(newline="") as file:
        connection.execute(CREATE.format("rows"))
        rows = csv.reader(file)
        next(rows)
        marks = ", ".join("?" * len(COLUMNS))
        connection.executemany(f"insert into rows values ({marks})", ([v or None for v in row] for row in rows))


POSTGRES = {
    "\\copy": with_copy_command, "psycopg COPY": with_psycopg, "ADBC": with_adbc_postgres,
    "pandas to_sql": with_pandas_postgres,
}  # fmt: skip
SQLITE = {
    "sqlite3 executemany": with_executemany,
    "ADBC, SQLite": with_adbc_sqlite,
    "pandas, SQLite": with_pandas_sqlite,
}
PEERS = {**POSTGRES, **SQLITE}


def main() -> None:
    more = [("--large", 5_000_000, "rows of the second load into each database; 0 leaves it out")]
    options = arguments(__doc__, PEERS, rows=1_000_000, count=3, more=more)
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    server = _server()
    os.environ[SERVER] = f"127.0.0.1:{server.port}"
    print(
        "## Loading tables\n\nA file of 10 columns (two decimals, a date, a time) into an empty table with one commit."
    )
    try:
        for rows, count in ((options.rows, options.rounds), (options.large, 2)):
            if rows:
                _measure(rows, count, options.only, large=rows == options.large and rows > options.rows)
    finally:
        server.stop()
    versions = ["polars", "psycopg", "adbc-driver-postgresql", "adbc-driver-sqlite", "pandas", "SQLAlchemy", "pyarrow"]
    print(f"\n{fingerprint(versions)} PostgreSQL on the same machine, fsync off.")


def _server():
    """PostgreSQL, as the tests start it."""
    from importlib import util

    spec = util.spec_from_file_location(
        "postgres_server", Path(__file__).parents[1] / "tests/support/postgres_server.py"
    )
    if spec is None or spec.loader is None:
        raise SystemExit("tests/support/postgres_server.py is not there")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PostgresServer()


def _measure(rows: int, count: int, only: Sequence[str], *, large: bool) -> None:
    source = prepare(rows)
    for database, peers in (("PostgreSQL", POSTGRES), ("SQLite", SQLITE)):
        names = [name for name in peers if name in only and not (large and name.startswith("pandas"))]
        slow = dict.fromkeys((n for n in names if n.startswith("pandas")), 1)
        own = postgres_command if database == "PostgreSQL" else sqlite_command
        check = compare_postgres if database == "PostgreSQL" else compare_sqlite
        if database == "SQLite" and large:
            count = 1
        figures = run_sides(__file__, source, own, names, count, most=slow, compare=check)
        print(f"\n{database}, {rows:,} rows, median of {count} rounds (pandas: 1):\n\n{table(figures, DTSERVE)}")


def prepare(rows: int) -> Path:
    """The rows as CSV."""
    import numpy as np
    import polars as pl

    folder = DATA / f"load-input-{rows}"
    if (folder / "done").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(13)
    with (folder / "rows.csv").open("wb") as file:
        for start in range(0, rows, 250_000):
            count = min(250_000, rows - start)
            price, quantity = random.integers(1, 10**6, count), random.integers(1, 100, count)
            day = pl.Series(random.integers(19_000, 20_000, count), dtype=pl.Int32).cast(pl.Date)
            seconds = pl.Series(random.integers(0, 86_400, count) * 10**6).cast(pl.Duration("us"))
            money = [
                pl.concat_str(v // 10_000, pl.lit("."), (v % 10_000).cast(pl.String).str.zfill(4)).alias(n)
                for n, v in (("price", pl.lit(pl.Series(price))), ("amount", pl.lit(pl.Series(price * quantity))))
            ]
            frame = pl.DataFrame(
                {
                    "id": pl.int_range(start, start + count, eager=True),
                    "customer": "customer number " + pl.Series(random.integers(0, 10**6, count)).cast(pl.String),
                    "product": random.integers(1, 10_000, count),
                    "quantity": quantity,
                    "ordered": day,
                    "shipped": (day.cast(pl.Datetime("us")) + seconds).dt.to_string("%Y-%m-%d %H:%M:%S"),
                    "region": pl.Series(["north", "south", "east", "west"]).gather(random.integers(0, 4, count)),
                    "note": pl.Series(["", "fragile", "call before delivery"]).gather(random.integers(0, 3, count)),
                }
            )
            frame.with_columns(money).select(COLUMNS).write_csv(file, include_header=start == 0, quote_style="never")
    (folder / "done").touch()
    return folder


def _package(source: Path, out: Path, name: str) -> Path:
    from support.packages import date, i4, numeric, stamp, string
    from support.pipelines import Pipeline

    flow = Pipeline()
    flow.database("Target")
    columns = [
        i4("id"), string("customer", 40), i4("product"), i4("quantity"), numeric("price", 18, 4), numeric("amount", 18, 4),
        date("ordered"), stamp("shipped"), string("region", 10), string("note", 40),
    ]  # fmt: skip
    rows, _ = flow.flat_file_source("Source", source / "rows.csv", columns, row="\n", qualifier="")
    flow.oledb_destination("Table", rows, "Target", f"[{name}]", COLUMNS)
    flow.write(out / "load.dtsx")
    return out / "load.dtsx"


def postgres_command(source: Path, out: Path) -> list[str]:
    """The package into PostgreSQL; the table is emptied before."""
    clear = f"Target=postgresql://ssis@{os.environ[SERVER]}/postgres"
    package = _package(source, out, _empty(DTSERVE))
    return [sys.executable, str(Path(__file__).parent / "support/emptied.py"), CREATE, *dtexec(package, "--map", clear)]


def sqlite_command(source: Path, out: Path) -> list[str]:
    """The package into SQLite; the file is made anew before."""
    package = _package(source, out, "rows")
    target = out / "load.db"
    command = dtexec(package, "--map", f"Target=sqlite:///{target}")
    return [sys.executable, str(Path(__file__).parent / "support/emptied.py"), CREATE, *command]


def compare_postgres(right: Path, other: Path, name: str) -> None:
    """The same sums in both tables."""
    import psycopg

    key = {v: k for k, v in zip(("copy", "psycopg", "adbc", "pandas"), POSTGRES, strict=True)}[name]
    query = "select count(*), sum(id::bigint), sum(amount::numeric(18,4)), min(ordered::date), max(shipped), count(note) from t_"
    with psycopg.connect(_place()) as connection:
        found = [connection.execute(query + made).fetchone() for made in (DTSERVE, key)]
    if found[0] != found[1]:
        raise SystemExit(f"{name} loaded {found[1]}, dtserve {found[0]}")


def compare_sqlite(right: Path, other: Path, name: str) -> None:
    """The same sums in both files, money (floats in SQLite) to a unit in a thousand million."""
    found = []
    for folder in (right, other):
        with sqlite3.connect(folder / "load.db") as connection:
            row = connection.execute("select count(*), sum(id), substr(min(ordered), 1, 10), sum(amount) from rows")
            found.append(row.fetchone())
        connection.close()
    if found[0][:3] != found[1][:3] or abs(found[0][3] - found[1][3]) > found[0][3] * 1e-9:
        raise SystemExit(f"{name} loaded {found[1]}, dtserve {found[0]}")


if __name__ == "__main__":
    as_side(PEERS)
    main()
