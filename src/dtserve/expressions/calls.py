"""Function calls while they are typed: count and kinds of arguments, result type (EXPRESSIONS §7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.errors import UnknownFunction
from dtserve.expressions.functions import find
from dtserve.expressions.functions.base import FLOAT, TIMESTAMP, Arguments, Function
from dtserve.expressions.operators import convert
from dtserve.expressions.promotion import DATE_TYPES, INTEGERS, NUMBERS, STRINGS
from dtserve.expressions.type_errors import (
    InvalidDatePartNode,
    ParameterCount,
    ParameterCountOneGiven,
    ParameterCountOneWanted,
    ParameterType,
)
from dtserve.expressions.typed import Apply, Constant, Flip, Level, Typed

__all__ = ["apply"]

_ALL = frozenset(DT) - {DT.STR, DT.EMPTY, DT.NULL}
_KINDS: dict[str, frozenset[DT]] = {
    "text": STRINGS - {DT.STR},
    "blob_or_text": frozenset((DT.WSTR, DT.TEXT, DT.NTEXT, DT.IMAGE, DT.BYTES)),
    "integer": INTEGERS,
    "number": NUMBERS,
    "float": NUMBERS,
    "date": DATE_TYPES,
    "part": frozenset((DT.WSTR,)),
    "any": _ALL,
}
"""Kind of parameter → types it takes. DT_STR appears only as a bare NULL(DT_STR, …), which no function takes."""


def apply(name: str, arguments: Sequence[Typed], start: int, end: int) -> Typed:
    """The typed call of function ``name``.

    UnknownFunction, ParameterCount, ParameterType, InvalidDatePartNode, or what the
    function's own type rule raises.
    """
    function = find(name)
    if function is None:
        raise UnknownFunction(name=name)
    _check_count(function, len(arguments))
    for number, (kind, argument) in enumerate(zip(function.parameters, arguments, strict=True), 1):
        _check_kind(function, number, kind, argument)
    prepared = [_prepared(kind, argument) for kind, argument in zip(function.parameters, arguments, strict=True)]
    facts = _facts(prepared)
    if function.prepare is not None:
        prepared = [convert(node, spec) for node, spec in zip(prepared, function.prepare(facts), strict=True)]
    if function.check is not None:
        function.check(facts)
    level = max((argument.level for argument in prepared), default=Level.LITERAL)
    if function.clock:
        level = max(level, Level.CLOCK)
    return Apply(function.result(facts), function, tuple(prepared), level, start, end)


def _check_count(function: Function, given: int) -> None:
    wanted = len(function.parameters)
    if given == wanted:
        return
    facts = {"function": function.name, "wanted": wanted, "given": given}
    if wanted == 1:
        raise ParameterCountOneWanted(**facts)
    raise ParameterCountOneGiven(**facts) if given == 1 else ParameterCount(**facts)


def _check_kind(function: Function, number: int, kind: str, argument: Typed) -> None:
    if kind == "part" and (argument.level > Level.VARIABLE or argument.type.dt is not DT.WSTR):
        raise InvalidDatePartNode(function=function.name)
    if argument.type.dt not in _KINDS[kind]:
        raise ParameterType(function=function.name, type=argument.type.dt.label, number=number)


def _prepared(kind: str, argument: Typed) -> Typed:
    if kind == "float":
        return convert(argument, FLOAT)
    if kind == "date":
        return convert(argument, TIMESTAMP)
    return argument


def _facts(arguments: Sequence[Typed]) -> Arguments:
    types: tuple[TypeSpec, ...] = tuple(argument.type for argument in arguments)
    return Arguments(types, tuple(_constant(argument) for argument in arguments), tuple(arguments))


def _constant(node: Typed) -> tuple[Any] | None:
    negative = isinstance(node, Flip) and node.operator == "-"
    inner = node.operand if isinstance(node, Flip) and negative else node
    if not isinstance(inner, Constant) or inner.level is not Level.LITERAL:
        return None
    return (-inner.value,) if negative and inner.value is not None else (inner.value,)
