"""A run of whole rows cut from a flat file, and the reader that makes one with the exact machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from dtserve.dataflow.flat_file.encoding import UNDECODED, shown
from dtserve.dataflow.flat_file.exact import MalformedRecord, Record, records

if TYPE_CHECKING:
    from dtserve.dataflow.flat_file.layout import Layout

__all__ = ["Chunk", "Listed", "RowPlaces", "Wanted", "frame_of", "split_exact"]

_UNDECODED = UNDECODED.encode()


@dataclass(frozen=True)
class Wanted:
    """Which columns of the file are read: their positions, and which of them stay bytes."""

    positions: tuple[int, ...]
    binary: frozenset[int] = frozenset()

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns of a chunk's frame: position as text → String or Binary."""
        return {str(at): pl.Binary() if at in self.binary else pl.String() for at in self.positions}


class RowPlaces(Protocol):
    """Where the rows of a chunk stand in its data."""

    @property
    def next(self) -> int:
        """Where the rows end, which is where the next chunk begins."""

    @property
    def starts(self) -> np.ndarray:
        """Where each row begins, and :attr:`next`."""

    def bounds(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where these rows begin and end (delimiter included)."""


@dataclass(frozen=True)
class Listed:
    """The places as a list; ``last`` is where the last row ends when a row that was dropped follows it."""

    starts: np.ndarray
    last: int = -1

    @property
    def next(self) -> int:
        """Where the rows end."""
        return int(self.starts[-1])

    def bounds(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where these rows begin and end (delimiter included)."""
        stops = self.starts[rows + 1]
        if self.last >= 0:
            stops = np.minimum(stops, self.last)
        return self.starts[rows], stops


@dataclass
class Chunk:
    """Rows in file order.

    ``frame`` has a column per wanted position, named by it; empty text is an empty field,
    NULL a missing one. ``rows`` tells where they stand in ``data``. ``malformed`` is what
    stopped the reader after these rows; ``partial`` tells that the file ended inside a row
    (kept or dropped).
    """

    frame: pl.DataFrame
    data: bytes
    rows: RowPlaces
    malformed: MalformedRecord | None = None
    partial: bool = False

    @property
    def next(self) -> int:
        """Where in ``data`` the rows end."""
        return self.rows.next

    @property
    def starts(self) -> np.ndarray:
        """Where each row begins in ``data``; the last element is where the next chunk begins."""
        return self.rows.starts

    def raw(self, rows: Sequence[int] | np.ndarray, layout: Layout, *, keep_delimiter: bool) -> list[str]:
        """The text of these rows as it stands in the file."""
        found = []
        begins, stops = self.rows.bounds(np.asarray(rows, dtype=np.int64))
        for start, stop in zip(begins.tolist(), stops.tolist(), strict=True):
            text = self.data[start:stop]
            text = text if keep_delimiter else _without_delimiter(text, layout)
            found.append(shown(layout.cut_page.decode(text)))
        return found

    def undecoded(self, layout: Layout) -> bool:
        """Whether a field may hold bytes that are no text."""
        if layout.transcoded:
            return _UNDECODED[:1] in self.data and _UNDECODED in self.data
        page = layout.cut_page
        return page.table is None and not (page.ascii and self.data.isascii())


def _without_delimiter(row: bytes, layout: Layout) -> bytes:
    """A row without its delimiter; bytes that look like one in the middle of characters belong to the text."""
    end = len(row) - len(layout.row_delimiter)
    if not row.endswith(layout.row_delimiter) or end % layout.cut_page.unit or layout.cut_page.lead(row, 0, end):
        return row
    return row[:end]


def frame_of(rows: Sequence[Record], layout: Layout, wanted: Wanted) -> pl.DataFrame:
    """The wanted columns of some records."""
    decode = layout.cut_page.decode
    columns = []
    for at in wanted.positions:
        values = [row.fields[at] for row in rows]
        if at in wanted.binary:
            columns.append(pl.Series(str(at), values, dtype=pl.Binary))
        else:
            texts = [None if value is None else decode(value) for value in values]
            columns.append(pl.Series(str(at), texts, dtype=pl.String))
    return pl.DataFrame(columns, height=len(rows))


def split_exact(data: bytes, layout: Layout, wanted: Wanted, start: int = 0, *, final: bool) -> Chunk:
    """All whole rows of ``data`` from ``start`` on, by the exact machine."""
    rows: list[Record] = []
    malformed = None
    partial = False
    at = start
    try:
        for record in records(data, layout, start, final=final):
            at = record.next
            partial = record.partial
            if record.fields:
                rows.append(record)
    except MalformedRecord as error:
        malformed = error
    starts = np.fromiter((row.start for row in rows), dtype=np.int64, count=len(rows))
    last = rows[-1].next if rows else -1
    return Chunk(frame_of(rows, layout, wanted), data, Listed(np.append(starts, at), last), malformed, partial)
