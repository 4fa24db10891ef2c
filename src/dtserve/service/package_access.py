"""Who may do what with a package or folder: reader and writer roles, owners, and the matrix of MSDB §5 as one function.

A package's reader and writer role stand with the package where the store keeps them (msdb); for other roots,
and for folders of any root, they stand in the table ``package_rules``. A folder's role counts for everything
below it until another folder, or the package itself, names its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from dtserve.service.identity_schema import package_rules
from dtserve.service.role_table import ADMINISTRATOR, FIXED_ROLES, SYSADMIN
from dtserve.service.state import State
from dtserve.stores.base import StorePath
from dtserve.stores.names import name_key
from dtserve.stores.tree import tree_path

__all__ = ["FOLDER", "OPERATIONS", "PACKAGE", "Facts", "PackageRules", "Rule", "may"]

FOLDER, PACKAGE = "folder", "package"
OPERATIONS = ("enumerate", "read", "import", "overwrite", "delete", "roles", "folders")
"""What :func:`may` is asked; view, execute and export are all ``read`` (their columns in the matrix are the same)."""
_SEPARATOR = "\\"
_p = package_rules.c


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision depends on; ``*_folder`` tells that the role comes from a folder, not from the package."""

    owner: str = ""
    reader: str = ""
    writer: str = ""
    reader_folder: bool = False
    writer_folder: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the owner of a package in a root that keeps none, and reader and writer role."""

    path: str = ""
    owner: str = ""
    reader: str = ""
    writer: str = ""


def may(name: str, roles: frozenset[str], operation: str, facts: Facts = Facts()) -> bool:
    """Whether a login with these roles (lower case) may do ``operation`` (SERVICE §7, MSDB §5).

    A user-defined role counts only together with a fixed role. As the procedures have it,
    db_ssisadmin cannot delete a package that has a writer role of its own.
    """
    if ADMINISTRATOR in roles or SYSADMIN in roles:
        return True
    if roles.isdisjoint(FIXED_ROLES):
        return False
    admin, limited, operator = (role in roles for role in FIXED_ROLES)
    own = limited and facts.owner != "" and name_key(facts.owner) == name_key(name)
    reads = name_key(facts.reader) in roles if facts.reader else operator
    writes = bool(facts.writer) and name_key(facts.writer) in roles
    if operation == "enumerate":
        return admin or own or not facts.reader_folder or reads
    if operation == "read":
        return admin or own or reads
    if operation in ("import", "folders"):
        return admin or (writes if facts.writer else limited)
    if operation == "overwrite":
        return admin or own or writes
    if operation == "delete":
        return own or writes or (admin and (not facts.writer or facts.writer_folder))
    return admin or own  # roles


class PackageRules:
    """Reads and writes the table ``package_rules``; paths compare without case."""

    def __init__(self, state: State) -> None:
        self._state = state

    def folders(self) -> dict[StorePath, Rule]:
        """The rules of all folders by the key of their path."""
        query = sa.select(package_rules).where(_p.kind == FOLDER)
        with self._state.read() as connection:
            return {tuple(row["pathkey"].split(_SEPARATOR)): _rule(row) for row in connection.execute(query).mappings()}

    def list(self) -> list[dict[str, Any]]:
        """The rules of folders, by path."""
        return [
            {"path": rule.path, "reader": rule.reader, "writer": rule.writer}
            for _, rule in sorted(self.folders().items())
        ]

    def package(self, path: StorePath) -> Rule:
        """The rule of a package; an empty one when there is none."""
        return self.packages([path])[0]

    def packages(self, paths: Sequence[StorePath]) -> Sequence[Rule]:
        """Those of several packages, in their order."""
        found: dict[str, Rule] = {}
        keys = [_key(path) for path in paths]
        with self._state.read() as connection:
            for start in range(0, len(keys), 500):
                query = sa.select(package_rules).where(_p.kind == PACKAGE, _p.pathkey.in_(keys[start : start + 500]))
                found.update({row["pathkey"]: _rule(row) for row in connection.execute(query).mappings()})
        return [found.get(key, Rule()) for key in keys]

    def set(self, path: StorePath, kind: str, **values: str) -> None:
        """Set owner, reader or writer; a rule that says nothing any more is forgotten."""
        rules = self.packages([path])[0] if kind == PACKAGE else self.folders().get(_parts(path), Rule())
        rule = replace(rules, path=tree_path(path), **values)
        with self._state.write() as connection:
            connection.execute(package_rules.delete().where(_p.kind == kind, _p.pathkey == _key(path)))
            if rule.owner or rule.reader or rule.writer:
                row = {"path": rule.path, "owner": rule.owner, "reader": rule.reader, "writer": rule.writer}
                connection.execute(package_rules.insert().values(pathkey=_key(path), kind=kind, **row))

    def forget(self, path: StorePath, kind: str) -> None:
        """The package or folder is gone; with a folder what was below it."""
        with self._state.write() as connection:
            connection.execute(package_rules.delete().where(_p.kind == kind, _p.pathkey == _key(path)))
            if kind == FOLDER:
                connection.execute(package_rules.delete().where(_below(path)))

    def move(self, source: StorePath, target: StorePath, kind: str) -> None:
        """The package or folder has another path; with a folder what is below it."""
        here = sa.and_(_p.kind == kind, _p.pathkey == _key(source))
        chosen = sa.or_(here, _below(source)) if kind == FOLDER else here
        if _key(source) == _key(target):
            return
        with self._state.write() as connection:
            for row in connection.execute(sa.select(package_rules).where(chosen)).mappings().all():
                tail = tuple(row["path"].strip(_SEPARATOR).split(_SEPARATOR)[len(source) :])
                old = sa.and_(_p.kind == row["kind"], _p.pathkey == row["pathkey"])
                path = (*target, *tail)
                connection.execute(
                    package_rules.delete().where(_p.kind == row["kind"], _p.pathkey == _key(path)),
                )
                connection.execute(
                    package_rules.update().where(old).values(pathkey=_key(path), path=tree_path(path)),
                )


def _rule(row: sa.RowMapping) -> Rule:
    return Rule(row["path"], row["owner"], row["reader"], row["writer"])


def _parts(path: StorePath) -> StorePath:
    return tuple(map(name_key, path))


def _key(path: StorePath) -> str:
    return _SEPARATOR.join(_parts(path))


def _below(path: StorePath) -> sa.ColumnElement[bool]:
    prefix = _key(path) + _SEPARATOR
    return sa.func.substr(_p.pathkey, 1, len(prefix)) == prefix
