"""Columns of a frame as the texts that stand for their values in a MySQL statement, a whole column at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.connections.errors import SqlError
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["literal_column", "row_texts"]


def row_texts(frame: pl.DataFrame, kinds: list[TypeSpec], missing: list[str], *, backslashes: bool = True) -> pl.Series:
    """``(1,'a',NULL)`` per row; ``missing`` is what stands for NULL per column.

    ``backslashes`` tells that a backslash in a literal needs another one (it does unless the
    server runs in NO_BACKSLASH_ESCAPES). Raises SqlError for a number that MySQL does not know.
    """
    import polars as pl

    made = [
        literal_column(values, kind, backslashes=backslashes).fill_null(word).alias(str(at))
        for at, (values, kind, word) in enumerate(zip(frame.get_columns(), kinds, missing, strict=True))
    ]
    if not made:
        return pl.Series(["()"] * frame.height)
    inside = pl.concat_str([str(at) for at in range(len(made))], separator=",")
    return pl.DataFrame(made).select(pl.concat_str(pl.lit("("), inside, pl.lit(")"))).to_series()


def literal_column(values: pl.Series, kind: TypeSpec, *, backslashes: bool = True) -> pl.Series:
    """The literals of one column, null where the value is NULL."""
    import polars as pl

    dtype = values.dtype
    if dtype == pl.Struct:  # DBTIMESTAMPOFFSET: the clock of its zone, as DATETIME has none
        values = values.struct.unnest().select(pl.col("utc") + pl.duration(minutes=pl.col("offset"))).to_series()
        return _quoted(_moments(values))
    if dtype == pl.Boolean:
        return values.cast(pl.Int8).cast(pl.String)
    if dtype in (pl.Float32, pl.Float64):
        return _numbers(values.cast(pl.Float64))
    if dtype == pl.Binary:
        return _wrapped(values.bin.encode("hex"), "X'", "'")
    if dtype == pl.Date:
        return _quoted(values.dt.to_string("%Y-%m-%d"))
    if dtype == pl.Time:
        return _quoted(values.dt.to_string("%H:%M:%S%.6f"))
    if dtype == pl.Datetime:
        return _quoted(_moments(values))
    if dtype == pl.String:
        if kind.dt is DT.GUID:
            values = values.str.strip_chars("{}").str.to_uppercase()
        pairs = {"'": "''", "\\": "\\\\"} if backslashes else {"'": "''"}
        return _quoted(values.str.replace_many(pairs))
    return values.cast(pl.String)


def _numbers(values: pl.Series) -> pl.Series:
    import polars as pl

    if not (values.is_finite() | values.is_null()).all():
        raise SqlError(detail="inf and nan can not be used with MySQL.")
    return values.cast(pl.String)


def _moments(values: pl.Series) -> pl.Series:
    import polars as pl

    return values.cast(pl.Datetime("us")).dt.to_string("%Y-%m-%d %H:%M:%S%.6f")


def _quoted(texts: pl.Series) -> pl.Series:
    return _wrapped(texts, "'", "'")


def _wrapped(texts: pl.Series, before: str, after: str) -> pl.Series:
    import polars as pl

    return pl.DataFrame([texts.alias("t")]).select(pl.lit(before) + pl.col("t") + pl.lit(after)).to_series()
