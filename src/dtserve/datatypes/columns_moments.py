"""Columns of dates and times to other date and time types, vectorised (DATA_FLOW §3.3)."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dtserve.datatypes.columns_parse_moments import cut_times, finish_column, with_offset
from dtserve.datatypes.moments import TIMES, TIMESTAMP2_MIN_YEAR, WIDE_STAMPS
from dtserve.datatypes.types import DT, TypeSpec

__all__ = ["convert_moments", "moments_to_moments"]


def moments_to_moments(series: pl.Series, source: TypeSpec, target: TypeSpec) -> tuple[pl.Series, pl.Series | None]:
    """Values (null where out of range) and marks of cut fractions; from DT_DATE a cut is not reported."""
    values, cut = _converted(series, source, target)
    return values, None if source.dt is DT.DATE else cut


def _converted(series: pl.Series, source: TypeSpec, target: TypeSpec) -> tuple[pl.Series, pl.Series | None]:
    if source.dt in TIMES and target.dt in TIMES:
        return cut_times(series, target)
    utc = _utc(series, source)
    if target.dt is DT.DBDATE or target.dt in TIMES:
        return convert_moments(utc, target)
    if source.dt in WIDE_STAMPS and target.dt is DT.DBTIMESTAMP:
        late = utc.dt.year() >= TIMESTAMP2_MIN_YEAR
        if not late.all():
            utc = pl.select(pl.when(late).then(utc)).to_series()
    if source.dt is DT.DBTIMESTAMPOFFSET and target.dt is DT.DBTIMESTAMPOFFSET:
        moments, cut = finish_column(utc, TypeSpec(DT.DBTIMESTAMP2, scale=target.scale))
        return with_offset(moments, series.struct.field("offset")), cut
    return convert_moments(utc, target)


def convert_moments(moments: pl.Series, target: TypeSpec) -> tuple[pl.Series, pl.Series | None]:
    """Naive moments (zone 0) as a date or time type."""
    if target.dt is DT.DBDATE:
        return moments.dt.date(), None
    if target.dt in TIMES:
        return cut_times(moments.dt.time(), target)
    return finish_column(moments, target)


def _utc(series: pl.Series, source: TypeSpec) -> pl.Series:
    """The column as naive moments; a time gets today's date, an offset is applied."""
    if source.dt is DT.DBDATE:
        return series.cast(pl.Datetime("us"))
    if source.dt in TIMES:
        today = int((dt.datetime.combine(dt.date.today(), dt.time()) - dt.datetime(1970, 1, 1)).total_seconds())
        return (series.to_physical() // 1000 + today * 1_000_000).cast(pl.Datetime("us"))
    if source.dt is DT.DBTIMESTAMPOFFSET:
        return series.struct.field("utc")
    return series
