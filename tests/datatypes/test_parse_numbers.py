"""Numbers, truth values, GUIDs and bytes from text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import ConversionError, ConversionOverflow, SignMismatch
from dtserve.datatypes.locales import locale_for
from dtserve.datatypes.parse_numbers import (
    parse_bool,
    parse_bytes,
    parse_decimal,
    parse_float,
    parse_guid,
    parse_integer,
    parse_integer_fast,
    standard_number,
)
from dtserve.datatypes.switches import using

US = locale_for(1033)
I4 = TypeSpec(DT.I4)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", "7"),
        (" \t7\r\n", "7"),
        ("+0", "0"),
        ("-0.51", "-0.51"),
        ("0-", "0"),
        ("7-", "-7"),
        ("- 7", "-7"),
        ("(7)", "-7"),
        ("$11.1", "11.1"),
        ("-$11", "-11"),
        ("$-11", "-11"),
        ("($1,234.50)", "-1234.50"),
        ("1,234", "1234"),
        ("1,2,3", "123"),
        ("1.", "1"),
        (".5", "0.5"),
        ("1e1", "10"),
        ("1.5E-20", "1.5E-20"),
        ("1e+01", "10"),
        ("01", "1"),
        ("&HF800", "63488"),
        ("&h0abcdef", "11259375"),
        ("&O300", "192"),
    ],
)
def test_standard_parse_takes(text, number):
    assert standard_number(text, US) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "+ +0",
        "-0-",
        "()",
        "0()",
        "(-7)",
        "1.1.",
        "0x1F",
        "FE",
        "1e",
        "e5",
        "--1",
        "$$1",
        "1 2",
        "1_0",
        "١",
        "1\xa0000",
        ".",
        "-",
        "1e1.",
        "&H",
        "&O8",
        "$",
        ",1",
        "5%",
    ],
)
def test_standard_parse_refuses(text):
    assert standard_number(text, US) is None


@pytest.mark.parametrize(
    ("lcid", "text", "number"),
    [
        (1031, "1.234,5", "1234.5"),
        (1031, "-5,25 €", "-5.25"),
        (1036, "1 234,55", "1234.55"),
        (1036, "1\u202f234,55", "1234.55"),
        (2055, "1’234.5", "1234.5"),
        (1031, "1.5", "15"),
    ],
)
def test_marks_of_the_locale(lcid, text, number):
    assert standard_number(text, locale_for(lcid)) == Decimal(number)


def test_long_and_huge_texts_are_answered_at_once():
    assert standard_number("(" * 100_000 + "1", US) is None
    assert standard_number("9" * 20_000, US) == Decimal("9" * 20_000)
    assert standard_number("1e-99999999999999999999", US) == Decimal("1e-1000000")


def test_integers_of_standard_parse():
    assert parse_integer("12.7", I4, "", US) == (12, False)
    with using(fraction_loss_reported=True):
        assert parse_integer("12.7", I4, "", US) == (12, True)
    with pytest.raises(ConversionOverflow):
        parse_integer("2147483648", I4, "", US)
    with pytest.raises(SignMismatch):
        parse_integer("-1", TypeSpec(DT.UI4), "", US)
    with pytest.raises(ConversionError, match="not a number"):
        parse_integer("abc", I4, "", US)


@pytest.mark.parametrize(("text", "number"), [("  123  ", 123), ("+123", 123), ("-123\t", -123), ("   ", 0), ("", 0)])
def test_fast_parse_of_integers_takes(text, number):
    assert parse_integer_fast(text, I4, "") == (number, False)


@pytest.mark.parametrize("text", ["$20", "\n123", "\u00a0123", "2EE", "1E+10", "1.0", "1,000", "--1", "1 2", "١"])
def test_fast_parse_of_integers_refuses(text):
    with pytest.raises(ConversionError):
        parse_integer_fast(text, I4, "")


def test_fast_parse_bounds():
    with pytest.raises(ConversionOverflow):
        parse_integer_fast("9" * 1000, I4, "")
    with using(fast_parse_empty_is_zero=False), pytest.raises(ConversionError):
        parse_integer_fast("", I4, "")


def test_decimals_and_floats():
    spec = TypeSpec(DT.NUMERIC, precision=6, scale=2)
    assert str(parse_decimal("26324.3267", spec.with_(precision=7), "", US)[0]) == "26324.32"
    with pytest.raises(ConversionOverflow):
        parse_decimal("26324.3267", spec, "", US)
    assert parse_float("1e-400", TypeSpec(DT.R8), "", US) == 0.0
    with pytest.raises(ConversionOverflow):
        parse_float("1e400", TypeSpec(DT.R8), "", US)
    with pytest.raises(ConversionError):
        parse_float("nan", TypeSpec(DT.R8), "", US)


@pytest.mark.parametrize(
    ("text", "truth"),
    [("True", True), ("FALSE", False), ("#TRUE#", True), (" true ", True), ("0", False), ("-1", True), ("0.5", True)],
)
def test_truth_values(text, truth):
    assert parse_bool(text, TypeSpec(DT.BOOL), "", US) is truth


@pytest.mark.parametrize("text", ["", "yes", "T", "on"])
def test_what_is_no_truth_value(text):
    with pytest.raises(ConversionError):
        parse_bool(text, TypeSpec(DT.BOOL), "", US)


def test_guids_need_braces():
    guid = "{098f2470-bae0-11cd-b579-08002b30bfeb}"
    assert parse_guid(f" {guid} ", TypeSpec(DT.GUID), "") == guid.upper()
    for text in (guid[1:-1], guid[:-1], guid + "\n}", ""):
        with pytest.raises(ConversionError):
            parse_guid(text, TypeSpec(DT.GUID), "")


def test_bytes_are_hexadecimal_digits():
    spec = TypeSpec(DT.BYTES, length=2)
    assert parse_bytes("00fF", spec, "") == (b"\x00\xff", False)
    assert parse_bytes("0x00ff01", spec, "") == (b"\x00\xff", True)
    for text in ("0", "0g", "00 ff"):
        with pytest.raises(ConversionError):
            parse_bytes(text, spec, "")


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_what_decimal_prints_is_read_exactly(number):
    assert standard_number(str(number), US) == number
