"""Text columns in UTF-16 units: vectorised where every character is one unit.

Polars counts characters. That is the same count unless a text has characters beyond the
BMP; those rows, and only those, take the scalar meaning of their function one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from dtserve.expressions.columnar_calls import ColumnCall, each_row
from dtserve.expressions.program import Run

__all__ = ["BEYOND_BMP", "by_distinct", "clipped", "select", "unit_kernel", "with_nulls"]

BEYOND_BMP = "[\U00010000-\U0010ffff]"
_MOST = 2**31 - 1
_MOST_DISTINCT = 64
Build = Callable[..., pl.Expr]


def select(arguments: Sequence[Any], build: Build, strict: bool = True) -> pl.Series:
    """``build(*arguments)`` over Series (as columns) and constants (as plain values).

    With ``strict``, NULL where an argument is NULL, whatever Polars makes of it.
    """
    frame = pl.DataFrame({f"a{i}": a for i, a in enumerate(arguments) if isinstance(a, pl.Series)})
    parts = [pl.col(f"a{i}") if isinstance(a, pl.Series) else a for i, a in enumerate(arguments)]
    made = frame.select(build(*parts).alias("made")).to_series()
    return with_nulls(made, arguments) if strict else made


def with_nulls(made: pl.Series, arguments: Sequence[Any]) -> pl.Series:
    """``made``, NULL where one of the arguments is."""
    for argument in arguments:
        if isinstance(argument, pl.Series) and argument.null_count() > 0:
            known = argument.is_not_null()
            if made.null_count() < argument.null_count() or (made.is_not_null() & ~known).any():
                made = made.to_frame("m").select(pl.when(known).then(pl.col("m"))).to_series()
    return made


def unit_kernel(call: ColumnCall, build: Build, ascii_build: Build | None = None) -> pl.Expr:
    """The column ``build(*arguments)`` for texts of the BMP; other rows by the scalar meaning.

    ``ascii_build`` serves columns that are ASCII throughout, where bytes are characters.
    """
    texts = [i for i, operand in enumerate(call.operands) if operand.type.family == "text"]

    def kernel(run: Run, *arguments: Any) -> pl.Series:
        if all(run.is_ascii(call.operands[i]) for i in texts):
            return select(arguments, ascii_build or build)
        made = select(arguments, build)
        beyond = pl.repeat(False, len(made), dtype=pl.Boolean, eager=True)
        for i in texts:
            found = arguments[i]
            if isinstance(found, pl.Series):
                beyond = beyond | found.str.contains(BEYOND_BMP).fill_null(False)
            elif found is not None and max(found, default="") > "\uffff":
                beyond = pl.repeat(True, len(made), dtype=pl.Boolean, eager=True)
        return each_row(call, arguments, beyond).zip_with(beyond, made) if beyond.any() else made

    return call.kernel(kernel)


def by_distinct(call: ColumnCall, arguments: Sequence[Any], index: int, build: Build) -> pl.Series:
    """``build`` with each distinct value of argument ``index`` as a constant, where there are few; else row by row."""
    argument = arguments[index]
    if not isinstance(argument, pl.Series):
        return select(arguments, build)
    values = argument.unique().drop_nulls()
    if len(values) > _MOST_DISTINCT:
        return each_row(call, arguments)
    rows: list[pl.Series] = []
    made: list[pl.Series] = []
    for value in values:
        chosen = (argument == value).arg_true()
        part = [a.gather(chosen) if isinstance(a, pl.Series) else a for a in arguments]
        part[index] = value
        rows.append(chosen)
        made.append(select(part, build))
    nothing = argument.is_null().arg_true()
    rows.append(nothing)
    made.append(pl.repeat(None, len(nothing), dtype=call.type.polars(), eager=True))
    order = pl.concat(rows).arg_sort()
    return pl.concat([m.cast(call.type.polars()) for m in made]).gather(order)


def clipped(count: Any, low: int = 0) -> Any:
    """A count as Polars takes it: not below ``low`` (guarded elsewhere), not above 2^31 - 1."""
    if isinstance(count, pl.Expr):
        return count.cast(pl.Int128).clip(low, _MOST).cast(pl.Int64)
    return min(max(count, low), _MOST)
