"""The two password schemes: keys, ciphers, paddings (FORMAT §1.3).

3DES is what the tools from 2005 to 2016 write: CryptDeriveKey with SHA-1, neither salt nor
iterations. AES is what 2017 and later write: PBKDF2-HMAC-SHA1, 1000 iterations, 8 bytes of
salt. Neither has a MAC: a wrong password shows as bad padding or as text that is no XML,
and callers treat both alike. A password with a NUL is never right: HMAC would take it for the
same password without one.
"""

from __future__ import annotations

import enum
import hashlib
import os
from dataclasses import dataclass

from dtserve.package.errors import PackagePasswordWrong

__all__ = ["Scheme", "Sealed", "decrypt", "encrypt"]


class Scheme(enum.Enum):
    """A password scheme; the value is how the command line names it."""

    TRIPLE_DES = "3des"
    AES = "aes"

    @property
    def algorithm(self) -> str:
        """The algorithm URI of W3C XML Encryption."""
        return f"http://www.w3.org/2001/04/xmlenc#{'tripledes' if self is Scheme.TRIPLE_DES else 'aes256'}-cbc"

    @property
    def block(self) -> int:
        """The block size in bytes, which is also the length of the IV."""
        return 8 if self is Scheme.TRIPLE_DES else 16

    @property
    def salt_size(self) -> int:
        """Bytes of salt: 3DES keeps 7 and never uses them."""
        return 7 if self is Scheme.TRIPLE_DES else 8

    @classmethod
    def of_algorithm(cls, uri: str) -> Scheme | None:
        """The scheme of an algorithm URI, None when it is neither."""
        return next((scheme for scheme in cls if scheme.algorithm == uri), None)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext with what is stored beside it."""

    scheme: Scheme
    salt: bytes
    iv: bytes
    data: bytes


_PBKDF2_ITERATIONS = 1000


def _key(scheme: Scheme, password: str, salt: bytes) -> bytes:
    if "\0" in password:
        raise PackagePasswordWrong
    secret = password.encode("utf-8")
    if scheme is Scheme.AES:
        return hashlib.pbkdf2_hmac("sha1", secret, salt, _PBKDF2_ITERATIONS, 32)
    digest = hashlib.sha1(secret, usedforsecurity=False).digest()
    derived = b"".join(
        hashlib.sha1(bytes(b ^ pad for b in digest.ljust(64, b"\0")), usedforsecurity=False).digest()
        for pad in (0x36, 0x5C)
    )
    return derived[:24]


def _cipher(scheme: Scheme, password: str, salt: bytes, iv: bytes) -> object:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = _key(scheme, password, salt)
    if scheme is Scheme.AES:
        return Cipher(algorithms.AES(key), modes.CBC(iv))
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

    return Cipher(TripleDES(key), modes.CBC(iv))


def encrypt(plaintext: bytes, password: str, scheme: Scheme, *, random_padding: bool) -> Sealed:
    """Encrypt with a fresh salt and IV; ``random_padding`` is ISO 10126 (packages), otherwise PKCS#7 (project files)."""
    block = scheme.block
    missing = block - len(plaintext) % block
    filler = os.urandom(missing - 1) if random_padding else bytes([missing]) * (missing - 1)
    salt, iv = os.urandom(scheme.salt_size), os.urandom(block)
    encryptor = _cipher(scheme, password, salt, iv).encryptor()  # type: ignore[attr-defined]
    data: bytes = encryptor.update(plaintext + filler + bytes([missing])) + encryptor.finalize()
    return Sealed(scheme, salt, iv, data)


def decrypt(sealed: Sealed, password: str, *, strict_padding: bool = False) -> bytes:
    """The plaintext; raises PackagePasswordWrong when padding or lengths do not fit.

    ``strict_padding`` demands PKCS#7 filler (project files); otherwise only the count of
    ISO 10126 is checked.
    """
    block = sealed.scheme.block
    if len(sealed.iv) != block or not sealed.data or len(sealed.data) % block:
        raise PackagePasswordWrong
    decryptor = _cipher(sealed.scheme, password, sealed.salt, sealed.iv).decryptor()  # type: ignore[attr-defined]
    padded: bytes = decryptor.update(sealed.data) + decryptor.finalize()
    count = padded[-1]
    if not 1 <= count <= block:
        raise PackagePasswordWrong
    if strict_padding and padded[-count:] != bytes([count]) * count:
        raise PackagePasswordWrong
    return padded[:-count]
