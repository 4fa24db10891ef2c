"""Certificates made for a test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Identity = tuple[Any, Any]


def _make(name: str, issuer: Identity | None, ca: bool, usage: Any, days: int) -> Identity:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0].subject if issuer else subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca, None), True)
    )  # fmt: skip
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def authority(name: str, issuer: Identity | None = None) -> Identity:
    """A certificate authority with its key."""
    return _make(name, issuer, True, None, 30)


def leaf(name: str, issuer: Identity, *, code_signing: bool = True, days: int = 30) -> Identity:
    """A certificate for signing code, or for a server, with its key."""
    usage = ExtendedKeyUsageOID.CODE_SIGNING if code_signing else ExtendedKeyUsageOID.SERVER_AUTH
    return _make(name, issuer, False, usage, days)


def store(path: Path, identity: Identity, password: str = "") -> None:
    """Write certificate and key as .pem or .pfx."""
    certificate, key = identity
    if path.suffix == ".pfx":
        encryption = serialization.BestAvailableEncryption(password.encode())
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, encryption))
        return
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
