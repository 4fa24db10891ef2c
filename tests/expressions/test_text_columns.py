"""Text functions over larger columns with every kind of character, against the scalar side."""

import random

import pytest

from dtserve.expressions.switches import using
from support.expression_backends import prepare, spec_of

GENERATOR = random.Random(11)
CHARACTERS = "aAbB zZ09-_.,;ßéÄİΣŉ€\U0001f600\U00010428\u0301\t\n\\/$^[]"
TYPES = {"s": spec_of("DT_WSTR,40"), "t": spec_of("DT_WSTR,3"), "n": spec_of("DT_I4")}


def text(alphabet: str, most: int) -> str | None:
    if GENERATOR.random() < 0.1:
        return None
    return "".join(GENERATOR.choice(alphabet) for _ in range(GENERATOR.randint(0, most)))


def rows(alphabet: str, count: int = 150) -> list[dict[str, object]]:
    numbers = [None, -1, 0, 1, 2, 3, 7, 40]
    return [{"s": text(alphabet, 12), "t": text(alphabet, 2), "n": GENERATOR.choice(numbers)} for _ in range(count)]


EXPRESSIONS = [
    "UPPER(s)", "LOWER(s)", "REVERSE(s)", "LEN(s)", "CODEPOINT(s)", "TRIM(s)", "LEFT(s,n)", "RIGHT(s,n)", "LEFT(s,3)",
    "RIGHT(s,2)", "SUBSTRING(s,n,2)", "SUBSTRING(s,2,n)", "SUBSTRING(s,n,n)", "FINDSTRING(s,t,1)", "FINDSTRING(s,t,n)",
    'FINDSTRING(s,"a",2)', 'FINDSTRING(s,"é",1)', 'FINDSTRING("aAé\U0001f600b",t,1)', "REPLACE(s,t,s)", 'REPLACE(s,"a",t)',
    'REPLACE(s,t,"_")', "REPLICATE(s,n)", "REPLICATE(t,3)", "TOKEN(s,t,n)", 'TOKEN(s,"-_",2)', 'TOKEN(s,t,1)',
    "TOKENCOUNT(s,t)", 'TOKENCOUNT(s," ")', 'TOKENCOUNT(s,"a-")', "HEX(n)", "s + t + s", "UPPER(LEFT(s,1)) + LOWER(RIGHT(s,3))",
    "LEN(TRIM(s)) > 3 ? SUBSTRING(s,2,3) : t", "REPLACENULL(s,t)", "ISNULL(s) || ISNULL(t)", "s == t", "s < t",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("alphabet", [CHARACTERS, "aAbB -", "aéßÄ "], ids=["all", "ascii", "bmp"])
def test_columns_agree_with_values(expression: str, alphabet: str) -> None:
    some = rows(alphabet)
    prepared = prepare(expression, TYPES)
    for row, outcome in zip(some, prepared.columnar(some), strict=True):
        assert outcome == prepared.scalar(row), row


def test_switches_hold_on_both_sides() -> None:
    some = rows("aab ")
    for expression, change in (
        ('FINDSTRING(s,"aa",n)', {"findstring_overlaps": True}),
        ("TOKEN(s,t,n)", {"token_beyond_is_empty": False}),
        ('TOKEN(s," ",2)', {"token_beyond_is_empty": False}),
    ):
        with using(**change):
            prepared = prepare(expression, TYPES)
            assert prepared.columnar(some) == [prepared.scalar(row) for row in some]


def test_many_rows_of_one_long_text() -> None:
    prepared = prepare("REPLICATE(s,n)", TYPES)
    outcomes = prepared.columnar([{"s": "ab", "n": 16_383}, {"s": "ab", "n": 16_384}])
    assert [outcome.code for outcome in outcomes] == [None, 0xC0049034]
    assert len(outcomes[0].value) == 32_766
