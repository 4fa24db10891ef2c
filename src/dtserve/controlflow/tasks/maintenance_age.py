"""The age that History Cleanup and Maintenance Cleanup keep: so many hours, days, weeks, months or years."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

from dtserve.controlflow.properties import Property
from dtserve.controlflow.tasks.maintenance import MaintenanceTask, TimeUnit

__all__ = ["FIRST_MOMENT", "AgedTask", "before"]

FIRST_MOMENT = datetime(1753, 1, 1)
"""Where SQL Server's ``datetime`` begins."""


def before(moment: datetime, amount: int, unit: TimeUnit) -> datetime:
    """``amount`` units before a moment; a month's last day where the day is missing.

    >>> before(datetime(2024, 3, 31, 5), 1, TimeUnit.MONTH)
    datetime.datetime(2024, 2, 29, 5, 0)
    """
    if unit is TimeUnit.HOUR:
        return moment - timedelta(hours=amount)
    if unit in (TimeUnit.DAY, TimeUnit.WEEK):
        return moment - timedelta(days=amount * (7 if unit is TimeUnit.WEEK else 1))
    months = moment.year * 12 + moment.month - 1 - amount * (12 if unit is TimeUnit.YEAR else 1)
    year, month = max(months // 12, 1), months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


class AgedTask(MaintenanceTask):
    """A cleanup task."""

    per_database = False

    amount = Property("RemoveOlderThan", int, 4, text="How many units are kept.", aliases=("OlderThanTimeUnits",))
    unit = Property(
        "TimeUnitsType",
        TimeUnit,
        TimeUnit.WEEK,
        text="Day 0, Week 1, Month 2, Year 3, Hour 5.",
        aliases=("OlderThanTimeUnitType",),
    )

    def oldest(self) -> str:
        """The oldest moment that is kept, as T-SQL reads it in any language."""
        try:  # the clock SQL Server's files and history have
            moment = before(datetime.now(), max(self.amount, 0), self.unit)
        except OverflowError:
            moment = FIRST_MOMENT
        return max(moment, FIRST_MOMENT).isoformat(timespec="seconds")
