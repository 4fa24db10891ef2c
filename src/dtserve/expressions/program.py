"""The columnar program: what a typed tree is compiled to, and how it runs over a frame.

A program is a list of steps that add columns to a working frame: Polars expressions, and
kernels, which are vectorised functions of whole Series that may report rows in error.
Values used more than once are columns, so a program is never larger than its expression.

Errors are guards: a condition, a code, and the branches (``?:``, ``&&``, ``||``) under
which the condition counts. Guards stand in order of evaluation; the first that holds for
a row gives the row its code. When no guard holds anywhere, which one Boolean reduction per
guard tells, the values are returned as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from dtserve.datatypes import TypeSpec
from dtserve.datatypes.column_result import ColumnResult, build_series
from dtserve.expressions.errors import ExpressionFault
from dtserve.expressions.scalar import Moment, compute
from dtserve.expressions.typed import Typed

__all__ = ["Kernel", "Operand", "Program", "Run", "column_of", "literal"]

NEVER_ASCII = frozenset(("\0",))
"""Sources of a text that holds a constant beyond ASCII."""

KernelResult = pl.Series | tuple[pl.Series, pl.Series | None]


@dataclass(frozen=True, slots=True)
class Operand:
    """A compiled part: an expression over the working frame, or a constant.

    ``sources`` names the text inputs whose being ASCII makes this operand ASCII.
    """

    expr: pl.Expr
    type: TypeSpec
    sources: frozenset[str] = frozenset()
    constant: bool = False
    value: Any = None
    depth: int = 0

    @property
    def is_null_constant(self) -> bool:
        """Whether the operand is NULL for every row."""
        return self.constant and self.value is None


def literal(value: Any, spec: TypeSpec) -> Operand:
    """A constant operand."""
    ascii_only = not isinstance(value, str) or value.isascii()
    series = build_series([value], spec)
    expr = pl.lit(series).first() if series.dtype.is_nested() else pl.lit(series.item(), dtype=series.dtype)
    return Operand(expr, spec, frozenset() if ascii_only else NEVER_ASCII, True, value)


def _safe(frame_name: str, number: int) -> str:
    """The name of an input in the working frame: its own, unless Polars would read it as a pattern."""
    return f"\x01c{number}" if frame_name.startswith(("^", "*", "\x01")) or not frame_name else frame_name


def column_of(operand: Operand) -> str:
    """The column of the working frame that the operand is, or empty."""
    names = [] if operand.constant else operand.expr.meta.root_names()
    return names[0] if len(names) == 1 and operand.expr.meta.eq(pl.col(names[0])) else ""


@dataclass(frozen=True, slots=True)
class Guard:
    """An error: the rows where ``condition`` holds and every expression of ``path`` too."""

    condition: pl.Expr | None
    mask: str
    fault: type[ExpressionFault]
    path: tuple[pl.Expr, ...]

    def rows(self) -> pl.Expr:
        """The rows in error, as Boolean (NULL counts as no)."""
        found = pl.col(self.mask) if self.condition is None else self.condition
        for branch in self.path:
            found = found & branch
        return found


@dataclass(frozen=True, slots=True)
class Kernel:
    """A vectorised function of Series: ``function(run, *arguments)``; constants come as plain values."""

    function: Callable[..., KernelResult]
    operands: tuple[Operand, ...]
    columns: tuple[str, ...]
    output: str


@dataclass(frozen=True, slots=True)
class _Expressions:
    outputs: list[pl.Expr]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A part that depends on the clock: one value for all rows of a frame."""

    node: Typed
    output: str


class Run:
    """One evaluation: the working frame and what is known about it."""

    def __init__(self, frame: pl.DataFrame, moment: Moment) -> None:
        self.frame = frame
        self.moment = moment
        self.masks: dict[str, type[ExpressionFault] | None] = {}
        self._ascii: dict[str, bool] = {"\0": False}

    def is_ascii(self, operand: Operand) -> bool:
        """Whether every text of the operand is ASCII."""
        return all(self._is_ascii(name) for name in operand.sources)

    def _is_ascii(self, name: str) -> bool:
        if name not in self._ascii:
            text = pl.col(name).str
            sums = self.frame.select(bytes=text.len_bytes().sum(), chars=text.len_chars().sum())
            self._ascii[name] = sums.item(0, "bytes") == sums.item(0, "chars")
        return self._ascii[name]

    def series(self, step: Kernel) -> list[Any]:
        """The operands as Series (constants as plain values); expressions are computed together."""
        pairs = list(zip(step.operands, step.columns, strict=True))
        wanted = [o.expr.alias(f"k{i}") for i, (o, column) in enumerate(pairs) if not o.constant and not column]
        found = self.frame.select(wanted) if wanted else self.frame
        return [
            o.value if o.constant else self.frame.get_column(column) if column else found.get_column(f"k{i}")
            for i, (o, column) in enumerate(pairs)
        ]

    def add(self, series: pl.Series, name: str) -> None:
        """Another column of the working frame."""
        if len(series) != self.frame.height:
            series = series.new_from_index(0, self.frame.height)
        self.frame.insert_column(self.frame.width, series.alias(name))


@dataclass
class Program:
    """Builder of a program, and the finished one."""

    text: str
    inputs: dict[str, str] = field(default_factory=dict)
    steps: list[_Expressions | Kernel | _Reading] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    path: tuple[pl.Expr, ...] = ()
    _count: int = 0

    def _name(self, prefix: str) -> str:
        self._count += 1
        return f"\x01{prefix}{self._count}"

    def input(self, frame_name: str, spec: TypeSpec) -> Operand:
        """A column of the frame."""
        name = self.inputs.setdefault(frame_name, _safe(frame_name, len(self.inputs)))
        return Operand(pl.col(name), spec, frozenset((name,)) if spec.family == "text" else frozenset())

    def share(self, expr: pl.Expr) -> pl.Expr:
        """The expression as a column of its own, to be used more than once."""
        name = self._name("t")
        last = self.steps[-1] if self.steps else None
        if isinstance(last, _Expressions):
            made = {e.meta.output_name() for e in last.outputs}
            if made.isdisjoint(expr.meta.root_names()):
                last.outputs.append(expr.alias(name))
                return pl.col(name)
        self.steps.append(_Expressions([expr.alias(name)]))
        return pl.col(name)

    def kernel(
        self, function: Callable[..., KernelResult], operands: Sequence[Operand], fault: type[ExpressionFault] | None
    ) -> pl.Expr:
        """A step that computes a column by a kernel; its mask, if any, is a guard with ``fault``."""
        name = self._name("k")
        self.steps.append(Kernel(function, tuple(operands), tuple(column_of(o) for o in operands), name))
        if fault is not None:
            self.guards.append(Guard(None, name + "!", fault, self.path))
        return pl.col(name)

    def reading(self, node: Typed) -> pl.Expr:
        """A step for a part that depends on the clock; a fault of it is one of all rows."""
        name = self._name("r")
        self.steps.append(_Reading(node, name))
        self.guards.append(Guard(None, name + "!", ExpressionFault, self.path))
        return pl.col(name)

    def guard(self, condition: pl.Expr, fault: type[ExpressionFault]) -> None:
        """Rows where ``condition`` holds are in error."""
        self.guards.append(Guard(condition, "", fault, self.path))

    @contextmanager
    def branch(self, condition: pl.Expr) -> Iterator[None]:
        """What is compiled inside counts only where ``condition`` (a shared column) holds."""
        before = self.path
        self.path = (*before, condition)
        try:
            yield
        finally:
            self.path = before

    def run(self, frame: pl.DataFrame, moment: Moment, result: Operand) -> ColumnResult:
        """The values and errors of ``result`` over ``frame``."""
        work = frame.clone()
        for outer, inner in self.inputs.items():
            if outer != inner:
                work.insert_column(work.width, frame.get_column(outer).alias(inner))
        if not work.width:
            work = pl.DataFrame({"\x01row": pl.repeat(0, frame.height, dtype=pl.UInt8, eager=True)})
        run = Run(work, moment)
        for step in self.steps:
            _take(step, run, self.text)
        return self._finish(run, result)

    def _finish(self, run: Run, result: Operand) -> ColumnResult:
        dtype = result.type.polars()
        guards = [g for g in self.guards if g.condition is not None or g.mask in run.masks]
        column = column_of(result)
        if column and not guards:
            values = run.frame.get_column(column)
            return ColumnResult((values if values.dtype == dtype else values.cast(dtype)).alias("value"))
        value = result.expr.cast(dtype).alias("value")
        found = run.frame.select(value, *(g.rows().any().alias(f"g{i}") for i, g in enumerate(guards)))
        raised = [g for i, g in enumerate(guards) if found.height and found.item(0, f"g{i}")]
        if not raised:
            values = found.get_column("value")
            whole = len(values) == run.frame.height
            return ColumnResult(values if whole else values.new_from_index(0, run.frame.height))
        codes = pl.coalesce([pl.when(g.rows()).then(_code(g, run)) for g in raised])
        made = run.frame.with_columns(value, codes.alias("error")).select(
            pl.when(pl.col("error").is_null()).then(pl.col("value")).alias("value"), "error"
        )
        return ColumnResult(made.get_column("value"), made.get_column("error"))


def _code(guard: Guard, run: Run) -> pl.Expr:
    fault = run.masks.get(guard.mask) or guard.fault
    return pl.lit(fault.static_code, dtype=pl.UInt32)


def _take(step: _Expressions | Kernel | _Reading, run: Run, text: str) -> None:
    match step:
        case _Expressions():
            run.frame = run.frame.with_columns(step.outputs)
        case Kernel():
            made = step.function(run, *run.series(step))
            series, mask = made if isinstance(made, tuple) else (made, None)
            run.add(series, step.output)
            if mask is not None:
                run.masks[step.output + "!"] = None
                run.add(mask, step.output + "!")
        case _Reading():
            _read_clock(step, run, text)


def _read_clock(step: _Reading, run: Run, text: str) -> None:
    failed: type[ExpressionFault] | None = None
    try:
        value = compute(step.node, run.moment, text)
    except ExpressionFault as fault:
        value, failed = None, type(fault)
    series = build_series([value], step.node.type)
    run.add(series.new_from_index(0, run.frame.height), step.output)
    if failed is not None:
        run.masks[step.output + "!"] = failed
        run.add(pl.repeat(True, run.frame.height, dtype=pl.Boolean, eager=True), step.output + "!")
