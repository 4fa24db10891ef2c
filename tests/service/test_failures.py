"""What goes wrong around a service: a coded answer, and a service that goes on."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dtserve.service.config import load_home
from dtserve.service.roots import DEFAULT_FILE
from dtserve.service.samples import install_samples
from dtserve.service.watch import Watchers
from support.control_flow import package
from support.service import open_service

COUNTING = (
    '<variable name="User::n" value="0"/><variable name="User::m" value="0"/>'
    '<for name="L" init="@[User::n] = 0" eval="@[User::n] &lt; {count}" assign="@[User::n] = @[User::n] + 1">'
    '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::m] = 1"/></task></for>'
)
MONTHS = r"\MSDB\Samples\CountMonths"


def test_a_database_that_another_program_locks_for_a_while(tmp_path) -> None:
    with open_service(tmp_path) as (hub, client):
        install_samples(hub.home, hub.tree)
        other = sqlite3.connect(hub.home.state_path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1.0, lambda: other.execute("ROLLBACK"))
        timer.start()
        began = time.monotonic()
        answer = client.post("/api/executions", json={"package": MONTHS})
        timer.join()
        other.close()
        assert answer.status_code == 201, answer.text
        assert time.monotonic() - began >= 0.9


@pytest.fixture
def small_disk(tmp_path):
    """A disk of eight megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {made.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_refuses_starts_and_loses_nothing(small_disk) -> None:
    with open_service(small_disk) as (hub, client):
        hub.tree.write(("MSDB", "P"), (hub.home.path / "none").name.encode() * 10)
        before = client.get("/api/tree", params={"path": r"\MSDB"}).json()
        filler = small_disk / "filler"
        with open(filler, "wb") as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass
        answer = client.post("/api/executions", json={"package": r"\MSDB\P"})
        assert answer.status_code in (500, 503), answer.text
        assert answer.json()["symbol"].startswith(("DTSERVE_E_", "DTS_E_"))
        assert "Traceback" not in answer.text
        filler.unlink()
        assert client.post("/api/executions", json={"package": r"\MSDB\P"}).status_code == 201
        assert client.get("/api/tree", params={"path": r"\MSDB"}).json() == before


def fill(place: Path) -> Path:
    filler = place / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (65536, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def ended(client, execution_id: str, seconds: float = 60) -> dict:
    deadline = time.monotonic() + seconds
    while (found := client.get(f"/api/executions/{execution_id}").json())["ended"] is None:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_fills_up_holds_runs_up_and_loses_no_event(small_disk) -> None:
    with open_service(small_disk) as (hub, client):
        hub.tree.write(("MSDB", "P"), package(COUNTING.format(count=1500)))
        begun = client.post("/api/executions", json={"package": r"\MSDB\P"}).json()
        while client.get(f"/api/executions/{begun['id']}").json()["last_event"] < 500:
            time.sleep(0.01)
        filler = fill(small_disk)
        time.sleep(2.0)
        held = client.get(f"/api/executions/{begun['id']}").json()
        time.sleep(0.5)
        assert client.get(f"/api/executions/{begun['id']}").json() == held
        assert held["ended"] is None
        filler.unlink()
        found = ended(client, begun["id"])
        assert (found["state"], found["errors"]) == ("succeeded", 0), found
        total, after = [], 0
        while page := client.get(f"/api/executions/{begun['id']}/events", params={"after": after}).json()["events"]:
            total += [event["sequence"] for event in page]
            after = total[-1]
        assert total == list(range(1, found["last_event"] + 1))
        assert len(total) > 6000


def test_ten_thousand_watchers_are_woken(tmp_path) -> None:
    watchers, woken = Watchers(), []

    async def watch(ready: asyncio.Semaphore) -> None:
        with watchers.watch("run") as changed:
            ready.release()
            await changed.wait()
            woken.append(time.monotonic())

    async def run() -> float:
        ready = asyncio.Semaphore(0)
        tasks = [asyncio.ensure_future(watch(ready)) for _ in range(10_000)]
        for _ in tasks:
            await ready.acquire()
        began = time.monotonic()
        await asyncio.to_thread(watchers.tell, "run")
        await asyncio.gather(*tasks)
        return began

    began = asyncio.run(run())
    assert len(woken) == 10_000
    assert max(woken) - began < 10
    assert watchers.told("run") == 0


def test_a_clock_that_is_set_forward_stops_no_run(tmp_path, monkeypatch) -> None:
    with open_service(tmp_path) as (hub, client):
        install_samples(hub.home, hub.tree)
        begun = client.post(
            "/api/executions",
            json={"package": r"\MSDB\Samples\SlowPackage", "parameters": {"Steps": "2"}, "timeout_seconds": 600},
        ).json()
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + 7200)
        deadline = time.monotonic() + 60
        while (found := client.get(f"/api/executions/{begun['id']}").json())["ended"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert found["state"] == "succeeded"


def test_a_worker_that_writes_garbage(tmp_path, monkeypatch) -> None:
    """Real bytes from a real process: every good line is kept, the first end counts, the service goes on."""
    monkeypatch.setattr("dtserve.execution.spooled._MODULE", "support.garbage_worker")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
    with open_service(tmp_path) as (hub, client):
        install_samples(hub.home, hub.tree)
        begun = client.post("/api/executions", json={"package": MONTHS}).json()
        deadline = time.monotonic() + 60
        while (found := client.get(f"/api/executions/{begun['id']}").json())["ended"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert (found["state"], found["ended"], found["errors"], found["paths"]) == ("succeeded", 2.5, 0, [])
        events = client.get(f"/api/executions/{begun['id']}/events").json()["events"]
        assert [event["sequence"] for event in events] == [1, 2, 5, 6, 8, 9]
        assert events[0]["message"] == "? \u2028 \0"
        streamed = client.get(f"/api/executions/{begun['id']}/stream").text
        lists = [line for line in streamed.split("\r\n") if line.startswith("data: [")]
        assert [event["sequence"] for line in lists for event in json.loads(line[6:])] == [1, 2, 5, 6, 8, 9]
        monkeypatch.undo()
        again = client.post("/api/executions", json={"package": MONTHS}).json()
        while (found := client.get(f"/api/executions/{again['id']}").json())["ended"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert found["state"] == "succeeded"


def test_a_server_of_msdb_that_is_away_or_mute_costs_its_root_alone(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("dtserve.stores.msdb.engine.LOGIN_SECONDS", 2)
    home = load_home(tmp_path).path
    roots = "".join(
        f'<Folder xsi:type="SqlServerFolder"><Name>{name}</Name><ServerName>{name}</ServerName></Folder>'
        for name in ("Away", "Mute")
    )
    (home / "Binn" / "MsDtsSrvr.ini.xml").write_text(DEFAULT_FILE.replace("  </TopLevel", f"{roots}</TopLevel"))
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.create_server(("127.0.0.1", 0)) as away:
        urls = {
            name: f"postgresql+psycopg://u:canary@127.0.0.1:{s.getsockname()[1]}/msdb"
            for name, s in (("Mute", mute), ("Away", away))
        }
        (home / "dtserve.toml").write_text("[servers]\n" + "".join(f'{name} = "{url}"\n' for name, url in urls.items()))
        away.close()
        with open_service(home) as (_, client), ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(client.get, "/api/tree", params={"path": rf"\{name}"}) for name in ("Mute", "Away")]
            began = time.monotonic()
            roots = client.get("/api/tree").json()["folders"]
            assert [each["name"] for each in roots] == ["MSDB", "File System", "Away", "Mute"]
            for path in (r"\MSDB", r"\File System"):
                assert client.get("/api/tree", params={"path": path}).status_code == 200
            assert time.monotonic() - began < 1.5
            for answer in (each.result(20) for each in waiting):
                problem = answer.json()
                assert (answer.status_code, problem["symbol"]) == (503, "DTSERVE_E_ROOTUNAVAILABLE")
                assert problem["detail"].startswith(
                    "Failed to retrieve data for this request. (Microsoft.SqlServer.SmoEnum)"
                )
                assert "is not present or is not available" in problem["detail"]
                assert "Login Timeout Expired" in problem["detail"]
                assert "canary" not in answer.text
            assert client.post("/api/executions", json={"package": r"\Away\P"}).status_code == 503


def test_a_database_that_another_program_holds_for_long(tmp_path, monkeypatch) -> None:
    """Coded answers meanwhile; the run that is under way loses nothing."""
    monkeypatch.setattr("dtserve.service.state.BUSY_SECONDS", 1)
    code = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\n"
        "held.execute('BEGIN EXCLUSIVE')\nprint('held', flush=True)\nsys.stdin.read()"
    )
    with open_service(tmp_path) as (hub, client):
        install_samples(hub.home, hub.tree)
        slow = {"package": r"\MSDB\Samples\SlowPackage", "parameters": {"Steps": "3"}}
        begun = client.post("/api/executions", json=slow).json()
        command = [sys.executable, "-c", code, hub.home.state_path]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout.readline() == "held\n"
            answer = client.post("/api/executions", json={"package": MONTHS})
            assert (answer.status_code, answer.json()["symbol"]) == (503, "DTSERVE_E_STATEUNAVAILABLE")
            assert "locked" in answer.json()["detail"]
            assert client.get("/api/executions").status_code == 200
            assert client.get("/api/tree", params={"path": r"\MSDB"}).status_code == 200
            time.sleep(4)
            assert client.get(f"/api/executions/{begun['id']}").json()["ended"] is None
            other.stdin.close()
        found = ended(client, begun["id"])
        assert (found["state"], found["errors"]) == ("succeeded", 0)
        events = client.get(f"/api/executions/{begun['id']}/events", params={"limit": 5000}).json()["events"]
        assert [event["sequence"] for event in events][-1] == found["last_event"]
        assert client.post("/api/executions", json={"package": MONTHS}).status_code == 201


def test_a_clock_that_is_set_back(tmp_path, monkeypatch) -> None:
    with open_service(tmp_path) as (hub, client):
        install_samples(hub.home, hub.tree)
        slow = {"package": r"\MSDB\Samples\SlowPackage", "parameters": {"Steps": "2"}, "timeout_seconds": 600}
        begun = client.post("/api/executions", json=slow).json()
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() - 86_400)
        assert client.get("/api/session").status_code == 200
        queued = client.post("/api/executions", json={"package": MONTHS}).json()
        monkeypatch.undo()
        assert ended(client, begun["id"])["state"] == "succeeded"
        assert ended(client, queued["id"])["state"] == "succeeded"
        assert [e["id"] for e in client.get("/api/executions").json()["executions"]] == [queued["id"], begun["id"]]
