"""Moments of whole seconds to text: the same as Polars' own form, NULLs kept, declined where the tables do not reach."""

import numpy as np
import polars as pl
import pytest

from dtserve.datatypes.columns_stamps import stamp_texts

SECOND, DAY = 1_000_000, 86_400_000_000
RANGES = {
    "one day": (0, DAY),
    "around 1970": (-400 * DAY, 400 * DAY),
    "leap years": (-60_000 * DAY, 60_000 * DAY),
    "the first years": (-719_162 * DAY, -719_000 * DAY),
    "the last years": (2_932_000 * DAY, 2_932_897 * DAY),
}


def ticks(low, high, rows=5_000):
    seconds = np.random.default_rng(3).integers(low // SECOND, high // SECOND, rows)
    return pl.Series("at", [low, high - SECOND, *(seconds * SECOND).tolist(), None], dtype=pl.Int64)


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("nulls", [False, True])
def test_as_polars_prints_them(name, nulls):
    moments = ticks(*RANGES[name])
    moments = moments if nulls else moments.drop_nulls()
    expected = moments.cast(pl.Datetime("us")).dt.to_string("%Y-%m-%d %H:%M:%S")
    assert stamp_texts(moments).equals(expected, check_names=True)


@pytest.mark.parametrize(
    "values", [[], [1], [0, SECOND + 1], [-719_162 * DAY, 0], [0, 2_932_897 * DAY], [-719_163 * DAY, -719_160 * DAY]]
)
def test_declined(values):
    assert stamp_texts(pl.Series(values, dtype=pl.Int64)) is None


def test_only_null():
    assert stamp_texts(pl.Series([None, None], dtype=pl.Int64)).to_list() == [None, None]
