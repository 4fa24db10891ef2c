"""The tables that a real data flow needs: from external metadata, and from the statements it holds (sqlglot)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from lxml import etree
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Component, DataFlow

INT = TypeSpec(DT.I4)
TEXT = TypeSpec(DT.WSTR, length=50)
MOMENT = TypeSpec(DT.DBTIMESTAMP)
READS = ("OLEDBSource", "DataReaderSourceAdapter", "ODBCSource")
PARTS = re.compile(r"\[((?:[^\]]|\]\])+)\]|\"([^\"]+)\"|`([^`]+)`|([^.\[\]\"`]+)")
WRITES = ("OLEDBDestination", "ADONETDestination", "SQLServerDestination", "ODBCDestination")


@dataclass
class Table:
    """A table to make: its name as written, columns by folded name, whether it holds rows before the run."""

    name: str
    columns: dict[str, tuple[str, TypeSpec]] = field(default_factory=dict)
    filled: bool = False
    guessed: set[str] = field(default_factory=set)

    def add(self, name: str, spec: TypeSpec, *, guess: bool = False) -> None:
        """Add a column; what is known wins over a guess."""
        low = name.lower()
        if low not in self.columns or (low in self.guessed and not guess):
            self.columns[low] = (name, spec)
            (self.guessed.add if guess else self.guessed.discard)(low)


class Tables:
    """All tables of one data flow by bare name."""

    def __init__(self) -> None:
        self.found: dict[str, Table] = {}
        self.unread: list[tuple[str, str]] = []

    def table(self, name: str) -> Table:
        """The table of this name, made on first use."""
        key = full(name).lower()
        return self.found.setdefault(key, Table(name.strip()))

    def collect(self, flow: DataFlow, texts: dict[str, str]) -> None:
        """Find what every component needs; ``texts`` gives the statement or table of a component by its refId."""
        for component in flow.components:
            if component.part in WRITES:
                self._written(component, texts.get(component.ref_id, ""))
        for component in flow.components:
            if component.part in READS:
                self._read(component, texts.get(component.ref_id, ""))
            elif component.part in ("Lookup", "FuzzyLookup", "TermLookup", "SCD", "OLEDBCommand", "TermExtraction"):
                self._asked(component)

    def _written(self, component: Component, name: str) -> None:
        if not name or is_statement(name):
            return
        table = self.table(name)
        for column in component.inputs[0].external_columns:
            table.add(column.name, column.type)

    def _read(self, component: Component, text: str) -> None:
        columns = [(c.name, c.type) for c in component.outputs[0].external_columns]
        if text and not is_statement(text):
            table = self.table(text)
            table.filled = True
            for name, spec in columns:
                table.add(name, spec)
        elif text:
            self.statement(component, text, columns)

    def _asked(self, component: Component) -> None:
        text = value(component, "SqlCommand")
        columns = list(reference_columns(component))
        if component.part in ("FuzzyLookup", "TermLookup", "TermExtraction"):
            name = (
                value(component, "ReferenceTableName")
                or value(component, "RefTermTable")
                or value(component, "OutTermTable")
            )
            if name:
                table = self.table(name)
                table.filled = True
                for column, spec in columns:
                    table.add(column, spec)
                for column in (value(component, "RefTermColumn"), value(component, "OutTermColumn")):
                    if column:
                        table.add(column, TEXT)
            return
        if text:
            if component.part == "OLEDBCommand":
                columns = [(c.name, c.type) for c in component.inputs[0].external_columns]
            self.statement(component, text, columns)

    def statement(self, component: Component, text: str, columns: Iterable[tuple[str, TypeSpec]]) -> None:
        """Tables and columns that a statement names."""
        known = {name.lower(): (name, spec) for name, spec in columns}
        try:
            trees = [tree for tree in sqlglot.parse(text, read="tsql") if tree is not None]
        except sqlglot.errors.SqlglotError:
            self.unread.append((component.name, text))
            return
        if any(isinstance(tree, exp.Command | exp.Execute) for tree in trees):
            self.unread.append((component.name, text))
            return
        for tree in trees:
            _StatementTables(self, known).visit(tree)


class _StatementTables:
    def __init__(self, tables: Tables, known: dict[str, tuple[str, TypeSpec]]) -> None:
        self.tables, self.known = tables, known

    def visit(self, tree: exp.Expression) -> None:
        if isinstance(tree, exp.Update | exp.Delete | exp.Insert):
            self._change(tree)
            return
        for scope in traverse_scope(tree):
            names = {
                alias: source.sql(dialect="tsql", comments=False).split(" AS ")[0].split(" WITH")[0]
                for alias, source in scope.sources.items()
                if isinstance(source, exp.Table) and source.name
            }
            physical = {alias: self.tables.table(_plain(scope.sources[alias])) for alias in names}
            for table in physical.values():
                table.filled = True
            only = next(iter(physical.values())) if len(physical) == 1 and len(scope.sources) == 1 else None
            for column in scope.columns:
                table = physical.get(column.table) if column.table else only
                if table is None and not column.table and physical:
                    if any(column.name.lower() in each.columns for each in physical.values()):
                        continue
                    table = next(iter(physical.values()))
                if table is not None and column.name != "*":
                    self._add(table, column)
            self._stars(scope, physical)

    def _add(self, table: Table, column: exp.Column) -> None:
        low = column.name.lower()
        parent = column.parent
        if isinstance(parent, exp.Alias) and parent.alias.lower() in self.known:
            table.add(column.name, self.known[parent.alias.lower()][1])
        elif low in self.known and isinstance(parent, exp.Select):
            table.add(column.name, self.known[low][1])
        elif low in self.known:
            table.add(column.name, self.known[low][1], guess=True)
        else:
            table.add(column.name, guess(column), guess=True)

    def _stars(self, scope: Any, physical: dict[str, Table]) -> None:
        for star in scope.expression.find_all(exp.Star):
            if star.find_ancestor(exp.Select) is not scope.expression or isinstance(star.parent, exp.Count):
                continue
            owner = star.parent.table if isinstance(star.parent, exp.Column) else ""
            targets = [physical[owner]] if owner in physical else list(physical.values())[:1]
            named = {each.alias_or_name.lower() for each in scope.expression.selects if not each.is_star}
            for table in targets:
                for low, (name, spec) in self.known.items():
                    if low not in named:
                        table.add(name, spec)

    def _change(self, tree: exp.Expression) -> None:
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not isinstance(target, exp.Table):
            return
        origin = tree.args.get("from_") or tree.args.get("from")
        aliases = {t.alias_or_name.lower(): t for t in tree.find_all(exp.Table)}
        for table in aliases.values():
            if table is not target or not (
                origin and target.name.lower() in aliases and aliases[target.name.lower()] is not target
            ):
                self.tables.table(_plain(table)).filled = True
        main = self.tables.table(_plain(aliases.get(target.name.lower(), target)))
        for column in tree.find_all(exp.Column):
            owner = aliases.get(column.table.lower()) if column.table else None
            self._add(self.tables.table(_plain(owner)) if owner is not None else main, column)


def _plain(table: exp.Table) -> str:
    parts = [part.name for part in (table.args.get("catalog"), table.args.get("db"), table.this) if part]
    return ".".join(f"[{part}]" for part in parts)


def guess(column: exp.Column) -> TypeSpec:
    """The type that a column probably has by its name and by what it is compared with."""
    low = column.name.lower()
    parent = column.parent
    others = (
        [e for e in (parent.args.get("this"), parent.args.get("expression")) if isinstance(e, exp.Literal)]
        if parent
        else []
    )
    if others:
        return TEXT if others[0].is_string else INT
    if re.search(r"date|time|valid from|valid to", low) and not low.endswith(("id", "key")):
        return MOMENT
    if low.endswith(("id", "key", "no", "number", "count", "amount", "year", "quantity")) or (
        parent and isinstance(parent, exp.Sum | exp.Avg)
    ):
        return INT
    return TEXT


def value(component: Component, name: str) -> str:
    """The text of a component's property, empty where it has none."""
    found = component.properties.get(name)
    return found.value.strip() if found is not None else ""


def reference_columns(component: Component) -> Iterator[tuple[str, TypeSpec]]:
    """The columns of a lookup's reference, from its metadata or its joins."""
    for name in ("ReferenceMetadataXml", "ReferenceMetadataXML"):
        text = value(component, name)
        if text and "<" in text:
            for element in etree.fromstring(text.encode()).iter("referenceColumn"):
                yield element.get("name", ""), _reference_type(element)
            return
    for owner in (*component.inputs, *component.outputs):
        for column in owner.columns:
            for name in ("JoinToReferenceColumn", "CopyFromReferenceColumn"):
                held = column.properties.get(name)
                if held is not None and held.value:
                    yield held.value, column.type
    if component.part == "SCD":
        for column in component.inputs[0].external_columns or component.inputs[0].columns:
            yield column.name, column.type


def _reference_type(element: Any) -> TypeSpec:
    dt = DT[element.get("dataType", "DT_WSTR").removeprefix("DT_")]
    length, precision, scale, page = (int(element.get(k, 0) or 0) for k in ("length", "precision", "scale", "codePage"))
    if dt is DT.NUMERIC:
        return TypeSpec(dt, precision=precision or 18, scale=scale)
    return TypeSpec(dt, length=length, scale=scale, code_page=page)


def is_statement(text: str) -> bool:
    """Whether a text is a statement rather than a table's name."""
    return (
        bool(re.match(r"(?is)\s*(--|/\*|select\b|with\b|exec\b|execute\b|declare\b|if\b|insert\b|set\b|;)", text))
        or "\n" in text.strip()
    )


def full(name: str) -> str:
    """Schema and table, without dbo."""
    parts = [next(each for each in found if each) for found in PARTS.findall(name.strip())]
    return ".".join(part for part in parts[-2:] if part.lower() != "dbo")


def bare(name: str) -> str:
    """The last part of a table's name."""
    parts = PARTS.findall(name.strip())
    return next(each for each in parts[-1] if each) if parts else name


def sql_type(spec: TypeSpec) -> str:
    """The type of SQL Server for a column."""
    plain = {
        DT.I1: "SMALLINT", DT.UI1: "TINYINT", DT.I2: "SMALLINT", DT.UI2: "INT", DT.I4: "INT", DT.UI4: "BIGINT",
        DT.I8: "BIGINT", DT.UI8: "NUMERIC(20,0)", DT.R4: "REAL", DT.R8: "FLOAT", DT.CY: "MONEY", DT.BOOL: "BIT",
        DT.DBDATE: "DATE", DT.DBTIME: "TIME", DT.DBTIME2: "TIME", DT.DBTIMESTAMP: "DATETIME", DT.DATE: "DATETIME",
        DT.FILETIME: "DATETIME", DT.DBTIMESTAMP2: "DATETIME2", DT.DBTIMESTAMPOFFSET: "DATETIMEOFFSET",
        DT.GUID: "UNIQUEIDENTIFIER", DT.NTEXT: "NVARCHAR(MAX)", DT.TEXT: "VARCHAR(MAX)", DT.IMAGE: "VARBINARY(MAX)",
    }  # fmt: skip
    if spec.dt is DT.BYTES:
        return f"VARBINARY({spec.length or 'MAX'})"
    if spec.dt is DT.NUMERIC:
        return f"NUMERIC({spec.precision or 18},{spec.scale})"
    if spec.dt is DT.DECIMAL:
        return f"NUMERIC(28,{spec.scale})"
    if spec.dt in (DT.STR, DT.WSTR):
        return f"{'N' if spec.dt is DT.WSTR else ''}VARCHAR({spec.length if 0 < spec.length <= 4000 else 'MAX'})"
    return plain[spec.dt]
