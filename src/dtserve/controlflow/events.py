"""Events of a run as small typed records (EVENTS.md, CONTROL_FLOW §6)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "EventSink"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    ``kind`` is the SSIS event name (``OnError``, ``OnWarning``, ``OnInformation``,
    ``OnProgress``, ``OnPreExecute``, ``OnPostExecute``, ``OnPreValidate``,
    ``OnPostValidate``, ``OnTaskFailed``, ``OnVariableValueChanged``, ``OnExecStatusChanged``,
    ``OnQueryCancel``, ``OnCustomEvent``, ``Diagnostic``, ``PackageStart``, ``PackageEnd``) or one of
    dtserve's own: ``RowsSent`` (data: path, component, target, rows),
    ``ComponentPhase`` (data: component, phase, seconds).

    ``source`` and ``source_id`` are name and DTSID of the executable that raised it,
    ``source_path`` its refId; ``subcomponent`` a data flow component; ``time`` seconds
    since the epoch; ``sequence`` is given by the sink, from 1 without gap.
    ``result`` on ``OnPostExecute`` and ``PackageEnd``: DTSExecResult (0 success,
    1 failure, 2 completion, 3 canceled).
    """

    kind: str
    source: str
    source_id: str = ""
    source_path: str = ""
    code: int = 0
    message: str = ""
    subcomponent: str = ""
    percent: int = -1
    result: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    time: float = field(default_factory=time.time)
    sequence: int = 0


EventSink = Callable[[Event], None]
"""Receives each event once, in order, possibly from several threads; must not raise."""
