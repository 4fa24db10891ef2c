"""The part of a home's backup that is in the service's database: who may do what, and what is planned.

Passwords and tokens are hashes. What schedules hand to their packages is sealed with the home's own key; the key
goes into backups that are encrypted, and only there. Another home has a key of its own: there the values are
sealed anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from dtserve.service import planning_schema  # noqa: F401 - so that its tables are made
from dtserve.service.backup_parts import Part, Planned
from dtserve.service.config import ServiceHome
from dtserve.service.errors import SealBroken
from dtserve.service.sealed import Seal
from dtserve.service.state import State, open_state
from dtserve.stores.durable import write_file
from dtserve.stores.errors import WriteFailed
from dtserve.stores.restore import Restored
from dtserve.stores.restore_journal import Step

__all__ = ["Identities"]

Row = dict[str, Any]
FOREIGN = "Its values were sealed with a key that is not here: make it anew."
TAKEN = "Two of this home have its id and its name."


class Identities(Part):
    """Accounts, tokens, grants, roles, rules, schedules and alerts, and the key that seals what schedules keep."""

    name: ClassVar[str] = "identities"
    TABLES: ClassVar[tuple[str, ...]] = (
        "accounts", "tokens", "grants", "roles", "package_rules", "schedules", "alerts",
    )  # fmt: skip
    SEALED: ClassVar[Mapping[str, str]] = {"schedules": "request"}
    KEY: ClassVar[str] = "identities/service.key"

    def __init__(self, home: ServiceHome) -> None:
        super().__init__(home)
        self._state: State | None = None
        self._key: bytes | None = None
        self._sealed_anew: dict[bytes, bytes] = {}

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """The key, then each table; nothing where the service never ran."""
        if self.home.seal_path.exists():
            yield self.KEY, self.home.seal_path.read_bytes()
        if self.home.state_path.exists():
            with self._opened().read() as connection:
                for table in self._tables(connection):
                    rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                    yield f"identities/{table.name}.json", _to_json(rows)

    def plan(self, name: str, data: bytes, existing: str) -> Iterable[Planned]:
        """What would become of each row: those that are not there come in, ``replace`` changes those that are."""
        if name == self.KEY:
            return [self._plan_key(data)]
        wanted, rows = _table_name(name), _from_json(data)
        if not self.home.state_path.exists():  # looking makes no database
            found = [self._for_this_home(wanted, row) for row in rows if wanted in self.TABLES]
            return [(Restored((self.name, wanted), "created"), self._step(wanted, row)) for row in found]
        with self._opened().read() as connection:
            table = self._table(connection, wanted)
            return [] if table is None else [self._plan_row(connection, table, row, existing) for row in rows]

    def load(self, name: str, data: bytes, existing: str) -> None:
        """Do it, all rows of a table in one transaction."""
        if name == self.KEY:
            if self._plan_key(data)[0].action == "created":
                self._write_key(data)
            return
        with self._opened().write() as connection:
            table = self._table(connection, _table_name(name))
            if table is None:
                return
            for row in _from_json(data):
                step = self._plan_row(connection, table, row, existing)[1]
                if step is not None:
                    connection.execute(_change(table, step))

    def revert(self, step: Step) -> None:
        """Take out a row that was put in, put back one that was replaced; remove a key that was not there."""
        if "key" in step.facts:
            if self.home.seal_path.exists() and _digest(self.home.seal_path.read_bytes()) == step.facts["key"]:
                self.home.seal_path.unlink()
            return
        if not self.home.state_path.exists():
            return
        new, before = _restored(step.facts["new"]), step.facts["before"]
        with self._opened().write() as connection:
            table = self._table(connection, step.facts["table"])
            there = [] if table is None else self._matching(connection, table, new)
            if table is not None and len(there) == 1 and self._same(table, there[0], new):
                change = sa.delete(table) if before is None else sa.update(table).values(_restored(before))
                connection.execute(change.where(_where(table, there[0])))

    def close(self) -> None:
        """Close the database."""
        if self._state is not None:
            self._state.close()
            self._state = None

    # the key

    def _plan_key(self, data: bytes) -> Planned:
        path = (self.name, "service.key")
        self._key = data
        if not self.home.seal_path.exists():
            return Restored(path, "created"), Step(self.name, {"key": _digest(data)})
        if self.home.seal_path.read_bytes() == data:
            return Restored(path, "same"), None
        return Restored(path, "skipped", "This home has a key of its own; values are sealed anew with it."), None

    def _write_key(self, data: bytes) -> None:
        try:
            write_file(self.home.seal_path, data, mode=0o600)
        except OSError as error:
            raise WriteFailed(path=str(self.home.seal_path), reason=error.strerror) from None

    def _unsealed(self, value: bytes) -> bytes | None:
        """What a sealed value holds, by this home's key or the backup's; None by neither."""
        for key in (self.home.seal_path.read_bytes() if self.home.seal_path.exists() else None, self._key):
            if key is not None:
                try:
                    return Seal.open_with(key, value)
                except SealBroken:
                    continue
        return None

    def _for_this_home(self, table: str, row: Row) -> Row:
        """A row of the backup with its sealed value under this home's key."""
        column = self.SEALED.get(table)
        value = row.get(column) if column else None
        if not column or not isinstance(value, bytes) or not self.home.seal_path.exists() or self._key is None:
            return row
        if value not in self._sealed_anew:
            clear = self._unsealed(value)
            own = self.home.seal_path.read_bytes() == self._key
            self._sealed_anew[value] = value if own or clear is None else Seal(self.home.seal_path).close(clear)
        return {**row, column: self._sealed_anew[value]}

    # rows

    def _plan_row(self, connection: sa.Connection, table: sa.Table, row: Row, existing: str) -> Planned:
        row = self._for_this_home(table.name, {key: value for key, value in row.items() if key in table.c})
        path = (self.name, table.name, str(row.get("name") or _key_text(table, row)))
        there = self._matching(connection, table, row)
        if not there:
            sealed = self.SEALED.get(table.name)
            message = FOREIGN if sealed and self._unsealed(row[sealed]) is None else ""
            return Restored(path, "created", message), self._step(table.name, row)
        if len(there) > 1:
            return Restored(path, "failed" if existing == "fail" else "skipped", TAKEN), None
        new = {**row, **{column.name: there[0][column.name] for column in table.primary_key}}
        if self._same(table, there[0], new):
            return Restored(path, "same"), None
        if existing == "replace":
            before = {key: there[0][key] for key in new}
            return Restored(path, "replaced"), self._step(table.name, new, before)
        return Restored(path, "failed" if existing == "fail" else "skipped"), None

    def _step(self, table: str, new: Row, before: Row | None = None) -> Step:
        return Step(self.name, {"table": table, "new": _plain(new), "before": _plain(before) if before else None})

    def _matching(self, connection: sa.Connection, table: sa.Table, row: Row) -> list[Row]:
        """The rows that are, or stand in the way of, a row: those with its key, or with what only one may have."""
        unique = [[column.name for column in table.primary_key]]
        unique += [
            [column.name for column in each.columns]
            for each in table.constraints
            if isinstance(each, sa.UniqueConstraint)
        ]
        ways = [sa.and_(*(table.c[name] == row[name] for name in names)) for names in unique if set(names) <= set(row)]
        return [dict(each) for each in connection.execute(sa.select(table).where(sa.or_(*ways))).mappings()]

    def _same(self, table: sa.Table, there: Row, row: Row) -> bool:
        """Whether a row is the same; of sealed values what is in them."""
        sealed = self.SEALED.get(table.name)
        for key, value in row.items():
            if key == sealed and there[key] != value:
                clear = self._unsealed(value)
                if clear is None or self._unsealed(there[key]) != clear:
                    return False
            elif there[key] != value:
                return False
        return True

    def _tables(self, connection: sa.Connection) -> list[sa.Table]:
        metadata = sa.MetaData()
        known = set(sa.inspect(connection).get_table_names())
        metadata.reflect(connection, only=[name for name in self.TABLES if name in known])
        return [metadata.tables[name] for name in self.TABLES if name in metadata.tables]

    def _table(self, connection: sa.Connection, name: str) -> sa.Table | None:
        return next((each for each in self._tables(connection) if each.name == name), None)

    def _opened(self) -> State:
        if self._state is None:
            self._state = open_state(self.home.state_path)
        return self._state


def _table_name(name: str) -> str:
    return name.removeprefix("identities/").removesuffix(".json")


def _where(table: sa.Table, row: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row[column.name] for column in table.primary_key))


def _key_text(table: sa.Table, row: Row) -> str:
    return " ".join(str(row[column.name]) for column in table.primary_key)


def _change(table: sa.Table, step: Step) -> sa.Insert | sa.Update:
    new = _restored(step.facts["new"])
    return (
        sa.insert(table).values(new)
        if step.facts["before"] is None
        else sa.update(table).where(_where(table, new)).values(new)
    )


def _digest(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


_BYTES = "base64"


def _plain(row: Row) -> Row:
    """A row as JSON can hold it."""
    return {
        key: {_BYTES: base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value
        for key, value in row.items()
    }


def _restored(row: Mapping[str, Any]) -> Row:
    return {key: base64.b64decode(value[_BYTES]) if isinstance(value, dict) else value for key, value in row.items()}


def _to_json(rows: Sequence[Row]) -> bytes:
    return json.dumps([_plain(row) for row in rows]).encode()


def _from_json(data: bytes) -> list[Row]:
    return [_restored(row) for row in json.loads(data)]
