"""Data Conversion: converted copies of columns (DATA_FLOW §5, §3.3, §3.4).

Each output column names its input column in ``SourceInputColumnLineageID``; the type is
that of the output column, ``FastParse`` chooses the locale-free parser. The original
column stays. Errors and truncations follow the dispositions of the output column.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.conversion import check_convertible, fit_regular, status, truncation_code
from dtserve.dataflow.dispositions import Cause, RowErrors
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import CodePagesDiffer, DataConversionFailed, OutputColumnNotInInput
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["DataConversion"]

HOST = "data_conversion"


@component("DataConvert")
class DataConversion(RowTransform):
    """Converts columns."""

    concurrent = True

    def validate(self) -> None:
        """Every output column must come from an input column of a type that converts."""
        for column, _, source in self._pairs():
            if source.dt is column.type.dt is DT.STR and source.code_page != column.type.code_page:
                raise CodePagesDiffer(
                    source=source.dt.label, source_page=source.code_page,
                    target=column.type.dt.label, target_page=column.type.code_page,
                )  # fmt: skip
            check_convertible(source, column.type)

    def start(self) -> None:
        """Resolve the columns once."""
        self._work = self._pairs()

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Convert all columns of a buffer."""
        errors = RowErrors(self, frame.height)
        made = []
        for column, lineage, source in self._work:
            fast = properties.boolean(column.properties, "FastParse", owner=self.model.name)
            result = fit_regular(frame[lineage], source, column.type, HOST, locale_id=self.locale, fast_parse=fast)
            values = errors.take(
                column, result, truncation_code=truncation_code(HOST), cause=self._cause(column, lineage)
            )
            made.append(values.alias(column.lineage_id))
        kept, redirected = errors.settle(frame.with_columns(made), frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        yield self.output().ref_id, kept

    def _cause(self, column: Column, lineage: str) -> Cause:
        source = next(c for c in self.model.inputs[0].columns if c.lineage_id == lineage)

        def cause(row: int, code: int, truncated: bool) -> DtserveError:
            number, text = status(code, truncated, HOST)
            return DataConversionFailed(
                source=source.name, source_number=source.number, target=column.name, target_number=column.number,
                status=number, text=text,
            )  # fmt: skip

        return cause

    def _pairs(self) -> list[tuple[Column, str, TypeSpec]]:
        """Output column, lineage id and type of its source."""
        into = self.model.inputs[0]
        arriving = self.input_schemas.get(into.ref_id, {})
        listed = {c.lineage_id for c in into.columns}
        found = []
        for column in self.output().columns:
            lineage = properties.reference(column.properties, "SourceInputColumnLineageID")
            if lineage not in arriving or lineage not in listed:
                raise OutputColumnNotInInput(column=column.name, number=column.number, lineage=lineage)
            found.append((column, lineage, arriving[lineage]))
        return found
