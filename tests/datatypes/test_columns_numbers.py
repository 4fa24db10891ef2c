"""Columns of numbers: exact against single values, over many of them."""

import numpy as np
import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.columns import convert_column
from dtserve.datatypes.columns_numbers import dates_to_numbers, numbers_to_dates, numbers_to_numbers
from dtserve.datatypes.convert import convert_outcome
from dtserve.datatypes.errors import ConversionError
from dtserve.datatypes.switches import using

RANDOM = np.random.default_rng(11)
ROWS = 1_500
FLOATS = {
    "money": RANDOM.integers(-(10**9), 10**9, ROWS) / 100,
    "any": RANDOM.uniform(-1e6, 1e6, ROWS),
    "next to money": np.nextafter(RANDOM.integers(-(10**9), 10**9, ROWS) / 1000, np.inf),
    "two steps off": np.nextafter(np.nextafter(RANDOM.integers(1, 10**13, ROWS) / 10000, np.inf), np.inf),
    "all sizes": 10.0 ** RANDOM.integers(-30, 30, ROWS) * RANDOM.uniform(-10, 10, ROWS),
    "halves": RANDOM.integers(-(10**15), 10**15, ROWS) + RANDOM.choice([0, 0.5, 0.25], ROWS),
    "odd": np.array(
        [0.0, -0.0, np.nan, np.inf, -np.inf, 1e-300, 5e-324, 0.1 + 0.2, 99999.995, 4.9999999999e-5, 2.0**63]
    ),
}
TARGETS = [
    TypeSpec(DT.NUMERIC, precision=18, scale=2),
    TypeSpec(DT.NUMERIC, precision=38, scale=15),
    TypeSpec(DT.CY),
    TypeSpec(DT.DECIMAL, scale=0),
    TypeSpec(DT.I8),
    TypeSpec(DT.UI1),
]


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("source", [TypeSpec(DT.R8), TypeSpec(DT.R4)], ids=str)
@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_floats_convert_exactly(name, source, target):
    with np.errstate(over="ignore"):
        series = pl.Series(FLOATS[name].astype(np.float64 if source.dt is DT.R8 else np.float32))
    with using(fraction_loss_reported=True):
        result = convert_column(series, source, target)
        errors = result.errors if result.errors is not None else [None] * len(series)
        cuts = result.truncated if result.truncated is not None else [False] * len(series)
        for value, found, code, cut in zip(series, result.values, errors, cuts, strict=True):
            try:
                expected = (*convert_outcome(value, source, target), None)
            except ConversionError as error:
                expected = (None, False, error.code)
            assert (found, cut, code) == expected, value


def test_what_has_no_fast_rule():
    true = pl.Series([True])
    assert numbers_to_numbers(true, TypeSpec(DT.BOOL), TypeSpec(DT.UI4)) is None
    wide = TypeSpec(DT.NUMERIC, precision=38, scale=20)
    assert numbers_to_numbers(pl.Series([1.5]), TypeSpec(DT.R8), wide) is None
    with using(scale_reduction="half_away"):
        decimals = pl.Series([1.25]).cast(pl.Decimal(10, 2))
        source = TypeSpec(DT.NUMERIC, precision=10, scale=2)
        assert numbers_to_numbers(decimals, source, TypeSpec(DT.NUMERIC, precision=10, scale=1)) is None


@pytest.mark.parametrize("mode", ["truncate", "half_even"])
def test_fractions_to_integers_follow_the_switch(mode):
    with using(fraction_to_integer=mode):
        got = convert_column(pl.Series([0.5, 1.5, 2.5, -2.5]), TypeSpec(DT.R8), TypeSpec(DT.I4)).values.to_list()
    assert got == ([0, 1, 2, -2] if mode == "truncate" else [0, 2, 2, -2])


def test_ole_dates_there_and_back():
    moments = pl.Series(RANDOM.integers(-(5 * 10**13), 2 * 10**14, ROWS) * 1000).cast(pl.Datetime("us"))
    numbers, _ = dates_to_numbers(moments, TypeSpec(DT.R8))
    assert numbers_to_dates(numbers, TypeSpec(DT.R8)).to_list() == moments.to_list()
    assert numbers_to_dates(pl.Series([True]), TypeSpec(DT.BOOL)) is None
    assert numbers_to_dates(pl.Series([3e6, float("nan"), None]), TypeSpec(DT.R8)).null_count() == 3
