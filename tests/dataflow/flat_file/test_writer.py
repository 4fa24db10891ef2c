"""The writer of flat files: what stands in front of the rows, delimiters, and bytes."""

import polars as pl
import pytest

from dtserve.dataflow.flat_file import writer as writer_module
from dtserve.dataflow.flat_file.errors import CannotConvertFlatFileData
from dtserve.dataflow.flat_file.writer import FlatFileWriter, WriteOptions
from support.flat_files import I4, delimited, str_
from support.flows import wstr

TWO = {"a": I4, "b": wstr()}


def write(path, file_format, *columns, **options):
    made = FlatFileWriter(path, file_format, WriteOptions(**options))
    try:
        if columns:
            made.write([pl.Series(values, dtype=pl.String) for values in columns])
    finally:
        made.close()
    return path.read_bytes()


def test_each_column_ends_with_its_own_delimiter(tmp_path):
    file_format = delimited(TWO, separator="<->", row="!\n")
    assert write(tmp_path / "x", file_format, ["1", None], ["a", "b"]) == b"1<->a!\n<->b!\n"


def test_one_column(tmp_path):
    assert write(tmp_path / "x", delimited({"a": wstr()}, qualifier="'"), ["x", None]) == b"'x'\r\n''\r\n"


def test_null_without_qualifiers(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "QUALIFY_NULL", False)
    assert write(tmp_path / "x", delimited(TWO, qualifier='"'), ["1", None], [None, ""]) == b'"1",\r\n,""\r\n'


def test_names_without_qualifiers(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "QUALIFY_NAMES", False)
    file_format = delimited(TWO, qualifier='"', column_names_in_first_data_row=True)
    assert write(tmp_path / "x", file_format) == b"a,b\r\n"


def test_header_that_ends_with_its_delimiter(tmp_path):
    file_format = delimited(TWO, header_row_delimiter="\n")
    assert write(tmp_path / "x", file_format, header="H\n") == b"H\n"
    assert write(tmp_path / "x", file_format, header="H") == b"H\n"


def test_appending_repeats_the_names(tmp_path, monkeypatch):
    file_format = delimited(TWO, column_names_in_first_data_row=True)
    write(tmp_path / "x", file_format)
    assert write(tmp_path / "x", file_format, append=True) == b"a,b\r\na,b\r\n"
    monkeypatch.setattr(writer_module, "NAMES_ON_APPEND", False)
    assert write(tmp_path / "x", file_format, append=True) == b"a,b\r\na,b\r\n"
    assert write(tmp_path / "y", file_format, append=True) == b"a,b\r\n"


def test_the_column_at_fault_is_named(tmp_path):
    file_format = delimited({"a": str_(9), "b": str_(9)})
    with pytest.raises(CannotConvertFlatFileData, match='"b"'):
        write(tmp_path / "x", file_format, ["ok"], ["日本"])


def test_many_rows_in_one_block(tmp_path):
    count = 100_000
    data = write(tmp_path / "x", delimited(TWO), [str(n) for n in range(count)], ["é"] * count)
    assert data == "".join(f"{n},é\r\n" for n in range(count)).encode("cp1252")
