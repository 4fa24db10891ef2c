"""The log of the operating system, where the entries of the service's event log go as well (SERVICE §3).

journald by its native protocol (systemd.journal-fields, «Native Journal Protocol»), syslog where there is no
journald, the Windows Event Log through pywin32. What the system's log does not take is left out there: the
service's own event log has it.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import socket
import struct
import sys
import uuid
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.service.errors import SystemLogUnavailable
from dtserve.service.settings import Settings

if TYPE_CHECKING:
    from dtserve.service.eventlog import ServiceEvent

__all__ = ["IDENTIFIER", "Journald", "NoSystemLog", "Syslog", "SystemLog", "message_id", "open_system_log"]

IDENTIFIER = "dtserve"
"""The name under which the system's log shows the service: SYSLOG_IDENTIFIER, and the source on Windows."""
LONGEST = 60_000
"""Bytes of a message: one datagram takes it, however small the system's buffers are."""
SYSLOG_SOCKET = "/var/run/syslog" if sys.platform == "darwin" else "/dev/log"
PRIORITIES = {"error": 3, "warning": 4, "info": 6}
DAEMON = 3
_NAMESPACE = uuid.UUID("3c5fd5f5-5a2e-5a86-9d0f-0f4e0a4f7c11")


class SystemLog(ABC):
    """Where entries go; ``place`` tells it to people."""

    place: str

    @abstractmethod
    def write(self, kind: ServiceEvent, message: str) -> None:
        """Pass an entry on; never raises and never waits."""

    def close(self) -> None:
        """Let go of it."""
        return


class NoSystemLog(SystemLog):
    """There is none, or none is wanted."""

    place = "no log of the operating system"

    def write(self, kind: ServiceEvent, message: str) -> None:
        """Leave it."""


def message_id(symbol: str) -> str:
    """The MESSAGE_ID of a kind of entry: ``journalctl MESSAGE_ID=…`` finds all of it.

    >>> message_id("DTS_MSG_SERVER_STARTED")
    'e697933d2d9d5f9bb3eb3d1d53c02d54'
    """
    return uuid.uuid5(_NAMESPACE, symbol).hex


class Journald(SystemLog):
    """The journal of systemd."""

    def __init__(self, path: Path) -> None:
        self.place = f"journald ({path})"
        self._path = str(path)
        self._socket = socket.socket(getattr(socket, "AF_UNIX", 0), socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def write(self, kind: ServiceEvent, message: str) -> None:
        """One datagram; a journal that is full or away gets nothing."""
        fields = {
            "MESSAGE": _cut(message),
            "MESSAGE_ID": message_id(kind.symbol),
            "PRIORITY": str(PRIORITIES[kind.severity]),
            "SYSLOG_FACILITY": str(DAEMON),
            "SYSLOG_IDENTIFIER": IDENTIFIER,
            "EVENT_ID": str(kind.event_id),
            "EVENT_SYMBOL": kind.symbol,
            "EVENT_CATEGORY": str(kind.category),
        }
        with contextlib.suppress(OSError):
            self._socket.sendto(b"".join(_field(name, value) for name, value in fields.items()), self._path)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _field(name: str, value: str) -> bytes:
    """One field: a line, or with its length before it where the value has lines of its own."""
    raw = value.encode("utf-8", "replace")
    if b"\n" not in raw:
        return name.encode() + b"=" + raw + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"


def _cut(message: str) -> str:
    return message.encode("utf-8", "replace")[:LONGEST].decode("utf-8", "ignore")


class _QuietHandler(logging.handlers.SysLogHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A syslog that is away loses its copy."""


class Syslog(SystemLog):
    """The syslog socket of this machine (RFC 3164)."""

    def __init__(self, path: Path) -> None:
        self.place = f"syslog ({path})"
        self._handler = _QuietHandler(str(path), facility=logging.handlers.SysLogHandler.LOG_DAEMON)
        self._handler.ident = f"{IDENTIFIER}: "
        self._handler.append_nul = False

    def write(self, kind: ServiceEvent, message: str) -> None:
        """One line: number and text."""
        level = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}[kind.severity]
        text = f"{kind.event_id} {' '.join(_cut(message).split())}"
        self._handler.handle(logging.LogRecord(IDENTIFIER, level, "", 0, text, None, None))

    def close(self) -> None:
        """Close the socket."""
        self._handler.close()


def open_system_log(settings: Settings) -> SystemLog:
    """The log that ``service.system_log`` names; SystemLogUnavailable when one was named that is not there.

    ``auto`` takes the first that is there, or none.
    """
    wanted = settings.text("service.system_log")
    if wanted == "none":
        return NoSystemLog()
    if wanted == "windows" or (wanted == "auto" and sys.platform == "win32"):
        return _windows(required=wanted == "windows")
    for kind, setting, opened in (
        ("journald", "service.journal_socket", Journald),
        ("syslog", "service.syslog_socket", Syslog),
    ):
        path = Path(settings.text(setting) or SYSLOG_SOCKET)
        if wanted not in ("auto", kind):
            continue
        try:
            if not path.is_socket():
                raise FileNotFoundError(2, "there is no such socket")
            return opened(path)
        except OSError as error:
            if wanted == kind:
                raise SystemLogUnavailable(kind=kind, reason=f"{path}: {error.strerror or error}") from None
    return NoSystemLog()


def _windows(*, required: bool) -> SystemLog:
    from dtserve.service.windows_event_log import WindowsEventLog

    try:
        return WindowsEventLog()
    except ImportError:
        if required:
            raise SystemLogUnavailable(kind="windows", reason="pywin32 is not installed: dtserve[windows]") from None
        return NoSystemLog()
