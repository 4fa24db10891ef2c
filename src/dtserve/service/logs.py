"""What the service writes to standard error while it runs: lines for people, or JSON for what collects logs.

Everything is written with :mod:`logging` and ``extra=`` fields; structlog puts in what belongs to the request
(``request_id``) and renders it. No field and no text shows a secret: request bodies, queries and
headers are never logged, values behind words such as ``password=`` are hidden, traces show no variables.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import IO, Any

from dtserve.service.settings import Settings

__all__ = ["FORMATS", "HIDDEN", "LEVELS", "configure_logs", "hide_secrets"]

FORMATS = ("console", "json")
LEVELS = ("debug", "info", "warning", "error")
OWN = "dtserve"
HIDDEN = "***"
SECRET_FIELD = re.compile(r"password|pwd|secret|token|authorization|cookie|decrypt", re.IGNORECASE)
SECRET_TEXT = re.compile(
    r"""(?P<word>\b(?:password|pwd|secret|token|authorization|decrypt)\b["']?\s*[=:]\s*(?:bearer\s+)?|\bbearer\s+|://[^/\s:@]*:)"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s;,&@"']+)""",
    re.IGNORECASE,
)


def hide_secrets(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A step of structlog: hides values of secret fields, and secrets that a text spells out.

    >>> hide_secrets(None, "", {"event": "opening Data Source=x;Password=abc;Timeout=3", "token": "t"})
    {'event': 'opening Data Source=x;Password=***;Timeout=3', 'token': '***'}
    """
    for name, value in entry.items():
        if SECRET_FIELD.search(name):
            entry[name] = HIDDEN
        elif isinstance(value, str):
            entry[name] = SECRET_TEXT.sub(rf"\g<word>{HIDDEN}", value)
    return entry


def configure_logs(settings: Settings, stream: IO[str] | None = None) -> None:
    """Have everything that is logged from now on written as ``log.format`` and ``log.level`` say, to standard error."""
    import structlog

    stream = stream or sys.stderr
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            hide_secrets,
            _renderer(settings.text("log.format"), colors=stream.isatty()),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(settings.text("log.level").upper())


def _renderer(form: str, *, colors: bool) -> Any:
    import structlog

    if form == "json":
        return structlog.processors.JSONRenderer(default=str)
    return structlog.dev.ConsoleRenderer(
        colors=colors, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
