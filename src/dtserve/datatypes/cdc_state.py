"""The state of a change data capture run, the text that the CDC Control Task and the CDC Source share.

``TFSTART/CS/0x0000030D000000AE0003/CE/0x0000159D1E0F01000000/TS/2011-08-09T05:30:43.9344900/``: the name of the
state, then parts in any order: ``CS`` the last position already processed, ``CE`` the last one of this run, ``IR``
the positions just before and just after the initial load (the second one empty while it runs), ``TS`` when the state
was written (UTC), ``ER``, always the last, a short text of the error. Empty text is the initial state.
A position is a log sequence number, ten bytes. Source: CONTROL_FLOW §25, "Define a State Variable".
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dtserve.datatypes.errors import CdcStateInvalid

__all__ = ["LSN_LENGTH", "CdcState", "CdcStateName", "format_lsn", "parse_cdc_state", "parse_lsn", "timestamp_now"]

LSN_LENGTH = 10
"""Bytes of a log sequence number."""

_LSN = re.compile(r"0x([0-9A-Fa-f]{1,20})\Z")


class CdcStateName(enum.StrEnum):
    """The states; INITIAL is written as empty text."""

    INITIAL = "INITIAL"
    ILSTART = "ILSTART"
    ILEND = "ILEND"
    ILUPDATE = "ILUPDATE"
    TFSTART = "TFSTART"
    TFEND = "TFEND"
    TFREDO = "TFREDO"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class CdcState:
    """A state. ``start`` (exclusive) and ``end`` (inclusive) are the range of a run, ``initial_…`` that of the load.

    >>> CdcState(CdcStateName.TFEND, start=bytes(9) + b"\\x03", timestamp="2011-07-17T12:05:58.1001145").text()
    'TFEND/CS/0x00000000000000000003/TS/2011-07-17T12:05:58.1001145/'
    """

    name: CdcStateName = CdcStateName.INITIAL
    start: bytes | None = None
    end: bytes | None = None
    initial_start: bytes | None = None
    initial_end: bytes | None = None
    timestamp: str = ""
    error: str = ""

    @property
    def reprocessing(self) -> bool:
        """Whether rows of the run may be at the target already (``__$reprocessing`` of the CDC Source)."""
        return self.name in (CdcStateName.ILUPDATE, CdcStateName.TFREDO)

    @property
    def has_range(self) -> bool:
        """Whether a run is going on: a CDC Source may read from ``start`` to ``end``."""
        return (
            self.start is not None
            and self.end is not None
            and self.name in (CdcStateName.ILUPDATE, CdcStateName.TFSTART, CdcStateName.TFREDO)
        )

    def stamped(self) -> CdcState:
        """The state as written now."""
        return replace(self, timestamp=timestamp_now())

    def text(self) -> str:
        """The state as packages keep it; empty text for the initial state."""
        if self.name is CdcStateName.INITIAL:
            return ""
        parts: list[str] = [self.name.value]
        if self.start is not None:
            parts += ["CS", format_lsn(self.start)]
        if self.end is not None:
            parts += ["CE", format_lsn(self.end)]
        if self.initial_start is not None:
            parts += ["IR", format_lsn(self.initial_start), format_lsn(self.initial_end) if self.initial_end else ""]
        parts += ["TS", self.timestamp or timestamp_now()]
        if self.error:
            parts += ["ER", self.error.replace("/", " ")]
        return "/".join(parts) + "/"


def timestamp_now() -> str:
    """The time in UTC with the seven digits of .NET's round trip format."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def format_lsn(lsn: bytes) -> str:
    """A log sequence number as ``0x`` and twenty digits.

    >>> format_lsn(bytes.fromhex("0000025B000001BC0003"))
    '0x0000025B000001BC0003'
    """
    return "0x" + lsn.rjust(LSN_LENGTH, b"\0").hex().upper()


def parse_lsn(text: str) -> bytes:
    """The ten bytes behind ``0x…`` of up to twenty digits; CdcStateInvalid.

    >>> parse_lsn("0x1BC0003").hex()
    '00000000000001bc0003'
    """
    found = _LSN.match(text.strip())
    if found is None:
        raise CdcStateInvalid(state=text[:80], detail="it is no log sequence number")
    return bytes.fromhex(found[1].rjust(2 * LSN_LENGTH, "0"))


def parse_cdc_state(text: str | None) -> CdcState:
    """The state behind a text; raises CdcStateInvalid.

    >>> parse_cdc_state("ILSTART/IR/0x0000162B158700000000//TS/2011-08-07T17:10:43.0031645/").initial_end is None
    True
    >>> parse_cdc_state("").name
    <CdcStateName.INITIAL: 'INITIAL'>
    """
    plain = (text or "").strip()
    if not plain:
        return CdcState()
    pieces = plain.removesuffix("/").split("/")
    try:
        name = CdcStateName(pieces[0].strip("()").upper())
    except ValueError:
        raise CdcStateInvalid(state=plain[:80], detail=f'"{pieces[0][:20]}" is no state') from None
    return _with_parts(CdcState(name), pieces[1:], plain)


def _with_parts(state: CdcState, pieces: list[str], plain: str) -> CdcState:
    position = 0
    while position < len(pieces):
        mark, values = pieces[position], pieces[position + 1 :]
        if mark == "ER":
            return replace(state, error="/".join(values))
        wanted = 2 if mark == "IR" else 1
        if mark not in ("CS", "CE", "IR", "TS") or len(values) < wanted:
            raise CdcStateInvalid(state=plain[:80], detail=f'"{mark[:20]}" is not understood')
        if mark == "TS":
            state = replace(state, timestamp=values[0])
        elif mark == "CS":
            state = replace(state, start=parse_lsn(values[0]))
        elif mark == "CE":
            state = replace(state, end=parse_lsn(values[0]))
        else:
            end = parse_lsn(values[1]) if values[1] else None
            state = replace(state, initial_start=parse_lsn(values[0]), initial_end=end)
        position += 1 + wanted
    return state
