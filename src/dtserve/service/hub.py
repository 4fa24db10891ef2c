"""Everything a running service holds, handed to the API as one object."""

from __future__ import annotations

from dataclasses import dataclass

from dtserve.service.config import ServiceHome
from dtserve.service.eventlog import EventLog
from dtserve.service.executions import Executions
from dtserve.service.history import History
from dtserve.service.identities import Identities
from dtserve.service.state import State
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
    server_name: str
