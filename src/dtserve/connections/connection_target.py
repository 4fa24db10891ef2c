"""One line of the connection map; a run without a map starts without it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ConnectionTarget"]


@dataclass(frozen=True, slots=True)
class ConnectionTarget:
    """One line of the connection map.

    ``url`` is a SQLAlchemy-style URL (``sqlite:////data/x.db``, ``postgresql://u@h/db``).
    It applies to the connection manager named ``manager``, or to any whose server and
    database match ``server`` and ``database`` (``*`` for any).
    """

    url: str = field(repr=False)
    manager: str = ""
    server: str = ""
    database: str = ""
