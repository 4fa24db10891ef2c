"""100 typical expressions over 1,000,000 rows, beside hand-written Polars and pandas.

    python benchmarks/expressions.py [--rows 1000000] [--rounds 5] [--skip-pandas] [--only TEXT]

Each expression is compiled once and evaluated over one frame; the peers do by hand what
the expression says. A peer's line may be more lenient (no overflow check, no error per
row, floats for money in pandas); medians of the rounds and ratios are printed, then the
median and the worst of all ratios.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions import ColumnBinding, compile_columns

TYPES = {
    "name": TypeSpec(DT.WSTR, length=50),
    "code": TypeSpec(DT.STR, length=20, code_page=1252),
    "city": TypeSpec(DT.WSTR, length=30),
    "path": TypeSpec(DT.WSTR, length=100),
    "digits": TypeSpec(DT.STR, length=10, code_page=1252),
    "day": TypeSpec(DT.WSTR, length=10),
    "qty": TypeSpec(DT.I4),
    "small": TypeSpec(DT.I2),
    "id": TypeSpec(DT.I8),
    "price": TypeSpec(DT.CY),
    "amount": TypeSpec(DT.NUMERIC, precision=18, scale=2),
    "rate": TypeSpec(DT.R8),
    "flag": TypeSpec(DT.BOOL),
    "created": TypeSpec(DT.DBTIMESTAMP),
    "closed": TypeSpec(DT.DBTIMESTAMP),
}

P = pl.col
CASES: list[tuple[str, Callable[[], pl.Expr], Callable[[Any], Any]]] = [
    ("UPPER(name)", lambda: P("name").str.to_uppercase(), lambda d: d.name_.str.upper()),
    ("LOWER(name)", lambda: P("name").str.to_lowercase(), lambda d: d.name_.str.lower()),
    ("TRIM(name)", lambda: P("name").str.strip_chars(" "), lambda d: d.name_.str.strip(" ")),
    ("LTRIM(name)", lambda: P("name").str.strip_chars_start(" "), lambda d: d.name_.str.lstrip(" ")),
    ("RTRIM(name)", lambda: P("name").str.strip_chars_end(" "), lambda d: d.name_.str.rstrip(" ")),
    ("UPPER(TRIM(name))", lambda: P("name").str.strip_chars(" ").str.to_uppercase(), lambda d: d.name_.str.strip(" ").str.upper()),
    ("LEN(name)", lambda: P("name").str.len_chars().cast(pl.Int32), lambda d: d.name_.str.len()),
    ("LEN(TRIM(city)) == 0", lambda: P("city").str.strip_chars(" ").str.len_chars() == 0, lambda d: d.city.str.strip(" ").str.len() == 0),
    ("LEFT(code,2)", lambda: P("code").str.slice(0, 2), lambda d: d.code.str[:2]),
    ("RIGHT(code,4)", lambda: P("code").str.tail(4), lambda d: d.code.str[-4:]),
    ("SUBSTRING(code,4,4)", lambda: P("code").str.slice(3, 4), lambda d: d.code.str[3:7]),
    ("SUBSTRING(name,1,1)", lambda: P("name").str.slice(0, 1), lambda d: d.name_.str[:1]),
    ("UPPER(SUBSTRING(name,1,1)) + LOWER(SUBSTRING(name,2,50))", lambda: P("name").str.slice(0, 1).str.to_uppercase() + P("name").str.slice(1, 50).str.to_lowercase(), lambda d: d.name_.str[:1].str.upper() + d.name_.str[1:51].str.lower()),
    ("REPLACE(code,\"-\",\"\")", lambda: P("code").str.replace_all("-", "", literal=True), lambda d: d.code.str.replace("-", "", regex=False)),
    ("REPLACE(path,\"\\\\\",\"/\")", lambda: P("path").str.replace_all("\\", "/", literal=True), lambda d: d.path.str.replace("\\", "/", regex=False)),
    ("REPLACE(REPLACE(name,\"a\",\"4\"),\"e\",\"3\")", lambda: P("name").str.replace_all("a", "4", literal=True).str.replace_all("e", "3", literal=True), lambda d: d.name_.str.replace("a", "4", regex=False).str.replace("e", "3", regex=False)),
    ("FINDSTRING(code,\"-\",1)", lambda: (P("code").str.find("-", literal=True) + 1).fill_null(0).cast(pl.Int32), lambda d: d.code.str.find("-") + 1),
    ("SUBSTRING(code,1,FINDSTRING(code,\"-\",1) - 1)", lambda: P("code").str.slice(0, P("code").str.find("-", literal=True)), lambda d: d.code.str.split("-").str[0]),
    ("TOKEN(path,\"\\\\\",2)", lambda: P("path").str.split("\\").list.get(1, null_on_oob=True), lambda d: d.path.str.split("\\").str[1]),
    ("TOKENCOUNT(path,\"\\\\\")", lambda: P("path").str.count_matches("\\", literal=True).cast(pl.Int32) + 1, lambda d: d.path.str.count(r"\\") + 1),
    ("RIGHT(path,LEN(path) - FINDSTRING(path,\"\\\\\",1))", lambda: P("path").str.slice(P("path").str.find("\\", literal=True) + 1), lambda d: d.path.str.split("\\", n=1).str[1]),
    ("REVERSE(code)", lambda: P("code").str.reverse(), lambda d: d.code.map(lambda s: s[::-1])),
    ("REPLICATE(\"0\",3) + digits", lambda: pl.lit("000") + P("digits"), lambda d: "000" + d.digits),
    ("RIGHT(\"0000000000\" + digits,10)", lambda: (pl.lit("0000000000") + P("digits")).str.tail(10), lambda d: ("0000000000" + d.digits).str[-10:]),
    ("\"[\" + name + \"]\"", lambda: pl.concat_str([pl.lit("["), P("name"), pl.lit("]")]), lambda d: "[" + d.name_ + "]"),
    ("name + \" \" + code", lambda: P("name") + " " + P("code"), lambda d: d.name_ + " " + d.code),
    ("name + \", \" + city + \" (\" + code + \")\"", lambda: pl.concat_str([P("name"), pl.lit(", "), P("city"), pl.lit(" ("), P("code"), pl.lit(")")]), lambda d: d.name_ + ", " + d.city + " (" + d.code + ")"),
    ("ISNULL(city) ? \"\" : city", lambda: P("city").fill_null(""), lambda d: d.city.fillna("")),
    ("REPLACENULL(city,\"Unknown\")", lambda: P("city").fill_null("Unknown"), lambda d: d.city.fillna("Unknown")),
    ("ISNULL(city)", lambda: P("city").is_null(), lambda d: d.city.isna()),
    ("!ISNULL(city) && city != \"\"", lambda: P("city").is_not_null() & (P("city") != ""), lambda d: d.city.notna() & (d.city != "")),
    ("TRIM(city) == \"\" ? NULL(DT_WSTR,30) : TRIM(city)", lambda: pl.when(P("city").str.strip_chars(" ") != "").then(P("city").str.strip_chars(" ")), lambda d: d.city.str.strip(" ").where(lambda s: s != "")),
    ("name == \"Smith\"", lambda: P("name") == "Smith", lambda d: d.name_ == "Smith"),
    ("UPPER(city) == \"PARIS\" || UPPER(city) == \"ROME\"", lambda: P("city").str.to_uppercase().is_in(["PARIS", "ROME"]), lambda d: d.city.str.upper().isin(["PARIS", "ROME"])),
    ("city == \"Paris\" ? \"FR\" : city == \"Rome\" ? \"IT\" : \"??\"", lambda: pl.when(P("city") == "Paris").then(pl.lit("FR")).when(P("city") == "Rome").then(pl.lit("IT")).otherwise(pl.lit("??")), lambda d: np.select([d.city == "Paris", d.city == "Rome"], ["FR", "IT"], "??")),
    ("LEFT(code,2) == \"AB\"", lambda: P("code").str.slice(0, 2) == "AB", lambda d: d.code.str[:2] == "AB"),
    ("FINDSTRING(name,\"son\",1) > 0", lambda: P("name").str.contains("son", literal=True), lambda d: d.name_.str.contains("son", regex=False)),
    ("CODEPOINT(name)", lambda: P("name").str.head(1).cast(pl.Binary).bin.reinterpret(dtype=pl.UInt8).cast(pl.UInt16), lambda d: d.name_.str[0].map(ord)),
    ("(DT_WSTR,20)qty", lambda: P("qty").cast(pl.String), lambda d: d.qty.astype(str)),
    ("(DT_STR,12,1252)id", lambda: P("id").cast(pl.String), lambda d: d.id.astype(str)),
    ("\"Q\" + (DT_WSTR,10)small", lambda: pl.lit("Q") + P("small").cast(pl.String), lambda d: "Q" + d.small.astype(str)),
    ("(DT_WSTR,30)amount", lambda: P("amount").cast(pl.String), lambda d: d.amount.map("{:.2f}".format)),
    ("(DT_WSTR,30)created", lambda: P("created").dt.strftime("%Y-%m-%d %H:%M:%S"), lambda d: d.created.dt.strftime("%Y-%m-%d %H:%M:%S")),
    ("LEFT((DT_WSTR,30)created,10)", lambda: P("created").dt.strftime("%Y-%m-%d %H:%M:%S").str.slice(0, 10), lambda d: d.created.dt.strftime("%Y-%m-%d %H:%M:%S").str[:10]),
    ("(DT_I4)digits", lambda: P("digits").cast(pl.Int32, strict=False), lambda d: pd_numeric(d.digits)),
    ("(DT_I8)digits", lambda: P("digits").cast(pl.Int64, strict=False), lambda d: pd_numeric(d.digits)),
    ("(DT_NUMERIC,18,2)digits", lambda: P("digits").cast(pl.Decimal(18, 2), strict=False), lambda d: pd_numeric(d.digits)),
    ("(DT_R8)digits", lambda: P("digits").cast(pl.Float64, strict=False), lambda d: pd_numeric(d.digits)),
    ("(DT_DBDATE)day", lambda: P("day").str.to_date("%Y-%m-%d", strict=False), lambda d: pd_dates(d.day)),
    ("(DT_DBTIMESTAMP)day", lambda: P("day").str.to_datetime("%Y-%m-%d", strict=False), lambda d: pd_dates(d.day)),
    ("(DT_DBDATE)created", lambda: P("created").dt.date(), lambda d: d.created.dt.normalize()),
    ("(DT_I8)qty", lambda: P("qty").cast(pl.Int64), lambda d: d.qty.astype("int64")),
    ("(DT_I4)id", lambda: P("id").cast(pl.Int32, strict=False), lambda d: d.id.astype("int32")),
    ("(DT_I4)rate", lambda: P("rate").cast(pl.Int32, strict=False), lambda d: d.rate.astype("int32")),
    ("(DT_R8)qty", lambda: P("qty").cast(pl.Float64), lambda d: d.qty.astype("float64")),
    ("(DT_NUMERIC,18,4)qty", lambda: P("qty").cast(pl.Decimal(18, 4)), lambda d: d.qty.astype("float64")),
    ("(DT_NUMERIC,18,4)amount", lambda: P("amount").cast(pl.Decimal(18, 4)), lambda d: d.amount.round(4)),
    ("(DT_BOOL)qty", lambda: P("qty") != 0, lambda d: d.qty != 0),
    ("qty + 1", lambda: P("qty") + 1, lambda d: d.qty + 1),
    ("qty + small", lambda: P("qty") + P("small"), lambda d: d.qty + d.small),
    ("qty * 2 - small", lambda: P("qty") * 2 - P("small"), lambda d: d.qty * 2 - d.small),
    ("qty * small", lambda: P("qty") * P("small"), lambda d: d.qty * d.small),
    ("id * 10 + qty", lambda: P("id") * 10 + P("qty"), lambda d: d.id * 10 + d.qty),
    ("qty / small", lambda: P("qty") // P("small"), lambda d: d.qty // d.small),
    ("qty % 7", lambda: P("qty") % 7, lambda d: d.qty % 7),
    ("id % 2 == 0", lambda: P("id") % 2 == 0, lambda d: d.id % 2 == 0),
    ("-qty", lambda: -P("qty"), lambda d: -d.qty),
    ("qty & 255", lambda: P("qty") & 255, lambda d: d.qty & 255),
    ("rate * 1.5E0", lambda: P("rate") * 1.5, lambda d: d.rate * 1.5),
    ("rate * qty", lambda: P("rate") * P("qty"), lambda d: d.rate * d.qty),
    ("rate / 100E0 + 1E0", lambda: P("rate") / 100 + 1, lambda d: d.rate / 100 + 1),
    ("(DT_R8)qty / (DT_R8)small", lambda: P("qty").cast(pl.Float64) / P("small").cast(pl.Float64), lambda d: d.qty / d.small),
    ("amount + amount", lambda: P("amount").cast(pl.Decimal(19, 2)) + P("amount"), lambda d: d.amount + d.amount),
    ("amount * qty", lambda: P("amount").cast(pl.Decimal(29, 2)) * P("qty"), lambda d: d.amount * d.qty),
    ("amount * 0.19", lambda: P("amount").cast(pl.Decimal(22, 4)) * pl.lit("0.19").cast(pl.Decimal(22, 4)), lambda d: (d.amount * 0.19).round(4)),
    ("amount / qty", lambda: P("amount").cast(pl.Decimal(38, 13)) / P("qty"), lambda d: d.amount / d.qty),
    ("price * qty", lambda: P("price").cast(pl.Decimal(30, 4)) * P("qty"), lambda d: d.price * d.qty),
    ("price + price", lambda: P("price") + P("price"), lambda d: d.price + d.price),
    ("amount * (1 - 0.25)", lambda: P("amount").cast(pl.Decimal(32, 4)) * pl.lit("0.75").cast(pl.Decimal(32, 4)), lambda d: (d.amount * 0.75).round(4)),
    ("-amount", lambda: -P("amount"), lambda d: -d.amount),
    ("ROUND(amount,1)", lambda: P("amount").round(1, mode="half_away_from_zero"), lambda d: d.amount.round(1)),
    ("ROUND(rate,2)", lambda: P("rate").round(2), lambda d: d.rate.round(2)),
    ("ABS(qty)", lambda: P("qty").abs(), lambda d: d.qty.abs()),
    ("ABS(amount)", lambda: P("amount").abs(), lambda d: d.amount.abs()),
    ("FLOOR(rate)", lambda: P("rate").floor(), lambda d: np.floor(d.rate)),
    ("SQRT(ABS(rate))", lambda: P("rate").abs().sqrt(), lambda d: np.sqrt(d.rate.abs())),
    ("qty > 10 && qty <= 500", lambda: (P("qty") > 10) & (P("qty") <= 500), lambda d: (d.qty > 10) & (d.qty <= 500)),
    ("amount > 1000.00", lambda: P("amount") > pl.lit("1000.00").cast(pl.Decimal(18, 2)), lambda d: d.amount > 1000),
    ("qty == 0 ? 0 : id / qty", lambda: pl.when(P("qty") == 0).then(0).otherwise(P("id") // P("qty")), lambda d: np.where(d.qty == 0, 0, d.id // d.qty.replace(0, 1))),
    ("flag ? amount : -amount", lambda: pl.when(P("flag")).then(P("amount")).otherwise(-P("amount")), lambda d: np.where(d.flag, d.amount, -d.amount)),
    ("flag ? 1 : 0", lambda: pl.when(P("flag")).then(1).otherwise(0), lambda d: np.where(d.flag, 1, 0)),
    ("!flag || qty > 100", lambda: ~P("flag") | (P("qty") > 100), lambda d: ~d.flag | (d.qty > 100)),
    ("YEAR(created)", lambda: P("created").dt.year(), lambda d: d.created.dt.year),
    ("MONTH(created)", lambda: P("created").dt.month().cast(pl.Int32), lambda d: d.created.dt.month),
    ("DATEPART(\"dw\",created)", lambda: P("created").dt.weekday().cast(pl.Int32) % 7 + 1, lambda d: (d.created.dt.day_of_week + 1) % 7 + 1),
    ("YEAR(created) * 10000 + MONTH(created) * 100 + DAY(created)", lambda: P("created").dt.year() * 10000 + P("created").dt.month().cast(pl.Int32) * 100 + P("created").dt.day(), lambda d: d.created.dt.year * 10000 + d.created.dt.month * 100 + d.created.dt.day),
    ("DATEADD(\"day\",30,created)", lambda: P("created") + pl.duration(days=30), lambda d: d.created + timedelta(days=30)),
    ("DATEADD(\"month\",1,created)", lambda: P("created").dt.offset_by("1mo"), lambda d: d.created + pd_month()),
    ("DATEDIFF(\"dd\",created,closed)", lambda: (P("closed").dt.date() - P("created").dt.date()).dt.total_days().cast(pl.Int32), lambda d: (d.closed.dt.normalize() - d.created.dt.normalize()).dt.days),
    ("ISNULL(closed) ? DATEDIFF(\"hh\",created,GETDATE()) : DATEDIFF(\"hh\",created,closed)", lambda: pl.when(P("closed").is_null()).then((pl.lit(datetime(2026, 1, 1)).dt.truncate("1h") - P("created").dt.truncate("1h")).dt.total_hours()).otherwise((P("closed").dt.truncate("1h") - P("created").dt.truncate("1h")).dt.total_hours()).cast(pl.Int32), lambda d: (d.closed.fillna(datetime(2026, 1, 1)).dt.floor("h") - d.created.dt.floor("h")).dt.total_seconds() // 3600),
]  # fmt: skip


def pd_numeric(series: Any) -> Any:
    import pandas as pd

    return pd.to_numeric(series, errors="coerce")


def pd_dates(series: Any) -> Any:
    import pandas as pd

    return pd.to_datetime(series, format="%Y-%m-%d", errors="coerce")


def pd_month() -> Any:
    import pandas as pd

    return pd.DateOffset(months=1)


def make_frame(rows: int) -> pl.DataFrame:
    """The rows: about 5 % NULL in city and closed, 0.1 % texts that are no number or date."""
    random = np.random.default_rng(7)
    first = np.array(
        ["Smith", "  Anderson ", "Müller" if False else "Mueller", "de la Cruz", "O'Neil", "Johnson  ", "Lee"]
    )
    cities = np.array(["Paris", "Rome", "Berlin", "New York", "  ", ""])
    codes = np.char.add(
        np.array(["AB-", "CD-", "EF-"])[random.integers(0, 3, rows)], random.integers(1000, 9999, rows).astype(str)
    )
    digits = random.integers(0, 99999, rows).astype(str)
    days = np.datetime_as_string(np.datetime64("2015-01-01") + random.integers(0, 3650, rows).astype("timedelta64[D]"))
    created = np.datetime64("2018-01-01T00:00:00", "us") + random.integers(0, 200_000_000, rows).astype(
        "timedelta64[s]"
    )
    frame = pl.DataFrame(
        {
            "name": first[random.integers(0, len(first), rows)],
            "code": codes,
            "city": cities[random.integers(0, len(cities), rows)],
            "path": np.char.add("C:\\Data\\In\\", np.char.add(codes, ".csv")),
            "digits": digits,
            "day": days,
            "qty": random.integers(1, 1000, rows).astype(np.int32),
            "small": random.integers(1, 30, rows).astype(np.int16),
            "id": np.arange(rows, dtype=np.int64),
            "price": random.integers(0, 10_000_000, rows),
            "amount": random.integers(-1_000_000, 10_000_000, rows),
            "rate": random.normal(10, 50, rows),
            "flag": random.random(rows) < 0.5,
            "created": created,
            "closed": created + random.integers(0, 9_000_000, rows).astype("timedelta64[s]"),
            "hole": random.random(rows),
        }
    )
    return frame.with_columns(
        city=pl.when(P("hole") > 0.05).then(P("city")),
        closed=pl.when(P("hole") < 0.95).then(P("closed")),
        digits=pl.when(P("hole") < 0.999).then(P("digits")).otherwise(pl.lit("n/a")),
        day=pl.when(P("hole") < 0.999).then(P("day")).otherwise(pl.lit("n/a")),
        price=(P("price").cast(pl.Decimal(19, 4)) / 100).cast(pl.Decimal(19, 4)),
        amount=(P("amount").cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)),
    ).drop("hole")


def timed(run: Callable[[], Any], rounds: int) -> float:
    """The median of some rounds, in milliseconds; a round of something fast is the mean of many runs."""
    start = time.perf_counter()
    run()
    once = time.perf_counter() - start
    repeats = max(1, min(200, int(0.02 / max(once, 1e-6))))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        times.append((time.perf_counter() - start) * 1000 / repeats)
    return statistics.median(times)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="only expressions that contain this text")
    parser.add_argument("--skip-pandas", action="store_true")
    options = parser.parse_args(arguments)
    frame = make_frame(options.rows)
    bindings = [ColumnBinding(name, spec, (name,)) for name, spec in TYPES.items()]
    other = None
    if not options.skip_pandas:
        other = frame.with_columns(P("price", "amount").cast(pl.Float64)).to_pandas().rename(columns={"name": "name_"})
    ratios: list[float] = []
    against_pandas: list[float] = []
    totals = [0.0, 0.0, 0.0]
    print(f"{options.rows:,} rows, median of {options.rounds} rounds, milliseconds")
    print(f"{'dtserve':>9} {'polars':>9} {'ratio':>6} {'pandas':>9} {'ratio':>6}  expression")
    for text, by_hand, in_pandas in CASES:
        if options.only not in text:
            continue
        compiled = compile_columns(text, bindings)
        expression = by_hand()
        ours = timed(lambda c=compiled: c.evaluate(frame), options.rounds)
        polars = timed(lambda e=expression: frame.select(e), options.rounds)
        pandas = timed(lambda p=in_pandas: p(other), 1) if other is not None else float("nan")
        ratios.append(ours / polars)
        against_pandas.append(ours / pandas)
        totals = [a + b for a, b in zip(totals, (ours, polars, pandas), strict=True)]
        print(f"{ours:9.2f} {polars:9.2f} {ours / polars:6.2f} {pandas:9.2f} {ours / pandas:6.2f}  {text}", flush=True)
        gc.collect()
    worst = max(ratios)
    print(
        f"{totals[0]:9.0f} {totals[1]:9.0f} {totals[0] / totals[1]:6.2f} {totals[2]:9.0f} {totals[0] / totals[2]:6.2f}  all"
    )
    print(
        f"{len(ratios)} expressions; ratio to Polars: median {statistics.median(ratios):.2f}, worst {worst:.2f}, "
        f"{sum(r <= 2 for r in ratios)} within 2; to pandas: median {statistics.median(against_pandas):.2f}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
