"""Runs in processes of their own: start, watch, stop, one end each."""

import json
import os
import signal
import time

import psutil
import pytest

from dtserve.service.samples import install_samples
from support.service import open_service


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as (hub, client):
        install_samples(hub.home, hub.tree)
        yield hub, client


def end_of(client, execution_id: str, seconds: float = 60) -> dict:
    deadline = time.monotonic() + seconds
    while True:
        found = client.get(f"/api/executions/{execution_id}").json()
        if found["ended"] is not None:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def start(client, path: str, **more) -> dict:
    answer = client.post("/api/executions", json={"package": path, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("root", ["MSDB", "File System"])
def test_a_run_succeeds_with_events_and_rows(service, root) -> None:
    _, client = service
    found = end_of(client, start(client, rf"\{root}\Samples\ArchiveFiles")["id"])
    assert (found["state"], found["exit_code"], found["errors"]) == ("succeeded", 0, 0), found
    assert found["started"] <= found["ended"]
    assert sum(p["rows"] for p in found["paths"] if p["component"] == "File") > 500
    events = client.get(f"/api/executions/{found['id']}/events", params={"limit": 5000}).json()["events"]
    sequences = [e["sequence"] for e in events]
    assert sequences == sorted(set(sequences))
    assert {"OnPreExecute", "OnPostExecute", "OnInformation"} <= {e["kind"] for e in events}


@pytest.mark.parametrize("root", ["MSDB", "File System"])
def test_child_packages_stand_beside_their_parent(service, root) -> None:
    _, client = service
    found = end_of(client, start(client, rf"\{root}\Samples\ChainParent")["id"])
    assert (found["state"], found["errors"]) == ("succeeded", 0), found
    events = client.get(f"/api/executions/{found['id']}/events", params={"limit": 5000}).json()["events"]
    assert sum(e["source"] == "Write region" and e["kind"] == "OnPreExecute" for e in events) == 3


def test_a_failing_package_fails_with_its_errors(service) -> None:
    _, client = service
    settings = {r"\Package.Properties[MaximumErrorCount]": "1"}
    found = end_of(client, start(client, r"\MSDB\Samples\HandleErrors", set=settings)["id"])
    assert (found["state"], found["exit_code"]) == ("failed", 1)
    assert found["errors"] == 1
    events = client.get(f"/api/executions/{found['id']}/events", params={"kind": "OnError"}).json()["events"]
    assert "NoSuchTable" in events[0]["message"]


def test_parameters_are_given_and_their_values_not_kept(service) -> None:
    _, client = service
    began = start(client, r"\MSDB\Samples\SlowPackage", parameters={"Steps": "1", "Size": "4711"})
    found = end_of(client, began["id"])
    assert found["state"] == "succeeded"
    assert found["options"]["set"] == ["parameter $Package::Steps", "parameter $Package::Size"]
    assert "4711" not in json.dumps(found)


def test_unknown_packages_do_not_start(service) -> None:
    _, client = service
    answer = client.post("/api/executions", json={"package": r"\MSDB\Samples\None"})
    assert answer.status_code == 404
    assert client.get("/api/executions").json()["executions"] == []


def test_stopping_ends_the_process_and_says_so(service) -> None:
    hub, client = service
    began = start(client, r"\MSDB\Samples\SlowPackage")
    execution_id = began["id"]
    while client.get(f"/api/executions/{execution_id}").json()["state"] == "starting":
        time.sleep(0.05)
    running = client.get("/api/executions", params={"running": True}).json()["executions"]
    assert [e["id"] for e in running] == [execution_id]
    asked = time.monotonic()
    assert client.post(f"/api/executions/{execution_id}/stop").status_code == 202
    found = end_of(client, execution_id, 15)
    assert (found["state"], found["exit_code"]) == ("canceled", 3)
    assert time.monotonic() - asked < 10
    assert not psutil.pid_exists(found["pid"])
    assert client.post(f"/api/executions/{execution_id}/stop").status_code == 409
    assert hub.event_log.entries()[0]["event_id"] == 336


def test_a_worker_that_is_killed_is_a_failed_run(service) -> None:
    _, client = service
    execution_id = start(client, r"\MSDB\Samples\SlowPackage")["id"]
    while (found := client.get(f"/api/executions/{execution_id}").json())["state"] == "starting":
        time.sleep(0.05)
    os.kill(found["pid"], signal.SIGKILL)
    found = end_of(client, execution_id, 15)
    assert (found["state"], found["exit_code"]) == ("failed", 1)
    assert "ended unexpectedly" in found["reason"]


def test_the_stream_replays_from_a_cursor_and_ends_with_the_run(service) -> None:
    _, client = service
    execution_id = start(client, r"\MSDB\Samples\CountMonths")["id"]
    end_of(client, execution_id)
    seen: list[int] = []
    last = {}
    with client.stream("GET", f"/api/executions/{execution_id}/stream", params={"after": 5}) as stream:
        kind = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data = json.loads(line.removeprefix("data: "))
                if kind == "events":
                    seen += [e["sequence"] for e in data]
                else:
                    last = data
    assert last["state"] == "succeeded"
    assert min(seen) == 6
    assert seen == sorted(set(seen))
