"""Where the service listens and how it is protected there: loopback by default, TLS elsewhere, client certificates."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dtserve.service.access_errors import BadCertificate, InsecureAddress
from dtserve.service.settings import Settings

__all__ = ["Tls", "check_revocation_list", "fingerprint", "is_loopback", "self_signed", "tls_of"]

BEGIN_LIST = b"-----BEGIN X509 CRL-----"
_log = logging.getLogger("dtserve.service.tls")
SELF_SIGNED_DAYS = 397
"""As long as browsers take a certificate at all."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificate, key, the authority whose client certificates are taken (none when empty), and what it revoked."""

    certificate: Path
    key: Path
    client_authority: str = ""
    revoked: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The files it is read from."""
        return tuple(str(each) for each in (self.certificate, self.key, self.client_authority, self.revoked) if each)

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS 1.2 or later; BadCertificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key, password=lambda: b"")
        except (OSError, ssl.SSLError) as error:
            raise BadCertificate(path=self.certificate, reason=_reason(error)) from None
        if self.client_authority:
            try:
                context.load_verify_locations(cafile=self.client_authority)
            except (OSError, ssl.SSLError) as error:
                raise BadCertificate(path=self.client_authority, reason=_reason(error)) from None
            context.verify_mode = ssl.CERT_OPTIONAL
        if self.revoked:
            self._refuse_revoked(context)
        return context

    def _refuse_revoked(self, context: ssl.SSLContext) -> None:
        """Have handshakes fail with certificates that the list names, and with all once the list has run out."""
        if not self.client_authority:
            raise BadCertificate(path=self.revoked, reason="service.client_ca names no authority")
        try:
            check_revocation_list(Path(self.revoked).read_bytes())
            context.load_verify_locations(cafile=self.revoked)
        except (OSError, ValueError) as error:
            raise BadCertificate(path=self.revoked, reason=_reason(error)) from None
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF


def check_revocation_list(data: bytes) -> None:
    """ValueError unless each list in PEM can be read; a warning for one that has run out: it refuses everybody."""
    from cryptography import x509

    parts = [BEGIN_LIST + each for each in data.split(BEGIN_LIST)[1:]]
    if not parts:
        raise ValueError("it holds no revocation list in PEM")
    for each in parts:
        known = x509.load_pem_x509_crl(each)
        if known.next_update_utc is not None and known.next_update_utc < datetime.now(UTC):
            issuer = known.issuer.rfc4514_string()
            _log.warning("the revocation list of %s has run out: no client certificate is taken", issuer)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def tls_of(settings: Settings, home: Path, *, self_sign: bool = False, insecure: bool = False) -> Tls | None:
    """The TLS that the settings and the command line ask for; InsecureAddress without any on an open address."""
    host = settings.text("service.listen_host")
    certificate, key = (settings.text(f"service.tls_{each}") for each in ("certificate", "key"))
    authority, revoked = settings.text("service.client_ca"), settings.text("service.client_crl")
    if certificate:
        return Tls(Path(certificate), Path(key or certificate), authority, revoked)
    if self_sign:
        return Tls(*self_signed(home / "tls", host), authority, revoked)
    if not is_loopback(host) and not insecure:
        raise InsecureAddress(host=host)
    return None


def self_signed(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself: the one made before, unless it is nearly over."""
    from cryptography import x509

    certificate, key = folder / "self-signed.pem", folder / "self-signed.key"
    if certificate.exists() and key.exists():
        known = x509.load_pem_x509_certificate(certificate.read_bytes())
        if known.not_valid_after_utc > datetime.now(UTC) + timedelta(days=7):
            return certificate, key
    _make(certificate, key, host)
    return certificate, key


def _make(certificate: Path, key: Path, host: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = socket.gethostname()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64] or "dtserve")])
    names: list[x509.GeneralName] = [
        x509.DNSName(each) for each in dict.fromkeys((name, socket.getfqdn(), "localhost"))
    ]
    addresses = {"127.0.0.1", "::1", *_addresses(name)} | ({host} if host not in ("0.0.0.0", "::") else set())
    for each in sorted(addresses):
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(each)))
        except ValueError:
            names.append(x509.DNSName(each))
    now = datetime.now(UTC)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    made = (
        x509.CertificateBuilder(subject, subject, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=SELF_SIGNED_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=False)
        .sign(private, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    text = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    certificate.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(text)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _addresses(name: str) -> set[str]:
    try:
        return {str(each[4][0]).partition("%")[0] for each in socket.getaddrinfo(name, None)}
    except OSError:
        return set()


def fingerprint(certificate: Path) -> str:
    """The SHA-256 of a certificate, as browsers show it: to be compared by whoever connects first. BadCertificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    try:
        digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    except (OSError, ValueError) as error:
        raise BadCertificate(path=certificate, reason=_reason(error)) from None
    return ":".join(f"{byte:02X}" for byte in digest)


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
