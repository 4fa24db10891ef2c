"""Limits and folders of a data flow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["FlowSettings"]


@dataclass(frozen=True)
class FlowSettings:
    """Limits and folders of one data flow; memory in bytes (0 = a quarter of the machine)."""

    temp: Path
    memory_limit: int = 0
    buffer_rows: int = 0
    locale_id: int = 1033
