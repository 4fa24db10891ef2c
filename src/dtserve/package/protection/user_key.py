"""User keys without Windows: a key of dtserve's own for the levels 1 and 4.

One key per user, in a file only that user can read, made on first use. A value is sealed
with AES-256-GCM; the blob starts with the marker ``DTSERVE1``, the key's id and the package's
id, all authenticated, so that a value works for one user and one package only. In the file it
stands where Windows tools expect a DPAPI blob, as base64 (``RFRTRVJWRT…``): they report a
value they cannot decrypt, never a broken file.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from dtserve.package.errors import UserKeyUnusable

__all__ = ["MARKER", "UserKey", "export_key", "import_key", "key_path", "load_key", "seal", "unseal"]

MARKER = b"DTSERVE1"
_HEADER = len(MARKER) + 8 + 16
_NONCE = 12


@dataclass(frozen=True, slots=True, repr=False)
class UserKey:
    """A user's key: ``id`` (8 bytes) tells keys apart, ``secret`` has 32 bytes."""

    id: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"UserKey({self.id.hex()})"


def key_path() -> Path:
    """Where this user's key is kept: ``$DTSERVE_KEY_FILE``, else ``user.key`` in the platform's user data folder."""
    named = os.environ.get("DTSERVE_KEY_FILE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("dtserve", appauthor=False)) / "user.key"


def load_key(path: Path | None = None, *, create: bool = True) -> UserKey | None:
    """This user's key; made when ``create`` and there is none, otherwise None. Raises UserKeyUnusable."""
    path = path or key_path()
    try:
        return _read(path)
    except FileNotFoundError:
        if not create:
            return None
    _write_new(path, UserKey(os.urandom(8), os.urandom(32)))
    return _read(path)


def _read(path: Path) -> UserKey:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise UserKeyUnusable(path=path, detail="other users can read it; its mode must be 0600")
    try:
        stored = json.loads(path.read_text("utf-8"))
        key = UserKey(bytes.fromhex(stored["id"]), base64.b64decode(stored["secret"], validate=True))
    except (ValueError, KeyError, TypeError):
        raise UserKeyUnusable(path=path, detail="it is not a key file") from None
    if len(key.id) != 8 or len(key.secret) != 32:
        raise UserKeyUnusable(path=path, detail="it is not a key file")
    return key


def _write_new(path: Path, key: UserKey) -> None:
    """Write a key file that only this user can read; one that exists already wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps({"kind": "dtserve user key", "id": key.id.hex(), "secret": base64.b64encode(key.secret).decode()})
    staged = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(staged, path)
        except FileExistsError:
            return
        except OSError:
            os.replace(staged, path)
    finally:
        staged.unlink(missing_ok=True)


def seal(plaintext: bytes, package_id: str, key: UserKey) -> bytes:
    """A blob for this key and package."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    header = MARKER + key.id + _package_bytes(package_id)
    nonce = os.urandom(_NONCE)
    return header + nonce + AESGCM(key.secret).encrypt(nonce, plaintext, header)


def unseal(blob: bytes, package_id: str, key: UserKey) -> bytes | None:
    """The plaintext; None when the blob belongs to another key or package or was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    header = MARKER + key.id + _package_bytes(package_id)
    if blob[:_HEADER] != header or len(blob) < _HEADER + _NONCE + 16:
        return None
    nonce, sealed = blob[_HEADER : _HEADER + _NONCE], blob[_HEADER + _NONCE :]
    try:
        return AESGCM(key.secret).decrypt(nonce, sealed, header)
    except InvalidTag:
        return None


def package_of(blob: bytes) -> str:
    """The package id a blob is bound to, in the form of a DTSID."""
    return f"{{{str(uuid.UUID(bytes=blob[len(MARKER) + 8 : _HEADER])).upper()}}}"


def _package_bytes(package_id: str) -> bytes:
    try:
        return uuid.UUID(package_id).bytes
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, package_id).bytes


def export_key(path: Path | None, passphrase: str) -> bytes:
    """This user's key for escrow, sealed with a passphrase (scrypt, AES-256-GCM); JSON. Raises UserKeyUnusable."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = load_key(path, create=False)
    if key is None:
        raise UserKeyUnusable(path=path or key_path(), detail="there is none yet; it is made when first needed")
    salt, nonce = os.urandom(16), os.urandom(_NONCE)
    sealed = AESGCM(_stretch(passphrase, salt)).encrypt(nonce, key.secret, key.id)
    stored = {
        "kind": "dtserve user key, exported",
        "id": key.id.hex(),
        "salt": base64.b64encode(salt).decode(),
        "nonce": base64.b64encode(nonce).decode(),
        "sealed": base64.b64encode(sealed).decode(),
    }
    return (json.dumps(stored, indent=2) + "\n").encode("utf-8")


def import_key(exported: bytes, passphrase: str, path: Path | None = None) -> UserKey:
    """Put an exported key in place for this user; raises UserKeyUnusable (wrong passphrase, another key there)."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    path = path or key_path()
    try:
        stored = json.loads(exported)
        key_id = bytes.fromhex(stored["id"])
        salt, nonce, sealed = (base64.b64decode(stored[name], validate=True) for name in ("salt", "nonce", "sealed"))
        secret = AESGCM(_stretch(passphrase, salt)).decrypt(nonce, sealed, key_id)
    except (ValueError, KeyError, TypeError, InvalidTag):
        raise UserKeyUnusable(path=path, detail="the export is damaged or the passphrase is wrong") from None
    present = load_key(path, create=False)
    if present is not None and present.id != key_id:
        raise UserKeyUnusable(path=path, detail="another key is there already; move it away first")
    if present is None:
        _write_new(path, UserKey(key_id, secret))
    return UserKey(key_id, secret)


def _stretch(passphrase: str, salt: bytes) -> bytes:
    import hashlib

    return hashlib.scrypt(passphrase.encode("utf-8"), salt=salt, n=2**14, r=8, p=1, dklen=32)
