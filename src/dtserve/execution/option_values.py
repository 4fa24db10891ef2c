"""What options that may stand more than once hold; handed out by :mod:`dtserve.execution.options`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Logger", "Setting"]


@dataclass(frozen=True)
class Setting:
    """One ``/SET``, ``/CONNECTION`` or ``/CONFIGFILE``, in the order met.

    ``kind`` is ``set`` (``target`` a property path), ``connection`` (``target`` a name or GUID, ``value`` its
    connection string), ``configuration`` (``target`` a file) or ``parameter`` (``target``
    ``$Package::Name`` or ``$Project::Name``).
    """

    kind: str
    target: str
    value: Any = field(default="", repr=False)
    sensitive: bool = False


@dataclass(frozen=True)
class Logger:
    """One ``/LOGGER``: provider by ProgID or class id, and a connection manager's name or a path."""

    provider: str
    config_string: str = ""
