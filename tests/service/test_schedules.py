"""Schedules start what is due, once, and heed what became of their owner."""

import threading
import time
from dataclasses import replace

import pytest

from dtserve.errors import AccessDenied, PackageNotFound
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.service.errors import NameTaken, ScheduleNotFound
from dtserve.service.planning_schema import schedules as table
from dtserve.service.run_request import RunRequest
from dtserve.service.schedules import Schedules
from dtserve.service.sealed import Seal
from dtserve.service.timetable import Timetable
from support.service import PACKAGE, open_service

REQUEST = RunRequest(package=r"\MSDB\P", options=ExecutionOptions(settings=(Setting("set", "x", "canary"),)))
HOURLY = Timetable("0 * * * *")


class Started:
    """Executions that only notes what it is asked to start."""

    def __init__(self, executions) -> None:
        self.launcher = executions.launcher
        self.starts: list[tuple[str, RunRequest, str]] = []

    def knows(self, execution_id: str) -> bool:
        return execution_id in {each for *_, each in self.starts}

    def start(self, request, user, *, execution_id) -> None:
        self.starts.append((user, request, execution_id))


@pytest.fixture
def parts(tmp_path):
    with open_service(tmp_path) as (hub, _):
        hub.tree.write(("MSDB", "P"), PACKAGE)
        started = Started(hub.executions)
        refused: list[str] = []

        def may_start(owner: str, request: RunRequest) -> None:
            if owner in refused:
                raise AccessDenied()

        yield Schedules(hub.state, started, Seal(hub.home.seal_path), may_start), started, refused, hub


def fire(schedules: Schedules, now: float) -> None:
    schedules.fire(threading.Event(), now)


def test_a_run_at_its_time_and_only_once(parts) -> None:
    schedules, started, _, hub = parts
    row = schedules.add("hourly", "ann", REQUEST, HOURLY)
    assert "request" not in row
    fire(schedules, row["next_run"] - 1)
    assert started.starts == []
    fire(schedules, row["next_run"] + 0.5)
    fire(schedules, row["next_run"] + 1.5)
    ((user, request, execution_id),) = started.starts
    assert (user, request) == ("ann", replace(REQUEST, schedule=row["id"]))
    after = schedules.get(row["id"])
    assert (after["next_run"], after["last_execution"]) == (row["next_run"] + 3600, execution_id)
    assert b"canary" not in hub.home.state_path.read_bytes()


def test_a_crash_between_the_start_and_its_note_makes_no_second_run(parts) -> None:
    schedules, started, _, hub = parts
    row = schedules.add("hourly", "ann", REQUEST, HOURLY)
    fire(schedules, row["next_run"])
    schedules._update(row["id"], next_run=row["next_run"])
    fire(schedules, row["next_run"] + 2)
    assert len(started.starts) == 1
    assert hub.history.find() == []


@pytest.mark.parametrize(("missed", "runs"), [("skip", 0), ("once", 1)])
def test_runs_that_were_slept_through(parts, missed, runs) -> None:
    schedules, started, *_ = parts
    row = schedules.add("hourly", "ann", REQUEST, HOURLY, missed=missed)
    fire(schedules, row["next_run"] + 5 * 3600 + 120)
    assert len(started.starts) == runs
    assert schedules.get(row["id"])["next_run"] == row["next_run"] + 6 * 3600


def test_the_clock_set_back_repeats_nothing(parts) -> None:
    schedules, started, *_ = parts
    row = schedules.add("often", "ann", REQUEST, Timetable(every_seconds=60))
    fire(schedules, row["next_run"])
    fire(schedules, row["next_run"] - 600)
    assert len(started.starts) == 1


def test_paused_removed_refused(parts) -> None:
    schedules, started, refused, _ = parts
    row = schedules.add("hourly", "ann", REQUEST, HOURLY)
    schedules.pause(row["id"], True)
    fire(schedules, row["next_run"])
    assert started.starts == []
    assert schedules.pause(row["id"], False)["next_run"] > time.time()
    refused.append("ann")
    fire(schedules, schedules.get(row["id"])["next_run"])
    assert started.starts == []
    assert "denied" in schedules.get(row["id"])["last_problem"]
    schedules.remove(row["id"])
    with pytest.raises(ScheduleNotFound):
        schedules.get(row["id"])


def test_names_are_taken_once_and_packages_must_be_there(parts) -> None:
    schedules, *_ = parts
    schedules.add("a", "ann", REQUEST, HOURLY)
    with pytest.raises(NameTaken, match="a"):
        schedules.add("a", "bob", REQUEST, HOURLY)
    with pytest.raises(PackageNotFound):
        schedules.add("b", "ann", RunRequest(package=r"\MSDB\None"), HOURLY)
    assert [row["name"] for row in schedules.find()] == ["a"]
    assert schedules.find("bob") == []


def test_a_schedule_that_cannot_be_read_holds_up_no_other(parts) -> None:
    schedules, started, _, hub = parts
    seal = Seal(hub.home.seal_path)
    names = ("of a later version", "in a lost time zone", "good")
    rows = [schedules.add(name, "ann", REQUEST, HOURLY) for name in names]
    with hub.state.write() as connection:
        change = table.update()
        connection.execute(
            change.where(table.c.id == rows[0]["id"]).values(request=seal.close(b'{"options": {"z": 1}}'))
        )
        connection.execute(change.where(table.c.id == rows[1]["id"]).values(time_zone="Mars/Base"))
    fire(schedules, rows[0]["next_run"])
    assert [request.schedule for _, request, _ in started.starts] == [rows[2]["id"]]
    later, lost, good = (schedules.get(row["id"]) for row in rows)
    assert "another version" in later["last_problem"]
    assert (lost["paused"], lost["last_problem"]) == (
        True,
        'The schedule cannot be followed: "Mars/Base" is no time zone.',
    )
    assert (good["last_problem"], good["paused"]) == ("", False)
