"""Statements without the way through SQLAlchemy: it compiles them once, SQLite's own driver runs them.

SQLite answers a look-up in a few microseconds; SQLAlchemy needs ten times that to ask. The transaction
of one package is four statements and one wait for the disk, so that is a third of its time. Other
databases are on the far side of a network, and there SQLAlchemy does everything.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

__all__ = ["change", "first", "rows", "transaction"]

Statement: TypeAlias = "sa.Select[*tuple[Any, ...]] | sa.Insert | sa.Update"
Convert: TypeAlias = "Callable[[Any], Any] | None"
_DIALECT = sqlite.dialect()


class Prepared:
    """A statement as SQLite takes it: the text, what becomes of each value on its way there, and of each on its way back."""

    __slots__ = ("_back", "_row", "_there", "text")

    def __init__(self, statement: Statement, names: tuple[str, ...]) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT, column_keys=list(names))
        self.text = str(compiled)
        self._there = [(name, _way_there(compiled.binds[name].type)) for name in compiled.positiontup or ()]
        columns = statement.column_descriptions if isinstance(statement, sa.Select) else []
        self._back = [_way_back(column["type"]) for column in columns]
        self._row = _row_type([str(column["name"]) for column in columns])

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values in the order of their markers."""
        return [given[name] if convert is None else convert(given[name]) for name, convert in self._there]

    def row(self, found: Sequence[Any]) -> Any:
        """A row as SQLAlchemy would give it: its columns by name, in their types."""
        pairs = zip(found, self._back, strict=True)
        return self._row(*(value if convert is None else convert(value) for value, convert in pairs))


@lru_cache(maxsize=100)
def _prepared(statement: Statement, names: tuple[str, ...]) -> Prepared:
    return Prepared(statement, names)


def _row_type(names: list[str]) -> Callable[..., Any]:
    """Rows with columns of these names; of two columns with one name the second has none."""
    make: Any = namedtuple  # the names are not known before
    row: Callable[..., Any] = make("Row", names, rename=True)
    return row


def _way_there(kind: Any) -> Convert:
    convert: Convert = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return convert


def _way_back(kind: Any) -> Convert:
    convert: Convert = kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return convert


def first(connection: sa.Connection, statement: sa.Select[*tuple[Any, ...]], given: Mapping[str, Any]) -> Any:
    """The first row that the statement finds, or None."""
    driver = _driver(connection)
    if driver is None:
        return connection.execute(statement, given).first()
    prepared = _prepared(statement, tuple(given))
    found = driver.execute(prepared.text, prepared.values(given)).fetchone()
    return None if found is None else prepared.row(found)


def rows(connection: sa.Connection, statement: sa.Select[*tuple[Any, ...]], given: Mapping[str, Any]) -> Sequence[Any]:
    """All rows that the statement finds."""
    driver = _driver(connection)
    if driver is None:
        return connection.execute(statement, given).all()
    prepared = _prepared(statement, tuple(given))
    return [prepared.row(found) for found in driver.execute(prepared.text, prepared.values(given))]


def change(connection: sa.Connection, statement: sa.Insert | sa.Update, given: Mapping[str, Any]) -> None:
    """Insert a row or update one."""
    driver = _driver(connection)
    if driver is None:
        connection.execute(statement, given)
        return
    prepared = _prepared(statement, tuple(given))
    driver.execute(prepared.text, prepared.values(given))


@contextmanager
def transaction(connection: sa.Connection, begin: str) -> Iterator[None]:
    """All that is done inside or, after an error, nothing; ``begin`` is the statement that SQLite begins it by."""
    driver = _driver(connection)
    if driver is None:
        with connection.begin():
            yield
        return
    driver.execute(begin)
    try:
        yield
        if connection.in_transaction():
            connection.commit()
        else:
            driver.commit()
    except BaseException:
        connection.rollback()
        driver.rollback()
        raise


def _driver(connection: sa.Connection) -> sqlite3.Connection | None:
    """The connection of SQLite's driver; None for another database."""
    found = connection.connection.driver_connection
    return found if isinstance(found, sqlite3.Connection) else None
