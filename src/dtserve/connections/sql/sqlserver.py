"""SQL Server: a session through mssql-python, or python-tds where that one is not installed (extras).

Statements are passed on as they are. Loads are real bulk copies (INSERT BULK) on the
session's own connection with python-tds; with mssql-python, whose bulk copy opens a connection
of its own, inside transactions and for temporary tables rows are INSERTed instead.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.connections.base import BulkOptions, ResultColumn, ResultSet, SqlParameter
from dtserve.connections.errors import CannotAcquireConnection, DriverMissing, SqlError
from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable, TableName, split_name
from dtserve.connections.sql.dbapi_types import from_odbc, from_python, from_tds
from dtserve.connections.sql.declared_types import from_declared
from dtserve.connections.sql.sqlserver_attention import AttentionSession
from dtserve.connections.sql.sqlserver_bulk import binary_parameter, early_as_text
from dtserve.connections.sql.sqlserver_calls import prepare
from dtserve.connections.sql.statement import Statement
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DRIVERS", "SqlServerSession"]

DRIVERS = ("mssql_python", "pytds")
"""The drivers in order of preference; the URL setting ``driver`` names one."""

LOGIN_SECONDS = 15
_PACKAGES = {"mssql_python": "mssql-python", "pytds": "python-tds"}
_LOST = ("08S01", "08001", "HYT00", "40001")
_TRANSIENT_NUMBERS = (1205, -2, 10053, 10054, 40197, 40501, 40613)
_COLUMNS = """
SELECT c.name, TYPE_NAME(c.system_type_id), c.max_length, c.precision, c.scale, c.is_nullable, c.is_identity,
       c.is_computed, OBJECT_DEFINITION(c.default_object_id)
FROM {database}sys.columns c WHERE c.object_id = OBJECT_ID({mark}) ORDER BY c.column_id
"""


class SqlServerSession(AttentionSession):
    """One connection to a SQL Server database."""

    dialect: ClassVar[str] = "tsql"
    triggers_query: ClassVar[str] = (
        "SELECT t.name FROM sys.triggers t JOIN sys.trigger_events e ON e.object_id = t.object_id "
        "WHERE t.parent_id = OBJECT_ID('{path}') AND t.is_disabled = 0 AND e.type_desc = 'INSERT' ORDER BY t.name"
    )

    def connect(self) -> Any:
        """By the first driver that is installed."""
        chosen = self.target.options.get("driver", "")
        names = [chosen] if chosen else list(DRIVERS)
        for name in names:
            try:
                module = importlib.import_module(name)
            except ImportError:
                continue
            self.driver = name
            type(self).errors_base = module.Error
            try:
                return self._connect_mssql(module) if name == "mssql_python" else self._connect_tds(module)
            except (module.Error, OSError, ValueError) as error:
                raise CannotAcquireConnection(
                    name=self.target.manager or "SQL Server", detail=self._why_not(error)
                ) from None
        raise DriverMissing(database="SQL Server", package=" or ".join(_PACKAGES.get(n, n) for n in names))

    def _why_not(self, error: BaseException) -> str:
        """Why there is no connection; what the network says does not name the server."""
        text = "Login timeout expired" if isinstance(error, TimeoutError) else self.message_of(error)
        return f'{text} (server "{self.target.host}")' if isinstance(error, OSError) else text

    def _connect_mssql(self, module: Any) -> Any:
        target = self.target
        server = target.host + (f"\\{target.options['instance']}" if target.options.get("instance") else "")
        parts = {"Server": f"{server},{target.port}" if target.port else server, "Database": target.database}
        if target.options.get("integrated") == "yes" and not target.user:
            parts["Trusted_Connection"] = "yes"
        else:
            parts |= {"UID": target.user, "PWD": target.password}
        parts["Encrypt"] = target.options.get("encrypt", "yes")
        if target.options.get("trust"):
            parts["TrustServerCertificate"] = target.options["trust"]
        text = "".join(f"{key}={_braced(value)};" for key, value in parts.items() if value)
        connection = module.connect(text, autocommit=True, timeout=int(target.options.get("timeout", LOGIN_SECONDS)))
        return connection

    def _connect_tds(self, module: Any) -> Any:
        target = self.target
        server = target.host + (f"\\{target.options['instance']}" if target.options.get("instance") else "")
        if target.options.get("integrated") == "yes" and not target.user:
            raise ValueError("Integrated security needs Windows or Kerberos; give a user and a password")
        return module.connect(
            dsn=server,
            port=target.port or None,
            database=target.database or None,
            user=target.user,
            password=target.password,
            login_timeout=int(target.options.get("timeout", LOGIN_SECONDS)),
            appname=target.options.get("application", "dtserve"),
            autocommit=True,
            cafile=target.options.get("cafile"),
            validate_host=target.options.get("trust", "no").lower() not in ("yes", "true"),
            bytes_to_unicode=True,
        )

    def bind(self, value: Any) -> Any:
        """As the driver takes it: python-tds' bytes say that they are binary, mssql-python's early dates are texts."""
        bound = super().bind(value)
        if self.driver == "pytds":
            return binary_parameter(bound) if isinstance(bound, bytes) else bound
        return early_as_text(bound)

    def bound_rows(self, frame: pl.DataFrame, columns: Sequence[ResultColumn]) -> Iterator[tuple[Any, ...]]:
        """The rows as parameters."""
        rows = self.rows_for(frame, columns)
        families = {column.type.family for column in columns}
        if self.driver != "pytds":
            return (tuple(map(early_as_text, row)) for row in rows) if "datetime" in families else rows
        if "binary" not in families:
            return rows
        return (tuple(binary_parameter(v) if isinstance(v, bytes) else v for v in row) for row in rows)

    # --- what the driver says ----------------------------------------------------------

    def marker(self, position: int, slot: str) -> str:
        """``?`` or ``%s``."""
        return "?" if self.driver == "mssql_python" else "%s"

    def escape(self, text: str) -> str:
        """python-tds formats with ``%``."""
        return text if self.driver == "mssql_python" else text.replace("%", "%%")

    def quote(self, name: str) -> str:
        """Brackets."""
        return f"[{name.replace(']', ']]')}]"

    def column_type(self, cursor: Any, at: int) -> TypeSpec | None:
        """By the type number of the wire."""
        item = cursor.description[at]
        if self.driver == "pytds":
            return from_tds(item[1], item[3], item[4], item[5])
        numbers = getattr(cursor, "_column_sql_types", None)
        if numbers:
            return from_odbc(numbers[at], item[3] or 0, item[5] or 0)
        return from_python(item)

    def begin_isolated(self, level: str) -> None:
        """BEGIN TRANSACTION, the level set beforehand; inside a transaction its level stays."""
        if level and self.transaction_depth == 0:
            with self.lock, self.errors(0):
                self._say(f"SET TRANSACTION ISOLATION LEVEL {level}")
        self.begin()

    def check_commit(self) -> None:
        """Whether the server is there and has not doomed the transaction."""
        with self.lock, self.errors(0), self.open_cursor() as cursor:
            cursor.execute("SELECT XACT_STATE()")
            row = cursor.fetchone()
        if row is not None and row[0] == -1:
            raise SqlError(detail="The current transaction cannot be committed: the server has doomed it.")

    def start(self) -> None:
        """BEGIN TRANSACTION in T-SQL: the driver stays in autocommit mode."""
        self._say("BEGIN TRANSACTION")

    def finish(self, commit: bool) -> None:
        """COMMIT, or ROLLBACK unless the server has already undone it."""
        self._say("IF @@TRANCOUNT > 0 COMMIT TRANSACTION" if commit else "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")

    def _say(self, text: str) -> None:
        with self.open_cursor() as cursor:
            cursor.execute(text)

    def message_of(self, error: BaseException) -> str:
        """The server's words."""
        for name in ("text", "ddbc_error"):
            text = getattr(error, name, "")
            if text:
                return str(text).rpartition("]")[2].strip() or str(text)
        return super().message_of(error)

    def is_lost(self, error: BaseException) -> bool:
        """Lost connections, deadlocks, throttling."""
        number = getattr(error, "number", None) or getattr(error, "msg_no", None)
        return number in _TRANSIENT_NUMBERS or any(state in str(error) for state in _LOST)

    # --- statements ------------------------------------------------------------------

    def run_native(self, text: str, parameters: Sequence[SqlParameter], timeout: int) -> Iterator[ResultSet]:
        """A batch with its parameters; OUTPUT values come back with its last result."""
        call = prepare(text, parameters)
        results = self.run_all(call.statement, call.values, timeout)
        if call.outputs and results and results[-1].columns:
            row = next(iter(results.pop().rows()), ())
            values = dict(zip(call.outputs, row, strict=False))
            if not results:
                results.append(ResultSet())
            results[-1].output_values = values
        self.schema_changed()
        yield from results

    def query(
        self, sql: str, parameters: Sequence[SqlParameter] = (), *, batch_rows: int = 65536, timeout: int = 0
    ) -> ResultSet:
        """Run a batch and stream the first rows it gives."""
        call = prepare(sql, parameters)
        return self.stream(call.statement, call.values, batch_rows, timeout)

    def arrow_batches(
        self, cursor: Any, statement: Statement, batch_rows: int
    ) -> tuple[tuple[ResultColumn, ...], Iterator[pl.DataFrame]] | None:
        """mssql-python reads Arrow, but rows where a column is not typed, or has zones: they would be lost."""
        reader = getattr(cursor, "arrow_reader", None)
        if reader is None:
            return None
        types = [self.column_type(cursor, at) for at in range(len(cursor.description))]
        if any(spec is None or spec.dt is DT.DBTIMESTAMPOFFSET for spec in types):
            return None
        from dtserve.connections.sql.sqlserver_arrow import frame_of_arrow

        columns = self.columns_of(cursor, statement, (), True)
        return columns, (frame_of_arrow(batch, columns) for batch in reader(batch_rows) if batch.num_rows)

    def describe_statement(self, statement: Statement) -> tuple[ResultColumn, ...]:
        """What sp_describe_first_result_set says; a query of no rows where the server cannot say it."""
        text = statement.render(lambda position, slot: "NULL")
        sql = (
            "SELECT name, system_type_name, is_nullable FROM sys.dm_exec_describe_first_result_set("
            f"{self.marker(0, '?0')}, NULL, 0) WHERE is_hidden = 0 ORDER BY column_ordinal"
        )
        with self.lock, self.errors(0), self.open_cursor() as cursor:
            cursor.execute(sql, [text])
            rows = cursor.fetchall()
        if rows and all(row[1] for row in rows):
            unknown = TypeSpec(DT.WSTR, length=4000)
            return tuple(
                ResultColumn(str(r[0] or ""), from_declared(str(r[1]), "sqlserver") or unknown, bool(r[2]))
                for r in rows
            )
        return super().describe_statement(statement)

    def find_table(self, name: TableName) -> CatalogTable | None:
        """By sys.columns; temporary tables stand in tempdb."""
        temporary = name.temporary
        full = TableName(name.name, "", "tempdb") if temporary else name
        path = super().new_table_path(full)
        if temporary:
            path = f"tempdb..{self.quote(name.name)}"
        database = "tempdb." if temporary else (f"{self.quote(name.catalog)}." if name.catalog else "")
        text = _COLUMNS.format(database=database, mark=self.marker(0, "?0"))
        with self.lock, self.errors(0), self.open_cursor() as cursor:
            cursor.execute(text, [path])
            rows = [tuple(row) for row in cursor.fetchall()]
        if not rows:
            return None
        columns = tuple(_column(row) for row in rows)
        return CatalogTable.of(name.name, self.quote(name.name) if temporary else path, columns, name.schema)

    # --- loading ---------------------------------------------------------------------

    @property
    def loads_apart(self) -> bool:
        """The bulk copy of mssql-python opens a connection, but a shared session loads itself: its transaction may be open."""
        return self.driver == "mssql_python" and not self.keep_open

    @property
    def undoes_loads(self) -> bool:
        """A bulk copy is one statement; INSERTs of many rows are many."""
        return self.driver == "pytds"

    def insert_triggers(self, table: str) -> tuple[str, ...]:
        """None where rows are copied in bulk, which leaves triggers out by itself."""
        name = split_name(table)
        if self.driver == "pytds" or (self.loads_apart and not self.transaction_depth and not name.temporary):
            return ()
        return super().insert_triggers(table)

    def _load(
        self, table: CatalogTable, places: list[int], columns: list[ResultColumn], frames: Iterable[pl.DataFrame], options: BulkOptions
    ) -> int:  # fmt: skip
        from dtserve.connections.sql.sqlserver_copy import copy_frames, fits_arrow

        copies = self.loads_apart and not self.transaction_depth and fits_arrow(table, columns)
        if not copies or table.name.startswith("#"):
            return super()._load(table, places, columns, frames, options)
        chosen = (frame[:, places] for frame in frames)
        with self.lock, self.errors(options.timeout), self.open_cursor() as cursor:
            return copy_frames(cursor, table, columns, chosen, options)

    def write(
        self, cursor: Any, table: CatalogTable, columns: list[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> None:
        """A bulk copy where the driver can do one on this connection, INSERTs otherwise."""
        if self.driver == "pytds":
            self._copy(cursor, table, columns, frame, options)
            return
        if options.keep_identity and any(table.by_name[c.name.lower()].identity for c in columns):
            cursor.execute(f"SET IDENTITY_INSERT {table.path} ON")
            try:
                super().write(cursor, table, columns, frame, options)
            finally:
                cursor.execute(f"SET IDENTITY_INSERT {table.path} OFF")
            return
        super().write(cursor, table, columns, frame, options)

    def _copy(
        self, cursor: Any, table: CatalogTable, columns: list[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> None:
        from dtserve.connections.sql.sqlserver_bulk import tds_columns

        described = tds_columns(table, columns)
        cursor.copy_to(
            table_or_view=table.name,
            schema=table.schema or None,
            columns=described,
            data=self.rows_for(frame, columns),
            check_constraints=options.check_constraints,
            fire_triggers=options.fire_triggers,
            keep_nulls=options.keep_nulls,
            tablock=options.table_lock,
        )


def _column(row: tuple[Any, ...]) -> CatalogColumn:
    name, kind, size, precision, scale, nullable, identity, computed, default = row
    text = str(kind)
    if text in ("char", "varchar", "binary", "varbinary"):
        text = f"{text}({'max' if size == -1 else size})"
    elif text in ("nchar", "nvarchar"):
        text = f"{text}({'max' if size == -1 else size // 2})"
    elif text in ("decimal", "numeric"):
        text = f"{text}({precision},{scale})"
    elif text in ("datetime2", "datetimeoffset", "time"):
        text = f"{text}({scale})"
    spec = from_declared(text, "sqlserver")
    return CatalogColumn(str(name), spec, text, bool(nullable), str(default or ""), bool(identity), bool(computed))


def _braced(value: str) -> str:
    return "{" + value.replace("}", "}}") + "}" if any(c in value for c in ";{}=") or value != value.strip() else value
