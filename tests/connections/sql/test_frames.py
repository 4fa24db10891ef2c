import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.sql.frames import sliced


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 7))
def test_same_rows_in_even_slices(heights, size):
    numbers = iter(range(1000))
    frames = [
        pl.DataFrame({"a": pl.Series([next(numbers) for _ in range(height)], dtype=pl.Int64)}) for height in heights
    ]
    found = list(sliced(frames, size))
    assert [n for frame in found for n in frame["a"].to_list()] == list(range(sum(heights)))
    assert all(frame.height == size for frame in found[:-1])
    assert all(0 < frame.height <= size for frame in found)
