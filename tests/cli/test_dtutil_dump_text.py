"""The text of a dump: of a worker of the service that is in the middle of a package."""

import os
import re
import time
from pathlib import Path

import psutil

from dtserve.cli.dtutil import main
from dtserve.cli.dtutil_dump_text import about_process, about_run
from support.service import SAMPLES, serve


def test_a_running_worker(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path))
    with serve(tmp_path) as served, served.client as client:
        put = {"params": {"path": r"\MSDB\Slow"}, "content": (SAMPLES / "SlowPackage.dtsx").read_bytes()}
        assert client.put("/api/packages/content", **put).status_code == 201
        run = client.post("/api/executions", json={"package": r"\MSDB\Slow"}).json()
        process_id = worker(client, run["id"])
        assert main(["/Dump", str(process_id)]) == 0
        mini, text = capsys.readouterr().out.splitlines()[-3:-1]
        assert served.wait_for(run["id"], "running")["state"] == "running"
        client.post(f"/api/executions/{run['id']}/stop")
        served.wait_for(run["id"], "stopped", "failed", "canceled", "cancelled")
    assert mini.endswith("SQLDmpr0001.mdmp")
    lines = Path(text).read_text("utf-8").splitlines()
    assert f"# PID: {process_id}" in lines
    for wanted in ("Open files:", "Connections:", "Loaded modules:", "Package:", "Running now:", "Log entries:"):
        assert wanted in lines
    assert r"package_path: \MSDB\Slow" in lines
    now = lines[lines.index("Running now:") + 1 : lines.index("Log entries:") - 1]
    assert now[0].startswith("Package\tsince ")
    assert "Count slowly" in now[-1]
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"
    entries = lines[lines.index("Log entries:") + 1 :]
    assert len(entries) >= 3
    assert all(re.fullmatch(rf"{moment}\t\w+\t[^\t]*\t0x[0-9A-F]{{8}}\t[^\t]*\t{run['id']}", each) for each in entries)


def worker(client, execution_id):
    """The process of an execution, once it tells something."""
    for _ in range(300):
        events = client.get(f"/api/executions/{execution_id}/events").json()["events"]
        if any(each["kind"] == "OnPreExecute" and "Count slowly" in each["source"] for each in events):
            break
        time.sleep(0.1)
    mine = [each for each in psutil.process_iter(["cmdline"]) if execution_id in (each.info["cmdline"] or [])]
    return mine[0].pid


def test_a_process_without_a_run(tmp_path):
    lines = list(about_process(psutil.Process()))
    assert lines[1] == f"# PID: {os.getpid()}"
    threads = lines[lines.index("Threads (id, name, state, waits in, seconds of processor time):") + 1]
    assert threads.split("\t")[0] == str(os.getpid())
    assert list(about_run(os.getpid(), None)) == ["", "Log entries:"]
    assert list(about_run(os.getpid(), tmp_path / "none")) == ["", "Log entries:"]
    (tmp_path / "no database").write_text("x")
    assert list(about_run(os.getpid(), tmp_path / "no database")) == ["", "Log entries:"]
