"""Work per distinct value."""

import datetime as dt

import polars as pl
import pytest

from dtserve.datatypes.distinct import encode, repeats, through_distinct


@pytest.mark.parametrize(
    "items",
    [
        ["a", None, "b", "a", ""],
        [1, 2, None, 1],
        [dt.date(2024, 1, 1), None],
        [b"x", b"", b"x"],
        [dt.time(1), None],
        [],
    ],
    ids=str,
)
def test_values_and_indices_rebuild_the_column(items):
    series = pl.Series("s", items) if items else pl.Series("s", [], dtype=pl.String)
    values, index = encode(series)
    assert values.gather(index).to_list() == items
    assert values.null_count() == 0
    assert values.n_unique() == len(values)
    assert values.dtype == series.dtype


def test_only_long_columns_with_few_values_are_encoded():
    assert not repeats(pl.Series(["a"] * 100))
    assert repeats(pl.Series(["a"] * 5000))
    assert not repeats(pl.Series(range(5000)))


def test_work_is_done_once_per_value():
    seen = []

    def work(some):
        seen.append(len(some))
        return some * 2

    series = pl.Series("n", [1, 2, None] * 2000)
    assert through_distinct(series, work).to_list() == [2, 4, None] * 2000
    assert seen == [2]
    assert through_distinct(series.head(3), work).to_list() == [2, 4, None]
