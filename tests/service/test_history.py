"""Executions, their events and row counts."""

import pytest

from dtserve.controlflow.events import Event
from dtserve.service.errors import ExecutionNotFound
from dtserve.service.history import History
from dtserve.service.state import open_state


@pytest.fixture
def history(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield History(state)
    state.close()


def add(history: History, name: str = "a") -> int:
    return history.add(id=name, user="me", package_path=rf"\MSDB\{name}", package_name=name)


def test_an_execution_begins_as_starting(history: History) -> None:
    add(history)
    found = history.get("a")
    assert (found["state"], found["user"], found["paths"], found["exit_code"]) == ("starting", "me", [], None)


def test_unknown_executions(history: History) -> None:
    with pytest.raises(ExecutionNotFound, match="nowhere"):
        history.get("nowhere")


def test_an_end_is_final(history: History) -> None:
    number = add(history)
    history.update(number, state="canceled", exit_code=3)
    history.update(number, state="succeeded", exit_code=0)
    assert history.get("a")["state"] == "canceled"


def test_events_come_back_in_order_and_by_cursor(history: History) -> None:
    number = add(history)
    history.append(number, [Event("OnInformation", "T", message=str(n), sequence=n) for n in range(1, 6)])
    assert [e["sequence"] for e in history.events(number, after=2, limit=2)] == [3, 4]
    assert history.events(number, after=4)[0]["message"] == "5"
    assert history.get("a")["last_event"] == 5


def test_errors_and_warnings_are_counted_once(history: History) -> None:
    number = add(history)
    bubbled = Event("OnError", "P", sequence=2, data={"bubbled": True})
    history.append(number, [Event("OnError", "T", sequence=1), bubbled, Event("OnWarning", "T", sequence=3)])
    assert (history.get("a")["errors"], history.get("a")["warnings"]) == (1, 1)


def test_rows_on_paths_add_up_and_are_no_events(history: History) -> None:
    number = add(history)
    for sequence, rows in ((1, 10), (2, 32)):
        data = {"path": "P.Paths[x]", "component": "A", "target": "B", "rows": rows}
        history.append(number, [Event("RowsSent", "T", sequence=sequence, data=data)])
    assert history.get("a")["paths"] == [{"path": "P.Paths[x]", "component": "A", "target": "B", "rows": 42}]
    assert history.events(number) == []


def test_lists_page_from_the_newest(history: History) -> None:
    numbers = [add(history, name) for name in "abc"]
    history.update(numbers[0], state="failed")
    assert [e["id"] for e in history.find()] == ["c", "b", "a"]
    assert [e["id"] for e in history.find(running=True)] == ["c", "b"]
    assert [e["id"] for e in history.find(limit=1, before=numbers[2])] == ["b"]


def test_what_a_former_service_left_has_failed(history: History) -> None:
    number = add(history)
    history.update(number, state="running")
    done = add(history, "done")
    history.update(done, state="succeeded")
    assert history.fail_unfinished("killed") == ["a"]
    assert (history.get("a")["state"], history.get("a")["reason"]) == ("failed", "killed")
    assert history.get("done")["state"] == "succeeded"
