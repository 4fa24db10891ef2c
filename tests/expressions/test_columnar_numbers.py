"""Checked integer and float arithmetic over columns that mix limits, NULLs and zeros."""

from itertools import product
from typing import Any

import polars as pl
import pytest

from dtserve.datatypes.numbers_exact import single
from dtserve.expressions.columnar_numbers import all_finite, bounds
from support.expression_backends import prepare, same, spec_of

INTEGERS = ("DT_I1", "DT_I2", "DT_I4", "DT_I8", "DT_UI1", "DT_UI2", "DT_UI4", "DT_UI8")
FLOATS = ("DT_R4", "DT_R8")


def rows_of(spec_text: str, other: str) -> list[dict[str, Any]]:
    def limits(text: str) -> list[Any]:
        spec = spec_of(text)
        if spec.family == "float":
            return [0.0, -1.5, 3.25, single(1e30), None]
        return [
            spec.info.low,
            spec.info.high,
            0,
            1,
            7,
            -7 if spec.info.signed else 3,
            -1 if spec.info.signed else 2,
            None,
        ]

    return [{"a": a, "b": b} for a, b in product(limits(spec_text), limits(other))]


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "%", "&", "|", "^"])
@pytest.mark.parametrize("spec", INTEGERS)
def test_integers(operator: str, spec: str) -> None:
    types = {"a": spec_of(spec), "b": spec_of(spec)}
    prepared = prepare(f"a {operator} b", types)
    rows = rows_of(spec, spec)
    for part in (rows, rows[-1:], [row for row in rows if (row["a"] or 0) in (1, 7) and (row["b"] or 0) in (1, 7)]):
        for row, outcome in zip(part, prepared.columnar(part), strict=True):
            assert same(outcome, prepared.scalar(row)), row


@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
@pytest.mark.parametrize(
    ("left", "right"),
    [("DT_R4", "DT_R4"), ("DT_R8", "DT_R8"), ("DT_R4", "DT_I8"), ("DT_R8", "DT_CY"), ("DT_I2", "DT_R8")],
)
def test_floats(operator: str, left: str, right: str) -> None:
    types = {"a": spec_of(left), "b": spec_of("DT_I4" if right == "DT_CY" else right)}
    prepared = prepare(f"a {operator} b", types)
    rows = rows_of(left, "DT_I4" if right == "DT_CY" else right)
    for row, outcome in zip(rows, prepared.columnar(rows), strict=True):
        assert same(outcome, prepared.scalar(row)), row


@pytest.mark.parametrize(
    "text",
    [
        "a + 1",
        "1 - a",
        "a * 3",
        "a / 3",
        "7 / a",
        "a % 5",
        "-7 % a",
        "a & 6",
        "6 ^ a",
        "-a",
        "~a",
        "- -a",
        "a / 7E0",
        "a * 1.5E0F",
    ],
)
def test_constants(text: str) -> None:
    types = {"a": spec_of("DT_I4")}
    rows = [{"a": a} for a in (0, 1, -1, 6, 2**31 - 1, -(2**31), None)]
    prepared = prepare(text, types)
    for row, outcome in zip(rows, prepared.columnar(rows), strict=True):
        assert same(outcome, prepared.scalar(row)), row


def test_negating_unsigned_columns() -> None:
    for spec in INTEGERS:
        if spec_of(spec).info.signed:
            prepared = prepare("-a", {"a": spec_of(spec)})
            rows = [{"a": spec_of(spec).info.low}, {"a": 5}, {"a": None}]
            assert prepared.columnar(rows) == [prepared.scalar(row) for row in rows]


def test_bounds_and_finiteness() -> None:
    assert bounds(5) == (5, 5)
    assert bounds(pl.Series([3, None, -2])) == (-2, 3)
    assert bounds(pl.Series([None, None], dtype=pl.Int32)) is None
    assert all_finite(pl.Series([1.0, None]))
    assert all_finite(pl.Series([1e308, 1e308]))
    assert not all_finite(pl.Series([1.0, float("inf")]))
    assert not all_finite(pl.Series([float("nan")]))
