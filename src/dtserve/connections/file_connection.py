"""What the file kinds of connection managers share: one or more paths behind ConnectionString."""

from __future__ import annotations

import glob
from pathlib import Path

from dtserve.connections.base import Connection
from dtserve.connections.errors import CannotOpenFile, InvalidFileName

__all__ = ["FileConnection", "MultiFileConnection"]


class FileConnection(Connection):
    """A manager whose ConnectionString is the path of a file or folder."""

    def path(self) -> Path:
        """Where it is on this machine (it need not exist); raises InvalidFileName when empty."""
        text = self.connection_string
        if not text.strip():
            raise InvalidFileName(path=text)
        return self.environment.map_path(text)

    def existing_path(self) -> Path:
        """:meth:`path`, which must be there; raises CannotOpenFile with the name as the package has it."""
        path = self.path()
        if not path.exists():
            raise CannotOpenFile(path=self.connection_string)
        return path


class MultiFileConnection(FileConnection):
    """A manager whose ConnectionString is a list of paths, ``|`` between them, with wildcards (DATA_FLOW §7.5)."""

    def paths(self) -> tuple[Path, ...]:
        """All files in the order of the list; what a wildcard finds is sorted by name.

        Raises InvalidFileName for an empty list, CannotOpenFile when a pattern finds nothing.
        """
        found: list[Path] = []
        for item in self.connection_string.split("|"):
            if item.strip():
                found.extend(self._expanded(item.strip()))
        if not found:
            raise InvalidFileName(path=self.connection_string)
        return tuple(found)

    def _expanded(self, item: str) -> list[Path]:
        mapped = self.environment.map_path(item)
        if "*" not in mapped.name and "?" not in mapped.name:
            return [mapped]
        pattern = glob.escape(str(mapped.parent)) + "/" + _windows_pattern(mapped.name)
        hits = sorted(Path(hit) for hit in glob.iglob(pattern, include_hidden=True) if Path(hit).is_file())
        if not hits:
            raise CannotOpenFile(path=item)
        return hits

    def path(self) -> Path:
        """The first of :meth:`paths`."""
        return self.paths()[0]


def _windows_pattern(name: str) -> str:
    """A Windows wildcard as a glob pattern: no classes, any case, ``*.*`` is everything."""
    if name == "*.*":
        return "*"
    parts = []
    for char in name:
        if char in "*?":
            parts.append(char)
        elif char.lower() != char.upper() and len(char.lower()) == len(char.upper()) == 1:
            parts.append(f"[{char.lower()}{char.upper()}]")
        else:
            parts.append(glob.escape(char))
    return "".join(parts)
