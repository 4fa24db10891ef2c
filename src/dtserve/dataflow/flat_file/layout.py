"""The layout of a flat file in the form the readers and writers work with.

Made once per run from the connection manager's
:class:`~dtserve.connections.flat_file_format.FlatFileFormat`; delimiters, qualifier and
widths are bytes of the encoding in which the records are cut (see :class:`Layout`).
Source: DATA_FLOW §7, FORMAT §3.4.

The rules that the reference leaves open stand here as constants, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dtserve.dataflow.flat_file.encoding import CodePage

if TYPE_CHECKING:
    from dtserve.connections.flat_file_format import FlatFileFormat

__all__ = [
    "ERROR_ROW_KEEPS_DELIMITER",
    "KEEP_UTF8_BOM",
    "MISSING_COLUMN_IS_NULL",
    "PARTIAL_ROW_IS_KEPT",
    "Field",
    "Layout",
]

KEEP_UTF8_BOM = True
"""The byte order mark of a UTF-8 file (code page 65001) is data: it stays in front of the
first field (DATA_FLOW §7.2 no. 7, unverified for files without column names)."""

MISSING_COLUMN_IS_NULL = True
"""Columns that a short row does not have are NULL whatever RetainNulls says; False makes
them the type's default with RetainNulls off (§7.2 no. 3 allows both, unverified)."""

PARTIAL_ROW_IS_KEPT = True
"""With AlwaysCheckForRowDelimiters, the end of the file ends a short last row like a row
delimiter does; without, an incomplete last row is dropped. Both give the warning
DTS_W_PARTIALROWFOUNDATENDOFFILE (§7.2 no. 5, unverified)."""

ERROR_ROW_KEEPS_DELIMITER = False
"""Whether "Flat File Source Error Output Column" ends with the row delimiter (unverified)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the file: delimited (``width`` 0) or fixed (``delimiter`` empty).

    ``width`` counts bytes of the cut encoding.
    """

    name: str
    delimiter: bytes
    width: int = 0
    qualified: bool = False


@dataclass(frozen=True)
class Layout:
    """How the bytes of a file become records.

    A file without fixed columns is ``transcoded`` to UTF-8 first and cut there
    (``code_page`` is that of the file, ``cut_page`` UTF-8); one with fixed columns or
    binary fields is cut in its own encoding, because widths count its bytes.
    ``row_delimiter`` is empty when the last column is fixed. ``header_delimiter`` and
    all delimiters are in the cut encoding.
    """

    fields: tuple[Field, ...]
    row_delimiter: bytes
    qualifier: bytes
    always_check: bool
    code_page: CodePage
    cut_page: CodePage
    transcoded: bool
    header_rows: int = 0
    header_delimiter: bytes = b""
    names_row: bool = False
    data_rows_to_skip: int = 0
    delimited: bool = True

    @property
    def check(self) -> bool:
        """Whether a row delimiter ends a row anywhere outside qualified text."""
        return self.always_check and bool(self.row_delimiter)

    @property
    def record_width(self) -> int:
        """Bytes of the fixed columns of a record."""
        return sum(field.width for field in self.fields)

    @staticmethod
    def of(file_format: FlatFileFormat, *, binary: bool = False) -> Layout:
        """The layout of a connection manager's format; ``binary`` keeps the file's bytes as they are."""
        page = CodePage.of(1200 if file_format.unicode else file_format.code_page)
        columns = file_format.columns
        fixed = any(not column.delimited for column in columns)
        cut = page if fixed or binary else CodePage.of(65001)
        qualifier = cut.delimiter(file_format.qualifier)
        ends = [column.delimiter for column in columns]
        if columns and columns[-1].delimited:
            ends[-1] = ends[-1] or file_format.row_delimiter
        fields = tuple(
            Field(
                column.name,
                cut.delimiter(end),
                0 if column.delimited else column.width * cut.unit,
                bool(qualifier) and column.text_qualified and column.delimited,
            )
            for column, end in zip(columns, ends, strict=True)
        )
        return Layout(
            fields=fields,
            row_delimiter=fields[-1].delimiter if fields else b"",
            qualifier=qualifier,
            always_check=file_format.always_check_for_row_delimiters,
            code_page=page,
            cut_page=cut,
            transcoded=not (fixed or binary),
            header_rows=file_format.header_rows_to_skip,
            header_delimiter=cut.delimiter(file_format.header_row_delimiter),
            names_row=file_format.column_names_in_first_data_row,
            data_rows_to_skip=file_format.data_rows_to_skip,
            delimited=not fixed,
        )
