"""Raw File Destination: rows into a raw file (DATA_FLOW §6, §8).

``AccessMode`` 0 ``FileName``, 1 ``FileNameVariable``. ``WriteOption`` 0 create always,
1 create once (an error when the file exists), 2 append, 3 truncate and append; the last
two keep the columns of an existing file, which must have those of the input by name and
type, and make the file when there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.file_errors import (
    FileCannotOpenWrite,
    RawBlobColumn,
    RawFileExists,
    RawMetadataCount,
    RawMetadataMismatch,
    RawNoColumns,
)
from dtserve.dataflow.raw_file import RawColumn, RawWriter, read_header
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import variable_text

if TYPE_CHECKING:
    import polars as pl

__all__ = ["RawFileDestination"]

ALWAYS, ONCE, APPEND, TRUNCATE = 0, 1, 2, 3


@component("RawDestination")
class RawFileDestination(Destination):
    """Writes raw files."""

    _writer: RawWriter | None = None

    def validate(self) -> None:
        """Options, file name, columns without long types."""
        if not ALWAYS <= self._option() <= TRUNCATE:
            raise BadProperty(property="WriteOption", component=self.model.name, detail="it must be 0 to 3")
        if self._mode() == 0:
            self._file_name()
        columns = self._columns()
        if not columns:
            raise RawNoColumns()
        for _, column in columns:
            if column.type.info.blob:
                raise RawBlobColumn(column=column.name)

    def start(self) -> None:
        """Open the file."""
        path = self.host.map_path(self._file_name())
        try:
            self._open(path)
        except OSError as error:
            raise FileCannotOpenWrite(path=path, detail=error.strerror or error) from None

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Append the rows."""
        if self._writer is not None:
            self._writer.write(frame.select(self._order))
        return ()

    def finish(self) -> Iterator[Emit]:
        """Close the file."""
        self.close()
        yield from ()

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _open(self, path: Path) -> None:
        columns = self._columns()
        self._order = [lineage for lineage, _ in columns]
        option = self._option()
        if option == ONCE and path.exists():
            raise RawFileExists(path=path)
        if option in (APPEND, TRUNCATE) and path.exists():
            with path.open("rb") as source:
                header = read_header(source, path)
            by_name = {column.name: (lineage, column) for lineage, column in columns}
            if len(header) != len(columns):
                raise RawMetadataCount()
            for stored in header:
                if stored.name not in by_name or by_name[stored.name][1].type != stored.type:
                    raise RawMetadataMismatch(column=stored.name)
            self._order = [by_name[stored.name][0] for stored in header]
            self._writer = RawWriter(path, header, append=option == APPEND)
            return
        self._writer = RawWriter(path, [column for _, column in columns])

    def _columns(self) -> list[tuple[str, RawColumn]]:
        """Lineage id and column of the file, in the order of the input."""
        into = self.model.inputs[0]
        arriving = self.input_schemas.get(into.ref_id, {})
        return [
            (
                c.lineage_id,
                RawColumn(c.name, arriving.get(c.lineage_id, c.type), c.sort_key_position, c.comparison_flags),
            )
            for c in into.columns
            if c.usage != "ignored"
        ]

    def _option(self) -> int:
        return properties.integer(self.model.properties, "WriteOption", owner=self.model.name)

    def _mode(self) -> int:
        mode = properties.integer(self.model.properties, "AccessMode", owner=self.model.name)
        if mode not in (0, 1):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        return mode

    def _file_name(self) -> str:
        if self._mode() == 1:
            return variable_text(self.host, self.model.name, self.model.properties, "FileNameVariable")
        name = properties.text(self.model.properties, "FileName").strip()
        if not name:
            raise BadProperty(property="FileName", component=self.model.name, detail="it is empty")
        return name
