"""Sorted or grouped rows that wait in memory or in a file, and frames without what they do not need.

The files are Arrow streams (lz4) in the temporary folder of the data flow.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["DiskRun", "MemoryRun", "Partitions", "compact", "held_bytes", "mapped"]


def compact(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with texts of its own: those of a filtered frame may hold the whole buffer they were read into."""
    import polars as pl

    texts = [column for column in frame.get_columns() if column.dtype in (pl.String, pl.Binary)]
    if not texts:
        return frame
    copied = pl.DataFrame(pl.from_arrow(pl.DataFrame(texts).to_arrow(compat_level=pl.CompatLevel.oldest())))
    own = {column.name: column for column in copied.get_columns()}
    return pl.DataFrame([own.get(column.name, column) for column in frame.get_columns()])


def held_bytes(frame: pl.DataFrame) -> int:
    """Bytes that a frame takes: Polars' estimate leaves out the sixteen that every text has besides its letters."""
    import polars as pl

    texts = sum(1 for dtype in frame.dtypes if dtype in (pl.String, pl.Binary))
    return int(frame.estimated_size()) + 16 * texts * frame.height


def mapped(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """The frame out of a file at ``path`` that is mapped into memory, so that the system can let go of its pages."""
    import polars as pl
    import pyarrow as pa

    table = compact(frame).to_arrow(compat_level=pl.CompatLevel.newest())
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    del table
    found = pl.DataFrame(pl.from_arrow(pa.ipc.open_file(pa.memory_map(str(path))).read_all()))
    wrong = [pl.col(n).cast(t) for n, t in frame.schema.items() if found.schema[n] != t]
    return found.with_columns(wrong) if wrong else found


class MemoryRun:
    """Rows in memory; ``order`` are their numbers in the order in which they are given, if it is another one."""

    def __init__(self, frame: pl.DataFrame, order: np.ndarray | None = None) -> None:
        self.frame = frame
        self._order = order
        self.size = held_bytes(frame) + (0 if order is None else order.nbytes)

    @property
    def row_bytes(self) -> int:
        """Bytes per row."""
        return self.size // max(self.frame.height, 1)

    def blocks(self, rows: int) -> Iterator[pl.DataFrame]:
        """All rows, in pieces of so many."""
        import polars as pl

        frame, order = self.frame, self._order
        for start in range(0, frame.height, rows):
            if order is None:
                yield frame.slice(start, rows)
            else:
                yield frame[pl.Series(order[start : start + rows])]

    def close(self) -> None:
        """Forget the rows."""
        self.frame = self.frame.clear()
        self._order = None
        self.size = 0


class DiskRun:
    """Rows in a file, written once and read once in the same order."""

    size = 0

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"run-{uuid.uuid4().hex}.arrow"
        self._schema: dict[str, pl.DataType] = {}
        self.rows = 0
        self.row_bytes = 0

    def write(self, frames: Iterator[pl.DataFrame], block_bytes: int) -> None:
        """Write all rows in blocks of about so many bytes."""
        import polars as pl
        import pyarrow as pa

        options = pa.ipc.IpcWriteOptions(compression="lz4")
        size = 0
        writer = None
        with pa.OSFile(str(self._path), "wb") as file:
            for frame in frames:
                table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
                if writer is None:
                    self._schema = dict(frame.schema)
                    writer = pa.ipc.new_stream(file, table.schema, options=options)
                size += held_bytes(frame)
                self.rows += frame.height
                self.row_bytes = size // max(self.rows, 1)
                writer.write_table(table, max_chunksize=max(block_bytes // max(self.row_bytes, 1), 1))
            if writer is not None:
                writer.close()

    def blocks(self, rows: int) -> Iterator[pl.DataFrame]:
        """All rows, in the blocks in which they were written (``rows`` is a hint)."""
        import polars as pl
        import pyarrow as pa

        if not self.rows:
            return
        with pa.OSFile(str(self._path), "rb") as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                frame = pl.DataFrame(pl.from_arrow(batch))
                wrong = [pl.col(n).cast(t) for n, t in self._schema.items() if frame.schema[n] != t]
                yield frame.with_columns(wrong) if wrong else frame

    def close(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


class Partitions:
    """Rows in files by a hash of some columns: equal values are in the same one, in order of arrival."""

    def __init__(self, folder: Path, count: int) -> None:
        self._base = folder / f"part-{uuid.uuid4().hex}"
        self.count = count
        self._schema: dict[str, pl.DataType] = {}
        self._writers: dict[int, Any] = {}
        self._files: dict[int, Any] = {}

    def add(self, frame: pl.DataFrame, columns: list[str]) -> None:
        """Append rows to the files they belong to."""
        import polars as pl
        import pyarrow as pa

        if not frame.height:
            return
        self._schema = dict(frame.schema)
        place = (frame.select(columns).hash_rows(1) % self.count).alias("__place")
        for part in frame.with_columns(place).partition_by("__place", maintain_order=True):
            number = int(part["__place"][0])
            table = part.drop("__place").to_arrow(compat_level=pl.CompatLevel.oldest())
            if number not in self._writers:
                self._files[number] = pa.OSFile(f"{self._base}-{number}.arrow", "wb")
                options = pa.ipc.IpcWriteOptions(compression="lz4")
                self._writers[number] = pa.ipc.new_stream(self._files[number], table.schema, options=options)
            self._writers[number].write_table(table)

    def read(self, number: int) -> pl.DataFrame | None:
        """All rows of one file, which is removed; None when there are none."""
        import polars as pl
        import pyarrow as pa

        if number not in self._writers:
            return None
        self._finish(number)
        path = Path(f"{self._base}-{number}.arrow")
        with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as reader:
            frame = pl.DataFrame(pl.from_arrow(reader.read_all()))
        path.unlink()
        return frame.with_columns(pl.col(n).cast(t) for n, t in self._schema.items() if frame.schema[n] != t)

    def close(self) -> None:
        """Remove the files."""
        for number in list(self._writers):
            self._finish(number)
            Path(f"{self._base}-{number}.arrow").unlink(missing_ok=True)

    def _finish(self, number: int) -> None:
        self._writers.pop(number).close()
        self._files.pop(number).close()
