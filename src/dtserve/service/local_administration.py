"""Access of this machine's service, changed in its database: what the command line does without a server's name.

Whoever may write the home folder may do this; a running service sees each change with its next request.
The same methods as :class:`dtserve.client.administration.Administration`; every change is audited.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from dtserve.service.access import ACTIONS
from dtserve.service.config import ServiceHome
from dtserve.service.guarded_tree import GuardedTree
from dtserve.service.identities import Identities
from dtserve.service.identity import Identity
from dtserve.service.package_access import FOLDER, OPERATIONS
from dtserve.service.role_table import ADMINISTRATOR
from dtserve.service.state import open_state
from dtserve.stores.errors import FolderNotFound
from dtserve.stores.names import parse_path
from dtserve.stores.tree import tree_path

__all__ = ["LocalAdministration"]

Row = dict[str, Any]
DAY = 86_400.0


class LocalAdministration:
    """Accounts, tokens, grants, roles, folders and audit of one home."""

    def __init__(self, home: ServiceHome) -> None:
        self._home = home
        self._state = open_state(home.state_path)
        least = home.settings.number("access.min_password_length")
        self._identities = Identities(self._state, least_password=least)
        self._user = f"os:{_login()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._state.close()
        self._home.close()

    def _note(self, action: str, target: str, *, before: str = "", after: str = "") -> None:
        self._identities.audit.write(
            self._user, action, target, kind="command line", address="this machine", before=before, after=after
        )

    # accounts

    def accounts(self) -> list[Row]:
        """All accounts."""
        return self._identities.accounts.list()

    def add_account(self, name: str, password: str | None = None) -> Row:
        """Make an account."""
        found = self._identities.accounts.add(name, password)
        self._note("access.manage", f"account {name}", after="added")
        return found

    def set_password(self, name: str, password: str) -> None:
        """Another password."""
        self._identities.accounts.set_password(name, password)
        self._note("access.manage", f"account {name}", after="password set")

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Refuse an account, or take it again."""
        if disabled:
            self._identities.grants.keep_an_administrator(name)
        self._identities.accounts.set_disabled(name, disabled)
        self._note("access.manage", f"account {name}", after=f"disabled {disabled}")

    def remove_account(self, name: str) -> None:
        """Remove an account with its tokens and grants."""
        self._identities.grants.keep_an_administrator(name)
        self._identities.accounts.remove(name)
        self._note("access.manage", f"account {name}", before="account", after="removed")

    # tokens

    def tokens(self, everybody: bool = True) -> list[Row]:
        """Everybody's tokens."""
        return self._identities.tokens.list()

    def create_token(
        self,
        principal: str = "",
        *,
        label: str = "",
        actions: Sequence[str] = (),
        folders: Sequence[str] = (),
        days: float | None = None,
    ) -> Row:
        """Make a token, for the administrator when nobody is named."""
        principal = principal or ADMINISTRATOR
        if ":" not in principal:
            principal = self._identities.accounts.get(principal)["name"]
        expires = None if days is None else time.time() + days * DAY
        secret, facts = self._identities.tokens.create(
            principal, label=label, actions=actions, folders=folders, expires=expires, known_actions=ACTIONS
        )
        self._note("tokens.own", f"token of {principal}", after=f"token {facts['id']}")
        return {**facts, "token": secret}

    def revoke_token(self, token_id: str) -> None:
        """End a token."""
        self._identities.tokens.revoke(token_id)
        self._note("tokens.own", f"token {token_id}", before="valid", after="revoked")

    # grants and roles

    def grants(self, principal: str = "") -> list[Row]:
        """Who was granted what."""
        return self._identities.grants.list(principal or None)

    def grant(self, principal: str, role: str) -> bool:
        """Grant a right or role; False when it was granted already."""
        new = self._identities.grants.grant(principal, role, by=self._user)
        self._note("access.manage", f"{role} to {principal}", before="" if new else "granted", after="granted")
        return new

    def revoke(self, principal: str, role: str) -> bool:
        """Take it back; False when it was not granted."""
        done = self._identities.grants.revoke(principal, role)
        self._note("access.manage", f"{role} of {principal}", before="granted" if done else "", after="revoked")
        return done

    def roles(self) -> list[Row]:
        """Rights and roles."""
        return self._identities.grants.roles()

    def add_role(self, role: str, description: str = "") -> None:
        """Make a user-defined role."""
        self._identities.grants.add_role(role, description)
        self._note("access.manage", f"role {role}", after="added")

    def remove_role(self, role: str) -> None:
        """Remove a user-defined role."""
        self._identities.grants.remove_role(role)
        self._note("access.manage", f"role {role}", before="role", after="removed")

    def folders(self) -> list[Row]:
        """Folders with a reader or writer role."""
        return self._identities.rules.list()

    def set_folder(self, path: str, reader: str = "", writer: str = "") -> Row:
        """Set the roles of a folder."""
        place = parse_path(path)
        if not place or not self._home.tree().folder_exists(place):
            raise FolderNotFound(name=path)
        names = [self._identities.grants.package_role(role) if role else "" for role in (reader, writer)]
        self._identities.rules.set(place, FOLDER, reader=names[0], writer=names[1])
        self._note("access.manage", tree_path(place), after=f"reader {names[0]!r} writer {names[1]!r}")
        return {"path": tree_path(place), "reader": names[0], "writer": names[1]}

    def check(self, principal: str, path: str = "", remote: bool = False) -> Row:
        """What somebody may."""
        return check(self._identities, self._home.tree() if path else None, principal, path, remote)

    def audit(self, **filters: Any) -> list[Row]:
        """The latest rows of the audit."""
        return self._identities.audit.entries(**{key: value for key, value in filters.items() if value is not None})


def check(identities: Identities, tree: Any, principal: str, path: str, remote: bool) -> Row:
    """What a principal may do: actions, and with a path the operations on that package or folder."""
    roles = identities.grants.of([principal])
    identity = Identity(principal, roles, remote=remote)
    actions = {action: scope for action in sorted(ACTIONS) if (scope := identity.scope(action))}
    found: Row = {"principal": principal, "roles": sorted(roles), "may": actions}
    if path:
        guarded = GuardedTree(tree, identity, identities.rules, identities.grants)
        place = parse_path(path)
        found["path"] = tree_path(place)
        found["operations"] = [each for each in OPERATIONS if guarded.allows(place, each)]
    return found


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
