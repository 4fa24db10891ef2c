"""Texts in the notation of XML Schema and of OData as values of SSIS types."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from dtserve.dataflow.conversion import fit
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes.columns import ColumnResult

__all__ = ["duration_text", "schema_values"]

_TEXT = TypeSpec(DT.WSTR, length=4000)
_INVARIANT = 127
_MOMENT = r"^(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?$"
_OFFSET = r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:\d\d)?$"
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?")
_SPECIAL_FLOATS = {"INF": float("inf"), "+INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}


def schema_values(texts: pl.Series, target: TypeSpec) -> ColumnResult:
    """Texts in the notation of XML Schema as a type; empty texts are NULL unless the type is a text.

    Errors carry the codes of the Flat File Source.
    """
    values = texts
    if target.family != "text":
        values = values.str.strip_chars().replace({"": None})
    if target.dt is DT.DBTIMESTAMPOFFSET:
        values = _zoned(values)
    elif target.family == "datetime":
        values = _unzoned(values)
    elif target.family == "guid":
        bare = values.str.starts_with("{").not_().fill_null(False)
        values = values.zip_with(~bare, "{" + values + "}")
    elif target.family == "binary":
        decoded = values.str.decode("base64", strict=False)
        return fit(decoded, TypeSpec(DT.IMAGE), target, "flat_file_source")
    elif target.family == "float":
        return _floats(values, target)
    return fit(values, _TEXT, target, "flat_file_source", locale_id=_INVARIANT)


def duration_text(text: str) -> str:
    """A duration of less than a day as a time of day; any other text as it is.

    >>> duration_text("PT7H59M"), duration_text("PT0.5S"), duration_text("P2D")
    ('07:59:00', '00:00:00.5', 'P2D')
    """
    found = _DURATION.fullmatch(text)
    if found is None or found[1] or int(found[2] or 0):
        return text
    seconds = dt.timedelta(hours=int(found[3] or 0), minutes=int(found[4] or 0), seconds=int(found[5] or 0))
    if seconds >= dt.timedelta(days=1):
        return text
    clock = (dt.datetime.min + seconds).time().isoformat()
    return f"{clock}.{found[6]}" if found[6] else clock


def _unzoned(values: pl.Series) -> pl.Series:
    """Dates and times without ``T`` and zone."""
    import polars as pl

    parts = values.str.extract_groups(_MOMENT)
    date, clock = pl.col("p").struct.field("1"), pl.col("p").struct.field("2")
    whole = pl.concat_str([date, clock], separator=" ", ignore_nulls=True)
    frame = pl.DataFrame([parts.alias("p"), values.alias("v")])
    return frame.select(pl.when(date.is_null() & clock.is_null()).then("v").otherwise(whole)).to_series()


def _zoned(values: pl.Series) -> pl.Series:
    """Moments with a blank before their zone; without a zone they are UTC."""
    import polars as pl

    parts = values.str.extract_groups(_OFFSET)
    date, clock = pl.col("p").struct.field("1"), pl.col("p").struct.field("2")
    zone = pl.col("p").struct.field("3").replace({"Z": "+00:00"}).fill_null("+00:00")
    frame = pl.DataFrame([parts.alias("p"), values.alias("v")])
    made = pl.when(date.is_null()).then("v").otherwise(pl.concat_str([date, clock, zone], separator=" "))
    return frame.select(made).to_series()


def _floats(values: pl.Series, target: TypeSpec) -> ColumnResult:
    """Numbers; INF and NaN have no other notation in XML Schema."""
    import polars as pl

    from dtserve.datatypes.columns import ColumnResult

    special = values.is_in(list(_SPECIAL_FLOATS)).fill_null(False)
    if not special.any():
        return fit(values, _TEXT, target, "flat_file_source", locale_id=_INVARIANT)
    plain = values.set(special, None)
    result = fit(plain, _TEXT, target, "flat_file_source", locale_id=_INVARIANT)
    numbers = values.replace_strict(_SPECIAL_FLOATS, default=None, return_dtype=pl.Float64).cast(target.polars())
    return ColumnResult(result.values.zip_with(~special, numbers), result.errors, result.truncated)
