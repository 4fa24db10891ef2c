"""Empty fields, missing columns and their values per type."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow.dispositions import SomeRows
from dtserve.dataflow.flat_file.encoding import UNDECODED
from dtserve.dataflow.flat_file.values import ColumnReader, default_value
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.column_result import ColumnResult
from dtserve.datatypes.text import format_value
from dtserve.package.model import Column


def read(values, spec, *, retain=False, clean=False, **settings):
    settings = {"fast_parse": False, "empty_is_null": True, "binary": False, **settings}
    reader = ColumnReader(
        Column("c", "c", "c", spec), 0, locale_id=1033, code_page=1252, retain_nulls=retain, **settings
    )
    dtype = pl.Binary if settings["binary"] else pl.String
    return everywhere(reader.read(pl.Series("c", values, dtype=dtype), clean=clean))


def everywhere(found):
    """What was found about some rows, as columns of all rows."""
    if not isinstance(found, SomeRows):
        return found
    rows, height = found.rows.tolist(), len(found.values)
    errors, truncated = [None] * height, [False] * height
    for at, row in enumerate(rows):
        errors[row] = None if found.errors is None else found.errors[at]
        truncated[row] = found.truncated is not None and found.truncated[at]
    return ColumnResult(
        found.values,
        None if found.errors is None else pl.Series(errors, dtype=pl.UInt32),
        None if found.truncated is None else pl.Series(truncated, dtype=pl.Boolean),
    )


DEFAULTS = {
    TypeSpec(DT.I4): 0,
    TypeSpec(DT.UI8): 0,
    TypeSpec(DT.R8): 0.0,
    TypeSpec(DT.CY): Decimal("0.0000"),
    TypeSpec(DT.NUMERIC, precision=9, scale=2): Decimal("0.00"),
    TypeSpec(DT.BOOL): False,
    TypeSpec(DT.DBDATE): dt.date(1899, 12, 30),
    TypeSpec(DT.DATE): dt.datetime(1899, 12, 30),
    TypeSpec(DT.DBTIMESTAMP): dt.datetime(1899, 12, 30),
    TypeSpec(DT.FILETIME): dt.datetime(1601, 1, 1),
    TypeSpec(DT.DBTIME2, scale=3): dt.time(),
    TypeSpec(DT.GUID): "{00000000-0000-0000-0000-000000000000}",
    TypeSpec(DT.DBTIMESTAMPOFFSET, scale=0): {"utc": dt.datetime(1899, 12, 30), "offset": 0},
    TypeSpec(DT.BYTES, length=4): b"",
}


@pytest.mark.parametrize("spec", DEFAULTS, ids=str)
def test_empty_and_missing(spec):
    kept = read(["", None], spec, retain=True)
    assert kept.values.to_list() == [None, None]
    assert kept.errors is None
    filled = read(["", None], spec)
    assert filled.values.to_list() == [DEFAULTS[spec], None]
    assert filled.values.dtype == spec.polars()
    assert filled.errors is None
    assert default_value(spec) == DEFAULTS[spec]


def test_text():
    spec = TypeSpec(DT.WSTR, length=3)
    assert read(["", None, "a"], spec).values.to_list() == ["", None, "a"]
    assert read(["", None, "a"], spec, retain=True, clean=True).values.to_list() == [None, None, "a"]
    assert read(["", None], spec, retain=True, empty_is_null=False).values.to_list() == ["", None]
    cut = read(["abcd", "abc"], spec, clean=True)
    assert cut.values.to_list() == ["abc", "abc"]
    assert cut.truncated is not None
    assert cut.truncated.to_list() == [True, False]


@pytest.mark.parametrize("clean", [True, False])
def test_long_text_by_the_units_of_its_type(clean):
    texts = ["short", "äöüß", "äöüßä", "日本", "😀😀", "😀😀😀", None, *["fits"] * 20]
    wide = read(texts, TypeSpec(DT.WSTR, length=4), clean=clean)
    assert wide.values.to_list()[:7] == ["shor", "äöüß", "äöüß", "日本", "😀😀", "😀😀", None]
    assert wide.truncated is not None
    assert wide.truncated.to_list()[:7] == [True, False, True, False, False, True, False]
    narrow = read(["äöüß", "äöüßä", *["fits"] * 20], TypeSpec(DT.STR, length=4, code_page=1252), clean=clean)
    assert narrow.values.to_list()[:3] == ["äöüß", "äöüß", "fits"]
    utf8 = read(texts, TypeSpec(DT.STR, length=4, code_page=65001), clean=clean)
    assert utf8.values.to_list()[:7] == ["shor", "äö", "äö", "日", "😀", "😀", None]


def test_nul_ends_a_text():
    assert read(["a\0b", "c"], TypeSpec(DT.WSTR, length=4)).values.to_list() == ["a", "c"]


def test_characters_that_the_code_page_of_the_column_lacks():
    found = read(["日", "ok"], TypeSpec(DT.STR, length=4, code_page=437), clean=True)
    assert found.truncated is not None
    assert found.truncated.to_list() == [True, False]


def test_error_codes_of_the_flat_file_source():
    result = read(["1", "x", "", "99999999999"], TypeSpec(DT.I4))
    assert result.values.to_list() == [1, None, 0, None]
    assert result.errors is not None
    assert result.errors.to_list() == [None, 0xC0209084, None, 0xC0209087]
    negative = read(["-1"], TypeSpec(DT.UI2))
    assert negative.errors is not None
    assert negative.errors.to_list() == [0xC0209086]


def test_fast_parse_knows_no_thousands_marks():
    assert read(["1,234"], TypeSpec(DT.I4)).values.to_list() == [1234]
    fast = read(["1,234", " 12 "], TypeSpec(DT.I4), fast_parse=True)
    assert fast.values.to_list() == [None, 12]


def test_binary_is_cut_to_its_length():
    result = read([b"\x01\x23\x4c", b"\0\0\0\0\0"], TypeSpec(DT.BYTES, length=4), binary=True)
    assert result.values.to_list() == [b"\x01\x23\x4c", b"\0\0\0\0"]
    assert result.truncated is not None
    assert format_value(result.values[0], TypeSpec(DT.BYTES, length=4)) == "01234C"


def test_text_in_error_is_null():
    found = read(["a", "toolong\0x", "日" * 9], TypeSpec(DT.STR, length=4, code_page=65001), clean=True)
    assert found.values.to_list()[0] == "a"
    assert all(len((value or "").encode()) <= 4 for value in found.values.to_list())


@pytest.mark.parametrize("spec", [spec for spec in DEFAULTS if spec.dt is not DT.BYTES], ids=str)
def test_bytes_that_are_no_text_are_errors_in_columns_of_every_type(spec):
    reader = ColumnReader(
        Column("c", "c", "c", spec), 0, locale_id=1033, code_page=65001, retain_nulls=False, fast_parse=False,
        empty_is_null=True, binary=False,
    )  # fmt: skip
    found = everywhere(reader.read_undecoded(pl.Series("c", [f"1{UNDECODED}", "", None]), clean=True))
    assert found.errors.to_list()[0] == 0xC0209084
    assert [value is None for value in found.values.to_list()] == [True, False, True]


def test_errors_of_either_kind_come_in_the_order_of_rows():
    reader = ColumnReader(
        Column("c", "c", "c", TypeSpec(DT.I4)), 0, locale_id=1033, code_page=65001, retain_nulls=False,
        fast_parse=False, empty_is_null=True, binary=False,
    )  # fmt: skip
    for values in ([f"{UNDECODED}", "x", "1"], ["1", "x", f"{UNDECODED}"], [f"{UNDECODED}", "x", f"{UNDECODED}"] * 200):
        found = reader.read_undecoded(pl.Series("c", values), clean=True)
        assert isinstance(found, SomeRows)
        assert found.rows.tolist() == sorted(found.rows.tolist())
        assert found.errors is not None
        assert found.errors.drop_nulls().len() == len(values) - values.count("1")
