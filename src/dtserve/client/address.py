"""Where a service is and how it is trusted: a URL with its certificate's authority, or the local socket."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dtserve.client.errors import ConnectFailed, FingerprintDiffers, InvalidServerName
from dtserve.errors import UsageError

__all__ = ["DEFAULT_PORT", "LOCAL_NAMES", "Address", "fetch_certificate"]

DEFAULT_PORT = 8730
LOCAL_NAMES = frozenset({"", ".", "(local)", "localhost"})
"""Names that mean this machine (SERVICE §4)."""


@dataclass(frozen=True, slots=True)
class Address:
    """A service's address.

    ``authority`` is a PEM file to trust instead of the system's; ``pinned`` tells that it is the service's own
    certificate, whatever name it was given. ``certificate`` and ``key`` are the client's own, to sign in with.
    """

    url: str
    socket: Path | None = None
    authority: str = ""
    pinned: bool = False
    certificate: str = ""
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that a name or URL means; InvalidServerName for ``server\\instance``, UsageError.

        >>> Address.parse("prod01").url
        'https://prod01:8730'
        """
        if "://" not in text:
            if "\\" in text:
                raise InvalidServerName(server=text)
            text = f"https://{text}"
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.username:
            raise UsageError(
                detail=f'"{parts.scheme}://{parts.hostname}" is no address of a service: https://NAME:PORT.'
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        try:
            port = parts.port or DEFAULT_PORT
        except ValueError:
            raise UsageError(detail=f'The port of "{parts.hostname}" is no number.') from None
        return cls(f"{parts.scheme}://{host}:{port}")

    @classmethod
    def local(cls, socket: Path) -> Address:
        """This machine's service, through its local socket."""
        return cls("http://localhost", socket=socket)

    @property
    def shown(self) -> str:
        """The address for messages."""
        return str(self.socket) if self.socket else self.url

    def context(self) -> ssl.SSLContext:
        """The client's side of TLS; ConnectFailed when a file cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.authority or None)
            if self.pinned:
                context.check_hostname = False
                context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key or None, password=lambda: b"")
        except OSError as error:
            raise ConnectFailed(server=self.shown, reason=f"a certificate file cannot be used ({error})") from None
        return context


def fetch_certificate(address: Address, fingerprint: str) -> str:
    """The certificate at an address, as PEM, when it has that SHA-256 fingerprint; FingerprintDiffers, ConnectFailed."""
    import hashlib

    parts = urlsplit(address.url)
    try:
        pem = ssl.get_server_certificate((parts.hostname or "", parts.port or DEFAULT_PORT), timeout=10)
    except OSError as error:
        raise ConnectFailed(server=address.shown, reason=str(error)) from None
    found = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    if found != fingerprint.replace(":", "").replace(" ", "").upper():
        shown = ":".join(found[at : at + 2] for at in range(0, len(found), 2))
        raise FingerprintDiffers(server=address.shown, found=shown)
    return pem
