"""Who was granted which role or right, and the user-defined roles (SERVICE §4, §7).

A principal is a name: an account's as it is; ``os:alice`` and ``osgroup:dba`` of the operating system,
``oidc:alice@example.com`` and ``oidcgroup:etl`` of the OpenID provider, ``cert:CN=alice`` of a client
certificate. Accounts cannot have a colon in their name, so that none can pose as another kind.
"""

from __future__ import annotations

import builtins
import re
import time
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from dtserve.service.access_errors import BadAccountName, LastAdministrator, RoleExists, RoleNotFound
from dtserve.service.identity_schema import accounts, grants, roles
from dtserve.service.role_table import ADMINISTRATOR, BUILT_IN, FIXED_ROLES, RIGHTS
from dtserve.service.state import State
from dtserve.stores.names import name_key

__all__ = ["Grants"]

_ROLE = re.compile(r"\w(?:[\w .-]{0,126}[\w.-])?\Z")
_PRINCIPAL = re.compile(r"[^\x00-\x1f\x7f]{1,400}\Z")
_g, _r = grants.c, roles.c


class Grants:
    """Reads and writes grants and user-defined roles; every question goes to the database, so a change counts at once."""

    def __init__(self, state: State) -> None:
        self._state = state

    def of(self, principals: Iterable[str]) -> frozenset[str]:
        """The roles and rights of principals (a name and its groups), in lower case."""
        keys = [name_key(each) for each in principals]
        with self._state.read() as connection:
            return frozenset(connection.execute(sa.select(_g.rolekey).where(_g.principalkey.in_(keys))).scalars())

    def list(self, principal: str | None = None) -> list[dict[str, Any]]:
        """The grants, of one principal or of all, by name."""
        query = sa.select(grants).order_by(_g.principalkey, _g.rolekey)
        if principal is not None:
            query = query.where(_g.principalkey == name_key(principal))
        shown = ("principal", "role", "granted", "granted_by")
        with self._state.read() as connection:
            return [{key: row[key] for key in shown} for row in connection.execute(query).mappings()]

    def grant(self, principal: str, role: str, by: str = "") -> bool:
        """Grant a role or right; False when it was granted already. RoleNotFound, BadAccountName."""
        if not _PRINCIPAL.match(principal) or principal != principal.strip():
            raise BadAccountName(name=principal[:64], reason="it is empty, too long or holds control characters")
        name = self.role_name(role)
        row = {"principalkey": name_key(principal), "rolekey": name_key(name), "principal": principal, "role": name}
        with self._state.write() as connection:
            known = sa.select(_g.role).where(_g.principalkey == row["principalkey"], _g.rolekey == row["rolekey"])
            if connection.execute(known).first():
                return False
            connection.execute(grants.insert().values(**row, granted=time.time(), granted_by=by))
        return True

    def revoke(self, principal: str, role: str) -> bool:
        """Take a role or right back; False when it was not granted. LastAdministrator."""
        if name_key(role) == ADMINISTRATOR:
            self.keep_an_administrator(principal)
        with self._state.write() as connection:
            done = connection.execute(
                grants.delete().where(_g.principalkey == name_key(principal), _g.rolekey == name_key(role))
            )
        return done.rowcount > 0

    def keep_an_administrator(self, principal: str) -> None:
        """LastAdministrator when nobody else who may sign in is administrator; a disabled account keeps no door open."""
        disabled = sa.select(accounts.c.namekey).where(accounts.c.disabled)
        with self._state.read() as connection:
            shut = set(connection.execute(disabled).scalars())
        holders = {name_key(each) for each in self.holders(ADMINISTRATOR)}
        if name_key(principal) in holders and not holders - shut - {name_key(principal)}:
            raise LastAdministrator(name=principal)

    def holders(self, role: str) -> builtins.list[str]:
        """Who has a role."""
        query = sa.select(_g.principal).where(_g.rolekey == name_key(role)).order_by(_g.principalkey)
        with self._state.read() as connection:
            return [*connection.execute(query).scalars()]

    def roles(self) -> builtins.list[dict[str, Any]]:
        """The rights, the built-in roles and the user-defined ones, each with what it is."""
        found = [{"role": name, "kind": "right", "description": text} for name, text in RIGHTS.items()]
        found += [{"role": name, "kind": "fixed", "description": text} for name, text in BUILT_IN.items()]
        with self._state.read() as connection:
            rows = connection.execute(sa.select(roles).order_by(_r.rolekey)).mappings()
            return found + [
                {"role": row["role"], "kind": "user-defined", "description": row["description"]} for row in rows
            ]

    def role_name(self, role: str) -> str:
        """The name of a role or right as it is written; RoleNotFound."""
        key = name_key(role)
        if key in RIGHTS or key in BUILT_IN:
            return key
        with self._state.read() as connection:
            found = connection.execute(sa.select(_r.role).where(_r.rolekey == key)).scalar()
        if found is None:
            raise RoleNotFound(role=role[:128])
        return str(found)

    def package_role(self, role: str) -> str:
        """A role that a package or folder may name as reader or writer, as it is written; RoleNotFound for rights."""
        name = self.role_name(role)
        if name in RIGHTS or (name in BUILT_IN and name not in FIXED_ROLES):
            raise RoleNotFound(role=role[:128])
        return name

    def add_role(self, role: str, description: str = "") -> None:
        """A user-defined role, to be set as reader or writer of packages and folders; RoleExists, BadAccountName."""
        if not _ROLE.match(role):
            raise BadAccountName(name=role[:64], reason="it holds other characters, or is empty or too long")
        try:
            self.role_name(role)
        except RoleNotFound:
            row = {"rolekey": name_key(role), "role": role, "description": description, "created": time.time()}
            with self._state.write() as connection:
                connection.execute(roles.insert().values(**row))
            return
        raise RoleExists(role=role)

    def remove_role(self, role: str) -> None:
        """Forget a user-defined role and its grants; RoleNotFound."""
        key = name_key(role)
        with self._state.write() as connection:
            if connection.execute(roles.delete().where(_r.rolekey == key)).rowcount == 0:
                raise RoleNotFound(role=role[:128])
            connection.execute(grants.delete().where(_g.rolekey == key))
