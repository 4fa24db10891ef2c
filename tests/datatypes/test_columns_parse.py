"""Columns of text: what the fast rules decide, and that they decide it."""

from decimal import Decimal

import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec, columns_parse
from dtserve.datatypes.columns_parse import parse_column, parse_few

T = TypeSpec


@pytest.fixture
def slow(monkeypatch):
    """The texts that reached the exact rule."""
    seen = []
    real = columns_parse.parse_outcome

    def counted(text, *rest):
        seen.append(text)
        return real(text, *rest)

    monkeypatch.setattr(columns_parse, "parse_outcome", counted)
    return seen


@pytest.mark.parametrize(
    ("texts", "spec", "lcid"),
    [
        (["1", "-2", "+3", "007"], T(DT.I4), 1033),
        (["255", "0"], T(DT.UI1), 1033),
        (["1.25", "-.5", "3.", "7"], T(DT.NUMERIC, precision=10, scale=2), 1033),
        (["1.239", "-7.999"], T(DT.CY), 1033),
        (["1.23999", "-7.99999"], T(DT.NUMERIC, precision=10, scale=2), 1033),
        (["1e5", "2.5", "-0"], T(DT.R8), 1033),
        (["True", "False", "1", "0", "-1"], T(DT.BOOL), 1033),
        (["{6F9619FF-8B86-D011-B42D-00C04FC964FF}"], T(DT.GUID), 1033),
        (["00ff", ""], T(DT.BYTES, length=4), 1033),
        (["00ff" * 300], T(DT.BYTES, length=700), 1033),
        (["2024-01-02", "2024-1-2"], T(DT.DBDATE), 1033),
        (["1/2/2024 4:05:06 PM", "27/3/2024 12:00:00 AM"], T(DT.DATE), 1033),
        (["02.01.2024 10:11", "02.01.2024 9:11"], T(DT.DBTIMESTAMP), 1031),
    ],
    ids=str,
)
def test_regular_forms_need_no_exact_rule(texts, spec, lcid, slow):
    result = parse_column(pl.Series([*texts, None]), spec, locale_id=lcid)
    assert slow == []
    assert result.values.null_count() == 1
    assert result.errors is None


def test_only_what_is_left_goes_to_the_exact_rule(slow):
    result = parse_column(pl.Series(["1", "x", "$5", "2"] * 50), T(DT.I4))
    assert slow == ["x", "$5"]
    assert result.values.to_list() == [1, None, 5, 2] * 50


@pytest.mark.parametrize(
    ("text", "spec", "lcid", "value"),
    [
        ("  12 ", T(DT.I4), 1033, 12),
        ("1,234,567", T(DT.I4), 1033, 1234567),
        ("12.75", T(DT.I4), 1033, 12),
        ("1.234,56", T(DT.NUMERIC, precision=9, scale=2), 1031, Decimal("1234.56")),
        ("1\u00a0234,5", T(DT.R8), 1053, 1234.5),
        (" 1,234.5", T(DT.CY), 1033, Decimal("1234.5000")),
    ],
    ids=str,
)
def test_many_open_rows_get_a_second_rule(text, spec, lcid, value, slow):
    result = parse_column(pl.Series([text, None] * 1500), spec, locale_id=lcid)
    assert result.values.to_list() == [value, None] * 1500
    assert slow == []


def test_a_mixed_column_keeps_its_rows_in_place(slow):
    texts = ["1", " 2", None, "x", "3,000"] * 1500
    result = parse_column(pl.Series("c", texts), T(DT.I4))
    assert result.values.name == "c"
    assert result.values.to_list() == [1, 2, None, None, 3000] * 1500
    assert result.errors.to_list() == [None, None, None, 0xC020907F, None] * 1500
    assert slow == ["x"]


@pytest.mark.parametrize("spec", [T(DT.I4), T(DT.WSTR, length=5), T(DT.DBTIMESTAMPOFFSET), T(DT.NULL)], ids=str)
def test_empty_columns_and_columns_of_nulls(spec):
    for series in (pl.Series([], dtype=pl.String), pl.Series([None, None], dtype=pl.String), pl.Series([None])):
        result = parse_column(series, spec)
        assert result.values.dtype == spec.polars()
        assert result.values.null_count() == len(series)
        assert (result.errors, result.truncated) == (None, None)


@pytest.mark.parametrize("fast_parse", [False, True])
@pytest.mark.parametrize(
    "spec",
    [T(DT.I4), T(DT.UI1), T(DT.NUMERIC, precision=5, scale=2), T(DT.CY), T(DT.R8), T(DT.BOOL), T(DT.DBDATE), T(DT.DATE),
     T(DT.DBTIMESTAMP2, scale=3), T(DT.DBTIMESTAMPOFFSET, scale=2), T(DT.GUID), T(DT.BYTES, length=2),
     T(DT.WSTR, length=3)],
    ids=str,
)  # fmt: skip
def test_a_few_texts_give_one_by_one_what_many_give(spec, fast_parse):
    numbers = ["1", "-2", "300", "99999999999", "1.239", "1e3", "$5", "(1,234.50)", "abc", "", " 7 ", None, "NaN"]
    others = [
        "2024-01-02",
        "2024-02-30",
        "1/2/2024 4:05 PM",
        "2024-01-02 03:04:05.678901",
        "20240102",
        "True",
        "00ffee",
    ]
    texts = pl.Series("x", [*numbers, *others])
    many, few = (parse(texts, spec, fast_parse=fast_parse) for parse in (parse_column, parse_few))
    assert few.values.name == "x"
    assert few.values.dtype == many.values.dtype
    assert few.values.to_list() == many.values.to_list()
    for one, other in ((few.errors, many.errors), (few.truncated, many.truncated)):
        assert (one is None) == (other is None)
        assert one is None or one.to_list() == other.to_list()


def test_few_texts_without_errors_have_no_masks():
    made = parse_few(pl.Series(["1", None, "2"]), T(DT.I4))
    assert made.values.to_list() == [1, None, 2]
    assert made.errors is None
    assert made.truncated is None
