"""What becomes of rows with errors: fail, ignore or redirect (DATA_FLOW §2).

Every component with dispositions collects what went wrong in a buffer in one
:class:`RowErrors` and lets it settle the buffer::

    errors = RowErrors(self, frame.height)
    for column in self.output().columns:
        values = errors.take(column, result_of(column))      # a ColumnResult
        frame_out = frame_out.with_columns(values.alias(column.lineage_id))
    kept, redirected = errors.settle(frame_out, frame)

- *error*: Ignore makes the value NULL, *truncation*: Ignore keeps the cut value.
- The first column in the order of the calls whose disposition is not Ignore decides
  about a row; of a failing buffer the first such row is reported.
- Redirect sends the row as it came in, with ``ErrorCode`` (signed) and ``ErrorColumn``
  (the column's number, 0 for the whole row), to the error output.
- ``NotUsed`` counts as FailComponent: nothing goes wrong in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dtserve.dataflow.errors import InducedFailureOnError, InducedFailureOnTruncation
from dtserve.errors import DtserveError, hresult, signed

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from dtserve.dataflow.base import PipelineComponent
    from dtserve.package.model import Component, Output

__all__ = ["TRUNCATION_CODE", "Cause", "Disposed", "RowErrors", "SomeRows", "error_columns", "object_path"]

IGNORE = "IgnoreFailure"
REDIRECT = "RedirectRow"

TRUNCATION_CODE = 0xC020401F
"""ErrorCode of a row redirected because of a truncation (DTS_E_TRUNCATIONTRIGGEREDREDIRECTION)."""

_NONE, _FAIL, _REDIRECT = 0, 1, 2


class Disposed(Protocol):
    """What carries dispositions: a column, an input or an output of the model."""

    @property
    def ref_id(self) -> str:
        """The refId."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def number(self) -> int:
        """The number that ErrorColumn shows."""

    @property
    def error_disposition(self) -> str:
        """What to do with a row error."""

    @property
    def truncation_disposition(self) -> str:
        """What to do with a truncation."""


class Outcome(Protocol):
    """The part of ``datatypes.columns.ColumnResult`` that is used here."""

    @property
    def values(self) -> pl.Series:
        """The values, NULL where there is an error, cut where truncated."""

    @property
    def errors(self) -> pl.Series | None:
        """HRESULT per row (UInt32), null where fine; None when no row has an error."""

    @property
    def truncated(self) -> pl.Series | None:
        """True where the value was cut; None when no row was."""


@dataclass(frozen=True, slots=True)
class SomeRows:
    """A converted column of which only some rows needed a closer look: ``errors`` and ``truncated`` are about ``rows``."""

    values: pl.Series
    rows: np.ndarray
    errors: pl.Series | None = None
    truncated: pl.Series | None = None


Cause = Callable[[int, int, bool], "DtserveError | None"]
"""From row index, code and "was a truncation" to the error that SSIS posts first."""


class RowErrors:
    """The errors of one buffer of a component.

    ``rows`` is the height of the buffer. Columns must be offered in the order in which
    SSIS looks at them.
    """

    def __init__(self, component: PipelineComponent, rows: int) -> None:
        self._component = component
        self._rows = rows
        self._fate: np.ndarray | None = None
        self._code: np.ndarray | None = None
        self._column: np.ndarray | None = None
        self._failures: list[tuple[int, Disposed, int, bool, Cause | None]] = []

    def take(
        self,
        owner: Disposed,
        result: Outcome,
        *,
        truncation_code: int = TRUNCATION_CODE,
        whole_row: bool = False,
        cause: Cause | None = None,
    ) -> pl.Series:
        """Register the errors and truncations of a column's new values and hand back the values.

        ``whole_row`` makes ErrorColumn 0. ``cause`` gives the error that is posted before
        "the component failed because …" when the disposition is to fail.
        """
        at = result.rows if isinstance(result, SomeRows) else None
        if result.errors is not None:
            self.errors(owner, result.errors, at=at, whole_row=whole_row, cause=cause)
        if result.truncated is not None:
            self.truncations(owner, result.truncated, at=at, code=truncation_code, whole_row=whole_row, cause=cause)
        return result.values

    def errors(
        self,
        owner: Disposed,
        codes: pl.Series,
        *,
        at: np.ndarray | None = None,
        whole_row: bool = False,
        cause: Cause | None = None,
    ) -> None:
        """Register errors: ``codes`` has an HRESULT per row (or per row of ``at``), null where the row is fine."""
        from dtserve.dataflow.column_views import nulls

        if codes.null_count() < len(codes):
            places = (~nulls(codes)).nonzero()[0]
            found = codes[places].to_numpy().astype("uint32").view("int32")
            rows = places if at is None else at[places]
            self._register(owner, rows, found, owner.error_disposition, whole_row, False, cause)

    def truncations(
        self,
        owner: Disposed,
        mask: pl.Series,
        *,
        at: np.ndarray | None = None,
        code: int = TRUNCATION_CODE,
        whole_row: bool = False,
        cause: Cause | None = None,
    ) -> None:
        """Register truncations: ``mask`` is true where a value was cut, per row or per row of ``at``."""
        import numpy as np

        if mask.any():
            places = (mask.fill_null(False) if mask.null_count() else mask).to_numpy().nonzero()[0]
            rows = places if at is None else at[places]
            codes = np.full(len(rows), signed(code), dtype=np.int32)
            self._register(owner, rows, codes, owner.truncation_disposition, whole_row, True, cause)

    @property
    def redirecting(self) -> bool:
        """Whether a row goes to the error output."""
        return self._fate is not None and bool((self._fate == _REDIRECT).any())

    def redirected_mask(self) -> pl.Series | None:
        """True for the rows that go to the error output; None when there are none."""
        import polars as pl

        if self._fate is None or not self.redirecting:
            return None
        return pl.Series("redirected", self._fate == _REDIRECT)

    def settle(
        self,
        kept: pl.DataFrame,
        redirected: pl.DataFrame | Callable[[np.ndarray], pl.DataFrame],
        output: Output | None = None,
    ) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """Split a buffer into the rows that go on and the rows for the error output (``output``, else the first).

        ``kept`` and ``redirected`` both have the height of the buffer: the rows with their
        new columns, and the rows as the error output shows them, without ErrorCode and
        ErrorColumn, which are added here; or ``redirected`` makes the latter for the rows
        whose places it is given. Raises the induced failure when a row has an
        error whose disposition is to fail.
        """
        self.raise_failure()
        mask = self.redirected_mask()
        if mask is None or self._code is None or self._column is None:
            return kept, None
        from dtserve.dataflow.column_views import rows_of

        rows = mask.to_numpy().nonzero()[0]
        if output is None:
            output = next((o for o in self._component.model.outputs if o.is_error_out), None)
        away = redirected(rows) if callable(redirected) else rows_of(redirected, mask)
        if output is not None:
            away = away.with_columns(error_columns(output, self._code[rows], self._column[rows]))
        return rows_of(self._wanted(kept), ~mask), away

    def _wanted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows without the columns of the buffer that nobody behind the regular outputs reads."""
        import polars as pl

        arrived = {name for schema in self._component.input_schemas.values() for name in schema}
        errors = {o.ref_id for o in self._component.model.outputs if o.is_error_out}
        read = {n for ref, schema in self._component.output_schemas.items() if ref not in errors for n in schema}
        kept = [column for column in rows.get_columns() if column.name not in arrived or column.name in read]
        return pl.DataFrame(kept) if kept else rows

    def raise_failure(self) -> None:
        """Raise for the first row whose deciding column says FailComponent; nothing otherwise."""
        if not self._failures:
            return
        row, owner, code, truncated, cause = min(self._failures, key=lambda failure: failure[0])
        model = self._component.model
        path = object_path(model, owner)
        error: DtserveError
        if truncated:
            error = InducedFailureOnTruncation(component=model.name, object=path)
        else:
            error = InducedFailureOnError(component=model.name, object=path, error_code=hresult(code))
        before = cause(row, code, truncated) if cause is not None else None
        if before is not None:
            raise error from before
        raise error

    def _register(
        self,
        owner: Disposed,
        rows: np.ndarray,
        codes: np.ndarray,
        disposition: str,
        whole_row: bool,
        truncated: bool,
        cause: Cause | None,
    ) -> None:
        import numpy as np

        if disposition == IGNORE:
            return
        if self._fate is None or self._code is None or self._column is None:
            self._fate = np.zeros(self._rows, dtype=np.uint8)
            self._code = np.zeros(self._rows, dtype=np.int32)
            self._column = np.zeros(self._rows, dtype=np.int32)
        still = self._fate[rows] == _NONE
        undecided, found = rows[still], codes[still]
        if undecided.size == 0:
            return
        if disposition == REDIRECT:
            self._fate[undecided] = _REDIRECT
            self._code[undecided] = found
            self._column[undecided] = 0 if whole_row else owner.number
            return
        self._fate[undecided] = _FAIL
        self._failures.append((int(undecided[0]), owner, int(found[0]) & 0xFFFFFFFF, truncated, cause))


def error_columns(output: Output, codes: np.ndarray, columns: np.ndarray) -> list[pl.Series]:
    """The ErrorCode and ErrorColumn columns of an error output, named by lineage id.

    ``codes`` and ``columns`` are arrays of signed 32-bit numbers.
    """
    import polars as pl

    made = []
    for column in output.columns:
        if column.special_flags == 1 or (not column.special_flags and column.name == "ErrorCode"):
            made.append(pl.Series(column.lineage_id, codes, dtype=pl.Int32))
        elif column.special_flags == 2 or (not column.special_flags and column.name == "ErrorColumn"):
            made.append(pl.Series(column.lineage_id, columns, dtype=pl.Int32))
    return made


def object_path(model: Component, owner: Disposed) -> str:
    """How messages name an object of a component: ``Name.Outputs[O].Columns[c]``."""
    if owner.ref_id.startswith(model.ref_id):
        return model.name + owner.ref_id[len(model.ref_id) :]
    return f"{model.name}.{owner.name}"
