"""The FTP connection manager (FTP).

ConnectionString is ``host:port``; ServerName, ServerPort, ServerUserName, ServerPassword,
TimeOut (seconds, 60; 0 waits for ever), ChunkSize (KB, 1), Retries (5) and UsePassiveMode
(False) stand in an element of their own. Source: CONTROL_FLOW §15, APPENDIX FTP.
"""

from __future__ import annotations

import ftplib
import time
from typing import Any, ClassVar

from dtserve.connections.base import Connection
from dtserve.connections.errors import FtpFailed
from dtserve.connections.stored import decode, is_true, nested, to_int

__all__ = ["FtpManager"]

DEFAULTS = {
    "ServerPort": "21", "ServerUserName": "anonymous", "TimeOut": "60", "ChunkSize": "1", "Retries": "5",
    "UsePassiveMode": "False",
}  # fmt: skip
RETRY_PAUSE = 0.2
"""Seconds between two attempts to connect; SSIS' pause is not documented (UNVERIFIED)."""


class FtpManager(Connection):
    """FTP."""

    kind: ClassVar[str] = "FTP"

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        stored = {name: decode(value) for name, value in nested(model.xml, "FtpConnection").items()}
        known = {name.lower() for name in self.properties}
        for name, value in {**DEFAULTS, **stored}.items():
            if name.lower() not in known:
                super().set_property(name, value)
        if not super().get_property("ServerName"):
            self._split(super().get_property("ConnectionString"))

    def _split(self, text: str) -> None:
        host, colon, port = text.strip().rpartition(":")
        super().set_property("ServerName", host if colon else text.strip())
        super().set_property("ServerPort", port if colon and port.isdigit() else DEFAULTS["ServerPort"])

    def set_property(self, name: str, value: str) -> None:
        """Set a property; ConnectionString and ServerName/ServerPort follow each other."""
        super().set_property(name, value)
        if name.lower() == "connectionstring":
            self._split(value)
        elif name.lower() in ("servername", "serverport"):
            host, port = self.get_property("ServerName"), self.get_property("ServerPort")
            super().set_property("ConnectionString", f"{host}:{port}")

    @property
    def chunk_bytes(self) -> int:
        """ChunkSize in bytes."""
        return max(to_int(self.get_property("ChunkSize"), 1), 1) * 1024

    def client(self) -> ftplib.FTP:
        """A logged-in client, after up to Retries further attempts; the caller closes it.

        Raises FtpFailed with the server's last words; a refused login is not tried again.
        """
        host = self.get_property("ServerName")
        port = to_int(self.get_property("ServerPort")) or 21
        seconds = to_int(self.get_property("TimeOut"), 60)
        last = "ServerName is empty."
        for attempt in range(max(to_int(self.get_property("Retries"), 5), 0) + 1 if host else 0):
            if attempt:
                time.sleep(RETRY_PAUSE)
            client = ftplib.FTP(timeout=seconds or None)
            try:
                client.connect(host, port)
                client.login(self.get_property("ServerUserName"), self.secret("ServerPassword"))
                client.set_pasv(is_true(self.get_property("UsePassiveMode")))
                return client
            except ftplib.error_perm as error:
                client.close()
                raise FtpFailed(name=self.name, detail=str(error)) from None
            except (OSError, EOFError, ftplib.Error) as error:
                client.close()
                last = str(error) or type(error).__name__
        raise FtpFailed(name=self.name, detail=last)

    def validate(self) -> None:
        """There must be a server."""
        if not self.get_property("ServerName"):
            raise FtpFailed(name=self.name, detail="ServerName is empty.")
