"""The texts and numbers of the service's event log (SERVICE §3)."""

import pytest

from dtserve.service.eventlog import SERVICE_EVENTS, EventLog
from dtserve.service.state import open_state


@pytest.fixture
def log(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield EventLog(state)
    state.close()


def test_numbers_are_those_of_the_service() -> None:
    numbers = [256, 257, 258, 259, 260, 261, 272, 273, 274, 336, 10016]
    assert sorted(e.event_id for e in SERVICE_EVENTS.values()) == numbers


def test_entries_are_listed_newest_first_and_paged(log: EventLog) -> None:
    log.write("DTS_MSG_SERVER_STARTING", "1.0")
    log.write("DTS_MSG_SERVER_STOPPING", "true")
    newest, oldest = log.entries()
    assert newest["message"] == "Stopping Microsoft SSIS Service.\n\nStop all running packages on exit: true"
    assert (oldest["event_id"], oldest["severity"]) == (256, "info")
    assert log.entries(before=newest["number"]) == [oldest]


def test_a_stopped_package_is_named_whole(log: EventLog) -> None:
    log.write("DTS_MSG_SERVER_STOPPING_PACKAGE", "{i}", "{p}", "Load", "loads", "me")
    assert log.entries()[0]["message"].splitlines()[1:] == [
        "Package instance ID: {i}", "Package ID: {p}", "Package name: Load", "Package description: loads",
        "Package started by: me.",
    ]  # fmt: skip
