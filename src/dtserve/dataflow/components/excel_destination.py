"""Excel Destination: rows below the used range of a sheet (DATA_FLOW §6).

``AccessMode`` 0 ``OpenRowset``, 1 ``OpenRowsetVariable``. The sheet must exist; with a
header row the columns are found by their names in it, without one by their position. Rows
for a range or a name come below the last value in its columns, and the name grows. The
file is replaced as a whole when all rows have come, so a failing data flow leaves it as it
was; what other destinations wrote into it meanwhile stays. Writes xlsx and xlsm; the old
xls format is refused, as is a query as access mode.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.component_errors import ColumnNotInSource, RowsetNotOpened, SheetFull
from dtserve.dataflow.components.excel_source import excel_manager
from dtserve.dataflow.errors import BadProperty, UnsupportedProperty
from dtserve.dataflow.excel import header_names
from dtserve.dataflow.excel_cells import open_workbook, put, repeat
from dtserve.dataflow.excel_rowset import WHOLE, Cells, defined_name, parse_rowset, sheet_named
from dtserve.dataflow.external_metadata import require_file
from dtserve.dataflow.file_errors import FileCannotOpenWrite
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import variable_text
from dtserve.dataflow.table_writer import TableWriter
from dtserve.errors import Canceled

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["ExcelDestination"]

MAX_ROWS = 1_048_576

ROWS_AT_ONCE = 1000
"""Rows between two looks whether the data flow is to stop."""

_SAVING: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)
"""One destination at a time replaces a workbook."""


@component("ExcelDestination")
class ExcelDestination(Destination):
    """Writes workbooks."""

    _book: Any = None
    _stopped = False

    def validate(self) -> None:
        """Access mode, file format, mapping."""
        mode = self._mode()
        if mode == 0:
            self._rowset()
        manager = excel_manager(self)
        if manager.path().suffix.lower() not in (".xlsx", ".xlsm"):
            raise UnsupportedProperty(
                value=manager.path().name, property="ExcelFilePath", component=self.model.name,
                reason="only xlsx and xlsm workbooks can be written",
            )  # fmt: skip
        TableWriter(self).validate(strict_texts=False)

    def validate_external(self, check: ExternalCheck) -> None:
        """The workbook must be there."""
        require_file(excel_manager(self).path())

    def start(self) -> None:
        """Open the workbook and find the columns."""
        self._writer = TableWriter(self)
        self._path = excel_manager(self).path()
        self._open()
        self._first = self._row

    def _open(self) -> None:
        header = excel_manager(self).options.header
        self._stamp = _stamp(self._path)
        self._book = open_workbook(self._path, self._check_stop)
        self._sheet, self._cells, self._name = self._find_sheet()
        self._places = self._columns(header)
        self._row = self._next_row(header)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Add the rows to the workbook in memory."""
        rows, _, redirected = self._writer.convert(frame)
        if self._row + rows.height > MAX_ROWS + 1:
            raise SheetFull(sheet=self._sheet.title, most=MAX_ROWS)
        for number, values in enumerate(rows.iter_rows()):
            if number % ROWS_AT_ONCE == 0:
                self._check_stop()
            for place, value in zip(self._places, values, strict=True):
                if value is not None:
                    put(self._sheet, self._row, place, value)
            self._row += 1
        self.rows_written = (self.rows_written or 0) + rows.height
        return redirected

    def finish(self) -> Iterator[Emit]:
        """Replace the file."""
        with self._alone():
            if _stamp(self._path) != self._stamp:
                self._move()
            self._save()
        yield from ()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other destination replaces the workbook."""
        lock = _SAVING[self._path]
        while not lock.acquire(timeout=0.1):
            self._check_stop()
        try:
            yield
        finally:
            lock.release()

    def _move(self) -> None:
        """Put the rows into the workbook as it is now: another destination replaced it."""
        rows = self._sheet.iter_rows(min_row=self._first, max_row=self._row - 1)
        places, book = self._places, self._book
        self._open()
        for number, cells in enumerate(rows):
            if number % ROWS_AT_ONCE == 0:
                self._check_stop()
            for old, new in zip(places, self._places, strict=True):
                if old <= len(cells) and cells[old - 1].value is not None:
                    repeat(self._sheet, self._row, new, cells[old - 1])
            self._row += 1
        book.close()

    def _save(self) -> None:
        self._extend_name()
        written = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        self._sheet.row_dimensions = _Watched(self._sheet.row_dimensions, self._check_stop)
        try:
            self._book.save(written)
            os.replace(written, self._path)
        except OSError as error:
            raise FileCannotOpenWrite(path=self._path, detail=error.strerror or error) from None
        finally:
            Path(written).unlink(missing_ok=True)

    def interrupt(self) -> None:
        """End before the next rows."""
        self._stopped = True

    def close(self) -> None:
        """Close the workbook."""
        if self._book is not None:
            self._book.close()
            self._book = None

    def _check_stop(self) -> None:
        if self._stopped or self.host.cancel.is_set():
            raise Canceled

    def _find_sheet(self) -> tuple[Any, Cells, Any]:
        """The sheet, the cells of it that the rowset names, and the workbook's name for them."""
        sheets = self._book.worksheets
        rowset = self._rowset()
        title, cells, is_sheet = parse_rowset(rowset)
        found = None if is_sheet else defined_name(self._path, title)
        name = None
        if found is not None:
            title, cells = found
            name = next((each for key, each in self._book.defined_names.items() if key.lower() == rowset.lower()), None)
        at = sheet_named(title, [sheet.title for sheet in sheets])
        if at < 0:
            raise RowsetNotOpened(rowset=rowset)
        return sheets[at], cells, name

    def _corner(self) -> tuple[int, int]:
        """Row and column (from 1) where the rowset begins: with the used cells where it does not say."""
        sheet, (row, column, _, _) = self._sheet, self._cells
        if self._cells == WHOLE:
            row = column = -1
        return (sheet.min_row if row < 0 else row + 1), (sheet.min_column if column < 0 else column + 1)

    def _next_row(self, header: bool) -> int:
        """The row below the last one with a value: of the sheet, or of the columns of a range."""
        top, left = self._corner()
        right = self._cells[3] + 1
        bounded = self._cells != WHOLE
        for row in range(self._sheet.max_row, 0, -1):
            if row % ROWS_AT_ONCE == 0:
                self._check_stop()
            columns = (left, right or None) if bounded else (None, None)
            cells = next(self._sheet.iter_rows(row, row, *columns))
            if any(cell.value is not None for cell in cells):
                return int(max(row + 1, top + header)) if bounded else int(self._sheet.max_row + 1)
        return int(top + header) if bounded else 1

    def _columns(self, header: bool) -> list[int]:
        """The sheet's column (from 1) of each mapped column."""
        names = [column.name for column in self._writer.columns]
        top, left = self._corner()
        if not header:
            order = [e.name for e in self.model.inputs[0].external_columns]
            return [order.index(name) + left for name in names]
        right = self._cells[3] + 1 or self._sheet.max_column
        (first,) = self._sheet.iter_rows(top, top, left, right)
        made = header_names([cell.value for cell in first])
        titles = {title.lower(): place for place, title in enumerate(made, start=left)}
        for name in names:
            if name.lower() not in titles:
                raise ColumnNotInSource(column=name, component=self.model.name)
        return [titles[name.lower()] for name in names]

    def _extend_name(self) -> None:
        """The rows that have come below the cells of a name belong to it."""
        top, left, bottom, right = self._cells
        if self._name is not None and 0 <= bottom < self._row - 2 and min(top, left, right) >= 0:
            from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname

            first = absolute_coordinate(f"{get_column_letter(left + 1)}{top + 1}")
            last = absolute_coordinate(f"{get_column_letter(right + 1)}{self._row - 1}")
            self._name.attr_text = f"{quote_sheetname(self._sheet.title)}!{first}:{last}"

    def _mode(self) -> int:
        mode = properties.integer(self.model.properties, "AccessMode", owner=self.model.name)
        if mode == 2:
            raise UnsupportedProperty(
                value=mode, property="AccessMode", component=self.model.name,
                reason="rows cannot be inserted through a query of a workbook",
            )  # fmt: skip
        if mode not in (0, 1, 3, 4):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        return mode % 3

    def _rowset(self) -> str:
        if self._mode() == 1:
            return variable_text(self.host, self.model.name, self.model.properties, "OpenRowsetVariable")
        text = properties.text(self.model.properties, "OpenRowset").strip()
        if not text:
            raise BadProperty(property="OpenRowset", component=self.model.name, detail="it is empty")
        return text


class _Watched:
    """The row dimensions of a sheet, which saving asks for at every row: so it can be stopped there."""

    def __init__(self, dimensions: Any, check: Callable[[], None]) -> None:
        self._dimensions = dimensions
        self._check = check

    def get(self, row: Any, default: Any = None) -> Any:
        """The dimensions of a row."""
        self._check()
        return self._dimensions.get(row, default)

    def __getitem__(self, row: Any) -> Any:
        self._check()
        return self._dimensions[row]

    def __contains__(self, row: Any) -> bool:
        return row in self._dimensions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dimensions, name)


def _stamp(path: Path) -> tuple[int, int, int]:
    """What tells one state of a file from another; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size
