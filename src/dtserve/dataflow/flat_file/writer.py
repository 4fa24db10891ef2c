"""Writes buffers to a flat file (DATA_FLOW §6): texts joined column by column, bytes in big blocks.

A buffer is formatted by Polars' CSV writer where that writes the same bytes (one separator,
no qualifiers or qualifiers everywhere), otherwise as one text column of whole rows,
delimiters included. The bytes are written as they are, or brought into the code page of
the file. Nothing is done row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from dtserve.dataflow.column_views import byte_lengths
from dtserve.dataflow.flat_file.encoding import CodePage
from dtserve.dataflow.flat_file.errors import STATUS_TEXT, CannotConvertFlatFileData, ColumnConversionFailed
from dtserve.datatypes import DT
from dtserve.datatypes.distinct import encode

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

CSV_BATCH = 4096
"""Rows that Polars' CSV writer formats at once."""


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
        self._file = path.open("ab" if options.append else "wb", buffering=0)
        try:
            self._begin()
        except BaseException:
            self._file.close()
            raise

    def _begin(self) -> None:
        if self._file.tell() == 0 and (self.page.unit == 2 or (self.page.is_utf8 and UTF8_WITH_BOM)):
            self._put(self.page.encode("\ufeff"))
        if not self.options.append or NAMES_ON_APPEND or self._file.tell() == 0:
            self._head()

    def write(self, columns: Sequence[pl.Series]) -> None:
        """Write rows, one column per column of the file.

        Columns are text, or of a type that Polars prints as the file shows it (integers,
        and decimals not below one). Raises CannotConvertFlatFileData for a text that does
        not fit its column or the code page.
        """
        named = zip(self.columns, columns, strict=True)
        fitted = [self._fitted(series, column).alias(str(at)) for at, (column, series) in enumerate(named)]
        frame = pl.DataFrame(fitted)
        style = self._csv_style(fitted)
        if style is None:
            self._bytes(self._joined(frame), fitted)
        elif self.page.is_utf8:
            self._csv(frame, style, self._file)
        else:
            made = BytesIO()
            self._csv(frame, style, made)
            self._bytes(made.getbuffer(), fitted)

    def _csv_style(self, columns: Sequence[pl.Series]) -> Literal["always", "never"] | None:
        """How Polars' CSV writer must quote to write these rows exactly; None where it cannot."""
        ends = self._ends()
        separators, marks = set(ends[:-1]), {self._mark(column) for column in self.columns}
        if len(separators) != 1 or len(marks) != 1 or not ends[-1]:
            return None
        separator, mark = separators.pop(), marks.pop()
        if len(separator) != 1 or not separator.isascii() or len(mark) > 1 or not mark.isascii():
            return None
        if not mark:
            return "never"
        if not QUALIFY_NULL or (not self.options.escape_qualifier and any(_contains(each, mark) for each in columns)):
            return None
        return "always"

    def _csv(self, frame: pl.DataFrame, style: Literal["always", "never"], into: IO[bytes]) -> None:
        ends = self._ends()
        frame.write_csv(
            into,
            include_header=False,
            separator=ends[0],
            line_terminator=ends[-1],
            quote_char=self._mark(self.columns[0]) or '"',
            quote_style=style,
            batch_size=CSV_BATCH,
        )

    def _joined(self, frame: pl.DataFrame) -> bytes | memoryview:
        """The same for any delimiters and qualifiers: all pieces of a row joined."""
        pieces: list[pl.Expr] = []
        pending = ""
        for at, (column, end) in enumerate(zip(self.columns, self._ends(), strict=True)):
            mark = self._mark(column)
            expression = pl.col(str(at)).cast(pl.String)
            if mark and self.options.escape_qualifier:
                expression = expression.str.replace_all(mark, mark + mark, literal=True)
            if mark and not QUALIFY_NULL:
                expression = pl.when(expression.is_not_null()).then(mark + expression + mark)
                mark = ""
            if pending + mark:
                pieces.append(pl.lit(pending + mark))
            pieces.append(expression)
            pending = mark + end
        if pending:
            pieces.append(pl.lit(pending))
        rows = frame.select(pl.concat_str(pieces, ignore_nulls=True).alias("row")).to_series()
        data = rows.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]
        return b"" if data is None else memoryview(data)

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
        if series.dtype != pl.String:
            return series if column.delimited else self._fitted(series.cast(pl.String), column)
        if column.delimited:
            limit = column.type.length if column.type.dt in (DT.STR, DT.WSTR) else 0
        if not limit:
            return series
        sizes = byte_lengths(series)
        if column.delimited:
            self._check_sizes(series[np.flatnonzero(sizes > limit)], column, limit)
            return series
        if sizes.any() and not (series.str.len_bytes() == series.str.len_chars()).all():
            return self._filled(series, column)
        if sizes.max(initial=0) > limit:
            raise _unfit(column) from _no_match(column)
        return series.fill_null("").str.pad_end(limit)

    def _check_sizes(self, texts: pl.Series, column: FlatFileColumn, limit: int) -> None:
        """Raise where one of some texts with more bytes than ``limit`` is too long for its column."""
        for text in texts.unique():
            if not 0 <= self._size(text, column) <= limit:
                raise _unfit(column) from _no_match(column)

    def _filled(self, series: pl.Series, column: FlatFileColumn) -> pl.Series:
        """Fixed columns of text beyond ASCII, each different text once: widths count in the code page."""
        self._check_sizes(series.drop_nulls(), column, column.width)
        values, index = encode(series.fill_null(""))
        made = [text + " " * (column.width - self._size(text, column)) for text in values.to_list()]
        return pl.Series(made, dtype=pl.String).gather(index)

    def _size(self, text: str, column: FlatFileColumn) -> int:
        """The length that counts for the column; -1 where the code page lacks a character."""
        page = CodePage.of(1200) if column.type.dt is DT.WSTR and column.delimited else self.page
        try:
            return len(page.encode(text)) // page.unit
        except UnicodeEncodeError:
            return -1

    # --- bytes ----------------------------------------------------------------------------

    def _bytes(self, data: bytes | memoryview, columns: Sequence[pl.Series]) -> None:
        """Write UTF-8 in the code page of the file."""
        if self.page.is_utf8:
            self._put(data)
            return
        block = bytes(data)
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
                self.page.encode("".join(text for text in series.cast(pl.String) if text))
            except UnicodeEncodeError:
                return column
        return self.columns[-1]

    def _put(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while len(view):
            view = view[self._file.write(view) or 0 :]


def _contains(series: pl.Series, mark: str) -> bool:
    return series.dtype == pl.String and bool(series.str.contains(mark, literal=True).any())


def _unfit(column: FlatFileColumn) -> CannotConvertFlatFileData:
    return CannotConvertFlatFileData(column=column.name)


def _no_match(column: FlatFileColumn) -> ColumnConversionFailed:
    return ColumnConversionFailed(column=column.name, status=4, text=STATUS_TEXT[4])
