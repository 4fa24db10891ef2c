"""XML file log provider (CONFIG_LOGGING §3.4, EVENTS §3.2).

UTF-16 LE with byte order mark: ``dtslogs`` with one ``dtslog`` per run, its records on one line. The file
is well-formed after each record: the closing tags are written again behind it.
"""

from __future__ import annotations

import re
from typing import IO
from xml.sax.saxutils import escape

from dtserve.controlflow.logging import LogEntry, LogProviderBase
from dtserve.controlflow.logproviders.errors import LogFileError
from dtserve.controlflow.logproviders.file_log import log_date, log_path
from dtserve.controlflow.registry import log_provider

__all__ = ["XmlFileLogProvider"]

START = '<?xml version="1.0"?>\r\n<dtslogs>\r\n'
END = "</dtslogs>"
RUN_START = "\t<dtslog>\r\n"
RUN_END = "\t</dtslog>\r\n"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
TAIL_BYTES = len((RUN_END + END).encode("utf-16-le"))


@log_provider("LogProviderXMLFile")
class XmlFileLogProvider(LogProviderBase):
    """Appends records as elements."""

    _stream: IO[bytes] | None = None

    def open(self) -> None:
        """Open the file and begin this run's ``dtslog``."""
        path = log_path(self.package, self.config_string)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not path.exists() or path.stat().st_size == 0
            self._stream = path.open("r+b" if path.exists() else "w+b")
            if fresh:
                self._stream.write(b"\xff\xfe" + _bytes(START))
            else:
                self._cut(_bytes(END), str(path))
                self._stream.write(_bytes("\r\n"))
            self._stream.write(_bytes(RUN_START + RUN_END + END))
            self._stream.flush()
        except OSError as error:
            raise LogFileError(path=str(path), detail=error.strerror or str(error)) from error

    def _cut(self, ending: bytes, path: str) -> None:
        """Take ``ending`` off the end of the file; LogFileError when it does not end so."""
        stream = self._stream
        if stream is None:
            return
        size = stream.seek(0, 2)
        stream.seek(max(size - 4096, 0))
        tail = stream.read()
        at = tail.rfind(ending)
        if at < 0 or tail[at + len(ending) :].strip(b"\0\r\n\t "):
            raise LogFileError(path=path, detail="it is no log file: it does not end with </dtslogs>")
        stream.seek(size - len(tail) + at)
        stream.truncate()

    def write(self, entry: LogEntry) -> None:
        """One record, in front of the closing tags."""
        if self._stream is None:
            return
        moment = log_date(entry.time)
        fields = (
            ("event", entry.event),
            ("message", entry.message),
            ("computer", entry.computer),
            ("operator", entry.operator),
            ("source", entry.source),
            ("sourceid", entry.source_id),
            ("executionid", entry.execution_id),
            ("starttime", moment),
            ("endtime", moment),
            ("datacode", str(entry.data_code)),
            ("databytes", "0x" + entry.data_bytes.hex()),
        )
        inner = "".join(f"<{name}>{escape(_FORBIDDEN.sub('?', value))}</{name}>" for name, value in fields)
        try:
            self._stream.seek(-TAIL_BYTES, 2)
            self._stream.write(_bytes(f"<record>{inner}</record>{RUN_END}{END}"))
            self._stream.flush()
        except OSError as error:
            raise LogFileError(path=self.config_string, detail=error.strerror or str(error)) from error

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _bytes(text: str) -> bytes:
    return text.encode("utf-16-le")
