"""Sheets of workbooks as the ACE/Jet provider shows them (DATA_FLOW §4.7).

A rowset is a sheet (``Sheet1$``), a range of one (``Sheet1$A1:C10``) or a defined name.
The type of a column is guessed from its first eight rows: the kind of most values wins,
numbers on a tie; values of another kind are NULL, or, with IMEX=1 and a mixed column, all
become text. Texts are DT_WSTR(255), DT_NTEXT when one of the first eight is longer.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from dtserve.dataflow.component_errors import RowsetNotOpened
from dtserve.dataflow.file_errors import FileCannotOpenRead
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["GUESS_ROWS", "SheetColumn", "header_names", "parse_rowset", "read_rowset"]

GUESS_ROWS = 8
"""Rows from which the provider guesses types (TypeGuessRows)."""

TEXT_LENGTH = 255
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)(?::\$?([A-Za-z]{1,3})\$?(\d+))?$")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OLE_EPOCH = dt.datetime(1899, 12, 30)

Cells = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0; -1 is open."""

_WHOLE: Cells = (0, 0, -1, -1)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a rowset with its guessed type."""

    name: str
    type: TypeSpec


def parse_rowset(name: str) -> tuple[str, Cells, bool]:
    """Sheet (or defined name), cells, and whether it is a sheet.

    >>> parse_rowset("'Sheet 1$A2:C10'"), parse_rowset("Sales")
    (('Sheet 1', (1, 0, 9, 2), True), ('Sales', (0, 0, -1, -1), False))
    """
    text = name.strip().strip("[]`").strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1].replace("''", "'")
    sheet, dollar, cells = text.partition("$") if "$" in text else (text, "", "")
    return sheet.strip("'"), _cells(cells) if cells else _WHOLE, bool(dollar)


def _cells(text: str) -> Cells:
    found = _RANGE.match(text)
    if found is None:
        return _WHOLE
    first_row, first_column = int(found[2]) - 1, _column(found[1])
    if not found[3]:
        return (first_row, first_column, first_row, first_column)
    return (first_row, first_column, int(found[4]) - 1, _column(found[3]))


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def read_rowset(path: Path, name: str, *, header: bool, imex: int) -> tuple[list[SheetColumn], pl.DataFrame]:
    """Columns and rows of a rowset, columns of the frame by position.

    Raises FileCannotOpenRead for a file that is no workbook, RowsetNotOpened for a sheet
    or name it does not have.
    """
    import polars as pl

    rows = _rows(path, name)
    names: list[str] = []
    width = max((len(row) for row in rows), default=0)
    if header and rows:
        names = header_names([*rows[0], *[""] * (width - len(rows[0]))])
        rows = rows[1:]
    names = names or [f"F{i}" for i in range(1, width + 1)]
    columns, series = [], []
    for at, column in enumerate(names):
        values = [_value(row[at]) if at < len(row) else None for row in rows]
        spec, typed = _typed(values, imex)
        columns.append(SheetColumn(column, spec))
        series.append(pl.Series(str(at), typed, dtype=spec.polars()))
    return columns, pl.DataFrame(series)


def _rows(path: Path, name: str) -> list[list[Any]]:
    """The cells of a rowset, row by row."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, zipfile.BadZipFile) as error:
        raise FileCannotOpenRead(path=path, detail=error) from None
    sheet, cells, is_sheet = parse_rowset(name)
    if not is_sheet:
        defined = _defined_name(path, sheet)
        if defined is not None:
            sheet, cells = defined
    known = {found.lower(): found for found in book.sheet_names}
    if sheet.lower() not in known:
        raise RowsetNotOpened(rowset=name)
    whole = cells == _WHOLE
    rows: list[list[Any]] = book.get_sheet_by_name(known[sheet.lower()]).to_python(skip_empty_area=whole)
    first_row, first_column, last_row, last_column = cells
    stop_row = None if last_row < 0 else last_row + 1
    stop_column = None if last_column < 0 else last_column + 1
    return [row[first_column:stop_column] for row in rows[first_row:stop_row]]


def _defined_name(path: Path, name: str) -> tuple[str, Cells] | None:
    """Sheet and cells of a name that an Open XML workbook defines."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        try:
            data = archive.read("xl/workbook.xml")
        except KeyError:
            return None
    if b"<!DOCTYPE" in data:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    for element in etree.fromstring(data, parser).iter(f"{_MAIN}definedName"):
        if str(element.get("name", "")).lower() == name.lower() and element.text:
            sheet, _, cells = element.text.rpartition("!")
            return sheet.strip("'").replace("''", "'"), _cells(cells)
    return None


def header_names(cells: Sequence[Any]) -> list[str]:
    """Column names as the provider makes them: blank ones by position, equal ones numbered, ``.`` and ``!`` replaced."""
    found: list[str] = []
    for at, cell in enumerate(cells, start=1):
        text = "" if cell is None else _text(_value(cell)) or ""
        text = text.strip().replace(".", "#").replace("!", "_").replace("`", "_").replace("[", "(").replace("]", ")")
        text = text[:64] or f"F{at}"
        made, number = text, 0
        while made.lower() in (known.lower() for known in found):
            number += 1
            made = f"{text}{number}"
        found.append(made)
    return found


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
        texts = [_text(value) if mixed or isinstance(value, str) else None for value in values]
        long = any(isinstance(value, str) and len(value) > TEXT_LENGTH for value in sample)
        return TypeSpec(DT.NTEXT) if long else TypeSpec(DT.WSTR, length=4000), texts
    spec = {"number": TypeSpec(DT.R8), "bool": TypeSpec(DT.BOOL), "date": TypeSpec(DT.DATE)}[kind]
    return spec, [value if value is not None and _kind(value) == kind else None for value in values]


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
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    moment: dt.datetime = value
    day = f"{moment.month}/{moment.day}/{moment.year}"
    return day if moment.time() == dt.time() else f"{day} {moment:%H:%M:%S}"
