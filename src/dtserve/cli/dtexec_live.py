"""What runs just now, shown below dtexec's own lines on a terminal: executables, their progress, rows of each path.

The lines themselves are those of :mod:`dtserve.cli.dtexec_console`, but that progress is not
printed line by line. Runs that are over before the view would show, and output that is no terminal,
never import what draws it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.table import Table

    from dtserve.controlflow.events import Event

__all__ = ["LiveView"]

DELAY_SECONDS = 0.4
"""A run that is over sooner shows no view."""
REFRESHES = 8
MOST_LINES = 15
STYLES = {"Error:": "red", "Warning:": "yellow"}


@dataclass
class _Path:
    source: str
    target: str
    rows: int = 0


@dataclass
class _Running:
    name: str
    depth: int
    since: float
    progress: str = ""
    paths: dict[str, _Path] = field(default_factory=dict)


class LiveView:
    """Draws below what is printed with :meth:`write`; :meth:`note` keeps what is drawn."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._lock = threading.RLock()
        self._running: dict[str, _Running] = {}
        self._finished = 0
        self._live: Any = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._begin, name="view", daemon=True)

    def start(self) -> None:
        """Show the view a little later, unless the run is over by then."""
        self._thread.start()

    def _begin(self) -> None:
        if self._over.wait(DELAY_SECONDS):
            return
        from rich.console import Console
        from rich.live import Live

        with self._lock:
            if self._over.is_set():
                return
            self._live = Live(
                get_renderable=self.table,
                console=Console(file=self.stream, highlight=False),
                refresh_per_second=REFRESHES,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def stop(self) -> None:
        """Take the view away."""
        self._over.set()
        with self._lock:
            live, self._live = self._live, None
        if live is not None:
            live.stop()

    def write(self, text: str) -> None:
        """Print text above the view."""
        with self._lock:
            if self._live is None:
                self.stream.write(text)
                self.stream.flush()
                return
            style = STYLES.get(text.split(" ", 1)[0])
            self._live.console.out(text, end="", style=style, highlight=False)

    def note(self, event: Event) -> None:
        """Keep what an event says of what runs."""
        key = event.source_path or event.source
        with self._lock:
            if event.kind == "OnPreExecute":
                self._running[key] = _Running(event.source, key.count("\\"), event.time)
            elif event.kind == "OnPostExecute":
                self._finished += self._running.pop(key, None) is not None
            elif key in self._running:
                self._note_work(self._running[key], event)

    @staticmethod
    def _note_work(running: _Running, event: Event) -> None:
        if event.kind == "OnProgress":
            running.progress = f"{event.message.strip()} {event.percent} %"
        elif event.kind == "RowsSent":
            data = event.data
            source, target = str(data.get("component", "")), str(data.get("target", ""))
            path = running.paths.setdefault(str(data.get("path", "")), _Path(source, target))
            path.rows += int(data.get("rows", 0))

    def table(self) -> Table:
        """What runs: name, progress, time; below a data flow the rows of its paths."""
        from rich.table import Table
        from rich.text import Text

        now = time.time()
        made = Table.grid(padding=(0, 2))
        for justify in ("left", "left", "right"):
            made.add_column(justify=justify, no_wrap=True)
        with self._lock:
            shown = list(self._running.values())
            for running in shown[:MOST_LINES]:
                name = Text("  " * running.depth + running.name)
                made.add_row(name, Text(running.progress), f"{now - running.since:.0f} s")
                for path in running.paths.values():
                    arrow = Text("  " * (running.depth + 1) + f"{path.source} → {path.target}", style="dim")
                    made.add_row(arrow, Text(f"{path.rows:,} rows", style="dim"), "")
            if len(shown) > MOST_LINES:
                made.add_row(f"… and {len(shown) - MOST_LINES} more", "", "")
            made.add_row(Text(f"{self._finished} finished", style="dim"), "", "")
        return made
