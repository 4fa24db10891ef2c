"""Cache Transform: rows into a Cache connection manager, for Lookups later in the run (DATA_FLOW §5, §8.2).

Each input column names its cache column in ``CacheColumnName``; the types must be equal, and a value that does not fit a
shorter cache column is an error.
Rows are unique by the index columns, the first one of equal keys stays (a choice: the
reference is silent; UNVERIFIED); with ``TreatDuplicateKeysAsError`` a second one is an error. With
UseFile the rows are also written to the manager's file. Rows pass through to the output,
if it has one. A cache that another Cache Transform of the run has written is not written again.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.budget import CacheShare, cache_share
from dtserve.dataflow.cache import CacheData, cache_manager, write_cache
from dtserve.dataflow.conversion import widened
from dtserve.dataflow.errors import BadMetadata
from dtserve.dataflow.lookup_errors import (
    CacheColumnCount,
    CacheColumnNotMapped,
    CacheColumnTwice,
    CacheColumnType,
    CacheMemoryFull,
    CacheWrittenBefore,
    LookupDuplicateKeys,
)
from dtserve.dataflow.registry import component
from dtserve.dataflow.runs import compact, held_bytes
from dtserve.dataflow.sql import connection_of

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.cache import CacheManager

__all__ = ["CacheTransform"]


@component("Cache")
class CacheTransform(RowTransform):
    """Fills a cache."""

    stateless = False
    side_effects = True
    writes = True
    _share: CacheShare | None = None

    def validate(self) -> None:
        """Every cache column must get an input column of its type."""
        manager = self._manager()
        mapped = self._mapping()
        known = {c.name: c.type for c in manager.columns}
        arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
        names = [name for _, name in mapped]
        if len(set(names)) != len(names):
            raise CacheColumnTwice(column=next(n for n in names if names.count(n) > 1))
        if len(mapped) != len(known):
            raise CacheColumnCount()
        for lineage, name in mapped:
            if name not in known:
                raise CacheColumnNotMapped(column=lineage)
            found = arriving[lineage]
            if found.info.blob:
                detail = f'a cache cannot hold the column "{name}", which is {found.dt.label}'
                raise BadMetadata(component=self.model.name, detail=detail)
            if found.dt is not known[name].dt:
                raise CacheColumnType(column=lineage, cache=name)

    def start(self) -> None:
        """Begin an empty cache."""
        self._cache = self._manager()
        me = f"{self.model.ref_id} {self.model.name}"
        with self._cache.lock:
            if self._cache.data is not None and self._cache.writer not in ("", me):
                raise CacheWrittenBefore(connection=self._cache.name, component=self.model.name)
            self._cache.writer = me
        self._columns = self._mapping()
        self._types = self.input_schemas[self.model.inputs[0].ref_id]
        self._known = {c.name: c.type for c in self._cache.columns}
        self._frames: list[pl.DataFrame] = []
        self._share = cache_share(self.host.settings.memory_limit)
        self._bytes = 0

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Keep the rows and pass them on."""
        import polars as pl

        made = [
            widened(frame[lineage], self._types[lineage], self._known[name], (lineage, name)).alias(name)
            for lineage, name in self._columns
        ]
        self._frames.append(compact(pl.DataFrame(made)))
        self._bytes += held_bytes(self._frames[-1])
        most = self._bytes if self._share is None else self._share.most(self._bytes)
        if self._bytes > most:
            raise CacheMemoryFull(component=self.model.name, connection=self._cache.name, limit=most // 2**20)
        self.rows_written = (self.rows_written or 0) + frame.height
        return [(o.ref_id, frame) for o in self.model.outputs if not o.is_error_out]

    def finish(self) -> Iterable[Emit]:
        """Hand the cache over."""
        import polars as pl

        columns = tuple(self._cache.columns)
        types = {c.name: c.type.polars() for c in columns}
        rows = pl.concat(self._frames) if self._frames else pl.DataFrame(schema=types)
        rows = rows.select([c.name for c in columns])
        data = CacheData(columns, rows)
        unique = rows.unique(subset=data.index, keep="first", maintain_order=True) if data.index else rows
        strict = properties.boolean(self.model.properties, "TreatDuplicateKeysAsError", owner=self.model.name)
        if strict and unique.height != rows.height:
            raise LookupDuplicateKeys(component=self.model.name)
        data = CacheData(columns, unique)
        self._frames.clear()
        if self._share is not None:  # as long as somebody may look up in it
            self._share.most(held_bytes(unique))
            weakref.finalize(data, self._share.give_back)
            self._share = None
        with self._cache.lock:
            self._cache.data = data
        if self._cache.uses_file:
            write_cache(data, self._cache.path())
        return ()

    def close(self) -> None:
        """Forget the rows of a cache that has not been handed over."""
        if self._share is not None:
            self._frames.clear()
            self._share.give_back()
            self._share = None

    def _manager(self) -> CacheManager:
        return cache_manager(self, connection_of(self, "CacheConnection"))

    def _mapping(self) -> list[tuple[str, str]]:
        """Lineage id and cache column of each input column."""
        columns = self.model.inputs[0].columns
        return [(c.lineage_id, properties.text(c.properties, "CacheColumnName")) for c in columns]
