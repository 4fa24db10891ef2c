"""One text into one value: the parse of each type, and how it fails."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import ConversionError, ConversionOverflow, ConversionTruncation
from dtserve.datatypes.parse import parse_value
from dtserve.datatypes.text import format_value
from support.datatype_values import SPECS, values


@pytest.mark.parametrize(
    ("text", "spec", "value"),
    [
        ("63", TypeSpec(DT.I4), 63),
        ("98.77", TypeSpec(DT.CY), Decimal("98.7700")),
        (".0500", TypeSpec(DT.NUMERIC, precision=8, scale=4), Decimal("0.0500")),
        ("True", TypeSpec(DT.BOOL), True),
        ("1999-10-11", TypeSpec(DT.DBDATE), dt.date(1999, 10, 11)),
        ("16:34:52.12345", TypeSpec(DT.DBTIME2, scale=5), dt.time(16, 34, 52, 123450)),
        ("1999-10-11 16:34:52.1234", TypeSpec(DT.DBTIMESTAMP2, scale=4), dt.datetime(1999, 10, 11, 16, 34, 52, 123400)),
        ("2020-09-02 19:24", TypeSpec(DT.DATE), dt.datetime(2020, 9, 2, 19, 24)),
        ("8/6/2003", TypeSpec(DT.DBTIMESTAMP), dt.datetime(2003, 8, 6)),
        ("12:00:01", TypeSpec(DT.DBTIMESTAMP), dt.datetime(1899, 12, 30, 12, 0, 1)),
        ("2024-01-02 10:00", TypeSpec(DT.DBDATE), dt.date(2024, 1, 2)),
        ("00ff", TypeSpec(DT.BYTES, length=4), b"\x00\xff"),
        ("abc", TypeSpec(DT.WSTR, length=3), "abc"),
        ("x", TypeSpec(DT.NULL), None),
    ],
    ids=str,
)
def test_values(text, spec, value):
    assert parse_value(text, spec) == value


def test_null_stays_null():
    assert parse_value(None, TypeSpec(DT.I4)) is None


def test_truncation_carries_the_shortened_value():
    with pytest.raises(ConversionTruncation) as caught:
        parse_value("abcd", TypeSpec(DT.WSTR, length=3))
    assert (caught.value.value, caught.value.kind, caught.value.code) == ("abc", "truncation", 0xC0209080)
    with pytest.raises(ConversionTruncation) as caught:
        parse_value("10:00:00.5", TypeSpec(DT.DBTIME))
    assert caught.value.value == dt.time(10)


def test_errors_name_types_and_reason_but_not_the_value():
    with pytest.raises(ConversionError) as caught:
        parse_value("hunter2", TypeSpec(DT.I4))
    assert caught.value.kind == "error"
    assert caught.value.code == 0xC020907F
    assert "DT_I4" in caught.value.message
    assert "hunter2" not in caught.value.describe()


@pytest.mark.parametrize(
    ("text", "kind"),
    [("0050-01-01", DT.DATE), ("1500-01-01", DT.FILETIME), ("0001-01-01 00:00 +14:00", DT.DBTIMESTAMPOFFSET)],
)
def test_dates_before_the_first_of_a_type_overflow(text, kind):
    with pytest.raises(ConversionOverflow):
        parse_value(text, TypeSpec(kind))


def test_fast_parse_concerns_integers_and_dates_only():
    assert parse_value("  ", TypeSpec(DT.I4), fast_parse=True) == 0
    assert parse_value("20240102", TypeSpec(DT.DBTIMESTAMP), fast_parse=True) == dt.datetime(2024, 1, 2)
    assert parse_value("$1.5", TypeSpec(DT.R8), fast_parse=True) == 1.5


EXACT = [s for s in SPECS if s.family in ("int", "bool", "guid", "binary") or s.family == "decimal"]
STAMPS = [s for s in SPECS if s.family == "datetime" and s.dt not in (DT.DATE, DT.DBTIME, DT.DBTIME2)]


@pytest.mark.parametrize("spec", EXACT + STAMPS, ids=str)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_a_type_prints_it_reads_back(spec, data):
    value = data.draw(values(spec))
    back = parse_value(format_value(value, spec), spec)
    assert back == value
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        assert back.utcoffset() == value.utcoffset()


@pytest.mark.parametrize("lcid", [1033, 1031, 2057, 1053, 1038, 1051, 16393, 1041, 2052, 1042, 4105, 3084, 999_999])
@settings(max_examples=25, deadline=None)
@given(moment=st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(9999, 12, 31)))
def test_dates_print_and_read_back_in_their_locale(lcid, moment):
    moment = moment.replace(microsecond=0)
    spec = TypeSpec(DT.DATE)
    assert parse_value(format_value(moment, spec, locale_id=lcid), spec, locale_id=lcid) == moment
