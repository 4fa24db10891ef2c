"""Sorted runs become one, in order, however many rows are loaded at once."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.ordering import ColumnKey, row_order
from dtserve.dataflow.run_merge import merged_runs
from dtserve.dataflow.runs import DiskRun, MemoryRun

RUNS = st.lists(st.lists(st.integers(0, 6), max_size=15), min_size=1, max_size=5)


def ordered(rows):
    return row_order(rows, [ColumnKey("n")], nulls_first=True)


@pytest.mark.parametrize("disk", [False, True])
@settings(max_examples=60, deadline=None)
@given(values=RUNS, least=st.integers(1, 4), most=st.integers(1, 5))
def test_equal_rows_come_in_the_order_of_the_runs(tmp_path_factory, disk, values, least, most):
    folder = tmp_path_factory.mktemp("runs")
    runs, expected = [], []
    for number, run in enumerate(values):
        frame = pl.DataFrame({"n": pl.Series(run, dtype=pl.Int64), "at": pl.Series(range(len(run)), dtype=pl.Int64)})
        frame = frame.with_columns(run=pl.lit(number))
        expected.extend(frame.rows())
        if disk:
            runs.append(DiskRun(folder))
            runs[-1].write(iter([frame[pl.Series(ordered(frame))]]), 40)
        else:
            runs.append(MemoryRun(frame, ordered(frame)))
    pieces = list(merged_runs(runs, ordered, block=1, least=least, most=most))
    if not disk or len(runs) > 1:
        assert all(0 < piece.height <= most for piece in pieces)
    assert [row for piece in pieces for row in piece.rows()] == sorted(expected, key=lambda row: row[0])
    for run in runs:
        run.close()
    assert list(folder.iterdir()) == []
