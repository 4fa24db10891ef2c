"""The job of the flat file benchmark in plain Polars, DuckDB, pandas and Python's csv module.

``python orders_peers.py <name> <orders.csv> <folder>``. Each writes ``large``, ``open``,
``rest`` (11 columns, ``|`` between them) and ``errors`` (the rows that do not convert, and
what is wrong with them) and does it the way its users would for speed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from support.orders import COLUMNS, NOTE_LENGTH

__all__ = ["PEERS"]


def with_polars(source: Path, folder: Path) -> None:
    import polars as pl

    raw = pl.read_csv(source, infer_schema=False, empty_string_is_null=False)
    casts = {
        "order_id": pl.Int32, "customer_id": pl.Int32, "quantity": pl.Int32, "unit_price": pl.Decimal(10, 2),
        "discount": pl.Decimal(4, 2), "order_date": pl.Date,
    }  # fmt: skip
    shipped = pl.when(pl.col("shipped") != "").then(pl.col("shipped"))
    typed = raw.with_columns(
        *(pl.col(name).cast(kind, strict=False).alias(f"t_{name}") for name, kind in casts.items() if kind != pl.Date),
        pl.col("order_date").str.to_date("%Y-%m-%d", strict=False).alias("t_order_date"),
        shipped.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).alias("t_shipped"),
    )
    bad = pl.any_horizontal(
        *(pl.col(f"t_{name}").is_null() for name in casts),
        pl.col("t_shipped").is_null() & (pl.col("shipped") != ""),
        pl.col("note").str.len_chars() > NOTE_LENGTH,
    )
    typed = typed.with_columns(bad.alias("bad"))
    errors = typed.filter("bad").select(pl.concat_str(COLUMNS, separator=",").alias("raw"), pl.lit("bad").alias("why"))
    errors.write_csv(folder / "errors.txt", separator="|", include_header=False, quote_style="never")
    wide = pl.Decimal(18, 4)
    net = (pl.col("t_quantity").cast(wide) * pl.col("t_unit_price").cast(wide)) * (1 - pl.col("t_discount").cast(wide))
    good = typed.filter(~pl.col("bad")).select(
        pl.col("t_order_id").alias("order_id"),
        pl.col("customer").str.strip_chars(" ").str.to_uppercase().alias("customer_upper"),
        "product",
        pl.col("t_quantity").alias("quantity"),
        pl.col("t_unit_price").alias("unit_price"),
        net.alias("net"),
        pl.col("t_order_date").alias("order_date"),
        pl.col("t_order_date").dt.year().alias("order_year"),
        pl.col("t_shipped").alias("shipped"),
        (pl.col("region") + "-" + pl.col("currency")).alias("label"),
        "note",
    )
    large, open_ = pl.col("net") >= 1000, pl.col("shipped").is_null()
    for name, rule in (("large", large), ("open", ~large & open_), ("rest", ~large & ~open_)):
        good.filter(rule).write_csv(
            folder / f"{name}.txt",
            separator="|",
            include_header=False,
            quote_style="never",
            datetime_format="%Y-%m-%d %H:%M:%S",
        )


_DUCKDB_TYPES = {
    "order_id": "INTEGER", "customer_id": "INTEGER", "customer": "VARCHAR", "product": "VARCHAR",
    "quantity": "INTEGER", "unit_price": "DECIMAL(10,2)", "discount": "DECIMAL(4,2)", "currency": "VARCHAR",
    "region": "VARCHAR", "order_date": "DATE", "shipped": "TIMESTAMP", "note": "VARCHAR",
}  # fmt: skip
_DUCKDB_TYPED = """
    select columns(*), try_cast(order_id as integer) as t_order_id, try_cast(customer_id as integer) as t_customer_id,
        try_cast(quantity as integer) as t_quantity, try_cast(unit_price as decimal(10,2)) as t_unit_price,
        try_cast(discount as decimal(4,2)) as t_discount, try_cast(order_date as date) as t_order_date,
        try_cast(nullif(shipped, '') as timestamp) as t_shipped
    from read_csv($source, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"',
        new_line = '\\r\\n', auto_detect = false, null_padding = false, nullstr = [chr(1)], columns = $columns)
"""
_DUCKDB_MARKED = f"""
    select *, t_order_id is null or t_customer_id is null or t_quantity is null or t_unit_price is null
        or t_discount is null or t_order_date is null or (t_shipped is null and shipped <> '')
        or length(note) > {NOTE_LENGTH} as bad from typed
"""
_DUCKDB_GOOD = """
    select t_order_id as order_id, upper(trim(customer, ' ')) as customer_upper, product, t_quantity as quantity,
        t_unit_price as unit_price,
        (t_quantity * cast(t_unit_price as decimal(10,2)) * (1::decimal(4,2) - t_discount))::decimal(18,4) as net,
        t_order_date as order_date, year(t_order_date) as order_year, t_shipped as shipped,
        region || '-' || currency as label, note
    from marked where not bad
"""
_DUCKDB_PARTS = {
    "large": "from good where net >= 1000",
    "open": "from good where net < 1000 and shipped is null",
    "rest": "from good where net < 1000 and shipped is not null",
    "errors": f"select concat_ws(',', {', '.join(COLUMNS)}) as raw, 'bad' as why from marked where bad",
}


def _copy(query: str, path: Path) -> str:
    return f"copy ({query}) to '{path}' (format csv, header false, delimiter '|', quote '', escape '')"


def with_duckdb(source: Path, folder: Path) -> None:
    """Typed reading with DuckDB's own table of rejected lines; one COPY per part."""
    import duckdb

    execute = duckdb.connect().execute
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _DUCKDB_TYPES.items())
    read = (
        f"read_csv('{source}', header = true, delim = ',', quote = '\"', escape = '\"', auto_detect = false, "
        f"columns = {{{columns}}}, store_rejects = true, rejects_table = 'rejected', rejects_scan = 'scans', "
        "rejects_limit = 0)"
    )
    execute(
        f"""create temp table good as select order_id, upper(trim(customer, ' ')) as customer_upper, product, quantity,
            unit_price, (quantity * unit_price * (1::decimal(4,2) - discount))::decimal(18,4) as net, order_date,
            year(order_date) as order_year, shipped, region || '-' || currency as label, note from {read}"""
    )
    fits = f"coalesce(length(note), 0) <= {NOTE_LENGTH}"
    parts = {
        "large": f"from good where {fits} and net >= 1000",
        "open": f"from good where {fits} and net < 1000 and shipped is null",
        "rest": f"from good where {fits} and net < 1000 and shipped is not null",
        "errors": f"""select trim(any_value(csv_line), chr(13) || chr(10)) as raw, 'bad' as why from rejected group by line
            union all select order_id || ',' || note, 'bad' from good where not {fits}""",
    }
    for name, query in parts.items():
        execute(_copy(query, folder / f"{name}.txt"))


def with_duckdb_statement(source: Path, folder: Path) -> None:
    """Everything in one statement: text columns, try_cast, the rows materialised once, each part copied from them."""
    import duckdb

    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS) + "}"
    typed = _DUCKDB_TYPED.replace("$source", f"'{source}'").replace("$columns", columns)
    copies = ", ".join(f"c_{name} as ({_copy(query, folder / f'{name}.txt')})" for name, query in _DUCKDB_PARTS.items())
    duckdb.connect().execute(
        f"with typed as ({typed}), marked as materialized ({_DUCKDB_MARKED}), good as ({_DUCKDB_GOOD}), {copies} "
        + " union all ".join(f"from c_{name}" for name in _DUCKDB_PARTS)
    ).fetchall()


def with_pandas(source: Path, folder: Path) -> None:
    import pandas as pd

    first = True
    for raw in pd.read_csv(source, dtype=str, keep_default_na=False, chunksize=200_000):
        numbers = {
            name: pd.to_numeric(raw[name], errors="coerce")
            for name in ("order_id", "customer_id", "quantity", "unit_price", "discount")
        }
        date = pd.to_datetime(raw["order_date"], format="%Y-%m-%d", errors="coerce")
        shipped = pd.to_datetime(raw["shipped"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        bad = date.isna() | (shipped.isna() & (raw["shipped"] != "")) | (raw["note"].str.len() > NOTE_LENGTH)
        for values in numbers.values():
            bad |= values.isna()
        errors = pd.DataFrame({"raw": raw[bad].agg(",".join, axis=1), "why": "bad"})
        net = (numbers["quantity"] * numbers["unit_price"] * (1 - numbers["discount"])).round(4)
        good = pd.DataFrame(
            {
                "order_id": raw["order_id"],
                "customer_upper": raw["customer"].str.strip(" ").str.upper(),
                "product": raw["product"],
                "quantity": raw["quantity"],
                "unit_price": raw["unit_price"],
                "net": net,
                "order_date": raw["order_date"],
                "order_year": date.dt.year.astype("Int32"),
                "shipped": raw["shipped"],
                "label": raw["region"] + "-" + raw["currency"],
                "note": raw["note"],
            }
        )[~bad]
        large, open_ = good["net"] >= 1000, good["shipped"] == ""
        parts = {
            "large": good[large], "open": good[~large & open_], "rest": good[~large & ~open_], "errors": errors,
        }  # fmt: skip
        for name, part in parts.items():
            path = folder / f"{name}.txt"
            part.to_csv(path, sep="|", header=False, index=False, mode="w" if first else "a", quoting=3, quotechar=None)
        first = False


def with_csv(source: Path, folder: Path) -> None:
    import csv
    import datetime as dt
    from decimal import Decimal, InvalidOperation

    files = {name: (folder / f"{name}.txt").open("w", newline="", encoding="utf-8") for name in _DUCKDB_PARTS}
    with source.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            order, customer_id, customer, product, quantity, price, discount, currency, region, day, shipped, note = row
            try:
                int(order), int(customer_id)
                net = int(quantity) * Decimal(price) * (1 - Decimal(discount))
                date = dt.date.fromisoformat(day)
                if shipped:
                    dt.datetime.fromisoformat(shipped)
                if len(note) > NOTE_LENGTH:
                    raise ValueError(note)
            except (ValueError, InvalidOperation):
                files["errors"].write(",".join(row) + "|bad\n")
                continue
            name = "large" if net >= 1000 else "rest" if shipped else "open"
            files[name].write(
                f"{order}|{customer.strip(' ').upper()}|{product}|{quantity}|{price}|{net:.4f}|{day}|{date.year}|{shipped}"
                f"|{region}-{currency}|{note}\n"
            )
    for each in files.values():
        each.close()


PEERS = {
    "Polars": with_polars,
    "DuckDB": with_duckdb,
    "DuckDB, one statement": with_duckdb_statement,
    "pandas": with_pandas,
    "csv": with_csv,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
