"""Rows that wait in memory or in a file come back as they were."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow.runs import DiskRun, MemoryRun, Partitions, compact, held_bytes, mapped

FRAME = pl.DataFrame(
    {
        "i": pl.Series([1, None, 3], dtype=pl.Int32),
        "t": ["short", None, "a text that is longer than twelve bytes"],
        "b": [b"\x00", b"", None],
        "d": pl.Series([Decimal("1.25"), None, Decimal("-9")], dtype=pl.Decimal(18, 4)),
        "m": pl.Series([dt.datetime(2024, 2, 29, 1, 2, 3), None, None], dtype=pl.Datetime("us")),
        "day": [dt.date(2024, 2, 29), None, dt.date(1, 1, 1)],
        "time": [dt.time(23, 59, 59, 999999), None, dt.time(0)],
        "flag": [True, None, False],
        "nested": [{"utc": 1, "offset": 60}, None, {"utc": None, "offset": 0}],
    }
)


def test_a_compact_frame_has_the_same_rows_and_only_its_own_texts():
    texts = pl.DataFrame({"t": [f"some text that is long {at}" for at in range(10_000)], "n": range(10_000)})
    few = compact(texts.filter(pl.col("n") == 5))
    assert few.rows() == [("some text that is long 5", 5)]
    assert few.estimated_size() < 200
    assert compact(FRAME).equals(FRAME)
    assert compact(FRAME).schema == FRAME.schema
    assert compact(pl.DataFrame()).is_empty()


@pytest.mark.parametrize("block_bytes", [1, 2**20])
def test_rows_on_disk_come_back_in_order_and_type(tmp_path, block_bytes):
    run = DiskRun(tmp_path)
    run.write(iter([FRAME, FRAME.reverse()]), block_bytes)
    assert (run.rows, run.size) == (6, 0)
    found = pl.concat(run.blocks(100))
    assert found.schema == FRAME.schema
    assert found.equals(pl.concat([FRAME, FRAME.reverse()]))
    assert len(list(run.blocks(100))) == (6 if block_bytes == 1 else 2)
    run.close()
    run.close()
    assert list(tmp_path.iterdir()) == []


def test_rows_in_memory_come_in_pieces():
    run = MemoryRun(FRAME)
    assert [block.height for block in run.blocks(2)] == [2, 1]
    assert run.size > 0
    run.close()
    assert (run.size, run.frame.height) == (0, 0)


def test_nothing_written_is_nothing_read(tmp_path):
    run = DiskRun(tmp_path)
    run.write(iter([]), 100)
    assert list(run.blocks(100)) == []
    run.close()


def test_a_mapped_frame_lives_in_its_file(tmp_path):
    found = mapped(pl.concat([FRAME, FRAME.reverse()]), tmp_path / "rows.arrow")
    assert found.schema == FRAME.schema
    assert found.equals(pl.concat([FRAME, FRAME.reverse()]))
    (tmp_path / "rows.arrow").unlink()
    assert found[5].rows() == FRAME[0].rows()


def test_equal_values_are_in_the_same_file_in_order_of_arrival(tmp_path):
    files = Partitions(tmp_path, 5)
    rows = pl.DataFrame(
        {"k": pl.Series([at % 7 if at % 7 else None for at in range(100)], dtype=pl.Int16), "at": range(100)}
    )
    for at in range(0, 100, 30):
        files.add(rows.slice(at, 30), ["k"])
    files.add(rows.clear(), ["k"])
    found = [frame for number in range(files.count) if (frame := files.read(number)) is not None]
    assert list(tmp_path.iterdir()) == []
    assert sorted(row for frame in found for row in frame["at"]) == list(range(100))
    assert all(frame["at"].is_sorted() and frame.schema == rows.schema for frame in found)
    owners = [set(frame["k"].to_list()) for frame in found]
    assert sum(len(values) for values in owners) == len(set().union(*owners)) == 7
    assert files.read(0) is None


def test_closed_files_are_gone(tmp_path):
    files = Partitions(tmp_path, 3)
    files.add(FRAME, ["i"])
    assert list(tmp_path.iterdir())
    files.close()
    assert list(tmp_path.iterdir()) == []


def test_texts_weigh_more_than_their_letters():
    assert held_bytes(pl.DataFrame({"t": ["x"] * 1000})) >= 16_000
    assert held_bytes(pl.DataFrame({"n": pl.Series(range(1000), dtype=pl.Int64)})) == 8000
