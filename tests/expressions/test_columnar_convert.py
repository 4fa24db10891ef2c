"""Every legal cast over columns of ordinary values, limits, NULLs and nonsense, against the scalar side."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dtserve.datatypes.matrix import is_legal
from support.expression_backends import prepare, same, spec_of
from support.expression_strategies import CASTS, COLUMNS, values

PAIRS = [(name, cast) for name, spec in COLUMNS.items() for cast in CASTS if is_legal(spec.dt, spec_of(cast).dt)]


def test_there_are_many_pairs() -> None:
    assert len(PAIRS) > 350


@pytest.mark.parametrize("name", sorted(COLUMNS))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_casts(name: str, data: st.DataObject) -> None:
    types = {name: COLUMNS[name]}
    some = data.draw(st.lists(values(COLUMNS[name]), min_size=1, max_size=8))
    rows: list[dict[str, Any]] = [{name: value} for value in some]
    for cast in [cast for column, cast in PAIRS if column == name]:
        prepared = prepare(f"({cast}){name}", types)
        for row, outcome in zip(rows, prepared.columnar(rows), strict=True):
            assert same(outcome, prepared.scalar(row)), (cast, row)


def test_widening_needs_no_kernel() -> None:
    from dtserve.expressions.columnar import compile_typed

    for text in ("(DT_I8)i4", "(DT_R8)i4", "(DT_NUMERIC,14,4)num", "(DT_WSTR,99)s", "(DT_NTEXT)s", "i4 > 0 ? i4 : i8"):
        prepared = prepare(text, COLUMNS)
        program = compile_typed(prepared.typed, text).program
        assert not [step for step in program.steps if type(step).__name__ == "Kernel"], text


def test_a_cast_to_nothing() -> None:
    prepared = prepare("(DT_STR,0,1252)s", COLUMNS)
    rows = [{"s": "abc"}, {"s": None}]
    assert [outcome.value for outcome in prepared.columnar([{**dict.fromkeys(COLUMNS), **row} for row in rows])] == [
        "",
        None,
    ]
