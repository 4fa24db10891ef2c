"""What a Cache Transform leaves for the Lookups of a run: rows by cache column, and the file form (DATA_FLOW §8.2).

A :class:`CacheData` hangs on the Cache connection manager (``manager.data``). With UseFile
it is also written to, and read from, a ``.caw`` file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.component_errors import IncorrectConnectionType
from dtserve.dataflow.lookup_errors import CacheColumnMissing, CacheNotFilled
from dtserve.dataflow.runs import held_bytes

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import Connection
    from dtserve.connections.cache import CacheColumn, CacheManager
    from dtserve.dataflow.base import PipelineComponent

__all__ = ["CacheData", "cache_manager", "load_cache", "write_cache"]


@dataclass(frozen=True)
class CacheData:
    """The rows of a cache, columns named as in the connection manager; unique by its index columns."""

    columns: tuple[CacheColumn, ...]
    rows: pl.DataFrame

    @property
    def index(self) -> list[str]:
        """The names of the index columns in the order of their positions."""
        keys = [c for c in self.columns if c.index_position > 0]
        return [c.name for c in sorted(keys, key=lambda c: c.index_position)]


def cache_manager(component: PipelineComponent, connection: Connection) -> CacheManager:
    """The connection as a cache; IncorrectConnectionType for any other kind."""
    from dtserve.connections.cache import CacheManager

    if not isinstance(connection, CacheManager):
        raise IncorrectConnectionType(name=connection.name, required="CACHE", found=connection.kind)
    return connection


def load_cache(manager: CacheManager, component: str, check: Callable[[int], None] = lambda size: None) -> CacheData:
    """The filled cache, from the file when nothing in this run has filled it; CacheNotFilled otherwise.

    ``check`` is called with the bytes that have been read from a file so far, and may raise.
    """
    with manager.lock:
        if manager.data is None and manager.uses_file:
            manager.data = _read_file(manager.columns, manager.path(), check)
        if not isinstance(manager.data, CacheData):
            raise CacheNotFilled(component=component, connection=manager.name)
        return manager.data


def _read_file(columns: Sequence[CacheColumn], path: Path, check: Callable[[int], None]) -> CacheData:
    """A ``.caw`` file by the columns of its connection manager."""
    import polars as pl

    from dtserve.dataflow.raw_file import read_raw

    found: dict[str, Any] = {}
    frames: list[pl.DataFrame] = []
    size = 0
    names: dict[str, str] = {}
    for header, frame in read_raw(path):
        if not names:
            names = {c.name.rpartition("!")[0] or c.name: c.name for c in header}
        frames.append(
            pl.DataFrame({c.name: frame[names[c.name]].cast(c.type.polars()) for c in columns if c.name in names})
        )
        size += held_bytes(frames[-1])
        check(size)
    for column in columns:
        if names and column.name not in names:
            raise CacheColumnMissing(column=column.name)
        found[column.name] = column.type.polars()
    whole = pl.concat(frames) if frames else pl.DataFrame(schema=found)
    return CacheData(tuple(columns), whole)


def write_cache(data: CacheData, path: Path) -> None:
    """Write a ``.caw`` file; index positions are part of the column names, as SSIS writes them.

    SSIS adds two hash columns, whose algorithm is not known; they are not written, and
    nothing here reads them.
    """
    from dtserve.dataflow.raw_file import CACHE_PREFIX, RawColumn, RawWriter

    columns = [RawColumn(f"{c.name}!{c.index_position}", c.type) for c in data.columns]
    writer = RawWriter(path, columns, prefix=CACHE_PREFIX)
    try:
        writer.write(data.rows)
    finally:
        writer.close()
