import math

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.group_numbers import GroupNumbers

KEYS = st.lists(st.tuples(st.none() | st.text("ab", max_size=4), st.none() | st.integers(0, 30)), max_size=80)
SCHEMA = {"a": pl.String, "b": pl.Int64}


@settings(max_examples=50, deadline=None)
@given(keys=KEYS, batch=st.integers(1, 30))
def test_numbers_run_in_the_order_of_first_appearance(keys, batch):
    table = GroupNumbers(pl.DataFrame(schema=SCHEMA))
    known: dict[tuple, int] = {}
    for start in range(0, len(keys), batch):
        part = keys[start : start + batch]
        before = len(known)
        expected = [known.setdefault(key, len(known)) for key in part]
        numbers, new = table.numbers(pl.DataFrame(part, schema=SCHEMA, orient="row"))
        assert numbers.tolist() == expected
        assert new.tolist() == [expected.index(number) for number in range(before, len(known))]
    assert table.keys.rows() == list(known)
    assert table.count == len(known)


def test_many_groups_in_many_buffers():
    table = GroupNumbers(pl.DataFrame(schema={"k": pl.Int64}))
    for start in range(0, 200_000, 10_000):
        rows = pl.int_range(start, start + 20_000, eager=True, dtype=pl.Int64).alias("k")
        numbers, new = table.numbers(rows.to_frame())
        assert (numbers == rows.to_numpy()).all()
        assert len(new) == (20_000 if start == 0 else 10_000)
    assert table.size > 8 * table.count
    assert table.keys.n_chunks() <= 9


def test_zeros_are_one_group_and_so_are_all_that_is_no_number():
    table = GroupNumbers(pl.DataFrame(schema={"k": pl.Float64}))
    numbers, _ = table.numbers(pl.DataFrame({"k": [0.0, -0.0, math.nan, -math.nan, None]}))
    assert numbers.tolist() == [0, 0, 1, 1, 2]
