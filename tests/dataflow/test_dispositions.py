"""Fail, ignore, redirect: the first failing column in order decides."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.dispositions import TRUNCATION_CODE, RowErrors, object_path
from dtserve.dataflow.errors import InducedFailureOnError, InducedFailureOnTruncation, chain
from dtserve.dataflow.transform_errors import ExpressionFailed
from dtserve.datatypes.column_result import ColumnResult
from dtserve.errors import signed
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4

FAIL, IGNORE, REDIRECT = "FailComponent", "IgnoreFailure", "RedirectRow"


class Owner:
    """Stands for a component: only its model and schemas are looked at."""

    def __init__(self):
        codes = (
            Column("E.code", "E.code", "ErrorCode", I4, special_flags=1),
            Column("E.col", "E.col", "ErrorColumn", I4),
        )
        self.model = Component("P\\C", "C", "", outputs=(Output("E", "E", codes, is_error_out=True),))
        self.input_schemas = self.output_schemas = {}


def column(name, error=FAIL, truncation=FAIL, number=1):
    return Column(
        f"P\\C.Outputs[O].Columns[{name}]",
        name,
        name,
        I4,
        error_disposition=error,
        truncation_disposition=truncation,
        number=number,
    )


def codes(*values):
    return pl.Series(values, dtype=pl.UInt32)


def frame(rows):
    return pl.DataFrame({"x": list(range(rows))})


def test_nothing_wrong_passes_the_same_frame():
    errors = RowErrors(Owner(), 3)
    kept, away = errors.settle(frame(3), frame(3))
    assert kept["x"].to_list() == [0, 1, 2]
    assert away is None


def test_redirect_keeps_the_original_row_with_signed_code_and_column():
    errors = RowErrors(Owner(), 3)
    errors.errors(column("a", REDIRECT, number=97), codes(None, 0xC0209077, None))
    kept, away = errors.settle(pl.DataFrame({"x": [10, 11, 12]}), frame(3))
    assert kept["x"].to_list() == [10, 12]
    assert away.rows() == [(1, -1071607689, 97)]
    assert away.columns == ["x", "E.code", "E.col"]


def test_the_whole_row_has_column_0():
    errors = RowErrors(Owner(), 1)
    errors.errors(column("a", REDIRECT, number=97), codes(1), whole_row=True)
    assert errors.settle(frame(1), frame(1))[1].rows() == [(0, 1, 0)]


def test_first_column_in_order_decides():
    errors = RowErrors(Owner(), 4)
    errors.errors(column("a", IGNORE, number=1), codes(1, 1, None, None))
    errors.errors(column("b", REDIRECT, number=2), codes(None, 2, 2, None))
    errors.truncations(column("c", REDIRECT, REDIRECT, number=3), pl.Series([True, True, True, False]))
    kept, away = errors.settle(frame(4), frame(4))
    assert kept["x"].to_list() == [3]
    assert away.rows() == [(0, signed(TRUNCATION_CODE), 3), (1, 2, 2), (2, 2, 2)]


def test_a_redirect_before_a_failure_saves_the_row():
    errors = RowErrors(Owner(), 1)
    errors.errors(column("a", REDIRECT), codes(5))
    errors.errors(column("b", FAIL), codes(6))
    assert errors.settle(frame(1), frame(1))[1].height == 1


def test_failure_reports_the_first_row_with_its_cause():
    errors = RowErrors(Owner(), 3)
    errors.errors(column("late"), codes(None, None, 0xC0049030))
    errors.errors(
        column("early"),
        codes(None, 0xC0049064, None),
        cause=lambda row, code, cut: ExpressionFailed(expression=row, error_code=code),
    )
    with pytest.raises(InducedFailureOnError) as caught:
        errors.settle(frame(3), frame(3))
    assert 'on "C.Outputs[O].Columns[early]" specifies failure' in caught.value.message
    assert "0xC0049064" in caught.value.message
    assert [type(e).__name__ for e in chain(caught.value)] == ["ExpressionFailed", "InducedFailureOnError"]


def test_truncation_has_its_own_failure_and_not_used_fails():
    errors = RowErrors(Owner(), 1)
    errors.truncations(column("a", truncation="NotUsed"), pl.Series([True]))
    with pytest.raises(InducedFailureOnTruncation):
        errors.raise_failure()


def test_take_hands_the_values_back():
    errors = RowErrors(Owner(), 2)
    values = pl.Series([1, None])
    found = errors.take(column("a", IGNORE, IGNORE), ColumnResult(values, codes(None, 3), pl.Series([True, False])))
    assert found.to_list() == [1, None]
    assert not errors.redirecting


def test_paths_name_objects_as_messages_do():
    model = Component("Package\\T\\C", "C", "")
    assert object_path(model, Input("Package\\T\\C.Inputs[I]", "I")) == "C.Inputs[I]"
    assert object_path(model, Input("elsewhere", "I")) == "C.I"


DISPOSITION = st.sampled_from([IGNORE, REDIRECT, FAIL])


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 8).flatmap(
        lambda rows: st.lists(
            st.tuples(DISPOSITION, st.lists(st.booleans(), min_size=rows, max_size=rows)), min_size=1, max_size=4
        )
    )
)
def test_against_a_plain_model(columns):
    rows = len(columns[0][1])
    errors = RowErrors(Owner(), rows)
    for number, (disposition, bad) in enumerate(columns, start=1):
        errors.errors(column(str(number), disposition, number=number), codes(*(number if b else None for b in bad)))
    fate = []
    for row in range(rows):
        decided = next(((d, n) for n, (d, bad) in enumerate(columns, start=1) if bad[row] and d != IGNORE), (None, 0))
        fate.append(decided)
    if any(d == FAIL for d, _ in fate):
        with pytest.raises(InducedFailureOnError):
            errors.settle(frame(rows), frame(rows))
        return
    kept, away = errors.settle(frame(rows), frame(rows))
    assert kept["x"].to_list() == [r for r, (d, _) in enumerate(fate) if d is None]
    assert ([] if away is None else away.rows()) == [(r, n, n) for r, (d, n) in enumerate(fate) if d == REDIRECT]
