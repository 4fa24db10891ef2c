"""The reference reader of flat files: an exact state machine, one field after the other.

It is the definition of what every faster reader must give, and takes over where they
decline. Rules (DATA_FLOW §7.2):

- A field of a qualified column that begins with the text qualifier runs to the closing
  one; a doubled qualifier is a literal one. After the closing qualifier the column's
  delimiter must follow (or the row delimiter, where that ends a row early, or the end of
  the file); anything else is :class:`MalformedRecord`.
- Any other delimited field runs to its column's delimiter; with ``check`` a row delimiter
  that comes first, or at the same place, ends the row, and the columns left are missing.
- The last column runs to the row delimiter, further column delimiters included.
- A fixed field takes its width; with ``check`` a row delimiter inside it ends the row.
- The end of the file ends field and row; where columns are missing the row is *partial*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dtserve.dataflow.flat_file.layout import PARTIAL_ROW_IS_KEPT, Field, Layout

__all__ = ["MalformedRecord", "Record", "find", "records"]


class Record(NamedTuple):
    """One row of the file.

    ``data[start:end]`` is the row without its row delimiter, the next one begins at
    ``next``; ``fields`` has None for a missing column; ``partial`` tells that the file
    ended before the row was complete.
    """

    start: int
    end: int
    next: int
    fields: list[bytes | None]
    partial: bool


class MalformedRecord(Exception):
    """Column ``column`` (counted from 0) of the row at ``start`` has no delimiter where one must be."""

    def __init__(self, start: int, column: int) -> None:
        super().__init__(start, column)
        self.start = start
        self.column = column


class _Incomplete(Exception):
    """The bytes at hand end before the row does."""


def find(data: bytes, wanted: bytes, start: int, layout: Layout) -> int:
    """Where ``wanted`` next occurs as characters of the cut encoding, not across them; -1 nowhere."""
    at = data.find(wanted, start)
    page = layout.cut_page
    if page.unit == 1 and (page.table is not None or page.is_utf8):
        return at
    while at >= 0 and ((at - start) % page.unit or page.lead(data, start, at)):
        at = data.find(wanted, at + 1)
    return at


def records(data: bytes, layout: Layout, start: int = 0, *, final: bool) -> Iterator[Record]:
    """The complete rows of ``data`` from ``start`` on.

    Without ``final`` it stops before a row whose end is not certain yet. Raises
    MalformedRecord, after the rows before it.
    """
    while start < len(data):
        try:
            record = _Row(data, layout, start, final).read()
        except _Incomplete:
            return
        if not record.partial or (layout.check and PARTIAL_ROW_IS_KEPT):
            yield record
        else:
            yield record._replace(fields=[])
        start = record.next


class _Row:
    """Reads one row."""

    def __init__(self, data: bytes, layout: Layout, start: int, final: bool) -> None:
        self.data = data
        self.layout = layout
        self.start = start
        self.at = start
        self.final = final
        self.end = -1
        """Where the row delimiter begins that ended the row, or the end of the file; -1 inside the row."""

    def read(self) -> Record:
        fields: list[bytes | None] = []
        last = len(self.layout.fields) - 1
        partial = False
        for number, field in enumerate(self.layout.fields):
            if self.end >= 0:
                fields.append(None)
                partial = partial or self.end == self.at
                continue
            fields.append(self._field(field, number, number == last))
        if self.end < 0:
            self.end = self.at
        partial = partial or self._short
        return Record(self.start, self.end, self.at, fields, partial)

    _short = False

    def _field(self, field: Field, number: int, last: bool) -> bytes:
        if not field.delimiter:
            return self._fixed(field.width)
        qualifier = self.layout.qualifier
        if field.qualified:
            if self.data.startswith(qualifier, self.at):
                return self._qualified(field, number, last)
            self._certain(self.at + len(qualifier))
        return self._plain(field, last)

    def _plain(self, field: Field, last: bool) -> bytes:
        begin = self.at
        at = find(self.data, field.delimiter, begin, self.layout)
        row = self.layout.row_delimiter
        end = at if last else find(self.data, row, begin, self.layout) if self.layout.check else -1
        if end >= 0 and (at < 0 or end <= at):
            self._end_row(end, row)
            return self.data[begin:end]
        if at < 0:
            return self._to_end_of_file(begin, complete=last)
        if self.layout.check and end < 0:
            self._certain(at + len(row))
        self.at = at + len(field.delimiter)
        return self.data[begin:at]

    def _qualified(self, field: Field, number: int, last: bool) -> bytes:
        data, qualifier = self.data, self.layout.qualifier
        size = len(qualifier)
        begin = self.at + size
        at = begin
        while True:
            at = find(data, qualifier, at, self.layout)
            if at < 0:
                if not self.final:
                    raise _Incomplete
                raise MalformedRecord(self.start, number)
            after = at + size
            self._certain(after + size)
            if not data.startswith(qualifier, after):
                break
            at = after + size
        value = data[begin:at].replace(qualifier + qualifier, qualifier)
        row = self.layout.row_delimiter
        self._certain(after + max(len(row), len(field.delimiter)))
        if (last or self.layout.check) and data.startswith(row, after):
            self._end_row(after, row)
        elif not last and data.startswith(field.delimiter, after):
            self.at = after + len(field.delimiter)
        elif after == len(data):
            self._to_end_of_file(begin, complete=last)
        else:
            raise MalformedRecord(self.start, number)
        return value

    def _fixed(self, width: int) -> bytes:
        begin, end = self.at, self.at + width
        row = self.layout.row_delimiter
        if self.layout.check:
            found = find(self.data, row, begin, self.layout)
            if 0 <= found < end:
                self._end_row(found, row)
                return self.data[begin:found]
            self._certain(end + len(row))
        if end > len(self.data):
            return self._to_end_of_file(begin, complete=False)
        self.at = end
        return self.data[begin:end]

    def _certain(self, needed: int) -> None:
        """Bytes up to ``needed`` decide; wait for them unless the file ends before."""
        if needed > len(self.data) and not self.final:
            raise _Incomplete

    def _end_row(self, end: int, row: bytes) -> None:
        self.end = end
        self.at = end + len(row)

    def _to_end_of_file(self, begin: int, *, complete: bool) -> bytes:
        if not self.final:
            raise _Incomplete
        self.end = self.at = len(self.data)
        self._short = not complete
        return self.data[begin:]
