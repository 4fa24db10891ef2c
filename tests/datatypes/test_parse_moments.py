"""Standard parse of dates and times."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import ConversionError
from dtserve.datatypes.locales import locale_for
from dtserve.datatypes.parse_moments import parse_moment
from dtserve.datatypes.switches import using

YEAR = dt.date.today().year
STAMP = TypeSpec(DT.DBTIMESTAMP)


def read(text, lcid=1033, target=STAMP):
    try:
        return parse_moment(text, target, "", locale_for(lcid))
    except ConversionError:
        return None


def day(*parts):
    return dt.datetime(*parts)


def clock(*parts):
    return dt.datetime(1899, 12, 30, *parts)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        # the ISO form, padded or not, in every locale
        ("2000-1-12 0:0:0", day(2000, 1, 12)),
        ("1970-1-13", day(1970, 1, 13)),
        ("2013-05-14 02:04:12", day(2013, 5, 14, 2, 4, 12)),
        ("2014-02-28 00:00:00.000", day(2014, 2, 28)),
        ("2004-03-11 10:01:36.827000000", day(2004, 3, 11, 10, 1, 36, 827000)),
        ("0099-01-01", day(99, 1, 1)),
        # a fraction of a second behind a date in the order of the locale
        ("01-05-2014 00:00:00.000", day(2014, 1, 5)),
        ("12/31/1999 23:59:59.9", day(1999, 12, 31, 23, 59, 59, 900000)),
        ("1/5/14  8:05:06.123456000", day(2014, 1, 5, 8, 5, 6, 123456)),
        # times: a point joins hours and minutes too
        ("1 am", clock(1)),
        ("0.40", clock(0, 40)),
        ("0:20", clock(0, 20)),
        ("1.5.2", clock(1, 5, 2)),
        ("00:00 a", clock(0)),
        ("12:59 AM", clock(0, 59)),
        ("00:00 pm", clock(12)),
        ("13:00 AM", clock(13)),
        ("10:20:30.5", clock(10, 20, 30, 500000)),
        # two numbers: month and day, else month and year
        ("1 2", day(YEAR, 1, 2)),
        ("14 1", day(YEAR, 1, 14)),
        ("30 2", day(1930, 2, 1)),
        ("12/1999", day(1999, 12, 1)),
        ("Jan 2", day(YEAR, 1, 2)),
        ("2 Jan", day(YEAR, 1, 2)),
        ("Jan 35", day(1935, 1, 1)),
        ("35/Jan", day(1935, 1, 1)),
        # three numbers: the order of the locale, else another one
        ("1 2 3", day(2003, 1, 2)),
        ("14 2 3", day(2014, 2, 3)),
        ("2 3 14", day(2014, 2, 3)),
        ("32 2 3", day(1932, 2, 3)),
        ("1 2 29", day(2029, 1, 2)),
        ("1 2 30", day(1930, 1, 2)),
        ("27/03/2015", day(2015, 3, 27)),
        ("13-1-1970", day(1970, 1, 13)),
        # names
        ("2 January, 1970", day(1970, 1, 2)),
        ("January 5, 2020", day(2020, 1, 5)),
        ("2-Jan-1970", day(1970, 1, 2)),
        ("01-FEB-03", day(2003, 2, 1)),
        ("05JAN2020", day(2020, 1, 5)),
        ("Monday, January 6, 2020", day(2020, 1, 6)),
        ("Mon Jan 6 2020 3 pm", day(2020, 1, 6, 15)),
        # date and time
        ("6/30/2011 01:20:34 PM", day(2011, 6, 30, 13, 20, 34)),
        ("6/30/2011\u300001:20:34", day(2011, 6, 30, 1, 20, 34)),
        ("3 am 1 2", day(YEAR, 1, 2, 3)),
        ("1.2 3 4", day(YEAR, 3, 4, 1, 2)),
        ("4/2/2020 4:37:17 PM", day(2020, 4, 2, 16, 37, 17)),
    ],
)
def test_taken_under_english(text, moment):
    assert read(text) == (moment, None, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "True",
        "0.",
        ".0",
        "-1.1",
        "1.1-",
        "1;2;3",
        "(1:2)",
        "0",
        "1",
        "0.60",
        "24:00",
        "0:60",
        "1 2 am",
        "1 am 2",
        "1.5 2",
        "2 32 3",
        "1 2 am 3",
        "1 2.3 4",
        "1.2.3 4",
        "1.2 3.4",
        "1.2.3.4",
        "1 2 3 4",
        "32 49",
        "20080101",
        "2024-02-30",
        "2024",
        "02.01.1970",
        "02.01.1970 00:00:00",
        "30-04-2014 00:00:00.000",
        "2014/04/30 00:00:00.000",
        "01.05.2014 00:00:00.000",
        "01-05/2014 00:00:00.000",
        "01-05-2014 24:00:00.000",
        "01-05-2014 00:00:00.000 PM",
        "01-05-2014 00:00.000",
        "2-Jan-1970 00:00:00.000",
        "0.5.2014 00:00:00.000",
        "Foo 2020",
        "2024-01-02T10:11:12",
        "2024-01-02 10:11:12 +02:00",
        "2024-01-02 10:11:12Z",
        "0000-00-00",
        "1/2/20245",
        "x" * 300,
    ],
)
def test_refused_under_english(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("lcid", "text", "moment"),
    [
        (1031, "02.01.1970", day(1970, 1, 2)),
        (1031, "02.13.1970", day(1970, 2, 13)),
        (1031, "02-13-1970", day(1970, 2, 13)),
        (1031, "2020-01-11", day(2020, 1, 11)),
        (1031, "02.01.1970 00:00:00", day(1970, 1, 2)),
        (1031, "5. März 2020", day(2020, 3, 5)),
        (3082, "02.01.1970", None),
        (2057, "1/2/2024", day(2024, 2, 1)),
        (2057, "30-04-2014", day(2014, 4, 30)),
        (16393, "17-01-2024 10:50:39", day(2024, 1, 17, 10, 50, 39)),
        (1053, "2024-03-04", day(2024, 3, 4)),
        (1041, "24/3/4", day(2024, 3, 4)),
        (2052, "2024/1/2 下午 10:50:39", day(2024, 1, 2, 22, 50, 39)),
        (1057, "17/01/2024 10.50.39", day(2024, 1, 17, 10, 50, 39)),
        (1038, "2024. 01. 17. 8:05:00", day(2024, 1, 17, 8, 5)),
        (1043, "01-05-2014 00:00:00.000", day(2014, 5, 1)),
        (1043, "30-04-2014 00:00:00.000", day(2014, 4, 30)),
        (1043, "04-30-2014 00:00:00.000", None),
        (1031, "01.05.2014 10:11:12.5", day(2014, 5, 1, 10, 11, 12, 500000)),
        (1053, "2014/05/01 00:00:00.000", day(2014, 5, 1)),
        (1053, "01/05/2014 00:00:00.000", None),
    ],
)
def test_locales(lcid, text, moment):
    assert read(text, lcid) == (None if moment is None else (moment, None, False))


def test_digits_finer_than_a_microsecond_are_reported():
    assert read("2024-01-02 10:11:12.1234567") == (day(2024, 1, 2, 10, 11, 12, 123456), None, True)


def test_digits_finer_than_a_microsecond_are_reported_behind_dates_of_a_locale_too():
    assert read("1/2/2024 10:11:12.1234567") == (day(2024, 1, 2, 10, 11, 12, 123456), None, True)


def test_the_switch_of_fractions_behind_dates_of_a_locale():
    with using(fraction_after_locale_date="refused"):
        assert read("01-05-2014 00:00:00.000") is None
        assert read("2014-05-01 00:00:00.000") == (day(2014, 5, 1), None, False)


def test_zones_belong_to_datetimeoffset():
    target = TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7)
    assert read("1999-10-11 20:34:52.123 -3:30", target=target) == (day(1999, 10, 11, 20, 34, 52, 123000), -210, False)
    assert read("1999-10-11 16:34:52 + 5:35", target=target)[1] == 335
    assert read("1999-10-11 16:34:52 +15:00", target=target) is None
    assert read("1500-01-01 12:00:01", target=target)[1] is None


def test_filetime_takes_its_own_form():
    assert read("2024-01-02 10:11:12:123", target=TypeSpec(DT.FILETIME)) == (
        day(2024, 1, 2, 10, 11, 12, 123000),
        None,
        False,
    )
    assert read("2024-01-02 10:11:12:123") is None


def test_the_switches_of_years_and_t():
    with using(two_digit_year_max=2049):
        assert read("1/2/49")[0] == day(2049, 1, 2)
        assert read("1/2/50")[0] == day(1950, 1, 2)
    with using(iso_t_in_standard_parse=True):
        assert read("2024-01-02T10:11:12")[0] == day(2024, 1, 2, 10, 11, 12)


@given(st.datetimes(), st.sampled_from([1033, 1031, 2057, 1053, 1025, 999_999]))
def test_iso_is_read_in_every_locale(moment, lcid):
    assert read(moment.isoformat(" ")[:26], lcid) == (moment, None, False)
