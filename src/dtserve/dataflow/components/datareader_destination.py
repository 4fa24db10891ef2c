"""DataReader Destination: offers rows to a reader of the package's results (DATA_FLOW §6).

In SSIS a .NET program reads them from the process that runs the package. Here they are
left in the folder for results (``FlowSettings.results``), if there is one, as an Arrow
stream named like the component, complete or not at all. Without such a folder nobody can
read: the rows are counted and dropped, as after ``ReadTimeout`` in SSIS; with
``FailOnTimeout`` the component fails, as it would then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.component_errors import DataReaderNotRead
from dtserve.dataflow.file_errors import FileCannotOpenWrite
from dtserve.dataflow.registry import component
from dtserve.datatypes import DT

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes import TypeSpec

__all__ = ["DataReaderDestination"]

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@component("DataReaderDestinationAdapter")
class DataReaderDestination(Destination):
    """Leaves rows for a reader, or drops them."""

    _writer: Any = None
    _path: Path | None = None

    def start(self) -> None:
        """Open the file, where there is a folder for results."""
        folder = self.host.settings.results
        arriving = self.input_schemas[self.model.inputs[0].ref_id]
        columns = [c for c in self.model.inputs[0].columns if c.usage != "ignored"]
        self._columns = [(c.lineage_id, c.name, arriving[c.lineage_id]) for c in columns]
        self.rows_written = 0
        if folder is None:
            return
        self._path = folder / (_UNSAFE.sub("_", self.model.name) + ".arrow")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open(self._partial(self._path))
        except OSError as error:
            raise FileCannotOpenWrite(path=self._path, detail=error.strerror or error) from None

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Write the rows, or drop them, or fail."""
        if self._writer is not None:
            self._writer.write_table(self._readable(frame).to_arrow().cast(self._writer_schema))
            self.rows_written = (self.rows_written or 0) + frame.height
        elif properties.boolean(self.model.properties, "FailOnTimeout", owner=self.model.name):
            raise DataReaderNotRead()
        return ()

    def post_execute(self, completed: bool) -> None:
        """Give the file its name when the data flow has ended well."""
        if self._writer is not None and self._path is not None:
            self._writer.close()
            self._writer = None
            if completed:
                self._partial(self._path).replace(self._path)

    def close(self) -> None:
        """Remove what is not complete."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._path is not None:
            self._partial(self._path).unlink(missing_ok=True)

    def _open(self, path: Path) -> None:
        import polars as pl
        import pyarrow as pa

        empty = pl.DataFrame(schema={lineage: spec.polars() for lineage, _, spec in self._columns})
        self._writer_schema = self._readable(empty).to_arrow().schema
        self._writer = pa.ipc.new_stream(str(path), self._writer_schema)

    def _readable(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns under their names, moments with an offset as text."""
        import polars as pl

        return pl.DataFrame([_plain(frame[lineage], spec).alias(name) for lineage, name, spec in self._columns])

    @staticmethod
    def _partial(path: Path) -> Path:
        return path.with_name(f".{path.name}.partial")


def _plain(values: pl.Series, spec: TypeSpec) -> pl.Series:
    if spec.dt is not DT.DBTIMESTAMPOFFSET:
        return values
    from dtserve.datatypes.text import format_column

    return format_column(values, spec)
