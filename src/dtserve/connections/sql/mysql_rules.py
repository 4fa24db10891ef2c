"""T-SQL expressions in MySQL and MariaDB.

Where these databases take an error for a warning (a text that is no number, division by
zero), :func:`must` makes it an error again.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.mysql import MySQL

from dtserve.connections.sql.binder import Binder
from dtserve.connections.sql.mysql_dates import add_text, difference_text, part_text, style_text
from dtserve.connections.sql.mysql_tables import MySqlTables
from dtserve.connections.sql.nodes import Slot, Template, raw, template, typed, write_slot, write_template
from dtserve.connections.sql.row_changes import text_of_number
from dtserve.connections.sql.scope import Scope
from dtserve.connections.sql.target_rules import Rules
from dtserve.connections.sql.text_dates import ISO_STYLES, KNOWN, known_text, mysql_text_as_date
from dtserve.connections.sql.tsql_dates import canonical_moment, parse_moment
from dtserve.connections.sql.tsql_types import BOOL, type_of
from dtserve.connections.sql.typed_forms import may_overflow, money_scale
from dtserve.datatypes import DT, TypeSpec

__all__ = ["MySqlRules", "MySqlWriter", "must"]

_GENERATOR: Any = MySQL.Generator
_NUMBER = "^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$"
_FAIL = "(SELECT 1 UNION SELECT 2)"
"""Gives two rows where one value is wanted: the one way to raise an error inside an expression."""


def must(condition: str, value: str, argument: str = "{0}") -> str:
    """``value`` if the condition holds, NULL for NULL, an error otherwise."""
    return f"CASE WHEN {argument} IS NULL THEN NULL WHEN {condition} THEN {value} ELSE {_FAIL} END"


class MySqlWriter(MySQL):
    """sqlglot's MySQL dialect with our own nodes."""

    class Generator(_GENERATOR):  # type: ignore[misc]
        """Its generator."""

        TRANSFORMS = {**_GENERATOR.TRANSFORMS, Template: write_template, Slot: write_slot}  # noqa: RUF012


class MySqlRules(MySqlTables, Rules):
    """MySQL, MariaDB."""

    family: ClassVar[str] = "mysql"
    title: ClassVar[str] = "MySQL"
    address: ClassVar[str] = ""

    def returns(self, what: str, verb: str) -> bool:
        """MariaDB's INSERT and DELETE have RETURNING, its UPDATE has not."""
        return verb != "UPDATE"

    # --- operators -------------------------------------------------------------------

    def join_texts(self, one: exp.Expr, other: exp.Expr) -> exp.Expr:
        """``||`` is OR here."""
        return template("CONCAT({0}, {1})", one, other)

    def division(self, binder: Binder, node: exp.Expr, one: TypeSpec | None, other: TypeSpec | None) -> exp.Expr:
        """Whole numbers divide by DIV; zero is an error."""
        if not binder.resolved:
            return node
        kinds = [spec for spec in (one, other) if spec is not None]
        whole = len(kinds) == 2 and all(spec.family in ("int", "bool") for spec in kinds)
        if len(kinds) < 2 and not any(spec.family in ("decimal", "float") for spec in kinds):
            raise binder.refuse("it cannot be told whether / divides whole numbers")
        divisor = node.expression
        sign = "DIV" if whole else "/"
        if isinstance(divisor, exp.Literal) and not divisor.is_string and float(str(divisor.this)) != 0:
            return template(f"({{0}} {sign} {{1}})", node.this, divisor)
        return template(must("{1} <> 0", f"({{0}} {sign} {{1}})", "{1}"), node.this, divisor)

    def operator(self, binder: Binder, node: exp.Expr, sign: str) -> exp.Expr:
        """``%`` of zero is an error."""
        if sign == "%":
            kind = type_of(node.this)
            return template(must("{1} <> 0", "({0} % {1})", "{1}"), node.this, node.expression, kind=kind)
        return super().operator(binder, node, sign)

    def as_number(self, node: exp.Expr) -> exp.Expr:
        """An error for a text that is no number."""
        return template(must(f"{{0}} REGEXP '{_NUMBER}'", "CAST({0} AS DECIMAL(38, 10))"), node)

    def fit(self, node: exp.Expr, kind: TypeSpec) -> exp.Expr:
        """Dates in the one form that MySQL takes; GUIDs are texts."""
        node = super().fit(node, kind)
        if not isinstance(node, exp.Literal) or not node.is_string:
            return node
        text = str(node.this)
        if kind.family == "datetime":
            words = {DT.DBDATE: "DATE", DT.DBTIME: "TIME", DT.DBTIME2: "TIME"}
            plain = canonical_moment(text, kind.dt)
            if plain == text and parse_moment(text) is None:
                return node
            return raw(f"{words.get(kind.dt, 'TIMESTAMP')}'{plain}'", kind)
        if kind.dt is DT.GUID:
            return typed(exp.Literal.string(text.strip("{}").upper()), kind)
        if kind.dt is DT.BOOL and text.lower() in ("true", "false"):
            return typed(exp.Literal.number(1 if text.lower() == "true" else 0), kind)
        return node

    def convert(self, node: exp.Expr, own: TypeSpec, kind: TypeSpec) -> exp.Expr:
        """Numbers are cut, not rounded, on their way into whole numbers."""
        if kind.family == "int" and own.family in ("decimal", "float"):
            return template("TRUNCATE({0}, 0)", node, kind=kind)
        if kind.family == "text" and isinstance(node, exp.Literal):
            return text_of_number(node, kind)
        return node

    def like(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """No escape character of its own; ``[a-z]`` becomes a regular expression."""
        pattern = node.args["expression"]
        if isinstance(node.parent, exp.Escape):
            return typed(node, BOOL)
        if isinstance(pattern, exp.Literal) and "[" in str(pattern.this):
            from dtserve.connections.sql.postgres_rules import like_pattern

            expression = exp.Literal.string(like_pattern(str(pattern.this)))
            return template("{0} REGEXP {1}", node.this, expression, kind=BOOL)
        return template("{0} LIKE {1} ESCAPE '\x01'", node.this, pattern, kind=BOOL)

    def within_group(self, binder: Binder, node: exp.WithinGroup) -> exp.Expr:
        """GROUP_CONCAT(x ORDER BY … SEPARATOR s)."""
        inner = node.this
        if not isinstance(inner, Template) or not str(inner.this).startswith("GROUP_CONCAT"):
            raise binder.refuse("WITHIN GROUP is not supported")
        order = Template(this="{0}", expressions=[node.expression])
        return template("GROUP_CONCAT({0} {2} SEPARATOR {1})", *inner.expressions, order, kind=type_of(inner))

    # --- casts -----------------------------------------------------------------------

    def cast(self, binder: Binder, value: exp.Expr, spec: TypeSpec, style: exp.Expr | None, attempt: bool) -> exp.Expr:
        """CAST and CONVERT with T-SQL's results."""
        own = type_of(value)
        if style is not None and not isinstance(style, exp.Literal):
            raise binder.refuse("CONVERT with a computed style")
        number = int(str(style.this)) if style is not None else -1
        text = own is not None and own.family == "text"
        if spec.family == "text":
            return self._as_text(binder, value, spec, own, number)
        if spec.family in ("int", "decimal", "float", "bool"):
            return self._as_number(value, spec, text or own is None, attempt)
        if spec.family == "datetime":
            return self._as_moment(binder, value, spec, own, number, attempt)
        if attempt:
            raise binder.refuse("TRY_CAST to that type")
        if spec.dt is DT.GUID:
            return template("UPPER(CAST({0} AS CHAR(36)))", value)
        if own is not None and own.family not in ("text", "binary"):
            raise binder.refuse("a number as binary")
        data = "CAST(CONVERT({0} USING latin1) AS BINARY)" if text else "CAST({0} AS BINARY)"
        return template(f"LEFT({data}, {spec.length})" if spec.length else data, value)

    def _as_moment(
        self, binder: Binder, value: exp.Expr, spec: TypeSpec, own: TypeSpec | None, style: int, attempt: bool
    ) -> exp.Expr:
        target = self.cast_type(spec)
        if own is not None and own.family in ("int", "decimal", "float"):
            days = "DATE_ADD(TIMESTAMP'1900-01-01 00:00:00', INTERVAL ROUND({0} * 86400000000) MICROSECOND)"
            return template(f"CAST({days} AS {target})", value)
        if style >= 0 and style not in ISO_STYLES and own is not None and own.family == "text":
            read = style_text(binder, style, True)
            checked = read if attempt else must(f"{read} IS NOT NULL", read)
            return template(f"CAST({checked} AS {target})", value)
        known = known_text(value, spec, attempt)
        if known is not None:
            return template(f"CAST({{0}} AS {target})", self.fit(known, spec))
        if spec.dt in KNOWN and (own is None or own.family == "text"):
            return template(mysql_text_as_date(spec, target, attempt), value)
        return template(f"CAST({{0}} AS {target})", value)

    def _as_text(self, binder: Binder, value: exp.Expr, spec: TypeSpec, own: TypeSpec | None, style: int) -> exp.Expr:
        length = f"({spec.length})" if spec.length and not spec.info.blob else ""
        if own is not None and own.family == "datetime" and own.dt not in (DT.DBTIME, DT.DBTIME2):
            chosen = style if style >= 0 else {DT.DBDATE: 23, DT.DBTIMESTAMP2: 121}.get(own.dt, 0)
            return template(f"CAST({style_text(binder, chosen, False)} AS CHAR{length})", value)
        if own is not None and own.family == "binary" and style in (1, 2):
            prefix = "'0x', " if style == 1 else ""
            return template(f"CAST(CONCAT({prefix}HEX({{0}})) AS CHAR{length})", value)
        if own is not None and own.dt is DT.CY:
            return template(f"CAST(CAST({{0}} AS DECIMAL(19, {money_scale(binder, style)})) AS CHAR{length})", value)
        if may_overflow(own, spec):
            short = "'*'" if spec.dt is DT.STR else _FAIL
            return template(f"CASE WHEN LENGTH({{0}}) > {spec.length} THEN {short} ELSE CAST({{0}} AS CHAR) END", value)
        return template(f"CAST({{0}} AS CHAR{length})", value)

    def _as_number(self, value: exp.Expr, spec: TypeSpec, check: bool, attempt: bool) -> exp.Expr:
        body = {
            "int": "CAST(TRUNCATE({0}, 0) AS SIGNED)",
            "decimal": f"CAST({{0}} AS {self.cast_type(spec)})",
            "float": "CAST({0} AS DOUBLE)",
            "bool": "({0} <> 0)",
        }[spec.family]
        if not check:
            return template(body, value)
        pattern = _NUMBER if spec.family != "int" else "^[[:space:]]*[-+]?[0-9]+[[:space:]]*$"
        if isinstance(value, Slot):
            pattern = _NUMBER
        condition = f"{{0}} REGEXP '{pattern}'"
        if attempt:
            return template(f"CASE WHEN {condition} THEN {body} END", value)
        return template(must(condition, body), value)

    def select(self, binder: Binder, node: exp.Select, scope: Scope) -> None:
        """APPLY is not there in MariaDB."""
        super().select(binder, node, scope)
        if any(isinstance(join.this, exp.Lateral) for join in node.args.get("joins") or []):
            raise binder.refuse("APPLY is not supported")

    # --- functions -------------------------------------------------------------------

    def f_dateadd(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATEADD."""
        kind = type_of(arguments[2])
        date = kind is not None and kind.dt is DT.DBDATE
        moment = "{2}" if date else "CAST({2} AS DATETIME(6))"
        return template(add_text(binder, part).replace("{2}", moment), *arguments)

    def f_datediff(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATEDIFF counts boundaries."""
        fitted = [arguments[0], *(self._moment(argument) for argument in arguments[1:])]
        return template(difference_text(binder, part), *fitted)

    def _moment(self, node: exp.Expr) -> exp.Expr:
        return self.fit(node, TypeSpec(DT.DBTIMESTAMP2, scale=6)) if isinstance(node, exp.Literal) else node

    def f_datepart(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATEPART."""
        return template(part_text(binder, part), *arguments)

    def f_datename(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """DATENAME."""
        names = {"month": "MONTHNAME({1})", "weekday": "DAYNAME({1})"}
        return template(names.get(part) or f"CAST({part_text(binder, part)} AS CHAR)", *arguments)

    def f_concat(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """CONCAT of T-SQL takes NULL for an empty text."""
        text = ", ".join(f"COALESCE({{{number}}}, '')" for number in range(len(arguments)))
        return template(f"CONCAT({text})", *arguments)

    def f_replace(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """REPLACE does not mind case, so that letters need a regular expression."""
        old, new = arguments[1], arguments[2]
        fixed = isinstance(old, exp.Literal) and str(old.this).upper() == str(old.this).lower()
        if fixed:
            return template("REPLACE({*})", *arguments)
        if (
            not isinstance(old, exp.Literal)
            or not isinstance(new, exp.Literal)
            or "\\" in str(new.this)
            or "$" in str(new.this)
        ):
            raise binder.refuse("REPLACE with computed texts")
        pattern = re.sub(r"([^\w\s])", r"[\1]", str(old.this).replace("\\", "").replace("^", ""))
        if pattern != re.sub(r"([^\w\s])", r"[\1]", str(old.this)):
            raise binder.refuse("REPLACE of that text")
        return template("REGEXP_REPLACE({0}, {1}, {2})", arguments[0], exp.Literal.string(f"(?i){pattern}"), new)

    def f_power(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """POWER has the type of its first argument."""
        kind = type_of(arguments[0])
        if kind is not None and kind.family == "decimal":
            return template(f"CAST(POWER({{*}}) AS DECIMAL(38, {kind.scale}))", *arguments)
        if kind is not None and kind.family == "int":
            return template("CAST(TRUNCATE(POWER({*}), 0) AS SIGNED)", *arguments)
        return template("POWER({*})", *arguments)

    def f_substring(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """SUBSTRING counts from the first character on, also where it begins before it; MySQL counts from the end then."""
        start = arguments[1]
        if isinstance(start, exp.Literal) and int(float(str(start.this))) > 0:
            return template("SUBSTRING({*})", *arguments)
        return template("SUBSTRING({0}, GREATEST({1}, 1), GREATEST({2} + LEAST({1}, 1) - 1, 0))", *arguments)

    def structure(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """The complement of a number has a sign in T-SQL."""
        if isinstance(node, exp.BitwiseNot) and type_of(node.this) != BOOL:
            return template("CAST(~{0} AS SIGNED)", node.this, kind=type_of(node.this))
        return super().structure(binder, node)

    def f_round(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """ROUND(x, n), ROUND(x, n, 1) cuts."""
        cuts = len(arguments) == 3 and str(arguments[2].this) != "0"
        return template("TRUNCATE({0}, {1})" if cuts else "ROUND({0}, {1})", *arguments)

    def f_log(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """LOG is natural, or to the base of its second argument."""
        return template("LN({0})" if len(arguments) == 1 else "LOG({1}, {0})", *arguments)

    def f_avg(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """The average of whole numbers is a whole number."""
        kind = type_of(arguments[0])
        if kind is not None and kind.family == "int":
            return template("CAST(TRUNCATE(AVG({*}), 0) AS SIGNED)", *arguments)
        return template("AVG({*})", *arguments)

    def f_hashbytes(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """HASHBYTES of texts as code page 1252."""
        name = str(arguments[0].this).upper() if isinstance(arguments[0], exp.Literal) else ""
        forms = {
            "MD5": "UNHEX(MD5({0}))", "SHA1": "UNHEX(SHA1({0}))", "SHA": "UNHEX(SHA1({0}))",
            "SHA2_256": "UNHEX(SHA2({0}, 256))", "SHA2_512": "UNHEX(SHA2({0}, 512))",
        }  # fmt: skip
        if name not in forms:
            raise binder.refuse(f"HASHBYTES with {name or 'a computed name'}")
        kind = type_of(arguments[1])
        data = "{0}" if kind is not None and kind.family == "binary" else "CONVERT({0} USING latin1)"
        return template(forms[name].replace("{0}", data), arguments[1])
