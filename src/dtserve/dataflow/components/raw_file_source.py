"""Raw File Source: rows of a raw file, or of a cache file (DATA_FLOW §4.5, §8).

``AccessMode`` 0 ``FileName``, 1 ``FileNameVariable``. Output columns are found in the file
by name; a column of the file that no output column names is skipped. A value that does
not fit the type of its output column ends the data flow: there is no error output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.conversion import fit
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.external_metadata import require_file
from dtserve.dataflow.file_errors import FileCannotOpenRead, RawColumnNotMatched, RawTypeMismatch
from dtserve.dataflow.raw_file import read_raw
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import variable_text

if TYPE_CHECKING:
    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["RawFileSource"]


@component("RawSource")
class RawFileSource(Source):
    """Reads raw files."""

    def validate(self) -> None:
        """Access mode and file name."""
        if self._mode() == 0:
            self._file_name()
        if not self.output().columns:
            raise BadMetadata(component=self.model.name, detail="the output has no columns")

    def validate_external(self, check: ExternalCheck) -> None:
        """The file must be there, unless its name comes from a variable that is still to be set."""
        name = self._file_name()
        if name:
            require_file(self.host.map_path(name))

    def produce(self) -> Iterator[Emit]:
        """The rows of the file."""
        import polars as pl

        path = self.host.map_path(self._file_name())
        output = self.output()
        try:
            frames = read_raw(path)
            for header, frame in frames:
                stored = {c.name.rpartition("!")[0] or c.name: c for c in header}
                made = []
                for column in output.columns:
                    found = stored.get(column.name)
                    if found is None:
                        raise RawColumnNotMatched(column=column.name, number=column.number)
                    result = fit(frame[found.name], found.type, column.type, "ole_db_source")
                    if result.errors is not None or result.truncated is not None:
                        raise RawTypeMismatch(column=column.name, type=found.type, source=found.name)
                    made.append(result.values.alias(column.lineage_id))
                yield output.ref_id, pl.DataFrame(made)
        except OSError as error:
            raise FileCannotOpenRead(path=path, detail=error.strerror or error) from None

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
