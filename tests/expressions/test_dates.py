from datetime import datetime

import pytest

from dtserve.expressions.dates import MONTHS, PARTS, UNITS, add, difference, microseconds, part_named, part_of
from dtserve.expressions.switches import using
from dtserve.expressions.type_errors import InvalidDatePart
from dtserve.expressions.value_errors import FunctionOverflow


def test_every_name_of_a_part_in_any_case() -> None:
    for part, names in PARTS.items():
        for name in names:
            assert part_named(name, "X") == part_named(name.upper(), "X") == part
    assert set(PARTS) == set(MONTHS) | set(UNITS)
    for wrong in ("xx", "", "years", None):
        with pytest.raises(InvalidDatePart):
            part_named(wrong, "X")


@pytest.mark.parametrize(
    ("day", "week", "weekday"),
    [
        (datetime(2022, 1, 1), 1, 7),
        (datetime(2022, 1, 2), 2, 1),
        (datetime(2023, 1, 1), 1, 1),
        (datetime(2024, 12, 31), 53, 3),
        (datetime(2000, 12, 31), 54, 1),
    ],
)
def test_weeks(day: datetime, week: int, weekday: int) -> None:
    assert (part_of("week", day), part_of("weekday", day)) == (week, weekday)


def test_monday_as_first_day_is_a_switch() -> None:
    with using(first_weekday=2):
        assert part_of("weekday", datetime(2022, 1, 2)) == 7
        assert part_of("week", datetime(2022, 1, 3)) == 2
        assert difference("week", datetime(2022, 1, 1), datetime(2022, 1, 2)) == 0
        assert difference("week", datetime(2022, 1, 2), datetime(2022, 1, 3)) == 1


def test_add_stays_in_the_month_and_in_the_calendar() -> None:
    assert add("month", 1, datetime(2023, 1, 31, 5)) == datetime(2023, 2, 28, 5)
    assert add("quarter", -1, datetime(2024, 5, 31)) == datetime(2024, 2, 29)
    assert add("week", 1, datetime(2024, 2, 26)) == datetime(2024, 3, 4)
    for part, number in (("year", 8000), ("month", -30000), ("day", 10**12), ("millisecond", 10**17)):
        with pytest.raises(FunctionOverflow):
            add(part, number, datetime(2024, 1, 1))


def test_difference_counts_boundaries_on_both_sides_of_the_epoch() -> None:
    assert difference("day", datetime(1969, 12, 31, 23), datetime(1970, 1, 1)) == 1
    assert difference("second", datetime(1969, 12, 31, 23, 59, 59, 999000), datetime(1970, 1, 1)) == 1
    assert difference("quarter", datetime(2000, 1, 1), datetime(1999, 12, 31)) == -1
    assert microseconds(datetime(1969, 12, 31, 23, 59, 59)) == -1_000_000
    with pytest.raises(FunctionOverflow):
        difference("second", datetime(1900, 1, 1), datetime(2000, 1, 1))
