"""One pass over an element: its properties and its collections, alike in every format.

Formats 2, 3 and 5 keep properties as ``DTS:Property`` children and collections as direct
children; formats 6 and 8 keep properties as attributes in the DTS namespace and
collections in wrapper elements (FORMAT §3.1). :func:`gather` reads both shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dtserve.package.errors import PersistenceError
from dtserve.package.xml import DTS

if TYPE_CHECKING:
    from dtserve.package.member_model import PropertyExpression

__all__ = [
    "NAME", "D", "Node", "child_elements", "convert", "gather", "property_expressions", "text_of", "to_bool", "to_int",
]  # fmt: skip

D = f"{{{DTS}}}"
NAME = f"{D}Name"
_DATA_TYPE = f"{D}DataType"
_CUT = len(D)

_WRAPPERS = frozenset({
    f"{D}{name}" for name in (
        "Variables", "Executables", "PrecedenceConstraints", "EventHandlers", "ConnectionManagers", "Configurations",
        "LogProviders", "PackageParameters", "ForEachVariableMappings", "SelectedLogProviders", "FlatFileColumns",
        "CacheColumns", "PackageVariables",
    )
})  # fmt: skip
_PROPERTY = f"{D}Property"


class Node:
    """Properties by SSIS name and child elements by local name, collections flattened."""

    __slots__ = ("children", "element", "props")

    def __init__(self, element: Any) -> None:
        self.element = element
        self.props: dict[str, str] = {}
        self.children: dict[str, list[Any]] = {}

    def first(self, name: str) -> Any:
        """The first child of that name, or None."""
        found = self.children.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[Any]:
        """The children of that name in document order."""
        return self.children.get(name, [])

    def text(self, name: str, default: str = "") -> str:
        """A property's text."""
        return self.props.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        """A property as boolean, in any of its spellings."""
        found = self.props.get(name)
        return default if found is None else to_bool(name, found)

    def number(self, name: str, default: int = 0) -> int:
        """A property as integer; raises PersistenceError."""
        found = self.props.get(name)
        return default if found is None or found == "" else to_int(name, found)


def gather(element: Any) -> Node:
    """The element's properties and collections; comments and processing instructions are passed over."""
    node = Node(element)
    props, children = node.props, node.children
    for key, value in element.items():
        if key.startswith(D):
            props[key[_CUT:]] = value
    for child in element:
        tag = child.tag
        if tag == _PROPERTY:
            _property(child, props)
        elif tag in _WRAPPERS:
            for member in child:
                if isinstance(member.tag, str):
                    _file(children, member)
        elif isinstance(tag, str):
            _file(children, child)
    return node


def _file(children: dict[str, list[Any]], child: Any) -> None:
    tag: str = child.tag
    name = tag[_CUT:] if tag.startswith(D) else tag.rpartition("}")[2]
    known = children.get(name)
    if known is None:
        children[name] = [child]
    else:
        known.append(child)


def _property(child: Any, props: dict[str, str]) -> None:
    name = child.get(NAME)
    if name is None:
        return
    props[name] = text_of(child)
    if name == "ExecValue":
        props["ExecValueType"] = child.get(_DATA_TYPE, "3")


def text_of(element: Any) -> str:
    """The element's own text, CDATA included, comments left out."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def child_elements(element: Any) -> Iterator[Any]:
    """The element children, without comments and processing instructions."""
    return (child for child in element if isinstance(child.tag, str))


def to_bool(name: str, text: str) -> bool:
    """``True``/``False`` (formats 6 and 8), ``-1``/``1``/``0`` (2 and 3); raises PersistenceError."""
    if text in ("True", "-1", "1", "true"):
        return True
    if text in ("False", "0", "false", ""):
        return False
    folded = text.strip().lower()
    if folded in ("true", "-1", "1"):
        return True
    if folded in ("false", "0", ""):
        return False
    raise PersistenceError(value=text[:100], node=name)


def to_int(name: str, text: str) -> int:
    """A decimal 64-bit integer; raises PersistenceError."""
    if len(text) <= 40:
        try:
            return int(text)
        except ValueError:
            pass
    raise PersistenceError(value=text[:100], node=name)


Converter = Callable[[str, str], Any]


def convert(
    props: Mapping[str, str], table: Mapping[str, tuple[str, Converter | None]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Split properties into model fields (by ``table``: SSIS name → field, converter) and the rest."""
    fields: dict[str, Any] = {}
    rest: dict[str, str] = {}
    for key, text in props.items():
        entry = table.get(key)
        if entry is None:
            rest[key] = text
        elif entry[1] is None:
            fields[entry[0]] = text
        elif text != "" or entry[1] is to_bool:
            fields[entry[0]] = entry[1](key, text)
    return fields, rest


def property_expressions(node: Node) -> tuple[PropertyExpression, ...]:
    """The ``DTS:PropertyExpression`` children."""
    found = node.children.get("PropertyExpression")
    if not found:
        return ()
    from dtserve.package.member_model import PropertyExpression

    return tuple(PropertyExpression(child.get(NAME) or "", text_of(child)) for child in found)
