"""Conditional Split: each row to the first output whose condition is true (DATA_FLOW §5).

Conditions run in the order of ``EvaluationOrder``; what none takes goes to the output
with ``IsDefaultOut``. A condition that is NULL or fails for a row that reaches it is an
error of that output: Fail, Redirect, or Ignore (then it counts as false). A condition
is not an error for rows that an earlier one took.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.dispositions import Cause, RowErrors, object_path
from dtserve.dataflow.errors import BadMetadata
from dtserve.dataflow.expressions import compile_expression, expression_text, readable
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import ConditionNotBoolean, ConditionNull, ExpressionFailed
from dtserve.datatypes import DT
from dtserve.errors import DtserveError, hresult

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions import CompiledExpression
    from dtserve.package.model import Output

__all__ = ["ConditionalSplit"]

NULL_CONDITION = 0xC020902C
"""ErrorCode of a row whose condition is NULL (DTS_E_TXSPLITSTATIC_EXPRESSIONEVALUATEDTONULL)."""


@component("ConditionalSplit")
class ConditionalSplit(RowTransform):
    """Routes rows by conditions."""

    concurrent = True

    def validate(self) -> None:
        """Every condition must compile and be Boolean; there must be a default output."""
        self._compile()
        self._default()

    def start(self) -> None:
        """Compile the conditions."""
        self._conditions = self._compile()
        self._default_ref = self._default().ref_id

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Split one buffer; rows keep their order inside each output."""
        errors = RowErrors(self, frame.height)
        open_rows: pl.Series | None = None
        routed: list[tuple[str, pl.Series]] = []
        for output, text, condition in self._conditions:
            result = condition.evaluate(frame)
            values = result.values
            if values.null_count():
                codes = _codes(values, result.errors, open_rows)
                errors.errors(output, codes, whole_row=True, cause=self._cause(output, text))
                values = values.fill_null(False)
                if output.error_disposition != "IgnoreFailure":
                    open_rows = codes.is_null() if open_rows is None else open_rows & codes.is_null()
            taken = values if open_rows is None else open_rows & values
            routed.append((output.ref_id, taken))
            open_rows = ~taken if open_rows is None else open_rows & ~taken
        _, redirected = errors.settle(frame, frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        for ref, taken in routed:
            if taken.any():
                yield ref, self._rows(frame, ref, taken)
        if open_rows is None:
            yield self._default_ref, frame
        elif open_rows.any():
            yield self._default_ref, self._rows(frame, self._default_ref, open_rows)

    def _rows(self, frame: pl.DataFrame, ref: str, taken: pl.Series) -> pl.DataFrame:
        """The rows of an output, only with the columns that somebody behind it wants."""
        from dtserve.dataflow.column_views import rows_of

        wanted = list(self.output_schemas.get(ref, ()))
        return rows_of(frame[wanted] if wanted else frame, taken)

    def _cause(self, output: Output, text: str) -> Cause:
        def cause(row: int, code: int, truncated: bool) -> DtserveError:
            if code == NULL_CONDITION:
                place = object_path(self.model, output)
                return ConditionNull(expression=readable(text), object=place, component=self.model.name)
            return ExpressionFailed(expression=readable(text), error_code=hresult(code))

        return cause

    def _compile(self) -> list[tuple[Output, str, CompiledExpression]]:
        cases = [
            o
            for o in self.model.outputs
            if not o.is_error_out and not properties.boolean(o.properties, "IsDefaultOut", owner=self.model.name)
        ]
        cases.sort(key=lambda o: properties.integer(o.properties, "EvaluationOrder", owner=self.model.name))
        found = []
        for output in cases:
            text = expression_text(output.properties)
            compiled = compile_expression(self, output.synchronous_input, text, output.name)
            if compiled.type.dt is not DT.BOOL:
                raise ConditionNotBoolean(expression=readable(text))
            found.append((output, text, compiled))
        return found

    def _default(self) -> Output:
        for output in self.model.outputs:
            if properties.boolean(output.properties, "IsDefaultOut", owner=self.model.name):
                return output
        raise BadMetadata(component=self.model.name, detail="no output has the property IsDefaultOut")


def _codes(values: pl.Series, errors: pl.Series | None, open_rows: pl.Series | None) -> pl.Series:
    """The error of each row that reached the condition (all when None): its own, or that it is NULL."""
    import polars as pl

    own = errors if errors is not None else pl.repeat(None, values.len(), dtype=pl.UInt32, eager=True)
    rows = pl.DataFrame([values.alias("value"), own.alias("own")])
    failed = pl.col("value").is_null()
    if open_rows is not None:
        failed = failed & pl.lit(open_rows)
    code = pl.col("own").fill_null(pl.lit(NULL_CONDITION, pl.UInt32))
    return rows.select(pl.when(failed).then(code)).to_series()
