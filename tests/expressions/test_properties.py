"""Properties over random expressions and rows: one meaning, stable printing, no crash."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dtserve.expressions import (
    ExpressionFault,
    compile_columns,
    evaluate,
    find_faults,
    parse,
    print_node,
    split_assignment,
)
from support.expression_backends import prepare, same
from support.expression_strategies import COLUMNS, expression_texts, rows

MODEST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def check(fault: ExpressionFault, text: str) -> None:
    """A fault has a code of SSIS or dtserve, and a place inside the text."""
    assert fault.code >> 16 in (0xC004, 0xC0D5)
    assert fault.static_code >> 16 in (0xC004, 0xC0D5)
    assert fault.text == text
    assert 0 <= fault.start <= fault.end <= len(text)
    assert fault.describe().startswith(fault.symbol)


@MODEST
@given(expression_texts(), rows())
def test_both_back_ends_agree(text: str, some_rows: list[dict[str, Any]]) -> None:
    try:
        prepared = prepare(text, COLUMNS)
        outcomes = prepared.columnar(some_rows)
    except ExpressionFault as fault:
        check(fault, text)
        return
    for row, outcome in zip(some_rows, outcomes, strict=True):
        assert same(outcome, prepared.scalar(row)), (text, row)


@MODEST
@given(expression_texts())
def test_printing_is_stable(text: str) -> None:
    node = parse(text)
    printed = print_node(node)
    assert parse(printed) == node
    assert print_node(parse(printed)) == printed


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.sampled_from(list("()[]{}#@\"'\\.,;:?=!<>&|^~+-*/% \t\nxX0123456789eEfLuU_$aé\u2028\ufeff"))
        | st.characters(codec="utf-8"),
        max_size=40,
    )
)
def test_no_text_crashes_the_parser(text: str) -> None:
    for fault in find_faults(text, []):
        check(fault, text)
    for run in (evaluate, lambda text: compile_columns(text, [])):
        try:
            run(text)
        except ExpressionFault as fault:
            check(fault, split_assignment(text)[1] if run is evaluate else text)


@settings(max_examples=100, deadline=None)
@given(
    expression_texts(), st.integers(0, 60), st.sampled_from(['"', "(", ")", "[", "?", ":", "@", ",", "\\", "-", "#{"])
)
def test_broken_expressions_are_refused_or_typed(text: str, at: int, inserted: str) -> None:
    broken = text[:at] + inserted + text[at:]
    assert all(isinstance(fault, ExpressionFault) for fault in find_faults(broken, []))
