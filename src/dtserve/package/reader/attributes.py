"""Attributes of pipeline elements: numbers, flags and dispositions by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dtserve.package.reader.elements import to_bool, to_int

__all__ = ["Attributes", "attributes", "disposition", "flag", "number"]

Attributes = Mapping[str, str]

_DISPOSITIONS = {"0": "NotUsed", "1": "IgnoreFailure", "2": "RedirectRow", "4": "FailComponent", "": "NotUsed"}


def attributes(element: Any) -> dict[str, str]:
    """Attributes by name; a few tools put them into the DTS namespace, which is dropped."""
    found = dict(element.items())
    if any(key[0] == "{" for key in found):
        found = {key.rpartition("}")[2]: text for key, text in found.items()}
    return found


def number(values: Attributes, name: str) -> int:
    """An integer attribute, 0 when absent; raises PersistenceError."""
    text = values.get(name)
    return to_int(name, text) if text else 0


def flag(values: Attributes, name: str, default: bool = False) -> bool:
    """A boolean attribute; raises PersistenceError."""
    text = values.get(name)
    return default if text is None else to_bool(name, text)


def disposition(values: Attributes, name: str) -> str:
    """A disposition by name, also where its number is stored."""
    text = values.get(name, "")
    return _DISPOSITIONS.get(text, text)
