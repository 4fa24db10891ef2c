"""The columnar back-end: a typed tree compiled to Polars expressions and vectorised kernels.

Same meaning as :mod:`.scalar`, over whole columns: parts without input columns are
computed once by the scalar back-end; the rest becomes a :class:`~.program.Program`. Each
row in error has a STATIC code and a NULL value (EXPRESSIONS §8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.column_result import ColumnResult
from dtserve.datatypes.columns_text import fit_text_column
from dtserve.datatypes.distinct import encode, repeats
from dtserve.expressions.columnar_calls import ColumnCall
from dtserve.expressions.columnar_convert import convert_operand
from dtserve.expressions.columnar_numbers import arithmetic_operand, negate_operand
from dtserve.expressions.columnar_order import ordered
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.program import Operand, Program, literal
from dtserve.expressions.scalar import LEGACY_LIMIT, Moment, compute
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
    Level,
    Logical,
    Typed,
    parts,
)

__all__ = ["CompiledExpression", "compile_typed"]

_MANY_CALLS = 2
"""Function calls from which looking for distinct values costs less than they do."""

_SHARE_DEPTH = 12
"""Levels of one Polars expression before its value becomes a column of its own."""


@dataclass(frozen=True)
class CompiledExpression:
    """An expression ready to run over frames.

    ``type`` is the type of the values, ``inputs`` the frame columns that are read.
    """

    type: TypeSpec
    inputs: tuple[str, ...]
    program: Program
    result: Operand
    locale_id: int = 1033
    clock: Callable[[], Moment] | None = None
    legacy_limit: bool = False
    calls: int = 0
    """How many function calls the expression has."""

    def evaluate(self, frame: pl.DataFrame) -> ColumnResult:
        """The values of all rows; errors as UInt32 STATIC codes where there are any.

        One reading of the clock serves the whole frame. Text is not reported as truncated, as
        the evaluator cuts in silence (EXPRESSIONS §5.4); only with ``legacy_limit`` (packages of
        2005 to 2008 R2) a result of more than 4,000 characters is cut and reported.
        """
        moment = self.clock() if self.clock else Moment.now(self.locale_id)
        made = self._through_distinct(frame, moment) or self.program.run(frame, moment, self.result)
        if not self.legacy_limit or self.type.dt is not DT.WSTR:
            return made
        cut = fit_text_column(made.values, self.type.with_(length=LEGACY_LIMIT))
        return ColumnResult(cut.values, made.errors, cut.truncated)

    def _through_distinct(self, frame: pl.DataFrame, moment: Moment) -> ColumnResult | None:
        """Several calls on one text column whose values repeat: done once per distinct value; else None."""
        if self.calls < _MANY_CALLS or len(self.inputs) != 1:
            return None
        texts = frame.get_column(self.inputs[0])
        if texts.dtype != pl.String or not repeats(texts):
            return None
        values, rows = encode(texts)
        if texts.null_count():
            rows = rows.fill_null(len(values))
            values = pl.concat([values, pl.Series([None], dtype=pl.String)])
        made = self.program.run(values.alias(self.inputs[0]).to_frame(), moment, self.result)
        return ColumnResult(made.values[rows], None if made.errors is None else made.errors[rows])


def compile_typed(
    node: Typed,
    text: str,
    locale_id: int = 1033,
    clock: Callable[[], Moment] | None = None,
    legacy_limit: bool = False,
) -> CompiledExpression:
    """The program of a typed tree.

    Raises the faults of parts that have no columns and are always evaluated: those are
    errors of validation.
    """
    compiler = _Compiler(text, Program(text), clock() if clock else Moment.now(locale_id))
    result = run(compiler.visit(node))
    program = compiler.program
    inputs = tuple(program.inputs)
    return CompiledExpression(node.type, inputs, program, result, locale_id, clock, legacy_limit, calls=compiler.calls)


class _Compiler:
    def __init__(self, text: str, program: Program, moment: Moment) -> None:
        self.text = text
        self.program = program
        self.moment = moment
        self.calls = 0

    def visit(self, node: Typed) -> Step[Operand]:
        """The operand of ``node``."""
        if node.level <= Level.VARIABLE:
            return self.static(node)
        if node.level is Level.CLOCK:
            return Operand(self.program.reading(node), node.type)
        if isinstance(node, Input):
            return self.program.input(node.frame_name, node.type)
        if isinstance(node, Choose | Logical):
            made: Operand = yield self.choose(node) if isinstance(node, Choose) else self.logical(node)
            return made
        found: list[Operand] = []
        for part in parts(node):
            operand: Operand = yield self.visit(part)
            found.append(operand)
        try:
            return self.shallow(self.combine(node, found))
        except ExpressionFault as fault:
            raise fault.locate(self.text, node.start, node.end) from None

    def static(self, node: Typed) -> Operand:
        """A part without columns: computed now; its fault is one of validation, or of a branch."""
        try:
            return literal(compute(node, self.moment, self.text), node.type)
        except ExpressionFault as fault:
            if not self.program.path:
                raise
            self.program.guard(pl.lit(True), type(fault))
            return literal(None, node.type)

    def shallow(self, operand: Operand) -> Operand:
        """The operand, as a column of its own where its expression has become deep."""
        if operand.constant or operand.depth < _SHARE_DEPTH:
            return operand
        return Operand(self.program.share(operand.expr), operand.type, operand.sources)

    def shared(self, operand: Operand) -> Operand:
        """The operand as something that is cheap to use more than once."""
        if operand.constant or not operand.depth:
            return operand
        return Operand(self.program.share(operand.expr), operand.type, operand.sources)

    def combine(self, node: Typed, found: list[Operand]) -> Operand:
        """One operation on compiled operands."""
        program = self.program
        if all(operand.constant for operand in found):
            return self.folded(node, found)
        match node:
            case Convert():
                return convert_operand(program, found[0], node, self.moment.locale_id)
            case Flip() if node.operator == "!":
                return _operand(found[0].expr.not_(), node.type, found)
            case Flip():
                return negate_operand(program, node, found[0])
            case Arithmetic():
                return arithmetic_operand(program, node, found[0], found[1])
            case Compare():
                return self.compare(node, found[0], found[1])
            case Concat():
                return self.concat(node, found)
            case Apply():
                return self.apply(node, found)
        raise ExpressionFault(detail=f"no operation {type(node).__name__}")  # pragma: no cover

    def folded(self, node: Typed, found: list[Operand]) -> Operand:
        """An operation on operands that turned out constant (a branch decided now): by the scalar back-end."""
        known = [Constant(operand.type, operand.value, Level.VARIABLE) for operand in found]
        match node:
            case Convert() | Flip():
                return self.static(replace(node, operand=known[0], level=Level.VARIABLE))
            case Arithmetic() | Compare():
                return self.static(replace(node, left=known[0], right=known[1], level=Level.VARIABLE))
            case Apply():
                return self.static(replace(node, arguments=tuple(known), level=Level.VARIABLE))
        return self.static(replace(cast(Concat, node), operands=tuple(known), level=Level.VARIABLE))

    def apply(self, node: Apply, found: list[Operand]) -> Operand:
        if node.function.strict and any(operand.is_null_constant for operand in found):
            return literal(None, node.type)
        if found[0].constant and node.function.parameters[0] == "text":
            found = [replace(found[0], expr=self.program.share(found[0].expr), constant=False), *found[1:]]
        call = ColumnCall(
            self.program, node.function, node.type, [self.shared(o) for o in found], self.moment.locale_id
        )
        self.calls += 1
        columnar = cast("Callable[..., pl.Expr]", node.function.columnar)
        expr = columnar(call, *call.operands)
        sources = frozenset().union(*(operand.sources for operand in found))
        return Operand(expr, node.type, sources, depth=1 + max(operand.depth for operand in found))

    def concat(self, node: Concat, found: list[Operand]) -> Operand:
        if any(operand.is_null_constant for operand in found):
            return literal(None, node.type)
        if node.type.family == "text":
            return _operand(pl.concat_str([operand.expr for operand in found]), node.type, found)
        expr = found[0].expr
        for operand in found[1:]:
            expr = expr + operand.expr
        return _operand(expr, node.type, found)

    def compare(self, node: Compare, left: Operand, right: Operand) -> Operand:
        if left.is_null_constant or right.is_null_constant:
            return literal(None, node.type)
        if node.left.type.dt is DT.WSTR and node.operator not in ("==", "!="):
            return Operand(ordered(self.program, node.operator, left, right), node.type)
        a, b = left.expr, right.expr
        if node.left.type.dt is DT.DBTIMESTAMPOFFSET:
            a, b = a.struct.field("utc"), b.struct.field("utc")
        compared = {"==": a == b, "!=": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[node.operator]
        return _operand(compared, node.type, [left, right])

    def logical(self, node: Logical) -> Step[Operand]:
        """``&&`` and ``||``; faults of the right side count only where the left does not decide."""
        decisive = node.operator == "||"
        left: Operand = yield self.visit(node.left)
        left = self.shared(left)
        if left.constant and left.value is decisive:
            return literal(decisive, node.type)
        with self.program.branch(self.program.share(left.expr.ne_missing(pl.lit(decisive)))):
            right: Operand = yield self.visit(node.right)
        expr = left.expr | right.expr if decisive else left.expr & right.expr
        return self.shallow(_operand(expr, node.type, [left, right]))

    def choose(self, node: Choose) -> Step[Operand]:
        """``?:``; faults of a branch count only where it is chosen."""
        condition: Operand = yield self.visit(node.condition)
        if condition.constant:
            if condition.value is None:
                return literal(None, node.type)
            only: Operand = yield self.visit(node.when_true if condition.value else node.when_false)
            return only
        chosen = self.program.share(condition.expr)
        with self.program.branch(chosen):
            when_true: Operand = yield self.visit(node.when_true)
        other = chosen.not_()
        with self.program.branch(other):
            when_false: Operand = yield self.visit(node.when_false)
        expr = pl.when(chosen).then(when_true.expr).when(other).then(when_false.expr)
        dtype = node.type.polars()
        return self.shallow(_operand(expr.cast(dtype), node.type, [when_true, when_false]))


def _operand(expr: pl.Expr, spec: TypeSpec, found: list[Operand]) -> Operand:
    sources = frozenset().union(*(operand.sources for operand in found)) if spec.family == "text" else frozenset()
    return Operand(expr, spec, sources, depth=1 + max(operand.depth for operand in found))
