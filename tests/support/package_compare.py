"""Comparing models field by field, without what may differ between the formats."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

IDENTIFIERS = frozenset(
    {"format_version", "type_id", "creation_name", "enumerator_id", "class_id", "user_type", "number", "version"}
)
ELEMENTS = frozenset({"xml", "object_data", "enumerator_xml"})


def differences(
    a: Any, b: Any, place: str = "", ignored: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Any, Any]]:
    """Place and both values of everything that differs."""
    if is_dataclass(a) and type(a) is type(b):
        for field in fields(a):
            if field.name not in ELEMENTS and field.name not in ignored:
                yield from differences(getattr(a, field.name), getattr(b, field.name), f"{place}.{field.name}", ignored)
    elif isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        for index, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from differences(x, y, f"{place}[{index}]", ignored)
    elif isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            if key not in ("UserComponentTypeName", "version"):
                yield from differences(a.get(key), b.get(key), f"{place}[{key}]", ignored)
    elif a != b:
        yield place, a, b


def model_differences(a: Any, b: Any, ignored: frozenset[str] = IDENTIFIERS) -> list[tuple[str, Any, Any]]:
    """The differences of two packages with all their data flows."""
    found = list(differences(a, b, "", ignored))
    for x, y in zip(a.walk(), b.walk(), strict=False):
        found += [(x.ref_id + place, *values) for place, *values in differences(x.data_flow, y.data_flow, "", ignored)]
    return found
