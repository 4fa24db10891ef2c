"""Captured changes of a table: from SQL Server's functions, elsewhere from a change table of their shape (DATA_FLOW §4.8).

On SQL Server ``cdc.fn_cdc_get_all_changes_…`` and ``…_net_changes_…`` answer. A database to
which a connection map leads answers with the change table itself, ``cdc.<capture
instance>_CT``, and for net changes with ``cdc.change_tables`` and ``cdc.index_columns``,
which tell its keys; net changes are then computed here, by the rules of the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dtserve.connections.base import ResultColumn, ResultSet, SqlParameter
from dtserve.dataflow.component_errors import CdcKeysMissing
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import SqlSession

__all__ = [
    "ALL",
    "ALL_WITH_OLD_VALUES",
    "NET",
    "NET_WITH_MASK",
    "NET_WITH_MERGE",
    "Range",
    "read_changes",
    "with_columns",
]

ALL, ALL_WITH_OLD_VALUES, NET, NET_WITH_MASK, NET_WITH_MERGE = range(5)
"""The processing modes, by their numbers in packages."""

ROW_FILTER = ("all", "all update old", "all", "all with mask", "all with merge")
DELETE, INSERT, BEFORE_UPDATE, UPDATE, MERGE = range(1, 6)

_LSN = TypeSpec(DT.BYTES, length=10)
_META = ("__$start_lsn", "__$end_lsn", "__$seqval", "__$operation", "__$update_mask", "__$command_id")
_KEYS = (
    "SELECT i.column_name FROM cdc.index_columns i JOIN cdc.change_tables t ON t.object_id = i.object_id "
    "WHERE t.capture_instance = ? ORDER BY i.index_ordinal"
)


@dataclass(frozen=True)
class Range:
    """Log positions: after ``start`` (processed already) up to and including ``end``."""

    start: bytes
    end: bytes

    @property
    def first(self) -> bytes:
        """The position after ``start``, as ``sys.fn_cdc_increment_lsn`` gives it."""
        number = int.from_bytes(self.start, "big") + 1
        return (number % (1 << 80)).to_bytes(10, "big")

    @property
    def empty(self) -> bool:
        """Whether there is nothing between the positions; SQL Server's functions fail for such a range."""
        return self.first > self.end


def read_changes(session: SqlSession, instance: str, mode: int, span: Range, *, rows: int, timeout: int) -> ResultSet:
    """The changes of a capture instance within a range, in the order in which they happened.

    Raises SqlError, CdcKeysMissing.
    """
    if session.dialect == "tsql":
        return session.query(_function_call(instance, mode, span), batch_rows=rows, timeout=timeout)
    result = _from_table(session, instance, mode, span, rows, timeout)
    return result if mode in (ALL, ALL_WITH_OLD_VALUES) else _net(session, result, instance, mode, rows)


def _function_call(instance: str, mode: int, span: Range) -> str:
    net = mode not in (ALL, ALL_WITH_OLD_VALUES)
    name = f"fn_cdc_get_{'net' if net else 'all'}_changes_{instance}".replace("]", "]]")
    order = "[__$start_lsn]" if net else "[__$start_lsn], [__$seqval], [__$operation]"
    return (
        f"SELECT * FROM [cdc].[{name}](0x{span.first.hex().upper()}, 0x{span.end.hex().upper()}, "
        f"N'{ROW_FILTER[mode]}') ORDER BY {order}"
    )


def _from_table(session: SqlSession, instance: str, mode: int, span: Range, rows: int, timeout: int) -> ResultSet:
    operations = "1, 2, 3, 4" if mode == ALL_WITH_OLD_VALUES else "1, 2, 4"
    table = f"{instance}_CT".replace("]", "]]")
    statement = (
        f"SELECT * FROM [cdc].[{table}] WHERE [__$start_lsn] > ? AND [__$start_lsn] <= ? "
        f"AND [__$operation] IN ({operations}) ORDER BY [__$start_lsn], [__$seqval], [__$operation]"
    )
    limits = [SqlParameter(span.start, _LSN), SqlParameter(span.end, _LSN)]
    return session.query(statement, limits, batch_rows=rows, timeout=timeout)


def _net(session: SqlSession, result: ResultSet, instance: str, mode: int, rows: int) -> ResultSet:
    """One change per key of all changes of a table."""
    import polars as pl

    frames = list(result.batches)
    names = {column.name: str(at) for at, column in enumerate(result.columns)}
    found = session.query(_KEYS, [SqlParameter(instance, TypeSpec(DT.WSTR, length=128))])
    keys = [str(row[0]) for row in found.rows()]
    absent = [key for key in keys if key not in names]
    if absent or not keys:
        detail = f'column "{absent[0]}" is not captured' if absent else "cdc.index_columns has no row for it"
        raise CdcKeysMissing(instance=instance, detail=detail)
    kept = [c for c in result.columns if c.name not in ("__$end_lsn", "__$seqval", "__$command_id")]
    if not frames:
        return ResultSet(tuple(kept))
    net = _one_per_key(pl.concat(frames), [names[key] for key in keys], names, mode)
    chosen = net.select(pl.col(names[c.name]).alias(str(at)) for at, c in enumerate(kept))
    return ResultSet(tuple(kept), batches=(chosen.slice(at, rows) for at in range(0, chosen.height, rows)))


def _one_per_key(changes: pl.DataFrame, keys: list[str], names: dict[str, str], mode: int) -> pl.DataFrame:
    """The last row of each key with the operation that leads from before the range to after it."""
    import polars as pl

    operation, mask = names["__$operation"], names["__$update_mask"]
    first = pl.col(operation).first().over(keys).alias("first")
    masks = pl.when(pl.col(operation).is_in((INSERT, UPDATE))).then(pl.col(mask)).implode().over(keys).alias("masks")
    rows = changes.with_columns(first, masks, pl.int_range(pl.len()).alias("at"))
    rows = rows.unique(keys, keep="last").sort("at")
    rows = rows.filter(~((pl.col("first") == INSERT) & (pl.col(operation) == DELETE)))
    net = (
        pl.when(pl.col(operation) == DELETE)
        .then(DELETE)
        .when(mode == NET_WITH_MERGE)
        .then(MERGE)
        .when(pl.col("first") == INSERT)
        .then(INSERT)
        .otherwise(UPDATE)
        .cast(changes[operation].dtype)
        .alias(operation)
    )
    rows = rows.with_columns(net)
    wanted = (rows[operation] == UPDATE) & (mode == NET_WITH_MASK)
    merged = [_union(found) if w else None for found, w in zip(rows["masks"].to_list(), wanted, strict=True)]
    return rows.with_columns(pl.Series(mask, merged, dtype=pl.Binary))


def _union(masks: Iterable[bytes | None]) -> bytes | None:
    """All bits of some update masks."""
    known = [mask for mask in masks if mask is not None]
    if not known:
        return None
    bits = 0
    for mask in known:
        bits |= int.from_bytes(mask, "big")
    return bits.to_bytes(max(len(mask) for mask in known), "big")


def with_columns(result: ResultSet, wanted: Iterable[str], reprocessing: bool) -> ResultSet:
    """A result with ``__$reprocessing`` and the ``__$<column>__Changed`` columns among ``wanted``.

    A change without an update mask (an insert, a delete) changed no single column.
    """
    captured = [c.name for c in result.columns if c.name not in _META]
    changed = {f"__${name}__Changed": at for at, name in enumerate(captured)}
    extra = [name for name in wanted if name in changed or name == "__$reprocessing"]
    if not extra:
        return result
    mask = next((at for at, c in enumerate(result.columns) if c.name == "__$update_mask"), None)
    made = tuple(ResultColumn(name, TypeSpec(DT.BOOL)) for name in extra)

    def batches() -> Iterator[pl.DataFrame]:
        import polars as pl

        start = len(result.columns)
        for frame in result.batches:
            found = frame.to_series(mask).to_list() if mask is not None else [None] * frame.height
            bits = [int.from_bytes(value, "big") if value else 0 for value in found]
            series = []
            for at, name in enumerate(extra, start=start):
                ordinal = changed.get(name)
                values = [reprocessing] * len(bits) if ordinal is None else [bool(b >> ordinal & 1) for b in bits]
                series.append(pl.Series(str(at), values, dtype=pl.Boolean))
            yield frame.with_columns(series)

    return ResultSet((*result.columns, *made), batches=batches())
