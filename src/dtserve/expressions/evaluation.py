"""The entrances of the room: evaluate text, compile text over columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from dtserve.datatypes import DT
from dtserve.expressions.assignment import split_assignment
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.nodes import Node
from dtserve.expressions.parser import parse
from dtserve.expressions.scalar import Moment, compute
from dtserve.expressions.scope import ColumnBinding, MappingScope, TypedValue, VariableScope, index_columns
from dtserve.expressions.type_errors import ResultType
from dtserve.expressions.typing import analyse, check

if TYPE_CHECKING:
    from dtserve.expressions.columnar import CompiledExpression

__all__ = ["compile_columns", "evaluate", "evaluate_boolean", "find_faults"]


def evaluate(
    text: str,
    scope: VariableScope | None = None,
    *,
    locale_id: int = 1033,
    moment: Moment | None = None,
    legacy_limit: bool = False,
) -> TypedValue:
    """The value of an expression of variables and parameters, with its type.

    For variables, property expressions, loops and tasks. A leading assignment is tolerated
    and gives its right side, as the designer does (EXPRESSIONS §3.1). ``moment`` fixes the
    clock; ``legacy_limit`` makes text of more than 4,000 characters an error, as in
    packages of 2005 to 2008 R2. Raises an ExpressionFault.

    >>> evaluate('"a" + (DT_WSTR,2)(1 + 2)')
    TypedValue(type=TypeSpec(dt=<DT.WSTR: 130>, length=3, precision=0, scale=0, code_page=0), value='a3')
    """
    expression, node = _parsed(text)
    known = scope if scope is not None else MappingScope()
    typed = analyse(node, expression, known)
    now = moment or Moment.now(locale_id, legacy_limit=legacy_limit)
    return TypedValue(typed.type, compute(typed, now, expression))


@lru_cache(maxsize=1024)
def _parsed(text: str) -> tuple[str, Node]:
    """The expression without its assignment, and its tree: loops evaluate the same text again and again."""
    _, expression = split_assignment(text)
    return expression, parse(expression)


def evaluate_boolean(
    text: str, scope: VariableScope | None = None, *, locale_id: int = 1033, moment: Moment | None = None
) -> bool:
    """The truth of a constraint or loop condition; NULL counts as false.

    ResultType where the expression is not DT_BOOL, else as :func:`evaluate`.
    """
    found = evaluate(text, scope, locale_id=locale_id, moment=moment)
    if found.type.dt is not DT.BOOL:
        raise ResultType(source=found.type.dt.label, target="DT_BOOL").locate(text, 0, len(text))
    return bool(found.value)


def compile_columns(
    text: str,
    columns: Sequence[ColumnBinding],
    scope: VariableScope | None = None,
    *,
    locale_id: int = 1033,
    clock: Callable[[], Moment] | None = None,
    legacy_limit: bool = False,
) -> CompiledExpression:
    """An expression over input columns, ready to run over frames.

    Variables are read now. With ``legacy_limit`` text results are cut at 4,000 characters. Raises the ExpressionFaults of parsing, typing and of parts
    without columns: what SSIS reports as failed validation.
    """
    from dtserve.expressions.columnar import compile_typed

    known = scope if scope is not None else MappingScope()
    typed = analyse(parse(text), text, known, index_columns(tuple(columns)))
    return compile_typed(typed, text, locale_id, clock, legacy_limit)


def find_faults(
    text: str, columns: Sequence[ColumnBinding] | None = None, scope: VariableScope | None = None
) -> list[ExpressionFault]:
    """Everything that is wrong with an expression before it runs, in order; empty where nothing is."""
    try:
        node = parse(text)
    except ExpressionFault as fault:
        return [fault]
    index = None if columns is None else index_columns(tuple(columns))
    return check(node, text, scope if scope is not None else MappingScope(), index)[1]
