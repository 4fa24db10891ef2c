"""Who may speak to the service: every way to sign in leads to one :class:`Identity`.

Nothing is remembered between two requests but browser sessions, and those hold only who signed in: roles,
disabled accounts and revoked tokens are looked up each time, so that a change counts at once.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtserve.service.accounts import Accounts
from dtserve.service.audit import Audit
from dtserve.service.errors import BadToken
from dtserve.service.grants import Grants
from dtserve.service.identity import Identity
from dtserve.service.login_limits import LoginLimits
from dtserve.service.package_access import PackageRules
from dtserve.service.role_table import ADMINISTRATOR
from dtserve.service.start_keys import StartKeys
from dtserve.service.state import State
from dtserve.service.tokens import Tokens, hash_secret
from dtserve.stores.names import parse_path

__all__ = ["ADMINISTRATOR", "Identities", "Identity"]

SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in, how, and until when."""

    name: str
    kind: str
    groups: tuple[str, ...]
    end: float


class Identities:
    """Accounts, tokens, grants and rules of one service, and the ways to sign in."""

    def __init__(self, state: State, *, least_password: int = 12, administrators: str = "") -> None:
        self.accounts = Accounts(state, least=least_password)
        self.tokens = Tokens(state)
        self.grants = Grants(state)
        self.rules = PackageRules(state)
        self.audit = Audit(state)
        self.start_keys = StartKeys(state)
        self.limits = LoginLimits()
        self._administrators = administrators
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def ensure_administrator(self, token_file: Path) -> str | None:
        """Make the account ``administrator`` on the first start, with every right and a token.

        Returns the new token, which also stands in ``token_file`` (mode 0600); None when
        somebody is administrator already.
        """
        if self.grants.holders(ADMINISTRATOR):
            return None
        if not any(each["name"] == ADMINISTRATOR for each in self.accounts.list()):
            self.accounts.add(ADMINISTRATOR)
        token, _ = self.tokens.create(ADMINISTRATOR, label="first start")
        _write_private(token_file, token + "\n")
        self.grants.grant(ADMINISTRATOR, ADMINISTRATOR)
        return token

    def by_token(self, token: str, *, remote: bool = False) -> Identity:
        """The identity of a token; BadToken when it is unknown, over, or its account is disabled."""
        found = self.tokens.find(token)
        identity = self._identity(found["principal"], "token", remote=remote)
        actions = frozenset(found["actions"]) or None
        folders = tuple(parse_path(each) for each in found["folders"])
        return Identity(identity.name, identity.roles, "token", actions, folders, remote)

    def by_password(self, name: str, password: str, *, remote: bool = False) -> Identity:
        """The identity of an account; BadLogin."""
        return self._identity(self.accounts.verify(name, password), "account", remote=remote)

    def by_peer(self, uid: int, gid: int) -> Identity:
        """The operating system's user at the other end of the local socket, with its groups.

        The user that the service runs as, root, and the group of the setting ``access.administrators`` are
        administrators: they can read and write the home folder anyway, or are named for it.
        """
        name, groups = _user_and_groups(uid, gid)
        identity = self._identity(f"os:{name}", "operating system", tuple(f"osgroup:{each}" for each in groups))
        if uid in (0, os.geteuid()) or (self._administrators and self._administrators in groups):
            return Identity(identity.name, identity.roles | {ADMINISTRATOR}, identity.kind)
        return identity

    def by_certificate(self, subject: str, *, remote: bool = True) -> Identity:
        """The identity of a client certificate that the configured authority signed."""
        return self._identity(f"cert:{subject}", "certificate", remote=remote)

    def by_claims(self, name: str, groups: tuple[str, ...], *, remote: bool = False) -> Identity:
        """The identity that the OpenID provider told."""
        return self._identity(f"oidc:{name}", "OpenID", tuple(f"oidcgroup:{each}" for each in groups), remote=remote)

    def by_name(self, name: str) -> Identity:
        """The identity of a name with what is granted to it now, for work on its behalf; BadToken when it is gone.

        Groups are known for users of the operating system only.
        """
        kind, _, user = name.partition(":")
        if kind != "os":
            return self._identity(name, "schedule")
        import pwd

        try:
            entry = pwd.getpwnam(user)
        except KeyError:
            raise BadToken() from None
        return self.by_peer(entry.pw_uid, entry.pw_gid)

    def open_session(self, identity: Identity, groups: tuple[str, ...] = ()) -> str:
        """A new session's secret for a browser's cookie."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            now = time.monotonic()
            self._sessions = {key: each for key, each in self._sessions.items() if each.end > now}
            self._sessions[hash_secret(secret)] = Session(identity.name, identity.kind, groups, now + SESSION_SECONDS)
        return secret

    def by_session(self, secret: str, *, remote: bool = False) -> Identity:
        """The identity of a session; BadToken when it is unknown or over."""
        with self._lock:
            found = self._sessions.get(hash_secret(secret))
        if found is None or found.end <= time.monotonic():
            raise BadToken()
        return self._identity(found.name, found.kind, found.groups, remote=remote)

    def close_session(self, secret: str) -> None:
        """End a session; unknown ones are none of our business."""
        with self._lock:
            self._sessions.pop(hash_secret(secret), None)

    def close_sessions(self, name: str) -> None:
        """End every session of an account."""
        with self._lock:
            self._sessions = {key: each for key, each in self._sessions.items() if each.name != name}

    def _identity(self, name: str, kind: str, groups: tuple[str, ...] = (), *, remote: bool = False) -> Identity:
        """With the roles granted now; BadToken for an account that is gone or disabled."""
        if ":" not in name and not self.accounts.enabled(name):
            raise BadToken()
        return Identity(name, self.grants.of((name, *groups)), kind, remote=remote)


def describe(identity: Identity) -> Mapping[str, Any]:
    """What a caller is told of itself."""
    return {
        "user": identity.name,
        "kind": identity.kind,
        "roles": sorted(identity.roles),
        "actions": sorted(identity.actions) if identity.actions is not None else None,
    }


def _user_and_groups(uid: int, gid: int) -> tuple[str, list[str]]:
    """Names, or numbers where the system has no name."""
    import grp
    import pwd

    try:
        name = pwd.getpwuid(uid).pw_name
        numbers = os.getgrouplist(name, gid)
    except KeyError:
        return str(uid), []
    found = []
    for number in numbers:
        try:
            found.append(grp.getgrgid(number).gr_name)
        except KeyError:
            found.append(str(number))
    return name, found


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
