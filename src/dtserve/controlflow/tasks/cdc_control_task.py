"""CDC Control Task (CONTROL_FLOW §25): the life cycle of packages that read captured changes.

It keeps the range of log positions that the CDC Source of the package reads in a variable and, with
AutomaticStatePersistence, in a state table (columns ``name`` and ``state``). The text of a state is that of
:mod:`dtserve.datatypes.cdc_state`; positions come from :mod:`dtserve.controlflow.tasks.cdc_positions`.
"""

from __future__ import annotations

import enum
import re
import time
from dataclasses import replace

from dtserve.connections.base import SqlParameter
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks import cdc_errors as errors
from dtserve.controlflow.tasks.cdc_positions import LogPositions
from dtserve.controlflow.tasks.database import connected, manager_of, rows_of, run, target_of
from dtserve.controlflow.tasks.sql_errors import SqlExecutionFailed
from dtserve.controlflow.values import OBJECT
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.cdc_state import CdcState, CdcStateName, format_lsn, parse_cdc_state, parse_lsn
from dtserve.errors import DtserveError

__all__ = ["CdcControlTask", "CdcOperation"]

W_NOT_MARKED = 0x80D51530
W_NO_LATER_CHANGE = 0x80D51531
_TABLE = re.compile(r"(?:\[[^\]]+\]|\"[^\"]+\"|[\w#@$]+)(?:\.(?:\[[^\]]+\]|\"[^\"]+\"|[\w#@$]*)){0,2}\Z")
_TEXT = TypeSpec(DT.STR, length=256)


class CdcOperation(enum.IntEnum):
    """TaskOperation."""

    MARK_INITIAL_LOAD_START = 0
    MARK_INITIAL_LOAD_END = 1
    MARK_CDC_START = 2
    GET_PROCESSING_RANGE = 3
    MARK_PROCESSED_RANGE = 4
    RESET_CDC_STATE = 5


NEEDS_NO_SOURCE = (CdcOperation.MARK_PROCESSED_RANGE,)


@task("CdcControlTask")
class CdcControlTask(Task):
    """Moves the CDC state from one operation to the next."""

    connection = Property("Connection", str, "", text="ADO.NET connection to the database with the changes.")
    operation = Property(
        "TaskOperation", CdcOperation, CdcOperation.MARK_INITIAL_LOAD_START, text="What to do with the state."
    )
    parameter = Property("OperationParameter", str, "", text="Of MarkCdcStart: an LSN or a snapshot; else empty.")
    state_variable = Property("StateVariable", str, "", text="String variable that holds the state.")
    automatic = Property("AutomaticStatePersistence", bool, True, text="Load and store the state in StateTable.")
    state_connection = Property("StateConnection", str, "", text="Connection of StateTable; empty = Connection.")
    state_name = Property("StateName", str, "", text="Name of the state's row.")
    state_table = Property("StateTable", str, "", text="Table with the columns name and state.")
    time_out = Property("CommandTimeout", int, 30, text="Seconds for a statement.")
    retry_interval = Property("ChangeDetectionRetryInterval", int, 10, text="Seconds between two looks for a change.")
    detection_time_out = Property("ChangeDetectionTimeout", int, 60, text="Seconds MarkInitialLoadEnd waits for one.")

    # --- validation ---------------------------------------------------------------------------

    def validate(self) -> None:
        """Connections, state variable and state table."""
        needed = {"Connection": self.connection, "StateVariable": self.state_variable}
        if self.automatic:
            needed |= {"StateName": self.state_name, "StateTable": self.state_table}
        for name, value in needed.items():
            if not value.strip():
                raise errors.CdcPropertyMissing(property=name, task=self.host.name)
        found = self.host.scope.find(self.state_variable)
        if found is None or found.vt not in (8, OBJECT):
            raise errors.CdcStateVariable(variable=self.state_variable, task=self.host.name)
        for reference in {self.connection, self._state_place()} if self.automatic else {self.connection}:
            target_of(manager_of(self.host, reference))
        if self.automatic and not _TABLE.match(self.state_table.strip()):
            raise errors.CdcStateNotKept(
                name=self.state_name, action="kept in", table=self.state_table, detail="it is no table name."
            )
        if self.operation is CdcOperation.MARK_CDC_START and self.parameter.strip().lower().startswith("0x"):
            parse_lsn(self.parameter)

    def _state_place(self) -> str:
        return self.state_connection.strip() or self.connection

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Load the state, take the step, store the state."""
        before = self._load()
        if self.operation in NEEDS_NO_SOURCE:
            after = self._mark_processed(before)
        else:
            with connected(self.host, self.connection) as session:
                name = manager_of(self.host, self.connection).name
                after = self._step(before, LogPositions(self.host, session, name, self.time_out))
        self._store(after.stamped())

    def _step(self, before: CdcState, positions: LogPositions) -> CdcState:
        if self.operation is CdcOperation.MARK_INITIAL_LOAD_START:
            return CdcState(CdcStateName.ILSTART, initial_start=positions.newest())
        if self.operation is CdcOperation.MARK_INITIAL_LOAD_END:
            if before.name is not CdcStateName.ILSTART or before.initial_start is None:
                raise self._inconsistent(before, "no initial load was started")
            return replace(before, name=CdcStateName.ILEND, initial_end=self._load_end(positions, before.initial_start))
        if self.operation is CdcOperation.MARK_CDC_START:
            return CdcState(CdcStateName.TFEND, start=self._cdc_start(positions))
        if self.operation is CdcOperation.RESET_CDC_STATE:
            return CdcState(CdcStateName.TFEND, start=positions.newest())
        return self._range(before, positions)

    def _load_end(self, positions: LogPositions, start: bytes) -> bytes:
        """The first change after now; the newest position, with a warning, when none comes in time."""
        moment = positions.now()
        deadline = time.monotonic() + max(self.detection_time_out, 0)
        while True:
            found = positions.first_after(moment)
            if found is not None:
                return found
            rest = deadline - time.monotonic()
            if rest <= 0:
                break
            self.host.run.cancel.event.wait(min(max(self.retry_interval, 0.05), rest))
            self.host.check_cancel()
        found = max(positions.newest(), start)
        self.host.fire_warning(
            W_NO_LATER_CHANGE,
            f"No change was captured within {self.detection_time_out} seconds after the initial load; the range of "
            f"the load ends at the newest position, {format_lsn(found)}.",
        )
        return found

    def _cdc_start(self, positions: LogPositions) -> bytes:
        given = self.parameter.strip()
        if not given:
            return positions.newest()
        if given.lower().startswith("0x"):
            return parse_lsn(given)
        found = positions.of_snapshot(given.strip("[]"))
        if found is None:
            raise errors.CdcParameterInvalid(value=given, task=self.host.name)
        return found

    def _range(self, before: CdcState, positions: LogPositions) -> CdcState:
        if before.name in (CdcStateName.TFSTART, CdcStateName.TFREDO, CdcStateName.ILUPDATE):
            self.host.fire_warning(
                W_NOT_MARKED,
                f'The last processing range of the CDC state "{before.text()}" was not marked as processed: the '
                "last run failed, or another package uses the same state. The range is processed again.",
            )
            return replace(before, name=_AGAIN[before.name], error="")
        if before.name is CdcStateName.ILEND and before.initial_start is not None:
            end = max(positions.newest(), before.initial_start)
            return replace(before, name=CdcStateName.ILUPDATE, start=before.initial_start, end=end)
        if before.name is CdcStateName.TFEND and before.start is not None:
            return CdcState(CdcStateName.TFSTART, start=before.start, end=max(positions.newest(), before.start))
        raise self._inconsistent(before, "there is no position from which changes are to be read")

    def _mark_processed(self, before: CdcState) -> CdcState:
        """The range is done; while the range of the initial load is not, the state stays ILEND with what is left."""
        if not before.has_range:
            raise self._inconsistent(before, "no processing range is open")
        if before.name is CdcStateName.ILUPDATE and (before.end or b"") < (before.initial_end or b""):
            return CdcState(CdcStateName.ILEND, initial_start=before.end, initial_end=before.initial_end)
        return CdcState(CdcStateName.TFEND, start=before.end)

    def _inconsistent(self, state: CdcState, detail: str) -> errors.CdcStateInconsistent:
        name = "".join(part.title() for part in self.operation.name.split("_"))
        return errors.CdcStateInconsistent(operation=name, state=state.text() or "INITIAL", detail=detail)

    # --- where the state is kept ----------------------------------------------------------------

    def _load(self) -> CdcState:
        if self.automatic:
            rows = self._state_rows()
            self.host.scope.assign(self.state_variable, rows[0][0] or "" if rows else "")
        return parse_cdc_state(str(self.host.scope.value(self.state_variable) or ""))

    def _state_rows(self) -> list[tuple[str | None, ...]]:
        sql = f"SELECT state FROM {self.state_table.strip()} WHERE name = ?"
        try:
            with connected(self.host, self._state_place()) as session:
                return rows_of(self.host, session, sql, [SqlParameter(self.state_name, _TEXT)], timeout=self.time_out)
        except SqlExecutionFailed as error:
            raise self._not_kept("read from", error) from error

    def _store(self, state: CdcState) -> None:
        text = state.text()
        if self.automatic:
            table = self.state_table.strip()
            sql = f"UPDATE {table} SET state = ? WHERE name = ?"
            if not self._state_rows():
                sql = f"INSERT INTO {table} (state, name) VALUES (?, ?)"
            values = [SqlParameter(text, _TEXT), SqlParameter(self.state_name, _TEXT)]
            try:
                with connected(self.host, self._state_place()) as session:
                    run(self.host, session, sql, values, timeout=self.time_out)
            except SqlExecutionFailed as error:
                raise self._not_kept("written to", error) from error
        self.host.scope.assign(self.state_variable, text)

    def _not_kept(self, action: str, error: DtserveError) -> errors.CdcStateNotKept:
        return errors.CdcStateNotKept(
            name=self.state_name, action=action, table=self.state_table, detail=error.facts["detail"]
        )


_AGAIN = {
    CdcStateName.TFSTART: CdcStateName.TFREDO,
    CdcStateName.TFREDO: CdcStateName.TFREDO,
    CdcStateName.ILUPDATE: CdcStateName.ILUPDATE,
}
"""State of a run that was not finished → state when its range is processed again."""
