"""Reads a flat file as a stream of chunks of whole rows (DATA_FLOW §7.2, ENGINE §5).

Blocks of some megabytes are read, brought into the encoding in which records are cut,
freed of header rows, and split by the fastest reader that accepts the layout and finds
the block regular: Polars behind its guard, then numpy, then the exact machine. Memory
does not grow with the file; only a single row may take up to :data:`LONGEST_ROW`.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dtserve.dataflow.flat_file.chunk import Chunk, Listed, Wanted, split_exact
from dtserve.dataflow.flat_file.encoding import Transcoder, repaired
from dtserve.dataflow.flat_file.errors import (
    HEADER_ENDS_FILE,
    BigEndianFile,
    SkippingDataRows,
    TooLongRow,
    Utf8FileForUnicode,
)
from dtserve.dataflow.flat_file.exact import MalformedRecord, Record, find, records
from dtserve.dataflow.flat_file.fast import FastReader
from dtserve.dataflow.flat_file.fixed import FixedReader
from dtserve.dataflow.flat_file.layout import KEEP_UTF8_BOM, Layout
from dtserve.dataflow.flat_file.vectorised import VectorReader

__all__ = ["BLOCK_BYTES", "LONGEST_ROW", "SMALL_BLOCK_BYTES", "FlatFileReader"]

BLOCK_BYTES, SMALL_BLOCK_BYTES = 12 << 20, 5 << 20
"""Bytes read at once, and with a memory limit; what is done once per block in Python counts half with twice as much."""

WINDOW_BYTES = 64 << 10
LONGEST_ROW = 512 << 20
"""Bytes of one row after which reading stops: an unclosed qualifier would swallow the file."""


class FlatFileReader:
    """One pass over one file. ``warn`` receives code and text of a warning."""

    def __init__(
        self,
        path: Path,
        layout: Layout,
        wanted: Wanted,
        *,
        warn: Callable[[int, str], None],
        block_bytes: int = BLOCK_BYTES,
        exact: bool = False,
    ) -> None:
        self.path = path
        self.layout = layout
        self.wanted = wanted
        self.warn = warn
        self.block_bytes = block_bytes
        kinds = () if exact else (FastReader, VectorReader, FixedReader)
        self._window = WINDOW_BYTES
        self._split = [kind(layout, wanted).split for kind in kinds if kind.accepts(layout)]

    def chunks(self) -> Generator[Chunk, None, None]:
        """The data rows in order; a chunk with ``malformed`` or ``partial`` is the last one.

        Raises the errors of the header, OSError where the file cannot be read.
        """
        with self.path.open("rb") as file:
            blocks = _Blocks(file, self.path, self.layout, self.block_bytes)
            if self._skip_header(blocks):
                yield from self._data(blocks)

    # --- header ---------------------------------------------------------------------------

    def _skip_header(self, blocks: _Blocks) -> bool:
        """Pass over header rows, column names and rows to skip; False when nothing is left."""
        layout = self.layout
        for _ in range(layout.header_rows):
            if not self._skip_to(blocks, layout.header_delimiter):
                self.warn(*HEADER_ENDS_FILE)
                return False
        if layout.names_row and not self._skip_names(blocks):
            self.warn(*HEADER_ENDS_FILE)
            return False
        for _ in range(layout.data_rows_to_skip):
            try:
                record = self._one(blocks, layout)
            except MalformedRecord:
                raise SkippingDataRows from None
            if record is None:
                return False
            blocks.drop(record.next)
        return True

    def _skip_to(self, blocks: _Blocks, delimiter: bytes) -> bool:
        while True:
            at = find(blocks.rest, delimiter, 0, self.layout) if delimiter else -1
            if at >= 0:
                blocks.drop(at + len(delimiter))
                return True
            if not blocks.more():
                return False

    def _skip_names(self, blocks: _Blocks) -> bool:
        """One row, wherever its columns end; names that break the rules of qualifiers end at the row delimiter."""
        layout = self.layout
        try:
            record = self._one(blocks, replace(layout, always_check=True))
        except MalformedRecord:
            return self._skip_to(blocks, layout.row_delimiter)
        if record is not None:
            blocks.drop(record.next)
        return record is not None

    def _one(self, blocks: _Blocks, layout: Layout) -> Record | None:
        """The first row of the rest; None at the end of the file."""
        while True:
            found = next(records(blocks.rest, layout, final=blocks.done), None)
            if found is not None or blocks.done:
                return found
            blocks.longer()

    # --- data -----------------------------------------------------------------------------

    def _data(self, blocks: _Blocks) -> Iterator[Chunk]:
        if self._marked(blocks):
            yield from self._first_row(blocks)
        while not blocks.done:
            blocks.more()
            chunk = self._next(blocks)
            if chunk.frame.height or chunk.malformed is not None:
                yield chunk
            if chunk.malformed is not None:
                return
            if not chunk.next and not blocks.done:
                blocks.longer()
        chunk = split_exact(blocks.rest, self.layout, self.wanted, final=True)
        if len(blocks.rest):
            yield chunk

    def _next(self, blocks: _Blocks) -> Chunk:
        """The next rows. A qualifier that seems to open may hide all row ends from a fast
        reader: then the exact machine gets over that place, taking more each time it comes next.
        """
        chunk = self._fast(blocks.rest)
        if chunk is None and blocks.repair():
            chunk = self._fast(blocks.rest)
        if chunk is not None and chunk.next == 0 and chunk.malformed is None:
            chunk = split_exact(blocks.rest[: self._window], self.layout, self.wanted, final=False)
            self._window *= 2
            if not chunk.next:
                chunk = None
        else:
            self._window = WINDOW_BYTES
        if chunk is None:
            chunk = split_exact(blocks.rest, self.layout, self.wanted, final=False)
        blocks.drop(chunk.next)
        return chunk

    def _fast(self, data: bytes) -> Chunk | None:
        return next((chunk for split in self._split if (chunk := split(data)) is not None), None)

    def _marked(self, blocks: _Blocks) -> bool:
        """Whether the data begins with a byte order mark that stays in the first field."""
        while not blocks.rest and not blocks.done:
            blocks.longer()
        marked = self.layout.code_page.is_utf8 and blocks.rest.startswith(codecs.BOM_UTF8)
        if marked and not KEEP_UTF8_BOM:
            blocks.drop(len(codecs.BOM_UTF8))
        return marked and KEEP_UTF8_BOM

    def _first_row(self, blocks: _Blocks) -> Iterator[Chunk]:
        """The row with the byte order mark on its own, because the fast readers would strip the mark."""
        try:
            record = self._one(blocks, self.layout)
        except MalformedRecord as error:
            empty = split_exact(b"", self.layout, self.wanted, final=True).frame
            blocks.done = True
            yield Chunk(empty, blocks.rest, Listed(np.zeros(1, dtype=np.int64)), malformed=error)
            blocks.rest = b""
            return
        if record is not None:
            row = blocks.rest[: record.next]
            blocks.drop(record.next)
            yield split_exact(row, self.layout, self.wanted, final=True)


class _Blocks:
    """The bytes of the file in the cut encoding.

    ``rest`` is what has been read but not used; what stands behind the last row delimiter
    of a block is kept apart until the next one, so that ``rest`` is copied only once.
    """

    def __init__(self, file: BinaryIO, path: Path, layout: Layout, size: int) -> None:
        self.rest = b""
        self.done = False
        self._file = file
        self._path = path
        self._size = size
        self._used = 0
        self._tail = b""
        self._row = layout.row_delimiter if layout.transcoded else b""
        self._utf8 = layout.transcoded and layout.code_page.is_utf8
        self._transcoder = Transcoder(layout.code_page) if layout.transcoded else None
        single = layout.code_page.table is not None and layout.code_page.ascii
        self._rows_show = file.seekable() and (self._utf8 or (layout.transcoded and single and self._row.isascii()))
        """Whether row delimiters are the same bytes in the file as in the cut encoding."""
        if layout.code_page.unit == 2:
            self._skip_mark()

    def _skip_mark(self) -> None:
        mark = self._file.read(3)
        if mark.startswith(codecs.BOM_UTF16_BE):
            raise BigEndianFile(path=self._path)
        if mark == codecs.BOM_UTF8:
            raise Utf8FileForUnicode(path=self._path)
        self._file.seek(2 if mark.startswith(codecs.BOM_UTF16_LE) else 0)

    def more(self) -> bool:
        """Read the next block; False at the end of the file."""
        if self.done:
            return False
        block = self._file.read(self._size if self._transcoder is None else self._whole_rows())
        self.done = not block
        if self._transcoder is not None:
            block = self._transcoder.feed(block, self.done)
        cut = block.rfind(self._row) + len(self._row) if self._row and not self.done else len(block)
        if cut < len(self._row) and not self.done:
            self._tail += block
            return True
        if self.rest or self._tail or cut < len(block):
            self.rest = b"".join((self.rest, self._tail, memoryview(block)[:cut]))
        else:
            self.rest = block
        self._tail = block[cut:]
        return not self.done

    def _whole_rows(self) -> int:
        """Bytes of a block that ends where a row may end, so that it need not be put together from two."""
        if not self._rows_show or self.rest or self._tail:
            return self._size
        at = self._file.tell()
        before = self._size - min(WINDOW_BYTES, self._size // 2)
        self._file.seek(at + before)
        end = self._file.read(self._size - before).rfind(self._row)
        self._file.seek(at)
        return self._size if end < 0 else before + end + len(self._row)

    def longer(self) -> None:
        """Read further because the rest holds no whole row; twice as much each time."""
        held = len(self.rest) + len(self._tail)
        if held > LONGEST_ROW:
            raise TooLongRow(start=self._used, path=self._path, limit=LONGEST_ROW)
        self._size = max(self._size, min(held, LONGEST_ROW))
        self.more()

    def drop(self, count: int) -> None:
        """Go on behind the first ``count`` bytes of the rest."""
        self.rest = self.rest[count:]
        self._used += count

    def repair(self) -> bool:
        """Replace what is no UTF-8 in the rest; whether there was anything."""
        made = repaired(self.rest) if self._utf8 and not self.rest.isascii() else None
        if made is not None:
            self.rest = made
        return made is not None
