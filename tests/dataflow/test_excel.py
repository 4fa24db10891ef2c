"""Rowsets of workbooks: names, ranges, guesses."""

from __future__ import annotations

import datetime as dt

import pytest

from dtserve.dataflow.excel import _typed, header_names, parse_rowset


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sheet1$", ("Sheet1", (0, 0, -1, -1), True)),
        ("'My Sheet$'", ("My Sheet", (0, 0, -1, -1), True)),
        ("[Sheet1$A1:C10]", ("Sheet1", (0, 0, 9, 2), True)),
        ("Sheet1$AA3:AB4", ("Sheet1", (2, 26, 3, 27), True)),
        ("Sheet1$B2", ("Sheet1", (1, 1, 1, 1), True)),
        ("Named", ("Named", (0, 0, -1, -1), False)),
        ("'It''s$'", ("It's", (0, 0, -1, -1), True)),
    ],
)
def test_rowset_names(text, expected):
    assert parse_rowset(text) == expected


def test_header_names():
    assert header_names(["a", None, "a", "x.y!z", 1.0, ""]) == ["a", "F2", "a1", "x#y_z", "1", "F6"]


DAY = dt.datetime(2024, 1, 2)


@pytest.mark.parametrize(
    ("values", "imex", "kind", "expected"),
    [
        ([1.0, 2.0, "x"], 0, "DT_R8", [1.0, 2.0, None]),
        ([1.0, "x"], 0, "DT_R8", [1.0, None]),
        (["x", "y", 1.0], 0, "DT_WSTR(4000)", ["x", "y", None]),
        (["x", 1.0, True, DAY, 2.5], 1, "DT_WSTR(4000)", ["x", "1", "TRUE", "1/2/2024", "2.5"]),
        ([1.0, 2.0], 1, "DT_R8", [1.0, 2.0]),
        ([None] * 8 + [1.0], 0, "DT_WSTR(4000)", [None] * 9),
        ([True, False, 1.0], 0, "DT_BOOL", [True, False, None]),
        ([DAY, None], 0, "DT_DATE", [DAY, None]),
    ],
)
def test_types_are_guessed(values, imex, kind, expected):
    spec, found = _typed(values, imex)
    assert (str(spec), found) == (kind, expected)
