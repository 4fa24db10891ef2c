"""Runs in processes of their own: start, watch, stop, one end each."""

import base64
import json
import os
import signal
import time

import psutil
import pytest

from dtserve.service.errors import StateUnavailable
from dtserve.service.samples import install_samples
from dtserve.service.sealed import Seal
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


def test_parameters_are_given_and_shown_other_values_not_kept(service) -> None:
    _, client = service
    hidden = {r"\Package.Properties[Description]": "canary-4711"}
    began = start(client, r"\MSDB\Samples\SlowPackage", parameters={"Steps": "1", "Size": "4711"}, set=hidden)
    found = end_of(client, began["id"])
    assert found["state"] == "succeeded"
    assert found["options"]["parameters"] == {"$Package::Steps": "1", "$Package::Size": "4711"}
    assert found["options"]["set"][0] == r"set \Package.Properties[Description]"
    assert "canary" not in json.dumps(found)


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


def test_a_worker_that_is_killed_is_a_lost_run(service) -> None:
    _, client = service
    execution_id = start(client, r"\MSDB\Samples\SlowPackage")["id"]
    while (found := client.get(f"/api/executions/{execution_id}").json())["state"] == "starting":
        time.sleep(0.05)
    os.kill(found["pid"], signal.SIGKILL)
    found = end_of(client, execution_id, 15)
    assert (found["state"], found["exit_code"]) == ("lost", 1)
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


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A service that runs one package at a time and lets two wait."""
    monkeypatch.setenv("DTSERVE_EXECUTION_MAX_CONCURRENT_PACKAGES", "1")
    monkeypatch.setenv("DTSERVE_EXECUTION_MAX_QUEUED_PACKAGES", "2")
    monkeypatch.setenv("DTSERVE_EXECUTION_ALLOWED_FOLDERS", "Drop")
    with open_service(tmp_path) as (hub, client):
        install_samples(hub.home, hub.tree)
        yield hub, client


def test_the_queue_has_an_order_and_an_end(small) -> None:
    _, client = small
    first = start(client, r"\MSDB\Samples\SlowPackage")
    low = start(client, r"\MSDB\Samples\CountMonths")
    high = start(client, r"\MSDB\Samples\CountMonths", priority=5)
    assert (first["state"], low["state"], high["state"]) == ("starting", "queued", "queued")
    refused = client.post("/api/executions", json={"package": r"\MSDB\Samples\CountMonths"})
    assert refused.status_code == 503
    assert "at capacity" in refused.json()["detail"]
    assert client.post(f"/api/executions/{first['id']}/stop").status_code == 202
    low, high = end_of(client, low["id"]), end_of(client, high["id"])
    assert (low["state"], high["state"]) == ("succeeded", "succeeded")
    assert high["started"] < low["started"]


def test_a_queued_execution_is_taken_out_by_a_stop(small) -> None:
    hub, client = small
    first = start(client, r"\MSDB\Samples\SlowPackage")
    queued = start(client, r"\MSDB\Samples\CountMonths")
    assert client.post(f"/api/executions/{queued['id']}/stop").json()["state"] == "canceled"
    assert not (hub.home.spool_path / queued["id"]).exists()
    client.post(f"/api/executions/{first['id']}/stop")
    end_of(client, first["id"])
    assert client.get(f"/api/executions/{queued['id']}").json()["started"] is None


def test_executions_of_one_key_never_run_together(service) -> None:
    _, client = service
    first = start(client, r"\MSDB\Samples\SlowPackage", key="dw")
    second = start(client, r"\MSDB\Samples\CountMonths", key="dw")
    other = start(client, r"\MSDB\Samples\CountMonths", key="x")
    assert (second["state"], other["state"]) == ("queued", "starting")
    refused = client.post(
        "/api/executions", json={"package": r"\MSDB\Samples\CountMonths", "key": "dw", "when_busy": "refuse"}
    )
    assert refused.status_code == 409
    assert first["id"] in refused.json()["detail"]
    client.post(f"/api/executions/{first['id']}/stop")
    assert end_of(client, second["id"])["started"] >= end_of(client, first["id"])["ended"]


def test_a_run_that_takes_too_long_is_stopped(service) -> None:
    _, client = service
    found = end_of(client, start(client, r"\MSDB\Samples\SlowPackage", timeout_seconds=1.5)["id"])
    assert (found["state"], found["exit_code"]) == ("timed_out", 3)
    assert "longer than 1.5 seconds" in found["reason"]


def test_a_failed_run_is_tried_again(service) -> None:
    _, client = service
    settings = {r"\Package.Properties[MaximumErrorCount]": "1"}
    first = start(client, r"\MSDB\Samples\HandleErrors", set=settings, retries=1, retry_seconds=0.5)
    first = end_of(client, first["id"])
    (again,) = (e for e in client.get("/api/executions").json()["executions"] if e["retry_of"] == first["id"])
    again = end_of(client, again["id"])
    assert (first["state"], again["state"], again["attempt"]) == ("failed", "failed", 2)
    assert again["started"] - first["ended"] >= 0.5
    time.sleep(0.5)
    assert len(client.get("/api/executions").json()["executions"]) == 2


def test_files_of_allowed_folders_and_sent_packages(small) -> None:
    hub, client = small
    content = hub.tree.read(("MSDB", "Samples", "CountMonths"))
    folder = hub.home.path / "Drop"
    folder.mkdir()
    (folder / "Mine.dtsx").write_bytes(content)
    answer = client.post("/api/executions", json={"file": str(folder / "Mine.dtsx")})
    assert answer.status_code == 201, answer.text
    assert end_of(client, answer.json()["id"])["state"] == "succeeded"
    for outside in ("/etc/passwd", str(folder / ".." / "dtserve.toml"), "/nowhere/x.dtsx"):
        refused = client.post("/api/executions", json={"file": outside})
        assert refused.status_code == 403
        assert refused.json()["symbol"] == "DTSERVE_E_FILENOTALLOWED"
    sent = client.post("/api/executions", json={"content": base64.b64encode(content).decode(), "package_name": "Sent"})
    assert end_of(client, sent.json()["id"])["state"] == "succeeded"
    assert sent.json()["package_name"] == "Sent"


@pytest.mark.parametrize(
    "body", [{}, {"package": "a", "file": "b"}, {"content": "%"}, {"package": "x", "unknown": 1}, {"package": 5}]
)
def test_starts_that_make_no_sense(service, body) -> None:
    _, client = service
    assert client.post("/api/executions", json=body).status_code in (400, 422)
    assert client.get("/api/executions").json()["executions"] == []


def test_options_of_the_execute_package_utility(service, tmp_path) -> None:
    _, client = service
    log = tmp_path / "run.log"
    body = {
        "set": {r"\Package.Properties[MaximumErrorCount]": "5"},
        "loggers": [{"provider": "DTS.LogProviderTextFile.2", "config_string": str(log)}],
        "max_concurrent": 1,
        "warnings_as_errors": True,
    }
    found = end_of(client, start(client, r"\MSDB\Samples\CountMonths", **body)["id"])
    assert found["state"] == "succeeded", found
    assert found["options"]["warnings_as_errors"] is True
    assert (found["cpu_seconds"] > 0, found["peak_memory"] > 1 << 20) == (True, True)
    build = end_of(client, start(client, r"\MSDB\Samples\CountMonths", verify_build=[99, 0, 0])["id"])
    assert build["state"] == "failed"


def test_a_sealed_job_holds_no_secret(small) -> None:
    hub, client = small
    first = start(client, r"\MSDB\Samples\SlowPackage", password="canary-pw")
    queued = start(client, r"\MSDB\Samples\CountMonths", connections={"DW": "Password=canary-cs"})
    for each in (first, queued):
        files = [path for path in (hub.home.spool_path / each["id"]).iterdir() if path.is_file()]
        assert files
        assert all(b"canary" not in path.read_bytes() for path in files)
    assert b"canary" not in hub.home.state_path.read_bytes()
    for each in (queued, first):
        client.post(f"/api/executions/{each['id']}/stop")
        end_of(client, each["id"])
    deadline = time.monotonic() + 10
    while list(hub.home.spool_path.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_queue_goes_on_after_a_job_that_cannot_be_read(small) -> None:
    hub, client = small
    first = start(client, r"\MSDB\Samples\SlowPackage", parameters={"Steps": "1", "Size": "10"})
    broken = start(client, r"\MSDB\Samples\SlowPackage", parameters={"Steps": "1", "Size": "10"})
    good = start(client, r"\MSDB\Samples\SlowPackage", parameters={"Steps": "1", "Size": "10"})
    job = hub.home.spool_path / broken["id"] / "job"
    job.write_bytes(Seal(hub.home.seal_path).close(b'{"options": {"of a later version": 1}}'))
    assert end_of(client, first["id"])["state"] == "succeeded"
    found = end_of(client, broken["id"])
    assert (found["state"], found["exit_code"]) == ("failed", 1)
    assert "another version" in found["reason"]
    assert end_of(client, good["id"])["state"] == "succeeded"


def test_a_run_is_stopped_also_when_the_database_cannot_note_it(service, monkeypatch) -> None:
    hub, client = service
    began = start(client, r"\MSDB\Samples\SlowPackage", parameters={"Steps": "600"}, timeout_seconds=0.5)
    update = hub.history.update

    def refused(number: int, **values) -> bool:
        if values.get("state") == "stopping":
            raise StateUnavailable(detail="database or disk is full")
        return update(number, **values)

    monkeypatch.setattr(hub.history, "update", refused)
    assert end_of(client, began["id"])["state"] == "timed_out"
