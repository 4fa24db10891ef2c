"""T-SQL expressions in SQLite.

What SQLite has natively with T-SQL's meaning is used as it is; the rest are functions that
:mod:`dtserve.connections.sql.sqlite_functions` adds to every session. Division by zero and
texts that are no numbers stay errors, as on SQL Server.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite

from dtserve.connections.sql.binder import Binder
from dtserve.connections.sql.nodes import Slot, Template, template, typed, write_slot, write_template
from dtserve.connections.sql.row_changes import text_of_number
from dtserve.connections.sql.scope import Scope
from dtserve.connections.sql.sqlite_tables import SqliteTables
from dtserve.connections.sql.target_rules import Rules
from dtserve.connections.sql.tsql_dates import canonical_moment
from dtserve.connections.sql.tsql_types import BOOL, type_of
from dtserve.connections.sql.typed_forms import money_scale
from dtserve.datatypes import DT, TypeSpec

__all__ = ["SqliteRules", "SqliteWriter"]

_GENERATOR: Any = SQLite.Generator


_TOKENIZER: Any = SQLite.Tokenizer


class SqliteWriter(SQLite):
    """sqlglot's SQLite dialect with our own nodes, and names in backticks (see ``sqlite_catalog.quote``)."""

    class Tokenizer(_TOKENIZER):  # type: ignore[misc]
        """Its tokenizer, from which the dialect takes its quotes."""

        IDENTIFIERS = ["`"]  # noqa: RUF012

    class Generator(_GENERATOR):  # type: ignore[misc]
        """Its generator."""

        TRANSFORMS = {**_GENERATOR.TRANSFORMS, Template: write_template, Slot: write_slot}  # noqa: RUF012
        TYPE_MAPPING = {**_GENERATOR.TYPE_MAPPING, exp.DType.DECIMAL: "NUMERIC"}  # noqa: RUF012


class SqliteRules(SqliteTables, Rules):
    """SQLite."""

    family: ClassVar[str] = "sqlite"
    title: ClassVar[str] = "SQLite"

    def form(self, found: Any, name: str) -> str:
        """``udf`` is the Python function of that name."""
        written = super().form(found, name)
        if written != "udf":
            return written
        return f"tsql_{name.lower()}({{part}}, {{1}}, {{2}})" if found.part and found.high == 3 else (
            f"tsql_{name.lower()}({{part}}, {{1}})" if found.part else f"tsql_{name.lower()}({{*}})"
        )  # fmt: skip

    def unknown_plus(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """Decided value by value."""
        return template("tsql_add({0}, {1})", node.this, node.expression)

    def division(self, binder: Binder, node: exp.Expr, one: TypeSpec | None, other: TypeSpec | None) -> exp.Expr:
        """SQLite stores 5.00 as 5, so that only the types tell what kind of division it is."""
        if not binder.resolved:  # a table is missing: the database will say so
            return node
        if one is None and other is None:
            raise binder.refuse("it cannot be told whether / divides whole numbers")
        whole = all(spec is not None and spec.family in ("int", "bool") for spec in (one, other))
        if not whole and (one is None or other is None):
            known = one or other
            if known is not None and known.family in ("int", "bool"):
                raise binder.refuse("it cannot be told whether / divides whole numbers")
        divisor = node.expression
        safe = isinstance(divisor, exp.Literal) and not divisor.is_string and float(str(divisor.this)) != 0
        if whole:
            return (
                template("({0} / {1})", node.this, divisor)
                if safe
                else template("tsql_div({0}, {1})", node.this, divisor)
            )
        if safe:
            return template("(CAST({0} AS REAL) / {1})", node.this, divisor)
        return template("tsql_divide({0}, {1})", node.this, divisor)

    def operator(self, binder: Binder, node: exp.Expr, sign: str) -> exp.Expr:
        """``%`` of SQLite works on whole numbers only."""
        if sign == "%":
            return typed(template("tsql_mod({0}, {1})", node.this, node.expression), type_of(node.this))
        return super().operator(binder, node, sign)

    def as_number(self, node: exp.Expr) -> exp.Expr:
        """An error for a text that is no number, where SQLite would take 0."""
        return template("tsql_number({0})", node)

    def fit(self, node: exp.Expr, kind: TypeSpec) -> exp.Expr:
        """Dates and GUIDs are texts here: bring literals to the one form in which they are stored."""
        node = super().fit(node, kind)
        if not isinstance(node, exp.Literal) or not node.is_string:
            return node
        text = str(node.this)
        if kind.family == "datetime":
            return typed(exp.Literal.string(canonical_moment(text, kind.dt, zoned=True)), kind)
        if kind.dt is DT.GUID:
            return typed(exp.Literal.string(text.strip("{}").upper()), kind)
        if kind.dt is DT.BOOL and text.lower() in ("true", "false"):
            return typed(exp.Literal.number(1 if text.lower() == "true" else 0), kind)
        return node

    def convert(self, node: exp.Expr, own: TypeSpec, kind: TypeSpec) -> exp.Expr:
        """Texts into numbers and dates by T-SQL's rules; numbers into texts by SQLite's affinity."""
        if own.family == "text" and kind.family in ("int", "decimal", "float", "datetime", "bool", "guid"):
            return self.converted(node, kind)
        if own.family == kind.family == "datetime":
            changes = {DT.DBDATE, DT.DBTIME, DT.DBTIME2} & {own.dt, kind.dt} and {own.dt, kind.dt} != {
                DT.DBTIME,
                DT.DBTIME2,
            }
            return self.converted(node, kind) if changes else node
        if kind.family == "text" and isinstance(node, exp.Literal):
            return text_of_number(node, kind)
        if kind.family == "text" and own.family == "decimal":
            return template(f"tsql_decimal_text({{0}}, {2 if own.dt is DT.CY else own.scale})", node, kind=kind)
        if kind.family == "int" and own.family in ("decimal", "float"):
            return template("CAST({0} AS INTEGER)", node, kind=kind)
        return node

    def store(self, node: exp.Expr, kind: TypeSpec) -> exp.Expr:
        """Parameters become what their column holds, whatever type they come in."""
        fitted = super().store(node, kind)
        if isinstance(fitted, Slot) and kind.family in ("int", "decimal", "bool", "datetime", "guid"):
            return self.converted(fitted, kind)
        return fitted

    def converted(self, node: exp.Expr, kind: TypeSpec) -> exp.Expr:
        """``tsql_cast`` to a type."""
        shape = f"'{kind.dt.name}', {kind.length}, {kind.precision}, {kind.scale}"
        return template(f"tsql_cast({{0}}, {shape}, -1, 0)", node, kind=kind)

    def comparison(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """A date beside a moment is that day's midnight."""
        one, other = type_of(node.this), type_of(node.expression)
        if one is not None and other is not None and {one.family, other.family} == {"datetime"}:
            for key, kind in (("this", one), ("expression", other)):
                if kind.dt is DT.DBDATE and one.dt is not other.dt and not self.plain(node.args[key]):
                    node.set(key, template("({0} || ' 00:00:00')", node.args[key], kind=TypeSpec(DT.DBTIMESTAMP)))
        compared = super().comparison(binder, node)
        texts = all(kind is not None and kind.family == "text" for kind in (one, other))
        if texts and not any(isinstance(compared.args[key], exp.Column) for key in ("this", "expression")):
            compared.set("this", template("{0} COLLATE NOCASE", compared.this, kind=one))  # columns have their own
        return compared

    def like(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """``[a-z]`` in a pattern is T-SQL's own."""
        pattern = node.args["expression"]
        escaped = isinstance(node.parent, exp.Escape)
        if isinstance(pattern, exp.Literal) and "[" not in str(pattern.this):
            return typed(node, BOOL)
        if escaped:
            raise binder.refuse("LIKE … ESCAPE with a pattern that is computed or has [ ]")
        return template("tsql_like({0}, {1})", node.this, pattern, kind=BOOL)

    def collate(self, node: exp.Collate) -> exp.Expr:
        """Case-sensitive collations compare bytes, others ASCII letters without case."""
        name = str(node.expression.name).upper()
        sensitive = "_CS" in name or "_BIN" in name
        kind = type_of(node.this)
        return template("{0} COLLATE " + ("BINARY" if sensitive else "NOCASE"), node.this, kind=kind)

    def cast(self, binder: Binder, value: exp.Expr, spec: TypeSpec, style: exp.Expr | None, attempt: bool) -> exp.Expr:
        """By the function ``tsql_cast``, which knows the rules of T-SQL."""
        known = type_of(value)
        if known == spec and style is None:
            return value
        widens = known is not None and known.family == spec.family == "int" and not attempt and style is None
        if widens and known is not None and spec.info.high >= known.info.high and spec.info.low <= known.info.low:
            return value
        number = style if style is not None else exp.Literal.number(-1)
        if spec.family == "text" and known is not None:
            if known.dt is DT.CY and style is not None:
                scale = money_scale(binder, int(str(style.this)) if isinstance(style, exp.Literal) else 1)
                value, number = template(f"tsql_decimal_text({{0}}, {scale})", value), exp.Literal.number(-1)
            elif known.family == "decimal":
                value = template(f"tsql_decimal_text({{0}}, {2 if known.dt is DT.CY else known.scale})", value)
            if known.family == "datetime" and style is None and known.dt not in (DT.DBTIME, DT.DBTIME2):
                number = exp.Literal.number(
                    {DT.DBDATE: 23, DT.DBTIMESTAMP2: 121, DT.DBTIMESTAMPOFFSET: 121}.get(known.dt, 0)
                )
        shape = f"'{spec.dt.name}', {spec.length}, {spec.precision}, {spec.scale}"
        return template(f"tsql_cast({{0}}, {shape}, {{1}}, {int(attempt)})", value, number)

    def f_avg(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """The average of whole numbers is a whole number."""
        kind = type_of(arguments[0])
        if kind is not None and kind.family == "int":
            return template("CAST(avg({*}) AS INTEGER)", *arguments)
        return template("avg({*})", *arguments)

    def f_nullif(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """Texts that are no columns are compared without case too."""
        kind = type_of(arguments[0])
        fold = kind is not None and kind.family == "text" and not isinstance(arguments[0], exp.Column)
        return template("nullif({0} COLLATE NOCASE, {1})" if fold else "nullif({0}, {1})", *arguments)

    def select(self, binder: Binder, node: exp.Select, scope: Scope) -> None:
        """APPLY is not there, and VALUES get the names of their columns by a SELECT around them."""
        super().select(binder, node, scope)
        start = node.args.get("from_")
        for source in (*([start.this] if start is not None else ()), *(j.this for j in node.args.get("joins") or ())):
            if isinstance(source, exp.Values):
                _name_columns(source)
        if any(isinstance(join.this, exp.Lateral) for join in node.args.get("joins") or []):
            raise binder.refuse("APPLY is not supported")

    def structure(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """SQLite has no exclusive or."""
        if isinstance(node, exp.BitwiseXor):
            return template("(({0} | {1}) - ({0} & {1}))", node.this, node.expression, kind=type_of(node.this))
        return super().structure(binder, node)


def _name_columns(values: exp.Values) -> None:
    """``(VALUES …) AS v (a, b)`` as a query over the names that SQLite gives them."""
    alias = values.args.get("alias")
    if alias is None or not alias.columns:
        return
    named = [
        exp.alias_(exp.column(f"column{number}", quoted=True), column.name, quoted=True)
        for number, column in enumerate(alias.columns, 1)
    ]
    inner = values.copy()
    inner.set("alias", None)
    query = exp.Select(expressions=named).from_(exp.Subquery(this=inner))
    values.replace(exp.Subquery(this=query, alias=exp.TableAlias(this=alias.this)))
