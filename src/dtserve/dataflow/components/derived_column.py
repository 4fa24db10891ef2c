"""Derived Column: new columns and replaced columns from expressions (DATA_FLOW §5).

New columns are output columns, replaced ones input columns with usage ``readWrite``; both
carry ``Expression`` (by lineage id) and ``FriendlyExpression`` (by name). All expressions
see the row as it came in: a replacement is not visible to another expression. The result
is converted to the declared type; a text that gets shorter is a truncation, any other
loss an error, each with its own disposition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.dispositions import Cause, RowErrors
from dtserve.dataflow.expressions import compile_expression, expression_text, readable
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import ExpressionFailed
from dtserve.errors import DtserveError, hresult

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes import TypeSpec
    from dtserve.expressions import CompiledExpression
    from dtserve.package.model import Column

__all__ = ["DerivedColumn"]


@component("DerivedColumn")
class DerivedColumn(RowTransform):
    """Computes columns."""

    concurrent = True

    def validate(self) -> None:
        """Every expression must compile."""
        self._compile()

    def start(self) -> None:
        """Compile the expressions."""
        self._work = self._compile()

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Compute all columns from the row as it came."""
        from dtserve.datatypes.columns import convert_column

        errors = RowErrors(self, frame.height)
        made = []
        for column, text, compiled, target in self._work:
            cause = self._cause(text)
            result = compiled.evaluate(frame)
            values = errors.take(column, result, cause=cause)
            if compiled.type != target:
                fitted = convert_column(values, compiled.type, target, locale_id=self.locale)
                values = errors.take(column, fitted, cause=cause)
            made.append(values.alias(column.lineage_id))
        kept, redirected = errors.settle(frame.with_columns(made), frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        yield self.output().ref_id, kept

    def _cause(self, text: str) -> Cause:
        def cause(row: int, code: int, truncated: bool) -> DtserveError | None:
            return None if truncated else ExpressionFailed(expression=readable(text), error_code=hresult(code))

        return cause

    def _compile(self) -> list[tuple[Column, str, CompiledExpression, TypeSpec]]:
        into = self.model.inputs[0]
        schema = self.input_schemas.get(into.ref_id, {})
        replaced = [(c, schema.get(c.lineage_id, c.type)) for c in into.columns if c.usage == "readWrite"]
        added = [(c, c.type) for c in self.output().columns]
        found = []
        for column, target in (*replaced, *added):
            text = expression_text(column.properties)
            compiled = compile_expression(self, into.ref_id, text, column.name)
            found.append((column, text, compiled, target))
        return found
