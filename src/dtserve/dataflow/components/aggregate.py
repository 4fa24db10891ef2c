"""Aggregate: groups and their counts, sums, averages, extremes (DATA_FLOW §5, FORMAT §6).

Any number of outputs, each with its own grouping. ``AggregationType``: 0 group by,
1 count (without NULL), 2 count all, 3 count distinct (without NULL), 4 sum, 5 average,
6 minimum, 7 maximum. ``AggregationComparisonFlags`` say which texts are one group or one
distinct value; the group shows the text that came first. Moments with an offset are compared by their
universal time. NULLs form one group; the sum,
average, minimum and maximum of NULLs alone is NULL. Results have the type of the output
column; one that does not fit fails the component. KeyScale, Keys, CountDistinctScale,
CountDistinctKeys and AutoExtendFactor are hints without effect here. Groups come in the
order of first appearance. Without rows there is no row, also without grouping.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING

from dtserve.dataflow import aggregation as agg
from dtserve.dataflow import properties
from dtserve.dataflow.aggregate_items import OVERFLOW
from dtserve.dataflow.aggregation import Groups, Item
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.budget import Lease, lease
from dtserve.dataflow.collation import fold
from dtserve.dataflow.conversion import fit
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import (
    AggregateInputMissing,
    AggregateInputType,
    AggregateOutputType,
    AggregationFailed,
)
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import hresult

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column, Output

__all__ = ["Aggregate"]

_NUMBERS = frozenset({"int", "float", "decimal"})
_COUNTS = frozenset({agg.COUNT, agg.COUNT_ALL, agg.COUNT_DISTINCT})


@component("Aggregate")
class Aggregate(BlockingTransform):
    """Groups rows."""

    _groups: dict[str, Groups] | None = None
    _lease: Lease | None = None

    def validate(self) -> None:
        """Kinds, inputs and types of all output columns."""
        for output in self._outputs():
            for at, column in enumerate(output.columns):
                self._check(column, self._item(column, at))

    def start(self) -> None:
        """Prepare the groups of each output."""
        outputs = self._outputs()
        self._lease = lease(self.host.settings.memory_limit)
        memory = self._lease.part(len(outputs))
        self._items = {o.ref_id: [self._item(c, at) for at, c in enumerate(o.columns)] for o in outputs}
        self._groups = {
            ref: Groups(items, memory=memory, folder=self.host.settings.temp) for ref, items in self._items.items()
        }
        self._folds = {
            item.key: (item.column, self._flags(column))
            for o in outputs
            for column, item in zip(o.columns, self._items[o.ref_id], strict=True)
            if item.key
        }

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Add the rows to each output's groups."""
        made = [_compared(frame[column], flags).alias(key) for key, (column, flags) in self._folds.items()]
        rows = frame.with_columns(made) if made else frame
        if self._lease is not None:
            self._lease.take()
        for groups in (self._groups or {}).values():
            groups.add(rows)
        return ()

    def finish(self) -> Iterator[Emit]:
        """The groups of each output."""
        import polars as pl

        for output in self._outputs():
            for frame in (self._groups or {})[output.ref_id].results():
                pairs = zip(output.columns, self._items[output.ref_id], strict=True)
                yield output.ref_id, pl.DataFrame([self._result(frame, column, item) for column, item in pairs])
        self.close()

    def interrupt(self) -> None:
        """End a query on disk."""
        for groups in (self._groups or {}).values():
            groups.interrupt()

    def close(self) -> None:
        """Forget the groups."""
        for groups in (self._groups or {}).values():
            groups.close()
        if self._lease is not None:
            self._lease.give_back()

    def _outputs(self) -> list[Output]:
        return [o for o in self.model.outputs if not o.is_error_out and o.columns]

    def _flags(self, column: Column) -> int:
        return properties.integer(column.properties, "AggregationComparisonFlags", owner=self.model.name)

    def _item(self, column: Column, at: int) -> Item:
        kind = properties.integer(column.properties, "AggregationType", owner=self.model.name)
        if not agg.GROUP_BY <= kind <= agg.MAXIMUM:
            raise BadProperty(property="AggregationType", component=self.model.name, detail=f"{kind} is not known")
        source = properties.reference(column.properties, "AggregationColumnId")
        arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
        if source not in arriving and (source or kind != agg.COUNT_ALL):
            raise AggregateInputMissing(lineage=source, column=column.name)
        spec = arriving.get(source, TypeSpec(DT.I4))
        flags = self._flags(column) if spec.family == "text" and kind in (agg.GROUP_BY, agg.COUNT_DISTINCT) else 0
        moment = spec.dt is DT.DBTIMESTAMPOFFSET and kind in (agg.GROUP_BY, agg.COUNT_DISTINCT)
        key = f"__compared:{flags}:{source}" if flags or moment else ""
        return Item(f"i{at}", kind, source if source in arriving else "", spec, key)

    def _check(self, column: Column, item: Item) -> None:
        place = f"{self.model.name}.{column.name}"
        if item.type.info.blob and item.kind not in (agg.COUNT, agg.COUNT_ALL):
            raise AggregateInputType(source=item.column, object=place)
        if item.kind in (agg.SUM, agg.AVERAGE) and item.type.family not in _NUMBERS:
            raise AggregateInputType(source=item.column, object=place)
        if item.kind in (agg.MINIMUM, agg.MAXIMUM) and item.type.family not in _NUMBERS | {"datetime"}:
            raise AggregateInputType(source=item.column, object=place)
        if item.kind in _COUNTS | {agg.SUM, agg.AVERAGE} and column.type.family not in _NUMBERS:
            raise AggregateOutputType(column=column.name)
        if item.kind in (agg.GROUP_BY, agg.MINIMUM, agg.MAXIMUM) and column.type.family != item.type.family:
            raise AggregateOutputType(column=column.name)

    def _result(self, frame: pl.DataFrame, column: Column, item: Item) -> pl.Series:
        """An output column from the partial columns of its groups, in its declared type."""
        import polars as pl

        if item.kind in (agg.GROUP_BY, agg.MINIMUM, agg.MAXIMUM):
            values, spec = frame[f"{item.name}.v"], item.type
        elif item.kind in _COUNTS:
            values, spec = frame[f"{item.name}.n"].fill_null(0), TypeSpec(DT.I8)
        else:
            values, spec = _number(frame, column, item)
        if spec == column.type:
            return pl.Series(column.lineage_id, values)
        result = fit(values, spec, column.type, "data_conversion", locale_id=self.locale)
        if result.errors is not None:
            code = OVERFLOW if column.type.family in _NUMBERS else hresult(int(result.errors.drop_nulls()[0]))
            raise AggregationFailed(object=f"{self.model.name}.{column.name}", error_code=code)
        return pl.Series(column.lineage_id, result.values)


def _compared(values: pl.Series, flags: int) -> pl.Series:
    """What makes values one: a text without what the flags ignore, a moment's universal time."""
    import polars as pl

    return values.struct.field("utc") if isinstance(values.dtype, pl.Struct) else fold(values, flags)


def _number(frame: pl.DataFrame, column: Column, item: Item) -> tuple[pl.Series, TypeSpec]:
    """Sum or average of each group with its type; NULL where all values were NULL."""
    import polars as pl

    count = frame[f"{item.name}.n"]
    total = frame[f"{item.name}.s"]
    total = frame.select(pl.when(count > 0).then(total)).to_series()
    if item.type.family == "float":
        values = total / count.cast(pl.Float64) if item.kind == agg.AVERAGE else total
        return values.cast(pl.Float64), TypeSpec(DT.R8)
    scale = int(getattr(total.dtype, "scale", 0))
    if item.kind == agg.SUM:
        return total, TypeSpec(DT.NUMERIC, precision=38, scale=scale)
    if column.type.family == "float":
        return total.cast(pl.Float64) / count.cast(pl.Float64), TypeSpec(DT.R8)
    target = int(getattr(column.type.polars(), "scale", 0))
    return _quotients(total, count, target), TypeSpec(DT.NUMERIC, precision=38, scale=target)


def _quotients(totals: pl.Series, counts: pl.Series, scale: int) -> pl.Series:
    """Exact averages of decimals, rounded half away from zero to a scale; those of very large sums one by one."""
    import numpy as np
    import polars as pl

    from dtserve.dataflow.column_views import decimals_with_nulls, nulls

    more = scale - int(getattr(totals.dtype, "scale", 0))
    unscaled = totals.to_physical().cast(pl.Int64, strict=False)
    large = nulls(unscaled) & ~nulls(totals)
    number = unscaled.fill_null(0).to_numpy()
    count = np.maximum(counts.cast(pl.Int64).to_numpy(), 1)
    if more < 0 or more > 17 or large.any() or (np.abs(number) >= 2**61 // 10**more).any():
        with localcontext() as context:
            context.prec = 60
            unit = Decimal(1).scaleb(-scale)
            found = [
                None if s is None else (s / n).quantize(unit, ROUND_HALF_UP)
                for s, n in zip(totals.to_list(), counts.to_list(), strict=True)
            ]
        return pl.Series(found, dtype=pl.Decimal(38, scale))
    halves = np.abs(number * 10**more) * 2
    whole = np.sign(number) * ((halves + count) // (2 * count))
    return decimals_with_nulls("", whole, ~nulls(totals), pl.Decimal(38, scale))
