"""The fast reader: Polars' CSV parser behind a guard that makes it exact.

Polars differs from SSIS where a file is irregular: it strips a carriage return before a
line feed that is the row delimiter, takes a stray qualifier for a quotation, drops a byte
order mark, and does not tell a missing column from an empty one (ENGINE fidelity table).
So every qualifier and every line end of a chunk is looked at first. Rows around an
irregular qualifier are read by the exact machine and put between the others; anything
else irregular makes the chunk go to the next reader. The guard relies on two facts that
the fuzz test holds: on regular bytes Polars is exact, and it refuses rows with too many
columns. The number of rows is checked afterwards.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dtserve.dataflow.column_views import byte_lengths
from dtserve.dataflow.flat_file.chunk import Chunk, Listed, Wanted, frame_of
from dtserve.dataflow.flat_file.exact import MalformedRecord, Record, records
from dtserve.dataflow.flat_file.guard import examine

if TYPE_CHECKING:
    from dtserve.dataflow.flat_file.layout import Layout

__all__ = ["FastReader"]

MOST_IRREGULAR = 8
"""Irregular rows of a chunk that are read one by one; with more, another reader takes the chunk."""

CR, LF = 13, 10


class _Declined(Exception):
    """The chunk is not regular enough."""


@dataclass
class _Plan:
    """What the guard found: regular byte ranges, the rows between them, and whether qualifiers mean anything."""

    ranges: list[tuple[int, int]] = field(default_factory=list)
    ends: list[np.ndarray] = field(default_factory=list)
    between: list[Record] = field(default_factory=list)
    malformed: MalformedRecord | None = None
    quoted: bool = True


class FastReader:
    """Splits chunks of one layout with Polars; :meth:`accepts` tells whether it can at all."""

    def __init__(self, layout: Layout, wanted: Wanted) -> None:
        self.layout = layout
        self.wanted = wanted
        self.separator = layout.fields[0].delimiter[0] if len(layout.fields) > 1 else 0x1F
        self.row = layout.row_delimiter
        self.quote = layout.qualifier[0] if layout.qualifier else -1
        self.width = len(layout.fields)
        self.all_qualified = all(each.qualified for each in layout.fields)

    @staticmethod
    def accepts(layout: Layout) -> bool:
        """One-byte delimiters and qualifier, the same for all columns; rows may end early."""
        fields, row, qualifier = layout.fields, layout.row_delimiter, layout.qualifier
        if not (layout.transcoded and layout.delimited and layout.check):
            return False
        separators = {each.delimiter for each in fields[:-1]} or {b"\x1f"}
        if len(separators) != 1:
            return False
        separator = separators.pop()
        marks = [separator, row[-1:], *([qualifier] if qualifier else [])]
        single = all(len(mark) == 1 and mark < b"\x80" for mark in marks) and (len(row) == 1 or row == b"\r\n")
        return single and len(set(marks)) == len(marks) and not set(marks[::2]) & {b"\r"}

    def split(self, data: bytes) -> Chunk | None:
        """The whole rows of ``data``; None where it is not regular enough."""
        if data.startswith(codecs.BOM_UTF8):
            return None
        try:
            return self._regular(data) or self._planned(data)
        except (_Declined, pl.exceptions.PolarsError):
            return None

    def _regular(self, data: bytes) -> Chunk | None:
        """The chunk if it is regular throughout."""
        if not self.all_qualified and self.quote >= 0 and self.quote in data:
            return None
        found = examine(data, self.separator, self.row, self.quote)
        if found is None:
            return None
        plan = _Plan([(0, found.limit)], quoted=found.quoted)
        frame = self._read(data, plan)
        if frame.height != found.rows:
            raise _Declined
        if found.separators != found.rows * (self.width - 1):
            unsure = np.flatnonzero(byte_lengths(frame.to_series(-1)) == 0)
            frame = self._without(frame, unsure, found.separators_of(unsure))
        return Chunk(self._wanted(frame), data, found.ends)

    def _planned(self, data: bytes) -> Chunk:
        """The chunk with the rows around irregular qualifiers read one by one."""
        array = np.frombuffer(data, dtype=np.uint8)
        ends = np.flatnonzero(array == self.row[-1])
        if self.quote < 0 or self.quote not in data or not self._begins_a_field(data):
            plan = self._examine_plain(array, ends)
        elif self.all_qualified:
            plan = self._examine_quoted(data, array, ends, np.flatnonzero(array == self.quote))
        else:
            raise _Declined
        frame = self._frame(self._read(data, plan), data, plan)
        starts = [np.zeros(1, dtype=np.int64)]
        for found, record in zip(plan.ends, [*plan.between, None], strict=True):
            starts.append(found + 1)
            if record is not None:
                starts.append(np.array([record.next], dtype=np.int64))
        return Chunk(frame, data, Listed(np.concatenate(starts)), plan.malformed)

    def _examine_plain(self, array: np.ndarray, ends: np.ndarray) -> _Plan:
        """The plan of a chunk in which no qualifier begins a field, so that any there are data."""
        limit = int(ends[-1]) + 1 if len(ends) else 0
        self._check_returns(array[:limit], ends, ends[:0])
        return _Plan([(0, limit)], [ends], quoted=False)

    def _begins_a_field(self, data: bytes) -> bool:
        mark = bytes((self.quote,))
        return data.startswith(mark) or bytes((self.separator,)) + mark in data or self.row[-1:] + mark in data

    def _check_returns(self, array: np.ndarray, ends: np.ndarray, quotes: np.ndarray) -> None:
        """Decline unless the carriage returns outside quotations are just those of the row delimiters.

        Polars takes away a carriage return at the end of any field, and does not need one
        before a line feed.
        """
        wanted = ends - 1 if len(self.row) == 2 else ends if self.row[0] == CR else ends[:0]
        if len(wanted) and (wanted[0] < 0 or not (array[wanted] == CR).all()):
            raise _Declined
        returns = array == CR
        if np.count_nonzero(returns) == len(wanted):
            return
        places = np.flatnonzero(returns)
        if np.count_nonzero(np.searchsorted(quotes, places) & 1 == 0) != len(wanted):
            raise _Declined

    def _examine_quoted(self, data: bytes, array: np.ndarray, ends: np.ndarray, quotes: np.ndarray) -> _Plan:
        """The plan of a chunk with qualifiers: outside quotations every row end counts, inside none."""
        plan = _Plan()
        before = np.searchsorted(quotes, ends)
        start = 0
        while len(plan.between) <= MOST_IRREGULAR:
            first = int(np.searchsorted(quotes, start))
            at = int(np.searchsorted(ends, start))
            outside = ((before[at:] - first) & 1) == 0
            real = ends[at:][outside]
            limit = int(real[-1]) + 1 if len(real) else start
            bad = self._irregular(array, quotes[first:], start, limit)
            if bad >= 0:
                real = real[: np.searchsorted(real, bad)]
                limit = int(real[-1]) + 1 if len(real) else start
            self._check_returns(array[start:limit], real - start, quotes[first:] - start)
            plan.ranges.append((start, limit))
            plan.ends.append(real)
            record = self._one(data, limit, plan) if bad >= 0 else None
            if record is None:
                return plan
            plan.between.append(record)
            start = record.next
        raise _Declined

    def _irregular(self, array: np.ndarray, quotes: np.ndarray, start: int, limit: int) -> int:
        """Where the first pair of qualifiers stands that is not a whole qualified field; -1 if none below ``limit``."""
        quotes = quotes[: np.searchsorted(quotes, limit) + 1]
        opens, closes = quotes[0::2], quotes[1::2]
        if len(opens) == 0:
            return -1
        opened = array[opens - 1]
        fine = (opened == self.separator) | (opened == self.row[-1])
        fine[0] |= opens[0] == start
        last = len(array) - 1
        closed = array[np.minimum(closes + 1, last)] == self.separator
        others = np.flatnonzero(~closed)
        if len(others):
            places = np.minimum(closes[others] + 1, last)
            ends_row = array[places] == self.row[0]
            if len(self.row) == 2:
                ends_row &= array[np.minimum(places + 1, last)] == LF
            closed[others] = ends_row
        doubled = opens[1:] == closes[: len(opens) - 1] + 1
        fine[1:] |= doubled
        closed[: len(doubled)] |= doubled
        fine[: len(closed)] &= closed[: len(fine)]
        if fine.all():
            return -1
        return int(opens[np.argmin(fine)])

    def _one(self, data: bytes, start: int, plan: _Plan) -> Record | None:
        try:
            return next(records(data, self.layout, start, final=False), None)
        except MalformedRecord as error:
            plan.malformed = error
            return None

    def _read(self, data: bytes, plan: _Plan) -> pl.DataFrame:
        """All columns of the regular rows."""
        ranges = [data[start:end] for start, end in plan.ranges if end > start]
        regular = ranges[0] if len(ranges) == 1 else b"".join(ranges)
        names = [str(at) for at in range(self.width)]
        if not regular:
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        return pl.read_csv(
            regular,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            infer_schema=False,
            separator=chr(self.separator),
            quote_char=chr(self.quote) if plan.quoted else None,
            eol_char=chr(self.row[-1]),
            missing_columns="insert",
            extra_columns="raise",
            empty_string_is_null=False,
            raise_if_empty=False,
        ).rechunk()

    def _frame(self, frame: pl.DataFrame, data: bytes, plan: _Plan) -> pl.DataFrame:
        """The wanted columns of all rows of a plan, from what Polars read."""
        if frame.height != sum(len(ends) for ends in plan.ends):
            raise _Declined
        if self.width > 1:
            unsure = np.flatnonzero(byte_lengths(frame.to_series(-1)) == 0)
            if len(unsure):
                frame = self._missing(frame, data, plan, unsure)
        frame = self._wanted(frame)
        return self._interleave(frame, plan) if plan.between else frame

    def _wanted(self, frame: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame([frame.to_series(at) for at in self.wanted.positions], height=frame.height)

    def _missing(self, frame: pl.DataFrame, data: bytes, plan: _Plan, unsure: np.ndarray) -> pl.DataFrame:
        """Make the columns NULL that short rows do not have; Polars gives them as empty.

        ``unsure`` are the rows whose last column is empty. A row that ends with as many separators as it has empty columns at its end is
        whole. The separators of rows that do not are counted.
        """
        ends = np.concatenate(plan.ends)
        firsts = [np.append(start, each + 1)[:-1] for (start, _), each in zip(plan.ranges, plan.ends, strict=True)]
        starts = np.concatenate(firsts)
        array = np.frombuffer(data, dtype=np.uint8)
        doubtful = []
        for depth in range(1, self.width):
            places = ends[unsure] - len(self.row) + 1 - depth
            closed = (places >= starts[unsure]) & (array[np.maximum(places, 0)] == self.separator)
            doubtful.append(unsure[~closed])
            unsure = unsure[closed]
            unsure = unsure[byte_lengths(frame.to_series(-1 - depth))[unsure] == 0]
            if not len(unsure):
                break
        counted = np.concatenate(doubtful)
        if not len(counted):
            return frame
        return self._without(frame, counted, self._separators(data, starts[counted], ends[counted] + 1, plan.quoted))

    def _without(self, frame: pl.DataFrame, rows: np.ndarray, separators: np.ndarray) -> pl.DataFrame:
        """The frame with NULL in the columns that rows with so many separators do not have."""
        present = np.full(frame.height, self.width - 1)
        present[rows] = separators
        lowest = int(present.min())
        if lowest == self.width - 1:
            return frame
        marked = frame.with_columns(pl.Series("", present))
        return marked.select(
            pl.when(pl.col("") >= at).then(pl.col(str(at))).alias(str(at)) if at > lowest else pl.col(str(at))
            for at in range(self.width)
        )

    def _separators(self, data: bytes, starts: np.ndarray, stops: np.ndarray, quoted: bool) -> np.ndarray:
        """How many separators outside quotations each of some rows has."""
        text = b"".join([data[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)])
        array = np.frombuffer(text, dtype=np.uint8)
        separators = np.flatnonzero(array == self.separator)
        if quoted:
            quotes = np.flatnonzero(array == self.quote)
            separators = separators[np.searchsorted(quotes, separators) & 1 == 0]
        return np.diff(np.searchsorted(separators, np.cumsum(stops - starts)), prepend=0)

    def _interleave(self, frame: pl.DataFrame, plan: _Plan) -> pl.DataFrame:
        """Put the rows read one by one back between the regular ones."""
        singles = frame_of(plan.between, self.layout, self.wanted)
        pieces, at = [], 0
        for number, ends in enumerate(plan.ends):
            pieces.append(frame.slice(at, len(ends)))
            pieces.append(singles.slice(number, 1))
            at += len(ends)
        return pl.concat(pieces, rechunk=True)
