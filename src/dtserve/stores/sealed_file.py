"""Files encrypted with a passphrase: Argon2id for the key, AES-256-GCM in chunks for the content.

Layout: eight bytes of mark, the length of a JSON header (four bytes, big-endian), the header (how the
key is made), then chunks: length and ciphertext. Each chunk's nonce holds its number and
whether it is the last, so that chunks cannot be moved, dropped or cut off unnoticed; the
header is authenticated with each of them.
"""

from __future__ import annotations

import io
import json
import os
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

from dtserve.stores.errors import BackupCorrupt, BackupKeyWrong, PassphraseMissing

__all__ = ["MARK", "SealedReader", "SealedWriter", "is_sealed"]

MARK = b"DTSEAL\x01\n"
CHUNK = 1024 * 1024
_TIME_COST, _MEMORY_KIB, _LANES = 3, 64 * 1024, 4
_LIMITS = {"time": 20, "memory": 1024 * 1024, "lanes": 64}
"""The most a header may ask for, lest opening a foreign file exhausts the machine."""
_MAX_HEADER = 4096


def is_sealed(start: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return start.startswith(MARK)


def _key(passphrase: str, header: dict[str, Any]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        passphrase.encode("utf-8"),
        bytes.fromhex(header["salt"]),
        time_cost=header["time"],
        memory_cost=header["memory"],
        parallelism=header["lanes"],
        hash_len=32,
        type=Type.ID,
    )


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


class SealedWriter(io.RawIOBase):
    """Writes what it is given, sealed, to ``target``; :meth:`finish` makes the file whole."""

    def __init__(self, target: Callable[[bytes], object], passphrase: str) -> None:
        if not passphrase:
            raise PassphraseMissing()
        header = {"time": _TIME_COST, "memory": _MEMORY_KIB, "lanes": _LANES, "salt": os.urandom(16).hex()}
        self._prefix = os.urandom(7)
        self._header = json.dumps({**header, "nonce": self._prefix.hex()}).encode()
        self._cipher = _cipher(_key(passphrase, header))
        self._target = target
        self._pending = bytearray()
        self._number = 0
        target(MARK + struct.pack(">I", len(self._header)) + self._header)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; whole chunks are sealed at once."""
        self._pending += data
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Seal the last chunk."""
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()

    def _seal(self, data: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._prefix, self._number, last), data, self._header)
        self._target(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file from its start; BackupKeyWrong, BackupCorrupt."""

    def __init__(self, source: BinaryIO, passphrase: str | None, *, shown: str = "") -> None:
        self._source = source
        self._shown = shown
        self._number = 0
        self._clear = b""
        self._done = False
        if source.read(len(MARK)) != MARK:
            raise BackupCorrupt(path=shown, reason="it is no sealed file")
        self._header = self._exactly(self._length(_MAX_HEADER))
        header = self._parse(self._header)
        if not passphrase:
            raise BackupKeyWrong(path=shown)
        self._prefix = bytes.fromhex(header["nonce"])
        self._cipher = _cipher(_key(passphrase, header))
        self._next = self._chunk()

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; all of them with a negative size."""
        parts = []
        missing = size
        while missing and self._fill():
            part = self._clear if missing < 0 else self._clear[:missing]
            self._clear = self._clear[len(part) :]
            parts.append(part)
            missing -= len(part) if missing > 0 else 0
        return b"".join(parts)

    def _fill(self) -> bool:
        """Open the next chunk when there is none at hand; False at the end."""
        while not self._clear:
            if self._done:
                return False
            sealed, self._next = self._next, self._chunk()
            self._done = self._next is None
            self._clear = self._open(sealed or b"", last=self._done)
        return True

    def _open(self, sealed: bytes, *, last: bool) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            clear: bytes = self._cipher.decrypt(_nonce(self._prefix, self._number, last), sealed, self._header)
        except InvalidTag:
            if self._number:
                raise BackupCorrupt(path=self._shown, reason="its content was changed or cut off") from None
            raise BackupKeyWrong(path=self._shown) from None
        self._number += 1
        return clear

    def _parse(self, data: bytes) -> dict[str, Any]:
        try:
            header = json.loads(data)
            numbers = all(type(header[name]) is int and 1 <= header[name] <= most for name, most in _LIMITS.items())
            if not numbers or len(bytes.fromhex(header["salt"])) < 8 or len(bytes.fromhex(header["nonce"])) != 7:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise BackupCorrupt(path=self._shown, reason="its header cannot be read") from None
        found: dict[str, Any] = header
        return found

    def _chunk(self) -> bytes | None:
        start = self._source.read(4)
        if not start:
            return None
        if len(start) < 4:
            raise BackupCorrupt(path=self._shown, reason="it is cut off")
        length = struct.unpack(">I", start)[0]
        if length > CHUNK + 16:
            raise BackupCorrupt(path=self._shown, reason="it holds a chunk that is too long")
        return self._exactly(length)

    def _length(self, most: int) -> int:
        length = int(struct.unpack(">I", self._exactly(4))[0])
        if length > most:
            raise BackupCorrupt(path=self._shown, reason="its header is too long")
        return length

    def _exactly(self, size: int) -> bytes:
        data = self._source.read(size)
        if len(data) < size:
            raise BackupCorrupt(path=self._shown, reason="it is cut off")
        return data
