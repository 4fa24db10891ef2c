"""Audit: facts of the run as columns (``LineageItemSelected``, DATA_FLOW §5).

0 ExecutionInstanceGUID · 1 PackageID · 2 PackageName · 3 VersionID · 4 ExecutionStartTime
(DT_DATE) · 5 MachineName · 6 UserName · 7 TaskName · 8 TaskID: the system variables of
the package. A text longer than its column is cut, as the lengths of these columns may be
set shorter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.errors import BadMetadata
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import BadLineageItem
from dtserve.datatypes import TypeSpec

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Audit"]

ITEMS = (
    "System::ExecutionInstanceGUID",
    "System::PackageID",
    "System::PackageName",
    "System::VersionGUID",
    "System::StartTime",
    "System::MachineName",
    "System::UserName",
    "System::TaskName",
    "System::TaskID",
)
"""The system variable behind each item."""

_FAMILIES = {0: "guid", 1: "guid", 3: "guid", 4: "datetime", 8: "guid"}
"""What a column may be besides a text."""


@component("Lineage")
class Audit(RowTransform):
    """Adds constants of the run."""

    concurrent = True

    def validate(self) -> None:
        """Items must exist, and their columns hold them."""
        for column in self.output().columns:
            item = self._item(column.properties)
            if column.type.family not in ("text", _FAMILIES.get(item, "text")):
                detail = f'the column "{column.name}" ({column.type}) cannot hold {ITEMS[item]}'
                raise BadMetadata(component=self.model.name, detail=detail)

    def start(self) -> None:
        """Read the system variables."""
        self._values = [
            (c.lineage_id, c.type, fitted(self.host.variable(ITEMS[self._item(c.properties)])[1], c.type))
            for c in self.output().columns
        ]

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Add the columns."""
        import polars as pl

        made = [pl.lit(value, dtype=spec.polars()).alias(lineage) for lineage, spec, value in self._values]
        return [(self.output().ref_id, frame.with_columns(made))]

    def _item(self, owner: Any) -> int:
        item = properties.integer(owner, "LineageItemSelected", -1, owner=self.model.name)
        if not 0 <= item < len(ITEMS):
            raise BadLineageItem(item=item, low=0, high=len(ITEMS) - 1)
        return item


def fitted(value: Any, spec: TypeSpec) -> Any:
    """A value of a system variable as the column holds it: texts cut, GUIDs in braces, times without zone."""
    if spec.family == "text":
        text = str(value)
        return text[: spec.length] if spec.length else text
    if spec.family == "guid":
        return str(value).upper()
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value
