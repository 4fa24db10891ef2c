"""Text file log provider (CONFIG_LOGGING §3.3, EVENTS §3.1).

UTF-16 LE with byte order mark and CR LF; one header per file; runs are appended; no quoting: the
message is the last field and may hold commas and line ends.
"""

from __future__ import annotations

from typing import IO

from dtserve.controlflow.logging import LogEntry, LogProviderBase
from dtserve.controlflow.logproviders.errors import LogFileError
from dtserve.controlflow.logproviders.file_log import log_date, log_path
from dtserve.controlflow.registry import log_provider

__all__ = ["TextFileLogProvider"]

HEADER = "#Fields: event,computer,operator,source,sourceid,executionid,starttime,endtime,datacode,databytes,message\r\n"


@log_provider("LogProviderTextFile")
class TextFileLogProvider(LogProviderBase):
    """Appends comma-separated records."""

    _stream: IO[bytes] | None = None

    def open(self) -> None:
        """Open for appending; a new file gets the mark and the header."""
        path = log_path(self.package, self.config_string)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = path.open("ab")
            if self._stream.tell() == 0:
                self._stream.write(b"\xff\xfe" + HEADER.encode("utf-16-le"))
                self._stream.flush()
        except OSError as error:
            raise LogFileError(path=str(path), detail=error.strerror or str(error)) from error

    def write(self, entry: LogEntry) -> None:
        """One record."""
        if self._stream is None:
            return
        moment = log_date(entry.time)
        fields = (
            entry.event,
            entry.computer,
            entry.operator,
            entry.source,
            entry.source_id,
            entry.execution_id,
            moment,
            moment,
            str(entry.data_code),
            "0x" + entry.data_bytes.hex(),
            entry.message,
        )
        try:
            self._stream.write((",".join(fields) + "\r\n").encode("utf-16-le", "replace"))
            self._stream.flush()
        except OSError as error:
            raise LogFileError(path=self.config_string, detail=error.strerror or str(error)) from error

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
