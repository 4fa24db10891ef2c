"""Every operator on every type: taken, or refused with its code (EXPRESSIONS §3.2)."""

from collections import Counter
from itertools import product

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.operators import binary, conditional, convert, unary
from dtserve.expressions.parser import PRECEDENCE
from dtserve.expressions.type_errors import (
    BinaryCodePages,
    ConditionalCodePages,
    ConditionalString,
    ConditionalTypes,
    ConditionNotBoolean,
    StringOperand,
    UnsupportedUnaryType,
)
from dtserve.expressions.typed import Concat, Constant, Input, Level
from dtserve.expressions.value_errors import DivideByZero
from support.expression_backends import spec_of
from support.expression_strategies import COLUMNS

WIDE = {name: TypeSpec(DT.WSTR, length=10) if spec.dt is DT.STR else spec for name, spec in COLUMNS.items()}


def column(spec: TypeSpec) -> Input:
    return Input(spec, "x", spec)


def test_every_pair_is_typed_or_refused_with_a_code() -> None:
    counts: Counter[str] = Counter()
    for operator, left, right in product(PRECEDENCE, WIDE.values(), WIDE.values()):
        try:
            made = binary(operator, column(left), column(right), 0, 0)
        except ExpressionFault as fault:
            counts[fault.hresult] += 1
            continue
        counts["typed"] += 1
        if operator in ("==", "!=", "<", ">", "<=", ">=", "&&", "||"):
            assert made.type.dt is DT.BOOL
        swapped = binary(operator, column(right), column(left), 0, 0)
        assert swapped.type == made.type or operator == "/"
    assert counts["typed"] > 1500
    assert set(counts) == {"typed", "0xC0047080", "0xC0047081", "0xC00470CE"} - {"0xC00470CE"}


@pytest.mark.parametrize("name", sorted(WIDE))
def test_unary(name: str) -> None:
    spec = WIDE[name]
    number = spec.family in ("int", "float", "decimal")
    fits = {"-": number and spec.info.signed, "~": spec.family == "int", "!": spec.dt is DT.BOOL}
    for operator, taken in fits.items():
        if taken:
            assert unary(operator, column(spec), 0, 0).type == spec
        else:
            with pytest.raises(UnsupportedUnaryType):
                unary(operator, column(spec), 0, 0)


def test_conditional_of_every_pair() -> None:
    for left, right in product(WIDE.values(), repeat=2):
        try:
            made = conditional(column(TypeSpec(DT.BOOL)), column(left), column(right), 0, 0)
        except ConditionalTypes:
            numbers = {left.family, right.family} <= {"int", "float", "decimal"}
            assert left.dt is not right.dt
            assert not numbers or DT.UI8 in (left.dt, right.dt)
            continue
        if left.dt is right.dt:
            assert made.type.dt is left.dt or left.dt is DT.DECIMAL
        elif left.family == "datetime":
            assert made.type.dt is DT.DBTIMESTAMP


def test_text_and_code_pages() -> None:
    null = Constant(spec_of("DT_STR,5,1252"), None)
    text = column(spec_of("DT_WSTR,5"))
    latin, utf8 = column(spec_of("DT_TEXT,1252")), column(spec_of("DT_TEXT,65001"))
    flag = column(TypeSpec(DT.BOOL))
    with pytest.raises(StringOperand):
        binary("+", text, null, 0, 0)
    with pytest.raises(ConditionalString):
        conditional(flag, null, text, 0, 0)
    for operator in ("+", "=="):
        with pytest.raises(BinaryCodePages):
            binary(operator, latin, utf8, 0, 0)
    with pytest.raises(ConditionalCodePages):
        conditional(flag, latin, utf8, 0, 0)
    with pytest.raises(ConditionNotBoolean):
        conditional(text, text, text, 0, 0)


def test_chains_of_text_are_one_concatenation() -> None:
    text = column(spec_of("DT_WSTR,5"))
    made = binary("+", binary("+", text, text, 0, 0), text, 0, 0)
    assert isinstance(made, Concat)
    assert len(made.operands) == 3
    assert made.type.length == 15


@pytest.mark.parametrize("divisor", ["DT_I4", "DT_R8", "DT_CY", "DT_NUMERIC,5,2"])
def test_a_literal_zero_divisor_is_an_error_of_validation(divisor: str) -> None:
    zero = unary("-", Constant(spec_of(divisor), 0), 0, 0)
    with pytest.raises(DivideByZero):
        binary("/", column(spec_of("DT_I4")), zero, 0, 0)
    variable = Constant(spec_of(divisor), 0, Level.VARIABLE)
    assert binary("/", column(spec_of("DT_I4")), variable, 0, 0).level is Level.COLUMN


def test_convert_leaves_the_same_representation_alone() -> None:
    node = column(spec_of("DT_WSTR,5"))
    assert convert(node, spec_of("DT_WSTR,9")) is node
    assert convert(node, spec_of("DT_NTEXT")) is not node
