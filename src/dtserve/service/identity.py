"""A caller: who it is, how that is known, from where it calls, and what its roles and token leave it."""

from __future__ import annotations

from dataclasses import dataclass

from dtserve.service.role_table import ADMINISTRATOR, ALL, OWN, SYSADMIN, scope
from dtserve.stores.base import Caller, StorePath
from dtserve.stores.names import name_key

__all__ = ["Identity"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller; ``roles`` are roles and rights in lower case, its groups' included.

    ``kind`` is how it is known: account, token, operating system, OpenID, certificate.
    ``actions`` and ``folders`` narrow what a token may do; None and empty do not.
    """

    name: str
    roles: frozenset[str] = frozenset()
    kind: str = "account"
    actions: frozenset[str] | None = None
    folders: tuple[StorePath, ...] = ()
    remote: bool = False

    @property
    def caller(self) -> Caller:
        """The login as the stores know it."""
        return Caller(self.name, self.roles, sysadmin=not self.roles.isdisjoint((ADMINISTRATOR, SYSADMIN)))

    @property
    def narrowed(self) -> bool:
        """Whether a token leaves less than the principal may."""
        return self.actions is not None or bool(self.folders)

    def has_right(self, right: str) -> bool:
        """Whether ``activate``, ``access`` or ``launch`` was granted, for the place the call comes from."""
        place = "remote" if self.remote else "local"
        return not self.roles.isdisjoint((ADMINISTRATOR, right, f"{right}.{place}"))

    def scope(self, action: str) -> str:
        """``all``, ``own`` or empty: what of it the caller may do."""
        needed = ("launch",) if action == "service.launch" else ("activate", "access")
        if action == "connect":
            needed = ("activate",)
        if not all(self.has_right(right) for right in needed):
            return ""
        if self.actions is not None and action not in self.actions and action != "connect":
            return ""
        if action == "service.launch":
            return ALL
        if self.narrowed and action in ("access.manage", "tokens.own"):
            return ""  # a narrowed token must not make wider ones
        return scope(self.roles, action)

    def owns(self, user: str) -> bool:
        """Whether ``user`` is this caller."""
        return name_key(user) == name_key(self.name)

    def may_see(self, user: str, action: str) -> bool:
        """Whether an execution started by ``user`` is within the scope of the action."""
        found = self.scope(action)
        return found == ALL or (found == OWN and self.owns(user))

    def reaches(self, path: StorePath, *, listing: bool = False) -> bool:
        """Whether a path is within the token's folders; for listings the folders above them are, too."""
        if not self.folders:
            return True
        keys = tuple(map(name_key, path))
        for folder in self.folders:
            inside = tuple(map(name_key, folder))
            if keys[: len(inside)] == inside or (listing and inside[: len(keys)] == keys):
                return True
        return False
