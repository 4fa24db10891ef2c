"""What Prometheus scrapes: runs, rows, durations and sizes of the service's own files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dtserve import __version__
from dtserve.service.history import ENDED, RUNNING, History
from dtserve.service.home_paths import HomePaths
from dtserve.service.schema import executions, path_rows
from dtserve.service.state import State

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400)


class Metrics(Collector):
    """The figures of one service; counts of executions are those that the history still holds."""

    def __init__(self, home: HomePaths, state: State, history: History) -> None:
        self._home = home
        self._state = state
        self._history = history
        self._registry = CollectorRegistry()
        self._durations = Histogram(
            "dtserve_execution_duration_seconds",
            "How long executions took that ended since the service started.",
            ["state"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._registry.register(self)
        history.on_end.append(self._observe)

    def text(self) -> bytes:
        """All figures in Prometheus' text format; StateUnavailable."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Those that are read when asked."""
        counts = self._history.counts()
        running = GaugeMetricFamily("dtserve_executions_running", "Executions that have not ended.", labels=["state"])
        for state in RUNNING:
            running.add_metric([state], counts.get(state, 0))
        ended = GaugeMetricFamily("dtserve_executions_ended", "Ended executions in the history.", labels=["state"])
        for state in ENDED:
            ended.add_metric([state], counts.get(state, 0))
        with self._state.read() as connection:
            number = connection.execute(sa.select(sa.func.max(executions.c.number))).scalar() or 0
            rows = connection.execute(sa.select(sa.func.sum(path_rows.c.rows))).scalar() or 0
        sizes = GaugeMetricFamily("dtserve_store_bytes", "Sizes of the service's files.", labels=["file"])
        for path in (self._home.msdb_path, self._home.state_path, self._home.versions_path / "versions.sqlite"):
            sizes.add_metric([path.name], _size(path))
        yield from (running, ended, sizes)
        yield CounterMetricFamily("dtserve_executions", "Executions ever started.", value=number)
        yield GaugeMetricFamily(
            "dtserve_rows_in_history", "Rows on all paths of the executions in the history.", value=rows
        )
        info = GaugeMetricFamily("dtserve_info", "The version of dtserve.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info

    def describe(self) -> Iterator[Metric]:
        """Nothing: the database is not asked when the service starts."""
        return iter(())

    def _observe(self, number: int) -> None:
        row = self._history.numbered(number)
        if row is not None and row["started"] is not None and row["ended"] is not None:
            self._durations.labels(row["state"]).observe(max(0.0, row["ended"] - row["started"]))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
