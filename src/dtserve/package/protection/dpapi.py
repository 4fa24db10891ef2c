"""Windows user keys (levels 1 and 4): DPAPI blobs are recognised everywhere, opened and made on Windows.

The key never leaves the author's Windows profile; elsewhere a blob stays as it is. Source: FORMAT §1.6.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass

__all__ = ["DpapiBlob", "available", "parse_blob", "protect", "text", "unprotect"]

_PROVIDER = bytes.fromhex("d08c9ddf0115d1118c7a00c04fc297eb")
_UI_FORBIDDEN = 0x1


@dataclass(frozen=True, slots=True)
class DpapiBlob:
    """The readable header of a DPAPI blob."""

    master_key: str
    flags: int
    description: str
    cipher: int
    cipher_bits: int
    hash: int
    hash_bits: int
    salt_length: int
    data_length: int


def parse_blob(blob: bytes) -> DpapiBlob | None:
    """The header of a DPAPI blob, None when the bytes are none."""
    if len(blob) < 60 or blob[:4] != b"\x01\0\0\0" or blob[4:20] != _PROVIDER:
        return None
    try:
        return _parse(blob)
    except (struct.error, UnicodeDecodeError):
        return None


def _parse(blob: bytes) -> DpapiBlob:
    import uuid

    at = 24

    def dword() -> int:
        nonlocal at
        (value,) = struct.unpack_from("<I", blob, at)
        at += 4
        return int(value)

    def chunk(length: int) -> bytes:
        nonlocal at
        if at + length > len(blob):
            raise struct.error("short")
        at += length
        return blob[at - length : at]

    master = str(uuid.UUID(bytes_le=chunk(16)))
    flags = dword()
    description = chunk(dword()).decode("utf-16-le").rstrip("\0")
    cipher, cipher_bits = dword(), dword()
    salt = chunk(dword())
    chunk(dword())
    digest, digest_bits = dword(), dword()
    chunk(dword())
    data_length = dword()
    return DpapiBlob(master, flags, description, cipher, cipher_bits, digest, digest_bits, len(salt), data_length)


def text(value: bytes) -> str:
    """The text inside a decrypted blob.

    UNVERIFIED (FORMAT §1.6 knows sizes only): the native runtime protects wide strings, so
    UTF-16 is expected; XML of project files is UTF-8.
    """
    if len(value) % 2 == 0 and (value[:1] != b"<" or value[1:2] == b"\0"):
        try:
            return value.decode("utf-16-le").rstrip("\0")
        except UnicodeDecodeError:
            pass
    return value.decode("utf-8-sig", "replace").rstrip("\0")


def available() -> bool:
    """Whether this machine has DPAPI."""
    return sys.platform == "win32"


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Data(ctypes.Structure):
        _fields_ = [("length", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char))]

    def _call(function: str, blob: bytes, description: str | None) -> bytes | None:
        crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        buffer = ctypes.create_string_buffer(blob, len(blob))
        source, target = _Data(len(blob), ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char))), _Data()
        done = getattr(crypt32, function)(
            ctypes.byref(source), description, None, None, None, _UI_FORBIDDEN, ctypes.byref(target)
        )
        if not done:
            return None
        try:
            return ctypes.string_at(target.data, target.length)
        finally:
            kernel32.LocalFree(target.data)

    def unprotect(blob: bytes) -> bytes | None:
        """The plaintext of a blob of the current user, None when it is another's."""
        return _call("CryptUnprotectData", blob, None)

    def protect(plaintext: bytes, description: str) -> bytes | None:
        """A blob for the current user, None when DPAPI refuses."""
        return _call("CryptProtectData", plaintext, description)

else:

    def unprotect(blob: bytes) -> bytes | None:
        """None: without Windows no DPAPI blob can be opened."""
        return None

    def protect(plaintext: bytes, description: str) -> bytes | None:
        """None: without Windows no DPAPI blob can be made."""
        return None
