"""How connection managers are stored: attributes in formats 6 and 8, Property children in 2 and 3.

Text is encoded as ``_xHHHH_`` where a character cannot stand in XML (FORMAT §3.1);
yes/no values are ``True``/``False`` in formats 6 and 8, ``-1``/``0`` in 2 and 3.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["children", "decode", "is_old_format", "is_true", "nested", "stored_properties", "to_int"]

_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def decode(text: str) -> str:
    r"""The text behind ``_xHHHH_`` sequences.

    >>> decode("_x000D__x000A_"), decode("_x003C_none_x003E_")
    ('\r\n', '<none>')
    """
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def is_true(text: str, default: bool = False) -> bool:
    """A stored yes/no value: ``True``, ``-1`` and ``1`` are yes; empty is the default."""
    plain = text.strip().lower()
    return plain in ("true", "-1", "1", "yes") if plain else default


def to_int(text: str, default: int = 0) -> int:
    """A stored number; the default where it is empty or none."""
    try:
        return int(text.strip())
    except ValueError:
        return default


def _local(name: Any) -> str:
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def stored_properties(element: Any) -> dict[str, str]:
    """What is stored directly on an element, by SSIS name, still encoded; encrypted values are left out."""
    found = {_local(name): str(value) for name, value in element.attrib.items()}
    for child in element:
        if _local(child.tag) != "Property":
            continue
        attributes = {_local(name): str(value) for name, value in child.attrib.items()}
        if attributes.get("Encrypted") == "1" or attributes.get("Sensitive") == "1":
            continue
        found[attributes.get("Name", "")] = child.text or ""
    found.pop("", None)
    return found


def nested(model_xml: Any, name: str) -> dict[str, str]:
    """The properties of the first element of that local name below ``model_xml``; empty when there is none."""
    found = next(iter(children(model_xml, name)), None)
    return stored_properties(found) if found is not None else {}


def children(model_xml: Any, name: str) -> list[Any]:
    """All elements of that local name below ``model_xml``, in document order."""
    if model_xml is None:
        return []
    return [element for element in model_xml.iter() if _local(element.tag) == name]


def is_old_format(model_xml: Any) -> bool:
    """Whether the manager is stored the way of formats 2 and 3 (properties as child elements)."""
    if model_xml is None:
        return False
    return any(_local(child.tag) == "Property" for child in model_xml) and not any(
        _local(name) == "ObjectName" for name in model_xml.attrib
    )
