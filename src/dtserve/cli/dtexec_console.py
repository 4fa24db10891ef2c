"""What dtexec prints: banner, event blocks, log blocks, closing lines (DTEXEC §5, §6, §10)."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TextIO

from dtserve import __version__
from dtserve.controlflow.events import Event
from dtserve.controlflow.results import ExecResult
from dtserve.errors import hresult

if TYPE_CHECKING:
    from dtserve.cli.dtexec_live import LiveView

__all__ = ["Console", "ConsoleLog", "Reporting", "clock"]

STANDARD = frozenset(
    (
        "OnError", "OnWarning", "OnInformation", "OnProgress", "OnPreExecute", "OnPostExecute", "OnPreValidate",
        "OnPostValidate", "OnTaskFailed", "OnQueryCancel", "OnExecStatusChanged", "OnVariableValueChanged",
        "PackageStart", "PackageEnd", "RowsSent", "ComponentPhase",
    )
)  # fmt: skip
DATA_FLOW = frozenset(("RowsSent", "ComponentPhase"))
LETTERS = {"OnError": "E", "OnWarning": "W", "OnInformation": "I", "OnProgress": "P"}


def clock(seconds: float) -> str:
    """A time of day as dtexec prints it: ``9:13:23 AM``."""
    moment = datetime.fromtimestamp(seconds)
    return f"{moment.hour % 12 or 12}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"


def stamp(seconds: float) -> str:
    """The time stamp of an event: ``2018-05-29 09:13:25.10``."""
    moment = datetime.fromtimestamp(seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 10000:02d}"


class Reporting(NamedTuple):
    """``/REPORTING``: letters, and events (names or source GUIDs) that are not reported."""

    letters: str = "EWP"
    excluded: frozenset[str] = frozenset()

    def wants(self, event: Event) -> bool:
        """Whether the event is shown."""
        if "N" in self.letters or event.kind.lower() in self.excluded or event.source_id.lower() in self.excluded:
            return False
        letter = LETTERS.get(event.kind)
        if letter is None:
            letter = "D" if event.kind in DATA_FLOW else "" if event.kind in STANDARD else "C"
        return bool(letter) and ("V" in self.letters or letter in self.letters)


class ConsoleLog(NamedTuple):
    """All ``/CONSOLELOG`` options together: both lists, and per option its columns and the names they are for."""

    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    entries: tuple[tuple[str, frozenset[str]], ...] = ()

    def columns_for(self, event: Event) -> str:
        """The columns with which the entry is shown; empty when it is not."""
        names = {event.kind.lower(), event.source.lower(), event.source_id.lower()}
        if names & self.excluded or (self.included and not names & self.included):
            return ""
        found = {letter for columns, named in self.entries if not named or names & named for letter in columns}
        return "".join(letter for letter in "NCOSGXMT" if letter in found)


class Console:
    """Prints to one stream, one block at a time."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self._lock = threading.Lock()
        self.reporting = Reporting()
        self.log: ConsoleLog | None = None
        self.sums = False
        self.computer = self.operator = self.execution_id = ""
        self._rows: dict[str, int] = {}
        self.closed = False
        self.live: LiveView | None = None
        self.live_progress = False
        self.stop_asked: Callable[[], bool] | None = None

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines as one block; nothing once the console is closed."""
        text = "\n".join(lines) + "\n"
        with self._lock:
            if self.closed:
                return
            if self.live is not None:
                self.live.write(text)
                return
            self.stream.write(text)
            self.stream.flush()

    def show_live(self, *, progress: bool) -> None:
        """Show what runs below the lines, where they go to a terminal; ``progress`` is shown there and not printed."""
        if not self.stream.isatty() or os.environ.get("TERM", "dumb") == "dumb":
            return
        from dtserve.cli.dtexec_live import LiveView

        self.live, self.live_progress = LiveView(self.stream), progress
        self.live.start()

    def banner(self, started: float) -> None:
        """Name, version, copyright and the starting time."""
        bits = 64 if sys.maxsize > 2**32 else 32
        self.lines(
            (
                "dtserve - SQL Server Execute Package Utility",
                f"Version {__version__} for {bits}-bit",
                f"Copyright (C) {datetime.fromtimestamp(started).year} dtserve. All rights reserved.",
                "",
                f"Started:  {clock(started)}",
            )
        )

    def event(self, event: Event) -> None:
        """Print an event as the reporting level and the console log want it."""
        if self.live is not None:
            self.live.note(event)
            if event.kind == "OnProgress" and self.live_progress:
                return
        if self.log is not None and event.kind not in DATA_FLOW:
            columns = self.log.columns_for(event)
            if columns:
                self.lines(self._log_block(event, columns))
        if self.sums and event.kind == "RowsSent":
            self._sum(event)
        if self.reporting.wants(event):
            self.lines(_block(event))

    def _log_block(self, event: Event, columns: str) -> list[str]:
        moment = f"{datetime.fromtimestamp(event.time):%Y-%m-%d %H:%M:%S}"
        fields = {
            "N": [f"     Name: {event.kind}"],
            "C": [f"     Computer: {self.computer}"],
            "O": [f"     Operator: {self.operator}"],
            "S": [f"     Source Name: {event.source}"],
            "G": [f"     Source GUID: {event.source_id}"],
            "X": [f"     Execution GUID: {self.execution_id}"],
            "M": [f"     Message: {event.message}"],
            "T": [f"     Start Time: {moment}", f"     End Time: {moment}"],
        }
        return ["Log:", *(line for letter in columns for line in fields[letter]), "End Log"]

    def _sum(self, event: Event) -> None:
        path = str(event.data.get("path", ""))
        total = self._rows[path] = self._rows.get(path, 0) + int(event.data.get("rows", 0))
        source, target = event.data.get("component", ""), event.data.get("target", "")
        self.lines((f'{event.source}: {total} rows will be received by component "{target}" from "{source}".',))

    def failure(self, path: str, code: int, message: str) -> None:
        """The lines for a package that could not be loaded."""
        self.lines(
            (
                f'Could not load package "{path}" because of error {hresult(code)}.',
                f"Description: {message}",
                "Source: ",
            )
        )

    def closing(self, started: float, finished: float, result: ExecResult | None = None) -> None:
        """The last lines of a run."""
        if self.live is not None:
            self.live.stop()
        head = [f"DTExec: The package execution returned {result.label} ({int(result)})."] if result is not None else []
        self.lines(
            (
                *head,
                f"Started:  {clock(started)}",
                f"Finished: {clock(finished)}",
                f"Elapsed:  {max(finished - started, 0.0):.3f} seconds",
            )
        )


def _block(event: Event) -> list[str]:
    if event.kind in ("OnError", "OnWarning", "OnInformation"):
        word = {"OnError": "Error", "OnWarning": "Warning", "OnInformation": "Info"}[event.kind]
        return [
            f"{word}: {stamp(event.time)}",
            f"   Code: {hresult(event.code)}",
            f"   Source: {event.source} {event.subcomponent}",
            f"   Description: {event.message}",
            f"End {word}",
        ]
    if event.kind == "OnProgress":
        return [
            f"Progress: {stamp(event.time)}",
            f"   Source: {event.source}",
            f"   {event.message}: {max(event.percent, 0)}% complete",
            "End Progress",
        ]
    return [
        f"Log: {stamp(event.time)}",
        f"   Name: {event.kind}",
        f"   Source: {event.source}",
        f"   {event.message}",
        "End Log",
    ]
