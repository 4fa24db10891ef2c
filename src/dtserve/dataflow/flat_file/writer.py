"""Writes buffers to a flat file (DATA_FLOW §6): texts joined column by column, bytes in big blocks.

A buffer becomes one Polars text column of whole rows, delimiters included, whose bytes
lie one after the other in memory and are written as they are (or brought into the code
page of the file). Nothing is done row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from dtserve.dataflow.flat_file.encoding import CodePage
from dtserve.dataflow.flat_file.errors import STATUS_TEXT, CannotConvertFlatFileData, ColumnConversionFailed
from dtserve.datatypes import DT

if TYPE_CHECKING:
    from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat

__all__ = [
    "HEADER_IS_A_ROW",
    "NAMES_ON_APPEND",
    "QUALIFY_NAMES",
    "QUALIFY_NULL",
    "UTF8_WITH_BOM",
    "FlatFileWriter",
    "WriteOptions",
]

QUALIFY_NULL = True
"""A NULL in a qualified column is written as two qualifiers, not as nothing (unverified)."""

QUALIFY_NAMES = True
"""Column names of qualified columns are qualified too (unverified)."""

UTF8_WITH_BOM = False
"""Whether files of code page 65001 begin with a byte order mark (unverified)."""

NAMES_ON_APPEND = True
"""Whether Header and column names are written again in front of appended rows (unverified)."""

HEADER_IS_A_ROW = True
"""Whether HeaderRowDelimiter follows the Header text where that does not end with it (unverified)."""


@dataclass(frozen=True)
class WriteOptions:
    """Properties of the destination."""

    append: bool = False
    header: str = ""
    escape_qualifier: bool = False


class FlatFileWriter:
    """One file being written; :meth:`write` takes one text column per file column."""

    def __init__(self, path: Path, file_format: FlatFileFormat, options: WriteOptions) -> None:
        self.format = file_format
        self.options = options
        self.page = CodePage.of(1200 if file_format.unicode else file_format.code_page)
        self.columns = file_format.columns
        self._file: BinaryIO = path.open("ab" if options.append else "wb", buffering=0)
        if self._file.tell() == 0 and (self.page.unit == 2 or (self.page.is_utf8 and UTF8_WITH_BOM)):
            self._put(self.page.encode("\ufeff"))
        if not options.append or NAMES_ON_APPEND or self._file.tell() == 0:
            self._head()

    def write(self, texts: Sequence[pl.Series]) -> None:
        """Write rows. Raises CannotConvertFlatFileData for a text that does not fit its column or code page."""
        pieces: list[pl.Expr] = []
        ends = self._ends()
        pending = ""
        columns = []
        for at, (column, series) in enumerate(zip(self.columns, texts, strict=True)):
            name = str(at)
            columns.append(self._fitted(series, column).alias(name))
            mark = self._mark(column)
            expression = pl.col(name)
            if mark and self.options.escape_qualifier and series.str.contains(mark, literal=True).any():
                expression = expression.str.replace_all(mark, mark + mark, literal=True)
            if mark and not QUALIFY_NULL and series.null_count():
                expression = pl.when(expression.is_not_null()).then(mark + expression + mark)
                mark = ""
            if pending + mark:
                pieces.append(pl.lit(pending + mark))
            pieces.append(expression)
            pending = mark + ends[at]
        if pending:
            pieces.append(pl.lit(pending))
        rows = pl.DataFrame(columns).select(pl.concat_str(pieces, ignore_nulls=True).alias("row")).to_series()
        self._rows(rows, columns)

    def close(self) -> None:
        """Close the file; idempotent."""
        self._file.close()

    # --- pieces ---------------------------------------------------------------------------

    def _ends(self) -> list[str]:
        """What follows each column."""
        ends = [column.delimiter if column.delimited else "" for column in self.columns]
        if self.columns and self.columns[-1].delimited and not ends[-1]:
            ends[-1] = self.format.row_delimiter
        return ends

    def _mark(self, column: FlatFileColumn) -> str:
        return self.format.qualifier if column.text_qualified and column.delimited else ""

    def _head(self) -> None:
        header = self.options.header
        if header:
            delimiter = self.format.header_row_delimiter
            if HEADER_IS_A_ROW and not header.endswith(delimiter):
                header += delimiter
            self._put(self.page.encode(header))
        if self.format.column_names_in_first_data_row:
            names = []
            for column, end in zip(self.columns, self._ends(), strict=True):
                mark = self._mark(column) if QUALIFY_NAMES else ""
                name = column.name if column.delimited else column.name.ljust(column.width)[: column.width]
                names.append(f"{mark}{name}{mark}{end}")
            self._put(self.page.encode("".join(names)))

    def _fitted(self, series: pl.Series, column: FlatFileColumn) -> pl.Series:
        """The texts of a column, padded to its width; raises where one is too long."""
        limit = column.width
        if column.delimited:
            limit = column.type.length if column.type.dt in (DT.STR, DT.WSTR) else 0
        if not limit:
            return series
        sizes = series.str.len_bytes()
        longest = int(sizes.max() or 0)  # type: ignore[arg-type]
        if longest > limit or not column.delimited:
            plain = longest == 0 or bool((sizes == series.str.len_chars()).all())
            if not plain:
                return self._fitted_slowly(series, column, limit)
            if longest > limit:
                raise _unfit(column) from _no_match(column)
        return series if column.delimited else series.fill_null("").str.pad_end(limit)

    def _fitted_slowly(self, series: pl.Series, column: FlatFileColumn, limit: int) -> pl.Series:
        """The same for text beyond ASCII: lengths count bytes of the code page, or UTF-16 units."""
        made: list[str | None] = []
        for text in series:
            size = self._size(text or "", column)
            if not 0 <= size <= limit:
                raise _unfit(column) from _no_match(column)
            made.append(text if column.delimited else (text or "") + " " * (limit - size))
        return pl.Series(made, dtype=pl.String)

    def _size(self, text: str, column: FlatFileColumn) -> int:
        """The length that counts for the column; -1 where the code page lacks a character."""
        page = CodePage.of(1200) if column.type.dt is DT.WSTR and column.delimited else self.page
        try:
            return len(page.encode(text)) // page.unit
        except UnicodeEncodeError:
            return -1

    # --- bytes ----------------------------------------------------------------------------

    def _rows(self, rows: pl.Series, columns: Sequence[pl.Series]) -> None:
        array = rows.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        data = array.buffers()[2]
        if data is None or not len(rows):
            return
        if self.page.is_utf8:
            self._put(memoryview(data))
            return
        block = data.to_pybytes()
        if self.page.ascii and block.isascii():
            self._put(block)
            return
        try:
            encoded = self.page.encode(block.decode("utf-8"))
        except UnicodeEncodeError:
            column = self._unmappable(columns)
            raise _unfit(column) from _no_match(column)
        self._put(encoded)

    def _unmappable(self, columns: Sequence[pl.Series]) -> FlatFileColumn:
        """The first column with a character that the code page lacks."""
        for column, series in zip(self.columns, columns, strict=True):
            try:
                self.page.encode("".join(text for text in series if text))
            except UnicodeEncodeError:
                return column
        return self.columns[-1]

    def _put(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while len(view):
            view = view[self._file.write(view) or 0 :]


def _unfit(column: FlatFileColumn) -> CannotConvertFlatFileData:
    return CannotConvertFlatFileData(column=column.name)


def _no_match(column: FlatFileColumn) -> ColumnConversionFailed:
    return ColumnConversionFailed(column=column.name, status=4, text=STATUS_TEXT[4])
