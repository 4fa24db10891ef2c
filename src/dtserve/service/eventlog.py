"""The service's event log: what Log File Viewer shows for SQL Server Integration Services (SERVICE §3)."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dtserve.service import schema
from dtserve.service.state import State
from dtserve.service.system_log import NoSystemLog, SystemLog

__all__ = ["SERVICE_EVENTS", "EventLog", "ServiceEvent"]

_log = logging.getLogger("dtserve.service")


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """One kind of entry; ``category`` 1 is service control, 2 running package management."""

    event_id: int
    symbol: str
    severity: str
    category: int
    text: str


SERVICE_EVENTS: Mapping[str, ServiceEvent] = {
    e.symbol: e
    for e in (
        ServiceEvent(256, "DTS_MSG_SERVER_STARTING", "info", 1, "Starting Microsoft SSIS Service.\nServer version {0}"),
        ServiceEvent(257, "DTS_MSG_SERVER_STARTED", "info", 1, "Microsoft SSIS Service started.\nServer version {0}"),
        ServiceEvent(
            258, "DTS_MSG_SERVER_STOPPING", "info", 1,
            "Stopping Microsoft SSIS Service.\n\nStop all running packages on exit: {0}",
        ),
        ServiceEvent(259, "DTS_MSG_SERVER_STOPPED", "info", 1, "Microsoft SSIS Service stopped.\nServer version {0}"),
        ServiceEvent(
            260, "DTS_MSG_SERVER_START_FAILED", "error", 1, "Microsoft SSIS Service failed to start.\nError: {0}"
        ),
        ServiceEvent(261, "DTS_MSG_SERVER_STOP_ERROR", "error", 1, "Error stopping Microsoft SSIS Service.\nError: {0}"),
        ServiceEvent(
            272, "DTS_MSG_SERVER_MISSING_CONFIG", "warning", 1,
            "Microsoft SSIS Service configuration file does not exist.\nLoading with default settings.",
        ),
        ServiceEvent(
            273, "DTS_MSG_SERVER_BAD_CONFIG", "warning", 1,
            "Microsoft SSIS Service configuration file is incorrect.\nError reading config file: {0}\n\n"
            "Loading server with default settings.",
        ),
        ServiceEvent(
            274, "DTS_MSG_SERVER_MISSING_CONFIG_REG", "warning", 1,
            "Microsoft SSIS Service:\nRegistry setting specifying configuration file does not exist.\n"
            "Attempting to load default config file.",
        ),
        ServiceEvent(
            336, "DTS_MSG_SERVER_STOPPING_PACKAGE", "info", 2,
            "Microsoft SSIS Service: stopping running package.\nPackage instance ID: {0}\nPackage ID: {1}\n"
            "Package name: {2}\nPackage description: {3}\nPackage started by: {4}.",
        ),
        # SERVICE §3: DistributedCOM writes 10016 when a right is missing.
        ServiceEvent(
            10016, "DTS_MSG_ACCESS_DENIED", "warning", 1,
            "The permission settings do not grant {0} permission for the Integration Services service to the user "
            "{1} from address {2}.",
        ),
    )
}  # fmt: skip


class EventLog:
    """Writes and lists entries; each also goes to the process's own log and to the operating system's."""

    def __init__(self, state: State, system: SystemLog | None = None) -> None:
        self._state = state
        self._system = system or NoSystemLog()

    def write(self, symbol: str, *facts: object) -> None:
        """Write the entry of this symbol; ``facts`` fill its text in order."""
        kind = SERVICE_EVENTS[symbol]
        message = kind.text.format(*facts)
        _log.log(
            {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}[kind.severity],
            "%s %s",
            kind.event_id,
            message.replace("\n", " "),
        )
        self._system.write(kind, message)
        with self._state.write() as connection:
            connection.execute(
                schema.event_log.insert().values(
                    time=time.time(), event_id=kind.event_id, symbol=symbol, severity=kind.severity,
                    category=kind.category, message=message,
                )
            )  # fmt: skip

    def entries(self, *, limit: int = 200, before: int | None = None) -> list[dict[str, Any]]:
        """The latest entries, newest first; ``before`` pages on from an entry's number."""
        query = sa.select(schema.event_log).order_by(schema.event_log.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(schema.event_log.c.number < before)
        with self._state.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
