"""OLE DB Command: a statement per row (DATA_FLOW §5, FORMAT §6).

The markers of ``SqlCommand`` take, in the order of the external columns (Param_0, …), the
input columns mapped to them. A parameter whose DBParamInfoFlags say output (2) writes its
value back into its input column. Result sets are dropped. ``CommandTimeout`` in seconds.
A row whose statement fails has ErrorColumn 0; a value that does not fit its parameter has
the column's number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import SqlParameter
from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.component_errors import DatabaseRefused, ExternalColumnMissing
from dtserve.dataflow.conversion import fit, same_storage
from dtserve.dataflow.dispositions import RowErrors, object_path
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import acquire, connection_of, parameter_value
from dtserve.dataflow.table_writer import OnInput
from dtserve.datatypes import TypeSpec
from dtserve.datatypes.errors import HOST_CODES, TRUNCATED
from dtserve.errors import ConnectionError_

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import SqlSession
    from dtserve.dataflow.external_metadata import ExternalCheck
    from dtserve.package.model import Column, ExternalColumn

__all__ = ["OLEDBCommand"]

HOST = "ole_db_command"
STATEMENT_FAILED = 0xC0202009
"""ErrorCode of a row whose statement failed."""

_IS_INPUT, _IS_OUTPUT = 1, 2


@component("OLEDBCommand")
class OLEDBCommand(RowTransform):
    """Runs a statement for each row."""

    stateless = False
    side_effects = True
    _session: SqlSession | None = None
    _stopped = False

    def validate(self) -> None:
        """A statement, a connection, mappings that exist."""
        connection_of(self, "OleDbConnection")
        if not properties.text(self.model.properties, "SqlCommand").strip():
            raise BadProperty(property="SqlCommand", component=self.model.name, detail="it is empty")
        self._parameters()

    def validate_external(self, check: ExternalCheck) -> None:
        """The database must know what the statement names, and the external columns must be its markers."""
        check.command(self, properties.text(self.model.properties, "SqlCommand"), self.model.inputs[0])

    def start(self) -> None:
        """Open the connection."""
        self._work = self._parameters()
        self._statement = properties.text(self.model.properties, "SqlCommand")
        self._timeout = properties.integer(self.model.properties, "CommandTimeout", owner=self.model.name)
        self._session = acquire(self)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Run the statement for the rows of a buffer, in order."""
        import polars as pl

        errors = RowErrors(self, frame.height)
        columns = [self._bound(frame, errors, column, external, spec) for column, external, spec, _ in self._work]
        errors.raise_failure()
        skipped = errors.redirected_mask()
        codes: list[int | None] = [None] * frame.height
        messages: dict[int, str] = {}
        outputs: list[list[Any]] = []
        for row, values in enumerate(zip(*columns, strict=True) if columns else [()] * frame.height):
            if skipped is not None and skipped[row]:
                outputs.append([])
                continue
            try:
                outputs.append(self._run(values))
            except ConnectionError_ as error:
                codes[row], messages[row] = STATEMENT_FAILED, error.message
                outputs.append([])
                if self.model.inputs[0].error_disposition not in ("RedirectRow", "IgnoreFailure"):
                    break
            if self._stopped or self.host.cancel.is_set():
                return
        errors.errors(
            self.model.inputs[0],
            pl.Series(codes, dtype=pl.UInt32),
            whole_row=True,
            cause=lambda row, code, truncated: DatabaseRefused(detail=messages.get(row, "")),
        )
        errors.raise_failure()
        kept, redirected = errors.settle(self._with_outputs(frame, outputs), frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        yield self.output().ref_id, kept

    def interrupt(self) -> None:
        """End the statement that runs, and run no more."""
        self._stopped = True
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _run(self, values: tuple[Any, ...]) -> list[Any]:
        """One row; the values of the output parameters."""
        if self._session is None:
            return []
        parameters = []
        for (_, external, _, flags), value in zip(self._work, values, strict=True):
            direction = "Input"
            if flags & _IS_OUTPUT:
                direction = "InputOutput" if flags & _IS_INPUT else "Output"
            size = external.type.length or -1
            parameters.append(
                SqlParameter(parameter_value(value, external.type), external.type, external.name, direction, size)
            )
        results = self._session.execute(self._statement, parameters, timeout=self._timeout)
        given: dict[str, Any] = {}
        for result in results:
            given.update(result.output_values)
        return [given.get(external.name) for _, external, _, flags in self._work if flags & _IS_OUTPUT]

    def _bound(
        self, frame: pl.DataFrame, errors: RowErrors, column: Column, external: ExternalColumn, spec: TypeSpec
    ) -> list[Any]:
        """The values of one parameter for all rows."""
        values = frame[column.lineage_id]
        if not same_storage(spec, external.type):
            result = fit(values, spec, external.type, HOST, locale_id=self.locale)
            owner = OnInput(self.model.inputs[0], column)
            values = errors.take(owner, result, truncation_code=HOST_CODES[HOST][TRUNCATED])
        return values.to_list()

    def _with_outputs(self, frame: pl.DataFrame, outputs: list[list[Any]]) -> pl.DataFrame:
        """The buffer with the values of output parameters in their columns."""
        import polars as pl

        targets = [(column, spec) for column, _, spec, flags in self._work if flags & _IS_OUTPUT]
        made = []
        for at, (column, spec) in enumerate(targets):
            before = frame[column.lineage_id].to_list()
            found = [row[at] if row else before[index] for index, row in enumerate(outputs)]
            made.append(pl.Series(column.lineage_id, found, dtype=spec.polars(), strict=False))
        return frame.with_columns(made) if made else frame

    def _parameters(self) -> list[tuple[Column, ExternalColumn, TypeSpec, int]]:
        """Input column, external column, arriving type and flags, in the order of the markers."""
        into = self.model.inputs[0]
        arriving = self.input_schemas.get(into.ref_id, {})
        mapped = {c.external_ref: c for c in into.columns if c.external_ref}
        known = {e.ref_id for e in into.external_columns}
        for column in into.columns:
            if column.external_ref and column.external_ref not in known:
                raise ExternalColumnMissing(object=object_path(self.model, column))
        found = []
        for external in into.external_columns:
            flags = properties.integer(external.properties, "DBParamInfoFlags", _IS_INPUT, owner=self.model.name)
            if external.ref_id not in mapped:
                raise BadProperty(
                    property=external.name, component=self.model.name, detail="no input column is mapped to it"
                )
            source = mapped[external.ref_id]
            found.append((source, external, arriving.get(source.lineage_id, source.type), flags))
        return found
