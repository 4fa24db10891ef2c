"""Opens everything a service holds, in the order in which one part needs another."""

from __future__ import annotations

import socket

from dtserve.errors import AccessDenied
from dtserve.service.alert_channels import Channels
from dtserve.service.alerts import TICK_SECONDS as ALERT_SECONDS
from dtserve.service.alerts import Alerts
from dtserve.service.command_files import CommandFileReader
from dtserve.service.config import ServiceHome
from dtserve.service.eventlog import EventLog
from dtserve.service.executions import Executions
from dtserve.service.guarded_tree import GuardedTree
from dtserve.service.history import History
from dtserve.service.hub import Hub
from dtserve.service.identities import Identities
from dtserve.service.launching import Launcher
from dtserve.service.live import Live
from dtserve.service.metrics import Metrics
from dtserve.service.periodic import Periodic
from dtserve.service.recovery import recover
from dtserve.service.registered import WATCH_SECONDS, Registered
from dtserve.service.retention import sweep, sweep_logs, sweep_versions
from dtserve.service.run_request import RunRequest
from dtserve.service.schedules import TICK_SECONDS as SCHEDULE_SECONDS
from dtserve.service.schedules import Schedules
from dtserve.service.sealed import Seal
from dtserve.service.state import open_state
from dtserve.service.system_log import SystemLog
from dtserve.service.traces import open_traces
from dtserve.service.watch import Watchers
from dtserve.stores.names import parse_path
from dtserve.stores.tree import PackageTree

__all__ = ["open_hub"]

RETENTION_SECONDS = 3600.0


def open_hub(
    home: ServiceHome,
    tree: PackageTree,
    read_command_files: CommandFileReader | None = None,
    system_log: SystemLog | None = None,
) -> Hub:
    """Open the service's state; runs that a former service left are taken up again or get their end."""
    tree.clean()
    state = open_state(home.state_path)
    watchers, history, event_log = Watchers(), History(state), EventLog(state, system_log)
    identities = Identities(
        state,
        least_password=home.settings.number("access.min_password_length"),
        administrators=home.settings.text("access.administrators"),
    )
    name = socket.gethostname().upper()
    alerts = Alerts(state, history, Channels(home, name))
    metrics = Metrics(home, state, history)
    traces = open_traces(home.settings, home.path, history)
    runs = Executions(home, Launcher(home, tree, read_command_files), history, event_log, watchers)
    if traces is not None:
        runs.on_start.append(traces.remember)
    recover(runs, history, home.spool_path, outlive=not home.stop_executing_packages_on_shutdown)
    registered = Registered(history, event_log, watchers)
    schedules = Schedules(state, runs, Seal(home.seal_path), _Rights(tree, identities).check)
    hub = Hub(
        home=home,
        state=state,
        identities=identities,
        tree=tree,
        history=history,
        executions=runs,
        event_log=event_log,
        watchers=watchers,
        live=Live(history, watchers, home.settings.number("service.max_watchers")),
        registered=registered,
        schedules=schedules,
        alerts=alerts,
        metrics=metrics,
        server_name=name,
        chores=(
            Periodic("watch of registered runs", WATCH_SECONDS, registered.watch),
            Periodic("schedules", SCHEDULE_SECONDS, schedules.fire),
            Periodic("alerts", ALERT_SECONDS, alerts.deliver),
            Periodic("retention", RETENTION_SECONDS, lambda stopped: sweep(history, home.settings, stopped)),
            Periodic("retention of logs", RETENTION_SECONDS, lambda stopped: sweep_logs(state, home.settings, stopped)),
            Periodic(
                "retention of versions",
                RETENTION_SECONDS,
                lambda _: sweep_versions(home.version_archive, home.settings),
            ),
        ),
        traces=traces,
    )
    runs.begin()
    for chore in hub.chores:
        chore.start()
    return hub


class _Rights:
    """Whether the owner of a schedule may still run its package."""

    def __init__(self, tree: PackageTree, identities: Identities) -> None:
        self._tree = tree
        self._identities = identities

    def check(self, owner: str, request: RunRequest) -> None:
        """AccessDenied, or BadToken for an account that is gone."""
        identity = self._identities.by_name(owner)
        if not identity.scope("packages.schedule") or not identity.scope("packages.execute"):
            raise AccessDenied()
        tree = GuardedTree(self._tree, identity, self._identities.rules, self._identities.grants)
        tree.require(tree.resolve(parse_path(request.package)), "read")
