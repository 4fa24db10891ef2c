"""Old executions go, in small steps."""

import threading
import time

import pytest

from dtserve.service import retention
from dtserve.service.history import History
from dtserve.service.retention import sweep
from dtserve.service.settings import read_settings
from dtserve.service.state import open_state


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
