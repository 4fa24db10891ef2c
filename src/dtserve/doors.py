"""Doors of rooms that import a name's module when the name is first asked for.

Starting must be cheap: ``from dtserve.dataflow import run_data_flow`` imports the engine,
``import dtserve.dataflow`` does not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["lazy"]


def lazy(room: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module: ``homes`` maps each name to the module below ``room`` that has it."""

    def find(name: str) -> Any:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{room}.{home}"), name)

    return find
