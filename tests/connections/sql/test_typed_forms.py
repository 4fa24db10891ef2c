"""Forms by type; what the databases make of them is in ``cases/statements.json``."""

from types import SimpleNamespace

import pytest
from sqlglot import exp

from dtserve.connections.sql.nodes import template, typed
from dtserve.connections.sql.typed_forms import (
    as_days,
    as_moments,
    cast_outside,
    cut_to_first,
    data_length,
    exactly_typed,
    literal_bytes,
    may_overflow,
    money_scale,
)
from dtserve.datatypes import DT, TypeSpec

SHORT, LONG = TypeSpec(DT.WSTR, length=2), TypeSpec(DT.WSTR, length=50)
I4 = TypeSpec(DT.I4)


def column(spec):
    return exactly_typed(typed(exp.column("c"), spec))


def text(value, dt=DT.STR):
    return typed(exp.Literal.string(value), TypeSpec(dt, length=len(value)))


@pytest.mark.parametrize("second", [column(SHORT), column(I4), column(None), text("ab"), typed(exp.Null(), None)])
def test_what_fits_the_first_argument_stays(second) -> None:
    arguments = [column(SHORT), second]
    assert cut_to_first("postgres", arguments) is arguments


@pytest.mark.parametrize("first", [column(I4), column(None), column(TypeSpec(DT.NTEXT)), typed(exp.column("c"), SHORT)])
def test_a_first_argument_without_a_certain_length_cuts_nothing(first) -> None:
    arguments = [first, text("abc")]
    assert cut_to_first("mysql", arguments) is arguments


def test_longer_texts_are_cut() -> None:
    assert cut_to_first("sqlite", [column(SHORT), text("abc")])[1].this == "ab"
    assert cut_to_first("sqlite", [column(SHORT), column(LONG)])[1].this == "substr({0}, 1, 2)"
    estimated = typed(exp.Anonymous(this="f"), TypeSpec(DT.WSTR, length=1))
    assert cut_to_first("sqlite", [column(SHORT), estimated])[1].this == "substr({0}, 1, 2)"


def test_numbers_are_days_only_where_a_moment_is_wanted() -> None:
    asked = []
    number = typed(exp.Literal.number("1"), I4)
    found = as_moments("DATEADD", [exp.column("day"), number, number], lambda node, spec: asked.append(node) or node)
    assert found[1] is number
    assert [node.this for node in asked] == ["1900-01-02 00:00:00"]
    assert as_moments("DATEDIFF", [exp.column("day"), column(LONG)], lambda node, spec: node)[1].name == "c"


@pytest.mark.parametrize(
    ("node", "form"),
    [
        (text("ab", DT.WSTR), "(2 * length({0}))"), (text("ab"), "length({0})"), (column(LONG), "length({0})"),
        (column(TypeSpec(DT.NUMERIC, precision=20)), "CASE WHEN {0} IS NOT NULL THEN 13 END"),
    ],
)  # fmt: skip
def test_lengths(node, form) -> None:
    assert data_length("sqlite", node).this == form
    assert data_length("sqlite", column(None)) is None


def test_literals_as_binary() -> None:
    binary = TypeSpec(DT.BYTES, length=3)
    assert literal_bytes(text("aé", DT.WSTR), binary) == "6100e9"
    assert literal_bytes(text("aé"), binary) == "61e9"
    assert literal_bytes(column(SHORT), binary) is None
    assert literal_bytes(text("a"), SHORT) is None


@pytest.mark.parametrize(("own", "length", "may"), [(I4, 10, True), (I4, 11, False), (TypeSpec(DT.UI1), 2, True), (LONG, 1, False), (None, 1, False)])  # fmt: skip
def test_whole_numbers_as_short_texts(own, length, may) -> None:
    assert may_overflow(own, TypeSpec(DT.STR, length=length)) is may


def test_money_shows_two_digits_or_four() -> None:
    assert [money_scale(None, style) for style in (None, -1, 0, 2)] == [2, 2, 2, 4]
    binder = SimpleNamespace(refuse=lambda reason: ValueError(reason))
    with pytest.raises(ValueError, match="style 1"):
        money_scale(binder, 1)


def test_a_cast_stands_around_its_window() -> None:
    inner = template("CAST(TRUNC(AVG({*})) AS INT)", exp.column("a"), kind=I4)
    found = cast_outside(exp.Window(this=inner))
    assert found.this == "CAST(TRUNC({0}) AS INT)"
    assert found.expressions[0].this.this == "AVG({*})"
    plain = exp.Window(this=template("COUNT({*})", exp.column("a"), kind=I4))
    assert cast_outside(plain) is plain


@pytest.mark.parametrize(
    ("of", "to"), [(I4, TypeSpec(DT.R8)), (None, I4), (TypeSpec(DT.DBTIME), I4), (TypeSpec(DT.DBTIMESTAMP), SHORT)]
)
def test_only_moments_become_days_and_only_for_numbers(of, to) -> None:
    node = column(of)
    assert as_days("postgres", node, to) is node
