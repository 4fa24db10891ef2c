"""Queries over sheets of a workbook, as the Excel Source and the Execute SQL Task send them (DATA_FLOW §4.7).

SELECT and UNION in the dialect of Jet, run by DuckDB: texts compare without case, as they do in Jet.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import ResultColumn
from dtserve.dataflow.excel import read_rowset
from dtserve.errors import Canceled

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ExcelQueryError", "ansi_text", "jet_meaning", "parse_query", "query_workbook", "run_over_sheets"]

LOOK_SECONDS = 0.1
_PIECES = re.compile(
    r"""'(?:[^']|'')*'|"[^"]*"|\[[^\]]*\]|(?P<name>`[^`]*`)"""
    r"""|\#(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?P<time>\ \d{1,2}:\d\d(?::\d\d)?)?\#"""
)
_MACROS = (
    "CREATE MACRO jet_text(x) AS CASE WHEN typeof(x) = 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '[.]0$', '')"
    " ELSE CAST(x AS VARCHAR) END",
    "CREATE MACRO ucase(x) AS upper(x)",
    "CREATE MACRO lcase(x) AS lower(x)",
    "CREATE MACRO cstr(x) AS jet_text(x)",
    "CREATE MACRO cdate(x) AS CAST(x AS TIMESTAMP)",
    "CREATE MACRO cdbl(x) AS CAST(x AS DOUBLE)",
    "CREATE MACRO clng(x) AS CAST(round_even(CAST(x AS DOUBLE), 0) AS INTEGER)",
    "CREATE MACRO cint(x) AS CAST(round_even(CAST(x AS DOUBLE), 0) AS SMALLINT)",
    "CREATE MACRO mid(x, a) AS substring(x, CAST(a AS INTEGER)), (x, a, n) AS substring(x, CAST(a AS INTEGER), CAST(n AS INTEGER))",
)
"""Functions of Jet that DuckDB has under another name."""


class ExcelQueryError(Exception):
    """A query that cannot be run over sheets; its text is the reason."""


def query_workbook(
    path: Path, text: str, *, header: bool, imex: int, parameters: Sequence[Any] = (),
    stop: Callable[[], bool] | None = None,
) -> tuple[list[ResultColumn], pl.DataFrame]:  # fmt: skip
    """Columns and rows of a SELECT or UNION over sheets, columns of the frame by position; each sheet is read as a whole.

    Raises ExcelQueryError, FileCannotOpenRead, RowsetNotOpened, and Canceled when ``stop`` becomes true.
    """
    import sqlglot
    from sqlglot import exp

    try:
        tree = parse_query(text)
    except sqlglot.errors.SqlglotError as error:
        raise ExcelQueryError(str(error).splitlines()[0]) from None
    if not isinstance(tree, exp.Query):
        raise ExcelQueryError("only SELECT statements read workbooks")
    return run_over_sheets(path, tree, header=header, imex=imex, parameters=parameters, stop=stop)


def run_over_sheets(
    path: Path, tree: Any, *, header: bool, imex: int, parameters: Sequence[Any] = (),
    stop: Callable[[], bool] | None = None,
) -> tuple[list[ResultColumn], pl.DataFrame]:  # fmt: skip
    """As :func:`query_workbook`, for a query that is parsed already."""
    import duckdb
    from sqlglot import exp

    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET default_collation = 'NOCASE'")
        for macro in _MACROS:
            connection.execute(macro)
        types: dict[str, Any] = {}
        known: dict[str, str] = {}
        for table in list(tree.find_all(exp.Table)):
            name = table.name
            if name not in known:
                known[name] = f"sheet{len(known)}"
                columns, rows = read_rowset(path, name, header=header, imex=imex, stop=stop)
                named = rows.rename({str(at): column.name for at, column in enumerate(columns)})
                types.update({column.name.lower(): column.type for column in columns})
                connection.register(known[name], named.to_arrow())
            renamed = exp.to_table(known[name])
            renamed.set("alias", table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name, True)))
            table.replace(renamed)
        text = jet_meaning(tree).sql(dialect="duckdb")
        with _interrupted(connection, stop):
            found = connection.sql(text, params=list(parameters)).pl() if parameters else connection.sql(text).pl()
    except duckdb.Error as error:
        if stop is not None and stop():
            raise Canceled from None
        raise ExcelQueryError(str(error).splitlines()[0]) from None
    finally:
        connection.close()
    return _described(found, types), found.rename({name: str(at) for at, name in enumerate(found.columns)})


def parse_query(text: str) -> Any:
    """The tree of a statement of Jet, or of a part that stands on its own; raises SqlglotError."""
    import sqlglot

    return sqlglot.parse_one(ansi_text(text), read="tsql")


def ansi_text(text: str) -> str:
    """A statement of Jet with the quotes and date literals of others.

    >>> print(ansi_text("select `a` from [b$] where d > #1/31/2024# and t = '#1/1/2024#'"))
    select "a" from [b$] where d > CAST('2024-01-31' AS DATETIME) and t = '#1/1/2024#'
    """

    def replaced(found: re.Match[str]) -> str:
        if found["name"]:
            return f'"{found["name"][1:-1]}"'
        if not found["month"]:
            return found[0]
        return (
            f"CAST('{found['year']}-{int(found['month']):02}-{int(found['day']):02}{found['time'] or ''}' AS DATETIME)"
        )

    return _PIECES.sub(replaced, text)


def jet_meaning(tree: Any) -> Any:
    """The query with what Jet means by it.

    LIKE knows no case, ``&`` joins texts, ISNULL of one value is a test; an expression without a name is called
    ``Expr1000``, with its place among the columns (unverified where columns stand before it).
    """
    from sqlglot import exp

    for node in reversed(list(tree.walk())):
        if type(node) is exp.Like:
            node.replace(exp.ILike(**node.args))
        elif isinstance(node, exp.BitwiseAnd):
            sides = node.args["this"], node.args["expression"]
            texts = [exp.func("JET_TEXT", side) for side in sides]
            node.replace(exp.Anonymous(this="CONCAT", expressions=texts))  # NULL joins as nothing
        elif isinstance(node, exp.Coalesce) and not node.expressions:
            node.replace(exp.Paren(this=exp.Is(this=node.this, expression=exp.Null())))
    for at, shown in enumerate(tree.selects):
        if not isinstance(shown, exp.Alias | exp.Column | exp.Star):
            shown.replace(exp.alias_(shown.copy(), f"Expr{1000 + at}"))
    return tree


@contextmanager
def _interrupted(connection: Any, stop: Callable[[], bool] | None) -> Iterator[None]:
    """The queries of a connection end when ``stop`` becomes true."""
    if stop is None:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_SECONDS):
            if stop():
                connection.interrupt()

    watching = threading.Thread(target=watch, name="sheets-watch", daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


def _described(frame: pl.DataFrame, types: dict[str, Any]) -> list[ResultColumn]:
    """Types of a query's columns: those of the sheet for columns as they stand, else by what came out."""
    import polars as pl

    from dtserve.datatypes import DT, TypeSpec

    found = []
    for name, dtype in frame.schema.items():
        spec = types.get(name.lower())
        if spec is None or spec.polars() != dtype:
            if dtype == pl.Boolean:
                spec = TypeSpec(DT.BOOL)
            elif dtype.is_integer():
                spec = TypeSpec(DT.I8)
            elif dtype.is_numeric():
                spec = TypeSpec(DT.R8)
            elif dtype.is_temporal():
                spec = TypeSpec(DT.DATE)
            else:
                spec = TypeSpec(DT.WSTR, length=4000)
        found.append(ResultColumn(name, spec))
    return found
