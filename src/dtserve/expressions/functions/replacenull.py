"""REPLACENULL: ``REPLACENULL(value, replacement)``, the replacement where the value is NULL (2012 and later).

The result has the type of the value, to which the replacement is converted; no BLOBs.
Text results are longer than both (a switch, EXPRESSIONS §5.2).

>>> from dtserve.expressions import evaluate
>>> evaluate("REPLACENULL(NULL(DT_I4), -1)").value
-1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.matrix import is_legal
from dtserve.expressions.functions._lengths import text
from dtserve.expressions.functions.base import Arguments, Function, ScalarCall
from dtserve.expressions.switches import current
from dtserve.expressions.type_errors import ParameterType

if TYPE_CHECKING:
    import polars as pl

    from dtserve.expressions.columnar_calls import ColumnCall
    from dtserve.expressions.program import Operand

__all__ = ["FUNCTION"]


def _prepare(arguments: Arguments) -> tuple[TypeSpec, TypeSpec]:
    value, replacement = arguments.types
    for number, spec in enumerate(arguments.types, 1):
        if spec.info.blob:
            raise ParameterType(function="REPLACENULL", type=spec.dt.label, number=number)
    if value.dt is not replacement.dt and not is_legal(replacement.dt, value.dt):
        raise ParameterType(function="REPLACENULL", type=replacement.dt.label, number=2)
    if value.dt is DT.WSTR:
        return value, text(max(value.length, replacement.length, _MOST_DIGITS))
    return value, value


_MOST_DIGITS = 40


def _result(arguments: Arguments) -> TypeSpec:
    value = arguments.types[0]
    if value.dt is not DT.WSTR:
        return value
    if current().replacenull_length_doubles:
        return text(2 * value.length + 2)
    return text(max(value.length, arguments.types[1].length))


def _scalar(call: ScalarCall, value: object, replacement: object) -> object:
    return replacement if value is None else value


def _columnar(call: ColumnCall, value: Operand, replacement: Operand) -> pl.Expr:
    from dtserve.expressions.null_columns import replace_null

    return replace_null(call.type, value, replacement)


FUNCTION = Function(
    name="REPLACENULL",
    parameters=("any", "any"),
    result=_result,
    scalar=_scalar,
    columnar=_columnar,
    strict=False,
    prepare=_prepare,
)
