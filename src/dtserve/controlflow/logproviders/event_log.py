"""Windows Event Log provider (EVENTS §3.4): away from Windows the system log (syslog) stands for it.

An entry has the body of SSIS's event-log entries on one line; errors and failed tasks have severity
error, warnings warning, everything else information.
"""

from __future__ import annotations

import sys

from dtserve.controlflow.errors import UnsupportedPart
from dtserve.controlflow.logging import LogEntry, LogProviderBase
from dtserve.controlflow.logproviders.file_log import log_date
from dtserve.controlflow.registry import log_provider

__all__ = ["EventLogProvider", "event_id", "event_text"]

SOURCE = "SQLISPackage"
IDS = {
    "OnPreExecute": 12545, "OnPostExecute": 12546, "OnPreValidate": 12547, "OnPostValidate": 12548,
    "OnWarning": 12549, "OnError": 12550, "OnTaskFailed": 12551, "OnProgress": 12552, "OnExecStatusChanged": 12553,
    "OnVariableValueChanged": 12554, "PackageStart": 12556, "PackageEnd": 12557, "OnInformation": 12558,
}  # fmt: skip
"""Event → id in the event log; others have that of a custom event."""
CUSTOM = 12555


def event_id(event: str) -> int:
    """The id of an entry in Windows' event log, by which administrators filter.

    >>> event_id("OnError"), event_id("ExecuteSQLExecutingQuery")
    (12550, 12555)
    """
    return IDS.get(event, CUSTOM)


def event_text(entry: LogEntry) -> str:
    """The body of an entry on one line."""
    parts = (
        ("Event Name", entry.event),
        ("Message", entry.message.strip().replace("\r", " ").replace("\n", " ")),
        ("Operator", entry.operator),
        ("Source Name", entry.source),
        ("Source ID", entry.source_id),
        ("Execution ID", entry.execution_id),
        ("Start Time", log_date(entry.time)),
        ("End Time", log_date(entry.time)),
        ("Data Code", str(entry.data_code)),
    )
    return "; ".join(f"{name}: {value}" for name, value in parts)


@log_provider("LogProviderEventLog")
class EventLogProvider(LogProviderBase):
    """Writes to the system log."""

    def open(self) -> None:
        """Nothing to open; refused on Windows, whose event log is not written to."""
        if sys.platform == "win32":
            raise UnsupportedPart(
                kind="Log provider", name=self.name, part="LogProviderEventLog", reason="it is not written on Windows."
            )

    def write(self, entry: LogEntry) -> None:
        """One line."""
        if sys.platform == "win32":
            return
        import syslog

        levels = {"OnError": syslog.LOG_ERR, "OnTaskFailed": syslog.LOG_ERR, "OnWarning": syslog.LOG_WARNING}
        priority = levels.get(entry.event, syslog.LOG_INFO) | syslog.LOG_USER
        syslog.syslog(priority, f"{SOURCE}: Event ID: {event_id(entry.event)}; {event_text(entry)}")

    def close(self) -> None:
        """Nothing to close."""
