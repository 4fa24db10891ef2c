"""API tokens: each belongs to a principal, may be narrowed to actions and folders, and may end by itself.

A token is 256 random bits, told once; the database holds its SHA-256 (there is nothing to guess, so a slow
hash would protect nothing).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from dtserve.service.access_errors import BadScope, TokenNotFound
from dtserve.service.errors import BadToken, StateUnavailable
from dtserve.service.identity_schema import tokens
from dtserve.service.state import State
from dtserve.stores.names import name_key, parse_path
from dtserve.stores.tree import tree_path

__all__ = ["PREFIX", "Tokens", "hash_secret"]

PREFIX = "dtserve_"
"""Begins every token, so that scanners of sources find one that was left there."""
TOUCH_SECONDS = 60.0
_t = tokens.c


def hash_secret(secret: str) -> str:
    """What is kept of a token or a session's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Tokens:
    """Makes, finds, lists and revokes tokens."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create(
        self,
        principal: str,
        *,
        label: str = "",
        actions: Sequence[str] = (),
        folders: Sequence[str] = (),
        expires: float | None = None,
        known_actions: frozenset[str] | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """A new token, and what is known of it; it can do what its principal may, within actions and folders.

        BadScope for an action outside ``known_actions`` or an end that is past.
        """
        unknown = sorted(set(actions) - known_actions) if known_actions is not None else []
        if unknown:
            raise BadScope(reason=f"there is no action {', '.join(unknown)[:200]}.")
        if expires is not None and expires <= time.time():
            raise BadScope(reason="it would be over already.")
        secret = PREFIX + secrets.token_urlsafe(32)
        row = {
            "id": secrets.token_hex(4),
            "principal": principal,
            "principalkey": name_key(principal),
            "label": label,
            "token_hash": hash_secret(secret),
            "actions": " ".join(sorted(set(actions))),
            "folders": json.dumps([tree_path(parse_path(each)) for each in folders]),
            "created": time.time(),
            "expires": expires,
        }
        with self._state.write() as connection:
            connection.execute(tokens.insert().values(**row))
        return secret, self.get(str(row["id"]))

    def find(self, secret: str) -> dict[str, Any]:
        """What is known of a token; BadToken when it is unknown or over."""
        with self._state.read() as connection:
            row = connection.execute(sa.select(tokens).where(_t.token_hash == hash_secret(secret))).mappings().first()
        now = time.time()
        if row is None or (row["expires"] is not None and row["expires"] <= now):
            raise BadToken()
        if (row["last_used"] or 0.0) < now - TOUCH_SECONDS:
            with suppress(StateUnavailable), self._state.write() as connection:  # a full disk keeps nobody from looking
                connection.execute(tokens.update().where(_t.id == row["id"]).values(last_used=now))
        return _public(row)

    def get(self, token_id: str) -> dict[str, Any]:
        """One token, without its secret; TokenNotFound."""
        with self._state.read() as connection:
            row = connection.execute(sa.select(tokens).where(_t.id == token_id)).mappings().first()
        if row is None:
            raise TokenNotFound(id=token_id)
        return _public(row)

    def list(self, principal: str | None = None) -> list[dict[str, Any]]:
        """The tokens of a principal, or all of them; never a secret."""
        query = sa.select(tokens).order_by(_t.created, _t.id)
        if principal is not None:
            query = query.where(_t.principalkey == name_key(principal))
        with self._state.read() as connection:
            return [_public(row) for row in connection.execute(query).mappings()]

    def revoke(self, token_id: str, principal: str | None = None) -> dict[str, Any]:
        """End a token at once; TokenNotFound, also when it is not ``principal``'s."""
        found = self.get(token_id)
        if principal is not None and name_key(found["principal"]) != name_key(principal):
            raise TokenNotFound(id=token_id)
        with self._state.write() as connection:
            connection.execute(tokens.delete().where(_t.id == token_id))
        return found


def _public(row: sa.RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "principal": row["principal"],
        "label": row["label"],
        "actions": row["actions"].split(),
        "folders": json.loads(row["folders"]),
        "created": row["created"],
        "expires": row["expires"],
        "last_used": row["last_used"],
    }
