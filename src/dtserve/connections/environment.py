"""The surroundings of a run: where paths and connections of a package point on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["ConnectionTarget", "Environment"]


@dataclass(frozen=True, slots=True)
class ConnectionTarget:
    """One line of the connection map.

    ``url`` is a SQLAlchemy-style URL (``sqlite:////data/x.db``, ``postgresql://u@h/db``).
    It applies to the connection manager named ``manager``, or to any whose server and
    database match ``server`` and ``database`` (``*`` for any).
    """

    url: str
    manager: str = ""
    server: str = ""
    database: str = ""


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
