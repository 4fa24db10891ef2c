"""Unpivot: columns become rows (DATA_FLOW §5).

An input column with ``PivotKeyValue`` gives a row per key: its value goes to the output
column that ``DestinationColumn`` names, its key to the output column with ``PivotKey``
true. Columns without key are copied to their destination column on every row. A NULL
value makes no row; a row whose values are all NULL makes one row, with NULL as key and
value (that row's key is UNVERIFIED). Output rows follow the order of the input rows and, within a row, of the input
columns. Several destination columns are filled side by side, key by key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.conversion import widened
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.pivot_errors import (
    UnpivotBadDestination,
    UnpivotDuplicateKey,
    UnpivotKeysDiffer,
    UnpivotNoDestination,
    UnpivotNoKeyColumn,
)
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import IncompatibleColumns
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.convert import convert_value
from dtserve.datatypes.errors import ConversionError

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["Unpivot"]

_ROW, _PLACE = "__row", "__place"


@component("UnPivot")
class Unpivot(BlockingTransform):
    """Turns columns into rows."""

    stateless = True

    def validate(self) -> None:
        """Destinations that exist, a key column, equal keys for each destination, no key twice."""
        targets = {c.lineage_id: c for c in self.output().columns}
        keys: dict[str, list[str]] = {}
        for column, target, key in self._mapped():
            if target not in targets:
                raise UnpivotBadDestination(column=column.name, number=column.number)
            if key:
                keys.setdefault(target, []).append(key)
        if not keys:
            raise UnpivotNoDestination()
        named = self._key_column()
        if named is None:
            raise UnpivotNoKeyColumn()
        for key in next(iter(keys.values())):
            self._key_value(key, named)
        for found in keys.values():
            if len(set(found)) != len(found):
                raise UnpivotDuplicateKey(key=next(k for k in found if found.count(k) > 1))
            if set(found) != set(next(iter(keys.values()))):
                raise UnpivotKeysDiffer()
        for column, target, _ in self._mapped():
            if self._arriving(column).family != targets[target].type.family:
                raise IncompatibleColumns(first=column.name, second=targets[target].name)

    def start(self) -> None:
        """Resolve the mapping."""
        self._keys: dict[str, dict[str, str]] = {}
        self._copied: dict[str, str] = {}
        for column, target, key in self._mapped():
            if key:
                self._keys.setdefault(key, {})[target] = column.lineage_id
            else:
                self._copied[target] = column.lineage_id

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """The rows of one buffer."""
        import polars as pl

        output = self.output()
        targets = {c.lineage_id: c for c in output.columns}
        made = [
            widened(frame[c.lineage_id], self._arriving(c), targets[target].type, (c.name, targets[target].name))
            for c, target, _ in self._mapped()
        ]
        rows = pl.DataFrame(made).with_row_index(_ROW)
        parts = []
        filled: pl.Series | None = None
        for place, (key, sources) in enumerate(self._keys.items()):
            present = rows.select(
                pl.any_horizontal(pl.col(source).is_not_null() for source in sources.values())
            ).to_series()
            filled = present if filled is None else filled | present
            parts.append(self._part(rows.filter(present), place, key, sources))
        if filled is not None and not filled.all():
            parts.append(self._part(rows.filter(~filled), 0, None, {}))
        whole = pl.concat(parts).sort(_ROW, _PLACE)
        return [(output.ref_id, whole.drop(_ROW, _PLACE))]

    def _part(self, rows: pl.DataFrame, place: int, key: str | None, sources: dict[str, str]) -> pl.DataFrame:
        """The output rows of one key."""
        import polars as pl

        named = self._key_column()
        made = [pl.col(_ROW), pl.lit(place, pl.Int32).alias(_PLACE)]
        for column in self.output().columns:
            dtype = column.type.polars()
            if named is not None and column.lineage_id == named.lineage_id:
                made.append(
                    pl.lit(None if key is None else self._key_value(key, named), dtype=dtype).alias(column.lineage_id)
                )
            elif column.lineage_id in sources:
                made.append(pl.col(sources[column.lineage_id]).alias(column.lineage_id))
            elif column.lineage_id in self._copied:
                made.append(pl.col(self._copied[column.lineage_id]).alias(column.lineage_id))
            else:
                made.append(pl.lit(None, dtype=dtype).alias(column.lineage_id))
        return rows.select(made)

    def _mapped(self) -> list[tuple[Column, str, str]]:
        """Input column, destination column, key (empty for a column that is copied)."""
        return [
            (
                column,
                properties.reference(column.properties, "DestinationColumn"),
                properties.text(column.properties, "PivotKeyValue"),
            )
            for column in self.model.inputs[0].columns
        ]

    def _key_column(self) -> Column | None:
        for column in self.output().columns:
            if properties.boolean(column.properties, "PivotKey", owner=self.model.name):
                return column
        return None

    def _key_value(self, key: str, column: Column) -> Any:
        """A key as the key column holds it; raises BadProperty for one that does not fit."""
        spec = column.type
        try:
            return convert_value(key, TypeSpec(DT.WSTR, length=len(key)), spec, locale_id=self.locale)
        except ConversionError:
            detail = f'"{key}" does not fit the column "{column.name}" ({spec})'
            raise BadProperty(property="PivotKeyValue", component=self.model.name, detail=detail) from None

    def _arriving(self, column: Column) -> TypeSpec:
        return self.input_schemas.get(self.model.inputs[0].ref_id, {}).get(column.lineage_id, column.type)
