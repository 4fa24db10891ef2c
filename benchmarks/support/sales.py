"""Sales lines for the benchmark of the typical flow: 12 text columns, about 105 bytes a row, a fixed seed.

CRLF rows, comma, quoted texts, UTF-8. Of all rows 0.1 % have a bad integer, 0.01 % one
that overflows 32 bits, 0.05 % a bad date, 0.05 % a bad decimal, 0.1 % an over-long name,
0.15 % one or two missing columns at the end, 0.5 % doubled qualifiers, 1.5 % line ends
inside a text, 0.2 % quantity 0, 1.5 % a product that the reference does not have.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import polars as pl

__all__ = ["COLUMNS", "NAME_LENGTH", "PRODUCTS", "write_products", "write_sales"]

COLUMNS = (
    "line_id", "customer", "product_id", "quantity", "unit_price", "discount", "order_date", "ship_date", "region",
    "status", "channel", "comment",
)  # fmt: skip
NAME_LENGTH = 40
PRODUCTS = 200_000
BLOCK = 250_000

_FIRST = ["Anna", "Bob", "Carla", "Dan", "Eve", "Férdinand", "Gül", "Hans", "Ida", "Jörg", "Kim", "Lou"]
_LAST = ["Smith", "Müller", "Jones", "Garcia", "ONeil", "Rossi", "Nowak", "Silva", "Kowalski", "Dubois", "Andersen"]
_COMMENTS = ["", "leave at the door", "fragile", "gift, wrap it", "call before delivery", "no rush", "second floor"]
_REGIONS = ["north", "south", "east", "west", "centre"]
_STATUS = ["open", "closed", "closed", "returned", "open"]
_CHANNELS = ["web", "store", "phone", "partner"]


def write_sales(path: Path, rows: int, seed: int = 11) -> None:
    """Write the file, unless it is there already with that many rows."""
    mark = path.with_suffix(".rows")
    if path.exists() and mark.exists() and mark.read_text() == f"{rows} {seed}":
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    with path.open("wb") as file:
        file.write((",".join(COLUMNS) + "\r\n").encode())
        for start in range(0, rows, BLOCK):
            lines = _block(random, start, min(BLOCK, rows - start))
            file.write(lines.str.join("\r\n")[0].encode() + b"\r\n")
    mark.write_text(f"{rows} {seed}")


def write_products(folder: Path) -> None:
    """The reference as a SQLite database for dtserve and as CSV for its peers: id, category, cost."""
    database, plain = folder / "products.db", folder / "products.csv"
    if database.exists() and plain.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    ids = np.arange(1, PRODUCTS + 1)
    rows = [(int(i), f"CAT{i % 300:03d}", f"{(i * 37 % 10_000) / 100:.2f}") for i in ids]
    plain.write_text("product_id,category,cost\n" + "".join(f"{i},{c},{k}\n" for i, c, k in rows))
    database.unlink(missing_ok=True)
    with sqlite3.connect(database) as connection:
        connection.execute("create table products (product_id int not null, category nvarchar(20), cost numeric(10,2))")
        connection.executemany("insert into products values (?, ?, ?)", rows)
    connection.close()


def _block(random: np.random.Generator, start: int, count: int) -> pl.Series:
    def pick(values: list[str]) -> pl.Series:
        return pl.Series(values).gather(random.integers(0, len(values), count))

    def some(share: float) -> pl.Expr:
        return pl.lit(pl.Series(random.random(count) < share))

    day = pl.Series(random.integers(19_000, 20_000, count), dtype=pl.Int32)
    later = (day + pl.Series(random.integers(0, 40, count), dtype=pl.Int32)).cast(pl.Date)
    quantity = pl.Series(random.integers(1, 30, count)).cast(pl.String)
    price = pl.Series([f"{cents // 100}.{cents % 100:02d}" for cents in random.integers(50, 50_000, count).tolist()])
    frame = pl.DataFrame(
        {
            "line_id": pl.int_range(start + 1, start + count + 1, eager=True).cast(pl.String),
            "customer": pick([f" {first} {last}" for first in _FIRST for last in _LAST]),
            "product_id": pl.Series(random.integers(1, int(PRODUCTS * 1.015), count)).cast(pl.String),
            "quantity": quantity,
            "unit_price": price,
            "discount": pick(["0.00", "0.00", "0.05", "0.10", "0.15"]),
            "order_date": day.cast(pl.Date).cast(pl.String),
            "ship_date": later.cast(pl.String),
            "region": pick(_REGIONS),
            "status": pick(_STATUS),
            "channel": pick(_CHANNELS),
            "comment": pick(_COMMENTS),
        }
    )
    comment = pl.col("comment")
    frame = frame.with_columns(
        pl.when(some(0.002))
        .then(pl.lit("0"))
        .when(some(0.001))
        .then(pl.lit("n/a"))
        .when(some(0.0001))
        .then(pl.lit("3000000000"))
        .otherwise(pl.col("quantity"))
        .alias("quantity"),
        pl.when(some(0.1)).then(pl.lit("")).otherwise(pl.col("ship_date")).alias("ship_date"),
        pl.when(some(0.01))
        .then(comment + pl.lit("\n2nd line"))
        .when(some(0.005))
        .then(comment + pl.lit("\r\nsee note"))
        .when(some(0.005))
        .then(pl.lit('called ""Speedy""'))
        .otherwise(comment)
        .alias("comment"),
        pl.when(some(0.0005)).then(pl.lit("2024-02-30")).otherwise(pl.col("order_date")).alias("order_date"),
        pl.when(some(0.0005)).then(pl.lit("12.x")).otherwise(pl.col("unit_price")).alias("unit_price"),
        pl.when(some(0.001)).then(pl.lit("far too long a name " * 3)).otherwise(pl.col("customer")).alias("customer"),
    )
    quoted = [
        pl.concat_str(pl.lit('"'), c, pl.lit('"')) if c in ("customer", "comment") else pl.col(c) for c in COLUMNS
    ]
    line = pl.concat_str(quoted, separator=",")
    short = pl.concat_str(quoted[:-1], separator=",")
    shorter = pl.concat_str(quoted[:-2], separator=",")
    return frame.select(
        pl.when(some(0.001)).then(short).when(some(0.0005)).then(shorter).otherwise(line).alias("line")
    ).to_series()
