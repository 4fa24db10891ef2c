"""The Cache connection manager (CACHE): the columns of a lookup cache, kept in memory or in a ``.caw`` file.

UseFile tells whether the cache is written to the file that ConnectionString names; columns
have an IndexPosition, 0 for those that are no key. ``data`` holds what a Cache Transform of
the running package has filled, for the lookups of the same run. Source: DATA_FLOW §5, APPENDIX CACHE.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dtserve.connections.errors import InvalidFileName, WrongUsage
from dtserve.connections.file_connection import FileConnection
from dtserve.connections.stored import children, decode, is_true, stored_properties, to_int
from dtserve.datatypes import DT, TypeSpec

__all__ = ["CacheColumn", "CacheManager"]


@dataclass(frozen=True, slots=True)
class CacheColumn:
    """A column of the cache; ``index_position`` counts key columns from 1, 0 is no key."""

    name: str
    type: TypeSpec
    index_position: int = 0


class CacheManager(FileConnection):
    """CACHE."""

    kind: ClassVar[str] = "CACHE"

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        self.lock = threading.Lock()
        self.data: Any = None
        self.writer = ""
        """The Cache Transform that filled it."""

    @property
    def uses_file(self) -> bool:
        """UseFile."""
        return is_true(self.get_property("UseFile"))

    @property
    def columns(self) -> tuple[CacheColumn, ...]:
        """The columns in stored order; raises WrongUsage for an unknown type code."""
        return tuple(self._column(stored_properties(e)) for e in children(self.model.xml, "CacheColumn"))

    @property
    def index_columns(self) -> tuple[CacheColumn, ...]:
        """The key columns in the order of their positions."""
        keys = [column for column in self.columns if column.index_position > 0]
        return tuple(sorted(keys, key=lambda column: column.index_position))

    def _column(self, stored: Mapping[str, str]) -> CacheColumn:
        code = to_int(stored.get("DataType", ""))
        try:
            dt = DT(code)
        except ValueError:
            raise WrongUsage(name=self.name, detail=f"The data type code {code} is not known.") from None
        length = to_int(stored.get("Length", "")) if dt in (DT.STR, DT.WSTR, DT.BYTES) else 0
        spec = TypeSpec(
            dt,
            length=length,
            precision=to_int(stored.get("Precision", "")),
            scale=to_int(stored.get("Scale", "")),
            code_page=to_int(stored.get("CodePage", "")) if dt in (DT.STR, DT.TEXT) else 0,
        )
        return CacheColumn(decode(stored.get("ObjectName", "")), spec, to_int(stored.get("IndexPosition", "")))

    def validate(self) -> None:
        """With UseFile there must be a file name; there must be an index column."""
        if self.uses_file and not self.connection_string.strip():
            raise InvalidFileName(path="")
        if not self.index_columns:
            raise WrongUsage(name=self.name, detail="The cache has no index column.")

    def close(self) -> None:
        """Forget the cached rows."""
        self.data, self.writer = None, ""
