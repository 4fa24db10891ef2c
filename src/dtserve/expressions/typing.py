"""Nodes → typed tree: names are resolved, every type is known, every error of types is found.

Source: EXPRESSIONS §3.2 (operators), §5 (promotion, strings, casts), §6 (comparison), §7
(functions). Both branches of ``?:`` and both sides of ``&&`` are always typed. Two modes:
raise at the first fault (:func:`analyse`) or collect them all (:func:`check`).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.matrix import is_legal
from dtserve.expressions.calls import apply
from dtserve.expressions.errors import ExpressionFault, ExpressionTooDeep, UnknownVariable, VariableType
from dtserve.expressions.functions.null import typed_null
from dtserve.expressions.nodes import (
    Binary,
    Call,
    Cast,
    Column,
    Conditional,
    Lineage,
    Literal,
    Node,
    Null,
    Unary,
    Variable,
    children,
)
from dtserve.expressions.operators import binary, conditional, unary
from dtserve.expressions.promotion import as_text
from dtserve.expressions.scope import ColumnBinding, VariableScope, find_column
from dtserve.expressions.trampoline import Step, run
from dtserve.expressions.type_errors import CastCodePages, IllegalCast
from dtserve.expressions.typed import Constant, Convert, Input, Level, Typed
from dtserve.expressions.typespecs import type_of
from dtserve.expressions.utf16 import utf16_length

__all__ = ["Columns", "analyse", "check"]

Columns = Mapping[str, list[ColumnBinding]]
"""Ways to write a column → columns, from :func:`~.scope.index_columns`."""


def analyse(node: Node, text: str, scope: VariableScope | None, columns: Columns | None = None) -> Typed:
    """The typed tree of ``node``; raises the first fault, located in ``text``.

    ``columns`` is None outside a data flow. DT_STR as type of the result exists only where
    the root is a cast to DT_STR or NULL(DT_STR, …).
    """
    typer = _Typer(text, scope, columns, None)
    try:
        return cast(Typed, run(typer.visit(node, True)))
    except ExpressionTooDeep as fault:
        raise fault.locate(text, node.start, node.end) from None


def check(
    node: Node, text: str, scope: VariableScope | None, columns: Columns | None = None
) -> tuple[Typed | None, list[ExpressionFault]]:
    """The typed tree, or None and all faults that do not follow from another one."""
    faults: list[ExpressionFault] = []
    typer = _Typer(text, scope, columns, faults)
    try:
        return run(typer.visit(node, True)), faults
    except ExpressionTooDeep as fault:
        return None, [fault.locate(text, node.start, node.end)]


class _Typer:
    def __init__(
        self, text: str, scope: VariableScope | None, columns: Columns | None, faults: list[ExpressionFault] | None
    ) -> None:
        self.text = text
        self.scope = scope
        self.columns = columns
        self.faults = faults
        self.variables: dict[str, tuple[TypeSpec, object]] = {}

    def visit(self, node: Node, root: bool = False) -> Step[Typed | None]:
        """The typed node; None where a fault was collected in it or below."""
        operands: list[Typed | None] = []
        for part in children(node):
            typed: Typed | None = yield self.visit(part)
            operands.append(typed)
        known = [operand for operand in operands if operand is not None]
        if len(known) < len(operands):
            return None
        try:
            return self.typed(node, known, root)
        except ExpressionFault as fault:
            fault.locate(self.text, node.start, node.end)
            if self.faults is None:
                raise
            self.faults.append(fault)
            return None

    def typed(self, node: Node, operands: list[Typed], root: bool) -> Typed:
        match node:
            case Literal():
                return _literal(node)
            case Variable():
                return self.variable(node)
            case Column() | Lineage():
                return self.column(node)
            case Null():
                return typed_null(node, self.text)
            case Cast():
                return self.cast(node, operands[0], root)
            case Unary():
                return unary(node.operator, operands[0], node.start, node.end)
            case Binary():
                return binary(node.operator, operands[0], operands[1], node.start, node.end)
            case Conditional():
                return conditional(operands[0], operands[1], operands[2], node.start, node.end)
            case Call():
                return apply(node.name, operands, node.start, node.end)

    def variable(self, node: Variable) -> Typed:
        if node.name not in self.variables:
            if self.scope is None:
                raise UnknownVariable(name=node.name)
            self.variables[node.name] = self.scope.lookup(node.name)
        spec, value = self.variables[node.name]
        if spec.dt in (DT.EMPTY, DT.NULL) or spec.info.blob:
            raise VariableType(name=node.name)
        return Constant(as_text(spec), value, Level.VARIABLE, node.start, node.end)

    def column(self, node: Column | Lineage) -> Typed:
        binding = find_column(node, self.columns)
        return Input(as_text(binding.type), binding.frame_name, binding.type, Level.COLUMN, node.start, node.end)

    def cast(self, node: Cast, operand: Typed, root: bool) -> Typed:
        target = type_of(node, self.text)
        source = operand.type
        if not is_legal(source.dt, target.dt):
            raise IllegalCast(source=source.dt.label, target=target.dt.label)
        if source.dt is DT.TEXT and target.code_page and source.code_page != target.code_page:
            raise CastCodePages(source=source.code_page, target=target.code_page)
        shown = target if root else as_text(target)
        return Convert(shown, target, operand, True, operand.level, node.start, node.end)


def _literal(node: Literal) -> Constant:
    dt = DT[node.kind.removeprefix("DT_")]
    if dt is DT.WSTR:
        spec = TypeSpec(dt, length=utf16_length(str(node.value)))
    elif isinstance(node.value, Decimal):
        spec = TypeSpec(dt, precision=max(node.precision, 1), scale=node.scale)
    else:
        spec = TypeSpec(dt)
    return Constant(spec, node.value, Level.LITERAL, node.start, node.end)
