"""Rows of a query as the buffers of a source: columns by name, types as declared, errors by disposition.

Shared by the OLE DB, ADO.NET, ODBC and Excel sources (DATA_FLOW §4.1): an output column
takes the result column that its external column names; a value that does not fit the
declared type is an error or truncation of that column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dtserve.dataflow.component_errors import ColumnStatusError
from dtserve.dataflow.conversion import fit, same_storage, status, truncation_code
from dtserve.dataflow.dispositions import Cause, RowErrors, object_path
from dtserve.dataflow.sizes import rows_per_buffer
from dtserve.dataflow.sql import match_columns
from dtserve.datatypes import DT
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import ResultSet, SqlParameter, SqlSession
    from dtserve.dataflow.base import Emit, PipelineComponent
    from dtserve.datatypes import TypeSpec
    from dtserve.package.model import Column, Output

__all__ = ["SqlReader", "error_rows", "plainly_fits"]

_LIMITED = frozenset({DT.STR, DT.WSTR, DT.TEXT})


class SqlReader:
    """Reads for one component; ``host`` chooses the error codes (``datatypes.errors.HOST_CODES``)."""

    def __init__(self, component: PipelineComponent, host: str = "ole_db_source") -> None:
        self._component = component
        self._host = host
        self._output = component.output()
        self._error = next((o for o in component.model.outputs if o.is_error_out), None)
        self._columns = list(self._output.columns)

    def read(
        self, session: SqlSession, statement: str, parameters: Sequence[SqlParameter] = (), *, timeout: int = 0
    ) -> Iterator[Emit]:
        """The rows of a query, buffer by buffer."""
        rows = rows_per_buffer({c.lineage_id: c.type for c in self._output.columns})
        yield from self.frames(session.query(statement, parameters, batch_rows=rows, timeout=timeout))

    def frames(self, result: ResultSet) -> Iterator[Emit]:
        """The rows of a result."""
        names = self._external_names()
        places = match_columns(self._component.model.name, result.columns, [names[c.ref_id] for c in self._columns])
        sources = [result.columns[place].type for place in places]
        pairs = list(zip(self._columns, places, sources, strict=True))
        for frame in result.batches:
            if frame.height:
                yield from self._converted(frame, pairs)

    def _converted(self, frame: pl.DataFrame, pairs: Sequence[tuple[Column, int, object]]) -> Iterator[Emit]:
        import polars as pl

        errors = RowErrors(self._component, frame.height)
        made = []
        for column, place, source in pairs:
            values = frame.to_series(place)
            known = same_storage(source, column.type) and values.dtype == column.type.polars()  # type: ignore[arg-type]
            if not known or not plainly_fits(values, column.type):
                result = fit(values, source, column.type, self._host, locale_id=self._component.locale)  # type: ignore[arg-type]
                code = truncation_code(self._host)
                values = errors.take(column, result, truncation_code=code, cause=self._cause(column))
            made.append(values.alias(column.lineage_id))
        rows = pl.DataFrame(made)
        kept, redirected = errors.settle(rows, rows)
        if redirected is not None and self._error is not None:
            yield self._error.ref_id, error_rows(redirected, self._columns, self._error)
        yield self._output.ref_id, kept

    def _cause(self, column: Column) -> Cause:
        model = self._component.model

        def cause(row: int, code: int, truncated: bool) -> DtserveError:
            return ColumnStatusError(
                object=object_path(model, column),
                owner=object_path(model, self._output),
                status=status(code, truncated, self._host)[1],
            )

        return cause

    def _external_names(self) -> dict[str, str]:
        """Column refId → name of the result column."""
        external = {e.ref_id: e.name for e in self._output.external_columns}
        return {c.ref_id: external.get(c.external_ref, c.name) for c in self._output.columns}


def plainly_fits(values: pl.Series, spec: TypeSpec) -> bool:
    """Whether no value needs a look: not longer than the column in any measure, and ASCII where it has a code page.

    Databases do not all keep to the lengths that their tables declare, nor to a code page.
    """
    if spec.dt not in _LIMITED:
        return True
    sizes = values.str.len_bytes()
    if spec.length and spec.dt is not DT.TEXT and (sizes.max() or 0) > spec.length:  # type: ignore[operator]
        return False
    return spec.dt is DT.WSTR or sizes.sum() == values.str.len_chars().sum()


def error_rows(rows: pl.DataFrame, columns: Sequence[Column], error: Output) -> pl.DataFrame:
    """Redirected rows of a source under the names of its error output, whose columns repeat ``columns`` by name."""
    import polars as pl

    by_name = {c.name: c.lineage_id for c in columns}
    made = []
    for column in error.columns:
        if column.lineage_id in rows.columns:
            made.append(pl.col(column.lineage_id))
        elif column.name in by_name:
            made.append(pl.col(by_name[column.name]).cast(column.type.polars()).alias(column.lineage_id))
        else:
            made.append(pl.lit(None, dtype=column.type.polars()).alias(column.lineage_id))
    return rows.select(made)
