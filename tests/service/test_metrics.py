"""What Prometheus reads, by Prometheus' own parser."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dtserve.controlflow.events import Event
from dtserve.service.history import History
from dtserve.service.home_paths import HomePaths
from dtserve.service.metrics import Metrics
from dtserve.service.settings import read_settings
from dtserve.service.state import open_state


@pytest.fixture
def parts(tmp_path):
    home = HomePaths(tmp_path, read_settings(tmp_path / "none.toml", {}))
    state = open_state(home.state_path)
    history = History(state)
    yield Metrics(home, state, history), history
    state.close()


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(metrics.text().decode("utf-8"))
    return {(each.name, ",".join(each.labels.values())): each.value for family in families for each in family.samples}


def test_figures(parts) -> None:
    metrics, history = parts
    for name, state in (("a", "queued"), ("b", "running"), ("c", "running")):
        history.add(id=name, user="me", package_path="p", package_name="p", state=state, started=10.0)
    number = history.add(id="d", user="me", package_path="p", package_name="p", state="running", started=10.0)
    data = {"path": "x", "component": "A", "target": "B", "rows": 42}
    history.append(number, [Event("RowsSent", "T", sequence=1, data=data)])
    history.update(number, state="failed", ended=14.0)
    found = samples(metrics)
    assert found["dtserve_executions_running", "running"] == 2
    assert found["dtserve_executions_running", "queued"] == 1
    assert found["dtserve_executions_ended", "failed"] == 1
    assert found["dtserve_executions_ended", "lost"] == 0
    assert found["dtserve_executions_total", ""] == 4
    assert found["dtserve_rows_in_history", ""] == 42
    assert found["dtserve_execution_duration_seconds_sum", "failed"] == 4.0
    assert found["dtserve_store_bytes", "state.sqlite"] > 1000
    assert found["dtserve_store_bytes", "msdb.sqlite"] == 0
