"""The general vectorised reader: delimiters of any length, different ones per column, text qualifiers.

All places where a delimiter stands are found with numpy; where they form rows without
any ambiguity the fields are cut out at once, otherwise it declines and the exact machine
reads the chunk. It takes what :mod:`fast` cannot: several delimiters, delimiters of more
than one byte, rows with further delimiters in the last column, qualifiers inside
unqualified text, files without AlwaysCheckForRowDelimiters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dtserve.dataflow.flat_file.chunk import Chunk, Listed, Wanted
from dtserve.dataflow.flat_file.encoding import is_valid
from dtserve.dataflow.flat_file.qualified import Quotations, quotations
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
        self.marks = list(dict.fromkeys([self.row, *self.separators]))
        self.qualified = [at for at, field in enumerate(layout.fields) if field.qualified]

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
        places = [_occurrences(array, mark) for mark in self.marks]
        quoted = None
        if self.layout.qualifier and self.qualified and self.layout.qualifier in data:
            sizes = [len(mark) for mark in self.marks]
            quoted = quotations(array, self.layout.qualifier[0], places, sizes)
            if quoted is None:
                return None
            places = [at[quoted.outside(at)] for at in places]
        found = self._events(places)
        rows = None if found is None else self._rows(*found)
        if rows is None or (quoted is not None and not self._whole(len(data), rows, quoted)):
            return None
        if not data.isascii() and not is_valid(data[: rows.starts[-1]]):
            return None
        columns = [self._column(data, rows, at, quoted) for at in self.wanted.positions]
        return Chunk(pl.DataFrame(columns, height=len(rows.starts) - 1), data, Listed(rows.starts))

    def _events(self, places: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
        """Position and kind of every delimiter, in order; kind 0 is the row delimiter. None where two overlap."""
        places = [_apart(at, mark) for at, mark in zip(places, self.marks, strict=True)]
        labels = [np.full(len(at), kind, dtype=np.int8) for kind, at in enumerate(places)]
        where, kind_of = np.concatenate(places), np.concatenate(labels)
        order = np.lexsort((kind_of, where))
        where, kind_of = where[order], kind_of[order]
        first = np.ones(len(where), dtype=bool)
        first[1:] = where[1:] != where[:-1]
        where, kind_of = where[first], kind_of[first]
        rows = np.flatnonzero(kind_of == 0)
        if len(rows) == 0:
            return where[:0], kind_of[:0]
        where, kind_of = where[: rows[-1] + 1], kind_of[: rows[-1] + 1]
        sizes = np.array([len(mark) for mark in self.marks])
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
        if present.all():
            return _Rows(starts, begin, end, None)
        return _Rows(starts, np.where(present, begin, 0), np.where(present, end, 0), present)

    def _patterned(self, where: np.ndarray, kind_of: np.ndarray) -> _Rows | None:
        """Different delimiters: only rows that have each of them exactly where it belongs."""
        if self.row in self.separators and self.layout.check:
            return None
        pattern = np.array([*(self.marks.index(mark) for mark in self.separators), 0], dtype=np.int8)
        count, rest = divmod(len(where), self.width)
        if rest or not (kind_of.reshape(count, self.width) == pattern).all():
            return None
        ends = where.reshape(count, self.width)
        sizes = np.array([*(len(mark) for mark in self.separators), len(self.row)])
        starts = np.append(0, ends[:, -1] + len(self.row))
        begins = np.concatenate([starts[:-1, None], ends[:, :-1] + sizes[:-1]], axis=1)
        return _Rows(starts, begins, ends, None)

    def _whole(self, size: int, rows: _Rows, quoted: Quotations) -> bool:
        """Whether every quotation is a whole field of a qualified column."""
        count = int(np.searchsorted(quoted.opens, rows.starts[-1]))
        begins, ends = np.zeros(size + 2, dtype=bool), np.zeros(size + 2, dtype=bool)
        begins[rows.begins[:, self.qualified]] = True
        ends[rows.ends[:, self.qualified]] = True
        return bool(begins[quoted.opens[:count]].all() and ends[quoted.closes[:count] + 1].all())

    def _column(self, data: bytes, rows: _Rows, at: int, quoted: Quotations | None) -> pl.Series:
        begins, ends = rows.begins[:, at], rows.ends[:, at]
        present = None if rows.present is None else rows.present[:, at]
        if quoted is None or at not in self.qualified:
            return text_series(str(at), data, begins, ends - begins, present)
        inside = quoted.begin_at(begins) & (ends > begins)
        series = text_series(str(at), data, begins + inside, ends - begins - 2 * inside, present)
        mark = self.layout.qualifier.decode()
        doubled = series.str.contains(mark + mark, literal=True).fill_null(False).to_numpy() & inside
        places = np.flatnonzero(doubled)
        if len(places):
            texts = series.gather(places).str.replace_all(mark + mark, mark, literal=True)
            series = series.scatter(places, texts)
        return series


def _occurrences(array: np.ndarray, mark: bytes) -> np.ndarray:
    """Where ``mark`` begins, overlapping places included."""
    at = np.flatnonzero(array == mark[0])
    for offset, byte in enumerate(mark[1:], start=1):
        at = at[at + offset < len(array)]
        at = at[array[at + offset] == byte]
    return at


def _apart(at: np.ndarray, mark: bytes) -> np.ndarray:
    """Of the places of a delimiter of one repeated character those that are found going from left to right."""
    if len(mark) == 1 or len(set(mark)) > 1 or len(at) < 2:
        return at
    runs = np.ones(len(at), dtype=bool)
    runs[1:] = at[1:] != at[:-1] + 1
    offsets = at - at[runs][np.cumsum(runs) - 1]
    return np.asarray(at[offsets % len(mark) == 0])
