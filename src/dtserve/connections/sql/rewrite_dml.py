"""INSERT, UPDATE, DELETE, SELECT INTO in other databases; MERGE is in ``rewrite_merge``.

T-SQL changes the rows of a join (``UPDATE t SET … FROM T t LEFT JOIN S …``). Elsewhere the
rows are first found by their address (SQLite's rowid, PostgreSQL's ctid) together with the new
values, then changed; MySQL changes joins itself.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dtserve.connections.sql.binder import table_name
from dtserve.connections.sql.catalog import CatalogTable
from dtserve.connections.sql.dml_text import one_from, plain_assignments, slot_text, without_top
from dtserve.connections.sql.nodes import raw, replace_with
from dtserve.connections.sql.scope import Relation, Scope
from dtserve.connections.sql.tsql_reader import read_statement
from dtserve.connections.sql.tsql_tokens import tokenize

__all__ = ["select_into", "translate_dml"]


def translate_dml(job: Any) -> None:
    """Add the statements of an INSERT, UPDATE, DELETE or MERGE to the job."""
    if _takes_results(job.text):
        raise job.refuse("INSERT … EXEC: stored procedures and dynamic SQL run on SQL Server only")
    text, top = without_top(one_from(job.marked))
    top = slot_text(top)
    tree = read_statement(plain_assignments(text), job.rules.title, job.text)
    if isinstance(tree, exp.Insert):
        if top:
            raise job.refuse("INSERT TOP is not supported")
        _insert(job, tree)
    elif isinstance(tree, exp.Update):
        _update(job, tree, top)
    elif isinstance(tree, exp.Delete):
        _delete(job, tree, top)
    elif isinstance(tree, exp.Merge):
        from dtserve.connections.sql.rewrite_merge import translate_merge

        translate_merge(job, tree)
    else:
        raise job.refuse(f"{tree.key.upper()} is not supported")


def _takes_results(text: str) -> bool:
    """INSERT … EXEC, outside parentheses."""
    depth = 0
    for token in tokenize(text):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.upper in ("EXEC", "EXECUTE"):
            return True
    return False


def select_into(job: Any, tree: exp.Select) -> None:
    """SELECT … INTO t: a new table of the query."""
    into = tree.args["into"].this
    tree.set("into", None)
    columns = job.binder.query(tree, None, {})
    path = job.catalog.new_table_path(table_name(into))
    kind = "TEMPORARY TABLE" if table_name(into).temporary else "TABLE"
    text = job.write(tree)
    job.lasting = False
    if columns is not None and all(name for name, _ in columns) and job.family == "sqlite":
        from dtserve.connections.sql.rewrite_ddl import declared_columns

        job.add(f"CREATE {kind} {path} ({declared_columns(job, columns)})")
        job.add(f"INSERT INTO {path} {text}")
        return
    job.add(f"CREATE {kind} {path} AS {text}")


def _target(job: Any, node: exp.Table) -> tuple[Relation, CatalogTable | None]:
    relation = job.binder.table(node, Scope())
    return relation, relation.table


def _insert(job: Any, tree: exp.Insert) -> None:
    ctes = job.binder.with_clause(tree, None, {})
    place = tree.this
    listed: list[str] = []
    if isinstance(place, exp.Schema):
        listed = [column.name for column in place.expressions]
        place = place.this
    if not isinstance(place, exp.Table):
        raise job.refuse("INSERT into something that is no table")
    relation, table = _target(job, place)
    names, kinds = _insert_columns(table, listed)
    source = tree.expression
    if isinstance(source, exp.Values):
        _values(job, source, kinds, ctes)
        _defaults(job, source, table, names)
    elif isinstance(source, exp.Query):
        job.binder.query(source, None, ctes)
        _fit_projections(job, source, kinds)
    elif not tree.args.get("default"):
        raise job.refuse("INSERT … EXEC runs on SQL Server only")
    body = "DEFAULT VALUES" if source is None else job.write(source)
    if source is None and job.family == "mysql":
        body = "() VALUES ()"
    clause = tree.args.get("with_")
    head = f"{job.write(clause)} " if clause is not None else ""
    columns = f" ({', '.join(job.rules.quote(name) for name in names)})" if names else ""
    returning = _output(job, tree, relation, "inserted")
    text = f"{head}INSERT INTO {job.write(place.this)}{columns} {body}{returning}"
    job.add(text, rows=bool(returning))


def _insert_columns(table: CatalogTable | None, listed: list[str]) -> tuple[list[str], list[Any]]:
    if table is None:
        return listed, [None] * len(listed)
    if not listed:
        # an INSERT without a list leaves identity and computed columns out, as T-SQL does
        columns = [column for column in table.columns if not column.identity and not column.computed]
        return [column.name for column in columns], [column.type for column in columns]
    found = [table.by_name.get(name.lower()) for name in listed]
    names = [column.name if column else name for column, name in zip(found, listed, strict=True)]
    return names, [column.type if column else None for column in found]


def _values(job: Any, source: exp.Values, kinds: list[Any], ctes: Any) -> None:
    scope = Scope({}, None, ctes)
    for row in source.expressions:
        job.binder.children(row, scope, False)
        items = row.expressions if isinstance(row, exp.Tuple) else [row]
        for at, item in enumerate(items):
            if at < len(kinds) and kinds[at] is not None:
                replace_with(item, lambda node, kind=kinds[at]: job.rules.store(node, kind))  # type: ignore[misc]


def _defaults(job: Any, source: exp.Values, table: CatalogTable | None, names: list[str]) -> None:
    """DEFAULT as a value, where the target does not know the word there."""
    for row in source.expressions:
        for at, item in enumerate(row.expressions if isinstance(row, exp.Tuple) else [row]):
            if isinstance(item, exp.Var) and item.name.upper() == "DEFAULT" and at < len(names):
                item.replace(_default(job, table, names[at]))


def _default(job: Any, table: CatalogTable | None, name: str) -> exp.Expr:
    if job.family != "sqlite":
        return raw("DEFAULT")
    if table is None:
        raise job.refuse("DEFAULT of a table that is not known")
    known = table.by_name.get(name.lower())
    return raw(f"({known.default})" if known is not None and known.default else "NULL")


def _fit_projections(job: Any, source: exp.Expr, kinds: list[Any]) -> None:
    if isinstance(source, exp.SetOperation):
        _fit_projections(job, source.this, kinds)
        _fit_projections(job, source.expression, kinds)
        return
    if isinstance(source, exp.Subquery):
        _fit_projections(job, source.this, kinds)
        return
    for at, item in enumerate(list(source.expressions)):
        if at >= len(kinds) or kinds[at] is None or item.is_star:
            return
        inner = item.this if isinstance(item, exp.Alias) else item
        replace_with(inner, lambda node, kind=kinds[at]: job.rules.store(node, kind))  # type: ignore[misc]


def _output(job: Any, tree: exp.Expr, relation: Relation, allowed: str) -> str:
    """OUTPUT inserted.… as RETURNING."""
    clause = tree.args.get("returning")
    if clause is None:
        return ""
    if clause.args.get("into"):
        raise job.refuse("OUTPUT … INTO is not supported")
    if not job.rules.returns(allowed, tree.key.upper()):
        raise job.refuse("OUTPUT is not supported here")
    items = []
    for item in clause.expressions:
        for column in item.find_all(exp.Column):
            if column.table.lower() not in (allowed, ""):
                raise job.refuse(f"OUTPUT {column.table}.… is not supported here")
            spelled = (relation.columns or {}).get(column.name.lower(), (column.name, None))[0]
            if not isinstance(column.this, exp.Star):
                column.set("this", exp.to_identifier(spelled, quoted=True))
            column.set("table", None)
        items.append(job.write(item))
    return f" RETURNING {', '.join(items)}"


def _assignments(job: Any, tree: exp.Update, target: Relation, scope: Scope) -> list[tuple[str, exp.Expr]]:
    """The columns of SET with their bound values."""
    found = []
    for item in tree.expressions:
        if not isinstance(item, exp.EQ) or not isinstance(item.this, exp.Column):
            raise job.refuse("SET with variables runs on SQL Server only")
        name = item.this.name
        spelled, kind = (target.columns or {}).get(name.lower(), (name, None))
        given = item.expression
        if isinstance(given, exp.Column) and not given.this.quoted and given.sql().upper() == "DEFAULT":
            found.append((spelled, _default(job, target.table, name)))
            continue
        value = job.binder.expression(given, scope)
        found.append((spelled, job.rules.store(value, kind) if kind is not None else value))
    return found


_ROW = "dtserve_row"


def _through_cte(job: Any, tree: exp.Expr, named: Any) -> tuple[str, str] | None:
    """When the changed "table" is a CTE over a table: that table's path and the CTE's name; the CTE then gives its rows' addresses."""
    clause = tree.args.get("with_")
    if clause is None or not isinstance(named, exp.Table) or named.db:
        return None
    found = next((cte for cte in clause.expressions if cte.alias.lower() == named.name.lower()), None)
    if found is None:
        return None
    source = found.this.args.get("from_") if isinstance(found.this, exp.Select) else None
    if source is None or not isinstance(source.this, exp.Table) or not job.rules.address:
        raise job.refuse("only a common table expression over a table can be changed")
    base = source.this
    found.this.append(
        "expressions", exp.alias_(raw(f"{job.rules.quote(base.alias_or_name)}.{job.rules.address}"), _ROW)
    )
    table = job.catalog.find_table(table_name(base))
    return (table.path if table is not None else job.catalog.new_table_path(table_name(base))), found.alias


def _change_cte(job: Any, tree: exp.Expr, path: str, name: str, top: str) -> None:
    """UPDATE or DELETE of the rows that a CTE shows."""
    ctes = job.binder.with_clause(tree, None, {})
    scope = Scope({name.lower(): ctes[name.lower()]}, None, ctes)
    values = _assignments(job, tree, ctes[name.lower()], scope) if isinstance(tree, exp.Update) else []
    job.binder.clause(tree, "where", scope)
    where = tree.args.get("where")
    inner = f"FROM {job.rules.quote(name)}{f' {job.write(where)}' if where is not None else ''}{f' LIMIT {top}' if top else ''}"
    head, address = job.write(tree.args["with_"]), job.rules.address
    if not isinstance(tree, exp.Update):
        job.add(f"{head} DELETE FROM {path} WHERE {address} IN (SELECT {job.rules.quote(_ROW)} {inner})")
        return
    found = ", ".join(f"{job.write(value)} AS new_{number}" for number, (_, value) in enumerate(values))
    sets = ", ".join(f"{job.rules.quote(column)} = found.new_{number}" for number, (column, _) in enumerate(values))
    rows = f"SELECT {job.rules.quote(_ROW)} AS found_row, {found} {inner}"
    job.add(
        f"{head} UPDATE {path} AS changed SET {sets} FROM ({rows}) AS found WHERE changed.{address} = found.found_row"
    )


def _update(job: Any, tree: exp.Update, top: str) -> None:
    shown = _through_cte(job, tree, tree.this) if tree.args.get("from_") is None else None
    if shown is not None:
        _change_cte(job, tree, *shown, top)
        return
    ctes = job.binder.with_clause(tree, None, {})
    source = tree.args.get("from_")
    scope = Scope({}, None, ctes)
    alias, relation, path = _changed_rows(job, tree, source, scope)
    values = _assignments(job, tree, relation, scope)
    job.binder.clause(tree, "where", scope)
    where = tree.args.get("where")
    clause = tree.args.get("with_")
    head = f"{job.write(clause)} " if clause is not None else ""
    returning = _output(job, tree, relation, "inserted")
    quote = job.rules.quote
    job.rules.check_order(job, alias, values)
    if source is None and not top:
        sets = ", ".join(f"{quote(name)} = {job.write(value)}" for name, value in values)
        text = f"{head}UPDATE {path} AS {quote(alias)} SET {sets}{f' {job.write(where)}' if where else ''}{returning}"
        job.add(text, rows=bool(returning))
        return
    joined = _from_text(job, source, path, alias)
    job.add(job.rules.update_join(job, head, path, alias, joined, values, where, top) + returning, rows=bool(returning))


def _delete(job: Any, tree: exp.Delete, top: str) -> None:
    if not isinstance(tree.this, exp.Table):  # DELETE t, without FROM
        tree.set("this", tree.args["tables"][0])
        tree.set("tables", None)
    shown = _through_cte(job, tree, tree.this) if not tree.args.get("tables") else None
    if shown is not None:
        _change_cte(job, tree, *shown, top)
        return
    ctes = job.binder.with_clause(tree, None, {})
    scope = Scope({}, None, ctes)
    named = (tree.args.get("tables") or [None])[0]
    source = tree.this
    if named is not None:
        holder = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source), joins=tree.args.get("joins"))
        alias, relation, path = _changed_rows(job, exp.Update(this=named), holder.args["from_"], scope)
        joined = _from_text(job, holder.args["from_"], path, alias)
    else:
        alias, relation, path = _changed_rows(job, exp.Update(this=source), None, scope)
        joined = ""
    job.binder.clause(tree, "where", scope)
    where = tree.args.get("where")
    clause = tree.args.get("with_")
    head = f"{job.write(clause)} " if clause is not None else ""
    returning = _output(job, tree, relation, "deleted")
    if not joined and not top:
        filtered = f" {job.write(where)}" if where else ""
        job.add(f"{head}DELETE FROM {path}{job.rules.delete_alias(alias)}{filtered}{returning}", rows=bool(returning))
        return
    joined = joined or f"{path} AS {job.rules.quote(alias)}"
    job.add(job.rules.delete_join(job, head, path, alias, joined, where, top) + returning, rows=bool(returning))


def _changed_rows(job: Any, tree: exp.Update, source: exp.From | None, scope: Scope) -> tuple[str, Relation, str]:
    """Alias, relation and path of the table that is changed; the FROM clause is bound on the way."""
    named = tree.this
    if not isinstance(named, exp.Table):
        raise job.refuse("only tables can be changed")
    written = table_name(named)
    if source is not None:
        job.binder.sources(exp.Select(from_=source), scope)
        for alias in (named.alias, written.name):
            relation = scope.relations.get(alias.lower()) if alias else None
            if relation is not None and relation.table is not None:
                return relation.alias, relation, relation.table.path
            if relation is not None:
                found = next((t for t in source.find_all(exp.Table) if t.alias_or_name.lower() == alias.lower()), None)
                if found is None:
                    raise job.refuse("only tables can be changed")
                return relation.alias, relation, job.write(found.this)
        known = job.catalog.find_table(written)
        same = [
            r
            for r in scope.relations.values()
            if known is not None and r.table is not None and r.table.path == known.path
        ]
        if len(same) > 1:
            raise job.refuse(f"{written.name} is ambiguous")
        if same and known is not None:  # UPDATE t … FROM t AS a: the one t that is there
            return same[0].alias, same[0], known.path
    relation, table = _target(job, named)
    path = table.path if table is not None else job.write(named.this)
    alias = named.alias or written.name
    relation.alias = alias
    scope.relations[alias.lower()] = relation
    return alias, relation, path


def _from_text(job: Any, source: exp.From | None, path: str, alias: str) -> str:
    quoted = job.rules.quote(alias)
    if source is None:
        return f"{path} AS {quoted}"
    text = str(job.write(source)).strip()
    text = text[4:].strip() if text.upper().startswith("FROM") else text
    present = any(table.alias.lower() == alias.lower() for table in source.find_all(exp.Table))
    return text if present else f"{path} AS {quoted}, {text}"
