"""Seals what must wait on disk and may hold secrets: jobs in the queue, values of schedules.

Authenticated encryption with a key of the home folder that only its owner can read, and that goes into
encrypted backups only.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.service.errors import SealBroken

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

__all__ = ["Seal"]

_MAKING = threading.Lock()
"""Several parts of a service have a seal of their own, and the first two of them must not make two keys."""


class Seal:
    """Encrypts and decrypts with the key at ``path``, which is made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: Fernet | None = None

    def close(self, data: bytes) -> bytes:
        """The sealed form; OSError when the key cannot be made."""
        return self._fernet().encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; SealBroken when it was changed or another key sealed it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().decrypt(sealed)
        except InvalidToken:
            raise SealBroken(path=str(self._path)) from None

    @staticmethod
    def open_with(key: bytes, sealed: bytes) -> bytes:
        """What was sealed with a key that is at hand; SealBroken."""
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(key).decrypt(sealed)
        except (InvalidToken, ValueError):
            raise SealBroken(path="") from None

    def mark(self, data: bytes) -> str:
        """A keyed hash: tells whether two secrets are equal, and nothing to who has not the key."""
        import hmac

        self._fernet()
        return hmac.digest(self._path.read_bytes(), data, "sha256").hex()

    def _fernet(self) -> Fernet:
        if self._key is None:
            from cryptography.fernet import Fernet

            from dtserve.stores.durable import write_file

            with _MAKING:
                if not self._path.exists():
                    write_file(self._path, Fernet.generate_key(), mode=0o600)
            try:
                self._key = Fernet(self._path.read_bytes())
            except ValueError:
                raise SealBroken(path=str(self._path)) from None
        return self._key
