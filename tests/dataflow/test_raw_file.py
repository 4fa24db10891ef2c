"""Raw files against the layout read from real ones."""

from __future__ import annotations

import struct
from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow.file_errors import RawBadVersion, RawUnexpectedEnd, RawUnexpectedType
from dtserve.dataflow.raw_file import CACHE_PREFIX, RawColumn, RawWriter, read_header, read_raw
from dtserve.datatypes import DT, TypeSpec

AMOUNT = RawColumn("NetAmount", TypeSpec(DT.CY))
ORDER = RawColumn("OrderID", TypeSpec(DT.I4))


def column(name, code, length, *, page=0):
    return (
        struct.pack("<I", len(name))
        + name.encode("utf-16-le")
        + struct.pack("<IIIIiIIIII", code, length, 8, 0, -1, 0, 0, page, 0, 0)
    )


def test_a_file_as_ssis_writes_it(tmp_path):
    """Header and first row of a raw file of two columns (DATA_FLOW §8.1)."""
    path = tmp_path / "f.raw"
    rows = bytes.fromhex("008023430000000000082800000010551c010000000009280000")
    path.write_bytes(struct.pack("<II", 0x11000, 2) + column("NetAmount", 6, 8) + column("OrderID", 3, 4) + rows)
    ((header, frame),) = read_raw(path)
    assert header == [AMOUNT, ORDER]
    assert frame.rows() == [(Decimal("440.0000"), 10248), (Decimal("1863.4000"), 10249)]


def test_a_cache_file_as_ssis_writes_it(tmp_path):
    path = tmp_path / "f.caw"
    head = b"LK\x11\x00" + struct.pack("<I", 4)
    head += column("ProductID!1", 3, 4) + column("Name!0", 129, 25, page=1252)
    head += column("__Hash1!1021", 3, 4) + column("__Hash2!1021", 3, 4)
    path.write_bytes(head + bytes.fromhex("00010000000200000041520100000001000000"))
    ((header, frame),) = read_raw(path)
    assert [c.name for c in header] == ["ProductID!1", "Name!0"]
    assert frame.rows() == [(1, "AR")]


def test_nulls_append_and_many_columns(tmp_path):
    path = tmp_path / "f.raw"
    columns = [RawColumn(f"c{i}", TypeSpec(DT.I2)) for i in range(11)]
    rows = pl.DataFrame(
        [[i if (i + r) % 3 else None for i in range(11)] for r in range(5)],
        schema={c.name: pl.Int16 for c in columns},
        orient="row",
    )
    writer = RawWriter(path, columns)
    writer.write(rows.head(2))
    writer.close()
    writer = RawWriter(path, columns, append=True)
    writer.write(rows.slice(2))
    writer.close()
    ((_, frame),) = read_raw(path)
    assert frame.equals(rows)


def test_an_empty_file_tells_its_columns(tmp_path):
    RawWriter(tmp_path / "e.raw", [ORDER], prefix=CACHE_PREFIX).close()
    ((header, frame),) = read_raw(tmp_path / "e.raw")
    assert (header, frame.height) == ([ORDER], 0)
    with (tmp_path / "e.raw").open("rb") as source:
        assert read_header(source, tmp_path) == [ORDER]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\0\0\0\0", RawBadVersion),
        (b"", RawUnexpectedEnd),
        (struct.pack("<II", 0x11000, 2**20), RawBadVersion),
        (struct.pack("<II", 0x11000, 1) + column("x", 999, 4), RawUnexpectedType),
        (struct.pack("<II", 0x11000, 1) + column("x", 3, 4) + b"\0\1", RawUnexpectedEnd),
        (struct.pack("<II", 0x11000, 1) + column("x", 130, 4) + b"\0\xff\xff\xff\xff", RawUnexpectedEnd),
    ],
)
def test_damaged_files(tmp_path, data, error):
    (tmp_path / "f.raw").write_bytes(data)
    with pytest.raises(error):
        list(read_raw(tmp_path / "f.raw"))
