"""The common side of destinations that write to a table: which columns, converted to what, rows refused.

Input columns are mapped to external columns by ``externalMetadataColumnId``; table columns
without an input column get their default or NULL. Values are converted to the type of
the external column; what does not fit is an error of the row with the disposition of the
input and the number of the column (DATA_FLOW §6, §2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dtserve.connections.base import ResultColumn
from dtserve.dataflow.component_errors import (
    ColumnStatusError,
    ExternalColumnMissing,
    NotMapped,
    UnicodeMismatch,
)
from dtserve.dataflow.conversion import check_convertible, fit, same_storage, status
from dtserve.dataflow.dispositions import Cause, RowErrors, error_columns, object_path
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import HOST_CODES, TRUNCATED
from dtserve.errors import DtserveError, signed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.base import Emit, PipelineComponent
    from dtserve.package.model import Column, ExternalColumn, Input

__all__ = ["OnInput", "TableWriter", "originals_at"]

_POTENTIAL_TRUNCATION = 0x802092A7
_UNICODE = frozenset({DT.WSTR, DT.NTEXT})
_ANSI = frozenset({DT.STR, DT.TEXT})


@dataclass(frozen=True)
class OnInput:
    """A column of an input, with the disposition of the input (destinations have none per column)."""

    owner: Input
    column: Column

    @property
    def ref_id(self) -> str:
        """The refId of the input."""
        return self.owner.ref_id

    @property
    def name(self) -> str:
        """The name of the input."""
        return self.owner.name

    @property
    def number(self) -> int:
        """The number of the column."""
        return self.column.number

    @property
    def error_disposition(self) -> str:
        """The disposition of the input."""
        return self.owner.error_disposition

    @property
    def truncation_disposition(self) -> str:
        """A value that does not fit is an error of the row."""
        return self.owner.error_disposition


class TableWriter:
    """Maps and converts the buffers of one destination; ``host`` chooses the error codes."""

    def __init__(self, component: PipelineComponent, host: str = "ole_db_destination") -> None:
        self._component = component
        self._host = host
        self._input = component.model.inputs[0]
        self.mapped = self._mapped()

    @property
    def columns(self) -> list[ResultColumn]:
        """The table columns that get values, in the order of the converted frames."""
        return [ResultColumn(external.name, external.type) for _, external, _ in self.mapped]

    @property
    def tolerant(self) -> bool:
        """Whether refused rows do not fail the component."""
        return self._input.error_disposition in ("RedirectRow", "IgnoreFailure")

    def validate(self, *, strict_texts: bool = True) -> None:
        """Mapping and types; warns of columns that may be truncated.

        ``strict_texts``: unicode and non-unicode texts do not convert into each other.
        """
        if not self.mapped:
            raise NotMapped(object=object_path(self._component.model, self._input))
        for column, external, spec in self.mapped:
            if strict_texts:
                self._check_texts(column, external, spec)
            check_convertible(spec, external.type)
            if spec.family == external.type.family == "text" and 0 < external.type.length < spec.length:
                self._component.host.fire_warning(
                    _POTENTIAL_TRUNCATION,
                    self._component.label,
                    f'Truncation may occur due to inserting data from data flow column "{column.name}" with a length of '
                    f'{spec.length} to database column "{external.name}" with a length of {external.type.length}.',
                )

    def convert(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, list[Emit]]:
        """Rows for the table (columns by position), their originals, and what goes to the error output."""
        import polars as pl

        errors = RowErrors(self._component, frame.height)
        made = []
        for at, (column, external, spec) in enumerate(self.mapped):
            values = frame[column.lineage_id]
            if not same_storage(spec, external.type):
                result = fit(values, spec, external.type, self._host, locale_id=self._component.locale)
                owner = OnInput(self._input, column)
                code = HOST_CODES[self._host][TRUNCATED]
                values = errors.take(owner, result, truncation_code=code, cause=self._cause(column))
            made.append(values.alias(str(at)))
        rows = pl.DataFrame(made).with_columns(pl.int_range(frame.height, dtype=pl.UInt32).alias("__at"))
        kept, redirected = errors.settle(rows, frame)
        originals = frame if kept.height == frame.height else frame[kept["__at"]]
        return kept.drop("__at"), originals, self._to_error(redirected)

    def refused(self, originals: pl.DataFrame, code: int) -> Iterator[Emit]:
        """Whole rows that the database refused, for the error output (nothing when ignored)."""
        import numpy as np

        output = next((o for o in self._component.model.outputs if o.is_error_out), None)
        if self._input.error_disposition != "RedirectRow" or output is None or not originals.height:
            return
        codes = np.full(originals.height, signed(code), dtype=np.int32)
        columns = np.zeros(originals.height, dtype=np.int32)
        yield output.ref_id, originals.with_columns(error_columns(output, codes, columns))

    def _to_error(self, rows: pl.DataFrame | None) -> list[Emit]:
        return [] if rows is None else [(self._component.output(error=True).ref_id, rows)]

    def _cause(self, column: Column) -> Cause:
        model = self._component.model

        def cause(row: int, code: int, truncated: bool) -> DtserveError:
            return ColumnStatusError(
                object=object_path(model, column),
                owner=object_path(model, self._input),
                status=status(code, truncated, self._host)[1],
            )

        return cause

    def _mapped(self) -> list[tuple[Column, ExternalColumn, TypeSpec]]:
        """Input column, external column, type that arrives."""
        external = {e.ref_id: e for e in self._input.external_columns}
        arriving = self._component.input_schemas.get(self._input.ref_id, {})
        found = []
        for column in self._input.columns:
            if column.usage == "ignored" or not column.external_ref:
                continue
            if column.external_ref not in external:
                raise ExternalColumnMissing(object=object_path(self._component.model, column))
            found.append((column, external[column.external_ref], arriving.get(column.lineage_id, column.type)))
        return found

    @staticmethod
    def _check_texts(column: Column, external: ExternalColumn, spec: TypeSpec) -> None:
        target = external.type
        if (spec.dt in _UNICODE and target.dt in _ANSI) or (spec.dt in _ANSI and target.dt in _UNICODE):
            raise UnicodeMismatch(column=column.name)


def originals_at(originals: pl.DataFrame, rows: Sequence[int]) -> pl.DataFrame:
    """Some rows of a frame."""
    import polars as pl

    return originals[pl.Series(list(rows), dtype=pl.UInt32)]
