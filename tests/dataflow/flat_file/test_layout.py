"""Layouts made from formats."""

from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
from dtserve.dataflow.flat_file.layout import Layout
from dtserve.datatypes import DT, TypeSpec
from support.flat_file_cases import format_of


def test_delimited_files_are_cut_in_utf8():
    layout = Layout.of(format_of({"name": "", "unicode": True, "separator": "§", "qualifier": '"'}))
    assert layout.transcoded
    assert layout.code_page.number == 1200
    assert [field.delimiter for field in layout.fields] == ["§".encode(), "§".encode(), b"\r\n"]
    assert layout.check
    assert layout.delimited


def test_fixed_files_are_cut_in_their_own_bytes():
    layout = Layout.of(format_of({"name": "", "unicode": True, "widths": [2, 3, 0]}))
    assert not layout.transcoded
    assert [field.width for field in layout.fields] == [4, 6, 0]
    assert layout.row_delimiter == b"\r\0\n\0"
    assert layout.record_width == 10


def test_without_row_delimiter_nothing_is_checked():
    assert not Layout.of(format_of({"name": "", "widths": [2, 3]})).check
    assert not Layout.of(format_of({"name": "", "check": False})).check


def test_the_row_delimiter_stands_in_for_a_last_column_without_one():
    text = TypeSpec(DT.WSTR, length=10)
    columns = (FlatFileColumn("a", text, ","), FlatFileColumn("b", text, ""))
    layout = Layout.of(FlatFileFormat(columns=columns, row_delimiter="\n"))
    assert layout.row_delimiter == b"\n"


def test_binary_columns_keep_the_bytes():
    assert not Layout.of(format_of({"name": ""}), binary=True).transcoded
