"""The SSIS expression language: parsed, typed, and evaluated on values or on whole columns.

``evaluate`` runs an expression of variables without Polars; ``compile_columns`` compiles
one over input columns to Polars. Both have one meaning (docs/reference/expressions.md).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dtserve.expressions.assignment import split_assignment
    from dtserve.expressions.columnar import CompiledExpression
    from dtserve.expressions.errors import AmbiguousVariable, ExpressionFault, UnknownVariable, VariableType
    from dtserve.expressions.evaluation import compile_columns, evaluate, evaluate_boolean, find_faults
    from dtserve.expressions.functions import function_names
    from dtserve.expressions.nodes import Node
    from dtserve.expressions.parser import parse
    from dtserve.expressions.printer import print_node
    from dtserve.expressions.scalar import Moment
    from dtserve.expressions.scope import ColumnBinding, MappingScope, TypedValue, VariableScope

_HOMES = {
    "AmbiguousVariable": "errors",
    "ColumnBinding": "scope",
    "CompiledExpression": "columnar",
    "ExpressionFault": "errors",
    "MappingScope": "scope",
    "Moment": "scalar",
    "Node": "nodes",
    "TypedValue": "scope",
    "UnknownVariable": "errors",
    "VariableScope": "scope",
    "VariableType": "errors",
    "compile_columns": "evaluation",
    "evaluate": "evaluation",
    "evaluate_boolean": "evaluation",
    "find_faults": "evaluation",
    "function_names": "functions",
    "parse": "parser",
    "print_node": "printer",
    "split_assignment": "assignment",
}

__all__ = [
    "AmbiguousVariable",
    "ColumnBinding",
    "CompiledExpression",
    "ExpressionFault",
    "MappingScope",
    "Moment",
    "Node",
    "TypedValue",
    "UnknownVariable",
    "VariableScope",
    "VariableType",
    "compile_columns",
    "evaluate",
    "evaluate_boolean",
    "find_faults",
    "function_names",
    "parse",
    "print_node",
    "split_assignment",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
