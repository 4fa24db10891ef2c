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


def test_an_execution_begins_in_the_queue(history: History) -> None:
    add(history)
    found = history.get("a")
    assert (found["state"], found["user"], found["paths"], found["exit_code"]) == ("queued", "me", [], None)


def test_unknown_executions(history: History) -> None:
    with pytest.raises(ExecutionNotFound, match="nowhere"):
        history.get("nowhere")


def test_an_end_is_final(history: History) -> None:
    number = add(history)
    assert history.update(number, state="canceled", exit_code=3)
    assert not history.update(number, state="succeeded", exit_code=0)
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


def test_lists_are_filtered(history: History) -> None:
    for name, user, when in (("Load 50%", "ann", 10.0), ("Load 500", "bob", 20.0), ("Other", "ann", 30.0)):
        history.add(id=name, user=user, package_path=rf"\MSDB\{name}", package_name=name, created=when)
    history.update(history.get("Other")["number"], state="failed", reason="Disk full")
    for filters, expected in (
        ({"package": r"\msdb\load 50"}, ["Load 500", "Load 50%"]),
        ({"package": r"\MSDB\Load 50%"}, ["Load 50%"]),
        ({"user": "ann"}, ["Other", "Load 50%"]),
        ({"state": "failed"}, ["Other"]),
        ({"text": "disk"}, ["Other"]),
        ({"text": "bob"}, ["Load 500"]),
        ({"since": 20.0}, ["Other", "Load 500"]),
        ({"since": 10.0, "until": 20.0}, ["Load 50%"]),
    ):
        assert [e["id"] for e in history.find(**filters)] == expected, filters
    assert history.counts() == {"queued": 2, "failed": 1}


def test_the_queue_goes_by_priority_then_age_and_waits_for_its_time(history: History) -> None:
    for name, priority, not_before in (("a", 0, 0.0), ("b", 5, 0.0), ("c", 0, 0.0), ("later", 9, 100.0)):
        history.add(
            id=name, user="me", package_path="p", package_name="p", priority=priority, not_before=not_before,
            run_key="k" if name == "c" else "",
        )  # fmt: skip
    assert [e["id"] for e in history.waiting(50.0)] == ["b", "a", "c"]
    assert [e["id"] for e in history.waiting(100.0)] == ["later", "b", "a", "c"]
    assert [e["id"] for e in history.unfinished()] == ["a", "b", "c", "later"]
    assert [e["id"] for e in history.unfinished("k")] == ["c"]


def test_events_are_filtered_by_level_and_text(history: History) -> None:
    number = add(history)
    kinds = ("OnInformation", "OnError", "OnWarning", "OnProgress", "OnTaskFailed")
    history.append(
        number,
        [Event(kind, f"Täsk {n}", message=f"Straße {n}_", sequence=n) for n, kind in enumerate(kinds, 1)],
    )
    for filters, expected in (
        ({"level": "error"}, [2, 5]),
        ({"level": "warning"}, [2, 3, 5]),
        ({"level": "information"}, [1, 2, 3, 5]),
        ({"level": "verbose"}, [1, 2, 3, 4, 5]),
        ({"text": "straße 3"}, [3]),
        ({"text": "4_"}, [4]),
        ({"text": "täsk 1"}, [1]),
    ):
        assert [e["sequence"] for e in history.events(number, **filters)] == expected, filters


def test_the_same_events_twice_are_one(history: History) -> None:
    number = add(history)
    batch = [Event("OnInformation", "T", sequence=n) for n in (1, 2)]
    history.append(number, batch)
    history.append(number, batch)
    assert [e["sequence"] for e in history.events(number)] == [1, 2]


def test_old_executions_are_removed_running_ones_stay(history: History) -> None:
    for number in range(1, 7):
        made = add(history, str(number))
        history.append(made, [Event("OnError", "T", sequence=1)])
        if number != 2:
            history.update(made, state="failed", ended=float(number))
    assert history.remove(older_than=2.5, keep=0, limit=100) == 1
    assert [e["id"] for e in history.find()] == ["6", "5", "4", "3", "2"]
    assert history.remove(older_than=None, keep=2, limit=1) == 1
    assert history.remove(older_than=None, keep=2, limit=100) == 1
    assert [e["id"] for e in history.find()] == ["6", "5", "2"]
    assert history.remove(older_than=None, keep=0, limit=100) == 0
    assert len(history.events(1)) == 0


def test_phases_are_summed_per_component(history) -> None:
    number = history.add(id="x", user="me", package_path="p", package_name="p", state="running")
    told = [("A", "Validate", 0.5), ("B", "Validate", 0.25), ("A", "ProcessInput", 2.0), ("A", "ProcessInput", 1.0)]
    history.append(
        number,
        [
            Event("ComponentPhase", "Load", source_path="Package\\Load", sequence=n, data={"component": c, "phase": p, "seconds": s})
            for n, (c, p, s) in enumerate(told, 1)
        ],
    )  # fmt: skip
    found = history.phases(number)
    assert [(e["component"], e["phase"], e["seconds"], e["times"]) for e in found] == [
        ("A", "Validate", 0.5, 1), ("B", "Validate", 0.25, 1), ("A", "ProcessInput", 3.0, 2),
    ]  # fmt: skip
    assert {(e["task"], e["task_path"]) for e in found} == {("Load", "Package\\Load")}
    assert history.phases(number + 1) == []


@pytest.mark.parametrize(
    ("asked", "sequences"),
    [
        ({}, range(1, 13)),
        ({"level": "error"}, (3, 4, 9, 10)),
        ({"level": "error", "limit": 3}, (3, 4, 9)),
        ({"level": "error", "after": 4, "kind": "OnError"}, (9,)),
        ({"level": "error", "kind": "OnInformation"}, ()),
        ({"level": "warning", "text": "50%"}, (3, 5, 11)),
        ({"level": "verbose", "text": "TASK_1"}, (1, 3, 5, 7, 9, 11)),
        ({"kind": "OnWarning"}, (5, 6, 11, 12)),
        ({"text": "a/b"}, (4,)),
        ({"text": "_"}, range(1, 13)),
    ],
)
def test_events_of_a_level_with_a_text_in_order(history, asked, sequences) -> None:
    kinds = ["OnInformation", "OnProgress", "OnError", "OnTaskFailed", "OnWarning", "OnWarning"] * 2
    number = history.add(id="x", user="me", package_path="p", package_name="p", state="running")
    texts = {3: "Half: 50% of it", 4: "a/b", 5: "50% Again", 9: "50 percent", 11: "at 50%"}
    history.append(
        number,
        [Event(kind, f"Task_{n % 2}", message=texts.get(n, ""), sequence=n) for n, kind in enumerate(kinds, 1)],
    )
    assert [each["sequence"] for each in history.events(number, **asked)] == list(sequences)
