"""Changing the rows that a join finds, for databases that cannot change joins themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp

from dtserve.connections.sql.nodes import Slot, raw, template, typed
from dtserve.connections.sql.tsql_types import type_of
from dtserve.datatypes import DT, TypeSpec

__all__ = ["RowChanges"]


class RowChanges:
    """The part of a target's rules that INSERT, UPDATE and DELETE use; ``address`` is SQLite's rowid or PostgreSQL's ctid."""

    address: ClassVar[str] = "rowid"
    """Empty where rows have no address."""

    def quote(self, name: str) -> str:
        """A quoted name."""
        return '"' + name.replace('"', '""') + '"'

    def returns(self, what: str, verb: str) -> bool:
        """Whether RETURNING of INSERT, UPDATE or DELETE can give the ``inserted`` or ``deleted`` rows."""
        return what in ("inserted", "deleted")

    def delete_alias(self, alias: str) -> str:
        """The alias of the table in a DELETE."""
        return f" AS {self.quote(alias)}"

    def check_order(self, job: Any, alias: str, values: list[tuple[str, exp.Expr]]) -> None:
        """Values of SET see the old row, as the standard has it."""

    def store(self, node: exp.Expr, kind: TypeSpec) -> exp.Expr:
        """A value on its way into a column of type ``kind``."""
        if isinstance(node, exp.Null):
            return node
        fitted: exp.Expr = self.fit(node, kind)  # type: ignore[attr-defined]
        own = type_of(fitted)
        dates = own is not None and own.family == kind.family == "datetime" and own.dt is not kind.dt
        if isinstance(fitted, Slot) or own is None or (own.family == kind.family and not dates):
            return fitted
        return self.convert(fitted, own, kind)

    def convert(self, node: exp.Expr, own: TypeSpec, kind: TypeSpec) -> exp.Expr:
        """An implicit conversion of T-SQL between families, said aloud where the target needs it."""
        return node

    def update_join(
        self, job: Any, head: str, path: str, alias: str, joined: str,
        values: list[tuple[str, exp.Expr]], where: exp.Expr | None, top: str,
    ) -> str:  # fmt: skip
        """UPDATE of the rows of a join: found by address with their new values, then changed."""
        found = ", ".join(f"{job.write(value)} AS new_{number}" for number, (_, value) in enumerate(values))
        sets = ", ".join(f"{self.quote(name)} = found.new_{number}" for number, (name, _) in enumerate(values))
        inner = f"SELECT {self.quote(alias)}.{self.address} AS found_row, {found} FROM {joined}"
        inner += f" {job.write(where)}" if where is not None else ""
        inner += f" LIMIT {top}" if top else ""
        own = self.quote("changed")
        return f"{head}UPDATE {path} AS {own} SET {sets} FROM ({inner}) AS found WHERE {own}.{self.address} = found.found_row"

    def delete_join(
        self, job: Any, head: str, path: str, alias: str, joined: str, where: exp.Expr | None, top: str
    ) -> str:
        """DELETE of the rows of a join, by address."""
        inner = f"SELECT {self.quote(alias)}.{self.address} FROM {joined}"
        inner += f" {job.write(where)}" if where is not None else ""
        inner += f" LIMIT {top}" if top else ""
        return f"{head}DELETE FROM {path} WHERE {self.address} IN ({inner})"

    def temporary_path(self, name: str) -> str:
        """The quoted name of a temporary table."""
        return self.quote(name)

    def plain_text(self, text: str) -> exp.Expr:
        """Text that is in the target's words already."""
        return raw(text)


def text_of_number(node: exp.Expr, kind: TypeSpec) -> exp.Expr:
    """A number literal as the text that a text column gets."""
    if isinstance(node, exp.Literal) and not node.is_string:
        return typed(exp.Literal.string(str(node.this)), kind)
    return template("CAST({0} AS TEXT)", node, kind=kind)


def is_flag(kind: TypeSpec) -> bool:
    """Whether a column is a BIT."""
    return kind.dt is DT.BOOL
