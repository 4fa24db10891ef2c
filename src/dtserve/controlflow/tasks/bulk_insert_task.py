"""Bulk Insert task (CONTROL_FLOW §19).

On SQL Server it runs ``BULK INSERT``, and the file is the one the server sees. On databases that a connection map
points to, the character file is read here and loaded in bulk; rows that do not convert are left out with a
warning, and fail the task when there are more than MaximumErrors (0 = no limit).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import BulkOptions, ResultColumn, SqlSession
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks import bulk_errors as errors
from dtserve.controlflow.tasks.bulk_file import read_rows, terminator
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled, ConnectionError_

if TYPE_CHECKING:
    import polars as pl

__all__ = ["BulkInsertTask", "DataFileType"]

W_ROWS_LEFT_OUT = 0x80D51503
BATCH_ROWS = 65536


class DataFileType(enum.IntEnum):
    """DataFileType."""

    CHAR = 0
    NATIVE = 1
    WIDE_CHAR = 2
    WIDE_NATIVE = 3


@task("BulkInsertTask")
class BulkInsertTask(Task):
    """Loads a file into a table."""

    source = Property("SourceConnection", str, "", xml="SourceConnectionName", text="The file's connection manager.")
    destination = Property(
        "DestinationConnection", str, "", xml="DestinationConnectionName", text="The database's connection manager."
    )
    table = Property("DestinationTableName", str, "", text="The table.")
    file_type = Property(
        "DataFileType",
        DataFileType,
        DataFileType.CHAR,
        prefixes=("DTSBulkInsert_DataFileType_",),
        text="char, native …",
    )
    field_terminator = Property("FieldTerminator", str, "Tab", text="Between fields.")
    row_terminator = Property("RowTerminator", str, "{CR}{LF}", text="Between rows.")
    code_page = Property("CodePage", str, "RAW", text="ACP, OEM, RAW or a number.")
    first_row = Property("FirstRow", int, 1, text="The first row that is loaded.")
    last_row = Property("LastRow", int, 0, text="The last one; 0 = the end.")
    batch_size = Property("BatchSize", int, 0, text="Rows per batch; 0 = all.")
    maximum_errors = Property("MaximumErrors", int, 0, text="Rows in error that are borne; 0 = no limit.")
    check_constraints = Property("CheckConstraints", bool, True, text="Constraints are checked.")
    keep_nulls = Property("KeepNulls", bool, False, text="Empty fields stay NULL.")
    keep_identity = Property("KeepIdentity", bool, False, text="Identity values come from the file.")
    table_lock = Property("TableLock", bool, False, text="The table is locked.")
    fire_triggers = Property("FireTriggers", bool, False, text="Triggers fire.")
    sorted_data = Property("SortedData", str, "", text="Columns by which the file is sorted.")
    use_format_file = Property("UseFormatFile", bool, False, text="A format file tells the fields.")
    format_file = Property("FormatFile", str, "", text="The format file.")

    def validate(self) -> None:
        """Connections and table are named."""
        for name, value in (
            ("SourceConnection", self.source),
            ("DestinationConnection", self.destination),
            ("DestinationTableName", self.table),
        ):
            if not value.strip():
                raise errors.BulkNotSet(property=name, task=self.host.name)
        self.host.connection(self.source)
        self.host.connection(self.destination)

    def execute(self) -> None:
        """Load the file."""
        self.host.custom_event("DTSBulkInsertTaskBegin", "The Bulk Insert task has started.")
        manager: Any = self.host.connection(self.destination)
        opener = getattr(manager, "session", None)
        if opener is None:
            raise errors.BulkFailed(detail=f'The connection manager "{manager.name}" is no database connection.')
        session: SqlSession = opener()
        try:
            with self.host.run.cancel.calling(session.cancel):
                if session.dialect == "tsql":
                    session.execute(self._statement())
                else:
                    self._load(session)
        except ConnectionError_ as error:
            if self.host.run.cancel.canceled:
                raise Canceled from error
            raise errors.BulkFailed(detail=error.facts.get("detail") or error.message) from error
        finally:
            session.close()
        self.host.custom_event("DTSBulkInsertTaskEnd", "The Bulk Insert task has ended.")

    # --- on SQL Server ------------------------------------------------------------------------

    def _statement(self) -> str:
        """The BULK INSERT statement; the file name stays as the package has it."""
        path = self.host.connection(self.source).connection_string
        names = {0: "char", 1: "native", 2: "widechar", 3: "widenative"}
        options = [f"DATAFILETYPE = '{names[int(self.file_type)]}'"]
        if self.use_format_file:
            options.append(f"FORMATFILE = {_quoted(self.format_file)}")
        else:
            options.append(f"FIELDTERMINATOR = {_quoted(_escaped(terminator(self.field_terminator)))}")
            options.append(f"ROWTERMINATOR = {_quoted(_escaped(terminator(self.row_terminator)))}")
        options.append(f"CODEPAGE = {_quoted(self.code_page or 'RAW')}")
        options.append(f"FIRSTROW = {self.first_row}")
        for name, number in (("LASTROW", self.last_row), ("BATCHSIZE", self.batch_size)):
            if number > 0:
                options.append(f"{name} = {number}")
        options.append(f"MAXERRORS = {self.maximum_errors if self.maximum_errors > 0 else 2147483647}")
        for name, wanted in (
            ("CHECK_CONSTRAINTS", self.check_constraints),
            ("KEEPNULLS", self.keep_nulls),
            ("KEEPIDENTITY", self.keep_identity),
            ("TABLOCK", self.table_lock),
            ("FIRE_TRIGGERS", self.fire_triggers),
        ):
            if wanted:
                options.append(name)
        if self.sorted_data.strip():
            options.append(f"ORDER ({self.sorted_data})")
        return f"BULK INSERT {self.table} FROM {_quoted(path)} WITH ({', '.join(options)})"

    # --- elsewhere ----------------------------------------------------------------------------

    def _load(self, session: SqlSession) -> None:
        if self.use_format_file or self.file_type in (DataFileType.NATIVE, DataFileType.WIDE_NATIVE):
            what = "a format file" if self.use_format_file else "a native file"
            raise errors.BulkUnsupported(task=self.host.name, what=what)
        for name in ("FieldTerminator", "RowTerminator"):
            if not (self.field_terminator if name == "FieldTerminator" else self.row_terminator):
                raise errors.BulkNotSet(property=name, task=self.host.name)
        manager = self.host.connection(self.source)
        path = self.host.run.shared.environment.map_path(manager.connection_string)
        columns = session.table_columns(self.table)
        options = BulkOptions(
            keep_identity=self.keep_identity,
            keep_nulls=self.keep_nulls,
            table_lock=self.table_lock,
            check_constraints=self.check_constraints,
            fire_triggers=self.fire_triggers,
            batch_rows=self.batch_size,
        )
        self._left_out = 0
        try:
            session.bulk_load(self.table, columns, self._frames(path, columns), options)
        except (OSError, UnicodeDecodeError, LookupError) as error:
            raise errors.BulkFileMissing(path=path, task=self.host.name, detail=error) from error
        if self._left_out:
            self.host.fire_warning(
                W_ROWS_LEFT_OUT, f'{self._left_out} rows of "{path}" could not be converted and were left out.'
            )

    def _encoding(self) -> str:
        if self.file_type is DataFileType.WIDE_CHAR:
            return "utf-16"
        named = {"RAW": "cp1252", "ACP": "cp1252", "OEM": "cp437", "": "cp1252", "65001": "utf-8-sig"}
        text = self.code_page.strip().upper()
        return named.get(text, f"cp{text}")

    def _frames(self, path: Path, columns: tuple[ResultColumn, ...]) -> Iterator[pl.DataFrame]:
        rows: list[list[str]] = []
        field, row = terminator(self.field_terminator), terminator(self.row_terminator)
        for number, fields in enumerate(
            read_rows(path, self._encoding(), field, row, first=self.first_row, last=self.last_row), self.first_row
        ):
            if len(fields) != len(columns):
                raise errors.BulkRowShape(
                    row=number, path=path, found=len(fields), wanted=len(columns), table=self.table
                )
            rows.append(fields)
            if len(rows) == BATCH_ROWS:
                self.host.check_cancel()
                yield self._frame(path, rows, columns)
                rows = []
        if rows:
            yield self._frame(path, rows, columns)

    def _frame(self, path: Path, rows: list[list[str]], columns: tuple[ResultColumn, ...]) -> pl.DataFrame:
        """Convert the fields; rows in error are left out and counted."""
        import polars as pl

        from dtserve.datatypes.columns import convert_column

        made: dict[str, pl.Series] = {}
        bad = pl.Series([False] * len(rows), dtype=pl.Boolean)
        for index, column in enumerate(columns):
            texts = pl.Series([fields[index] or None for fields in rows], dtype=pl.String)
            result = convert_column(texts, TypeSpec(DT.WSTR, length=4000), column.type)
            made[str(index)] = result.values
            for mask in (result.errors.is_not_null() if result.errors is not None else None, result.truncated):
                if mask is not None:
                    bad = bad | mask.fill_null(False)
        self._left_out += int(bad.sum())
        if 0 < self.maximum_errors < self._left_out:
            raise errors.BulkTooManyErrors(count=self._left_out, path=path, maximum=self.maximum_errors)
        return pl.DataFrame(made).filter(~bad)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
