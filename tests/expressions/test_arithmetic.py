from decimal import Decimal

import pytest

from dtserve.expressions.arithmetic import arithmetic, fit, in_range, negate, unscaled
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.switches import using
from dtserve.expressions.value_errors import (
    BinaryOverflow,
    BitwiseSignMismatch,
    DivideByZero,
    NegateOverflow,
    NumericOverflow,
)
from support.expression_backends import spec_of


@pytest.mark.parametrize(
    ("operator", "left", "right", "spec", "result"),
    [
        ("/", 7, 2, "DT_I4", 3),
        ("/", -7, 2, "DT_I4", -3),
        ("/", 7, -2, "DT_I4", -3),
        ("%", -7, 3, "DT_I4", -1),
        ("%", 7, -3, "DT_I4", 1),
        ("%", -(2**63), -1, "DT_I8", 0),
        ("&", -4, -6, "DT_I4", -8),
        ("|", 10, 8, "DT_UI1", 10),
        ("^", 10, 8, "DT_I4", 2),
        ("+", 0.1, 0.2, "DT_R8", 0.30000000000000004),
        ("+", 16777216.0, 1.0, "DT_R4", 16777216.0),
        ("/", Decimal(1), Decimal(3), "DT_NUMERIC,17,6", Decimal("0.333333")),
        ("/", Decimal(2), Decimal(-3), "DT_CY", Decimal("-0.6666")),
        ("*", Decimal("1.5"), 2, "DT_NUMERIC,30,4", Decimal("3.0000")),
        ("*", Decimal("0.00005"), 1, "DT_NUMERIC,38,4", Decimal("0.0001")),
        ("-", 5, Decimal("6.09"), "DT_NUMERIC,13,2", Decimal("-1.09")),
    ],
)
def test_values(operator: str, left: object, right: object, spec: str, result: object) -> None:
    assert arithmetic(operator, left, right, spec_of(spec)) == result


@pytest.mark.parametrize(
    ("operator", "left", "right", "spec", "fault"),
    [
        ("/", 1, 0, "DT_I4", DivideByZero),
        ("%", 1, 0, "DT_I4", DivideByZero),
        ("/", 1.0, 0.0, "DT_R8", DivideByZero),
        ("/", Decimal(1), Decimal("0.00"), "DT_CY", DivideByZero),
        ("+", 2**31 - 1, 1, "DT_I4", BinaryOverflow),
        ("-", 0, 1, "DT_UI8", BinaryOverflow),
        ("/", -(2**31), -1, "DT_I4", BinaryOverflow),
        ("*", 1e200, 1e200, "DT_R8", BinaryOverflow),
        ("*", 1e30, 1e30, "DT_R4", BinaryOverflow),
        ("/", 1.0, 5e-324, "DT_R8", BinaryOverflow),
        ("*", Decimal("9" * 20), Decimal("9" * 20), "DT_NUMERIC,38,0", NumericOverflow),
        ("+", Decimal("922337203685477.5807"), Decimal("0.0001"), "DT_CY", BinaryOverflow),
        ("&", 1, -1, "DT_I4", BitwiseSignMismatch),
    ],
)
def test_errors(operator: str, left: object, right: object, spec: str, fault: type[ExpressionFault]) -> None:
    with pytest.raises(fault):
        arithmetic(operator, left, right, spec_of(spec))


def test_negate() -> None:
    assert negate(5, spec_of("DT_I1")) == -5
    assert str(negate(Decimal("0.00"), spec_of("DT_NUMERIC,3,2"))) == "0.00"
    big = Decimal("12345678901234567890123456789012345678")
    assert negate(big, spec_of("DT_NUMERIC,38,0")) == big.copy_negate()
    for value, spec in ((-128, "DT_I1"), (Decimal("-922337203685477.5808"), "DT_CY")):
        with pytest.raises(NegateOverflow):
            negate(value, spec_of(spec))


def test_digits_are_never_lost_to_a_context() -> None:
    long = Decimal("99999999999999999999999999999999.999999")
    assert unscaled(long, 6) == 10**38 - 1
    assert fit(long, spec_of("DT_NUMERIC,38,6"), "truncate") == long
    assert fit(long, spec_of("DT_NUMERIC,37,6"), "truncate") is None
    assert in_range(2**96 - 1, spec_of("DT_DECIMAL,0"))
    assert not in_range(2**96, spec_of("DT_DECIMAL,0"))


def test_rounding_of_products_and_quotients_is_a_switch() -> None:
    with using(quotient_digits="half_away", product_digits="truncate"):
        assert arithmetic("/", Decimal(2), Decimal(3), spec_of("DT_CY")) == Decimal("0.6667")
        assert arithmetic("*", Decimal("0.00009"), 1, spec_of("DT_NUMERIC,38,4")) == 0
