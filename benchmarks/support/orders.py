"""Orders for the flat file benchmark: 12 columns, about 100 bytes a row, a fixed seed, some rows malformed.

CRLF rows, comma, every text with a comma or a quote qualified; UTF-8. Malformed: 0.1 %
"n/a" for the quantity, 0.05 % impossible dates, 0.05 % broken prices, 0.05 % notes that
are too long.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

__all__ = ["COLUMNS", "NOTE_LENGTH", "write_orders"]

COLUMNS = (
    "order_id", "customer_id", "customer", "product", "quantity", "unit_price", "discount", "currency", "region",
    "order_date", "shipped", "note",
)  # fmt: skip
NOTE_LENGTH = 40
BLOCK = 250_000

_FIRST = ["Anna", "Bob", "Carla", "Dan", "Eve", "Férdinand", "Gül", "Hans", "Ida", "Jörg", "Kim", "Lou"]
_LAST = ["Smith", "Müller", "Jones", "Garcia", "O'Neil", "Rossi", "Nowak", "Silva", "Kowalski", "Dubois", "Andersen"]
_PRODUCTS = [
    "Road Frame - Black, 58",
    "Mountain Tire",
    'Touring ""XL"" Pedal',
    "Chain",
    "Water Bottle - 30 oz.",
    "Helmet",
]
_NOTES = ["", "", "", "leave at the door", "fragile", "gift, wrap it", "call before delivery"]


def write_orders(path: Path, rows: int, seed: int = 7) -> None:
    """Write the file, unless it is there already with that many rows."""
    mark = path.with_suffix(".rows")
    if path.exists() and mark.exists() and mark.read_text() == f"{rows} {seed}":
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    with path.open("wb") as file:
        file.write((",".join(COLUMNS) + "\r\n").encode())
        for start in range(0, rows, BLOCK):
            block = _block(random, start, min(BLOCK, rows - start))
            text = block.select(pl.concat_str(pl.all(), separator=",").str.join("\r\n")).item()
            file.write(text.encode() + b"\r\n")
    mark.write_text(f"{rows} {seed}")


def _block(random: np.random.Generator, start: int, count: int) -> pl.DataFrame:
    def pick(values: list[str]) -> pl.Series:
        return pl.Series(values).gather(random.integers(0, len(values), count))

    def broken(share: float) -> pl.Series:
        return pl.Series(random.random(count) < share)

    day = pl.Series(random.integers(19_000, 20_000, count), dtype=pl.Int32).cast(pl.Date)
    shipped = day.cast(pl.Datetime("us")) + pl.Series(random.integers(0, 10**6, count) * 10**6).cast(pl.Duration("us"))
    cents = pl.Series(random.integers(50, 50_000, count)).cast(pl.Decimal(12, 2)) / 100
    frame = pl.DataFrame(
        {
            "order_id": pl.int_range(start + 1, start + count + 1, eager=True).cast(pl.String),
            "customer_id": pl.Series(random.integers(1, 200_000, count)).cast(pl.String),
            "customer": pick([f'"{first} {last}, {first[0]}."' for first in _FIRST for last in _LAST]),
            "product": pick([f'"{name}"' for name in _PRODUCTS]),
            "quantity": pl.Series(random.integers(1, 30, count)).cast(pl.String),
            "unit_price": cents.cast(pl.Decimal(12, 2)).cast(pl.String),
            "discount": pick(["0.00", "0.00", "0.05", "0.10", "0.15"]),
            "currency": pick(["EUR", "USD", "GBP"]),
            "region": pick(["north", "south", "east", "west"]),
            "order_date": day.cast(pl.String),
            "shipped": shipped.dt.to_string("%Y-%m-%d %H:%M:%S"),
            "note": pick([f'"{note}"' if "," in note else note for note in _NOTES]),
        }
    )
    quantity, date, price, note = broken(0.001), broken(0.0005), broken(0.0005), broken(0.0005)
    return frame.with_columns(
        pl.when(quantity).then(pl.lit("n/a")).otherwise(pl.col("quantity")).alias("quantity"),
        pl.when(date).then(pl.lit("2024-02-30")).otherwise(pl.col("order_date")).alias("order_date"),
        pl.when(price).then(pl.lit("12.x")).otherwise(pl.col("unit_price")).alias("unit_price"),
        pl.when(note).then(pl.lit("far too long a note " * 3)).otherwise(pl.col("note")).alias("note"),
        pl.when(broken(0.1)).then(pl.lit("")).otherwise(pl.col("shipped")).alias("shipped"),
    )
