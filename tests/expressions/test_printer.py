from decimal import Decimal

import pytest

from dtserve.expressions.nodes import Binary, Column, Literal
from dtserve.expressions.parser import parse
from dtserve.expressions.printer import print_node, quote


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a+b*c", "a + b * c"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("(a?b:c)?d:e", "(a ? b : c) ? d : e"),
        ("a?b:(c?d:e)", "a ? b : c ? d : e"),
        ("-(a+b)", "-(a + b)"),
        ("(DT_I4)(a+b)", "(DT_I4)(a + b)"),
        ("( DT_STR , 5 , 1252 ) a", "(DT_STR,5,1252)a"),
        ("(DT_STR,@n,1252)a", "(DT_STR,?,1252)a"),
        ("[my func](a, b)", "[MY FUNC](a,b)"),
        ("[a].[b c]", "a.[b c]"),
        ("[True]", "[True]"),
        ("[DT_I4]", "[DT_I4]"),
        ("#{a b}", "#{a b}"),
        ("#12", "#12"),
        ("@x", "@[x]"),
        ("TRUE", "True"),
        (".50 + 8. + 0xFFu + 1E3f + 2l", ".50 + 8. + 0xFFu + 1E3f + 2l"),
        ("NULL( DT_NUMERIC ,5, 2)", "NULL(DT_NUMERIC,5,2)"),
    ],
)
def test_printed(text: str, printed: str) -> None:
    assert print_node(parse(text)) == printed


@pytest.mark.parametrize(
    ("node", "printed"),
    [
        (Literal("DT_I8", 7), "7L"),
        (Literal("DT_UI8", 7), "7UL"),
        (Literal("DT_NUMERIC", Decimal("0.5"), 2, 1), "0.5"),
        (Literal("DT_NUMERIC", Decimal("0.5"), 1, 1), ".5"),
        (Literal("DT_NUMERIC", Decimal(8), 1, 0), "8."),
        (Literal("DT_R8", 1.5), "1.5L"),
        (Literal("DT_R4", 2.0**100), "1.2676506002282294E+30F"),
        (Binary("+", Column("a"), Literal("DT_BOOL", False)), "a + False"),
    ],
)
def test_made_by_hand(node: Literal, printed: str) -> None:
    assert print_node(node) == printed
    assert parse(printed) == node


def test_quote() -> None:
    assert quote('a"\\\t\x01é') == '"a\\"\\\\\\t\\x0001é"'
    assert parse(quote('a"\\\t\x01é\U0001f600')).value == 'a"\\\t\x01é\U0001f600'  # type: ignore[union-attr]


def test_depth_is_no_problem() -> None:
    text = "a" + " + a" * 1500
    assert print_node(parse(text)) == text
