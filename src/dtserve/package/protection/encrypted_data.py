"""The ``EncryptedData`` element of packages (FORMAT §1.4): reading and writing.

``CipherValue`` is the IV followed by the ciphertext; the ``IV`` attribute repeats the first
block, and a file where they differ has been tampered with.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from dtserve.package.errors import PackagePasswordWrong
from dtserve.package.protection.schemes import Scheme, Sealed, decrypt, encrypt
from dtserve.package.xml import ENC

__all__ = ["ENCRYPTED_DATA", "open_element", "scheme_of", "seal_bytes"]

ENCRYPTED_DATA = f"{{{ENC}}}EncryptedData"
_METHOD = f"{{{ENC}}}EncryptionMethod"
_VALUE = f"{{{ENC}}}CipherData/{{{ENC}}}CipherValue"


def scheme_of(element: Any) -> Scheme | None:
    """The scheme an ``EncryptedData`` element names, None when it is unknown."""
    method = element.find(_METHOD)
    return Scheme.of_algorithm(method.get("Algorithm") or "") if method is not None else None


def unbase64(text: str | None) -> bytes:
    """Base64 with or without padding and white space; raises PackagePasswordWrong when it is none."""
    packed = "".join((text or "").split())
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise PackagePasswordWrong from None


def open_element(element: Any, password: str) -> bytes:
    """The plaintext of an ``EncryptedData`` element, UTF-8 XML; raises PackagePasswordWrong."""
    scheme = scheme_of(element)
    value = element.find(_VALUE)
    if scheme is None or value is None:
        raise PackagePasswordWrong
    packed = unbase64(value.text)
    iv, data = packed[: scheme.block], packed[scheme.block :]
    if element.get("IV") is not None and unbase64(element.get("IV")) != iv:
        raise PackagePasswordWrong
    plaintext = decrypt(Sealed(scheme, unbase64(element.get("Salt")), iv, data), password)
    if not plaintext.lstrip()[:1] == b"<":
        raise PackagePasswordWrong
    return plaintext


def seal_bytes(plaintext: bytes, password: str, scheme: Scheme) -> bytes:
    """An ``EncryptedData`` element around outer XML, as the tools write it: one line, no declaration."""
    sealed = encrypt(plaintext, password, scheme, random_padding=True)
    value = base64.b64encode(sealed.iv + sealed.data)
    return (
        b'<EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element" Salt="%s" IV="%s" xmlns="%s">'
        b'<EncryptionMethod Algorithm="%s" /><CipherData><CipherValue>%s</CipherValue></CipherData></EncryptedData>'
    ) % (
        base64.b64encode(sealed.salt),
        base64.b64encode(sealed.iv),
        ENC.encode("ascii"),
        scheme.algorithm.encode("ascii"),
        value,
    )
