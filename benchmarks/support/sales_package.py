"""The typical flow as a package (a real format 8 ``.dtsx``).

Flat File Source → Data Conversion → Row Count → Derived Column → Lookup of 200,000
products → Conditional Split → Aggregate, Sort and a table of facts. Rows with errors of
the first, second and fourth leave for files of their own, as do rows without a product.
"""

from __future__ import annotations

from pathlib import Path

from support.packages import date, i4, i8, numeric, wstr
from support.pipelines import AVERAGE, COUNT_ALL, GROUP_BY, MAXIMUM, SUM, Pipeline
from support.sales import COLUMNS, NAME_LENGTH

__all__ = ["FACT", "GROUPS", "OUTPUTS", "write_package"]

FACT = (
    "line", "customer_code", "product", "qty", "price", "net", "share", "ordered", "days", "region", "status",
    "channel", "note", "category", "cost",
)  # fmt: skip
SORTED = ("category", "net", "line", "customer_code", "qty", "ordered", "region", "note")
GROUPS = ("region", "category", "lines", "net_sum", "net_average", "qty_max")
OUTPUTS = ("fact", "sorted", "groups", "err_source", "err_convert", "err_derive", "no_match")
KEPT = tuple(name for name in COLUMNS if name != "comment")
_LENGTHS = {"customer": NAME_LENGTH, "comment": 60}


def write_package(path: Path, source: Path, folder: Path) -> None:
    """Write the package that reads ``source`` and writes :data:`OUTPUTS` into ``folder``; map ``Products`` to run it."""
    flow = Pipeline(variables=["lines"])
    flow.database("Products")
    columns = [wstr(name, _LENGTHS.get(name, 20)) for name in COLUMNS]
    rows, bad = flow.flat_file_source("Source", source, columns, redirect=True)
    flow.flat_file_destination("err_source", bad, folder / "err_source.txt", list(bad.columns))
    rows, bad = flow.data_conversion(
        "Convert",
        rows,
        {
            i4("line"): "line_id", i4("product"): "product_id", i4("qty"): "quantity",
            numeric("price", 18, 4): "unit_price", numeric("off", 18, 4): "discount",
            date("ordered"): "order_date", date("shipped"): "ship_date",
        },
    )  # fmt: skip
    flow.flat_file_destination("err_convert", bad, folder / "err_convert.txt", [*KEPT, "ErrorCode", "ErrorColumn"])
    rows = flow.row_count("Count", rows, "User::lines")
    rows, bad = flow.derived_column(
        "Derive",
        rows,
        {
            wstr("customer_code", 10): "UPPER(SUBSTRING(TRIM([customer]), 1, 10))",
            wstr("note", 60): 'ISNULL([comment]) ? "none" : REPLACE(REPLACE([comment], "\\r\\n", " "), "\\n", " ")',
            i4("days"): 'ISNULL([shipped]) ? -1 : DATEDIFF("day", [ordered], [shipped])',
            numeric("net", 18, 4): "(DT_NUMERIC,18,4)([qty] * [price] * ((DT_NUMERIC,18,4)1 - [off]))",
            numeric("share", 18, 4): "(DT_NUMERIC,18,4)([price] / [qty])",
        },
    )
    flow.flat_file_destination("err_derive", bad, folder / "err_derive.txt", [*KEPT, "ErrorCode", "ErrorColumn"])
    rows, missing = flow.lookup(
        "Product",
        rows,
        "Products",
        "select product_id, category, cost from products",
        {"product": "product_id"},
        {wstr("category", 20): "category", numeric("cost", 10, 2): "cost"},
    )
    flow.flat_file_destination("no_match", missing, folder / "no_match.txt", KEPT)
    open_, web, rest = flow.conditional_split(
        "Split", rows, {"open": '[status] == "open"', "web": '[channel] == "web" || [channel] == "phone"', "rest": ""}
    )
    groups = flow.aggregate(
        "Aggregate",
        open_,
        {
            wstr("region", 20): (GROUP_BY, "region"), wstr("category", 20): (GROUP_BY, "category"),
            i8("lines"): (COUNT_ALL, ""), numeric("net_sum", 38, 4): (SUM, "net"),
            numeric("net_average", 38, 4): (AVERAGE, "net"), i4("qty_max"): (MAXIMUM, "qty"),
        },
    )  # fmt: skip
    flow.flat_file_destination("groups", groups, folder / "groups.txt", GROUPS)
    ordered = flow.sort("Sort", web, {"category": 1, "net": -2, "line": 3}, SORTED)
    flow.flat_file_destination("sorted", ordered, folder / "sorted.txt", SORTED)
    flow.flat_file_destination("fact", rest, folder / "fact.txt", FACT)
    flow.write(path)
