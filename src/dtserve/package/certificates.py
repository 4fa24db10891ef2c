"""Certificates for signing and for trust: files in a folder that stand for the Windows stores.

A signing certificate is a ``.pem`` file with certificate and unencrypted key, or a ``.pfx``
file (its password in ``$DTSERVE_CERTIFICATE_PASSWORD``). It is named by its SHA-1 thumbprint,
as ``dtutil /SIGN`` does, and must allow code signing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dtserve.package.errors import CertificateHashInvalid, CertificateNotFound, SigningFailed

__all__ = ["SigningCertificate", "chain_is_trusted", "find_certificate", "load_certificates", "thumbprint"]

_MAXIMUM_CHAIN = 8


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A certificate with its private key and the certificates that lead to its root."""

    certificate: Any
    key: Any
    chain: tuple[Any, ...] = ()


def thumbprint(certificate: Any) -> str:
    """The SHA-1 thumbprint in upper-case hexadecimal."""
    from cryptography.hazmat.primitives import hashes

    digest: bytes = certificate.fingerprint(hashes.SHA1())
    return digest.hex().upper()


def find_certificate(wanted: str, folder: Path) -> SigningCertificate:
    """The certificate with that thumbprint and its key.

    Raises CertificateHashInvalid, CertificateNotFound, SigningFailed (no code signing, expired).
    """
    plain = re.sub(r"[\s:]", "", wanted).upper()
    if not re.fullmatch(r"[0-9A-F]{40}", plain):
        raise CertificateHashInvalid(thumbprint=wanted)
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        for found in _identities(path):
            if thumbprint(found.certificate) == plain:
                _check_usage(found.certificate)
                return found
    raise CertificateNotFound(thumbprint=plain, place=folder)


def _identities(path: Path) -> Iterator[SigningCertificate]:
    """Certificates with keys in a file; files of other kinds give none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

    try:
        data = path.read_bytes()
        if path.suffix.lower() in (".pfx", ".p12"):
            password = os.environ.get("DTSERVE_CERTIFICATE_PASSWORD", "").encode("utf-8") or None
            key, certificate, others = pkcs12.load_key_and_certificates(data, password)
            if key is not None and certificate is not None:
                yield SigningCertificate(certificate, key, tuple(others))
        elif path.suffix.lower() == ".pem" and b"PRIVATE KEY" in data:
            first, *others = x509.load_pem_x509_certificates(data)
            yield SigningCertificate(first, load_pem_private_key(data, None), tuple(others))
    except (OSError, ValueError, TypeError):
        return


def _check_usage(certificate: Any) -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise SigningFailed(detail="the certificate is not valid today.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if ExtendedKeyUsageOID.CODE_SIGNING not in usage:
        raise SigningFailed(detail="the certificate does not allow code signing.")


def load_certificates(folder: Path | None) -> list[Any]:
    """All certificates in the ``.pem``, ``.crt`` and ``.cer`` files of a folder; unreadable files give none."""
    from cryptography import x509

    found: list[Any] = []
    for path in sorted(folder.glob("*")) if folder is not None and folder.is_dir() else []:
        if path.suffix.lower() not in (".pem", ".crt", ".cer"):
            continue
        try:
            data = path.read_bytes()
            if b"BEGIN CERTIFICATE" in data:
                found += x509.load_pem_x509_certificates(data)
            else:
                found.append(x509.load_der_x509_certificate(data))
        except (OSError, ValueError):
            continue
    return found


def chain_is_trusted(certificate: Any, others: list[Any], trusted: list[Any], at: datetime | None = None) -> bool:
    """Whether a certificate is trusted itself or was issued, through ``others``, by one that is."""
    at = at or datetime.now(UTC)
    current = certificate
    for _ in range(_MAXIMUM_CHAIN):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            return False
        if current in trusted or any(_issued(current, each) for each in trusted):
            return True
        issuer = next((each for each in others if each != current and _issued(current, each)), None)
        if issuer is None:
            return False
        current = issuer
    return False


def _issued(certificate: Any, issuer: Any) -> bool:
    """Whether ``issuer`` is an authority that signed ``certificate``."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return bool(constraints.ca)
