"""Local accounts: names with passwords, kept as Argon2id hashes.

A check takes a tenth of a second of a core and 64 MiB on purpose; it runs in the callers' threads, never
on the event loop, and only a few at a time. Unknown names cost as much as wrong passwords.
"""

from __future__ import annotations

import re
import threading
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dtserve.service.access_errors import (
    AccountExists,
    AccountNotFound,
    BadAccountName,
    BadLogin,
    TooManyLogins,
    WeakPassword,
)
from dtserve.service.identity_schema import accounts, grants, tokens
from dtserve.service.state import State
from dtserve.stores.names import name_key

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["MAX_PASSWORD", "Accounts"]

MAX_PASSWORD = 1024
MAX_WAITING = 8
"""Checks at once, those that wait for their turn included; more would only tie up the service's threads."""
_NAME = re.compile(r"\w(?:[\w .@-]{0,62}[\w.@-])?\Z")
_a = accounts.c


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password fits: unknown names take as long as known ones."""
    import secrets

    return _hasher().hash(secrets.token_hex(16))


class Accounts:
    """Reads and writes accounts."""

    def __init__(self, state: State, *, least: int = 12) -> None:
        self._state = state
        self._least = least
        self._hashing = threading.BoundedSemaphore(2)
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)

    def list(self) -> list[dict[str, Any]]:
        """All accounts by name, without their hashes."""
        with self._state.read() as connection:
            rows = connection.execute(sa.select(accounts).order_by(_a.namekey)).mappings()
            return [_public(row) for row in rows]

    def get(self, name: str) -> dict[str, Any]:
        """One account; AccountNotFound."""
        with self._state.read() as connection:
            row = connection.execute(sa.select(accounts).where(_a.namekey == name_key(name))).mappings().first()
        if row is None:
            raise AccountNotFound(name=name)
        return _public(row)

    def add(self, name: str, password: str | None = None) -> dict[str, Any]:
        """A new account, which nobody can sign in to by password when there is none.

        BadAccountName, WeakPassword, AccountExists.
        """
        if not _NAME.match(name):
            raise BadAccountName(name=name[:64], reason="it holds other characters, or is empty or too long")
        hashed = "" if password is None else self._hash(password)
        row = {"namekey": name_key(name), "name": name, "password_hash": hashed, "created": time.time()}
        with self._state.write() as connection:
            if connection.execute(sa.select(_a.name).where(_a.namekey == row["namekey"])).first():
                raise AccountExists(name=name)
            connection.execute(accounts.insert().values(**row, password_changed=time.time() if hashed else None))
        return self.get(name)

    def set_password(self, name: str, password: str) -> None:
        """Another password; AccountNotFound, WeakPassword."""
        self._change(name, password_hash=self._hash(password), password_changed=time.time())

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Whether the account is refused, with its tokens and open sessions; AccountNotFound."""
        self._change(name, disabled=disabled)

    def remove(self, name: str) -> None:
        """Forget the account, its tokens and what it was granted, so that a later namesake has none of it."""
        key = name_key(name)
        with self._state.write() as connection:
            if connection.execute(accounts.delete().where(_a.namekey == key)).rowcount == 0:
                raise AccountNotFound(name=name)
            connection.execute(tokens.delete().where(tokens.c.principalkey == key))
            connection.execute(grants.delete().where(grants.c.principalkey == key))

    def enabled(self, name: str) -> bool:
        """Whether there is such an account and it is not disabled."""
        query = sa.select(_a.disabled).where(_a.namekey == name_key(name))
        with self._state.read() as connection:
            return connection.execute(query).scalar() is False

    def verify(self, name: str, password: str) -> str:
        """The account's name as it is written; BadLogin when it is unknown, disabled or the password is wrong.

        TooManyLogins when too many ask at once.
        """
        query = sa.select(accounts).where(_a.namekey == name_key(name))
        with self._state.read() as connection:
            row = connection.execute(query).mappings().first()
        known = row is not None and row["password_hash"] != "" and not row["disabled"]
        right = self._fits(row["password_hash"] if row is not None and known else _nobody(), password)
        if row is None or not known or not right:
            raise BadLogin()
        if _hasher().check_needs_rehash(row["password_hash"]):
            self._change(name, password_hash=self._hash(password, checked=False))
        return str(row["name"])

    def _fits(self, hashed: str, password: str) -> bool:
        from argon2.exceptions import VerificationError

        if len(password) > MAX_PASSWORD:
            return False
        if not self._waiting.acquire(blocking=False):
            raise TooManyLogins(seconds=1)
        try:
            with self._hashing:
                return _hasher().verify(hashed, password)
        except VerificationError:
            return False
        finally:
            self._waiting.release()

    def _hash(self, password: str, *, checked: bool = True) -> str:
        if checked and not self._least <= len(password) <= MAX_PASSWORD:
            raise WeakPassword(least=self._least, most=MAX_PASSWORD)
        with self._hashing:
            return _hasher().hash(password)

    def _change(self, name: str, **values: Any) -> None:
        with self._state.write() as connection:
            changed = connection.execute(accounts.update().where(_a.namekey == name_key(name)).values(**values))
            if changed.rowcount == 0:
                raise AccountNotFound(name=name)


def _public(row: sa.RowMapping) -> dict[str, Any]:
    return {
        "name": row["name"],
        "disabled": bool(row["disabled"]),
        "has_password": row["password_hash"] != "",
        "created": row["created"],
        "password_changed": row["password_changed"],
    }
