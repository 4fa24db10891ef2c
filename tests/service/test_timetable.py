"""When schedules are due: cron with daylight saving, intervals, and what makes no sense."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dtserve.service.errors import BadTimetable
from dtserve.service.timetable import Timetable


def moment(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("30 2 * * *", "UTC", "2026-01-01 02:30", "2026-01-02 02:30"),
        ("30 2 * * *", "UTC", "2026-01-01 02:29", "2026-01-01 02:30"),
        ("0 6 * * 1-5", "Europe/Berlin", "2026-11-20 07:00", "2026-11-23 06:00"),
        ("0 0 29 2 *", "UTC", "2026-03-01 00:00", "2028-02-29 00:00"),
        ("*/15 * * * *", "Asia/Kolkata", "2026-01-01 10:01", "2026-01-01 10:15"),
        ("0 6 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 06:00"),
        ("0 6 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 06:00"),
    ],
)
def test_cron_in_a_time_zone(cron, zone, after, expected) -> None:
    assert Timetable(cron, time_zone=zone).after(moment(after, zone)) == moment(expected, zone)


def test_a_time_that_daylight_saving_leaves_out_comes_right_after() -> None:
    table = Timetable("30 2 * * *", time_zone="Europe/Berlin")
    assert table.after(moment("2026-03-28 12:00", "Europe/Berlin")) == moment("2026-03-29 01:00")


@pytest.mark.parametrize(
    ("after", "expected"), [(0.0, 160.0), (100.0, 160.0), (159.9, 160.0), (160.0, 220.0), (1000.0, 1060.0)]
)
def test_intervals_count_from_the_beginning(after, expected) -> None:
    assert Timetable(every_seconds=60.0, begin=100.0).after(after) == expected


@pytest.mark.parametrize(
    "table",
    [
        Timetable(),
        Timetable("* * * * *", 60.0),
        Timetable(every_seconds=1.0),
        Timetable("61 * * * *"),
        Timetable("nonsense"),
        Timetable("0 0 30 2 *"),
        Timetable("* * * * *", time_zone="Mars/Olympus"),
        Timetable("* * * * *", time_zone="../etc/passwd"),
    ],
)
def test_what_makes_no_sense(table) -> None:
    with pytest.raises(BadTimetable):
        table.check()
