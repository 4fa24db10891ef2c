"""The vectorised reader of fixed columns."""

import pytest

from dtserve.dataflow.flat_file.chunk import Wanted
from dtserve.dataflow.flat_file.fixed import FixedReader
from dtserve.dataflow.flat_file.layout import Layout
from support.flat_file_cases import format_of


def reader(*, binary=frozenset(), **case):
    layout = Layout.of(format_of({"name": "", **case}))
    return FixedReader(layout, Wanted(tuple(range(len(layout.fields))), binary))


@pytest.mark.parametrize(
    ("case", "accepted"),
    [({"widths": [2, 3]}, True), ({"widths": [2, 0]}, True), ({"mixed": True}, False), ({}, False)],
)
def test_accepts(case, accepted):
    assert FixedReader.accepts(Layout.of(format_of({"name": "", **case}))) is accepted


def test_characters_and_bytes():
    data = "äöü  €".encode("cp1252")
    assert reader(widths=[1, 2], code_page=1252).split(data).frame.rows() == [("ä", "öü"), (" ", " €")]
    chunk = reader(widths=[1, 2], code_page=1252, binary=frozenset({1})).split(data)
    assert chunk.frame.rows() == [("ä", b"\xf6\xfc"), (" ", b" \x80")]


@pytest.mark.parametrize("text", ["日本語", "x😀y"])
def test_declines_double_bytes_and_pairs(text):
    assert reader(widths=[2, 0], code_page=932).split(text.encode("cp932", "replace") + b"\x93\xfa\r\n") is None
    shape = reader(widths=[2, 0], unicode=True)
    assert (shape.split((text + "\r\n").encode("utf-16-le")) is None) == ("😀" in text)


def test_ragged_rows():
    chunk = reader(widths=[2, 2, 0]).split(b"abcdef\r\nabc\r\n\r\nrest")
    assert chunk.frame.rows() == [("ab", "cd", "ef"), ("ab", "c", None), ("", None, None)]
    assert chunk.next == len(b"abcdef\r\nabc\r\n\r\n")
    assert reader(widths=[2, 2, 0], check=False).split(b"abc\r\n") is None
