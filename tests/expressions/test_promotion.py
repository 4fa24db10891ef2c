from itertools import product

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.promotion import (
    IMPLICIT,
    INTEGERS,
    NUMBERS,
    arithmetic_type,
    as_text,
    common_date,
    common_number,
    digits,
)
from dtserve.expressions.switches import using
from support.expression_backends import spec_of


def test_the_matrix_is_symmetric_and_complete() -> None:
    assert len(IMPLICIT) == 13 * 13
    for left, right in product(NUMBERS, repeat=2):
        assert IMPLICIT[left, right] is IMPLICIT[right, left]
    assert {pair for pair, found in IMPLICIT.items() if found is None} == {
        pair for dt in (DT.I1, DT.I2, DT.I4, DT.I8) for pair in ((dt, DT.UI8), (DT.UI8, dt))
    }


@pytest.mark.parametrize(
    ("left", "operator", "right", "result"),
    [
        ("DT_I4", "+", "DT_UI4", "DT_I8"),
        ("DT_I2", "*", "DT_UI2", "DT_I4"),
        ("DT_I1", "+", "DT_UI1", "DT_I2"),
        ("DT_UI1", "+", "DT_UI2", "DT_UI2"),
        ("DT_R4", "*", "DT_NUMERIC,10,2", "DT_R4"),
        ("DT_R4", "+", "DT_R8", "DT_R8"),
        ("DT_CY", "/", "DT_CY", "DT_CY"),
        ("DT_CY", "*", "DT_NUMERIC,3,2", "DT_NUMERIC(23,6)"),
        ("DT_I2", "*", "DT_CY", "DT_NUMERIC(25,4)"),
        ("DT_I4", "*", "DT_CY", "DT_NUMERIC(30,4)"),
        ("DT_NUMERIC,18,2", "*", "DT_I4", "DT_NUMERIC(29,2)"),
        ("DT_NUMERIC,18,2", "+", "DT_NUMERIC,10,4", "DT_NUMERIC(21,4)"),
        ("DT_DECIMAL,2", "-", "DT_DECIMAL,2", "DT_NUMERIC(30,2)"),
        ("DT_I4", "/", "DT_NUMERIC,2,1", "DT_NUMERIC(17,6)"),
        ("DT_NUMERIC,38,10", "*", "DT_NUMERIC,38,10", "DT_NUMERIC(38,6)"),
        ("DT_NUMERIC,38,0", "+", "DT_NUMERIC,38,0", "DT_NUMERIC(38,0)"),
        ("DT_I4", "/", "DT_CY", "DT_CY"),
    ],
)
def test_arithmetic(left: str, operator: str, right: str, result: str) -> None:
    assert str(arithmetic_type(operator, spec_of(left), spec_of(right))) == result


def test_switches_and_refusals() -> None:
    with using(integer_by_currency_is_currency=False):
        assert arithmetic_type("/", TypeSpec(DT.I4), TypeSpec(DT.CY)) == TypeSpec(DT.NUMERIC, precision=34, scale=20)
    assert arithmetic_type("+", TypeSpec(DT.UI8), TypeSpec(DT.I8)) is None
    assert common_number(TypeSpec(DT.UI8), TypeSpec(DT.I1)) is None


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("DT_DATE", "DT_DATE", "DT_DATE"),
        ("DT_DATE", "DT_DBDATE", "DT_DBTIMESTAMP"),
        ("DT_DBTIMESTAMPOFFSET,3", "DT_DBDATE", "DT_DBTIMESTAMPOFFSET"),
        ("DT_DBTIMESTAMP2,3", "DT_FILETIME", "DT_DBTIMESTAMP2"),
        ("DT_DBTIME", "DT_DBTIME2,3", "DT_DBTIME2"),
        ("DT_DBTIME", "DT_DBDATE", "None"),
    ],
)
def test_dates(left: str, right: str, result: str) -> None:
    assert str(common_date(spec_of(left), spec_of(right))) == result


def test_numbers_as_decimals() -> None:
    assert {str(TypeSpec(dt)): digits(TypeSpec(dt)) for dt in INTEGERS} == {
        "DT_I1": (3, 0), "DT_I2": (5, 0), "DT_I4": (10, 0), "DT_I8": (19, 0), "DT_UI1": (3, 0), "DT_UI2": (5, 0),
        "DT_UI4": (10, 0), "DT_UI8": (20, 0),
    }  # fmt: skip
    assert digits(spec_of("DT_DECIMAL,3")) == (29, 3)
    assert str(common_number(spec_of("DT_NUMERIC,5,2"), spec_of("DT_CY"))) == "DT_NUMERIC(19,4)"


def test_text_inside_expressions_is_wide() -> None:
    assert str(as_text(spec_of("DT_STR,10,1252"))) == "DT_WSTR(10)"
    assert as_text(spec_of("DT_TEXT,1252")).dt is DT.TEXT
