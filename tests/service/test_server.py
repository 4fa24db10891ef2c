"""The service as a process: one per home, Ctrl-C, and what a kill -9 leaves."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from dtserve.service.errors import StateUnavailable
from dtserve.service.eventlog import EventLog
from dtserve.service.hub import Hub
from dtserve.service.server import _listen
from dtserve.service.state import open_state
from dtserve.service.windows_service import Hosted
from support.service import serve, start


def test_a_second_service_on_the_same_home_is_refused(tmp_path) -> None:
    with serve(tmp_path):
        second = subprocess.run(
            [Path(sys.executable).parent / "dtserve", "serve", "--port", "0"],
            env={**os.environ, "DTSERVE_HOME": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    assert second.returncode == 1
    assert "DTSERVE_E_ALREADYRUNNING" in second.stderr
    assert "Traceback" not in second.stderr


def test_ctrl_c_stops_the_service_and_every_package(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served:
        with served.client as client:
            began = client.post("/api/executions", json={"package": r"\MSDB\Samples\SlowPackage"}).json()
        running = served.wait_for(began["id"], "running")
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(20) == 0
        assert not psutil.pid_exists(running["pid"])
    with serve(tmp_path) as served, served.client as client:
        assert client.get(f"/api/executions/{began['id']}").json()["state"] == "canceled"
        ids = [e["event_id"] for e in client.get("/api/events").json()["events"]]
    assert ids[:3] == [257, 256, 259]
    assert {336, 258} <= set(ids)


def test_kill_9_leaves_no_orphan_and_a_failed_run(tmp_path) -> None:
    served = start(tmp_path, "--samples")
    with served.client as client:
        began = client.post("/api/executions", json={"package": r"\MSDB\Samples\SlowPackage"}).json()
        packages = client.get("/api/tree", params={"path": r"\MSDB\Samples"}).json()["packages"]
    running = served.wait_for(began["id"], "running")
    served.process.kill()
    served.process.wait()
    served.process.stdout.close()
    deadline = time.monotonic() + 15
    while psutil.pid_exists(running["pid"]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not psutil.pid_exists(running["pid"])
    with serve(tmp_path) as again, again.client as client:
        found = client.get(f"/api/executions/{began['id']}").json()
        assert (found["state"], found["exit_code"]) == ("failed", 1)
        assert "service ended while the package was running" in found["reason"]
        assert client.get("/api/tree", params={"path": r"\MSDB\Samples"}).json()["packages"] == packages


def test_secrets_are_not_on_any_command_line(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, served.client as client:
        body = {"package": r"\MSDB\Samples\SlowPackage", "connections": {"Output folder": "out;Password=canary-4711"}}
        began = client.post("/api/executions", json=body).json()
        served.wait_for(began["id"], "running", "failed")
        lines = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
        assert not any("canary-4711" in line or served.token in line for line in lines)
        shown = client.get(f"/api/executions/{began['id']}").text
        assert "canary-4711" not in shown


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with _listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_an_error_while_stopping_is_event_261(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_SERVICE_LISTEN_PORT", "0")
    stop = Hub.shut_down

    def fail(hub: Hub) -> None:
        stop(hub)
        raise StateUnavailable(detail="the disk is away")

    monkeypatch.setattr(Hub, "shut_down", fail)
    hosted = Hosted(tmp_path)
    thread = threading.Thread(target=hosted.run)
    thread.start()
    assert hosted.ready.wait(30)
    hosted.stop()
    thread.join(30)
    assert not thread.is_alive()
    state = open_state(tmp_path / "state.sqlite")
    entries = EventLog(state).entries()
    state.close()
    assert [each["event_id"] for each in entries] == [259, 261, 258, 257, 256]
    assert "the disk is away" in entries[1]["message"]
