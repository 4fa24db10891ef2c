"""DataReader Destination: offers rows to a reader in the process that runs the package (DATA_FLOW §6).

Nobody can read here, so the rows are counted and dropped, as after ``ReadTimeout`` in
SSIS; with ``FailOnTimeout`` the component fails, as it would then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.component_errors import DataReaderNotRead
from dtserve.dataflow.registry import component

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DataReaderDestination"]


@component("DataReaderDestinationAdapter")
class DataReaderDestination(Destination):
    """Drops rows that no reader asks for."""

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Drop the rows, or fail."""
        if properties.boolean(self.model.properties, "FailOnTimeout", owner=self.model.name):
            raise DataReaderNotRead()
        self.rows_written = 0
        return ()
