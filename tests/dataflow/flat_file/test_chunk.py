"""Chunks made by the exact machine."""

import polars as pl

from dtserve.dataflow.flat_file.chunk import Wanted, split_exact
from dtserve.dataflow.flat_file.layout import Layout
from dtserve.datatypes import DT, TypeSpec
from support.flat_file_cases import format_of
from support.flat_files import fixed


def layout(**case):
    return Layout.of(format_of({"name": "", "columns": 2, **case}))


def ragged(code_page, row, **settings):
    shape = {"a": (TypeSpec(DT.WSTR, length=9), 1), "last": (TypeSpec(DT.WSTR, length=9), 0)}
    return Layout.of(fixed(shape, row=row, code_page=code_page, **settings))


def test_wanted_and_binary_columns():
    shape = Layout.of(format_of({"name": "", "widths": [1, 2]}), binary=True)
    wanted = Wanted((1,), frozenset({1}))
    assert wanted.schema == {"1": pl.Binary()}
    chunk = split_exact(b"abcdef", shape, wanted, final=True)
    assert chunk.frame.rows() == [(b"bc",), (b"ef",)]
    assert chunk.next == 6


def test_no_rows():
    chunk = split_exact(b"", layout(), Wanted((0, 1)), final=True)
    assert chunk.frame.schema == {"0": pl.String(), "1": pl.String()}
    assert (chunk.next, chunk.partial, chunk.malformed) == (0, False, None)


def test_raw_text_of_rows():
    chunk = split_exact(b"a,b\r\nc,d", layout(), Wanted((0,)), final=True)
    assert chunk.raw([1, 0], layout(), keep_delimiter=False) == ["c,d", "a,b"]
    assert chunk.raw([0], layout(), keep_delimiter=True) == ["a,b\r\n"]


def test_the_last_row_ends_before_a_dropped_one():
    unchecked = layout(check=False)
    chunk = split_exact(b"a,b\r\nc,d\r\ne", unchecked, Wanted((0, 1)), final=True)
    assert chunk.partial
    assert chunk.frame.height == 2
    assert chunk.next == 11
    assert chunk.raw([0, 1], unchecked, keep_delimiter=True) == ["a,b\r\n", "c,d\r\n"]


def test_half_a_character_at_the_end_of_the_file_is_no_row_delimiter():
    odd = ragged(1252, "\n", unicode=True)
    chunk = split_exact("ab\n".encode("utf-16-le") + "c".encode("utf-16-le") + b"d\n\0", odd, Wanted((0,)), final=True)
    assert chunk.raw([0, 1], odd, keep_delimiter=False) == ["ab", "c\u0a64\ufffd"]
    japanese = ragged(932, "|")
    chunk = split_exact("aポ|bポ".encode("cp932"), japanese, Wanted((0,)), final=True)
    assert chunk.raw([0, 1], japanese, keep_delimiter=False) == ["aポ", "bポ"]
