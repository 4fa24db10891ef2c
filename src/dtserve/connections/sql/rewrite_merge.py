"""MERGE in databases without it (SQLite, MySQL) or with less of it (PostgreSQL 15).

The rows to insert are found first and kept in a temporary table, then rows are deleted and
updated, clause by clause, then the kept rows are inserted. That gives what MERGE gives as
long as a clause does not depend on what an earlier one has changed; where it may, it is refused.
"""

from __future__ import annotations

import itertools
from typing import Any

from sqlglot import exp

from dtserve.connections.sql.binder import table_name
from dtserve.connections.sql.scope import Scope

__all__ = ["translate_merge"]

_numbers = itertools.count(1)


class _Merge:
    """One MERGE: target, source, condition, clauses."""

    def __init__(self, job: Any, tree: exp.Merge) -> None:
        self.job = job
        self.tree = tree
        if tree.args.get("returning") is not None:
            raise job.refuse("OUTPUT of MERGE is not supported")
        ctes = job.binder.with_clause(tree, None, {})
        clause = tree.args.get("with_")
        self.head = f"{job.write(clause)} " if clause is not None else ""
        self.scope = Scope({}, None, ctes)
        target = tree.this
        self.alias = target.alias or table_name(target).name
        self.relation = job.binder.table(target, Scope())
        self.relation.alias = self.alias
        self.path = self.relation.table.path if self.relation.table else job.write(target.this)
        self.scope.relations[self.alias.lower()] = self.relation
        using = tree.args["using"]
        holder = exp.Select(expressions=[exp.Star()], from_=exp.From(this=using))
        job.binder.sources(holder, self.scope)
        self.source = str(job.write(holder.args["from_"])).strip()[4:].strip()
        self.on = job.write(job.binder.expression(tree.args["on"], self.scope))
        self.clauses = list(tree.args["whens"].expressions)

    def quote(self, name: str) -> str:
        return str(self.job.rules.quote(name))

    def condition(self, clause: exp.When) -> str:
        extra = clause.args.get("condition")
        return str(self.job.write(self.job.binder.expression(extra, self.scope))) if extra is not None else ""

    def touches_target(self, clause: exp.When) -> bool:
        extra = clause.args.get("condition")
        if extra is None:
            return False
        return any(column.table.lower() in ("", self.alias.lower()) for column in extra.find_all(exp.Column))


def translate_merge(job: Any, tree: exp.Merge) -> None:
    """Add the statements of a MERGE to the job."""
    merge = _Merge(job, tree)
    matched = [c for c in merge.clauses if c.args.get("matched")]
    missing = [c for c in merge.clauses if not c.args.get("matched") and not c.args.get("source")]
    orphans = [c for c in merge.clauses if not c.args.get("matched") and c.args.get("source")]
    updates_first = any(isinstance(c.args["then"], exp.Update) for c in matched[:-1])
    if updates_first and any(merge.touches_target(c) for c in matched[1:]):
        raise job.refuse("a WHEN MATCHED clause may depend on what an earlier one changes")
    kept = [_keep(merge, clause, missing[:number]) for number, clause in enumerate(missing)]
    for number, clause in enumerate(orphans):
        _orphans(merge, clause, [merge.condition(c) for c in orphans[:number]])
    before: list[str] = []
    for clause in matched:
        condition = merge.condition(clause)
        _matched(merge, clause, condition, before)
        before.append(condition)
    for stage, names in kept:
        columns = ", ".join(merge.quote(name) for name in names)
        job.add(f"INSERT INTO {merge.path} ({columns}) SELECT * FROM {stage}")
        job.add(f"DROP TABLE {stage}")
    job.lasting = False  # the names of the temporary tables are used once


def _keep(merge: _Merge, clause: exp.When, earlier: list[exp.When]) -> tuple[str, list[str]]:
    """Put the rows of WHEN NOT MATCHED aside; the temporary table and the columns it fills."""
    job = merge.job
    then = clause.args["then"]
    if not isinstance(then, exp.Insert):
        raise job.refuse("WHEN NOT MATCHED must insert")
    listed = then.this.expressions if isinstance(then.this, exp.Tuple | exp.Schema) else []
    values = then.expression.expressions if isinstance(then.expression, exp.Tuple) else []
    table = merge.relation.table
    if not listed and table is not None:
        names = [column.name for column in table.columns if not column.identity and not column.computed]
    else:
        names = [(merge.relation.columns or {}).get(c.name.lower(), (c.name, None))[0] for c in listed]
    if len(names) != len(values):
        raise job.refuse("INSERT of MERGE has not as many values as columns")
    texts = []
    for name, value in zip(names, values, strict=True):
        kind = (merge.relation.columns or {}).get(name.lower(), (name, None))[1]
        bound = job.binder.expression(value, merge.scope)
        texts.append(job.write(job.rules.store(bound, kind) if kind is not None else bound))
    stage = job.rules.temporary_path(f"dtserve_merge_{next(_numbers)}")
    selected = ", ".join(f"{text} AS v{number}" for number, text in enumerate(texts))
    filters = [f"NOT EXISTS (SELECT 1 FROM {merge.path} AS {merge.quote(merge.alias)} WHERE {merge.on})"]
    filters += [f"({merge.condition(clause)})"] if clause.args.get("condition") is not None else []
    filters += [f"NOT COALESCE(({merge.condition(c)}), FALSE)" for c in earlier if c.args.get("condition") is not None]
    job.add(
        f"CREATE TEMPORARY TABLE {stage} AS {merge.head}SELECT {selected} FROM {merge.source} WHERE {' AND '.join(filters)}"
    )
    return stage, names


def _orphans(merge: _Merge, clause: exp.When, before: list[str]) -> None:
    """WHEN NOT MATCHED BY SOURCE."""
    filters = [f"NOT EXISTS (SELECT 1 FROM {merge.source} WHERE {merge.on})"]
    _change(merge, clause, merge.condition(clause), before, filters, f"{merge.path} AS {merge.quote(merge.alias)}")


def _matched(merge: _Merge, clause: exp.When, condition: str, before: list[str]) -> None:
    """WHEN MATCHED."""
    joined = f"{merge.path} AS {merge.quote(merge.alias)} JOIN {merge.source} ON {merge.on}"
    _change(merge, clause, condition, before, [], joined)


def _change(
    merge: _Merge, clause: exp.When, condition: str, before: list[str], filters: list[str], joined: str
) -> None:
    job = merge.job
    filters = filters + ([f"({condition})"] if condition else [])
    filters += [f"NOT COALESCE(({text}), FALSE)" for text in before if text]
    if any(not text for text in before):
        return  # an earlier clause without condition takes every row
    where = exp.Where(this=job.rules.plain_text(" AND ".join(filters))) if filters else None
    then = clause.args["then"]
    if isinstance(then, exp.Update):
        values = []
        for item in then.expressions:
            name = item.this.name
            spelled, kind = (merge.relation.columns or {}).get(name.lower(), (name, None))
            bound = job.binder.expression(item.expression, merge.scope)
            values.append((spelled, job.rules.store(bound, kind) if kind is not None else bound))
        job.add(job.rules.update_join(job, merge.head, merge.path, merge.alias, joined, values, where, ""))
    else:
        job.add(job.rules.delete_join(job, merge.head, merge.path, merge.alias, joined, where, ""))
