"""The Flat File connection manager (FLATFILE): a text file and how it is laid out.

Every stored property can be set by a property expression before the file is opened;
``format`` is worked out anew after each change. Source: DATA_FLOW §7.1.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dtserve.connections.errors import WrongUsage
from dtserve.connections.file_connection import FileConnection
from dtserve.connections.flat_file_format import FlatFileFormat, read_flat_file_format

__all__ = ["FlatFileManager"]


class FlatFileManager(FileConnection):
    """FLATFILE."""

    kind: ClassVar[str] = "FLATFILE"

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        self._format: FlatFileFormat | None = None

    def set_property(self, name: str, value: str) -> None:
        """Set a property; the format is read again on next use."""
        super().set_property(name, value)
        self._format = None

    @property
    def format(self) -> FlatFileFormat:
        """The layout of the file; raises WrongUsage when the stored columns make no sense."""
        if self._format is None:
            self._format = read_flat_file_format(self.properties, self.model.xml, self.name)
        return self._format

    def validate(self) -> None:
        """There must be a file name and at least one column; a fixed column needs a width."""
        self.path()
        layout = self.format
        if not layout.columns:
            raise WrongUsage(name=self.name, detail="The manager has no columns.")
        for column in layout.columns:
            if not column.delimited and column.width <= 0:
                raise WrongUsage(name=self.name, detail=f'The fixed column "{column.name}" has no width.')
