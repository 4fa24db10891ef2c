"""Typed reading of pipeline properties and of the column references inside them.

A reference is written ``#{refId}`` in formats 6 and 8 and ``#54`` or ``54`` in formats 2
and 3 (FORMAT §3.8, ``containsID``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dtserve.dataflow.errors import BadProperty

if TYPE_CHECKING:
    from dtserve.package.model import PipelineProperty

__all__ = ["boolean", "integer", "items", "number", "reference", "references", "replace_references", "text"]

_WHOLE = re.compile(r"[+-]?[0-9]+|0[xX][0-9a-fA-F]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_REFERENCE = re.compile(r"#\{((?:\\.|[^}\\])*)\}|#(\d+)")
_INVALID = re.compile(r"\\(?:0|-1):invalid$")

Properties = Mapping[str, "PipelineProperty"]


def _find(properties: Properties, name: str) -> PipelineProperty | None:
    found = properties.get(name)
    if found is None:
        wanted = name.lower()
        found = next((p for key, p in properties.items() if key.lower() == wanted), None)
    return found


def text(properties: Properties, name: str, default: str = "") -> str:
    """The property as text; ``default`` where it is absent."""
    found = _find(properties, name)
    return default if found is None else found.value


def items(properties: Properties, name: str) -> tuple[str, ...]:
    """The elements of an array property."""
    found = _find(properties, name)
    return () if found is None else (found.items if found.items is not None else (found.value,))


def integer(properties: Properties, name: str, default: int = 0, *, owner: str = "") -> int:
    """The property as a number; raises BadProperty when it is not one."""
    value = text(properties, name).strip()
    if not value:
        return default
    if not _WHOLE.fullmatch(value):
        raise BadProperty(property=name, component=owner, detail=f'"{value}" is not a whole number')
    return int(value, 16) if "x" in value.lower() else int(value)


def number(properties: Properties, name: str, default: float = 0.0, *, owner: str = "") -> float:
    """The property as a floating point number; raises BadProperty when it is not one."""
    value = text(properties, name).strip()
    if not value:
        return default
    if not _NUMBER.fullmatch(value):
        raise BadProperty(property=name, component=owner, detail=f'"{value}" is not a number')
    return float(value)


def boolean(properties: Properties, name: str, default: bool = False, *, owner: str = "") -> bool:
    """The property as a truth value (``true``, ``false``, ``1``, ``0``, ``-1`` in any case)."""
    value = text(properties, name).strip().lower()
    if not value:
        return default
    if value in ("true", "1", "-1"):
        return True
    if value in ("false", "0"):
        return False
    raise BadProperty(property=name, component=owner, detail=f'"{value}" is neither true nor false')


def references(value: str) -> list[str]:
    """All references in a text, in order.

    >>> references("#{Package\\\\D\\\\S.Outputs[O].Columns[a]};#54;")
    ['Package\\\\D\\\\S.Outputs[O].Columns[a]', '54']
    """
    return [braced or plain for braced, plain in _REFERENCE.findall(value)]


def replace_references(value: str, others: Mapping[str, str]) -> str:
    """The text with other refIds in its ``#{refId}``.

    >>> replace_references("#{a} + #{b}", {"a": "c"})
    '#{c} + #{b}'
    """
    return _REFERENCE.sub(lambda found: f"#{{{others[found[1]]}}}" if found[1] in others else found[0], value)


def reference(properties: Properties, name: str) -> str:
    """The one reference a property holds; empty when it holds none.

    None are ``0`` and ``-1``, and what the upgrade of an old package makes of them (``#{Package\\D\\0:invalid}``).
    """
    value = text(properties, name).strip()
    found = references(value)
    only = found[0] if found else value
    return "" if only in ("", "0", "-1") or _INVALID.search(only) else only
