"""The ways an alert goes: mail through the server of the settings, or a web hook."""

from __future__ import annotations

import contextlib
import http.client
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from dtserve.service.errors import AlertNotSent, BadAlert
from dtserve.service.home_paths import HomePaths

__all__ = ["CHANNELS", "Channels"]

CHANNELS = ("mail", "webhook")
TIMEOUT_SECONDS = 15.0
SECURITY = ("starttls", "tls", "none")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A web hook goes where the alert says, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""
        return


@dataclass(frozen=True)
class Channels:
    """Sends with the settings of a home."""

    home: HomePaths
    server_name: str

    def check(self, channel: str, target: str) -> None:
        """BadAlert when nothing could ever be sent that way."""
        if channel not in CHANNELS:
            raise BadAlert(detail=f"channel is one of {', '.join(CHANNELS)}.")
        if channel == "webhook":
            parts = urlsplit(target)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
                raise BadAlert(detail="target is an http or https address without user and password.")
            return
        settings = self.home.settings
        if not settings.text("mail.server") or not settings.text("mail.sender"):
            raise BadAlert(detail="mail.server and mail.sender are not set in dtserve.toml.")
        if settings.text("mail.security") not in SECURITY:
            raise BadAlert(detail=f"mail.security is one of {', '.join(SECURITY)}.")
        if "@" not in target or any(char in target for char in "\r\n"):
            raise BadAlert(detail="target is a mail address, or several with commas between.")

    def send(self, alert: dict[str, Any], row: dict[str, Any], event: str) -> None:
        """Send one message; AlertNotSent."""
        if alert["channel"] == "mail":
            self._mail(alert, row, event)
        else:
            self._post(alert, row, event)

    def _post(self, alert: dict[str, Any], row: dict[str, Any], event: str) -> None:
        names = (
            "id", "package_path", "package_name", "user", "state", "created", "started", "ended", "exit_code",
            "reason", "errors", "warnings", "attempt",
        )  # fmt: skip
        body = {
            "alert": alert["name"],
            "event": event,
            "server": self.server_name,
            "execution": {name: row[name] for name in names},
        }
        request = urllib.request.Request(
            alert["target"],
            data=json.dumps(body).encode("utf-8"),
            headers={"Content-Type": "application/json", "User-Agent": "dtserve"},
            method="POST",
        )
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read(1024)
        except urllib.error.HTTPError as error:
            with contextlib.closing(error):
                raise AlertNotSent(target=_host(alert["target"]), reason=f"HTTP status {error.code}") from None
        except http.client.HTTPException as error:  # its text may quote the address
            raise AlertNotSent(target=_host(alert["target"]), reason=f"no HTTP: {type(error).__name__}") from None
        except (OSError, ValueError) as error:
            raise AlertNotSent(target=_host(alert["target"]), reason=str(error)) from None

    def _mail(self, alert: dict[str, Any], row: dict[str, Any], event: str) -> None:
        settings, words = self.home.settings, event.replace("_", " ")
        server = settings.text("mail.server")
        try:
            message = EmailMessage()
            message["From"], message["To"] = settings.text("mail.sender"), alert["target"]
            message["Subject"] = " ".join(f"[{self.server_name}] {row['package_name']}: {words}".split())
            message["Message-ID"] = make_msgid(domain="dtserve.invalid")
            message.set_content(_text(alert, row, words, self.server_name))
            with self._connect(server, settings.number("mail.port"), settings.text("mail.security")) as client:
                if user := settings.text("mail.user"):
                    client.login(user, self._password())
                client.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            reason = f"SMTP code {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else str(error)
            raise AlertNotSent(target=server, reason=reason) from None

    def _connect(self, server: str, port: int, security: str) -> smtplib.SMTP:
        if security == "tls":
            return smtplib.SMTP_SSL(server, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        client = smtplib.SMTP(server, port, timeout=TIMEOUT_SECONDS)
        if security == "starttls":
            try:
                client.starttls(context=ssl.create_default_context())
            except (OSError, smtplib.SMTPException):
                client.close()
                raise
        return client

    def _password(self) -> str:
        file = self.home.path / self.home.settings.text("mail.password_file")
        return file.read_text(encoding="utf-8").rstrip("\r\n")


def _host(url: str) -> str:
    """Where an address leads, without its path: hooks often carry a secret in it."""
    return urlsplit(url).hostname or "the web hook"


def _text(alert: dict[str, Any], row: dict[str, Any], words: str, server: str) -> str:
    lines = [
        f"Package:   {row['package_path']}",
        f"Event:     {words}",
        f"Server:    {server}",
        f"Execution: {row['id']}",
        f"Started:   {_moment(row['started'])} by {row['user']}",
        f"Ended:     {_moment(row['ended'])}",
        f"Exit code: {'' if row['exit_code'] is None else row['exit_code']}",
        f"Errors:    {row['errors']}   Warnings: {row['warnings']}",
    ]
    if row["reason"]:
        lines += ["", row["reason"]]
    return "\n".join([*lines, "", f"(alert: {alert['name']})", ""])


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
