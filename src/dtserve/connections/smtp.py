"""The SMTP connection manager (SMTP).

ConnectionString is ``SmtpServer=host;UseWindowsAuthentication=False;EnableSsl=False;``,
to which newer designers add ``Port`` and ``Timeout`` (milliseconds, 100000). SSIS has no
user and no password (CONTROL_FLOW §16): the server takes mail anonymously, or with
Windows authentication, which dtserve refuses by name. Servers that want a login get one by
the properties UserName and Password (also in the string), which are dtserve's own; they
stand in for Windows authentication, too, and go over TLS alone, but to this machine.
EnableSsl means STARTTLS, on port 465 TLS from the start.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any, ClassVar

from dtserve.connections.base import Connection
from dtserve.connections.connection_string import ConnectionString
from dtserve.connections.errors import BadConnectionString, MailFailed, UnsupportedConnection
from dtserve.connections.stored import is_true, to_int

__all__ = ["SmtpManager"]

DEFAULT_PORT = 25
DEFAULT_TIMEOUT = 100_000
TLS_PORT = 465
"""Where TLS begins with the first byte."""

_PARTS = ("SmtpServer", "UseWindowsAuthentication", "EnableSsl", "Port", "Timeout", "UserName")
_HERE = ("localhost", "127.0.0.1", "::1")


class SmtpManager(Connection):
    """SMTP."""

    kind: ClassVar[str] = "SMTP"

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        self._string = ConnectionString()
        self._parse(super().get_property("ConnectionString"))

    def _parse(self, text: str) -> None:
        try:
            self._string = ConnectionString(text, "adonet")
        except ValueError as error:
            raise BadConnectionString(name=self.name, detail=str(error)) from None
        if self._string.has("password"):
            self.set_secret("Password", self._string.get("password"))
            self._string.remove("password")
            super().set_property("ConnectionString", str(self._string))

    def set_property(self, name: str, value: str) -> None:
        """Set a property; parts of the connection string change the string and the other way round."""
        if name.lower() == "connectionstring":
            self._parse(value)
            super().set_property(name, str(self._string))
        elif name.lower() in (part.lower() for part in _PARTS):
            self._string.set(next(part for part in _PARTS if part.lower() == name.lower()), value)
            super().set_property("ConnectionString", str(self._string))
        else:
            super().set_property(name, value)

    def get_property(self, name: str, default: str = "") -> str:
        """A property by its SSIS name."""
        if name.lower() in (part.lower() for part in _PARTS):
            return self._string.get(name) or default
        return super().get_property(name, default)

    @property
    def server(self) -> str:
        """SmtpServer."""
        return self.get_property("SmtpServer").strip()

    def validate(self) -> None:
        """There must be a server, and no Windows authentication unless a user stands in for it."""
        if not self.server:
            raise MailFailed(server="", detail="SmtpServer is empty.")
        user = self.get_property("UserName")
        if is_true(self.get_property("UseWindowsAuthentication")) and not user:
            reason = "Windows authentication needs Windows; the properties UserName and Password stand in for it"
            raise UnsupportedConnection(kind="Connection manager", name=self.name, part="SMTP", reason=reason)
        host = self.server.partition(":")[0].lower()
        if user and not is_true(self.get_property("EnableSsl")) and host not in _HERE:
            raise MailFailed(server=self.server, detail="A password is sent over TLS only: EnableSsl must be True.")

    def send(self, message: EmailMessage, recipients: list[str]) -> None:
        """Hand one message over; raises MailFailed with the server's words."""
        self.validate()
        host, _, tail = self.server.partition(":")
        port = to_int(tail) or to_int(self.get_property("Port")) or DEFAULT_PORT
        timeout = (to_int(self.get_property("Timeout")) or DEFAULT_TIMEOUT) / 1000
        secure = is_true(self.get_property("EnableSsl"))
        try:
            client: smtplib.SMTP
            if secure and port == TLS_PORT:
                client = smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
            else:
                client = smtplib.SMTP(host, port, timeout=timeout)
            with client:
                if secure and port != TLS_PORT:
                    client.starttls(context=ssl.create_default_context())
                if self.get_property("UserName"):
                    client.login(self.get_property("UserName"), self.secret("Password"))
                refused = client.send_message(message, to_addrs=recipients)
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(server=self.server, detail=str(error)) from None
        if refused:
            raise MailFailed(server=self.server, detail=f"Refused: {', '.join(sorted(refused))}.")
