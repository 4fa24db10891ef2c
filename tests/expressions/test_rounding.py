import math
from decimal import Decimal

import pytest

from dtserve.expressions.rounding import round_float, round_value, whole
from dtserve.expressions.switches import using
from dtserve.expressions.value_errors import FunctionOverflow
from support.expression_backends import spec_of

NUMERIC = spec_of("DT_NUMERIC,7,4")


@pytest.mark.parametrize(
    ("value", "length", "away", "even"),
    [
        ("0.00005", 4, "0.0001", "0.0000"),
        ("0.15", 1, "0.2000", "0.2000"),
        ("0.25", 1, "0.3000", "0.2000"),
        ("-0.25", 1, "-0.3000", "-0.2000"),
        ("12.3456", 0, "12.0000", "12.0000"),
    ],
)
def test_decimals(value: str, length: int, away: str, even: str) -> None:
    number = Decimal(value).quantize(Decimal("0.00001")) if length == 4 else Decimal(value)
    spec = spec_of("DT_NUMERIC,8,5") if length == 4 else NUMERIC
    assert round_value(number, length, spec, "ROUND") == Decimal(away)
    with using(round_ties="half_even"):
        assert round_value(number, length, spec, "ROUND") == Decimal(even)


def test_floats() -> None:
    assert [round_float(x, 0) for x in (0.5, 1.5, -0.5, -2.5, 0.49)] == [1.0, 2.0, -1.0, -3.0, 0.0]
    assert math.copysign(1, round_float(-0.2, 0)) == -1
    assert round_float(1e300, 15) == 1e300
    assert round_float(1.23456789, 99) == 1.23456789
    with using(round_ties="half_even"):
        assert [round_float(x, 0) for x in (0.5, 1.5, 2.5)] == [0.0, 2.0, 2.0]
    assert round_value(0.1, 5, spec_of("DT_R4"), "ROUND") == pytest.approx(0.1, rel=1e-7)


def test_whole_numbers_keep_scale_and_precision() -> None:
    assert str(whole(Decimal("-0.5000"), NUMERIC, "CEILING")) == "0.0000"
    assert str(whole(Decimal("12.0001"), NUMERIC, "CEILING")) == "13.0000"
    assert whole(7, spec_of("DT_I4"), "FLOOR") == 7
    with pytest.raises(FunctionOverflow):
        whole(Decimal("999.0001"), NUMERIC, "CEILING")
    with pytest.raises(FunctionOverflow):
        whole(Decimal("-999.0001"), NUMERIC, "FLOOR")
