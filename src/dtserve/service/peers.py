"""What a connection itself tells of the caller: the user of the local socket, the client's certificate.

Both are handed to the application in the request's scope, where no header can put them. The socket is the
place of Windows authentication: the kernel says who is at the other end (SO_PEERCRED).
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from dtserve.service.access_errors import SocketUnavailable
from dtserve.service.api.guard import CERTIFICATE, PEER

__all__ = ["PeerProtocol", "certificate_subject", "close_certified", "open_local_socket"]

_CREDENTIALS = struct.Struct("3i")
SOCKET_MODE, FOLDER_MODE = 0o666, 0o711
"""Anybody who can reach the folder may connect: who it is, the kernel tells; what it may, the grants."""


class PeerProtocol(H11Protocol):
    """HTTP/1.1 whose requests know the connection's user or certificate; ``certified`` with one of the client's."""

    certified = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask the connection once, for all of its requests."""
        super().connection_made(transport)
        facts: dict[str, Any] = {}
        channel = transport.get_extra_info("socket")
        if channel is not None and channel.family == getattr(socket, "AF_UNIX", None):
            _, uid, gid = _CREDENTIALS.unpack(
                channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            )
            facts[PEER] = (uid, gid)
            self.client = None
        tls = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if isinstance(tls, ssl.SSLObject) else None
        if certificate:
            facts[CERTIFICATE] = certificate_subject(certificate)
            self.certified = True
        if facts:
            self.app = _with(self.app, facts)


def close_certified(connections: Iterable[object]) -> None:
    """Close those with a client certificate, busy ones after their answer: the next handshake looks at it again."""
    for each in list(connections):
        if isinstance(each, PeerProtocol) and each.certified:
            each.shutdown()


def _with(app: ASGIApp, facts: dict[str, Any]) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {**scope.get("extensions", {}), **facts}
        await app(scope, receive, send)

    return serve


def certificate_subject(der: bytes) -> str:
    """The subject as RFC 4514 writes it: ``CN=alice,O=Example``."""
    from cryptography import x509

    return x509.load_der_x509_certificate(der).subject.rfc4514_string()


def open_local_socket(path: Path) -> socket.socket:
    """Listen at ``path``, replacing what a former service left; SocketUnavailable.

    Long paths go through the folder's descriptor: an address has room for 107 bytes only.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        raise SocketUnavailable(path=path, reason="this system does not tell who is at the other end")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        os.chmod(path.parent, FOLDER_MODE)
        path.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(f"/proc/self/fd/{folder}/{path.name}")
            os.chmod(path, SOCKET_MODE)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        finally:
            os.close(folder)
    except OSError as error:
        raise SocketUnavailable(path=path, reason=error.strerror or str(error)) from None
    return listener
