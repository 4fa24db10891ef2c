"""The REST surface of executions; what runs do is tested in tests/service/test_executions.py."""

import pytest

from support.service import open_service


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as opened:
        yield opened


def add(hub, name: str, state: str = "succeeded") -> None:
    number = hub.history.add(id=name, user="me", package_path=rf"\MSDB\{name}", package_name=name)
    hub.history.update(number, state=state)


def test_lists_page_and_filter(service) -> None:
    hub, client = service
    for name in "abc":
        add(hub, name)
    add(hub, "d", "running")
    first = client.get("/api/executions", params={"limit": 2}).json()
    assert [e["id"] for e in first["executions"]] == ["d", "c"]
    rest = client.get("/api/executions", params={"limit": 2, "before": first["next"]}).json()
    assert [e["id"] for e in rest["executions"]] == ["b", "a"]
    assert [e["id"] for e in client.get("/api/executions?running=true").json()["executions"]] == ["d"]


def test_ended_runs_cannot_be_stopped(service) -> None:
    hub, client = service
    add(hub, "a")
    answer = client.post("/api/executions/a/stop")
    assert (answer.status_code, answer.json()["symbol"]) == (409, "DTSERVE_E_NOTRUNNING")


@pytest.mark.parametrize("path", ["", "/events", "/stream"])
def test_unknown_executions(service, path) -> None:
    _, client = service
    assert client.get(f"/api/executions/none{path}").status_code == 404
