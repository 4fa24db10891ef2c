"""Attributes of pipeline elements: numbers, flags and dispositions by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dtserve.datatypes import DT, TypeSpec, from_token
from dtserve.package.errors import PersistenceError
from dtserve.package.pipeline_model import PipelineProperty
from dtserve.package.reader.connections import decode_escapes
from dtserve.package.reader.elements import text_of, to_bool, to_int

__all__ = ["Attributes", "attributes", "column_type", "disposition", "flag", "number", "pipeline_property"]

Attributes = Mapping[str, str]

_TRUE = ("true", "True", "1")
_NO_SCALE, _MONEY_SCALE = 255, 4
_DISPOSITIONS = {"0": "NotUsed", "1": "IgnoreFailure", "2": "RedirectRow", "4": "FailComponent", "": "NotUsed"}


def attributes(element: Any) -> dict[str, str]:
    """Attributes by name; a few tools put them into the DTS namespace, which is dropped."""
    found = dict(element.items())
    if "{" in "".join(found):
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


def column_type(names: Sequence[str], texts: Sequence[str]) -> TypeSpec:
    """The type that the attributes ``names`` (type, length, precision, scale, code page) of a column describe.

    Money and smallmoney, which ADO.NET tells as numbers of scale 255, have four digits. Raises PersistenceError.
    """
    try:
        dt = from_token(texts[0]) if texts[0] else DT.EMPTY
    except ValueError:
        raise PersistenceError(value=texts[0][:100], node=names[0]) from None
    sizes = (to_int(name, text) if text else 0 for name, text in zip(names[1:], texts[1:], strict=True))
    spec = TypeSpec(dt, *sizes)
    return spec.with_(scale=_MONEY_SCALE) if dt is DT.NUMERIC and spec.scale == _NO_SCALE else spec


def pipeline_property(element: Any, renumber: Callable[[str], str] | None) -> PipelineProperty:
    """A ``property`` element; ``renumber`` replaces the integer references of formats 2 and 3 in its text.

    A text that is stored ``state="escaped"`` (Fuzzy Lookup) is decoded.
    """
    values = attributes(element)
    contains_id = values.get("containsID", "") in _TRUE
    items: tuple[str, ...] | None = None
    value = ""
    if values.get("isArray", "") in _TRUE:
        items = tuple(text_of(item) for item in element.iter("arrayElement"))
    else:
        value = text_of(element)
        if values.get("state") == "escaped":
            value = decode_escapes(value)
        if contains_id and renumber is not None and value:
            value = renumber(value)
    return PipelineProperty(
        name=values.get("name", ""),
        value=value,
        data_type=values.get("dataType", ""),
        items=items,
        type_converter=values.get("typeConverter", ""),
        contains_id=contains_id,
    )
