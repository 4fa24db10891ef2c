"""The numbers behind data profiles, asked of the database a column at a time (CONTROL_FLOW §24).

Groups and comparisons are those of the database's own collation. Standard deviations are of the population: UNVERIFIED.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import SqlParameter
from dtserve.controlflow.tasks.database import database_text, quoted_name, rows_of
from dtserve.controlflow.tasks.sql_errors import SqlExecutionFailed
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled, ConnectionError_

if TYPE_CHECKING:
    from dtserve.connections.base import ResultColumn, SqlSession
    from dtserve.controlflow.task_host import TaskHost
    from dtserve.controlflow.tasks.profile_requests import TableChoice

__all__ = ["ProfiledTable", "is_countable", "is_number", "is_text"]

_TEXTS = frozenset((DT.WSTR, DT.STR))
_WHOLE = frozenset((DT.BOOL, DT.I1, DT.I2, DT.I4, DT.I8, DT.UI1, DT.UI2, DT.UI4, DT.UI8))
_NUMBERS = frozenset((*_WHOLE, DT.R4, DT.R8, DT.NUMERIC, DT.DECIMAL, DT.CY)) - {DT.BOOL}
_MOMENTS = frozenset((DT.DATE, DT.DBDATE, DT.DBTIMESTAMP, DT.DBTIMESTAMP2, DT.DBTIME, DT.DBTIME2, DT.DBTIMESTAMPOFFSET))


def is_text(column: ResultColumn) -> bool:
    """Whether lengths and patterns are computed for it."""
    return column.type.dt in _TEXTS


def is_number(column: ResultColumn) -> bool:
    """Whether it has a mean and a standard deviation."""
    return column.type.dt in _NUMBERS


def is_countable(column: ResultColumn) -> bool:
    """Whether values, keys, dependencies and inclusion are computed for it: whole numbers, texts, moments."""
    return column.type.dt in _TEXTS or column.type.dt in _WHOLE or column.type.dt in _MOMENTS


@dataclass
class ProfiledTable:
    """A table of a session with the questions that profiles ask."""

    host: TaskHost
    session: SqlSession
    choice: TableChoice
    timeout: int = 0

    def __post_init__(self) -> None:
        schema = f"{quoted_name(self.choice.schema)}." if self.choice.schema else ""
        self.path = schema + quoted_name(self.choice.name)
        self.columns: list[ResultColumn] = list(self.session.table_columns(self.path))
        self.rows: int = int(self._one(f"SELECT COUNT(*) FROM {self.path}")[0])

    def column(self, name: str) -> ResultColumn | None:
        """A column by name, in any case."""
        return next((each for each in self.columns if each.name.lower() == name.lower()), None)

    def _all(self, sql: str, parameters: Sequence[SqlParameter] = ()) -> list[tuple[Any, ...]]:
        self.host.check_cancel()
        self.host.custom_event("DataProfilingTaskTrace", f"Query Start: {sql}")
        rows = rows_of(self.host, self.session, sql, parameters, timeout=self.timeout)
        self.host.custom_event("DataProfilingTaskTrace", "Query End")
        return rows

    def _one(self, sql: str, parameters: Sequence[SqlParameter] = ()) -> tuple[Any, ...]:
        return self._all(sql, parameters)[0]

    # --- columns ------------------------------------------------------------------------------

    def nulls(self, column: str) -> int:
        """Rows without a value."""
        return int(self._one(f"SELECT COUNT(*) FROM {self.path} WHERE {quoted_name(column)} IS NULL")[0])

    def lengths(self, column: str, *, leading: bool, trailing: bool) -> list[tuple[int, int]]:
        """Length and number of values; ``leading`` and ``trailing`` spaces do not count where true."""
        name = quoted_name(column)
        text = f"LTRIM({name})" if leading else name
        length = f"LEN({text})" if trailing else f"LEN({text} + N'.') - 1"
        rows = self._all(
            f"SELECT {length}, COUNT(*) FROM {self.path} WHERE {name} IS NOT NULL GROUP BY {length} ORDER BY 1"
        )
        return [(int(row[0]), int(row[1])) for row in rows]

    def values(self, column: str, least: int = 1) -> list[tuple[Any, int]]:
        """Each value, NULL included, of at least so many rows with their number; the most frequent first."""
        name = quoted_name(column)
        having = f" HAVING COUNT(*) >= {least}" if least > 1 else ""
        rows = self._all(f"SELECT {name}, COUNT(*) FROM {self.path} GROUP BY {name}{having} ORDER BY 2 DESC, 1")
        return [(row[0], int(row[1])) for row in rows]

    def distinct(self, column: str) -> int:
        """The number of different values, NULL included."""
        return int(self._one(f"SELECT COUNT(*) FROM (SELECT DISTINCT {quoted_name(column)} FROM {self.path}) AS v")[0])

    def texts(self, column: str) -> Iterator[tuple[str, int]]:
        """Each text with its number, read as a stream."""
        name = quoted_name(column)
        sql = f"SELECT {name}, COUNT(*) FROM {self.path} WHERE {name} IS NOT NULL GROUP BY {name}"
        self.host.check_cancel()
        self.host.custom_event("DataProfilingTaskTrace", f"Query Start: {sql}")
        try:
            for text, count in self.session.query(sql, timeout=self.timeout).rows():
                yield str(text), int(count)
        except ConnectionError_ as error:
            if self.host.run.cancel.canceled:
                raise Canceled from error
            raise SqlExecutionFailed(query=sql, detail=database_text(error)) from error
        self.host.custom_event("DataProfilingTaskTrace", "Query End")

    def statistics(self, column: str, *, number: bool) -> tuple[Any, Any, float | None, float | None]:
        """Least and greatest value; of a number mean and standard deviation."""
        name = quoted_name(column)
        low, high = self._one(f"SELECT MIN({name}), MAX({name}) FROM {self.path}")
        if not number or low is None:
            return low, high, None, None
        as_float = f"CAST({name} AS float)"
        mean = float(self._one(f"SELECT AVG({as_float}) FROM {self.path}")[0])
        given = [SqlParameter(mean, TypeSpec(DT.R8)), SqlParameter(mean, TypeSpec(DT.R8))]
        squares = self._one(f"SELECT AVG(({as_float} - ?) * ({as_float} - ?)) FROM {self.path}", given)
        return low, high, mean, max(float(squares[0]), 0.0) ** 0.5

    # --- keys, dependencies, inclusion ------------------------------------------------------------

    def key_strength(self, columns: Sequence[str]) -> float:
        """The share of different values among the rows; NULLs are equal."""
        names = ", ".join(map(quoted_name, columns))
        found = self._one(f"SELECT COUNT(*) FROM (SELECT DISTINCT {names} FROM {self.path}) AS k")
        return int(found[0]) / self.rows if self.rows else 1.0

    def key_violations(self, columns: Sequence[str], maximum: int) -> list[tuple[tuple[Any, ...], int]]:
        """Values that occur more than once, the most frequent first."""
        names = ", ".join(map(quoted_name, columns))
        rows = self._all(
            f"SELECT {names}, COUNT(*) FROM {self.path} GROUP BY {names} HAVING COUNT(*) > 1 "
            f"ORDER BY {len(columns) + 1} DESC, {', '.join(str(at + 1) for at in range(len(columns)))}"
        )
        return [(tuple(row[:-1]), int(row[-1])) for row in rows[:maximum]]

    def dependency(
        self, determinants: Sequence[str], dependent: str, maximum: int
    ) -> tuple[float, list[tuple[tuple[Any, ...], int, list[tuple[Any, int]]]]]:
        """How far some columns decide another: the share of rows that have their group's most frequent value.

        And the groups with more than one: their values, rows, and the dependent values with their rows.
        """
        names = ", ".join(map(quoted_name, (*determinants, dependent)))
        order = ", ".join(str(at + 1) for at in range(len(determinants)))
        rows = self._all(f"SELECT {names}, COUNT(*) FROM {self.path} GROUP BY {names} ORDER BY {order}")
        good = 0
        bad: list[tuple[tuple[Any, ...], int, list[tuple[Any, int]]]] = []
        for key, group in groupby(rows, lambda row: tuple(row[: len(determinants)])):
            found = sorted(((row[-2], int(row[-1])) for row in group), key=lambda item: -item[1])
            good += found[0][1]
            if len(found) > 1:
                bad.append((key, sum(count for _, count in found), found))
        bad.sort(key=lambda item: -item[1])
        return (good / self.rows if self.rows else 1.0), bad[:maximum]

    def missing(
        self, columns: Sequence[str], other: ProfiledTable, others: Sequence[str]
    ) -> Iterator[tuple[tuple[Any, ...], int]]:
        """Values (NULL excepted) that the other table does not have, with their rows, the most frequent first."""
        mine = [f"s.{quoted_name(name)}" for name in columns]
        theirs = [f"p.{quoted_name(name)}" for name in others]
        pairs = " AND ".join(f"{b} = {a}" for a, b in zip(mine, theirs, strict=True))
        given = " AND ".join(f"{name} IS NOT NULL" for name in mine)
        rows = self._all(
            f"SELECT {', '.join(mine)}, COUNT(*) FROM {self.path} AS s WHERE {given} AND NOT EXISTS "
            f"(SELECT 1 FROM {other.path} AS p WHERE {pairs}) GROUP BY {', '.join(mine)} ORDER BY {len(mine) + 1} DESC"
        )
        for row in rows:
            yield tuple(row[:-1]), int(row[-1])
