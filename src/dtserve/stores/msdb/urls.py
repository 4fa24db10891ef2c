"""URLs of msdb databases, made without SQLAlchemy: every run of a package asks for them, few open one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

__all__ = ["sqlite_url"]


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file, as SQLAlchemy writes it."""
    return f"sqlite:///{quote(str(path), safe=' +/')}"
