"""CDC Source: the changes of a table that change data capture recorded (DATA_FLOW §4.8).

``CaptureInstance`` names the changes, ``StateVariable`` holds the range that a CDC Control
Task has set; the source does not change it. ``CDCProcessingMode`` 0 all changes, 1 all with
the values before updates, 2 net changes, 3 net with update mask (columns
``__$<column>__Changed``), 4 net with inserts and updates merged. ``ReprocessingIndication``
adds ``__$reprocessing``: true while the range of the initial load, or a range that was
begun before, is processed. ``CommandTimeout`` in seconds, 0 without limit.
ErrorCode of redirected rows is always -1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.cdc_changes import Range, read_changes, with_columns
from dtserve.dataflow.component_errors import CdcNoRange
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sizes import rows_per_buffer
from dtserve.dataflow.sql import acquire, connection_of
from dtserve.dataflow.sql_reader import SqlReader
from dtserve.datatypes.cdc_state import CdcState, parse_cdc_state

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import SqlSession

__all__ = ["CdcSource"]

ERROR_CODE = -1
MODES = range(5)


@component("CdcSourceComponent")
class CdcSource(Source):
    """Reads captured changes."""

    _session: SqlSession | None = None

    def validate(self) -> None:
        """Connection, capture instance, mode, a state variable, at least one column."""
        connection_of(self, "Connection")
        self._instance()
        self._mode()
        self._variable()
        if not self.output().columns:
            raise BadMetadata(component=self.model.name, detail="the output has no columns")

    def start(self) -> None:
        """Open the connection."""
        self._session = acquire(self, "Connection")

    def produce(self) -> Iterator[Emit]:
        """The changes of the range."""
        if self._session is None:
            return
        state = self._state()
        span = Range(state.start or b"", state.end or b"")
        if span.empty:
            return
        columns = self.output().columns
        timeout = properties.integer(self.model.properties, "CommandTimeout", 30, owner=self.model.name)
        rows = rows_per_buffer({c.lineage_id: c.type for c in columns})
        found = read_changes(self._session, self._instance(), self._mode(), span, rows=rows, timeout=timeout)
        external = {e.ref_id: e.name for e in self.output().external_columns}
        names = [external.get(c.external_ref, c.name) for c in columns]
        for output, frame in SqlReader(self).frames(with_columns(found, names, state.reprocessing)):
            if output == self.output().ref_id:
                yield output, frame
            else:
                yield output, self._coded(frame)

    def interrupt(self) -> None:
        """End the query."""
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _instance(self) -> str:
        instance = properties.text(self.model.properties, "CaptureInstance").strip()
        if not instance:
            raise BadProperty(property="CaptureInstance", component=self.model.name, detail="it is empty")
        return instance

    def _mode(self) -> int:
        mode = properties.integer(self.model.properties, "CDCProcessingMode", owner=self.model.name)
        if mode not in MODES:
            raise BadProperty(property="CDCProcessingMode", component=self.model.name, detail=f"{mode} is not known")
        return mode

    def _variable(self) -> str:
        variable = properties.text(self.model.properties, "StateVariable").strip()
        if not variable:
            raise BadProperty(property="StateVariable", component=self.model.name, detail="it names no variable")
        self.host.variable(variable)
        return variable

    def _state(self) -> CdcState:
        variable = self._variable()
        value = self.host.variable(variable)[1]
        state = parse_cdc_state(None if value is None else str(value))
        if not state.has_range:
            raise CdcNoRange(variable=variable, state=state.name.value, component=self.model.name)
        return state

    def _coded(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Error rows with the one code of this source."""
        import polars as pl

        error = self.output(error=True)
        codes = [c.lineage_id for c in error.columns if c.special_flags == 1 or c.name == "ErrorCode"]
        return frame.with_columns(pl.lit(ERROR_CODE, dtype=pl.Int32).alias(name) for name in codes)
