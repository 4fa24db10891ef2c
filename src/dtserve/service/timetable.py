"""When a schedule is due: a cron expression in a time zone, or a fixed interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from dtserve.service.errors import BadTimetable

__all__ = ["LEAST_SECONDS", "Timetable"]

LEAST_SECONDS = 10.0
"""The shortest interval."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """``cron`` has five fields (minute, hour, day, month, weekday) and follows the clock of ``time_zone``, daylight
    saving as Debian's cron does; or ``every_seconds`` counts from ``begin``, seconds since the epoch.
    """

    cron: str = ""
    every_seconds: float = 0.0
    time_zone: str = "UTC"
    begin: float = 0.0

    def check(self) -> None:
        """BadTimetable unless it is one of the two, can be read and comes round at all."""
        if bool(self.cron) == bool(self.every_seconds):
            raise BadTimetable(detail="Give either cron or every_seconds.")
        if self.every_seconds and self.every_seconds < LEAST_SECONDS:
            raise BadTimetable(detail=f"every_seconds is below {LEAST_SECONDS:g}.")
        self.after(self.begin)

    def after(self, moment: float) -> float:
        """The first time after ``moment``, both in seconds since the epoch; BadTimetable."""
        if self.every_seconds:
            passed = max(0.0, moment - self.begin) // self.every_seconds
            return self.begin + (passed + 1) * self.every_seconds
        try:
            start = datetime.fromtimestamp(moment, UTC).astimezone(_zone(self.time_zone))
            return float(next(CronSim(self.cron, start)).timestamp())
        except CronSimError as error:
            raise BadTimetable(detail=f'"{self.cron}" is no cron expression: {error}.') from None
        except StopIteration:
            raise BadTimetable(detail=f'"{self.cron}" never comes round.') from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise BadTimetable(detail=f'"{name}" is no time zone.') from None
    except KeyError:
        raise BadTimetable(detail=f'"{name}" is no time zone.') from None
