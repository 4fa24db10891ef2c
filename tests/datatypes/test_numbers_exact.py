"""Numbers fitted exactly."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import ConversionError, ConversionOverflow, SignMismatch
from dtserve.datatypes.numbers_exact import (
    DECIMAL_LIMIT,
    decimal_limits,
    decimal_to_float,
    exact_decimal,
    fit_decimal,
    fit_float,
    fit_integer,
    single,
)
from dtserve.datatypes.switches import using

N52 = TypeSpec(DT.NUMERIC, precision=5, scale=2)


def test_limits_of_the_decimal_types():
    assert decimal_limits(N52) == (2, -99999, 99999)
    assert decimal_limits(TypeSpec(DT.CY)) == (4, -(2**63), 2**63 - 1)
    assert decimal_limits(TypeSpec(DT.DECIMAL, scale=7)) == (7, -DECIMAL_LIMIT, DECIMAL_LIMIT)


@pytest.mark.parametrize(
    ("number", "fitted"),
    [
        ("1.239", "1.23"),
        ("-1.239", "-1.23"),
        ("999.999", "999.99"),
        ("-0.001", "0.00"),
        ("7", "7.00"),
        ("1E-400", "0.00"),
    ],
)
def test_digits_beyond_the_scale_are_cut(number, fitted):
    assert str(fit_decimal(Decimal(number), N52, "")[0]) == fitted


def test_the_switch_rounds_and_reports():
    with using(scale_reduction="half_away", fraction_loss_reported=True):
        assert fit_decimal(Decimal("1.235"), N52, "") == (Decimal("1.24"), True)
        assert fit_decimal(Decimal("1.23"), N52, "") == (Decimal("1.23"), False)


@pytest.mark.parametrize("number", ["1000", "-1000.00", "1E+400", "1E+999999"])
def test_too_many_digits_overflow(number):
    with pytest.raises(ConversionOverflow):
        fit_decimal(Decimal(number), N52, "")


def test_decimal_has_96_bits():
    spec = TypeSpec(DT.DECIMAL, scale=0)
    assert fit_decimal(Decimal(DECIMAL_LIMIT), spec, "")[0] == DECIMAL_LIMIT
    with pytest.raises(ConversionOverflow):
        fit_decimal(Decimal(DECIMAL_LIMIT + 1), spec, "")


def test_integers_are_cut_toward_zero_or_rounded_by_switch():
    spec = TypeSpec(DT.I4)
    assert [fit_integer(Decimal(text), spec, "")[0] for text in ("3.57", "-3.57", "2.5")] == [3, -3, 2]
    with using(fraction_to_integer="half_even"):
        assert [fit_integer(Decimal(text), spec, "")[0] for text in ("3.57", "2.5", "3.5")] == [4, 2, 4]


def test_integers_have_their_range_and_sign():
    with pytest.raises(SignMismatch):
        fit_integer(-1, TypeSpec(DT.UI1), "")
    with pytest.raises(ConversionOverflow):
        fit_integer(256, TypeSpec(DT.UI1), "")
    with pytest.raises(ConversionOverflow):
        fit_integer(Decimal("1E+500"), TypeSpec(DT.I8), "")
    assert fit_integer(Decimal("0E+500"), TypeSpec(DT.I8), "")[0] == 0


def test_floats_that_leave_their_range_overflow():
    assert fit_float(1e300, TypeSpec(DT.R8), "") == 1e300
    with pytest.raises(ConversionOverflow):
        fit_float(1e300, TypeSpec(DT.R4), "")
    with pytest.raises(ConversionOverflow):
        fit_float(math.inf, TypeSpec(DT.R8), "")
    assert decimal_to_float(Decimal("1E+400")) == math.inf
    assert single(-1e300) == -math.inf


def test_floats_become_decimals_of_their_kept_digits():
    assert exact_decimal(0.1 + 0.2, TypeSpec(DT.R8), "") == Decimal("0.3")
    assert exact_decimal(single(0.1), TypeSpec(DT.R4), "") == Decimal("0.1")
    with pytest.raises(ConversionError):
        exact_decimal(math.nan, TypeSpec(DT.R8), "")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14))
def test_what_fits_stays_as_it_is(number):
    assert fit_decimal(number, TypeSpec(DT.CY), "") == (number, False)
