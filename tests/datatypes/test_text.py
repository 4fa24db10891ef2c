"""How values print (EXPRESSIONS §5.4)."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.column_result import build_series
from dtserve.datatypes.switches import using
from dtserve.datatypes.text import decimal_mark, format_column, format_value, parse_column, strftime_form

N = Decimal


def zone(minutes):
    return dt.timezone(dt.timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (0, TypeSpec(DT.I4), "0"),
        (-5, TypeSpec(DT.I8), "-5"),
        (True, TypeSpec(DT.BOOL), "True"),
        (False, TypeSpec(DT.BOOL), "False"),
        (N("0.05"), TypeSpec(DT.NUMERIC, precision=8, scale=2), ".05"),
        (N("-0.05"), TypeSpec(DT.NUMERIC, precision=8, scale=2), "-.05"),
        (N("0.0000"), TypeSpec(DT.NUMERIC, precision=30, scale=4), ".0000"),
        (N("273.2310"), TypeSpec(DT.NUMERIC, precision=30, scale=4), "273.2310"),
        (N("58"), TypeSpec(DT.NUMERIC, precision=18), "58"),
        (N("0"), TypeSpec(DT.NUMERIC, precision=18), "0"),
        (N("10.20"), TypeSpec(DT.NUMERIC, precision=8, scale=2), "10.20"),
        (N("86.521200"), TypeSpec(DT.NUMERIC, precision=18, scale=6), "86.521200"),
        (N("0.05"), TypeSpec(DT.DECIMAL, scale=2), "0.05"),
        (N("1.500"), TypeSpec(DT.DECIMAL, scale=3), "1.5"),
        (N("1000"), TypeSpec(DT.DECIMAL), "1000"),
        (N("98.7700"), TypeSpec(DT.CY), "98.77"),
        (N("0.0000"), TypeSpec(DT.CY), "0"),
        (N("120.0000"), TypeSpec(DT.CY), "120"),
        (N("922337203685477.5807"), TypeSpec(DT.CY), "922337203685477.5807"),
        (1.5, TypeSpec(DT.R8), "1.5"),
        (1.0, TypeSpec(DT.R8), "1"),
        (-0.0, TypeSpec(DT.R8), "0"),
        (0.1 + 0.2, TypeSpec(DT.R8), "0.3"),
        (1e15, TypeSpec(DT.R8), "1E+15"),
        (123456789012345.0, TypeSpec(DT.R8), "123456789012345"),
        (0.00001, TypeSpec(DT.R8), "1E-05"),
        (0.10000000149011612, TypeSpec(DT.R4), "0.1"),
        (float("nan"), TypeSpec(DT.R8), "NaN"),
        (float("-inf"), TypeSpec(DT.R8), "-Infinity"),
        ("{098f2470-bae0-11cd-b579-08002b30bfeb}", TypeSpec(DT.GUID), "{098F2470-BAE0-11CD-B579-08002B30BFEB}"),
        (b"\x00\xff", TypeSpec(DT.BYTES, length=2), "00FF"),
        ("as it is ", TypeSpec(DT.WSTR, length=9), "as it is "),
        (dt.date(1969, 1, 29), TypeSpec(DT.DBDATE), "1969-01-29"),
        (dt.time(1, 2, 3), TypeSpec(DT.DBTIME), "01:02:03"),
        (dt.time(1, 2, 3, 120000), TypeSpec(DT.DBTIME2, scale=4), "01:02:03.1200"),
        (dt.time(16, 34, 52, 123456), TypeSpec(DT.DBTIME2, scale=7), "16:34:52.1234560"),
        (dt.datetime(2008, 4, 30), TypeSpec(DT.DBTIMESTAMP), "2008-04-30 00:00:00"),
        (dt.datetime(2004, 3, 11, 10, 1, 36, 827000), TypeSpec(DT.DBTIMESTAMP), "2004-03-11 10:01:36.827000000"),
        (dt.datetime(1500, 1, 1, 12, 0, 1, 12300), TypeSpec(DT.DBTIMESTAMP2, scale=7), "1500-01-01 12:00:01.0123000"),
        (dt.datetime(1500, 1, 1), TypeSpec(DT.DBTIMESTAMP2, scale=3), "1500-01-01 00:00:00.000"),
        (dt.datetime(2024, 1, 2, 3, 4, 5, 60000), TypeSpec(DT.FILETIME), "2024-01-02 03:04:05:060"),
        (
            dt.datetime(1999, 10, 11, 16, 34, tzinfo=zone(335)),
            TypeSpec(DT.DBTIMESTAMPOFFSET),
            "1999-10-11 16:34:00 +05:35",
        ),
        (
            dt.datetime(1999, 10, 11, 16, 34, tzinfo=zone(-210)),
            TypeSpec(DT.DBTIMESTAMPOFFSET),
            "1999-10-11 16:34:00 -03:30",
        ),
        (None, TypeSpec(DT.I4), ""),
    ],
    ids=str,
)
def test_forms(value, spec, text):
    assert format_value(value, spec) == text
    column = build_series([value], spec)
    assert format_column(column, spec).to_list() == [None if value is None else text]


@pytest.mark.parametrize(
    ("lcid", "moment", "text"),
    [
        (1033, (2020, 4, 2, 16, 37, 17), "4/2/2020 4:37:17 PM"),
        (1033, (2015, 3, 27), "3/27/2015"),
        (1033, (1899, 12, 30), "12:00:00 AM"),
        (1033, (1899, 12, 30, 8, 9, 36), "8:09:36 AM"),
        (1033, (1903, 12, 31, 12), "12/31/1903 12:00:00 PM"),
        (1033, (100, 1, 1), "1/1/100"),
        (1033, (2020, 1, 1, 23, 59, 59, 600000), "1/2/2020"),
        (16393, (2024, 1, 17, 10, 50, 39), "17-01-2024 10:50:39"),
        (1031, (2024, 1, 17, 8, 5), "17.01.2024 08:05:00"),
        (1049, (2024, 1, 17, 8, 5), "17.01.2024 8:05:00"),
        (2052, (2024, 1, 7), "2024/1/7"),
        (1042, (2024, 1, 7, 20, 5), "2024-01-07 오후 8:05:00"),
        (1025, (2024, 1, 7), "07/01/2024"),
        (999_999, (2024, 1, 7, 20, 5), "01/07/2024 20:05:00"),
    ],
)
def test_dates_in_the_form_of_the_locale(lcid, moment, text):
    moment = dt.datetime(*moment)
    assert format_value(moment, TypeSpec(DT.DATE), locale_id=lcid) == text
    assert format_column(pl.Series([moment]), TypeSpec(DT.DATE), locale_id=lcid).to_list() == [text]


def test_decimal_marks_of_the_locale_except_for_numeric():
    assert format_value(N("1431.5000"), TypeSpec(DT.CY), locale_id=1031) == "1431,5"
    assert format_value(2.5, TypeSpec(DT.R8), locale_id=1036) == "2,5"
    assert format_value(N("2.5"), TypeSpec(DT.NUMERIC, precision=4, scale=1), locale_id=1031) == "2.5"
    with using(locale_decimal_mark=False):
        assert format_value(2.5, TypeSpec(DT.R8), locale_id=1036) == "2.5"
        assert decimal_mark(1031) == "."


def test_switches_of_text():
    with using(zero_fraction_printed=False):
        assert format_value(dt.time(1), TypeSpec(DT.DBTIME2, scale=3)) == "01:00:00"
        assert format_column(pl.Series([dt.time(1)]), TypeSpec(DT.DBTIME2, scale=3)).to_list() == ["01:00:00"]
    with using(bytes_text_prefix="0x"):
        assert format_value(b"\xab", TypeSpec(DT.BYTES, length=1)) == "0xAB"
        assert format_column(pl.Series([b"\xab"]), TypeSpec(DT.BYTES, length=1)).to_list() == ["0xAB"]
    with using(date_text_rounds_seconds=False):
        assert format_value(dt.datetime(2020, 1, 1, 0, 0, 1, 600000), TypeSpec(DT.DATE)) == "1/1/2020 12:00:01 AM"


def test_forms_for_strftime():
    assert strftime_form("d.M.yyyy H:mm:ss tt") == "%-d.%-m.%Y %-H:%M:%S {tt}"


def test_the_columnar_doors():
    assert format_column(pl.Series("n", [1, None]), TypeSpec(DT.I8)).to_list() == ["1", None]
    result = parse_column(pl.Series("n", ["1", "x"]), TypeSpec(DT.I4))
    assert result.values.to_list() == [1, None]
    assert result.errors.to_list() == [None, 0xC020907F]
