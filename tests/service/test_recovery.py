"""A service that starts again knows what became of every run of the former one."""

import os
import signal
import sqlite3
import time

import psutil
import pytest

from dtserve.controlflow.events import Event
from dtserve.execution.report import RunEnd, encode_end, encode_event
from dtserve.service.config import load_home
from dtserve.service.pump import LEFT_RUNNING
from dtserve.service.server import open_hub
from support.service import PACKAGE, open_service, serve, start

SLOW = r"\MSDB\Samples\SlowPackage"


def keep_running(home) -> None:
    """Configure that a stopping service leaves its packages alone."""
    opened = load_home(home)
    file = opened.binn / "MsDtsSrvr.ini.xml"
    file.write_text(
        file.read_text().replace("<StopExecutingPackagesOnShutdown>true", "<StopExecutingPackagesOnShutdown>false")
    )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_may_outlive_the_service_is_taken_up_again(tmp_path, how) -> None:
    keep_running(tmp_path)
    served = start(tmp_path, "--samples")
    with served.client as client:
        execution_id = client.post("/api/executions", json={"package": SLOW, "parameters": {"Steps": "12"}}).json()[
            "id"
        ]
    running = served.wait_for(execution_id, "running")
    served.process.send_signal(how)
    served.process.wait(30)
    served.process.stdout.close()
    assert psutil.pid_exists(running["pid"])
    again = start(tmp_path)
    try:
        assert again.wait_for(execution_id, "running", "succeeded")["pid"] == running["pid"]
        found = again.wait_for(execution_id, "succeeded", "failed", "lost", "canceled")
        assert (found["state"], found["exit_code"]) == ("succeeded", 0)
        with again.client as client:
            events = client.get(f"/api/executions/{execution_id}/events", params={"limit": 5000}).json()["events"]
        sequences = [event["sequence"] for event in events]
        assert sequences == sorted(set(sequences))
        assert events[-1]["kind"] == "PackageEnd"
    finally:
        again.process.send_signal(signal.SIGINT)
        again.process.wait(30)
        again.process.stdout.close()


def test_a_run_taken_up_again_can_be_stopped(tmp_path) -> None:
    keep_running(tmp_path)
    served = start(tmp_path, "--samples")
    with served.client as client:
        execution_id = client.post("/api/executions", json={"package": SLOW, "parameters": {"Steps": "500"}}).json()[
            "id"
        ]
    pid = served.wait_for(execution_id, "running")["pid"]
    served.process.kill()
    served.process.wait(30)
    served.process.stdout.close()
    with serve(tmp_path) as again:
        again.wait_for(execution_id, "running")
        with again.client as client:
            assert client.post(f"/api/executions/{execution_id}/stop").status_code == 202
        assert again.wait_for(execution_id, "canceled", "failed", "lost", seconds=20)["state"] == "canceled"
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_what_was_queued_runs_after_the_restart(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_EXECUTION_MAX_CONCURRENT_PACKAGES", "1")
    served = start(tmp_path, "--samples")
    with served.client as client:
        client.post("/api/executions", json={"package": SLOW})
        queued = client.post(
            "/api/executions",
            json={"package": r"\MSDB\Samples\CountMonths", "set": {r"\Package.Properties[Description]": "x"}},
        ).json()
    assert queued["state"] == "queued"
    served.process.kill()
    served.process.wait(30)
    served.process.stdout.close()
    with serve(tmp_path) as again:
        assert again.wait_for(queued["id"], "succeeded", "failed", "lost")["state"] == "succeeded"


@pytest.mark.parametrize(
    ("state", "told", "expected"),
    [
        ("running", None, ("lost", LEFT_RUNNING)),
        ("running", RunEnd(0, 0), ("succeeded", "")),
        ("running", RunEnd(1, 1, error="It broke."), ("failed", "It broke.")),
        ("running", RunEnd(3, 3), ("failed", LEFT_RUNNING)),
        ("stopping", RunEnd(3, 3), ("canceled", "")),
        ("stopping", None, ("canceled", "")),
        ("starting", None, ("lost", LEFT_RUNNING)),
    ],
)
def test_the_end_of_a_run_whose_worker_is_gone(tmp_path, state, told, expected) -> None:
    home = load_home(tmp_path)
    with open_service(tmp_path) as (hub, _):
        hub.tree.write(("MSDB", "P"), PACKAGE)
        number = hub.history.add(
            id="x", user="me", package_path=r"\MSDB\P", package_name="P", state=state, pid=2**22 - 3
        )
        hub.history.append(number, [Event("OnInformation", "T", sequence=1)])
    folder = home.spool_path / "x"
    folder.mkdir(parents=True)
    lines = [encode_event(Event("OnInformation", "T", sequence=n)) for n in (1, 2, 3)]
    lines += ["garbage", '{"event": 5}'] + ([encode_end(told)] if told else [])
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n")
    hub = open_hub(load_home(tmp_path), home.tree())
    try:
        found = hub.history.get("x")
        assert (found["state"], found["reason"]) == expected
        assert [event["sequence"] for event in hub.history.events(number)] == [1, 2, 3]
        assert not folder.exists()
    finally:
        hub.shut_down()
        hub.state.close()
    with sqlite3.connect(home.state_path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_another_process_with_the_same_number_is_left_alone(tmp_path) -> None:
    with open_service(tmp_path) as (hub, _):
        hub.history.add(id="x", user="me", package_path=r"\MSDB\P", package_name="P", state="running", pid=os.getpid())
    hub = open_hub(load_home(tmp_path), load_home(tmp_path).tree())
    try:
        assert hub.history.get("x")["state"] == "lost"
        time.sleep(0.1)
    finally:
        hub.shut_down()
        hub.state.close()
