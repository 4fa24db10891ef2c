"""The scalar back-end: one value from variables, parameters and at most one row, without Polars.

Runs the typed tree for variables, constraints, loops, parameters and property expressions,
and the constant parts of data flow expressions. ``?:``, ``&&`` and ``||`` evaluate only
what they need (EXPRESSIONS §3.4); everything was typed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.arithmetic import arithmetic, negate
from dtserve.expressions.collation import sort_key
from dtserve.expressions.conversion import convert_scalar
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.functions.base import ScalarCall
from dtserve.expressions.trampoline import Step, run
from dtserve.expressions.typed import (
    Apply,
    Arithmetic,
    Choose,
    Compare,
    Concat,
    Constant,
    Convert,
    Flip,
    Input,
    Logical,
    Typed,
)
from dtserve.expressions.utf16 import utf16_length
from dtserve.expressions.value_errors import LegacyLength

__all__ = ["LEGACY_LIMIT", "Moment", "compute"]

LEGACY_LIMIT = 4_000
"""Characters of a string result in packages of SQL Server 2005 to 2008 R2 (EXPRESSIONS §1)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What an evaluation takes from outside: the clock, the locale, and the old length limit."""

    local: datetime
    utc: datetime
    locale_id: int = 1033
    legacy_limit: bool = False

    @classmethod
    def now(cls, locale_id: int = 1033, *, legacy_limit: bool = False) -> Moment:
        """The present, to the millisecond as DT_DBTIMESTAMP has it."""
        utc = datetime.now(UTC)
        utc = utc.replace(microsecond=utc.microsecond // 1000 * 1000)
        return cls(utc.astimezone().replace(tzinfo=None), utc.replace(tzinfo=None), locale_id, legacy_limit)


def compute(node: Typed, moment: Moment, text: str, row: Mapping[str, Any] | None = None) -> Any:
    """The value of a typed tree; None for NULL. ``row`` gives the input columns by frame name.

    Raises the coded faults of :mod:`.value_errors`, located in ``text``.
    """
    return run(_Evaluation(moment, text, row or {}).visit(node))


class _Evaluation:
    def __init__(self, moment: Moment, text: str, row: Mapping[str, Any]) -> None:
        self.moment = moment
        self.text = text
        self.row = row

    def visit(self, node: Typed) -> Step[Any]:
        """The value of ``node``."""
        values: tuple[Any, ...]
        match node:
            case Constant():
                return node.value
            case Choose():
                condition = yield self.visit(node.condition)
                if condition is None:
                    return None
                return (yield self.visit(node.when_true if condition else node.when_false))
            case Logical():
                return (yield self.logical(node))
            case Convert() | Flip():
                values = ((yield self.visit(node.operand)),)
            case Arithmetic() | Compare():
                left = yield self.visit(node.left)
                values = (left, (yield self.visit(node.right)))
            case Concat() | Apply():
                found = []
                for operand in node.operands if isinstance(node, Concat) else node.arguments:
                    value = yield self.visit(operand)
                    found.append(value)
                values = tuple(found)
            case Input():
                return self.row[node.frame_name]
        try:
            return self.combine(node, values)
        except ExpressionFault as fault:
            raise fault.locate(self.text, node.start, node.end) from None

    def logical(self, node: Logical) -> Step[Any]:
        """Three-valued ``&&`` and ``||``; the right side only where the left does not decide."""
        decisive = node.operator == "||"
        left = yield self.visit(node.left)
        if left is decisive:
            return decisive
        right = yield self.visit(node.right)
        if right is decisive:
            return decisive
        return None if left is None or right is None else not decisive

    def combine(self, node: Typed, values: tuple[Any, ...]) -> Any:
        """One operation on the values of its operands."""
        if isinstance(node, Apply):
            if node.function.strict and None in values:
                return None
            return self.limited(node.function.scalar(self.call(node), *values), node.type)
        if None in values:
            return None
        match node:
            case Convert():
                return convert_scalar(values[0], node.operand.type, node.target, self.moment.locale_id)
            case Flip():
                return _flip(node, values[0])
            case Arithmetic():
                return arithmetic(node.operator, values[0], values[1], node.type)
            case Compare():
                return compare(node.operator, values[0], values[1], node.left.type)
            case Concat() if node.type.family == "text":
                return self.limited("".join(values), node.type)
            case Concat():
                return b"".join(values)
        raise ExpressionFault(detail=f"no operation {type(node).__name__}")  # pragma: no cover

    def call(self, node: Apply) -> ScalarCall:
        types = tuple(argument.type for argument in node.arguments)
        now = self.moment.utc if node.function.name == "GETUTCDATE" else self.moment.local
        return ScalarCall(node.function.name, node.type, types, now, self.moment.locale_id)

    def limited(self, value: Any, spec: TypeSpec) -> Any:
        """The value; LegacyLength where the old limit holds and text exceeds it."""
        if self.moment.legacy_limit and spec.dt is DT.WSTR and value is not None and utf16_length(value) > LEGACY_LIMIT:
            raise LegacyLength(limit=LEGACY_LIMIT)
        return value


def _flip(node: Flip, value: Any) -> Any:
    if node.operator == "!":
        return not value
    if node.operator == "~":
        return ~value if node.type.info.signed else node.type.info.high - value
    return negate(value, node.type)


def compare(operator: str, left: Any, right: Any, spec: TypeSpec) -> bool:
    """A comparison of two values of one type; text is equal only character by character."""
    if operator == "==":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if spec.dt is DT.WSTR:
        left, right = sort_key(left), sort_key(right)
    match operator:
        case "<":
            return bool(left < right)
        case ">":
            return bool(left > right)
        case "<=":
            return bool(left <= right)
        case _:
            return bool(left >= right)
