"""How T-SQL expressions are said elsewhere: what all targets share.

A target's rules are a subclass with its own functions, casts, literals and system views.
``rewrite`` gets every expression after its parts are bound and typed.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp

from dtserve.connections.sql.alignment import Alignment
from dtserve.connections.sql.binder import Binder
from dtserve.connections.sql.catalog import TableName, split_name, stands_in
from dtserve.connections.sql.nodes import Slot, Template, raw, template, typed
from dtserve.connections.sql.row_changes import RowChanges
from dtserve.connections.sql.scope import Scope
from dtserve.connections.sql.statement import MARK
from dtserve.connections.sql.system_views import object_id, system_columns, system_view
from dtserve.connections.sql.tsql_functions import (
    CLOCK_PARTS,
    DATE_PARTS,
    FUNCTIONS,
    NO_PAREN,
    TEXT_ARGUMENTS,
    Function,
)
from dtserve.connections.sql.tsql_types import BOOL, arithmetic, common, literal_type, spec_of, type_of, varchar
from dtserve.connections.sql.typed_forms import (
    DAY_NUMBERS,
    as_days,
    as_moments,
    cast_outside,
    cut_to_first,
    data_length,
    exactly_typed,
    is_unicode,
    literal_bytes,
)
from dtserve.datatypes import DT, TypeSpec

__all__ = ["Rules"]

_OPERATORS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_SAME_TYPE = {"ISNULL": 0, "COALESCE": 0, "NULLIF": 0, "IIF": 1, "CHOOSE": 1}
"""Functions whose arguments (from that one on) have one type."""
_UNSUPPORTED: dict[type[exp.Expr], str] = {
    exp.AtTimeZone: "AT TIME ZONE",
    exp.JSONExtract: "JSON paths",
    exp.Pivot: "PIVOT",
}


class Rules(RowChanges, Alignment):
    """The rules of one target; an instance serves one statement."""

    family: ClassVar[str] = ""
    title: ClassVar[str] = ""
    opposite: ClassVar[str] = "(1 - {0})"
    """The complement of a BIT."""

    # --- places ----------------------------------------------------------------------

    def place(self, node: exp.Table, path: str, written: str) -> None:
        """Put the target's path of a table into its node; a written name that others refer to stays as alias."""
        node.set("this", raw(path))
        node.set("db", None)
        node.set("catalog", None)
        if not node.alias and isinstance(node.parent, exp.From | exp.Join | exp.Table):
            node.set("alias", exp.TableAlias(this=exp.to_identifier(written, quoted=True)))

    def system_view(self, name: TableName) -> str | None:
        """The target's text for ``sys.tables`` and its like; None for an ordinary table."""
        return system_view(self.family, name)

    def system_columns(self, name: TableName) -> dict[str, tuple[str, TypeSpec | None]]:
        """The columns of a system view by lower-case name."""
        return system_columns(name)

    # --- expressions -----------------------------------------------------------------

    def takes_part(self, node: exp.Anonymous) -> bool:
        """Whether the first argument is a date part and no column."""
        found = FUNCTIONS.get(str(node.name).upper())
        return found is not None and found.part and bool(node.expressions)

    def bare_name(self, binder: Binder, node: exp.Column, scope: Scope) -> exp.Expr | None:
        """CURRENT_TIMESTAMP and its like, which look like columns."""
        name = node.name.upper()
        if name in NO_PAREN and not node.this.args.get("quoted") and scope.column(node.name) is None:
            return self.function(binder, name, [])
        return None

    def rewrite(self, binder: Binder, node: exp.Expr, scope: Scope) -> exp.Expr:
        """The target's form of a bound expression, typed."""
        kind = type(node)
        if isinstance(node, exp.Placeholder | exp.Parameter):
            return self.slot(node)
        if isinstance(node, exp.Literal | exp.National | exp.HexString):
            return self.literal(node)
        if kind in _OPERATORS:
            return self.operator(binder, node, _OPERATORS[kind])
        if isinstance(node, _COMPARISONS):
            return self.comparison(binder, node)
        if isinstance(node, exp.Anonymous):
            return self.function(binder, str(node.name).upper(), node.expressions, node)
        if isinstance(node, exp.Cast | exp.TryCast | exp.Convert):
            return self.any_cast(binder, node)
        if isinstance(node, exp.Like):
            return self.like(binder, node)
        if isinstance(node, exp.Collate):
            return self.collate(node)
        if kind in _UNSUPPORTED:
            raise binder.refuse(f"{_UNSUPPORTED[kind]} is not supported")
        return self.structure(binder, node)

    def structure(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """Nodes that only carry the type of their parts."""
        if isinstance(node, exp.BitwiseNot) and type_of(node.this) == BOOL:
            return template(self.opposite, node.this, kind=BOOL)
        if isinstance(node, exp.Window):
            node = cast_outside(node)
        if isinstance(node, Template):
            return node
        if isinstance(node, exp.Paren | exp.Neg | exp.Window | exp.Ordered | exp.Distinct):
            inner = node.this if node.this is not None else next(iter(node.expressions), None)
            return typed(node, type_of(inner))
        if isinstance(node, exp.Case):
            self.align_branches(node)
            parts = [branch.args.get("true") for branch in node.args["ifs"]] + [node.args.get("default")]
            return typed(node, common([type_of(part) for part in parts if part is not None]))
        if isinstance(node, exp.In | exp.Between):
            self.align(node)
        if isinstance(node, exp.WithinGroup):
            return self.within_group(binder, node)
        if isinstance(node, exp.Dot):
            return self.dotted(binder, node)
        if isinstance(node, exp.Predicate | exp.And | exp.Or | exp.Not):
            return typed(node, BOOL)
        return node

    def slot(self, node: exp.Expr) -> exp.Expr:
        """The slot of ``?`` or ``@name``; ``@@ROWCOUNT`` and its like are slots too."""
        inner, prefix = node.this, "@"
        while isinstance(inner, exp.Parameter):
            inner, prefix = inner.this, prefix + "@"
        name = f"{prefix}{inner.name.lower()}"
        return Slot(this=f"?{name.removeprefix(MARK)}" if name.startswith(MARK) else name)

    def literal(self, node: exp.Expr) -> exp.Expr:
        """A literal with its type; ``N'…'`` is an ordinary string elsewhere."""
        kind = literal_type(node)
        if isinstance(node, exp.National):
            return typed(exp.Literal.string(str(node.this)), kind)
        if isinstance(node, exp.HexString):
            return typed(self.binary(str(node.this)), kind)
        return typed(node, kind)

    def binary(self, digits: str) -> exp.Expr:
        """A binary literal of hexadecimal digits."""
        even = digits if len(digits) % 2 == 0 else f"0{digits}"
        return raw(f"X'{even}'")

    def operator(self, binder: Binder, node: exp.Expr, sign: str) -> exp.Expr:
        """Arithmetic; ``+`` joins texts when both sides are text (or one is and the other is unknown)."""
        one, other = type_of(node.this), type_of(node.expression)
        families = {one.family if one else "", other.family if other else ""}
        if sign == "+" and "text" in families and families <= {"text", ""}:
            return typed(self.join_texts(node.this, node.expression), common((one, other)))
        if sign == "+" and families == {""}:
            return self.unknown_plus(binder, node)
        if "datetime" in families and sign in "+-":
            return self.date_arithmetic(binder, node, sign)
        if sign == "/":
            return typed(self.division(binder, node, one, other), arithmetic(sign, one, other))
        if "text" in families:
            for key in ("this", "expression"):
                part = node.args[key]
                kind = type_of(part)
                if kind is not None and kind.family == "text":
                    node.set(key, self.as_number(part))
        return typed(node, arithmetic(sign, one, other))

    def join_texts(self, one: exp.Expr, other: exp.Expr) -> exp.Expr:
        """Two texts joined; NULL when one is NULL."""
        return exp.DPipe(this=one, expression=other)

    def unknown_plus(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """``+`` between two things of unknown type."""
        raise binder.refuse("it cannot be told whether + adds numbers or joins texts")

    def date_arithmetic(self, binder: Binder, node: exp.Expr, sign: str) -> exp.Expr:
        """A date plus or minus a number of days."""
        one, other = type_of(node.this), type_of(node.expression)
        if one is not None and other is not None and one.family == other.family:
            raise binder.refuse("the difference of two dates is a date on SQL Server only; use DATEDIFF")
        date, days = (node.this, node.expression) if one and one.family == "datetime" else (node.expression, node.this)
        if sign == "-":
            days = typed(exp.Neg(this=exp.Paren(this=days)), type_of(days))
        kind = type_of(days)
        if kind is None or kind.family not in ("decimal", "float"):
            return self.function(binder, "DATEADD", [exp.column("day"), days, date])
        zero = typed(exp.Literal.number("0"), TypeSpec(DT.I4))
        parts = typed(template("({0} * 86400000)", days), TypeSpec(DT.R8))
        whole = self.function(binder, "ROUND", [parts, zero])
        return self.function(binder, "DATEADD", [exp.column("millisecond"), whole, date])

    def division(self, binder: Binder, node: exp.Expr, one: TypeSpec | None, other: TypeSpec | None) -> exp.Expr:
        """Division: whole numbers give a whole number, as in T-SQL."""
        return node

    def as_number(self, node: exp.Expr) -> exp.Expr:
        """A text used as a number; what is none must be an error."""
        return template("CAST({0} AS DECIMAL(38, 10))", node)

    def comparison(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """A comparison, with literals and slots brought to the type of the other side."""
        self.align(node)
        one, other = type_of(node.this), type_of(node.expression)
        if (
            one is not None
            and other is not None
            and {one.family, other.family} in ({"text", "int"}, {"text", "decimal"})
        ):
            key = "this" if one.family == "text" else "expression"
            node.set(key, self.as_number(node.args[key]))
        return typed(node, BOOL)

    def like(self, binder: Binder, node: exp.Like) -> exp.Expr:
        """LIKE: T-SQL has no escape character unless one is named."""
        return typed(node, BOOL)

    def collate(self, node: exp.Collate) -> exp.Expr:
        """COLLATE: collations of SQL Server do not exist elsewhere; the text stays."""
        inner: exp.Expr = node.this
        return inner

    def within_group(self, binder: Binder, node: exp.WithinGroup) -> exp.Expr:
        """STRING_AGG … WITHIN GROUP (ORDER BY …)."""
        raise binder.refuse("WITHIN GROUP is not supported")

    def dotted(self, binder: Binder, node: exp.Dot) -> exp.Expr:
        """A function of a schema: ``dbo.f(x)``."""
        if isinstance(node.expression, exp.Anonymous):
            return node.expression
        return node

    def any_cast(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """CAST, TRY_CAST, CONVERT, TRY_CONVERT."""
        convert = isinstance(node, exp.Convert)
        kind = node.this if convert else node.args["to"]
        value = node.expression if convert else node.this
        style = node.args.get("style") if convert else None
        attempt = isinstance(node, exp.TryCast) or bool(node.args.get("safe"))
        spec = spec_of(kind)
        if spec is None:
            raise binder.refuse(f"the type {kind.sql(dialect='tsql')} is not known")
        digits = literal_bytes(value, spec) if style is None else None
        if digits is not None:
            return typed(self.binary(digits), spec)
        value = as_days(self.family, value, spec)
        return exactly_typed(typed(self.cast(binder, value, spec, style, attempt), spec))

    def cast(self, binder: Binder, value: exp.Expr, spec: TypeSpec, style: exp.Expr | None, attempt: bool) -> exp.Expr:
        """A value as another type; with a CONVERT style, with NULL for failure when ``attempt``."""
        raise binder.refuse("CAST is not supported")

    # --- functions -------------------------------------------------------------------

    def function(self, binder: Binder, name: str, arguments: list[exp.Expr], node: exp.Expr | None = None) -> exp.Expr:
        """A function of T-SQL in the target's form; an unknown one stays."""
        found = FUNCTIONS.get(name)
        if found is None:
            return node if node is not None else exp.Anonymous(this=name, expressions=arguments)
        if len(arguments) < found.low or (found.high >= 0 and len(arguments) > found.high):
            raise binder.refuse(f"{name} takes {found.low} arguments or so, not {len(arguments)}")
        part = ""
        if found.part:
            part = DATE_PARTS.get(arguments[0].name.lower(), "")
            if not part:
                raise binder.refuse(f"{arguments[0].name} is no date part")
        if name == "DATEADD" and part in CLOCK_PARTS and type_of(arguments[2]) == TypeSpec(DT.DBDATE):
            raise binder.refuse(f"DATEADD of {part} takes no date")
        for at in TEXT_ARGUMENTS.get(name, ()):
            if at < len(arguments):
                arguments = [*arguments[:at], self.as_text(binder, arguments[at]), *arguments[at + 1 :]]
        if name in _SAME_TYPE:
            arguments = self.unify(arguments, _SAME_TYPE[name])
        if name in DAY_NUMBERS:
            arguments = as_moments(name, arguments, lambda node, spec: self.cast(binder, node, spec, None, False))
        if name == "ISNULL":
            arguments = cut_to_first(self.family, arguments)
        kind = found.rule([type_of(argument) for argument in arguments])
        if name == "HASHBYTES" and is_unicode(arguments[1]):
            raise binder.refuse("HASHBYTES of nvarchar is a hash of UTF-16")
        if name == "DATALENGTH" and (exact := data_length(self.family, arguments[0])) is not None:
            return typed(exact, kind)
        form = self.form(found, name)
        if not form:
            raise binder.refuse(f"{name} is not known in {self.title}")
        special = getattr(self, f"f_{form}", None) if form.isidentifier() else None
        if special is not None:
            return typed(special(binder, arguments, part), kind)
        text = form.replace("{part}", f"'{part}'")
        return template(text, *arguments, kind=kind)

    def as_text(self, binder: Binder, node: exp.Expr) -> exp.Expr:
        """A date, fraction or BIT where T-SQL wants a text: in the form that T-SQL gives it."""
        kind = type_of(node)
        if kind is None or kind.family not in ("datetime", "decimal", "float", "bool"):
            return node
        return typed(self.cast(binder, node, varchar(40), None, False), varchar(40))

    def f_object_id(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """OBJECT_ID('x'): looked up now, so that the translation does not last."""
        if not isinstance(arguments[0], exp.Literal):
            raise binder.refuse("OBJECT_ID of something computed")
        name = split_name(str(arguments[0].this))
        found = binder.catalog.find_table(name)
        binder.resolved = False
        kind = str(arguments[1].this).strip().upper() if len(arguments) > 1 else "U"
        if found is None or stands_in(found, name) or kind not in ("U", "V"):  # procedures and the like are none here
            return raw("NULL")
        return raw(object_id(self.family, found.path, found.stored_name))

    def f_error_message(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """ERROR_MESSAGE(): a value of the batch."""
        return Slot(this="@@error_message")

    def f_xact_state(self, binder: Binder, arguments: list[exp.Expr], part: str) -> exp.Expr:
        """XACT_STATE(): 1 inside a transaction."""
        return Slot(this="@@trancount")

    def form(self, found: Function, name: str) -> str:
        """The text form of a function for this target; ``=`` keeps the name."""
        written = str(getattr(found, self.family))
        return f"{name}({{*}})" if written == "=" else written

    def select(self, binder: Binder, node: exp.Select, scope: Scope) -> None:
        """What a target changes in a whole SELECT (TOP … PERCENT, FOR XML, hints)."""
        node.set("hint", None)
        node.set("options", None)
        if node.args.get("for_"):
            raise binder.refuse("FOR XML and FOR JSON run on SQL Server only")
        limit = node.args.get("limit")
        options: Any = limit.args.get("limit_options") if isinstance(limit, exp.Fetch | exp.Limit) else None
        if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
            raise binder.refuse("TOP … PERCENT and WITH TIES are not supported")
