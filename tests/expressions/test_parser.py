from itertools import pairwise

import pytest

from dtserve.expressions.errors import (
    EmptyExpression,
    ExpressionFault,
    ExpressionTooDeep,
    FailedToParse,
    InvalidToken,
    SingleEqual,
    UnknownFunction,
)
from dtserve.expressions.nodes import Binary, Call, Cast, Column, Conditional, Lineage, Literal, Null, Unary, Variable
from dtserve.expressions.parser import PRECEDENCE, parse

A, B, C = Column("a"), Column("b"), Column("c")
ONE = Literal("DT_I4", 1)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a", A),
        ("[a b].[c]", Column("c", "a b")),
        ("a.b", Column("b", "a")),
        ("[a.b]", Column("a.b")),
        ("#7", Lineage("7")),
        ("@[User::x]", Variable("User::x")),
        ("tRuE", Literal("DT_BOOL", True)),
        ("[True]", Column("True")),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a || b && c", Binary("||", A, Binary("&&", B, C))),
        ("a & b == c", Binary("&", A, Binary("==", B, C))),
        ("a ? b : c ? a : b", Conditional(A, B, Conditional(C, A, B))),
        ("a ? b ? a : b : c", Conditional(A, Conditional(B, A, B), C)),
        ("-!~a", Unary("-", Unary("!", Unary("~", A)))),
        ("-(DT_I4)a", Unary("-", Cast("DT_I4", (), A))),
        ("(DT_I4)-a", Cast("DT_I4", (), Unary("-", A))),
        ("(dt_i4)a + b", Binary("+", Cast("DT_I4", (), A), B)),
        ("!ISNULL(a) && b", Binary("&&", Unary("!", Call("ISNULL", (A,))), B)),
        ("[ISNULL](a)", Call("ISNULL", (A,))),
        ("GetDate()", Call("GETDATE", ())),
        ("null(dt_date)", Null("DT_DATE", ())),
        ("((a))", A),
    ],
)
def test_trees(text: str, node: object) -> None:
    assert parse(text) == node


def test_precedence_table() -> None:
    levels = [
        ("*", "/", "%"),
        ("+", "-"),
        ("<", ">", "<=", ">="),
        ("==", "!="),
        ("&",),
        ("^",),
        ("|",),
        ("&&",),
        ("||",),
    ]
    assert set(PRECEDENCE) == {operator for level in levels for operator in level}
    for higher, lower in pairwise(levels):
        for above in higher:
            for below in lower:
                assert parse(f"a {below} b {above} c") == Binary(below, A, Binary(above, B, C))
                assert parse(f"a {above} b {below} c") == Binary(below, Binary(above, A, B), C)


def test_parameters_of_casts() -> None:
    node = parse("(DT_STR, 50 , 1252)a")
    assert isinstance(node, Cast)
    assert [p.literal.value for p in node.parameters if p.literal] == [50, 1252]
    node = parse("(DT_STR,@n,(1+2))a")
    assert isinstance(node, Cast)
    assert [p.literal for p in node.parameters] == [None, None]
    node = parse("(DT_WSTR,-5)a")
    assert isinstance(node, Cast)
    assert [p.literal.value for p in node.parameters if p.literal] == [-5]


def test_nodes_know_their_place() -> None:
    text = "ab + UPPER( @x )"
    node = parse(text)
    assert isinstance(node, Binary)
    assert isinstance(node.right, Call)
    assert text[node.right.start : node.right.end] == "UPPER( @x )"
    assert text[node.right.arguments[0].start : node.right.arguments[0].end] == "@x"


@pytest.mark.parametrize(
    ("text", "fault", "start"),
    [
        ("", EmptyExpression, 0),
        (" \n ", EmptyExpression, 0),
        ("@a = 1", SingleEqual, 3),
        ("@a := 1", SingleEqual, 3),
        ("1 +", FailedToParse, 3),
        ("(1", FailedToParse, 2),
        ("a ? b", FailedToParse, 5),
        ("UPPER(a", FailedToParse, 7),
        ("UPPER(a,)", InvalidToken, 8),
        ("a b", InvalidToken, 2),
        ("a !> b", InvalidToken, 2),
        ("a > = b", SingleEqual, 4),
        ("1..2", InvalidToken, 2),
        (")", InvalidToken, 0),
        ("(DT_WSTR,)a", InvalidToken, 9),
        ("NULL(1)", FailedToParse, 0),
        ("[ ](a)", UnknownFunction, 0),
        ("(" * 5000, ExpressionTooDeep, 0),
        ("a?" * 5000, ExpressionTooDeep, 0),
    ],
)
def test_refused(text: str, fault: type[ExpressionFault], start: int) -> None:
    with pytest.raises(fault) as caught:
        parse(text)
    if start:
        assert caught.value.start == start


def test_long_chains_of_prefixes_and_operators_are_no_problem() -> None:
    node = parse("-" * 10_000 + "1" + " + 1" * 10_000)
    assert isinstance(node, Binary)
    assert node.end == 10_001 + 40_000
