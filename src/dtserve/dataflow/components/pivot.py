"""Pivot: rows of one set become one row, with a column per pivot key (DATA_FLOW §5).

``PivotUsage`` of an input column: 0 passes through (the value of the first row of the
set), 1 set key, 2 pivot key, 3 pivoted value. An output column names its input column in
``SourceColumn`` and, for a pivoted value, the key in ``PivotKeyValue``; with
``SourceColumn`` -1 it stays NULL. The rows of a set must stand together: where the set
key changes, a new output row begins. Missing combinations are NULL. A second value for a
key of a set is the error 0xC02020CF; an unknown key is 0xC0202090, or, with
``PassThroughUnmatchedPivotKeys``, dropped and named in one message at the end. Rows with
such errors go to the error output where it has a path, else the component fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.conversion import widened
from dtserve.dataflow.dispositions import error_columns
from dtserve.dataflow.pivot_errors import (
    PivotBadKeyConversion,
    PivotBadUsage,
    PivotColumnNotFound,
    PivotDuplicateKey,
    PivotNoKey,
    PivotTooManyKeys,
    PivotUnknownKey,
)
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import IncompatibleColumns
from dtserve.datatypes.errors import ConversionError
from dtserve.errors import DtserveError, signed

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["Pivot"]

PASS, SET_KEY, PIVOT_KEY, VALUE = 0, 1, 2, 3
_UNMATCHED = 0x402090E1
_SET, _KEY = "__set", "__pivot"


@component("Pivot")
class Pivot(BlockingTransform):
    """Turns rows into columns."""

    _held: pl.DataFrame | None = None

    def validate(self) -> None:
        """One pivot key, known usages, output columns that name an input column, keys that convert."""
        self._pivot_key()
        self._keys()

    def start(self) -> None:
        """Resolve columns and keys."""
        columns = self.model.inputs[0].columns
        self._set_keys = [c.lineage_id for c in columns if self._usage(c) == SET_KEY]
        self._pivot = self._pivot_key()
        self._pivoted = self._keys()
        self._tolerant = properties.boolean(
            self.model.properties, "PassThroughUnmatchedPivotKeys", owner=self.model.name
        )
        self._unmatched: dict[str, None] = {}

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Give the sets that are complete; the last one may go on in the next buffer."""
        import polars as pl

        rows = frame if self._held is None else pl.concat([self._held, frame])
        sets = self._sets(rows)
        complete = sets < int(sets[-1])
        self._held = rows.filter(~complete)
        if complete.any():
            yield from self._pivoted_rows(rows.filter(complete), sets.filter(complete))

    def finish(self) -> Iterator[Emit]:
        """Give the last set, and name the keys that matched nothing."""
        if self._held is not None and self._held.height:
            yield from self._pivoted_rows(self._held, self._sets(self._held))
        if self._unmatched:
            self.host.fire_information(
                _UNMATCHED, self.label, f"Unmatched pivot keys that were passed over: {', '.join(self._unmatched)}."
            )

    def _sets(self, rows: pl.DataFrame) -> pl.Series:
        """The number of each row's set."""
        import polars as pl

        if not self._set_keys:
            return pl.repeat(0, rows.height, dtype=pl.Int64, eager=True)
        changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in self._set_keys)
        first = pl.int_range(pl.len()) == 0
        return rows.select((changed & ~first).cast(pl.Int64).cum_sum().alias(_SET)).to_series()

    def _pivoted_rows(self, rows: pl.DataFrame, sets: pl.Series) -> Iterator[Emit]:
        """One output row per set."""
        import polars as pl

        rows = rows.with_columns(sets.alias(_SET), rows[self._pivot.lineage_id].alias(_KEY))
        known = pl.Series([key for key in self._key_values if key is not None], dtype=rows.schema[_KEY])
        matched = rows[_KEY].is_in(known.implode()).fill_null(False)
        if not matched.all():
            yield from self._unknown(rows.filter(~matched))
        first = rows.filter(matched).is_empty()
        again = rows.select((pl.struct(_SET, _KEY).is_first_distinct()).alias("first")).to_series()
        if not first and (matched & ~again).any():
            yield from self._refused(rows.filter(matched & ~again), PivotDuplicateKey)
        kept = rows.filter(matched & again)
        if not kept.height:
            return
        made = []
        for column, source, key in self._pivoted:
            if not source:
                made.append(pl.lit(None, dtype=column.type.polars()).alias(column.lineage_id))
            elif key is None:
                made.append(pl.col(source).first().alias(column.lineage_id))
            else:
                chosen = pl.col(source).filter(pl.col(_KEY) == pl.lit(key, dtype=rows.schema[_KEY])).first()
                made.append(chosen.alias(column.lineage_id))
        result = kept.group_by(_SET, maintain_order=True).agg(made).drop(_SET)
        yield (
            self.output().ref_id,
            pl.DataFrame([self._fitted(result, column, ref) for column, ref, _ in self._pivoted]),
        )

    def _fitted(self, rows: pl.DataFrame, column: Column, source: str) -> pl.Series:
        """An output column, its values in its own type where that is wider than its source's."""
        values = rows[column.lineage_id]
        if not source:
            return values
        return widened(values, self._types[source], column.type, (source, column.name)).alias(column.lineage_id)

    def _unknown(self, rows: pl.DataFrame) -> Iterator[Emit]:
        if self._tolerant:
            self._unmatched.update(
                dict.fromkeys("NULL" if v is None else str(v) for v in rows[_KEY].unique(maintain_order=True))
            )
            return
        yield from self._refused(rows, PivotUnknownKey)

    def _refused(self, rows: pl.DataFrame, error: type[DtserveError]) -> Iterator[Emit]:
        """Rows for the error output; without one the component fails."""
        import numpy as np

        if not self.redirects:
            raise error(key=rows[_KEY][0])
        output = self.output(error=True)
        codes = np.full(rows.height, signed(error.code), dtype=np.int32)
        columns = np.full(rows.height, self._pivot.number, dtype=np.int32)
        yield output.ref_id, rows.drop(_SET, _KEY).with_columns(error_columns(output, codes, columns))

    def _usage(self, column: Column) -> int:
        usage = properties.integer(column.properties, "PivotUsage", owner=self.model.name)
        if not PASS <= usage <= VALUE:
            raise PivotBadUsage(column=column.name, number=column.number)
        return usage

    def _pivot_key(self) -> Column:
        found = [c for c in self.model.inputs[0].columns if self._usage(c) == PIVOT_KEY]
        if not found:
            raise PivotNoKey()
        if len(found) > 1:
            raise PivotTooManyKeys()
        return found[0]

    def _keys(self) -> list[tuple[Column, str, Any]]:
        """Output column, source lineage id, key value (None where it passes a value through)."""
        from dtserve.datatypes import DT, TypeSpec
        from dtserve.datatypes.convert import convert_value

        arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
        usages = {c.lineage_id: self._usage(c) for c in self.model.inputs[0].columns}
        self._types = {c.lineage_id: arriving.get(c.lineage_id, c.type) for c in self.model.inputs[0].columns}
        target = self._types[self._pivot_key().lineage_id]
        found: list[tuple[Column, str, Any]] = []
        for column in self.output().columns:
            source = properties.reference(column.properties, "SourceColumn")
            if source and source not in usages:
                raise PivotColumnNotFound(column=column.name, number=column.number, lineage=source)
            if source and self._types[source].family != column.type.family:
                raise IncompatibleColumns(first=source, second=column.name)
            key: Any = None
            if source and usages[source] == VALUE:
                text = properties.text(column.properties, "PivotKeyValue")
                try:
                    key = convert_value(text, TypeSpec(DT.WSTR, length=len(text)), target, locale_id=self.locale)
                except ConversionError:
                    raise PivotBadKeyConversion(key=text) from None
            found.append((column, source, key))
        self._key_values = [key for _, _, key in found]
        return found
