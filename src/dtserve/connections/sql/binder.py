"""Names and types: every table and column of a T-SQL tree is matched with what the database has.

Tables get the path under which they stand in the database, columns their real spelling, every
expression the type that follows. Names that T-SQL finds without regard to case (aliases,
columns of sub-queries) get one spelling, so that a database that minds case finds them too.
After a node is bound it is handed to the target's :class:`~dtserve.connections.sql.target_rules.Rules`,
which says it in the target's way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.catalog import Catalog, TableName
from dtserve.connections.sql.scope import Columns, Relation, Scope, by_name
from dtserve.connections.sql.tsql_types import common, spec_of, type_of
from dtserve.connections.sql.typed_forms import exactly_typed
from dtserve.datatypes import TypeSpec

__all__ = ["Binder", "table_name"]

MAX_NESTING = 200


class Binder:
    """Binds one statement; ``resolved`` is false when a table was not found (so that nothing is cached)."""

    def __init__(self, catalog: Catalog, rules: Any, statement: str) -> None:
        self.catalog = catalog
        self.rules = rules
        self.statement = statement
        self.resolved = True
        self.depth = 0

    def refuse(self, reason: str) -> NotTranslatable:
        """The error for something the target cannot do."""
        return NotTranslatable(dialect=self.rules.title, reason=reason, statement=self.statement)

    # --- queries ---------------------------------------------------------------------

    def query(self, node: exp.Expr, outer: Scope | None, ctes: Mapping[str, Relation]) -> Columns | None:
        """Bind a query in place; its columns, None where unknown."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.refuse("it is nested too deeply")
        try:
            ctes = self.with_clause(node, outer, ctes)
            if isinstance(node, exp.Subquery):
                columns = self.query(node.this, outer, ctes)
                self.tail(node, Scope({}, outer, ctes))
            elif isinstance(node, exp.SetOperation):
                columns = self.set_operation(node, outer, ctes)
            elif isinstance(node, exp.Select):
                columns = self.select(node, outer, ctes)
            elif isinstance(node, exp.Values):
                columns = self.values(node, outer, ctes)
            else:
                raise self.refuse(f"{node.key.upper()} is not understood here")
        finally:
            self.depth -= 1
        return columns

    def with_clause(self, node: exp.Expr, outer: Scope | None, ctes: Mapping[str, Relation]) -> Mapping[str, Relation]:
        """Bind the common table expressions of a statement; those and the ones around."""
        clause = node.args.get("with_")
        if clause is None:
            return ctes
        known = dict(ctes)
        for cte in clause.expressions:
            name = cte.alias
            listed = [column.name for column in cte.args["alias"].columns]
            if name.lower() in {table.name.lower() for table in cte.this.find_all(exp.Table)}:
                clause.set("recursive", True)
                known[name.lower()] = Relation(None, alias=name)
            columns = self.query(cte.this, outer, known)
            known[name.lower()] = Relation(by_name(columns, listed), alias=name)
            _quote(cte.args["alias"].this)
            for identifier in cte.args["alias"].columns:
                _quote(identifier)
        return known

    def set_operation(
        self, node: exp.SetOperation, outer: Scope | None, ctes: Mapping[str, Relation]
    ) -> Columns | None:
        """UNION, EXCEPT, INTERSECT."""
        left = self.query(node.this, outer, ctes)
        right = self.query(node.expression, outer, ctes)
        columns = left
        if left is not None and right is not None and len(left) == len(right):
            columns = [(name, common((one, other))) for (name, one), (_, other) in zip(left, right, strict=True)]
        scope = Scope({}, outer, ctes)
        scope.aliases = {name.lower(): (name, kind) for name, kind in columns or []}
        self.tail(node, scope)
        return columns

    def select(self, node: exp.Select, outer: Scope | None, ctes: Mapping[str, Relation]) -> Columns | None:
        """SELECT … in place."""
        scope = Scope({}, outer, ctes)
        self.sources(node, scope)
        columns: Columns | None = []
        projections: list[exp.Expr] = []
        for number, item in enumerate(node.expressions):
            found, named = self.projection(item, scope, number)
            projections.append(found)
            columns = None if named is None or columns is None else columns + named
        node.set("expressions", projections)
        scope.aliases = {name.lower(): (name, kind) for name, kind in columns or [] if name}
        for name in ("where", "group", "having", "windows", "qualify"):
            self.clause(node, name, scope)
        self.tail(node, scope)
        self.rules.select(self, node, scope)
        return columns

    def tail(self, node: exp.Expr, scope: Scope) -> None:
        """ORDER BY, TOP, OFFSET … of a query."""
        for name in ("order", "limit", "offset", "distinct"):
            self.clause(node, name, scope)

    def clause(self, node: exp.Expr, name: str, scope: Scope) -> None:
        """Bind what stands in one clause."""
        part = node.args.get(name)
        if isinstance(part, exp.Expr):
            by_alias = name == "order"
            self.children(part, scope, by_alias)
        elif isinstance(part, list):
            for item in part:
                self.children(item, scope, False)

    def sources(self, node: exp.Expr, scope: Scope) -> None:
        """FROM and JOIN: relations first, then the conditions."""
        start = node.args.get("from_")
        items: list[exp.Expr] = [start.this] if start is not None else []
        joins = list(node.args.get("joins") or [])
        for item in items:
            self.source(item, scope)
            joins.extend(item.args.get("joins") or [])
        for join in joins:
            self.source(join.this, scope)
            if join.args.get("on") is not None:
                join.set("on", self.expression(join.args["on"], scope))
        for lateral in node.args.get("laterals") or []:
            self.source(lateral, scope)

    def source(self, item: exp.Expr, scope: Scope) -> None:
        """One relation of a FROM clause."""
        alias = item.args.get("alias")
        if isinstance(item, exp.Table):
            relation = self.table(item, scope)
            name = item.alias or relation.alias
        elif isinstance(item, exp.Lateral):
            columns = self.query(item.this, scope, scope.ctes)
            relation, name = Relation(by_name(columns, [])), item.alias
        elif isinstance(item, exp.Paren):
            self.source(item.this, scope)
            return
        else:
            listed = [column.name for column in alias.columns] if alias is not None else []
            columns = self.query(item, scope.outer, scope.ctes)
            relation, name = Relation(by_name(columns, listed)), item.alias
        if item.args.get("pivots"):
            raise self.refuse("PIVOT is not supported")
        if alias is not None:
            _quote(alias.this)
            for identifier in alias.columns:
                _quote(identifier)
        relation.alias = name
        scope.relations[name.lower() or f"?{len(scope.relations)}"] = relation
        for join in item.args.get("joins") or []:
            if not isinstance(item, exp.Table):
                self.source(join.this, scope)
                if join.args.get("on") is not None:
                    join.set("on", self.expression(join.args["on"], scope))

    def table(self, node: exp.Table, scope: Scope) -> Relation:
        """Match a table with the catalog, and put its path in its place."""
        node.set("hints", None)
        if not isinstance(node.this, exp.Identifier | exp.Parameter):
            raise self.refuse("table-valued functions run on SQL Server only")
        name = table_name(node)
        if not name.schema and name.name.lower() in scope.ctes:
            cte = scope.ctes[name.name.lower()]
            node.set("this", exp.to_identifier(cte.alias, quoted=True))
            return Relation(cte.columns, alias=cte.alias)
        system = self.rules.system_view(name)
        if system is not None:
            columns = self.rules.system_columns(name)
            self.rules.place(node, system, name.name)
            return Relation(columns, alias=node.alias or name.name)
        found = self.catalog.find_table(name)
        if found is None:
            self.resolved = False
            self.rules.place(node, self.catalog.new_table_path(name), name.name)
            return Relation(None, alias=name.name)
        self.rules.place(node, found.path, name.name)
        columns = {column.name.lower(): (column.name, column.type) for column in found.columns}
        return Relation(columns, found, name.name)

    def values(self, node: exp.Values, outer: Scope | None, ctes: Mapping[str, Relation]) -> Columns | None:
        """VALUES (…), (…) as a relation."""
        scope = Scope({}, outer, ctes)
        for row in node.expressions:
            self.children(row, scope, False)
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        return [("", common([type_of(row[at]) for row in rows])) for at in range(len(rows[0]))] if rows else None

    # --- expressions -----------------------------------------------------------------

    def projection(self, item: exp.Expr, scope: Scope, number: int) -> tuple[exp.Expr, Columns | None]:
        """One item of a SELECT list; its columns (several for a star, None when unknown)."""
        if isinstance(item, exp.PropertyEQ | exp.EQ) and isinstance(item.this, exp.Column) and not item.this.table:
            item = exp.alias_(item.expression, item.this.name, quoted=True)  # SELECT name = expression
        if isinstance(item, exp.Aliases):
            raise self.refuse("several aliases for one expression")
        if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
            return self.star(item, scope)
        if isinstance(item, exp.Alias):
            inner = self.expression(item.this, scope)
            alias = exp.alias_(inner, item.alias, quoted=True)
            return alias, [(item.alias, type_of(inner))]
        bound = self.expression(item, scope)
        kind = type_of(bound)
        if isinstance(bound, exp.Column):
            # SQL Server names the column as the table has it
            return bound, [(bound.name, kind)]
        return bound, [("", kind)]

    def star(self, item: exp.Expr, scope: Scope) -> tuple[exp.Expr, Columns | None]:
        """``*`` and ``t.*``."""
        if isinstance(item, exp.Column) and item.table:
            relation = scope.relation(item.table)
            if relation is not None:
                item.set("table", exp.to_identifier(relation.alias, quoted=True))
            return exp.Column(this=exp.Star(), table=item.args["table"]), relation.ordered() if relation else None
        columns: Columns | None = []
        for relation in scope.relations.values():
            found = relation.ordered()
            columns = None if found is None or columns is None else columns + found
        return item, columns

    def children(self, node: exp.Expr, scope: Scope, by_alias: bool) -> None:
        """Bind every expression directly below ``node`` in place."""
        for key, value in list(node.args.items()):
            if isinstance(value, exp.Expr):
                if not isinstance(value, exp.Identifier | exp.DataType | exp.Var):
                    node.set(key, self.expression(value, scope, by_alias))
            elif isinstance(value, list):
                node.set(
                    key,
                    [
                        self.expression(v, scope, by_alias)
                        if isinstance(v, exp.Expr) and not isinstance(v, exp.Identifier | exp.DataType | exp.Var)
                        else v
                        for v in value
                    ],
                )

    def expression(self, node: exp.Expr, scope: Scope, by_alias: bool = False) -> exp.Expr:
        """The bound form of an expression, with its type; ``by_alias`` lets it name a projection (ORDER BY)."""
        if isinstance(node, exp.Subquery | exp.Select | exp.SetOperation):
            columns = self.query(node, scope, scope.ctes)
            _typed(node, columns[0][1] if columns else None)
            return node
        if isinstance(node, exp.Column):
            return self.column(node, scope, by_alias)
        self.depth += 1
        if self.depth > MAX_NESTING * 5:
            raise self.refuse("it is nested too deeply")
        try:
            if not (isinstance(node, exp.Anonymous) and self.rules.takes_part(node)):
                self.children(node, scope, by_alias)
            else:
                rest = [self.expression(argument, scope, by_alias) for argument in node.expressions[1:]]
                node.set("expressions", [node.expressions[0], *rest])
        finally:
            self.depth -= 1
        rewritten: exp.Expr = self.rules.rewrite(self, node, scope)
        return rewritten

    def column(self, node: exp.Column, scope: Scope, by_alias: bool) -> exp.Expr:
        """A column reference with the spelling of what it names."""
        if isinstance(node.this, exp.Star):
            return node
        name, table = node.name, node.table
        if not table:
            special: exp.Expr | None = self.rules.bare_name(self, node, scope)
            if special is not None:
                return special
            if by_alias and name.lower() in scope.aliases:
                spelled, kind = scope.aliases[name.lower()]
                return _typed(exp.column(spelled, quoted=True), kind)
            found = scope.column(name)
            if found is None:
                return _typed(exp.column(name, quoted=True), None)
            return _stored(_typed(exp.column(found[1], quoted=True), found[2]), found[0])
        relation = scope.relation(table)
        if relation is None:
            return _typed(exp.column(name, table=table, quoted=True), None)
        spelled, kind = (relation.columns or {}).get(name.lower(), (name, None))
        return _stored(_typed(exp.column(spelled, table=relation.alias, quoted=True), kind), relation)

    def cast_type(self, kind: exp.DataType) -> TypeSpec | None:
        """The SSIS type of a CAST's target."""
        return spec_of(kind)


def table_name(node: exp.Table) -> TableName:
    """The name of a table node as the package writes it, ``#`` and ``@`` included."""
    identifier = node.this
    name = identifier.name
    if isinstance(identifier, exp.Parameter):
        name = f"@{name}"
    elif identifier.args.get("temporary"):
        name = f"#{name}"
    elif identifier.args.get("global_"):
        name = f"##{name}"
    return TableName(name, node.db, node.catalog)


def _typed(node: exp.Expr, kind: TypeSpec | None) -> exp.Expr:
    node.meta["ssis"] = kind
    return node


def _stored(node: exp.Expr, relation: Relation | None) -> exp.Expr:
    """Of a column that a table holds the length is known exactly."""
    return exactly_typed(node) if relation is not None and relation.table is not None else node


def _quote(identifier: Any) -> None:
    if isinstance(identifier, exp.Identifier):
        identifier.set("quoted", True)
