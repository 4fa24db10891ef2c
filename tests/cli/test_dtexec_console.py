"""What dtexec prints for events."""

import io

import pytest

from dtserve.cli.dtexec_console import Console, ConsoleLog, Reporting, clock
from dtserve.controlflow.events import Event

NAMES = frozenset


def text_of(event: Event, letters: str = "V", **attributes: object) -> str:
    stream = io.StringIO()
    console = Console(stream)
    console.reporting = Reporting(letters)
    for name, value in attributes.items():
        setattr(console, name, value)
    console.event(event)
    return stream.getvalue()


def test_progress_and_data_flow_blocks() -> None:
    progress = Event("OnProgress", "Task", message="Validating", percent=33, time=0.0)
    assert text_of(progress).splitlines()[1:] == ["   Source: Task", "   Validating: 33% complete", "End Progress"]
    rows = Event("RowsSent", "DFT", message="Rows were provided", data={"path": "P", "rows": 5})
    assert "   Rows were provided\n" in text_of(rows, "D")
    assert text_of(rows, "EWP") == ""


def test_sums_count_up() -> None:
    stream = io.StringIO()
    console = Console(stream)
    console.sums = True
    for _ in range(2):
        console.event(Event("RowsSent", "DFT", data={"path": "P", "component": "A", "target": "B", "rows": 5}))
    assert [line.split()[1] for line in stream.getvalue().splitlines()] == ["5", "10"]


@pytest.mark.parametrize(
    ("kind", "letters", "shown"),
    [
        ("OnError", "E", True), ("OnError", "WP", False), ("OnWarning", "EWP", True), ("OnInformation", "EWP", False),
        ("OnInformation", "I", True), ("ExecuteSQLExecutingQuery", "C", True), ("ExecuteSQLExecutingQuery", "EWP", False),
        ("OnPreExecute", "V", False), ("OnError", "N", False),
    ],
)  # fmt: skip
def test_letters(kind, letters, shown) -> None:
    assert bool(text_of(Event(kind, "T", message="m"), letters)) is shown


@pytest.mark.parametrize(
    ("log", "columns"),
    [
        (ConsoleLog(entries=(("NCOSGXMT", NAMES()),)), "NCOSGXMT"),
        (ConsoleLog(entries=(("NM", NAMES()),)), "NM"),
        (ConsoleLog(included=NAMES({"a"}), entries=(("NM", NAMES({"a"})),)), "NM"),
        (ConsoleLog(included=NAMES({"b"}), entries=(("NM", NAMES({"b"})),)), ""),
        (ConsoleLog(excluded=NAMES({"a"}), entries=(("NM", NAMES()),)), ""),
        (ConsoleLog(included=NAMES({"a"}), excluded=NAMES({"a"}), entries=(("NM", NAMES({"a"})),)), ""),
        (ConsoleLog(included=NAMES({"a"}), entries=(("NM", NAMES({"a"})), ("NCOSGXMT", NAMES()))), "NCOSGXMT"),
    ],
)
def test_console_log_lists(log, columns) -> None:
    assert log.columns_for(Event("OnError", "A")) == columns


def test_clock_has_no_leading_zero() -> None:
    import datetime

    assert clock(datetime.datetime(2024, 1, 2, 9, 13, 23).timestamp()) == "9:13:23 AM"
    assert clock(datetime.datetime(2024, 1, 2, 0, 5, 0).timestamp()) == "12:05:00 AM"
    assert clock(datetime.datetime(2024, 1, 2, 12, 5, 0).timestamp()) == "12:05:00 PM"


def test_a_closed_console_prints_nothing() -> None:
    assert text_of(Event("OnError", "T", message="m"), "E", closed=True) == ""
