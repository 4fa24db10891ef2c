"""Dates and times among themselves, OLE dates and file times."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import ConversionError, ConversionOverflow
from dtserve.datatypes.moments import (
    convert_moment,
    filetime_ticks,
    finish,
    fraction_digits,
    from_filetime_ticks,
    from_ole,
    to_ole,
)

T = TypeSpec
STAMP = dt.datetime(2004, 3, 11, 10, 1, 36, 827000)
EAST = STAMP.replace(tzinfo=dt.timezone(dt.timedelta(hours=11)))
TODAY = dt.date.today


@pytest.mark.parametrize(
    ("spec", "digits"),
    [
        (T(DT.DBTIME), 0),
        (T(DT.DBTIMESTAMP), 3),
        (T(DT.FILETIME), 3),
        (T(DT.DATE), 6),
        (T(DT.DBTIME2, scale=7), 6),
        (T(DT.DBTIMESTAMP2, scale=2), 2),
        (T(DT.DBTIMESTAMPOFFSET), 0),
    ],
)
def test_digits_of_a_fraction(spec, digits):
    assert fraction_digits(spec) == digits


@pytest.mark.parametrize(
    ("value", "source", "target", "found", "cut"),
    [
        (STAMP, T(DT.DBTIMESTAMP), T(DT.DBDATE), STAMP.date(), False),
        (STAMP, T(DT.DBTIMESTAMP), T(DT.DBTIME), dt.time(10, 1, 36), True),
        (STAMP, T(DT.DBTIMESTAMP), T(DT.DBTIME2, scale=3), STAMP.time(), False),
        (STAMP, T(DT.DBTIMESTAMP), T(DT.DBTIMESTAMP2, scale=2), STAMP.replace(microsecond=820000), True),
        (STAMP, T(DT.DATE), T(DT.DBTIME), dt.time(10, 1, 36), False),
        (STAMP, T(DT.DATE), T(DT.FILETIME), STAMP, False),
        (STAMP, T(DT.FILETIME), T(DT.DATE), STAMP, False),
        (STAMP, T(DT.DBTIMESTAMP), T(DT.DBTIMESTAMPOFFSET, scale=3), STAMP.replace(tzinfo=dt.UTC), False),
        (STAMP.date(), T(DT.DBDATE), T(DT.DBTIMESTAMP), dt.datetime(2004, 3, 11), False),
        (STAMP.date(), T(DT.DBDATE), T(DT.DBTIME), dt.time(), False),
        (EAST, T(DT.DBTIMESTAMPOFFSET, scale=3), T(DT.DBDATE), dt.date(2004, 3, 10), False),
        (EAST, T(DT.DBTIMESTAMPOFFSET, scale=3), T(DT.DBTIMESTAMP), STAMP - dt.timedelta(hours=11), False),
        (EAST, T(DT.DBTIMESTAMPOFFSET, scale=3), T(DT.DBTIMESTAMPOFFSET), EAST.replace(microsecond=0), True),
    ],
    ids=str,
)
def test_the_matrix(value, source, target, found, cut):
    got = convert_moment(value, source, target)
    assert got == (found, cut)
    assert getattr(got[0], "tzinfo", None) == getattr(found, "tzinfo", None)


def test_a_time_gets_the_current_date():
    before = TODAY()
    found, _ = convert_moment(dt.time(8, 30), T(DT.DBTIME), T(DT.DBTIMESTAMP))
    assert found.date() in (before, TODAY())
    assert found.time() == dt.time(8, 30)
    assert convert_moment(dt.time(8, 30), T(DT.DBTIME), T(DT.DBDATE))[0] in (before, TODAY())


@pytest.mark.parametrize(
    ("value", "source", "target"),
    [
        (dt.datetime(1752, 12, 31), T(DT.DBTIMESTAMP2), T(DT.DBTIMESTAMP)),
        (dt.datetime(1752, 12, 31, tzinfo=dt.UTC), T(DT.DBTIMESTAMPOFFSET), T(DT.DBTIMESTAMP)),
        (dt.datetime(99, 1, 1), T(DT.DBTIMESTAMP), T(DT.DATE)),
        (dt.date(1600, 12, 31), T(DT.DBDATE), T(DT.FILETIME)),
    ],
    ids=str,
)
def test_before_the_first_year_of_a_type(value, source, target):
    with pytest.raises(ConversionOverflow):
        convert_moment(value, source, target)


def test_an_offset_cannot_leave_the_calendar():
    with pytest.raises(ConversionOverflow):
        finish(dt.datetime(9999, 12, 31, 20), -600, T(DT.DBTIMESTAMPOFFSET), "")


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (0.0, (1899, 12, 30)),
        (3.34, (1900, 1, 2, 8, 9, 36)),
        (-1.25, (1899, 12, 29, 6)),
        (-49192.24, (1765, 4, 24, 5, 45, 36)),
        (-657434.0, (100, 1, 1)),
        (2958465.0, (9999, 12, 31)),
        (45000.5, (2023, 3, 15, 12)),
    ],
)
def test_ole_dates(number, moment):
    assert from_ole(number, T(DT.DATE), "") == dt.datetime(*moment)
    assert to_ole(dt.datetime(*moment)) == pytest.approx(number, abs=1e-9)


def test_ole_dates_out_of_range():
    for number in (-657435.0, 2958466.0, 2958465.9999999999, 1e300):
        with pytest.raises(ConversionOverflow):
            from_ole(number, T(DT.DATE), "")
    with pytest.raises(ConversionError):
        from_ole(float("nan"), T(DT.DATE), "")


@given(st.datetimes(dt.datetime(100, 1, 1), dt.datetime(9999, 12, 31)))
def test_ole_dates_keep_the_millisecond(moment):
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert from_ole(to_ole(moment), T(DT.DATE), "") == moment


def test_file_times():
    assert filetime_ticks(dt.datetime(1970, 1, 1)) == 116444736000000000
    assert from_filetime_ticks(116444736000000000, T(DT.FILETIME), "") == (dt.datetime(1970, 1, 1), False)
    assert from_filetime_ticks(116444736000000001, T(DT.FILETIME), "") == (dt.datetime(1970, 1, 1), True)
    for ticks in (-1, 2**63 - 1):
        with pytest.raises(ConversionOverflow):
            from_filetime_ticks(ticks, T(DT.FILETIME), "")
