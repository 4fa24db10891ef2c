"""A private DuckDB database that groups more rows than memory holds (ENGINE §9)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.sorting import OUT_ROWS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Spill", "open_spill"]


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
