"""Columns of dates and times among themselves."""

import datetime as dt

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.columns_moments import convert_moments, moments_to_moments

STAMPS = pl.Series([dt.datetime(2004, 3, 11, 10, 1, 36, 827000), dt.datetime(1700, 1, 1), None])


def test_parts_of_a_stamp():
    source = TypeSpec(DT.DBTIMESTAMP)
    dates, cut = moments_to_moments(STAMPS, source, TypeSpec(DT.DBDATE))
    assert (dates.to_list(), cut) == ([dt.date(2004, 3, 11), dt.date(1700, 1, 1), None], None)
    times, cut = moments_to_moments(STAMPS, source, TypeSpec(DT.DBTIME))
    assert times.to_list() == [dt.time(10, 1, 36), dt.time(), None]
    assert cut.to_list() == [True, False, False]


def test_ranges_leave_rows_open():
    values, _ = moments_to_moments(STAMPS, TypeSpec(DT.DBTIMESTAMP2, scale=3), TypeSpec(DT.DBTIMESTAMP))
    assert values.to_list() == [STAMPS[0], None, None]
    values, _ = moments_to_moments(STAMPS, TypeSpec(DT.DBTIMESTAMP), TypeSpec(DT.DBTIMESTAMP))
    assert values.to_list() == STAMPS.to_list()


def test_offsets_are_applied():
    kind = TypeSpec(DT.DBTIMESTAMPOFFSET, scale=3)
    column = pl.Series([{"utc": dt.datetime(2024, 1, 1, 23, 0, 0, 120000), "offset": 120}, None], dtype=kind.polars())
    assert moments_to_moments(column, kind, TypeSpec(DT.DBDATE))[0].to_list() == [dt.date(2024, 1, 1), None]
    same, cut = moments_to_moments(column, kind, kind.with_(scale=1))
    assert same.to_list() == [{"utc": dt.datetime(2024, 1, 1, 23, 0, 0, 100000), "offset": 120}, None]
    assert cut.to_list() == [True, False]


def test_a_cut_from_dt_date_is_not_reported():
    assert moments_to_moments(STAMPS, TypeSpec(DT.DATE), TypeSpec(DT.DBTIME))[1] is None


def test_times_get_the_date_of_today():
    times = pl.Series([dt.time(8, 30), None])
    before = dt.date.today()
    found, _ = moments_to_moments(times, TypeSpec(DT.DBTIME), TypeSpec(DT.DBTIMESTAMP))
    assert found[0].time() == dt.time(8, 30)
    assert found[0].date() in (before, dt.date.today())
    assert moments_to_moments(times, TypeSpec(DT.DBTIME), TypeSpec(DT.DBTIME2, scale=7))[0].to_list() == times.to_list()


def test_moments_as_every_kind():
    for dt_kind in (DT.DATE, DT.DBDATE, DT.DBTIME, DT.DBTIMESTAMP, DT.FILETIME, DT.DBTIMESTAMPOFFSET):
        spec = TypeSpec(dt_kind)
        assert convert_moments(STAMPS, spec)[0].dtype == spec.polars()
