"""Runs one real data flow with surroundings made for it, and tells what happened."""

import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from dtserve.connections.connection_target import ConnectionTarget
from dtserve.controlflow.events import Event
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.execution.run import ExecutionResult, run
from dtserve.package import PackageDocument
from support.real_flow_tables import Tables
from support.real_flows import RealFlow

ROWS = 40


@dataclass
class Surroundings:
    """A package with one data flow and what was made around it."""

    flow: RealFlow
    folder: Path
    root: Any
    url: str
    replaced: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    tables: Tables = field(default_factory=Tables)
    settings: tuple[Setting, ...] = ()

    @property
    def document(self) -> PackageDocument:
        """The package as it is run."""
        return PackageDocument.open(etree.tostring(self.root))

    def options(self, **changes: Any) -> ExecutionOptions:
        """How it is run: every database is the one made for it, every path is below the folder."""
        paths = {f"{letter}:": str(self.folder / letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
        target = ConnectionTarget(self.url, server="*", database="*")
        return ExecutionOptions(
            connection_map=(target,),
            path_map=paths,
            folder=str(self.folder),
            temp=str(self.folder / "temp"),
            settings=self.settings,
            **changes,
        )


@dataclass
class Outcome:
    """What one run did."""

    result: ExecutionResult | None
    events: list[Event]
    raised: str = ""

    @property
    def errors(self) -> list[tuple[int, str]]:
        """Code and message of each OnError of the lowest level."""
        seen: dict[tuple[int, str], None] = {}
        for event in self.events:
            if event.kind == "OnError":
                seen[event.code & 0xFFFFFFFF, event.message] = None
        return list(seen)

    @property
    def succeeded(self) -> bool:
        """Whether the package succeeded."""
        return self.result is not None and self.result.exit_code == 0

    @property
    def sent(self) -> dict[str, int]:
        """Rows per path."""
        found: dict[str, int] = {}
        for event in self.events:
            if event.kind == "RowsSent":
                path = event.data["path"]
                found[path] = found.get(path, 0) + event.data["rows"]
        return found


def execute(made: Surroundings, **changes: Any) -> Outcome:
    """Run it in this process."""
    events: list[Event] = []
    (made.folder / "temp").mkdir(exist_ok=True)
    try:
        result = run(made.document, made.options(**changes), events.append, project=made.flow.project())
    except Exception:
        return Outcome(None, events, traceback.format_exc())
    return Outcome(result, events)
