"""Who may speak to the service: named identities with hashed tokens, and browser sessions.

A token has 256 random bits, so a plain SHA-256 protects it at rest (there is nothing to
guess); passwords, which people choose, are another matter and would need Argon2id.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from dtserve.service import schema
from dtserve.service.errors import BadToken
from dtserve.service.state import State

__all__ = ["ADMINISTRATOR", "Identities", "Identity"]

ADMINISTRATOR = "administrator"
SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller: name and roles."""

    name: str
    roles: frozenset[str]


class Identities:
    """Looks up tokens and keeps browser sessions (in memory: a restart asks for the token again)."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sessions: dict[str, tuple[Identity, float]] = {}
        self._lock = threading.Lock()

    def ensure_administrator(self, token_file: Path) -> str | None:
        """Make the local administrator on the first start.

        Returns the new token, which also stands in ``token_file`` (mode 0600); None when the
        administrator exists already.
        """
        with self._state.read() as connection:
            known = connection.execute(
                sa.select(schema.identities.c.name).where(schema.identities.c.name == ADMINISTRATOR)
            ).first()
        if known is not None:
            return None
        token = secrets.token_urlsafe(32)
        _write_private(token_file, token + "\n")
        with self._state.write() as connection:
            connection.execute(
                schema.identities.insert().values(
                    name=ADMINISTRATOR, token_hash=_hash(token), roles="administrator", created=time.time()
                )
            )
        return token

    def by_token(self, token: str) -> Identity:
        """The identity of a token; BadToken otherwise."""
        query = sa.select(schema.identities).where(schema.identities.c.token_hash == _hash(token))
        with self._state.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise BadToken()
        return Identity(row["name"], frozenset(row["roles"].split()))

    def open_session(self, identity: Identity) -> str:
        """A new session's secret for a browser's cookie."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            now = time.monotonic()
            self._sessions = {key: s for key, s in self._sessions.items() if s[1] > now}
            self._sessions[_hash(secret)] = (identity, now + SESSION_SECONDS)
        return secret

    def by_session(self, secret: str) -> Identity:
        """The identity of a session; BadToken when it is unknown or over."""
        with self._lock:
            found = self._sessions.get(_hash(secret))
        if found is None or found[1] <= time.monotonic():
            raise BadToken()
        return found[0]

    def close_session(self, secret: str) -> None:
        """End a session; unknown ones are none of our business."""
        with self._lock:
            self._sessions.pop(_hash(secret), None)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
