"""The vectorised reader of fixed width and ragged right files.

Rows are cut in the file's own bytes, since widths count them; the fields are then looked
up in the UTF-8 form of the chunk through a table of offsets. Files with delimited columns
before the last, double-byte text, characters beyond the basic plane in UTF-16 and columns
that cut UTF-8 characters are left to the exact machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dtserve.dataflow.flat_file.chunk import Chunk, Listed, Wanted
from dtserve.dataflow.flat_file.encoding import is_valid
from dtserve.dataflow.flat_file.strings import text_series

if TYPE_CHECKING:
    from dtserve.dataflow.flat_file.encoding import CodePage
    from dtserve.dataflow.flat_file.layout import Layout

__all__ = ["FixedReader"]


class FixedReader:
    """Splits chunks of one layout; :meth:`accepts` tells whether it can at all."""

    def __init__(self, layout: Layout, wanted: Wanted) -> None:
        self.layout = layout
        self.wanted = wanted
        widths = [field.width for field in layout.fields]
        self.offsets = np.concatenate([[0], np.cumsum(widths)])
        self.ragged = bool(layout.fields[-1].delimiter)

    @staticmethod
    def accepts(layout: Layout) -> bool:
        """Fixed columns, at most the last one delimited and not qualified."""
        *before, last = layout.fields
        return not layout.transcoded and all(f.width for f in before) and not last.qualified

    def split(self, data: bytes) -> Chunk | None:
        """The whole rows of ``data``; None where another reader must look."""
        text = _Utf8(data, self.layout.cut_page)
        if not text.plain:
            return None
        if self.ragged:
            rows = self._ragged_rows(data)
        else:
            count = len(data) // self.layout.record_width
            starts = np.arange(count + 1) * self.layout.record_width
            rows = starts, starts[1:]
        if rows is None:
            return None
        starts, ends = rows
        if text.cuts is not None and self._cuts_characters(text.cuts, starts[:-1], ends):
            return None
        columns = [self._column(data, text, starts[:-1], ends, at) for at in self.wanted.positions]
        return Chunk(pl.DataFrame(columns, height=len(ends)), data, Listed(starts))

    def _cuts_characters(self, data: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> bool:
        """Whether a column of UTF-8 text would begin or end inside a character."""
        places = np.minimum(starts[:, None] + self.offsets, ends[:, None])
        return bool(((data[places[places < len(data)]] & 0xC0) == 0x80).any())

    def _ragged_rows(self, data: bytes) -> tuple[np.ndarray, np.ndarray] | None:
        row = self.layout.row_delimiter
        unit = self.layout.cut_page.unit
        array = np.frombuffer(data, dtype=np.uint8)
        ends = np.flatnonzero(array == row[0])
        for offset, byte in enumerate(row[1:], start=1):
            ends = ends[ends + offset < len(data)]
            ends = ends[array[ends + offset] == byte]
        ends = ends[ends % unit == 0] if unit > 1 else ends
        if (np.diff(ends) < len(row)).any():
            return None
        starts = np.append(0, ends + len(row))
        if not self.layout.check and (ends - starts[:-1] < self.layout.record_width).any():
            return None
        return starts, ends

    def _column(self, data: bytes, text: _Utf8, starts: np.ndarray, ends: np.ndarray, at: int) -> pl.Series:
        begin = starts + self.offsets[at]
        width = self.layout.fields[at].width
        end = np.minimum(begin + width, ends) if width else ends
        present = begin <= ends
        if present.all():
            present = None
        else:
            begin, end = np.where(present, begin, 0), np.where(present, end, 0)
        if at in self.wanted.binary:
            return text_series(str(at), data, begin, end - begin, present, binary=True)
        begin, end = text.offset(begin), text.offset(end)
        return text_series(str(at), text.data, begin, end - begin, present)


class _Utf8:
    """A chunk as UTF-8, with the place of each of its own characters there."""

    def __init__(self, data: bytes, page: CodePage) -> None:
        self.data = data
        self.plain = True
        self._unit = page.unit
        self._map: np.ndarray | None = None
        self.cuts: np.ndarray | None = None
        """The bytes, where columns must not begin inside a character."""
        if page.ascii and data.isascii():
            return
        if page.table is not None:
            sizes = np.array([len(char.encode()) for char in page.table], dtype=np.uint8)
            lengths = sizes[np.frombuffer(data, dtype=np.uint8)]
        elif page.unit == 2:
            units = np.frombuffer(data[: len(data) & ~1], dtype="<u2")
            if ((units & 0xF800) == 0xD800).any():
                self.plain = False
                return
            lengths = 1 + (units >= 0x80).astype(np.uint8) + (units >= 0x800)
        elif page.is_utf8 and is_valid(data):
            self.cuts = np.frombuffer(data, dtype=np.uint8)
            return
        else:
            self.plain = False
            return
        self.data = page.to_utf8(data)
        self._map = np.zeros(len(lengths) + 1, dtype=np.int32)
        np.cumsum(lengths, out=self._map[1:])

    def offset(self, at: np.ndarray) -> np.ndarray:
        """Offsets in the chunk as offsets in its UTF-8 form."""
        return at if self._map is None else self._map[at // self._unit]
