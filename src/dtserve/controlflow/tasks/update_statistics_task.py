"""Update Statistics Task (CONTROL_FLOW §27): ``UPDATE STATISTICS`` for each chosen table and indexed view."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks.maintenance import MaintenanceTask

if TYPE_CHECKING:
    from dtserve.connections.base import SqlSession

__all__ = ["ScanType", "StatisticsTarget", "UpdateStatisticsTask"]


class StatisticsTarget(enum.IntEnum):
    """UpdateStatisticsType."""

    INDEX = 0
    COLUMN = 1
    ALL = 2


class ScanType(enum.IntEnum):
    """UpdateScanType."""

    DEFAULT = 0
    PERCENT = 1
    ROWS = 2
    FULL_SCAN = 3
    RESAMPLE = 4


@task("DbMaintenanceUpdateStatisticsTask")
class UpdateStatisticsTask(MaintenanceTask):
    """Updates what the optimizer knows of tables."""

    part: ClassVar[str] = "DbMaintenanceUpdateStatisticsTask"
    title: ClassVar[str] = "Update Statistics"

    target = Property("UpdateStatisticsType", StatisticsTarget, StatisticsTarget.ALL, text="Of indexes, columns, all.")
    scan = Property("UpdateScanType", ScanType, ScanType.FULL_SCAN, text="How much is read.")
    sample = Property("UpdateSampleValue", int, 50, text="Percent or rows of a sample.")

    def statements(self, session: SqlSession, database: str) -> Iterator[str]:
        """One statement for a table or view."""
        options = {
            ScanType.FULL_SCAN: "FULLSCAN",
            ScanType.PERCENT: f"SAMPLE {self.sample} PERCENT",
            ScanType.ROWS: f"SAMPLE {self.sample} ROWS",
            ScanType.RESAMPLE: "RESAMPLE",
        }
        given = [options[self.scan]] if self.scan in options else []
        if self.target is not StatisticsTarget.ALL:
            given.append("INDEX" if self.target is StatisticsTarget.INDEX else "COLUMNS")
        rest = f" \nWITH {','.join(given)}" if given else ""
        for each in self.objects(session):
            yield f"UPDATE STATISTICS {each.path}{rest}"
