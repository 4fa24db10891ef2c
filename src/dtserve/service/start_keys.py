"""Idempotency keys of starts: a start repeated with the same key is the same execution, also after a restart.

What the first one asked for is kept as a keyed hash only: it may hold secrets.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from dtserve.service.access_errors import KeyReused
from dtserve.service.identity_schema import start_keys
from dtserve.service.sealed import Seal
from dtserve.service.state import State

__all__ = ["KEEP_SECONDS", "StartKeys"]

KEEP_SECONDS = 24 * 3600.0
_k = start_keys.c


class StartKeys:
    """The keys of the last day, per user."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()

    @contextmanager
    def reserved(self, user: str, key: str, request: bytes, execution_id: str, seal: Seal) -> Iterator[str]:
        """The id that a start with this key has: the given one, or that of the first start. KeyReused.

        Starts with keys take turns, so that a repeated one finds the first one's execution.
        """
        digest = seal.mark(request)
        with self._lock:
            yield self._reserve(user, key, digest, execution_id)

    def _reserve(self, user: str, key: str, digest: str, execution_id: str) -> str:
        now = time.time()
        query = sa.select(_k.request_hash, _k.execution_id).where(_k.user == user, _k.key == key)
        with self._state.write() as connection:
            connection.execute(start_keys.delete().where(_k.created < now - KEEP_SECONDS))
            known = connection.execute(query).first()
            if known is None:
                row = {"user": user, "key": key, "request_hash": digest, "execution_id": execution_id, "created": now}
                connection.execute(start_keys.insert().values(**row))
                return execution_id
        if not hmac.compare_digest(known.request_hash, digest):
            raise KeyReused()
        return str(known.execution_id)
