"""Numbers stand for values in the order of the values; equal numbers for equal values where the code is exact."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow.key_codes import SAMPLE_ROWS, code_of, few_values


@pytest.mark.parametrize(
    ("values", "bits", "exact"),
    [
        (pl.Series([5, 7, 6]), 2, True),
        (pl.Series([5, 5]), 0, True),
        (pl.Series([None, None], dtype=pl.Int32), 0, True),
        (pl.Series([-(2**63), 2**63 - 1]), 64, True),
        (pl.Series([-(2**63), None, 2**63 - 1]), 64, False),
        (pl.Series([Decimal("0.01"), Decimal("0.04")], dtype=pl.Decimal(18, 2)), 2, True),
        (pl.Series([Decimal(10**30), Decimal(1)], dtype=pl.Decimal(38, 0)), 59, False),
        (pl.Series(["same", "same a", "same b"]), 62, True),
        (pl.Series(["a text of more than", "b"]), 56, False),
    ],
)
def test_bits_are_what_the_values_need(values, bits, exact):
    code = code_of(values, nulls_first=True)
    assert (code.bits, code.exact) == (bits, exact)
    order = code.part(0, len(values)).argsort(kind="stable").tolist()
    assert order == values.arg_sort(nulls_last=False).to_list()


def test_texts_are_few_when_they_come_again_and_again():
    texts = pl.Series(["b", "a", None, "a longer text than twelve bytes"] * SAMPLE_ROWS)
    for column in (texts, texts.replace({"a longer text than twelve bytes": "c"})):
        different, index = few_values(column)
        assert different.gather(index).equals(column, null_equal=True)
        assert len(different) <= 4
    assert few_values(texts.head(SAMPLE_ROWS)) is None
    assert few_values(pl.int_range(2 * SAMPLE_ROWS, eager=True).cast(pl.String)) is None
