"""``< > <= >=`` on text columns, in the order of :mod:`.collation`."""

from __future__ import annotations

from typing import Any

import polars as pl

from dtserve.expressions.collation import sort_key
from dtserve.expressions.program import Operand, Program, Run
from dtserve.expressions.switches import current

__all__ = ["ordered"]


def ordered(program: Program, operator: str, left: Operand, right: Operand) -> pl.Expr:
    """The comparison as a column of Booleans."""

    def kernel(run: Run, a: Any, b: Any) -> pl.Series:
        return _compare(operator, a, b, run.frame.height)

    return program.kernel(kernel, [left, right], None)


def _compare(operator: str, a: Any, b: Any, height: int) -> pl.Series:
    first, second = (s if isinstance(s, pl.Series) else pl.Series([s], dtype=pl.String) for s in (a, b))
    if current().string_order != "ordinal":
        first, second = _ranks(first, second)
    made = {"<": first < second, ">": first > second, "<=": first <= second, ">=": first >= second}[operator]
    return made if len(made) == height else made.new_from_index(0, height)


def _ranks(first: pl.Series, second: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The places of all texts in linguistic order; the key is computed once per distinct text."""
    texts = pl.concat([first.unique(), second.unique()]).unique().drop_nulls().to_list()
    order = {text: place for place, text in enumerate(sorted(texts, key=sort_key))}
    known = pl.DataFrame({"t": list(order), "p": list(order.values())}, schema={"t": pl.String, "p": pl.Int64})
    places = [
        s.to_frame("t").join(known, on="t", how="left", maintain_order="left").get_column("p") for s in (first, second)
    ]
    return places[0], places[1]
