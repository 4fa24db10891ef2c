"""Rows that wait to be read again in the order in which they came, in memory or, beyond a limit, on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, SupportsInt

if TYPE_CHECKING:
    import tempfile

    import polars as pl

__all__ = ["Spool"]


class Spool:
    """Frames of one schema. Up to ``memory`` bytes stay in memory, the rest goes to files below ``folder``."""

    def __init__(self, folder: Path, memory: SupportsInt) -> None:
        self._parent = folder
        self._memory = memory
        self._waiting: list[pl.DataFrame] = []
        self._bytes = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: list[Path] = []

    @property
    def spilled(self) -> bool:
        """Whether rows are on disk."""
        return bool(self._files)

    def add(self, frame: pl.DataFrame) -> None:
        """Take a frame."""
        if frame.height:
            self._waiting.append(frame)
            self._bytes += int(frame.estimated_size())
            if self._bytes > int(self._memory):
                self._write()

    def frames(self) -> Iterator[pl.DataFrame]:
        """All rows in order; may be asked for again."""
        import polars as pl

        for path in self._files:
            yield pl.read_ipc(path)
        yield from self._waiting

    def close(self) -> None:
        """Forget all rows and remove their files."""
        self._waiting.clear()
        self._files.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _write(self) -> None:
        import tempfile

        import polars as pl

        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="dtserve-spool-", dir=self._parent, ignore_cleanup_errors=True
            )
        path = Path(self._folder.name) / f"{len(self._files)}.arrow"
        pl.concat(self._waiting).write_ipc(path)
        self._files.append(path)
        self._waiting.clear()
        self._bytes = 0
