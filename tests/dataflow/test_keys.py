"""Row keys order rows as Python orders their values, in both directions, NULL first in ascending order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.keys import KeyColumn, RowKeys, common_type, sort_key_columns
from dtserve.datatypes import DT, TypeSpec

NUMERIC = TypeSpec(DT.NUMERIC, precision=38, scale=2)

CASES = [
    ([3, -1, None, 0, 127, -128], TypeSpec(DT.I4)),
    ([3, 2**64 - 1, None, 0], TypeSpec(DT.UI8)),
    ([3.5, -1.5, None, 0.0, 1e300, -1e300], TypeSpec(DT.R8)),
    ([Decimal("3.50"), Decimal("-1.50"), None, Decimal("99999999999999999.99"), Decimal("-0.01")], NUMERIC),
    ([Decimal("3.50"), Decimal("-1.50")], TypeSpec(DT.NUMERIC, precision=10, scale=2)),
    ([dt.date(2020, 1, 1), dt.date(1900, 1, 1), None], TypeSpec(DT.DBDATE)),
    ([dt.datetime(2020, 1, 1), dt.datetime(1753, 1, 1), None], TypeSpec(DT.DBTIMESTAMP)),
    ([dt.time(2, 1), dt.time(1, 1, 1, 5), None], TypeSpec(DT.DBTIME2, scale=7)),
    ([True, False, None], TypeSpec(DT.BOOL)),
    ([b"a", b"ab", b"", None, b"\xff"], TypeSpec(DT.BYTES, length=5)),
    (["a", "ab", "", "b", "aa", None], TypeSpec(DT.WSTR, length=5)),
    (["{AB}", "{1B}", None, "{9F}"], TypeSpec(DT.GUID)),
]


@pytest.fixture(scope="module")
def rows():
    keys = RowKeys(1033)
    yield keys
    keys.close()


def ordered(rows, values, spec, descending):
    series = pl.Series("x", values, dtype=spec.polars())
    encoded = rows.encode(series.to_frame(), [KeyColumn("x", spec, descending)])
    return [values[i] for i in encoded.arg_sort()]


def test_keys_of_other_kinds_have_no_common_type():
    assert common_type(TypeSpec(DT.DBDATE), TypeSpec(DT.DBTIMESTAMP)) is None
    assert common_type(TypeSpec(DT.I4), TypeSpec(DT.R8)) is None
    assert common_type(TypeSpec(DT.WSTR, length=3), TypeSpec(DT.STR, length=5)) == TypeSpec(DT.WSTR, length=3)
    assert common_type(TypeSpec(DT.I2), TypeSpec(DT.UI4)) == TypeSpec(DT.I8)


@pytest.mark.parametrize(("values", "spec"), CASES, ids=lambda item: str(item)[:12])
@pytest.mark.parametrize("descending", [False, True])
def test_one_column(rows, values, spec, descending):
    present = sorted((v for v in values if v is not None), reverse=descending)
    nulls = [None] * (len(values) - len(present))
    expected = present + nulls if descending else nulls + present
    assert ordered(rows, values, spec, descending) == expected


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.text("abAB-", max_size=4), st.none() | st.integers(-5, 5)), max_size=30),
    st.booleans(),
)
def test_several_columns_compare_one_after_the_other(data, descending):
    keys = RowKeys(1033)
    columns = [KeyColumn("a", TypeSpec(DT.BYTES, length=4), descending), KeyColumn("b", TypeSpec(DT.I4))]
    frame = pl.DataFrame(
        {
            "a": pl.Series([None if a is None else a.encode() for a, _ in data], dtype=pl.Binary),
            "b": pl.Series([b for _, b in data], dtype=pl.Int32),
        }
    )
    encoded = keys.encode(frame, columns)
    expected = frame.with_row_index("at").sort(
        ["a", "b"], descending=[descending, False], nulls_last=[descending, False], maintain_order=True
    )
    got = frame.with_columns(encoded.alias("k")).with_row_index("at").sort("k", maintain_order=True)
    assert got["at"].to_list() == expected["at"].to_list()


def test_positions_give_order_and_direction():
    spec = TypeSpec(DT.I4)
    keys = sort_key_columns([("a", spec, 0, 0), ("b", spec, -2, 0), ("c", spec, 1, 0)])
    assert [(k.name, k.descending) for k in keys] == [("c", False), ("b", True)]


def test_null_rows_are_found(rows):
    frame = pl.DataFrame({"a": [1, None], "b": [None, None]}, schema={"a": pl.Int32, "b": pl.Int32})
    spec = TypeSpec(DT.I4)
    assert rows.has_null(frame, [KeyColumn("a", spec)]).to_list() == [False, True]
    assert rows.has_null(frame, [KeyColumn("a", spec), KeyColumn("b", spec)]).to_list() == [True, True]
