"""Queries over sheets of a workbook, as the Excel Source and the Execute SQL Task send them (DATA_FLOW §4.7)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import ResultColumn
from dtserve.dataflow.excel import read_rowset

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ExcelQueryError", "query_workbook", "run_over_sheets"]


class ExcelQueryError(Exception):
    """A query that cannot be run over sheets; its text is the reason."""


def query_workbook(
    path: Path, text: str, *, header: bool, imex: int, parameters: Sequence[Any] = ()
) -> tuple[list[ResultColumn], pl.DataFrame]:
    """Columns and rows of a SELECT over sheets, columns of the frame by position; each sheet is read as a whole.

    Raises ExcelQueryError, FileCannotOpenRead, RowsetNotOpened.
    """
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(text.replace("`", '"'), read="tsql")
    except sqlglot.errors.SqlglotError as error:
        raise ExcelQueryError(str(error).splitlines()[0]) from None
    if not isinstance(tree, exp.Select):
        raise ExcelQueryError("only SELECT statements read workbooks")
    return run_over_sheets(path, tree, header=header, imex=imex, parameters=parameters)


def run_over_sheets(
    path: Path, tree: Any, *, header: bool, imex: int, parameters: Sequence[Any] = ()
) -> tuple[list[ResultColumn], pl.DataFrame]:
    """As :func:`query_workbook`, for a SELECT that is parsed already."""
    import duckdb
    from sqlglot import exp

    connection = duckdb.connect(":memory:")
    try:
        types: dict[str, Any] = {}
        for number, table in enumerate(list(tree.find_all(exp.Table))):
            columns, rows = read_rowset(path, table.name, header=header, imex=imex)
            named = rows.rename({str(at): column.name for at, column in enumerate(columns)})
            types.update({column.name.lower(): column.type for column in columns})
            connection.register(f"sheet{number}", named.to_arrow())
            renamed = exp.to_table(f"sheet{number}")
            renamed.set("alias", table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, True)))
            table.replace(renamed)
        text = tree.sql(dialect="duckdb")
        found = connection.sql(text, params=list(parameters)).pl() if parameters else connection.sql(text).pl()
    except duckdb.Error as error:
        raise ExcelQueryError(str(error).splitlines()[0]) from None
    finally:
        connection.close()
    return _described(found, types), found.rename({name: str(at) for at, name in enumerate(found.columns)})


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
