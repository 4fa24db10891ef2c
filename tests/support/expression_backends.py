"""One expression through both back-ends: row by row as variables, and over a frame as columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.column_result import build_series, python_values
from dtserve.datatypes.convert import convert_value
from dtserve.datatypes.errors import ConversionTruncation
from dtserve.expressions import ColumnBinding, ExpressionFault, MappingScope, Moment, TypedValue, parse
from dtserve.expressions.columnar import compile_typed
from dtserve.expressions.nodes import Column, Node, Null, Variable
from dtserve.expressions.scalar import compute
from dtserve.expressions.scope import index_columns
from dtserve.expressions.typed import Typed
from dtserve.expressions.typespecs import type_of
from dtserve.expressions.typing import analyse

MOMENT = Moment(datetime(2020, 3, 15, 10, 0), datetime(2020, 3, 15, 9, 0))
_TEXT = TypeSpec(DT.WSTR, length=4000)


@dataclass(frozen=True)
class Outcome:
    """A value or the STATIC code of an error."""

    value: Any = None
    code: int | None = None


def spec_of(text: str) -> TypeSpec:
    """The type written as in a cast: ``DT_NUMERIC,18,2``."""
    node = parse(f"NULL({text})")
    assert isinstance(node, Null)
    return type_of(node, text)


def value_of(text: str | None, spec: TypeSpec) -> Any:
    """The scalar form of a value written as text."""
    if text is None or spec.family == "text":
        return text
    try:
        return convert_value(text, _TEXT, spec)
    except ConversionTruncation as cut:
        return cut.value


def moment_of(text: str | None) -> Moment:
    if text is None:
        return MOMENT
    local = datetime.fromisoformat(text)
    return Moment(local, local)


def rewritten(node: Node) -> Node:
    """The same tree with all variables as columns of that name."""
    if isinstance(node, Variable):
        return Column(f"@{node.name}", "", node.start, node.end)
    return _mapped(node, rewritten)


def _mapped(node: Any, change: Any) -> Any:
    changes: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if item.name in ("operand", "left", "right", "condition", "when_true", "when_false"):
            changes[item.name] = change(value)
        elif item.name in ("arguments", "operands"):
            changes[item.name] = tuple(change(part) for part in value)
    return replace(node, **changes) if changes else node


def scope_of(types: Mapping[str, TypeSpec], row: Mapping[str, Any]) -> MappingScope:
    """The inputs that are variables (``@x``)."""
    return MappingScope(
        {name[1:]: TypedValue(spec, row.get(name)) for name, spec in types.items() if name.startswith("@")}
    )


@dataclass
class Prepared:
    """An expression typed over columns, ready for both back-ends."""

    text: str
    types: Mapping[str, TypeSpec]
    typed: Typed
    moment: Moment

    def scalar(self, row: Mapping[str, Any]) -> Outcome:
        """The scalar back-end on one row."""
        try:
            return Outcome(compute(self.typed, self.moment, self.text, row))
        except ExpressionFault as fault:
            return Outcome(code=fault.static_code)

    def columnar(self, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """The columnar back-end over all rows; a fault of validation is raised."""
        made = [build_series([row.get(n) for row in rows], spec).alias(n) for n, spec in self.types.items()]
        frame = pl.DataFrame(made) if made else pl.DataFrame({"none": [0] * len(rows)})
        compiled = compile_typed(self.typed, self.text, clock=lambda: self.moment)
        found = compiled.evaluate(frame)
        assert found.truncated is None
        assert found.values.dtype == compiled.type.polars()
        values = python_values(found.values, compiled.type)
        codes = found.errors.to_list() if found.errors is not None else [None] * len(rows)
        assert all(value is None for value, code in zip(values, codes, strict=True) if code is not None)
        return [Outcome(value, code) for value, code in zip(values, codes, strict=True)]


def prepare(
    text: str, types: Mapping[str, TypeSpec], moment: Moment = MOMENT, scope: MappingScope | None = None
) -> Prepared:
    """The expression over columns; without ``scope`` its variables are columns too."""
    node = parse(text) if scope else rewritten(parse(text))
    columns = []
    for name, spec in types.items():
        if not (scope and name.startswith("@")):
            bare = "@" + name.rpartition("::")[2].removeprefix("@") if name.startswith("@") else name
            columns.append(ColumnBinding(name, spec, tuple(dict.fromkeys((name, bare)))))
    return Prepared(text, types, analyse(node, text, scope, index_columns(tuple(columns))), moment)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same; floats to the last few bits, decimals with their scale."""
    if isinstance(left, float) and isinstance(right, float):
        both_nan = math.isnan(left) and math.isnan(right)
        return both_nan or left == right or math.isclose(left, right, rel_tol=4e-15, abs_tol=5e-324)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left == right and left.as_tuple().exponent == right.as_tuple().exponent
    return type(left) is type(right) and bool(left == right)


def same(left: Outcome, right: Outcome) -> bool:
    return left.code == right.code and (left.code is not None or equal(left.value, right.value))
