"""The typical flow in plain Polars, DuckDB, pandas, and with Python's csv and decimal as the exact reference.

``python sales_peers.py <name> <folder> <sales.csv> <out>``; ``folder`` has the products as CSV. Each writes
what :mod:`support.sales_package` names, ``|`` between columns, without error codes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from support.sales import COLUMNS, NAME_LENGTH
from support.sales_package import FACT, KEPT, SORTED

__all__ = ["PEERS"]

NOTE_LENGTH = 60
_PLAIN = ", ".join(KEPT)
_CASTS = {
    "line": ("line_id", "integer"), "product": ("product_id", "integer"), "qty": ("quantity", "integer"),
    "price": ("unit_price", "decimal(18,4)"), "off": ("discount", "decimal(18,4)"),
    "ordered": ("order_date", "date"), "shipped": ("ship_date", "date"),
}  # fmt: skip


# --- csv and decimal -------------------------------------------------------------------------


def with_csv(folder: Path, source: Path, out: Path) -> None:
    """Exact, row by row."""
    import csv
    import datetime as dt
    from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

    cent = Decimal("0.0001")
    products = {}
    with (folder / "products.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            products[int(row["product_id"])] = (row["category"], row["cost"])
    names = ("fact", "err_source", "err_convert", "err_derive", "no_match")
    files = {name: (out / f"{name}.txt").open("w", newline="", encoding="utf-8") for name in names}
    groups: dict[tuple[str, str], list] = {}
    ordered = []

    def put(name: str, *values: object) -> None:
        files[name].write("|".join("" if v is None else str(v) for v in values) + "\n")

    with source.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            row = [value or None for value in row] + [None] * (12 - len(row))
            line, customer, product, quantity, price, discount, order, ship, region, status, channel, comment = row
            if len(customer or "") > NAME_LENGTH or len(comment or "") > NOTE_LENGTH:
                put("err_source", line)
                continue
            try:
                qty = int(quantity)
                if not -(2**31) <= qty < 2**31:
                    raise ValueError(quantity)
                number, code, cost, off = int(line), int(product), Decimal(price), Decimal(discount)
                start = dt.date.fromisoformat(order)
                end = dt.date.fromisoformat(ship) if ship else None
            except (ValueError, InvalidOperation):
                put("err_convert", *row[:11])
                continue
            if qty == 0:
                put("err_derive", *row[:11])
                continue
            short = customer.strip(" ")[:10].upper()
            note = "none" if comment is None else comment.replace("\r\n", " ").replace("\n", " ")
            days = -1 if end is None else (end - start).days
            net = qty * cost * (1 - off)
            share = (cost / qty).quantize(cent, ROUND_DOWN)
            found = products.get(code)
            if found is None:
                put("no_match", *row[:11])
                continue
            if status == "open":
                group = groups.setdefault((region, found[0]), [0, Decimal(0), 0])
                group[0] += 1
                group[1] += net
                group[2] = max(group[2], qty)
            elif channel in ("web", "phone"):
                ordered.append((found[0], -net, number, short, qty, order, region, note))
            else:
                put(
                    "fact", number, short, code, qty, price, net, share, order, days, region, status, channel, note,
                    *found,
                )  # fmt: skip
    with (out / "groups.txt").open("w", encoding="utf-8") as file:
        for (region, category), (count, total, most) in groups.items():
            mean = (total / count).quantize(cent, ROUND_HALF_UP)
            file.write(f"{region}|{category}|{count}|{total}|{mean}|{most}\n")
    with (out / "sorted.txt").open("w", encoding="utf-8") as file:
        for category, negative, *rest in sorted(ordered):
            file.write("|".join([category, str(-negative), *map(str, rest)]) + "\n")
    for each in files.values():
        each.close()


# --- DuckDB ----------------------------------------------------------------------------------


def _statement(folder: Path, source: Path, out: Path, *, order: bool) -> str:
    """The whole flow as one statement: every row typed once and kept, one COPY per output."""
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS) + "}"
    casts = ", ".join(f"try_cast({text} as {kind}) as {name}" for name, (text, kind) in _CASTS.items())
    bad = " or ".join(f"({name} is null and {text} is not null)" for name, (text, _) in _CASTS.items())
    number = "row_number() over () as place" if order else "0 as place"
    last = "order by place" if order else ""
    parts = {
        "err_source": f"select line_id from typed where fate = 1 {last}",
        "err_convert": f"select {_PLAIN} from typed where fate = 2 {last}",
        "err_derive": f"select {_PLAIN} from typed where fate = 3 {last}",
        "no_match": f"select {_PLAIN} from joined where category is null {last}",
        "groups": f"""select region, category, count(*), sum(net), (((sum(net) * 10000)::hugeint * 2 + count(*))
            // (2 * count(*)))::bigint::decimal(18,0) * 0.0001::decimal(4,4), max(qty) from joined where category is not null and status = 'open'
            group by region, category {"order by min(place)" if order else ""}""",
        "sorted": f"""select {", ".join(SORTED)} from joined where category is not null and status is distinct from 'open'
            and channel in ('web', 'phone') order by category, net desc, line""",
        "fact": f"""select {", ".join(FACT)} from joined where category is not null and status is distinct from 'open'
            and coalesce(channel, '') not in ('web', 'phone') {last}""",
    }
    copies = ", ".join(
        f"c_{name} as (copy ({query}) to '{out}/{name}.txt' (format csv, header false, delimiter '|', quote '', escape ''))"
        for name, query in parts.items()
    )
    return f"""
        with raw as (select {number}, * from read_csv('{source}', header = true, delim = ',', quote = '"', escape = '"',
            auto_detect = false, null_padding = true, parallel = false, columns = {columns})),
        cast_ as (select *, {casts} from raw),
        typed as materialized (select *, case when length(customer) > {NAME_LENGTH} or length(comment) > {NOTE_LENGTH}
            then 1 when {bad} then 2 when qty = 0 then 3 else 0 end as fate from cast_),
        derived as (select *, upper(substring(trim(customer, ' '), 1, 10)) as customer_code,
            case when comment is null then 'none' else replace(replace(comment, chr(13) || chr(10), ' '), chr(10), ' ') end
            as note, case when shipped is null then -1 else datediff('day', ordered, shipped) end as days,
            (qty * ((price * 100)::bigint * (100 - (off * 100)::bigint)))::decimal(18,0) * 0.0001::decimal(4,4) as net,
            ((price * 10000)::bigint // qty)::decimal(18,0) * 0.0001::decimal(4,4) as share
            from typed where fate = 0),
        joined as materialized (select d.*, p.category, p.cost from derived d left join
            read_csv('{folder}/products.csv', header = true, columns = {{'product_id': 'INTEGER', 'category': 'VARCHAR',
            'cost': 'DECIMAL(10,2)'}}) p on d.product = p.product_id), {copies}
        """ + " union all ".join(f"from c_{name}" for name in parts)


def with_duckdb(folder: Path, source: Path, out: Path, limit: str = "", *, order: bool = True) -> None:
    """One statement; outputs in the order of the source, as SSIS has them."""
    import duckdb

    config = {"memory_limit": limit, "temp_directory": str(out)} if limit else {}
    duckdb.connect(config=config).execute(_statement(folder, source, out, order=order)).fetchall()


def with_duckdb_unordered(folder: Path, source: Path, out: Path) -> None:
    """The same, rows in any order."""
    with_duckdb(folder, source, out, order=False)


def with_duckdb_limited(folder: Path, source: Path, out: Path) -> None:
    """With a memory limit of 630 MB."""
    with_duckdb(folder, source, out, "630MiB")


# --- Polars ----------------------------------------------------------------------------------


def with_polars(folder: Path, source: Path, out: Path) -> None:
    """Eager, all rows in memory."""
    import polars as pl

    kinds = {"integer": pl.Int32, "decimal(18,4)": pl.Decimal(18, 4)}
    texts = dict.fromkeys(COLUMNS, pl.String)
    raw = pl.read_csv(source, schema=texts, missing_columns="insert").with_columns(
        pl.when(pl.col(COLUMNS) != "").then(pl.col(COLUMNS))
    )

    def write(frame: pl.DataFrame, name: str) -> None:
        frame.write_csv(out / f"{name}.txt", separator="|", include_header=False, quote_style="never")

    long = (pl.col("customer").str.len_chars() > NAME_LENGTH) | (pl.col("comment").str.len_chars() > NOTE_LENGTH)
    long = long.fill_null(False)
    write(raw.filter(long).select("line_id"), "err_source")
    good = raw.filter(~long)
    typed = good.with_columns(
        pl.col(text).str.to_date("%Y-%m-%d", strict=False).alias(name)
        if kind == "date"
        else pl.col(text).cast(kinds[kind], strict=False).alias(name)
        for name, (text, kind) in _CASTS.items()
    )
    bad = pl.any_horizontal(pl.col(n).is_null() & pl.col(text).is_not_null() for n, (text, _) in _CASTS.items())
    write(typed.filter(bad).select(KEPT), "err_convert")
    typed = typed.filter(~bad)
    write(typed.filter(pl.col("qty") == 0).select(KEPT), "err_derive")
    cents, off = (pl.col("price") * 100).cast(pl.Int64), (pl.col("off") * 100).cast(pl.Int64)
    qty = pl.col("qty").cast(pl.Int64)
    share = cents * 100 // qty
    small = pl.lit("0.0001").cast(pl.Decimal(18, 4))
    derived = typed.filter(pl.col("qty") != 0).with_columns(
        pl.col("customer").str.strip_chars(" ").str.slice(0, 10).str.to_uppercase().alias("customer_code"),
        pl.col("comment").fill_null("none").str.replace_all("\r\n", " ", literal=True)
        .str.replace_all("\n", " ", literal=True).alias("note"),
        (pl.col("shipped") - pl.col("ordered")).dt.total_days().fill_null(-1).alias("days"),
        ((qty * cents * (100 - off)).cast(pl.Decimal(18, 4)) * small).alias("net"),
        (share.cast(pl.Decimal(18, 4)) * small).alias("share"),
    )  # fmt: skip
    products = pl.read_csv(
        folder / "products.csv",
        schema={"product_id": pl.Int32, "category": pl.String, "cost": pl.Decimal(10, 2)},
    )
    joined = derived.join(products, left_on="product", right_on="product_id", how="left", maintain_order="left")
    known = pl.col("category").is_not_null()
    write(joined.filter(~known).select(KEPT), "no_match")
    open_ = (pl.col("status") == "open").fill_null(False)
    web = pl.col("channel").is_in(["web", "phone"]).fill_null(False)
    total = pl.col("net").cast(pl.Decimal(38, 4)).sum()
    mean = (total.cast(pl.Decimal(38, 8)) / pl.len()).round(4, mode="half_away_from_zero").cast(pl.Decimal(38, 4))
    groups = joined.filter(known & open_).group_by("region", "category", maintain_order=True)
    write(groups.agg(pl.len().alias("n"), total.alias("s"), mean.alias("m"), pl.col("qty").max()), "groups")
    ordered = joined.filter(known & ~open_ & web).select(SORTED)
    write(ordered.sort("category", "net", "line", descending=[False, True, False]), "sorted")
    write(joined.filter(known & ~open_ & ~web).select(FACT), "fact")


# --- pandas ----------------------------------------------------------------------------------


def with_pandas(folder: Path, source: Path, out: Path) -> None:
    """Chunks of 200,000 rows; money as 64-bit floats, as in most scripts (so the last digits may differ)."""
    import pandas as pd

    products = pd.read_csv(folder / "products.csv").set_index("product_id")
    opened, webbed = [], []
    first = True

    def write(frame: pd.DataFrame, name: str) -> None:
        mode = "w" if first or name in ("groups", "sorted") else "a"
        frame.to_csv(
            out / f"{name}.txt",
            sep="|",
            header=False,
            index=False,
            mode=mode,
            float_format="%.4f",
            quoting=3,
            quotechar=None,
        )

    for raw in pd.read_csv(source, dtype=str, chunksize=200_000, keep_default_na=False, na_values=[""]):
        long = (raw["customer"].str.len() > NAME_LENGTH) | (raw["comment"].str.len() > NOTE_LENGTH).fillna(False)
        write(raw[long][["line_id"]], "err_source")
        typed = raw[~long].copy()
        bad = pd.Series(False, index=typed.index)
        for name, (text, kind) in _CASTS.items():
            if kind == "date":
                typed[name] = pd.to_datetime(typed[text], format="%Y-%m-%d", errors="coerce")
            else:
                typed[name] = pd.to_numeric(typed[text], errors="coerce")
                if kind == "integer":
                    typed.loc[typed[name].abs() >= 2**31, name] = float("nan")
            bad |= typed[name].isna() & typed[text].notna()
        write(typed[bad][list(KEPT)], "err_convert")
        typed = typed[~bad].astype({"line": "int64", "product": "int64", "qty": "int64"})
        zero = typed["qty"] == 0
        write(typed[zero][list(KEPT)], "err_derive")
        rows = typed[~zero].copy()
        rows["customer_code"] = rows["customer"].str.strip(" ").str.slice(0, 10).str.upper()
        rows["note"] = rows["comment"].fillna("none").str.replace("\r\n", " ").str.replace("\n", " ")
        rows["days"] = (rows["shipped"] - rows["ordered"]).dt.days.fillna(-1).astype("int64")
        rows["net"] = (rows["qty"] * rows["price"] * (1 - rows["off"])).round(4)
        rows["share"] = (rows["price"] * 10_000).round() // rows["qty"] / 10_000
        rows = rows.join(products, on="product")
        known = rows["category"].notna()
        write(rows[~known][list(KEPT)], "no_match")
        rows = rows[known]
        open_, web = rows["status"] == "open", rows["channel"].isin(["web", "phone"])
        opened.append(rows[open_][["region", "category", "net", "qty"]])
        webbed.append(rows[~open_ & web][list(SORTED)])
        write(rows[~open_ & ~web][list(FACT)], "fact")
        first = False
    grouped = pd.concat(opened).groupby(["region", "category"], sort=False)
    found = grouped.agg(n=("net", "size"), s=("net", "sum"), m=("net", "mean"), q=("qty", "max")).reset_index()
    write(found, "groups")
    ordered = pd.concat(webbed)
    write(ordered.sort_values(["category", "net", "line"], ascending=[True, False, True]), "sorted")


PEERS = {
    "DuckDB": with_duckdb,
    "DuckDB, rows in any order": with_duckdb_unordered,
    "Polars": with_polars,
    "pandas": with_pandas,
    "csv": with_csv,
}
LIMITED = "DuckDB, 630 MB"
"""Runs beside the flow with a memory limit only."""

if __name__ == "__main__":
    run = with_duckdb_limited if sys.argv[1] == LIMITED else PEERS[sys.argv[1]]
    run(*map(Path, sys.argv[2:5]))
