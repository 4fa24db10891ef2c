"""The surroundings of a run: where paths and connections of a package point on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.doors import lazy

if TYPE_CHECKING:
    from dtserve.connections.connection_target import ConnectionTarget

__all__ = ["ConnectionTarget", "Environment"]

__getattr__ = lazy("dtserve.connections", {"ConnectionTarget": "connection_target"})


@dataclass(frozen=True)
class Environment:
    """Maps and folders that connections of a run share.

    ``path_map`` maps Windows path prefixes (``C:\\data``, ``\\\\server\\share``) to local
    folders, longest prefix first; ``folder`` is the package's own folder (relative paths);
    ``temp`` a private folder removed after the run.
    """

    folder: Path = Path()
    temp: Path = Path()
    connection_map: tuple[ConnectionTarget, ...] = ()
    path_map: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def map_path(self, text: str) -> Path:
        """The local path of a path written in a package; rules in ``connections.paths``."""
        from dtserve.connections.paths import map_windows_path

        return map_windows_path(text, self.path_map, self.folder)

    def target(self, manager: str, server: str = "", database: str = "") -> ConnectionTarget | None:
        """The entry of the connection map for a connection manager, or None."""
        if not self.connection_map:
            return None
        from dtserve.connections.connection_map import find_target

        return find_target(self.connection_map, manager, server, database)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; :meth:`from_dict` gives an equal environment back."""
        return {
            "folder": str(self.folder),
            "temp": str(self.temp),
            "connection_map": [asdict(target) for target in self.connection_map],
            "path_map": dict(self.path_map),
            "variables": dict(self.variables),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Environment:
        """The environment that :meth:`to_dict` wrote; what is missing has its default."""
        from dtserve.connections.connection_target import ConnectionTarget

        return cls(
            folder=Path(data.get("folder", "")),
            temp=Path(data.get("temp", "")),
            connection_map=tuple(ConnectionTarget(**entry) for entry in data.get("connection_map", ())),
            path_map=dict(data.get("path_map", {})),
            variables=dict(data.get("variables", {})),
        )
