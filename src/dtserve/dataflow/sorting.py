"""Sorting more rows than memory holds, stable and interruptible (ENGINE §9).

Up to ``memory`` bytes are sorted in memory; beyond that everything goes through a
private DuckDB database with a memory limit, which writes to ``folder``. Ties keep the
order of arrival. Rows come back in buffers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = ["OUT_ROWS", "ExternalSort", "Spill", "open_spill", "spill_limit"]

OUT_ROWS = 65_536
"""Rows per buffer that a blocking component gives."""

_ARRIVAL = "__arrival"


def spill_limit(memory_limit: int) -> int:
    """Bytes one blocking component may hold: a quarter of the data flow's memory, itself a quarter of the machine."""
    if memory_limit <= 0:
        import psutil

        memory_limit = psutil.virtual_memory().total // 4
    return max(memory_limit // 4, 16 * 2**20)


class Spill:
    """A private DuckDB database that spills inside a memory limit; :meth:`interrupt` works from another thread."""

    def __init__(self, folder: Path, memory: int) -> None:
        import tempfile

        import duckdb

        self._folder = tempfile.TemporaryDirectory(prefix="dtserve-spill-", dir=folder, ignore_cleanup_errors=True)
        self.connection: Any = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{max(memory, 128 * 2**20) // 2**20}MiB",
                "temp_directory": self._folder.name,
                "threads": 2,
                "preserve_insertion_order": False,
            },
        )

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        """Append a frame to a table, made on first use."""
        self.connection.register("incoming", frame.to_arrow())
        try:
            self.connection.execute(f"create table if not exists {table} as select * from incoming limit 0")
            self.connection.execute(f"insert into {table} select * from incoming")
        finally:
            self.connection.unregister("incoming")

    def read(self, query: str, schema: dict[str, pl.DataType]) -> Iterator[pl.DataFrame]:
        """The result of a query in buffers, columns in the types of ``schema``."""
        import polars as pl

        reader = self.connection.sql(query).to_arrow_reader(OUT_ROWS)
        for batch in reader:
            frame = pl.DataFrame(pl.from_arrow(batch))
            if frame.height:
                yield frame.cast({name: dtype for name, dtype in schema.items() if frame.schema[name] != dtype})

    def interrupt(self) -> None:
        """End a running query."""
        self.connection.interrupt()

    def close(self) -> None:
        """Remove everything."""
        self.connection.close()
        self._folder.cleanup()


def open_spill(folder: Path, memory: int) -> Spill:
    """A spill database in ``folder``."""
    return Spill(folder, memory)


class ExternalSort:
    """Collects frames and gives them back sorted.

    ``by`` are columns of the frames with their direction (True runs down). NULL stands
    first in ascending and last in descending columns when ``nulls_first``, else the
    other way round.
    """

    def __init__(self, by: list[tuple[str, bool]], *, nulls_first: bool, memory: int, folder: Path) -> None:
        self._by = by
        self._nulls_last = [descending if nulls_first else not descending for _, descending in by]
        self._memory = memory
        self._folder = folder
        self._frames: list[pl.DataFrame] = []
        self._bytes = 0
        self._rows = 0
        self._spill: Spill | None = None
        self._schema: dict[str, pl.DataType] = {}

    @property
    def spilled(self) -> bool:
        """Whether rows went to disk."""
        return self._spill is not None

    def add(self, frame: pl.DataFrame) -> None:
        """Take a frame."""
        import polars as pl

        self._schema = dict(frame.schema)
        self._frames.append(
            frame.with_columns(pl.int_range(self._rows, self._rows + frame.height, dtype=pl.Int64).alias(_ARRIVAL))
        )
        self._rows += frame.height
        self._bytes += int(frame.estimated_size())
        if self._bytes > self._memory:
            self._flush()

    def sorted(self) -> Iterator[pl.DataFrame]:
        """All rows in order, in buffers; call once."""
        import polars as pl

        if not self._rows:
            return
        if self._spill is None:
            columns = [name for name, _ in self._by]
            whole = pl.concat(self._frames)
            self._frames.clear()
            whole = whole.sort(
                [*columns, _ARRIVAL],
                descending=[*(down for _, down in self._by), False],
                nulls_last=[*self._nulls_last, False],
            ).drop(_ARRIVAL)
            for start in range(0, whole.height, OUT_ROWS):
                yield whole.slice(start, OUT_ROWS)
            return
        self._flush()
        place = {name: f"c{i}" for i, name in enumerate(self._schema)}
        order = [
            f"{place[name]} {'desc' if down else 'asc'} nulls {'last' if last else 'first'}"
            for (name, down), last in zip(self._by, self._nulls_last, strict=True)
        ]
        query = f"select {', '.join(place.values())} from sorting order by {', '.join(order)}, {_ARRIVAL}"
        types = {place[name]: dtype for name, dtype in self._schema.items()}
        for frame in self._spill.read(query, types):
            yield frame.rename({at: name for name, at in place.items()})

    def interrupt(self) -> None:
        """End a sort that runs in another thread."""
        if self._spill is not None:
            self._spill.interrupt()

    def close(self) -> None:
        """Forget everything."""
        self._frames.clear()
        if self._spill is not None:
            self._spill.close()
            self._spill = None

    def _flush(self) -> None:
        import polars as pl

        if not self._frames:
            return
        if self._spill is None:
            self._spill = open_spill(self._folder, self._memory)
        place = {name: f"c{i}" for i, name in enumerate(self._schema)}
        self._spill.insert("sorting", pl.concat(self._frames).rename(place))
        self._frames.clear()
        self._bytes = 0
