"""Slowly Changing Dimension: rows routed by how they differ from the dimension's current row (DATA_FLOW §5).

``ColumnType`` of an input column: 0 other, 1 business key, 2 changing, 3 historical, 4
fixed attribute. The current row of a key is found with ``SqlCommand`` and
``CurrentRowWhere``, one query per key of a buffer. Outputs stand in fixed order:
Unchanged, New, Fixed Attribute, Changing Attribute Updates, Historical Attribute Inserts,
Inferred Member Updates; the fifth has an exclusion group of its own, so a row may go to it
besides one of the others.

- no current row: New (an error with FailOnLookupFailure); ``IncomingRowChangeType`` 0: all new
- an inferred member (EnableInferredMember; the column InferredMemberIndicator is true, or
  without one all attributes are NULL): Inferred Member Updates
- a fixed attribute differs: Fixed Attribute, or an error with FailOnFixedAttributeChange
  (the default); it comes before a changing one, which the reference leaves open
- a changing attribute differs: Changing Attribute Updates, and, with
  UpdateChangingAttributeHistory, rows with a historical change too
- a historical attribute differs: Historical Attribute Inserts
- nothing differs: Unchanged

NULL equals NULL; texts compare by their characters. NULL business keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import SqlParameter
from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.conversion import fit
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.join_errors import (
    ScdBadColumnType,
    ScdColumnMissing,
    ScdFixedAttributeChange,
    ScdIndicatorNotBoolean,
    ScdLookupFailure,
    ScdNoAttributes,
    ScdNoKey,
    ScdNullKey,
)
from dtserve.dataflow.reference import uncut, unfit_rows
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import acquire, connection_of, parameter_value
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import SqlSession
    from dtserve.dataflow.external_metadata import ExternalCheck
    from dtserve.package.model import Column

__all__ = ["SlowlyChangingDimension"]

OTHER, KEY, CHANGING, HISTORICAL, FIXED = range(5)
UNCHANGED_OUT, NEW_OUT, FIXED_OUT, CHANGING_OUT, HISTORICAL_OUT, INFERRED_OUT = range(6)

_WHERE = re.compile(r"\b(where|group\s+by|having|union)\b", re.IGNORECASE)
"""What a condition cannot be put behind."""

_Row = dict[str, Any]

_OTHER_VALUE = object()
"""A value of the dimension that the incoming column cannot hold: it differs from all that come."""


@component("SCD")
class SlowlyChangingDimension(RowTransform):
    """Compares rows with a dimension."""

    stateless = False
    _session: SqlSession | None = None
    _stopped = False

    def validate(self) -> None:
        """Keys, attributes, external columns, six outputs."""
        connection_of(self, "LookupConnection")
        if not self._text("SqlCommand"):
            raise BadProperty(property="SqlCommand", component=self.model.name, detail="it is empty")
        columns = self._columns()
        if not any(kind == KEY for _, _, kind in columns):
            raise ScdNoKey()
        if not any(kind in (CHANGING, HISTORICAL, FIXED) for _, _, kind in columns):
            raise ScdNoAttributes()
        if len(self._outputs()) != 6:
            raise BadMetadata(component=self.model.name, detail="it must have six outputs")
        indicator = self._text("InferredMemberIndicator")
        if self._flag("EnableInferredMember") and indicator:
            external = {e.name: e.type for e in self.model.inputs[0].external_columns}
            if indicator not in external:
                raise ScdColumnMissing(column=indicator)
            if external[indicator].dt is not DT.BOOL:
                raise ScdIndicatorNotBoolean(column=indicator)

    def validate_external(self, check: ExternalCheck) -> None:
        """The query must give the dimension's columns."""
        found = check.query(check.session(self, "LookupConnection"), self._text("SqlCommand"))
        names = {column.name.lower() for column in found or ()}
        for _, name, _ in self._columns():
            if found and name.lower() not in names:
                raise ScdColumnMissing(column=name)

    def start(self) -> None:
        """Open the connection and put the query together."""
        columns = self._columns()
        arriving = self.input_schemas[self.model.inputs[0].ref_id]
        self._keys = [(c.lineage_id, name, arriving[c.lineage_id]) for c, name, kind in columns if kind == KEY]
        self._attributes = [
            (c.lineage_id, name, arriving[c.lineage_id], kind)
            for c, name, kind in columns
            if kind in (CHANGING, HISTORICAL, FIXED)
        ]
        self._all_new = (
            properties.integer(self.model.properties, "IncomingRowChangeType", 1, owner=self.model.name) == 0
        )
        self._indicator = self._text("InferredMemberIndicator")
        self._statement = self._query()
        self._session = acquire(self, "LookupConnection")

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Route one buffer."""
        import polars as pl

        refs = [o.ref_id for o in self._outputs()]
        if self._all_new:
            yield refs[NEW_OUT], frame
            return
        routes: list[list[bool]] = [[False] * frame.height for _ in refs]
        known: dict[tuple[Any, ...], _Row | None] = {}
        keys = frame.select([lineage for lineage, _, _ in self._keys]).rows()
        values = frame.select([lineage for lineage, *_ in self._attributes]).rows()
        for row, (key, incoming) in enumerate(zip(keys, values, strict=True)):
            if None in key:
                raise ScdNullKey(component=self.model.name)
            if key not in known:
                known[key] = self._current(key)
            for output in self._route(incoming, known[key]):
                routes[output][row] = True
            if self._stopped or self.host.cancel.is_set():
                return
        for ref, mask in zip(refs, routes, strict=True):
            if any(mask):
                yield ref, frame.filter(pl.Series(mask))

    def interrupt(self) -> None:
        """End the query that runs, and ask no more."""
        self._stopped = True
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _route(self, incoming: tuple[Any, ...], current: _Row | None) -> list[int]:
        """The outputs of a row."""
        if current is None:
            if self._flag("FailOnLookupFailure"):
                raise ScdLookupFailure()
            return [NEW_OUT]
        if self._flag("EnableInferredMember") and self._inferred(current):
            return [INFERRED_OUT]
        changed = {
            kind for value, (_, name, _, kind) in zip(incoming, self._attributes, strict=True) if value != current[name]
        }
        if FIXED in changed and self._flag("FailOnFixedAttributeChange", True):
            raise ScdFixedAttributeChange()
        found = [HISTORICAL_OUT] if HISTORICAL in changed else []
        if FIXED in changed:
            found.append(FIXED_OUT)
        elif CHANGING in changed or (HISTORICAL in changed and self._flag("UpdateChangingAttributeHistory")):
            found.append(CHANGING_OUT)
        return found or [UNCHANGED_OUT]

    def _inferred(self, current: _Row) -> bool:
        if self._indicator:
            return bool(current[self._indicator])
        return all(current[name] is None for _, name, _, _ in self._attributes)

    def _current(self, key: tuple[Any, ...]) -> _Row | None:
        """The current dimension row of a key, its values in the types of the input."""
        if self._session is None:
            return None
        parameters = [
            SqlParameter(parameter_value(value, spec), spec)
            for value, (_, _, spec) in zip(key, self._keys, strict=True)
        ]
        wanted: dict[str, TypeSpec] = {name: spec for _, name, spec, _ in self._attributes}
        if self._indicator and self._flag("EnableInferredMember"):
            wanted[self._indicator] = TypeSpec(DT.BOOL)
        result = self._session.query(self._statement, parameters, batch_rows=1)
        places = {column.name.lower(): at for at, column in reversed(list(enumerate(result.columns)))}
        found: _Row | None = None
        for frame in result.batches:
            if found is not None or not frame.height:
                continue
            found = {}
            for name, spec in wanted.items():
                if name.lower() not in places:
                    raise ScdColumnMissing(column=name)
                at = places[name.lower()]
                value = frame.to_series(at).head(1)
                fitted = fit(value, result.columns[at].type, uncut(spec), "ole_db_source")
                found[name] = _OTHER_VALUE if unfit_rows(fitted, value).any() else fitted.values[0]
        return found

    def _query(self) -> str:
        base = self._text("SqlCommand").rstrip().rstrip(";")
        terms = [f"[{name}] = ?" for _, name, _ in self._keys]
        current = self._text("CurrentRowWhere")
        if current:
            terms.append(f"({current})")
        if _WHERE.search(base):
            base = f"SELECT * FROM ({base}) [scdTable]"
        return f"{base} WHERE {' AND '.join(terms)}"

    def _columns(self) -> list[tuple[Column, str, int]]:
        """Input column, name of its dimension column, kind."""
        into = self.model.inputs[0]
        external = {e.ref_id: e.name for e in into.external_columns}
        found = []
        for column in into.columns:
            kind = properties.integer(column.properties, "ColumnType", owner=self.model.name)
            if not OTHER <= kind <= FIXED:
                raise ScdBadColumnType(column=column.name)
            if kind != OTHER:
                if column.external_ref and column.external_ref not in external:
                    raise ScdColumnMissing(column=column.name)
                found.append((column, external.get(column.external_ref, column.name), kind))
        return found

    def _outputs(self) -> list[Any]:
        return [o for o in self.model.outputs if not o.is_error_out]

    def _text(self, name: str) -> str:
        return properties.text(self.model.properties, name).strip()

    def _flag(self, name: str, default: bool = False) -> bool:
        return properties.boolean(self.model.properties, name, default, owner=self.model.name)
