"""The Windows Event Log through pywin32; it has not been run on Windows, only against pywin32's interface."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from dtserve.service.system_log import IDENTIFIER, LONGEST, SystemLog

if TYPE_CHECKING:
    from dtserve.service.eventlog import ServiceEvent

__all__ = ["MESSAGE_FILE", "WindowsEventLog", "register_source"]

MESSAGE_FILE = r"Microsoft.NET\Framework64\v4.0.30319\EventLogMessages.dll"
"""Below %SystemRoot%: holds the text ``%1`` for every number up to 65535, so that entries show as they are written."""
LONGEST_STRING = min(LONGEST, 31_839)
"""Characters that ReportEvent takes in one string."""


class WindowsEventLog(SystemLog):
    """Entries of the source ``dtserve`` in the log Application; ImportError without pywin32."""

    def __init__(self) -> None:
        import win32evtlog
        import win32evtlogutil

        self.place = f"the Windows Event Log (Application, source {IDENTIFIER})"
        self._report = win32evtlogutil.ReportEvent
        self._types = {
            "error": win32evtlog.EVENTLOG_ERROR_TYPE,
            "warning": win32evtlog.EVENTLOG_WARNING_TYPE,
            "info": win32evtlog.EVENTLOG_INFORMATION_TYPE,
        }

    def write(self, kind: ServiceEvent, message: str) -> None:
        """Report one event with its number and category."""
        import pywintypes

        with contextlib.suppress(pywintypes.error):
            self._report(
                IDENTIFIER,
                kind.event_id,
                eventCategory=kind.category,
                eventType=self._types[kind.severity],
                strings=[message[:LONGEST_STRING]],
            )


def register_source() -> None:
    """Make the source known to the Event Viewer; takes the rights of an administrator. ImportError without pywin32."""
    import win32evtlogutil

    file = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), MESSAGE_FILE)
    win32evtlogutil.AddSourceToRegistry(IDENTIFIER, msgDLL=file)
