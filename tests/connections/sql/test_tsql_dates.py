import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.sql.tsql_dates import (
    canonical_moment,
    format_style,
    parse_moment,
    print_style,
    shift,
    steps,
    take_part,
)
from dtserve.datatypes import DT

M = dt.datetime


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-01", M(2024, 3, 1)), ("20240301", M(2024, 3, 1)), ("2024-03-01T10:20:30.123Z", M(2024, 3, 1, 10, 20, 30, 123000)),
        ("3/1/2024", M(2024, 3, 1)), ("3/1/24", M(2024, 3, 1)), ("3/1/70", M(1970, 3, 1)), ("Mar 1, 2024", M(2024, 3, 1)),
        ("1 March 2024 1:05 PM", M(2024, 3, 1, 13, 5)), ("12:30 am", M(1900, 1, 1, 0, 30)), ("10:20:30.1234567", M(1900, 1, 1, 10, 20, 30, 123456)),
        ("", M(1900, 1, 1)), ("2024", M(2024, 1, 1)), ("2024-02-30", None), ("13/1/2024", None), ("hello", None), ("25:00", None), ("13:00 PM", None),
    ],
)  # fmt: skip
def test_parsing(text, moment):
    assert parse_moment(text) == moment


def test_canonical_forms():
    assert canonical_moment("20240301", DT.DBTIMESTAMP) == "2024-03-01 00:00:00"
    assert canonical_moment("3/1/2024 10:00", DT.DBDATE) == "2024-03-01"
    assert canonical_moment("10:20", DT.DBTIME2) == "10:20:00"
    assert canonical_moment("nothing", DT.DBTIMESTAMP) == "nothing"


@pytest.mark.parametrize(
    ("part", "number", "result"),
    [
        ("month", 1, M(2024, 2, 29, 10)), ("year", -1, M(2023, 1, 31, 10)), ("quarter", 1, M(2024, 4, 30, 10)), ("week", 1, M(2024, 2, 7, 10)),
        ("day", -31, M(2023, 12, 31, 10)), ("hour", 14, M(2024, 2, 1)), ("millisecond", 5, M(2024, 1, 31, 10, 0, 0, 5000)),
        ("nanosecond", 2000, M(2024, 1, 31, 10, 0, 0, 2)),
    ],
)  # fmt: skip
def test_adding(part, number, result):
    assert shift(part, number, M(2024, 1, 31, 10)) == result


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ("year", 1),
        ("quarter", 1),
        ("month", 1),
        ("day", 1),
        ("week", 0),
        ("hour", 1),
        ("minute", 1),
        ("second", 1),
        ("millisecond", 1),
        ("microsecond", 1),
    ],
)
def test_boundaries_between(part, count):
    assert steps(part, M(2023, 12, 31, 23, 59, 59, 999999), M(2024, 1, 1)) == count
    assert steps(part, M(2024, 1, 1), M(2023, 12, 31, 23, 59, 59, 999999)) == -count


def test_weeks_begin_on_sunday():
    assert steps("week", M(2024, 1, 6), M(2024, 1, 7)) == 1
    assert take_part("weekday", M(2024, 1, 7)) == 1
    assert [take_part("week", M(2024, 1, d)) for d in (1, 6, 7)] == [1, 1, 2]


def test_parts():
    moment = M(2024, 12, 30, 1, 2, 3, 456789)
    assert [
        take_part(p, moment) for p in ("quarter", "dayofyear", "iso_week", "millisecond", "nanosecond", "second")
    ] == [4, 365, 1, 456, 456789000, 3]


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (0, "Mar  1 2024  1:05PM"), (101, "03/01/2024"), (103, "01/03/2024"), (104, "01.03.2024"), (106, "01 Mar 2024"), (108, "13:05:06"),
        (112, "20240301"), (114, "13:05:06:007"), (120, "2024-03-01 13:05:06"), (121, "2024-03-01 13:05:06.007"), (126, "2024-03-01T13:05:06.007"),
        (109, "Mar  1 2024  1:05:06:007PM"), (23, "2024-03-01"),
    ],
)  # fmt: skip
def test_styles(style, text):
    assert print_style(M(2024, 3, 1, 13, 5, 6, 7000), style) == text


def test_what_cannot_be():
    with pytest.raises(ValueError, match="style"):
        print_style(M(2024, 1, 1), 999)
    for call in (lambda: shift("eon", 1, M(2024, 1, 1)), lambda: steps("eon", M(2024, 1, 1), M(2024, 1, 1))):
        with pytest.raises(ValueError, match="eon"):
            call()


def test_net_formats():
    moment = M(2024, 3, 1, 13, 5, 6, 7000)
    assert format_style(moment, "dd/MM/yyyy HH:mm:ss.fff") == "01/03/2024 13:05:06.007"
    assert format_style(moment, "dddd, MMMM d 'at' h tt") == "Friday, March 1 at 1 PM"
    assert format_style(moment, "d") == "3/1/2024"
    assert [format_style(1234.5, p) for p in ("N2", "F0", "C", "P1", "#,##0.00", "0000.0")] == [
        "1,234.50",
        "1234",
        "$1,234.50",
        "123,450.0 %",
        "1,234.50",
        "1234.5",
    ]
    assert format_style(7, "D3") == "007"
    with pytest.raises(ValueError, match="pattern"):
        format_style(1, "??")


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(min_value=M(1753, 1, 1), max_value=M(9000, 1, 1)),
    st.sampled_from(["year", "month", "day", "hour", "week"]),
    st.integers(-500, 500),
)
def test_what_is_added_is_counted(moment, part, number):
    if part in ("year", "month"):
        moment = moment.replace(day=1)
    assert steps(part, moment, shift(part, number, moment)) == number
