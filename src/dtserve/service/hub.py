"""Everything a running service holds, handed to the API as one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dtserve.service.alerts import Alerts
from dtserve.service.config import ServiceHome
from dtserve.service.errors import NotRunning, StateUnavailable
from dtserve.service.eventlog import EventLog
from dtserve.service.executions import Executions
from dtserve.service.history import History
from dtserve.service.identities import Identities
from dtserve.service.live import Live
from dtserve.service.metrics import Metrics
from dtserve.service.periodic import Periodic
from dtserve.service.registered import ORIGIN, Registered
from dtserve.service.schedules import Schedules
from dtserve.service.state import State
from dtserve.service.traces import Traces
from dtserve.service.watch import Watchers
from dtserve.stores.tree import PackageTree

__all__ = ["Hub"]


@dataclass(frozen=True)
class Hub:
    """The parts of one service."""

    home: ServiceHome
    state: State
    identities: Identities
    tree: PackageTree
    history: History
    executions: Executions
    event_log: EventLog
    watchers: Watchers
    live: Live
    registered: Registered
    schedules: Schedules
    alerts: Alerts
    metrics: Metrics
    server_name: str
    chores: tuple[Periodic, ...] = ()
    traces: Traces | None = None

    def stop_execution(self, execution_id: str) -> dict[str, Any]:
        """Ask a run to stop, whoever started it, and return at once; ExecutionNotFound, NotRunning."""
        found = self.history.get(execution_id)
        if found["origin"] != ORIGIN:
            return self.executions.stop(execution_id)
        if found["ended"] is not None:
            raise NotRunning(id=execution_id, state=found["state"])
        self.registered.stop(found)
        return self.history.get(execution_id)

    def check_ready(self) -> None:
        """StateUnavailable unless the database can be read and the service is not stopping."""
        if self.watchers.closed:
            raise StateUnavailable(detail="the service is stopping")
        self.history.counts()

    def shut_down(self) -> None:
        """End the work in the background, and the runs as the configuration says."""
        for chore in self.chores:
            chore.stop()
        self.executions.shut_down()
        if self.traces is not None:
            self.traces.close()
