"""The general vectorised reader: delimiters of any length, different ones per column, text qualifiers.

All places where a delimiter stands are found with numpy; where they form rows without
any ambiguity the fields are cut out at once, otherwise it declines and the exact machine
reads the chunk. It takes what :mod:`fast` cannot: several delimiters, delimiters of more
than one byte, rows with further delimiters in the last column, row delimiters inside
rows of files without AlwaysCheckForRowDelimiters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dtserve.dataflow.flat_file.chunk import Chunk, Wanted
from dtserve.dataflow.flat_file.encoding import is_valid
from dtserve.dataflow.flat_file.strings import text_series

if TYPE_CHECKING:
    from dtserve.dataflow.flat_file.layout import Layout

__all__ = ["VectorReader"]


@dataclass
class _Rows:
    """Begin and end of each field, [row, column]; where a short row has no column, ``present`` is false."""

    starts: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    present: np.ndarray | None


class VectorReader:
    """Splits chunks of one layout; :meth:`accepts` tells whether it can at all."""

    def __init__(self, layout: Layout, wanted: Wanted) -> None:
        self.layout = layout
        self.wanted = wanted
        self.width = len(layout.fields)
        self.row = layout.row_delimiter
        self.separators = [field.delimiter for field in layout.fields[:-1]]

    @staticmethod
    def accepts(layout: Layout) -> bool:
        """Delimited columns only; the qualifier, if any, is one byte."""
        good = layout.transcoded and layout.delimited and all(field.delimiter for field in layout.fields)
        return good and len(layout.qualifier) <= 1

    def split(self, data: bytes) -> Chunk | None:
        """The whole rows of ``data``; None where their fields are not plain to see."""
        if self.row not in data:
            return None
        array = np.frombuffer(data, dtype=np.uint8)
        quoted = bool(self.layout.qualifier) and self.layout.qualifier in data
        quotes = np.flatnonzero(array == self.layout.qualifier[0]) if quoted else np.zeros(0, dtype=np.int64)
        found = self._events(array, data, quotes)
        if found is None:
            return None
        rows = self._rows(*found)
        if rows is None or (quoted and not self._qualified(array, rows, quotes)):
            return None
        if not data.isascii() and not is_valid(data[: rows.starts[-1]]):
            return None
        columns = [self._column(data, array, rows, at, quoted) for at in self.wanted.positions]
        frame = pl.DataFrame(columns, height=len(rows.starts) - 1)
        return Chunk(frame, data, rows.starts)

    def _events(self, array: np.ndarray, data: bytes, quotes: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Position and kind of every delimiter outside quotations; kind 0 is the row delimiter."""
        kinds = [self.row, *dict.fromkeys(d for d in self.separators if d != self.row)]
        places, labels = [], []
        for kind, mark in enumerate(kinds):
            at = _occurrences(array, mark)
            if len(quotes):
                at = at[np.searchsorted(quotes, at) & 1 == 0]
            places.append(at)
            labels.append(np.full(len(at), kind, dtype=np.int8))
        where = np.concatenate(places)
        kind_of = np.concatenate(labels)
        order = np.lexsort((kind_of, where))
        where, kind_of = where[order], kind_of[order]
        first = np.ones(len(where), dtype=bool)
        first[1:] = where[1:] != where[:-1]
        where, kind_of = where[first], kind_of[first]
        rows = np.flatnonzero(kind_of == 0)
        if len(rows) == 0:
            return where[:0], kind_of[:0]
        where, kind_of = where[: rows[-1] + 1], kind_of[: rows[-1] + 1]
        sizes = np.array([len(mark) for mark in kinds])
        if (where[1:] < where[:-1] + sizes[kind_of[:-1]]).any():
            return None
        return where, kind_of

    def _rows(self, where: np.ndarray, kind_of: np.ndarray) -> _Rows | None:
        """The fields between the events, when every event is a delimiter of the column it stands in."""
        if len(set(self.separators)) > 1 or self.row in self.separators:
            return self._patterned(where, kind_of)
        ends = np.flatnonzero(kind_of == 0)
        first = np.append(0, ends[:-1] + 1)[: len(ends)]
        counts = ends - first
        starts = np.append(0, where[ends] + len(self.row))
        size = len(self.separators[0]) if self.separators else 0
        if len(counts) and not self.layout.check and counts.min() < self.width - 1:
            return None
        steps = np.arange(self.width - 1)
        index = np.minimum(first[:, None] + steps, (ends - 1)[:, None] if len(where) else 0)
        cuts = where[np.maximum(index, 0)] if len(where) else np.zeros((0, self.width - 1), dtype=np.int64)
        present = np.arange(self.width) <= counts[:, None]
        row_ends = where[ends][:, None]
        end = np.concatenate([np.where(steps < counts[:, None], cuts, row_ends), row_ends], axis=1)
        begin = np.concatenate([starts[:-1, None], cuts + size], axis=1)
        end = np.where(present, end, 0)
        begin = np.where(present, begin, 0)
        return _Rows(starts, begin, end, None if present.all() else present)

    def _patterned(self, where: np.ndarray, kind_of: np.ndarray) -> _Rows | None:
        """Different delimiters: only rows that have each of them exactly where it belongs."""
        order = {mark: kind for kind, mark in enumerate(dict.fromkeys([self.row, *self.separators]))}
        pattern = np.array([*(order[mark] for mark in self.separators), 0], dtype=np.int8)
        count, rest = divmod(len(where), self.width)
        if rest or not (kind_of.reshape(count, self.width) == pattern).all():
            return None
        if self.row in self.separators and self.layout.check:
            return None
        ends = where.reshape(count, self.width)
        sizes = np.array([*(len(mark) for mark in self.separators), len(self.row)])
        starts = np.append(0, ends[:, -1] + len(self.row))
        begins = np.concatenate([starts[:-1, None], ends[:, :-1] + sizes[:-1]], axis=1)
        return _Rows(starts, begins, ends, None)

    def _qualified(self, array: np.ndarray, rows: _Rows, quotes: np.ndarray) -> bool:
        """Whether all qualifiers are the ends of fields of qualified columns, or doubled inside them."""
        quotes = quotes[: np.searchsorted(quotes, rows.starts[-1])]
        opens, closes = quotes[0::2], quotes[1::2]
        if len(opens) != len(closes):
            return False
        doubled = closes[:-1] + 1 == opens[1:]
        columns = [at for at, field in enumerate(self.layout.fields) if field.qualified]
        begins = np.sort(rows.begins[:, columns], axis=None)
        ends = np.sort(rows.ends[:, columns], axis=None)
        opened = np.isin(opens, begins, assume_unique=False)
        opened[1:] |= doubled
        closed = np.isin(closes + 1, ends)
        closed[:-1] |= doubled
        return bool(opened.all() and closed.all())

    def _column(self, data: bytes, array: np.ndarray, rows: _Rows, at: int, quoted: bool) -> pl.Series:
        begins, ends = rows.begins[:, at], rows.ends[:, at]
        present = None if rows.present is None else rows.present[:, at]
        mark = self.layout.qualifier
        quoted = quoted and self.layout.fields[at].qualified
        if quoted:
            inside = (ends > begins) & (array[np.minimum(begins, len(array) - 1)] == mark[0])
            begins, ends = begins + inside, ends - inside
        series = text_series(str(at), data, begins, ends - begins, present)
        if quoted and mark + mark in data:
            text = mark.decode()
            series = (
                pl.select(
                    pl.when(pl.lit(pl.Series(inside)))
                    .then(pl.lit(series).str.replace_all(text + text, text, literal=True))
                    .otherwise(pl.lit(series))
                )
                .to_series()
                .alias(str(at))
            )
        return series


def _occurrences(array: np.ndarray, mark: bytes) -> np.ndarray:
    """Where ``mark`` begins, overlapping places included."""
    at = np.flatnonzero(array == mark[0])
    for offset, byte in enumerate(mark[1:], start=1):
        at = at[at + offset < len(array)]
        at = at[array[at + offset] == byte]
    return at
