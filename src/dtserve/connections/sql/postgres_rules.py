"""T-SQL expressions in PostgreSQL."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres

from dtserve.connections.sql.binder import Binder
from dtserve.connections.sql.nodes import Slot, Template, raw, template, typed, write_slot, write_template
from dtserve.connections.sql.postgres_dates import add_text, difference_text, name_text, part_text, style_text
from dtserve.connections.sql.postgres_tables import PostgresTables
from dtserve.connections.sql.target_rules import Rules
from dtserve.connections.sql.text_dates import ISO_STYLES, KNOWN, known_text, postgres_text_as_date
from dtserve.connections.sql.tsql_types import BOOL, type_of
from dtserve.connections.sql.typed_forms import may_overflow, money_scale
from dtserve.datatypes import DT, TypeSpec

__all__ = ["PostgresRules", "PostgresWriter"]

_GENERATOR: Any = Postgres.Generator
_NUMERIC = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"
_WHOLE = r"^\s*[-+]?[0-9]+\s*$"
_NUMERIC_FUNCTIONS = {"ABS", "SIGN", "FLOOR", "CEILING", "POWER"}
_HASHES = {
    "MD5": "decode(md5({0}), 'hex')", "SHA2_256": "sha256({0})", "SHA2_512": "sha512({0})",
}  # fmt: skip


class PostgresWriter(Postgres):
    """sqlglot's PostgreSQL dialect with our own nodes."""

    class Generator(_GENERATOR):  # type: ignore[misc]
        """Its generator."""

        TRANSFORMS = {**_GENERATOR.TRANSFORMS, Template: write_template, Slot: write_slot}  # noqa: RUF012


class PostgresRules(PostgresTables, Rules):
    """PostgreSQL."""

    family: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL"
    address: ClassVar[str] = "ctid"
    opposite: ClassVar[str] = "(NOT {0})"

    # --- operators -------------------------------------------------------------------

    def binary(self, digits: str) -> exp.Expr:
        """A bytea literal."""
        even = digits if len(digits) % 2 == 0 else f"0{digits}"
        return raw(f"'\\x{even}'::bytea")

    def operator(self, binder: Binder, node: exp.Expr, sign: str) -> exp.Expr:
        """A BIT in arithmetic is a number."""
        for key in ("this", "expression"):
            if _is(node.args[key], "bool"):
                node.set(key, template("CAST({0} AS INT)", node.args[key], kind=TypeSpec(DT.I4)))
        if sign == "+" and _is(node.this, "text") != _is(node.expression, "text"):
            for key in ("this", "expression"):
                if type_of(node.args[key]) is None:
                    node.set(key, template("CAST({0} AS TEXT)", node.args[key]))
        return super().operator(binder, node, sign)

    def comparison(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """A BIT beside a number is a number."""
        for key, other in (("this", "expression"), ("expression", "this")):
            beside = type_of(node.args[other])
            number = (
                beside is not None and beside.family in ("int", "decimal", "float") and not self.plain(node.args[other])
            )
            if number and _is(node.args[key], "bool"):
                node.set(key, template("CAST({0} AS INT)", node.args[key], kind=TypeSpec(DT.I4)))
        return super().comparison(binder, node)

    def unify(self, arguments: list[exp.Expr], start: int) -> list[exp.Expr]:
        """BITs among numbers are numbers."""
        kinds = [type_of(argument) for argument in arguments[start:]]
        mixed = any(
            kind is not None and kind.family in ("int", "decimal", "float")
            for kind, node in zip(kinds, arguments[start:], strict=True)
            if not self.plain(node)
        )
        if mixed:
            arguments = [
                template("CAST({0} AS INT)", node, kind=TypeSpec(DT.I4)) if at >= start and _is(node, "bool") else node
                for at, node in enumerate(arguments)
            ]
        return super().unify(arguments, start)

    def unknown_plus(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """PostgreSQL itself refuses + between texts."""
        return node

    def as_number(self, node: exp.Expr) -> exp.Expr:
        """An error for a text that is no number."""
        return template("CAST({0} AS NUMERIC)", node)

    def fit(self, node: exp.Expr, kind: TypeSpec) -> exp.Expr:
        """BIT is boolean here, and numbers are no texts."""
        node = super().fit(node, kind)
        if not isinstance(node, exp.Literal):
            return node
        text = str(node.this).strip().lower()
        if kind.dt is DT.BOOL and text in ("0", "1", "true", "false"):
            return typed(exp.Boolean(this=text in ("1", "true")), kind)
        if kind.family == "binary" and node.is_string:
            return node
        return node

    def convert(self, node: exp.Expr, own: TypeSpec, kind: TypeSpec) -> exp.Expr:
        """T-SQL converts by itself where PostgreSQL wants it said."""
        if kind.dt is DT.BOOL:
            inner = "CAST({0} AS BOOLEAN)" if own.family == "text" else "(CAST({0} AS NUMERIC) <> 0)"
            return template(inner, node, kind=kind)
        if kind.family == "int" and own.family in ("decimal", "float"):
            return template("TRUNC(CAST({0} AS NUMERIC))", node, kind=kind)
        if own.dt is DT.BOOL and kind.family in ("int", "decimal", "float"):
            return template("CAST({0} AS INT)", node, kind=kind)
        if own.family == "text" and not isinstance(node, exp.Literal) and kind.family != "binary":
            return template(f"CAST({{0}} AS {self.type_of_spec(kind)})", node, kind=kind)
        if kind.family == "binary" and own.family == "text":
            return template("convert_to({0}, 'WIN1252')", node, kind=kind)
        return node

    def like(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """No escape character of its own; ``[a-z]`` becomes a regular expression."""
        pattern = node.args["expression"]
        text = str(pattern.this) if isinstance(pattern, exp.Literal) else ""
        if isinstance(node.parent, exp.Escape):
            return typed(node, BOOL)
        if "[" in text:
            expression = exp.Literal.string(like_pattern(text))
            return template("{0} ~ {1}", node.this, expression, kind=BOOL)
        return template("{0} LIKE {1} ESCAPE ''", node.this, pattern, kind=BOOL)

    def within_group(self, binder: Binder, node: exp.WithinGroup) -> exp.Expr:
        """The order stands inside the parentheses."""
        order = node.expression
        inner = node.this
        if not isinstance(order, exp.Order) or not isinstance(inner, Template):
            raise binder.refuse("WITHIN GROUP is not supported")
        text = str(inner.this)
        changed = text[: text.rindex(")")] + " {" + str(len(inner.expressions)) + "})"
        return template(
            changed.replace("{*}", "{0}, {1}"), *inner.expressions, template_order(order), kind=type_of(inner)
        )

    def dotted(self, binder: Binder, node: exp.Dot) -> exp.Expr:
        """``dbo.f(x)`` is a function of the default schema."""
        if isinstance(node.expression, exp.Anonymous) and str(node.this.name).lower() == "dbo":
            return node.expression
        return node

    # --- casts -----------------------------------------------------------------------

    def cast(self, binder: Binder, value: exp.Expr, spec: TypeSpec, style: exp.Expr | None, attempt: bool) -> exp.Expr:
        """CAST and CONVERT with T-SQL's results."""
        own = type_of(value)
        number = int(str(style.this)) if isinstance(style, exp.Literal) else None
        if style is not None and number is None:
            raise binder.refuse("CONVERT with a computed style")
        plain = known_text(value, spec, attempt) if number is None or number in ISO_STYLES else None
        value = plain if plain is not None else value
        if attempt:
            return self._attempt(binder, value, spec, own, number)
        target = self.type_of_spec(spec)
        if spec.family == "text" and own is not None and own.family == "datetime":
            return self._print(binder, value, spec, own, number)
        if spec.family == "datetime" and number is not None and own is not None and own.family == "text":
            return template(style_text(binder, number, target), value)
        if plain is None and spec.dt in KNOWN and own is not None and own.family == "text":
            return template(postgres_text_as_date(spec, target, False), value)
        if spec.family == "datetime" and own is not None and own.family in ("int", "decimal", "float"):
            return template(f"CAST(TIMESTAMP '1900-01-01' + {{0}} * INTERVAL '1 day' AS {target})", value)
        if spec.family == "int" and own is not None and own.family in ("decimal", "float"):
            return template(f"CAST(TRUNC(CAST({{0}} AS NUMERIC)) AS {target})", value)
        if spec.dt is DT.BOOL and (own is None or own.family != "text"):
            return template("(CAST({0} AS NUMERIC) <> 0)" if own is not None else "CAST({0} AS BOOLEAN)", value)
        if own is not None and own.dt is DT.BOOL and spec.family in ("int", "decimal", "float", "text"):
            return template(f"CAST(CAST({{0}} AS INT) AS {target})", value)
        if spec.family == "text" and own is not None and own.family == "binary":
            prefix = "'0x' || " if number == 1 else ""
            text = f"({prefix}UPPER(encode({{0}}, 'hex')))" if number in (1, 2) else "convert_from({0}, 'WIN1252')"
            return template(f"CAST({text} AS {target})", value)
        if spec.family == "binary" and (own is None or own.family == "text"):
            data = "convert_to({0}, 'WIN1252')"
            return template(f"SUBSTRING({data} FROM 1 FOR {spec.length})" if spec.length else data, value)
        if own is not None and own.dt is DT.CY and spec.family == "text":
            return template(f"CAST(CAST({{0}} AS NUMERIC(19, {money_scale(binder, number)})) AS {target})", value)
        if may_overflow(own, spec):
            short = "'*'" if spec.dt is DT.STR else "CAST(CAST('overflow: ' || {0} AS INT) AS TEXT)"
            text = "CAST({0} AS TEXT)"
            return template(f"CASE WHEN CHAR_LENGTH({text}) > {spec.length} THEN {short} ELSE {text} END", value)
        return template(f"CAST({{0}} AS {target})", value)

    def _print(self, binder: Binder, value: exp.Expr, spec: TypeSpec, own: TypeSpec, style: int | None) -> exp.Expr:
        if style is None:
            style = {DT.DBDATE: 23, DT.DBTIMESTAMP2: 121}.get(own.dt, 0)
            if own.dt in (DT.DBTIME, DT.DBTIME2):
                return template(f"CAST({{0}} AS {self.type_of_spec(spec)})", value)
        text = style_text(binder, style, "")
        return template(f"CAST({text} AS {self.type_of_spec(spec)})", value)

    def _attempt(
        self, binder: Binder, value: exp.Expr, spec: TypeSpec, own: TypeSpec | None, style: int | None
    ) -> exp.Expr:
        target = self.type_of_spec(spec)
        if own is not None and own.family != "text":
            return template(f"CAST({{0}} AS {target})", value)
        if spec.dt in KNOWN:
            if style is not None and style not in ISO_STYLES:
                raise binder.refuse(f"TRY_CONVERT to {target} with style {style}")
            known = isinstance(value, Template | exp.Literal) and known_text(value, spec, False) is not None
            return template(f"CAST({{0}} AS {target})" if known else postgres_text_as_date(spec, target, True), value)
        pattern = {"int": _WHOLE, "decimal": _NUMERIC, "float": _NUMERIC}.get(spec.family)
        if pattern is None:
            raise binder.refuse(f"TRY_CAST to {target}")
        if isinstance(value, exp.Literal) and not re.match(pattern, str(value.this)):
            return raw(f"CAST(NULL AS {target})")  # PostgreSQL would evaluate the cast of a constant beforehand
        return template(f"CASE WHEN CAST({{0}} AS TEXT) ~ '{pattern}' THEN CAST({{0}} AS {target}) END", value)

    # --- functions -------------------------------------------------------------------

    def function(self, binder: Binder, name: str, arguments: list[exp.Expr], node: exp.Expr | None = None) -> exp.Expr:
        """Functions of whole numbers give whole numbers, as in T-SQL."""
        found = super().function(binder, name, arguments, node)
        kind = type_of(found)
        if name in _NUMERIC_FUNCTIONS and kind is not None and kind.family in ("int", "decimal"):
            return template(f"CAST({{0}} AS {self.type_of_spec(kind)})", found, kind=kind)
        return found

    def f_dateadd(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATEADD; a date stays a date when whole days are added."""
        kind = type_of(arguments[2])
        text = add_text(binder, part)
        if kind is not None and kind.dt is DT.DBDATE:
            text = f"CAST({text} AS DATE)"
        return template(text, *arguments)

    def f_datediff(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATEDIFF counts boundaries."""
        return template(difference_text(binder, part), *arguments)

    def f_datepart(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATEPART."""
        return template(part_text(binder, part), *arguments)

    def f_datename(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATENAME."""
        return template(name_text(binder, part), *arguments)

    def f_charindex(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """CHARINDEX, without regard to case."""
        if len(arguments) == 2:
            return template("POSITION(LOWER({0}) IN LOWER(CAST({1} AS TEXT)))", *arguments)
        found = "POSITION(LOWER({0}) IN SUBSTRING(LOWER(CAST({1} AS TEXT)) FROM GREATEST({2}, 1)))"
        return template(f"CASE WHEN {found} = 0 THEN 0 ELSE {found} + GREATEST({{2}}, 1) - 1 END", *arguments)

    def f_replace(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """REPLACE does not mind case, so that letters need a regular expression."""
        old = arguments[1]
        if isinstance(old, exp.Literal) and str(old.this).upper() == str(old.this).lower():
            return template("REPLACE(CAST({0} AS TEXT), {1}, {2})", *arguments)
        pattern = "regexp_replace({1}, '([^[:alnum:][:space:]])', '\\\\\\1', 'g')"
        new = "replace({2}, '\\', '\\\\')"
        return template(
            f"CASE WHEN {{1}} = '' THEN CAST({{0}} AS TEXT) ELSE regexp_replace(CAST({{0}} AS TEXT), {pattern}, {new}, 'gi') END",
            *arguments,
        )

    def f_round(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """ROUND(x, n), ROUND(x, n, 1) cuts."""
        verb = "ROUND"
        if len(arguments) == 3:
            if not isinstance(arguments[2], exp.Literal):
                raise binder.refuse("ROUND with a computed third argument")
            verb = "ROUND" if str(arguments[2].this) == "0" else "TRUNC"
        text = f"{verb}(CAST({{0}} AS NUMERIC), {{1}})"
        kind = type_of(arguments[0])
        if kind is not None and kind.family in ("float", "int"):
            text = f"CAST({text} AS {self.type_of_spec(kind)})"
        return template(text, *arguments)

    def f_log(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """LOG is natural, or to the base of its second argument."""
        if len(arguments) == 1:
            return template("LN(CAST({0} AS DOUBLE PRECISION))", *arguments)
        return template("(LN(CAST({0} AS DOUBLE PRECISION)) / LN(CAST({1} AS DOUBLE PRECISION)))", *arguments)

    def f_sum(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """SUM keeps T-SQL's type."""
        kind = type_of(arguments[0])
        if kind is not None and kind.family == "int":
            return template(f"CAST(SUM({{*}}) AS {'BIGINT' if kind.dt is DT.I8 else 'INT'})", *arguments)
        return template("SUM({*})", *arguments)

    def f_avg(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """The average of whole numbers is a whole number."""
        kind = type_of(arguments[0])
        if kind is not None and kind.family == "int":
            return template(f"CAST(TRUNC(AVG({{*}})) AS {'BIGINT' if kind.dt is DT.I8 else 'INT'})", *arguments)
        return template("AVG({*})", *arguments)

    def f_hashbytes(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """HASHBYTES of texts as code page 1252."""
        name = str(arguments[0].this).upper() if isinstance(arguments[0], exp.Literal) else ""
        if name not in _HASHES:
            raise binder.refuse(f"HASHBYTES with {name or 'a computed name'}")
        data = "{0}" if _is(arguments[1], "binary") else "convert_to(CAST({0} AS TEXT), 'WIN1252')"
        return template(_HASHES[name].replace("{0}", data), arguments[1])


def _is(node: Any, family: str) -> bool:
    kind = type_of(node)
    return kind is not None and kind.family == family


def template_order(order: exp.Order) -> exp.Expr:
    """ORDER BY inside an aggregate."""
    return typed(Template(this="{0}", expressions=[order]), None)


def like_pattern(text: str) -> str:
    """A LIKE pattern with character classes as a regular expression.

    >>> like_pattern("a[0-9]%")
    '^a[0-9].*$'
    """
    parts, at = [], 0
    while at < len(text):
        char = text[at]
        close = text.find("]", at + 2) if char == "[" else -1
        if close > 0:
            parts.append(text[at : close + 1].replace("\\", "\\\\"))
            at = close
        else:
            parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
        at += 1
    return f"^{''.join(parts)}$"
