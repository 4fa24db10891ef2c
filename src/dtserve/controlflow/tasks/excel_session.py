"""Statements of the Execute SQL Task over an Excel connection: what the Jet and ACE providers do with sheets (CONTROL_FLOW §12).

SELECT over sheets, ranges and names; CREATE TABLE makes a sheet with a header row (and the workbook where there is none);
INSERT adds rows below the used range; DROP TABLE clears a sheet, as the provider does. Other statements are refused by
name: the provider itself cannot delete rows. Sheets are written in xlsx and xlsm workbooks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import ResultSet
from dtserve.connections.errors import SqlError
from dtserve.dataflow.excel import header_names
from dtserve.dataflow.excel_cells import open_workbook, put
from dtserve.dataflow.excel_query import ExcelQueryError, parse_query, query_workbook, run_over_sheets
from dtserve.dataflow.excel_rowset import parse_rowset
from dtserve.dataflow.file_errors import FileCannotOpenWrite
from dtserve.errors import Canceled, DtserveError

if TYPE_CHECKING:
    from dtserve.connections.base import Connection, SqlParameter
    from dtserve.connections.excel import ExcelOptions

__all__ = ["ExcelSession", "column_names", "excel_session", "statement_kind"]

_QUOTED = r"(?:`[^`]+`|\[[^\]]+\]|\"[^\"]+\"|[^\s(,`\[\"]+)"
_KINDS = {
    "SELECT": re.compile(r"\s*SELECT\b", re.I),
    "CREATE": re.compile(rf"\s*CREATE\s+TABLE\s+(?P<name>{_QUOTED})\s*\((?P<columns>.*)\)\s*;?\s*\Z", re.I | re.S),
    "INSERT": re.compile(
        rf"\s*INSERT\s+INTO\s+(?P<name>{_QUOTED})\s*(?:\((?P<columns>[^()]*)\))?\s*(?P<rest>(?:VALUES|SELECT)\b.*)\Z",
        re.I | re.S,
    ),
    "DROP": re.compile(rf"\s*DROP\s+TABLE\s+(?P<name>{_QUOTED})\s*;?\s*\Z", re.I),
}
_COLUMN = re.compile(rf"\s*(?P<name>{_QUOTED})[^,(]*(?:\([^)]*\)[^,(]*)?(?:,|\Z)")


def statement_kind(text: str) -> tuple[str, re.Match[str] | None]:
    """SELECT, CREATE, INSERT or DROP with its parts; an empty name for a statement that sheets do not take."""
    for name, pattern in _KINDS.items():
        found = pattern.match(text)
        if found is not None:
            return name, found
    return "", None


def column_names(text: str) -> list[str]:
    """The names of a column list, with or without types.

    >>> column_names("`City` LongText, [Post, code] VARCHAR(20), n DECIMAL(10, 2)")
    ['City', 'Post, code', 'n']
    """
    found = [each["name"] for each in _COLUMN.finditer(text.strip())]
    return [name[1:-1] if name[0] in '`["' else name for name in found]


def excel_session(manager: Connection) -> ExcelSession | None:
    """A session of a manager that opens a workbook: EXCEL, or the Jet or ACE provider for Excel; None for any other."""
    from dtserve.connections.excel import ExcelManager, excel_options
    from dtserve.connections.sql_connection import SqlConnection

    if isinstance(manager, ExcelManager):
        return ExcelSession(manager.path(), manager.options)
    if not isinstance(manager, SqlConnection) or not manager.opens_workbook:
        return None
    return ExcelSession(
        manager.environment.map_path(manager.parts.get("server")), excel_options(manager.parts.get("extended"))
    )


class ExcelSession:
    """Statements over a workbook; each one reads or replaces the file as a whole."""

    def __init__(self, path: Path, options: ExcelOptions) -> None:
        self.path = path
        self.options = options
        self._canceled = False

    def execute(self, sql: str, parameters: Sequence[SqlParameter] = (), *, timeout: int = 0) -> list[ResultSet]:
        """Run one statement; raises SqlError with the reason."""
        kind, parts = statement_kind(sql)
        actions: dict[str, Callable[[str, Any, list[Any]], ResultSet]] = {
            "SELECT": self._select,
            "CREATE": self._create,
            "INSERT": self._insert,
            "DROP": self._drop,
        }
        if kind not in actions:
            raise SqlError(detail="Over a workbook only SELECT, CREATE TABLE, INSERT and DROP TABLE are possible.")
        values = [each.value for each in parameters if each.direction == "Input"]
        try:
            return [actions[kind](sql, parts, values)]
        except ExcelQueryError as error:
            raise SqlError(detail=str(error)) from None
        except SqlError:
            raise
        except DtserveError as error:
            raise SqlError(detail=error.message) from error

    def cancel(self) -> None:
        """End the reading of a large workbook, and a query over its sheets."""
        self._canceled = True

    def _stopping(self) -> bool:
        return self._canceled

    def _check(self) -> None:
        if self._canceled:
            raise Canceled

    def close(self) -> None:
        """Nothing is held."""

    # --- statements ---------------------------------------------------------------------------

    def _select(self, sql: str, parts: Any, values: list[Any]) -> ResultSet:
        columns, rows = query_workbook(
            self.path, sql, header=self.options.header, imex=self.options.imex, parameters=values, stop=self._stopping
        )
        return ResultSet(tuple(columns), rows.height, [rows])

    def _create(self, sql: str, parts: Any, values: list[Any]) -> ResultSet:
        title, _, _ = parse_rowset(_plain(parts["name"]))
        names = column_names(parts["columns"])
        if not names:
            raise SqlError(detail="The CREATE TABLE statement names no columns.")
        book = self._book(create=True)
        try:
            sheet = _sheet(book, title)
            if sheet is not None and not _is_empty(sheet):
                raise SqlError(detail=f"Table '{title}' already exists.")
            if sheet is None:
                spare = book.worksheets[0] if getattr(book, "dtserve_new", False) else None
                sheet = spare or book.create_sheet()
                sheet.title = title[:31]
            if self.options.header:
                for place, name in enumerate(names, 1):
                    sheet.cell(row=1, column=place, value=name)
            self._save(book)
        finally:
            book.close()
        return ResultSet(rows_affected=0)

    def _drop(self, sql: str, parts: Any, values: list[Any]) -> ResultSet:
        title, _, _ = parse_rowset(_plain(parts["name"]))
        book = self._book()
        try:
            sheet = self._found(book, title)
            sheet.delete_rows(1, sheet.max_row)
            self._save(book)
        finally:
            book.close()
        return ResultSet(rows_affected=0)

    def _insert(self, sql: str, parts: Any, values: list[Any]) -> ResultSet:
        rows = self._new_rows(parts["rest"], values)
        title, _, _ = parse_rowset(_plain(parts["name"]))
        book = self._book()
        try:
            sheet = self._found(book, title)
            places = self._places(sheet, column_names(parts["columns"]) if parts["columns"] else [])
            at = sheet.max_row + (0 if _is_empty(sheet) else 1)
            for row in rows:
                if places and len(row) != len(places):
                    raise SqlError(detail="Number of query values and destination fields are not the same.")
                for place, value in zip(places or range(1, len(row) + 1), row, strict=True):
                    if value is not None:
                        put(sheet, at, place, value)
                at += 1
            self._save(book)
        finally:
            book.close()
        return ResultSet(rows_affected=len(rows))

    def _new_rows(self, text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """The rows behind VALUES or of a SELECT, worked out by the engine of queries."""
        import sqlglot
        from sqlglot import exp

        source = f"SELECT * FROM ({text.rstrip().rstrip(';')}) AS v" if text[:6].upper() == "VALUES" else text
        try:
            tree = parse_query(source)
        except sqlglot.errors.SqlglotError as error:
            raise SqlError(detail=str(error).splitlines()[0]) from None
        if not isinstance(tree, exp.Select):
            raise SqlError(detail="Only VALUES and SELECT give rows to insert.")
        _, rows = run_over_sheets(
            self.path, tree, header=self.options.header, imex=self.options.imex, parameters=values, stop=self._stopping
        )
        return list(rows.iter_rows())

    # --- the workbook -------------------------------------------------------------------------

    def _book(self, *, create: bool = False) -> Any:
        import openpyxl

        if self.path.suffix.lower() not in (".xlsx", ".xlsm"):
            raise SqlError(detail=f'Only xlsx and xlsm workbooks can be written, not "{self.path.name}".')
        if create and not self.path.exists():
            made: Any = openpyxl.Workbook()
            made.dtserve_new = True
            return made
        try:
            return open_workbook(self.path, self._check)
        except FileCannotOpenWrite as error:
            raise SqlError(detail=f'The workbook "{self.path}" cannot be opened: {error.facts["detail"]}') from None

    def _save(self, book: Any) -> None:
        """Replace the file as a whole."""
        written = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            book.save(written)
            os.replace(written, self.path)
        except OSError as error:
            raise SqlError(detail=f'The workbook "{self.path}" cannot be written: {error.strerror}') from None
        finally:
            Path(written).unlink(missing_ok=True)

    def _found(self, book: Any, title: str) -> Any:
        sheet = _sheet(book, title)
        if sheet is None:
            raise SqlError(detail=f"The Microsoft Access database engine could not find the object '{title}'.")
        return sheet

    def _places(self, sheet: Any, names: list[str]) -> list[int]:
        """The sheet's columns (from 1) of the named ones; all of a header row without names."""
        if not self.options.header or _is_empty(sheet):
            return []
        titles = [title.lower() for title in header_names([cell.value for cell in sheet[1]])]
        if not names:
            return list(range(1, len(titles) + 1))
        missing = next((name for name in names if name.lower() not in titles), None)
        if missing is not None:
            raise SqlError(detail=f"The INSERT INTO statement contains the unknown field name '{missing}'.")
        return [titles.index(name.lower()) + 1 for name in names]


def _plain(name: str) -> str:
    return name[1:-1] if name[0] in '`["' else name


def _sheet(book: Any, title: str) -> Any:
    """A sheet by its name, or the one that a defined name points to."""
    for sheet in book.worksheets:
        if sheet.title.lower() == title.lower()[:31]:
            return sheet
    for name, value in book.defined_names.items():
        if name.lower() == title.lower():
            for place, _ in value.destinations:
                return book[place]
    return None


def _is_empty(sheet: Any) -> bool:
    return bool(sheet.max_row == 1 and all(cell.value is None for cell in sheet[1]))
