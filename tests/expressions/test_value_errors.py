"""Errors of values where they happen: scalar as exceptions, columnar as codes per row."""

from typing import Any

import pytest

from dtserve.expressions import ExpressionFault
from dtserve.expressions.switches import using
from dtserve.expressions.value_errors import (
    BinaryOverflow,
    BitwiseSignMismatch,
    CastFailed,
    CastOverflow,
    DivideByZero,
    FindStringOccurrence,
    FunctionOverflow,
    LnParameter,
    LogParameter,
    NegateOverflow,
    NegativeRightLength,
    NegativeSubstringLength,
    NumericOverflow,
    PowerParameter,
    ReplaceSearchEmpty,
    ReplicateCount,
    RoundLength,
    SqrtParameter,
    SubstringStart,
)
from support.expression_backends import prepare, spec_of, value_of

CASES: list[tuple[str, str, str, type[ExpressionFault]]] = [
    ("10 / x", "DT_I4", "0", DivideByZero),
    ("10 % x", "DT_UI1", "0", DivideByZero),
    ("1.5 / x", "DT_NUMERIC,5,2", "0", DivideByZero),
    ("1E0 / x", "DT_R8", "0", DivideByZero),
    ("x + 1", "DT_I4", "2147483647", BinaryOverflow),
    ("x - 1U", "DT_UI4", "0", BinaryOverflow),
    ("x * x", "DT_I8", "4294967296", BinaryOverflow),
    ("x * x", "DT_R8", "1E200", BinaryOverflow),
    ("x + x", "DT_CY", "900000000000000", BinaryOverflow),
    ("x / -1", "DT_I4", "-2147483648", BinaryOverflow),
    ("x * x", "DT_NUMERIC,38,0", "9" * 30, NumericOverflow),
    ("x + x", "DT_NUMERIC,38,0", "9" * 38, NumericOverflow),
    ("-x", "DT_I2", "-32768", NegateOverflow),
    ("-x", "DT_CY", "-922337203685477.5808", NegateOverflow),
    ("x & 1", "DT_I4", "-1", BitwiseSignMismatch),
    ("(DT_UI1)x", "DT_I4", "300", CastOverflow),
    ("(DT_I4)x", "DT_WSTR,9", "abc", CastFailed),
    ("(DT_DBDATE)x", "DT_WSTR,9", "20080101", CastFailed),
    ('LEFT("abc",x)', "DT_I4", "-1", NegativeSubstringLength),
    ('SUBSTRING("abc",1,x)', "DT_I4", "-1", NegativeSubstringLength),
    ('SUBSTRING("abc",x,1)', "DT_I4", "0", SubstringStart),
    ('RIGHT("abc",x)', "DT_I4", "-1", NegativeRightLength),
    ('REPLICATE("abc",x)', "DT_I4", "-1", ReplicateCount),
    ('REPLICATE("abc",x)', "DT_I4", "100000", FunctionOverflow),
    ('FINDSTRING("abc","b",x)', "DT_I4", "0", FindStringOccurrence),
    ('TOKEN("abc","b",x)', "DT_I4", "0", FindStringOccurrence),
    ("SQRT(x)", "DT_R8", "-1", SqrtParameter),
    ("POWER(x,-1)", "DT_R8", "0", PowerParameter),
    ("POWER(x,1000)", "DT_R8", "10", FunctionOverflow),
    ("EXP(x)", "DT_R8", "1000", FunctionOverflow),
    ("SQUARE(x)", "DT_R8", "1E300", FunctionOverflow),
    ("ABS(x)", "DT_I1", "-128", FunctionOverflow),
    ("ABS(x)", "DT_CY", "-922337203685477.5808", FunctionOverflow),
    ("CEILING(x)", "DT_NUMERIC,3,2", "9.01", FunctionOverflow),
    ("ROUND(x,1)", "DT_NUMERIC,3,2", "9.99", FunctionOverflow),
    ("ROUND(1.25,x)", "DT_I4", "-1", RoundLength),
    ('DATEADD("yy",x,(DT_DBTIMESTAMP)"2020-01-01")', "DT_I4", "8000", FunctionOverflow),
    ('DATEADD("dd",x,(DT_DBTIMESTAMP)"2020-01-01")', "DT_I4", "-800000", FunctionOverflow),
    ('DATEDIFF("ms",x,(DT_DBTIMESTAMP)"2020-01-01")', "DT_DBTIMESTAMP", "1900-01-01", FunctionOverflow),
]


@pytest.mark.parametrize(("text", "spec", "value", "fault"), CASES, ids=[f"{c[0]} {c[1]} {c[2][:12]}" for c in CASES])
def test_both_back_ends(text: str, spec: str, value: str, fault: type[ExpressionFault]) -> None:
    types = {"x": spec_of(spec)}
    prepared = prepare(text, types)
    row: dict[str, Any] = {"x": value_of(value, types["x"])}
    assert prepared.scalar(row).code == fault.static_code
    outcomes = prepared.columnar([row, {"x": None}, row])
    assert [outcome.code for outcome in outcomes] == [fault.static_code, None, fault.static_code]
    assert outcomes[1].value is None


@pytest.mark.parametrize(("text", "spec", "value", "fault"), CASES, ids=[f"{c[0]} {c[1]} {c[2][:12]}" for c in CASES])
def test_a_branch_that_is_not_taken_has_no_errors(
    text: str, spec: str, value: str, fault: type[ExpressionFault]
) -> None:
    types = {"x": spec_of(spec), "take": spec_of("DT_BOOL")}
    bad = value_of(value, types["x"])
    rows = [{"x": bad, "take": False}, {"x": bad, "take": True}, {"x": bad, "take": None}]
    for guarded in (
        f"take ? ISNULL({text}) : False",
        f"take && !ISNULL({text})",
        f"!take || ISNULL({text})",
        f"!take ? True : !take ? True : ISNULL({text})",
    ):
        prepared = prepare(guarded, types)
        outcomes = prepared.columnar(rows)
        assert outcomes[0].code is None
        assert outcomes[0].value is not None
        assert outcomes[1].code == fault.static_code
        assert [prepared.scalar(row) for row in rows] == outcomes


def test_replace_with_an_empty_search_is_a_switch() -> None:
    types = {"x": spec_of("DT_WSTR,9")}
    rows = [{"x": ""}, {"x": "b"}, {"x": None}]
    text = 'REPLACE("abc",x,"__")'
    prepared = prepare(text, types)
    assert [outcome.value for outcome in prepared.columnar(rows)] == ["abc", "a__c", None]
    assert prepared.columnar(rows) == [prepared.scalar(row) for row in rows]
    with using(replace_empty_search="error"):
        outcomes = prepared.columnar(rows)
        assert [outcome.code for outcome in outcomes] == [ReplaceSearchEmpty.static_code, None, None]
        assert outcomes == [prepared.scalar(row) for row in rows]
    with pytest.raises(ReplaceSearchEmpty):
        prepare('REPLACE("abc","","x")', types)


def test_undefined_logarithms_are_a_switch() -> None:
    types = {"x": spec_of("DT_R8")}
    rows = [{"x": 0.0}, {"x": -2.0}, {"x": 1.0}]
    for text, fault in (("LN(x)", LnParameter), ("LOG(x)", LogParameter), ("POWER(x - 1E0,0.5)", PowerParameter)):
        prepared = prepare(text, types)
        assert [outcome.value for outcome in prepared.columnar(rows)] == [None, None, 0.0]
        assert prepared.columnar(rows) == [prepared.scalar(row) for row in rows]
        with using(undefined_logarithm="error"):
            codes = [fault.static_code, fault.static_code, None]
            assert [outcome.code for outcome in prepared.columnar(rows)] == codes
            assert [prepared.scalar(row).code for row in rows] == codes
