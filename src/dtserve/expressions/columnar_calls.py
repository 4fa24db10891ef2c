"""What the columnar meaning of a function works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from dtserve.datatypes import TypeSpec
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.functions.base import Function, ScalarCall
from dtserve.expressions.program import Operand, Program

__all__ = ["ColumnCall", "each_row"]


class ColumnCall:
    """One call of a function while it is compiled; operands are cheap to use more than once."""

    def __init__(
        self, program: Program, function: Function, spec: TypeSpec, operands: Sequence[Operand], locale_id: int
    ) -> None:
        self.program = program
        self.function = function
        self.type = spec
        self.operands = list(operands)
        self.locale_id = locale_id
        types = tuple(operand.type for operand in self.operands)
        # Functions of the clock have no columnar meaning, so the time does not matter here.
        self._call = ScalarCall(function.name, spec, types, datetime.min, locale_id)

    def share(self, expr: pl.Expr) -> pl.Expr:
        """The expression as a column, to be used more than once."""
        return self.program.share(expr)

    def guard(self, condition: pl.Expr, fault: type[ExpressionFault]) -> None:
        """Rows in error; only where no argument of a strict function is NULL."""
        if self.function.strict:
            for operand in self.operands:
                if not operand.constant:
                    condition = condition & operand.expr.is_not_null()
        self.program.guard(condition, fault)

    def guard_operand(self, operand: Operand, wrong: Callable[[Any], Any], fault: type[ExpressionFault]) -> bool:
        """Rows whose ``operand`` is ``wrong``; for a constant decided now, raised where always evaluated.

        False where every row is in error.
        """
        if not operand.constant:
            self.guard(wrong(operand.expr), fault)
            return True
        if not wrong(operand.value):
            return True
        if not self.program.path:
            raise fault(function=self.function.name)
        self.guard(pl.lit(True), fault)
        return False

    def kernel(self, function: Callable[..., Any], fault: type[ExpressionFault] | None = None) -> pl.Expr:
        """The result of ``function(run, *arguments)`` on Series; constants come as plain values."""
        return self.program.kernel(function, self.operands, fault)

    def scalar(self, *values: Any) -> Any:
        """The scalar meaning on one row of values."""
        if self.function.strict and None in values:
            return None
        return self.function.scalar(self._call, *values)


def each_row(call: ColumnCall, arguments: Sequence[Any], rows: pl.Series | None = None) -> pl.Series:
    """The scalar meaning row by row, for ``rows`` (Boolean) or all; NULL elsewhere and where it fails.

    The way out where no vectorised form exists; docs/reference/expressions.md lists its uses.
    """
    height = next(len(a) for a in arguments if isinstance(a, pl.Series))
    chosen = range(height) if rows is None else rows.arg_true().to_list()
    columns = [a if isinstance(a, pl.Series) else None for a in arguments]
    made: list[Any] = [None] * height
    memory: dict[tuple[Any, ...], Any] = {}
    for row in chosen:
        values = tuple(arguments[i] if c is None else c[row] for i, c in enumerate(columns))
        if values not in memory:
            try:
                memory[values] = call.scalar(*values)
            except ExpressionFault:
                memory[values] = None
        made[row] = memory[values]
    return pl.Series(made, dtype=call.type.polars())
