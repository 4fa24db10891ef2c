"""Files for the sources of real data flows: flat files by their connection manager, workbooks by external metadata."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from dtserve.connections.flat_file_format import FlatFileFormat
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.text import format_value
from support.real_flow_values import Values

CODECS = {65001: "utf-8", 1252: "cp1252", 1200: "utf-16-le", 437: "cp437", 20127: "ascii", 850: "cp850", 0: "cp1252"}


def write_flat_file(path: Path, layout: FlatFileFormat, values: Values, count: int) -> None:
    """A file with rows of the manager's layout."""
    text = layout.header_row_delimiter.join(["skipped"] * layout.header_rows_to_skip + [""])
    if layout.column_names_in_first_data_row:
        text += _line(layout, [column.name for column in layout.columns], names=True)
    for row in values.rows([(c.name, c.type) for c in layout.columns], count):
        text += _line(layout, [_shown(value, c.type) for value, c in zip(row, layout.columns, strict=True)])
    codec = "utf-16-le" if layout.unicode else CODECS.get(layout.code_page, f"cp{layout.code_page}")
    path.parent.mkdir(parents=True, exist_ok=True)
    mark = b"\xff\xfe" if layout.unicode else b""
    path.write_bytes(mark + text.encode(codec, "replace"))


def _shown(value: Any, spec: TypeSpec) -> str:
    if value is None:
        return ""
    if spec.dt in (DT.BYTES, DT.IMAGE):
        return bytes(value).hex()
    return value if isinstance(value, str) else format_value(value, spec)


def _line(layout: FlatFileFormat, cells: Sequence[str], *, names: bool = False) -> str:
    parts = []
    for cell, column in zip(cells, layout.columns, strict=True):
        if not column.delimited:
            parts.append(cell[: column.width].ljust(column.width))
            continue
        quote = layout.qualifier
        if quote and column.text_qualified:
            parts.append(f"{quote}{cell.replace(quote, quote * 2)}{quote}{column.delimiter}")
            continue
        for sign in (column.delimiter, layout.row_delimiter, "\r", "\n", quote):
            cell = cell.replace(sign, "_") if sign else cell
        parts.append(cell + column.delimiter)
    line = "".join(parts)
    if layout.format == "FixedWidth" and names:
        return line + (layout.row_delimiter if layout.row_delimiter else "")
    return line


def write_workbook(path: Path, sheets: dict[str, Any], *, header: bool, values: Values, count: int) -> None:
    """A workbook with the sheets: names as OpenRowset says them, whether they have rows, columns."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rowset, (filled, columns) in sheets.items():
        name = sheet_name(rowset)
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        if header:
            sheet.append([column for column, _ in columns])
        for row in values.rows(columns, count if filled else 0):
            sheet.append([_cell(value, spec) for value, (_, spec) in zip(row, columns, strict=True)])
    path.parent.mkdir(parents=True, exist_ok=True)
    if book.sheetnames:
        book.save(path)


def sheet_name(rowset: str) -> str:
    """The sheet of a rowset such as ``Sheet1$A1:D9`` or ``'My Sheet$'``."""
    return rowset.strip("`'\"[] ").partition("$")[0] or "Sheet1"


def _cell(value: Any, spec: TypeSpec) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str):
        return "".join(c for c in value if c >= " ")
    return value
