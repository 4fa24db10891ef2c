"""Sheets of workbooks as the ACE/Jet provider shows them (DATA_FLOW §4.7).

A rowset is a sheet (``Sheet1$``), a range of one (``Sheet1$A1:C10``) or a defined name (see :mod:`.excel_rowset`).
The type of a column is guessed from its first eight rows: the kind of most values wins,
numbers on a tie; values of another kind are NULL, or, with IMEX=1 and a mixed column, all
become text. Texts are DT_WSTR(255), DT_NTEXT when one of the first eight is longer.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.component_errors import RowsetNotOpened
from dtserve.dataflow.excel_rowset import WHOLE, Cells, defined_name, header_title, parse_rowset, sheet_named
from dtserve.dataflow.file_errors import FileCannotOpenRead
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["GUESS_ROWS", "SheetColumn", "header_names", "is_large", "read_here", "read_rowset"]

GUESS_ROWS = 8
"""Rows from which the provider guesses types (TypeGuessRows)."""

TEXT_LENGTH = 255
_OLE_EPOCH = dt.datetime(1899, 12, 30)

LARGE = 8 << 20
"""Bytes of a workbook, unpacked, from which on reading it takes a good part of a second."""

MOST_EMPTY = 256
"""Columns beyond the used cells that a range like ``A1:XFD9`` has."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a rowset with its guessed type."""

    name: str
    type: TypeSpec


def read_rowset(
    path: Path, name: str, *, header: bool, imex: int, stop: Callable[[], bool] | None = None
) -> tuple[list[SheetColumn], pl.DataFrame]:
    """Columns and rows of a rowset, columns of the frame by position.

    With ``stop`` a large workbook is read by a process of its own, which ends when it is true.
    Raises FileCannotOpenRead for a file that is no workbook, RowsetNotOpened for a sheet
    or name it does not have, Canceled when stopped.
    """
    if stop is not None and is_large(path):
        from dtserve.dataflow.excel_process import read_elsewhere

        return read_elsewhere(path, name, header=header, imex=imex, stop=stop)
    return read_here(path, name, header=header, imex=imex)


def read_here(path: Path, name: str, *, header: bool, imex: int) -> tuple[list[SheetColumn], pl.DataFrame]:
    """:func:`read_rowset` in this process, which cannot be interrupted."""
    import polars as pl

    rows, width = _rows(path, name)
    names: list[str] = []
    held = max((len(row) for row in rows), default=0)
    if header and rows:
        names = header_names([*rows[0], *[""] * (width - len(rows[0]))])
        rows = rows[1:]
    names = names or [f"F{i}" for i in range(1, width + 1)]
    columns, series = [], []
    for at, column in enumerate(names):
        values = _values([row[at] if at < len(row) else None for row in rows] if at < held else [None] * len(rows))
        spec, typed = _typed(values, imex)
        columns.append(SheetColumn(column, spec))
        series.append(pl.Series(str(at), typed, dtype=spec.polars()))
    return columns, pl.DataFrame(series)


def is_large(path: Path) -> bool:
    """Whether reading the workbook may take longer than a stop may."""
    try:
        if not zipfile.is_zipfile(path):
            return path.stat().st_size > LARGE
        with zipfile.ZipFile(path) as archive:
            return sum(each.file_size for each in archive.infolist()) > LARGE
    except (OSError, zipfile.BadZipFile):
        return False


def _rows(path: Path, name: str) -> tuple[list[list[Any]], int]:
    """The cells of a rowset, row by row, and how many columns it has: with a range as many as that names.

    Rows beyond the used cells of the sheet do not belong to the rowset.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, zipfile.BadZipFile) as error:
        raise FileCannotOpenRead(path=path, detail=error) from None
    title, cells, is_sheet = parse_rowset(name)
    if not is_sheet:
        title, cells = defined_name(path, title) or (title, cells)
    at = sheet_named(title, book.sheet_names)
    if at < 0:
        raise RowsetNotOpened(rowset=name)
    try:
        sheet = book.get_sheet_by_index(at)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
    except (CalamineError, zipfile.BadZipFile) as error:
        raise FileCannotOpenRead(path=path, detail=error) from None
    if cells == WHOLE or sheet.start is None or sheet.end is None:
        return rows, max((len(row) for row in rows), default=0)
    return _within(rows, cells, sheet.start, sheet.end)


def _within(
    rows: list[list[Any]], cells: Cells, start: tuple[int, int], end: tuple[int, int]
) -> tuple[list[list[Any]], int]:
    """The rows that a range has of the used cells, which go from ``start`` to ``end``."""
    (used_row, used_column), (last_used_row, last_used_column) = start, end
    first_row, first_column, last_row, last_column = cells
    first_row = used_row if first_row < 0 else first_row
    first_column = used_column if first_column < 0 else first_column
    last_row = last_used_row if last_row < 0 else min(last_row, last_used_row)
    last_column = last_used_column if last_column < 0 else last_column
    width = max(min(last_column, max(last_used_column, first_column + MOST_EMPTY)) - first_column + 1, 0)
    before, skipped = [""] * max(used_column - first_column, 0), max(first_column - used_column, 0)
    found = []
    for at in range(first_row, last_row + 1):
        row = rows[at - used_row] if used_row <= at < used_row + len(rows) else []
        found.append([*before, *row[skipped:]][:width])
    return found, width


def header_names(cells: Sequence[Any]) -> list[str]:
    """Column names as the provider makes them: blank ones by position, equal ones numbered, ``.`` and ``!`` replaced."""
    found: list[str] = []
    for at, cell in enumerate(cells, start=1):
        text = "" if cell is None else _text(_value(cell)) or ""
        text = header_title(text.strip())[:64] or f"F{at}"
        made, number = text, 0
        while made.lower() in (known.lower() for known in found):
            number += 1
            made = f"{text}{number}"
        found.append(made)
    return found


def _values(cells: list[Any]) -> list[Any]:
    """:func:`_value` of all cells of a column; quick where they are numbers and texts."""
    if set(map(type, cells)) <= {str, float, bool, type(None)}:
        return [None if cell == "" else cell for cell in cells]
    return [_value(cell) for cell in cells]


def _value(cell: Any) -> Any:
    """A cell as a value: empty texts are NULL, times stand on the first day of the calendar."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, dt.timedelta):
        return _OLE_EPOCH + cell
    if isinstance(cell, dt.time):
        return dt.datetime.combine(_OLE_EPOCH.date(), cell)
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return dt.datetime.combine(cell, dt.time())
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell)
    return cell


def _typed(values: list[Any], imex: int) -> tuple[TypeSpec, list[Any]]:
    """The guessed type of a column and its values in it."""
    sample = [value for value in values[:GUESS_ROWS] if value is not None]
    kinds = Counter(_kind(value) for value in sample)
    if not kinds or (imex == 1 and len(kinds) > 1):
        kind = "text"
    else:
        most = max(kinds.values())
        kind = "number" if kinds.get("number") == most else next(k for k, n in kinds.items() if n == most)
    if kind == "text":
        mixed = imex == 1
        texts = [value if type(value) is str else _text(value) if mixed else None for value in values]
        long = any(isinstance(value, str) and len(value) > TEXT_LENGTH for value in sample)
        return TypeSpec(DT.NTEXT) if long else TypeSpec(DT.WSTR, length=4000), texts
    spec = {"number": TypeSpec(DT.R8), "bool": TypeSpec(DT.BOOL), "date": TypeSpec(DT.DATE)}[kind]
    storage = {"number": float, "bool": bool, "date": dt.datetime}[kind]
    return spec, [value if type(value) is storage else None for value in values]


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, float):
        return "number"
    return "date" if isinstance(value, dt.datetime) else "text"


def _text(value: Any) -> str | None:
    """A value as the provider writes it into a text column."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}".upper()  # a workbook has no more digits
    moment: dt.datetime = value
    day = f"{moment.month}/{moment.day}/{moment.year}"
    return day if moment.time() == dt.time() else f"{day} {moment:%H:%M:%S}"
