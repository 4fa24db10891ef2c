"""What every connection manager and every SQL session offers.

A connection manager is one class in one file, registered under its CreationNames
(:func:`connection_kind`). The control flow makes one instance per connection manager of
the running package; property expressions and ``/CONN`` change :attr:`properties`
before :meth:`Connection.acquire` is called. Source: FORMAT §3.4, CONTROL_FLOW §10.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from dtserve.datatypes import TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.environment import Environment
    from dtserve.package.model import ConnectionManager

__all__ = ["SENSITIVE", "BulkOptions", "Connection", "ResultColumn", "ResultSet", "SqlParameter", "SqlSession"]

SENSITIVE = ("Password", "ServerPassword", "ProxyPassword", "CertificatePassword")
"""Properties whose values are secrets; they can be set, and are never among ``properties``."""

_SENSITIVE = {name.lower() for name in SENSITIVE}


class Connection:
    """A connection manager at run time.

    ``properties`` are the current values by SSIS property name, after configurations,
    parameters, ``/CONN`` and property expressions. ``kind`` is the registry's name.
    """

    kind: ClassVar[str] = ""
    checked_early: ClassVar[bool] = False
    """Whether whoever uses the manager validates it before anything runs (but with its DelayValidation)."""

    def __init__(self, model: ConnectionManager, environment: Environment) -> None:
        self.model = model
        self.name = model.name
        self.environment = environment
        self.properties: dict[str, str] = dict(model.properties)
        self._secrets = {name: value for name, value in model.sensitive.items() if value is not None}
        for name in SENSITIVE:
            stored = self._take(name)
            if stored and not self.secret(name):
                self.set_secret(name, stored)

    def secret(self, name: str) -> str:
        """A sensitive value by SSIS property name, in any case; empty when there is none. Never print it."""
        for known, value in self._secrets.items():
            if known.lower() == name.lower():
                return value
        return ""

    def set_secret(self, name: str, value: str) -> None:
        """Set a sensitive value; it is kept apart from :attr:`properties`."""
        for known in [known for known in self._secrets if known.lower() == name.lower()]:
            del self._secrets[known]
        self._secrets[name] = value

    def _take(self, name: str) -> str:
        for known in [known for known in self.properties if known.lower() == name.lower()]:
            return self.properties.pop(known)
        return ""

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name!r}>"

    def set_property(self, name: str, value: str) -> None:
        """Set an SSIS property by name (any case); subclasses split ConnectionString into its parts."""
        if name.lower() in _SENSITIVE:
            self.set_secret(name, value)
            return
        for known in self.properties:
            if known.lower() == name.lower():
                self.properties[known] = value
                return
        self.properties[name] = value

    def get_property(self, name: str, default: str = "") -> str:
        """The current value of an SSIS property by name, in any case."""
        for known, value in self.properties.items():
            if known.lower() == name.lower():
                return value
        return default

    @property
    def connection_string(self) -> str:
        """The current ConnectionString, without a password kept apart."""
        return self.get_property("ConnectionString")

    def validate(self) -> None:
        """Check what can be checked without connecting; raises a coded error."""

    def close(self) -> None:
        """Release whatever is held over the whole run (RetainSameConnection)."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result: name as the database gives it, and the SSIS type it maps to (DATA_FLOW §3.2)."""

    name: str
    type: TypeSpec
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class SqlParameter:
    """A parameter of a statement: ``value`` is the Python form of its type; ``direction`` as SSIS names it."""

    value: Any
    type: TypeSpec | None = None
    name: str = ""
    direction: str = "Input"
    size: int = -1


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """How a bulk load behaves (DATA_FLOW §6, OLE DB Destination)."""

    keep_identity: bool = False
    keep_nulls: bool = False
    table_lock: bool = True
    check_constraints: bool = True
    fire_triggers: bool = False
    batch_rows: int = 0
    timeout: int = 0


@dataclass
class ResultSet:
    """One result of a statement.

    ``rows_affected`` is -1 where unknown; ``columns`` is empty when the statement gave
    no rows; ``batches`` may be consumed once and yields Polars frames whose column names
    are the *positions* as text (``"0"``, ``"1"`` …) because SQL allows equal names.
    """

    columns: tuple[ResultColumn, ...] = ()
    rows_affected: int = -1
    batches: Iterable[pl.DataFrame] = ()
    output_values: Mapping[str, Any] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows one by one, as Python values; for small results only."""
        for frame in self.batches:
            yield from frame.iter_rows()


class SqlSession(ABC):
    """One open connection to a database.

    Statements are T-SQL (or whatever the package was written for); a session whose
    ``dialect`` differs from the source dialect translates them (``translate``), and what
    cannot be translated is a coded error that shows the statement. ``?`` is the
    parameter marker; ``@name`` where ``named`` parameters are given.
    """

    dialect: ClassVar[str] = ""

    keep_open: bool = False
    """While true, :meth:`close` does nothing: the connection manager shares this session."""

    @property
    def loads_apart(self) -> bool:
        """Whether :meth:`bulk_load` outside a transaction goes over a connection, and in a transaction, of its own."""
        return False

    @property
    def undoes_loads(self) -> bool:
        """Whether a :meth:`bulk_load` of one frame that fails inside a transaction leaves nothing, and the transaction open."""
        return False

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[SqlParameter] = (), *, timeout: int = 0) -> list[ResultSet]:
        """Run a batch and return all its results, rows read into memory.

        Raises ``SqlError`` with the database's own message.
        """

    @abstractmethod
    def query(
        self, sql: str, parameters: Sequence[SqlParameter] = (), *, batch_rows: int = 65536, timeout: int = 0
    ) -> ResultSet:
        """Run one query; its batches are streamed, memory does not grow with the result."""

    @abstractmethod
    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """The columns a query would give, without running it through."""

    def outline(self, sql: str) -> tuple[ResultColumn, ...]:
        """As :meth:`describe`, without reading a row even where types are known from rows only."""
        return self.describe(sql)

    @abstractmethod
    def table_columns(self, table: str) -> tuple[ResultColumn, ...]:
        """The columns of a table or view in order; ``table`` may be ``[dbo].[T]``, ``"s"."T"`` or ``T``."""

    def check_statement(self, sql: str) -> bool:
        """Let the database look at one INSERT, UPDATE or DELETE without running it; raises SqlError.

        False for other texts, and where the database cannot do it.
        """
        return False

    def insert_triggers(self, table: str) -> tuple[str, ...]:
        """The triggers that a load into the table fires whatever its options; empty where it can do without."""
        return ()

    @abstractmethod
    def bulk_load(
        self, table: str, columns: Sequence[ResultColumn], batches: Iterable[pl.DataFrame], options: BulkOptions
    ) -> int:
        """Load frames (columns in the order of ``columns``, whatever their names); returns the rows stored."""

    @abstractmethod
    def insert_rows(
        self, table: str, columns: Sequence[ResultColumn], frame: pl.DataFrame, options: BulkOptions
    ) -> list[tuple[int, str]]:
        """Insert row by row; returns ``(row index, database message)`` of each row that was refused."""

    @abstractmethod
    def begin(self) -> None:
        """Start a transaction."""

    def begin_isolated(self, level: str) -> None:
        """Start a transaction at an isolation level as SQL calls it; empty, and where there is one level: the own."""
        self.begin()

    def check_commit(self) -> None:
        """Find out what would make a commit fail, as far as the database tells beforehand; raises SqlError."""
        return None

    def can_prepare(self) -> bool:
        """Whether the open transaction can be prepared, to be ended in a second phase."""
        return False

    @abstractmethod
    def commit(self) -> None:
        """Commit it."""

    @abstractmethod
    def rollback(self) -> None:
        """Undo it."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop the statement that runs in another thread, on the server."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; idempotent."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
