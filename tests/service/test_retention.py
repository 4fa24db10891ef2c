"""Old executions and rows of the logs go, in small steps."""

import threading
import time

import pytest

from dtserve.service import retention, schema
from dtserve.service.audit import Audit
from dtserve.service.eventlog import EventLog
from dtserve.service.history import History
from dtserve.service.retention import sweep, sweep_logs, sweep_versions
from dtserve.service.settings import read_settings
from dtserve.service.state import open_state
from dtserve.stores.versions import VersionArchive


@pytest.fixture
def history(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    history = History(state)
    for day in range(8):
        number = history.add(id=str(day), user="me", package_path="p", package_name="p")
        history.update(number, state="failed", ended=time.time() - day * 86_400 - 60)
    history.add(id="running", user="me", package_path="p", package_name="p", created=0.0)
    yield history
    state.close()


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ("keep_days = 3\nkeep_executions = 0", {"0", "1", "2"}),
        ("keep_days = 0\nkeep_executions = 2", {"6", "7"}),
        ("keep_days = 0\nkeep_executions = 0", set("01234567")),
    ],
)
def test_what_is_kept(history, tmp_path, monkeypatch, settings, left) -> None:
    monkeypatch.setattr(retention, "SLICE", 2)
    (tmp_path / "dtserve.toml").write_text(f"[history]\n{settings}\n")
    removed = sweep(history, read_settings(tmp_path / "dtserve.toml", {}), threading.Event())
    assert {row["id"] for row in history.find()} == left | {"running"}
    assert removed == 8 - len(left)


def test_a_stop_is_heeded(history, tmp_path) -> None:
    stopped = threading.Event()
    stopped.set()
    (tmp_path / "dtserve.toml").write_text("[history]\nkeep_days = 1\n")
    assert sweep(history, read_settings(tmp_path / "dtserve.toml", {}), stopped) == 0


LOGS = [
    ("keep_days = 3\nkeep_rows = 0", 3),
    ("keep_days = 0\nkeep_rows = 2", 2),
    ("keep_days = 0\nkeep_rows = 0", 8),
    ("keep_days = 6\nkeep_rows = 4", 4),
]


@pytest.fixture
def state(tmp_path):
    """A row of the audit and one of the event log for each of the last eight days."""
    state = open_state(tmp_path / "logs.sqlite")
    for day in reversed(range(8)):
        moment = time.time() - day * 86_400 - 60
        with state.write() as connection:
            facts = {"user": "me", "address": "", "action": "a", "target": f"{day}", "outcome": "done"}
            connection.execute(schema.audit.insert().values(time=moment, **facts))
            facts = {"event_id": 257, "symbol": "S", "severity": "info", "category": 1, "message": f"{day}"}
            connection.execute(schema.event_log.insert().values(time=moment, **facts))
    yield state
    state.close()


@pytest.mark.parametrize(("settings", "left"), LOGS)
def test_what_is_kept_of_audit_and_event_log(state, tmp_path, monkeypatch, settings, left) -> None:
    monkeypatch.setattr(retention, "LOG_SLICE", 3)
    (tmp_path / "dtserve.toml").write_text(f"[audit]\n{settings}\n")
    found = read_settings(tmp_path / "dtserve.toml", {})
    assert sweep_logs(state, found, threading.Event()) == 2 * (8 - left)
    assert [row["target"] for row in Audit(state).entries()] == [str(day) for day in range(left)]
    assert [row["message"] for row in EventLog(state).entries()] == [str(day) for day in range(left)]
    assert sweep_logs(state, found, threading.Event()) == 0


def test_a_stop_is_heeded_by_the_logs_too(state, tmp_path) -> None:
    stopped = threading.Event()
    stopped.set()
    (tmp_path / "dtserve.toml").write_text("[audit]\nkeep_days = 1\n")
    assert sweep_logs(state, read_settings(tmp_path / "dtserve.toml", {}), stopped) == 0


def test_a_clock_that_was_wrong_keeps_no_old_row(state, tmp_path) -> None:
    with state.write() as connection:
        connection.execute(schema.audit.update().where(schema.audit.c.number == 1).values(time=time.time() + 1e9))
    (tmp_path / "dtserve.toml").write_text("[audit]\nkeep_days = 3\n")
    sweep_logs(state, read_settings(tmp_path / "dtserve.toml", {}), threading.Event())
    assert {row["target"] for row in Audit(state).entries()} == {"0", "1", "2", "7"}


def test_writers_do_not_wait_for_the_retention_of_many_rows(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0.0)
    state = open_state(tmp_path / "many.sqlite")
    facts = {"user": "me", "address": "", "action": "a", "target": "t", "outcome": "done"}
    with state.write() as connection:
        connection.execute(schema.audit.insert(), [{"time": 1.0, **facts} for _ in range(20_000)])
    (tmp_path / "dtserve.toml").write_text("[audit]\nkeep_days = 1\n")
    found, audit, longest = read_settings(tmp_path / "dtserve.toml", {}), Audit(state), 0.0
    sweeping = threading.Thread(target=sweep_logs, args=(state, found, threading.Event()))
    sweeping.start()
    while sweeping.is_alive():
        began = time.monotonic()
        audit.write("me", "b")
        longest = max(longest, time.monotonic() - began)
    assert longest < 1.0
    assert not any(row["action"] == "a" for row in audit.entries(limit=100_000))
    state.close()


def test_versions_go_by_number_and_age(tmp_path):
    settings = read_settings(
        tmp_path / "dtserve.toml", {"DTSERVE_VERSIONS_KEEP": "2", "DTSERVE_VERSIONS_KEEP_DAYS": "30"}
    )
    archive = VersionArchive(tmp_path / "versions.sqlite")
    assert sweep_versions(archive, settings) == 0
    assert not archive.path.exists()
    for number in range(4):
        archive.keep("s", ("P",), b"%d" % number, who="me", why="x")
    assert sweep_versions(archive, settings) == 2
    with archive.transaction() as connection:
        connection.execute("UPDATE versions SET time = time - 31 * 86400")
    assert sweep_versions(archive, settings) == 1
    assert [each.version for each in archive.list("s", ("P",))] == [4]
