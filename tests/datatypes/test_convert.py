"""Conversions of single values between types."""

import datetime as dt
from decimal import Decimal

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.convert import convert_outcome, convert_value
from dtserve.datatypes.errors import (
    CANNOT_CONVERT,
    DATA_OVERFLOW,
    HOST_CODES,
    SIGN_MISMATCH,
    TRUNCATED,
    ConversionError,
    ConversionOverflow,
    ConversionTruncation,
    SignMismatch,
    UnsupportedConversion,
    error_for,
    host_code,
)
from dtserve.datatypes.switches import using

T = TypeSpec
N = Decimal
GUID = "{6F9619FF-8B86-D011-B42D-00C04FC964FF}"
GUID_BYTES = bytes.fromhex("ff19966f868b11d0b42d00c04fc964ff")


@pytest.mark.parametrize(
    ("value", "source", "target", "found"),
    [
        (True, T(DT.BOOL), T(DT.I4), -1),
        (False, T(DT.BOOL), T(DT.UI1), 0),
        (True, T(DT.BOOL), T(DT.UI1), 255),
        (True, T(DT.BOOL), T(DT.R8), -1.0),
        (True, T(DT.BOOL), T(DT.NUMERIC, precision=4, scale=1), N("-1.0")),
        (True, T(DT.BOOL), T(DT.DATE), dt.datetime(1899, 12, 29)),
        (0, T(DT.I4), T(DT.BOOL), False),
        (N("0.5"), T(DT.CY), T(DT.BOOL), True),
        (3.57, T(DT.R8), T(DT.I4), 3),
        (-3.57, T(DT.R8), T(DT.I4), -3),
        (4.32, T(DT.R8), T(DT.I2), 4),
        (500, T(DT.I4), T(DT.DECIMAL, scale=2), N("500.00")),
        (4000, T(DT.I4), T(DT.NUMERIC, precision=7, scale=3), N("4000.000")),
        (12.3456789, T(DT.R8), T(DT.NUMERIC, precision=19, scale=2), N("12.34")),
        (19.99, T(DT.R8), T(DT.CY), N("19.9900")),
        (N("0.05"), T(DT.NUMERIC, precision=8, scale=2), T(DT.R8), 0.05),
        (2**63 - 1, T(DT.I8), T(DT.R4), float(2**63)),
        (5, T(DT.I4), T(DT.STR, length=1, code_page=1252), "5"),
        ("63", T(DT.WSTR, length=2), T(DT.I4), 63),
        ("True", T(DT.WSTR, length=4), T(DT.BOOL), True),
        (GUID, T(DT.GUID), T(DT.BYTES, length=16), GUID_BYTES),
        (GUID_BYTES, T(DT.BYTES, length=16), T(DT.GUID), GUID),
        (GUID, T(DT.GUID), T(DT.WSTR, length=38), GUID),
        (1, T(DT.I4), T(DT.BYTES, length=2000), b"\x01\x00\x00\x00"),
        (2**64 - 2, T(DT.UI8), T(DT.BYTES, length=8), b"\xfe" + b"\xff" * 7),
        (b"\x02\x01\x00\x00", T(DT.BYTES, length=4), T(DT.UI4), 258),
        (b"\x00\x00\xc0\x3f", T(DT.BYTES, length=4), T(DT.R4), 1.5),
        (b"ab", T(DT.BYTES, length=2), T(DT.STR, length=4, code_page=1252), "6162"),
        (b"a\x80", T(DT.IMAGE), T(DT.TEXT, code_page=1252), "a€"),
        (b"a\x00", T(DT.BYTES, length=2), T(DT.NTEXT), "a"),
        ("a€", T(DT.STR, length=2, code_page=1252), T(DT.IMAGE), b"a\x80"),
        ("a", T(DT.WSTR, length=1), T(DT.IMAGE), b"a\x00"),
        ("00ff", T(DT.STR, length=4, code_page=1252), T(DT.BYTES, length=2), b"\x00\xff"),
        (dt.datetime(2024, 1, 2, 12), T(DT.DATE), T(DT.R8), 45293.5),
        (dt.datetime(2024, 1, 2, 12), T(DT.DATE), T(DT.I4), 45293),
        (45293, T(DT.I4), T(DT.DBDATE), dt.date(2024, 1, 2)),
        (0.75, T(DT.R8), T(DT.DBTIME), dt.time(18)),
        (N("45293.5"), T(DT.DECIMAL, scale=1), T(DT.DBTIMESTAMP), dt.datetime(2024, 1, 2, 12)),
        (dt.datetime(1601, 1, 1, 0, 0, 1), T(DT.FILETIME), T(DT.I8), 10_000_000),
        (10_000_000, T(DT.UI8), T(DT.FILETIME), dt.datetime(1601, 1, 1, 0, 0, 1)),
        (
            dt.datetime(2018, 3, 30, 21, 47, 36, 289000),
            T(DT.DBTIMESTAMP),
            T(DT.WSTR, length=30),
            "2018-03-30 21:47:36.289000000",
        ),
        (None, T(DT.I4), T(DT.WSTR, length=5), None),
        ("x", T(DT.WSTR, length=5), T(DT.NULL), None),
    ],
    ids=str,
)
def test_values(value, source, target, found):
    if source.family == "text" and target.dt is DT.NULL:
        source = T(DT.NULL)
    got = convert_value(value, source, target)
    assert got == found
    assert type(got) is type(found)


@pytest.mark.parametrize(
    ("value", "source", "target", "error"),
    [
        (300, T(DT.I4), T(DT.I1), ConversionOverflow),
        (-1, T(DT.I4), T(DT.UI4), SignMismatch),
        (1e300, T(DT.R8), T(DT.R4), ConversionOverflow),
        (float("nan"), T(DT.R8), T(DT.I4), ConversionError),
        (float("inf"), T(DT.R8), T(DT.CY), ConversionError),
        (N("1000.00"), T(DT.NUMERIC, precision=10, scale=2), T(DT.NUMERIC, precision=4, scale=2), ConversionOverflow),
        (b"abc", T(DT.BYTES, length=3), T(DT.UI4), ConversionError),
        (b"abc", T(DT.BYTES, length=3), T(DT.GUID), ConversionError),
        (b"abc", T(DT.BYTES, length=3), T(DT.R4), ConversionError),
        (-1, T(DT.I8), T(DT.FILETIME), ConversionOverflow),
        ("abc", T(DT.WSTR, length=3), T(DT.I4), ConversionError),
        (3_000_000, T(DT.I4), T(DT.DBDATE), ConversionOverflow),
    ],
    ids=str,
)
def test_values_that_do_not_convert(value, source, target, error):
    with pytest.raises(error) as caught:
        convert_value(value, source, target)
    assert type(caught.value) is error
    assert caught.value.kind == "error"


def test_truncation_carries_the_value():
    with pytest.raises(ConversionTruncation) as caught:
        convert_value("Cat", T(DT.WSTR, length=3), T(DT.WSTR, length=2))
    assert caught.value.value == "Ca"
    assert convert_outcome("Cat", T(DT.WSTR, length=3), T(DT.WSTR, length=2)) == ("Ca", True)


def test_illegal_pairs_are_refused_even_for_null():
    with pytest.raises(UnsupportedConversion, match="DT_CY to DT_DATE"):
        convert_value(None, T(DT.CY), T(DT.DATE))


@pytest.mark.parametrize(("choice", "found"), [("all_ones", 2**32 - 1), ("one", 1)])
def test_true_as_unsigned_is_a_switch(choice, found):
    with using(true_as_unsigned=choice):
        assert convert_value(True, T(DT.BOOL), T(DT.UI4)) == found
    with using(true_as_unsigned="error"), pytest.raises(SignMismatch):
        convert_value(True, T(DT.BOOL), T(DT.UI4))


def test_locale_and_parse_are_passed_on():
    assert convert_value("1,5", T(DT.WSTR, length=3), T(DT.R8), locale_id=1031) == 1.5
    assert convert_value(1.5, T(DT.R8), T(DT.WSTR, length=3), locale_id=1031) == "1,5"
    assert convert_value("20240102", T(DT.WSTR, length=8), T(DT.DBDATE), fast_parse=True) == dt.date(2024, 1, 2)


def test_codes_of_hosts():
    assert host_code(DATA_OVERFLOW, "flat_file_source") == 0xC0209087
    assert host_code(CANNOT_CONVERT, "ole_db_destination") == 0xC0209077
    assert host_code(SIGN_MISMATCH, "ole_db_source") == 0xC0209074
    assert host_code(0xC0047000, "expression") == 0xC0047000
    assert all(set(codes) == {CANNOT_CONVERT, TRUNCATED, SIGN_MISMATCH, DATA_OVERFLOW} for codes in HOST_CODES.values())


def test_exceptions_for_codes_of_columns():
    assert type(error_for(DATA_OVERFLOW, "a", "b")) is ConversionOverflow
    assert type(error_for(SIGN_MISMATCH, "a", "b")) is SignMismatch
    assert type(error_for(CANNOT_CONVERT, "a", "b")) is ConversionError
