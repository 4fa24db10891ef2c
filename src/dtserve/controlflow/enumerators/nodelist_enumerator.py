"""Foreach NodeList enumerator (CONTROL_FLOW §7.2): nodes that an XPath expression finds in a document.

ElementCollection gives one element per outer node, with a value for each node that the inner
expression finds below it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from dtserve.controlflow.containers.errors import EnumeratorError
from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import enumerator
from dtserve.controlflow.xml_sources import SourceKind, node_text, parse_source, read_text, select_nodes

__all__ = ["InnerKind", "NodeKind", "NodeListEnumerator"]


class NodeKind(enum.IntEnum):
    """EnumerationType."""

    NAVIGATOR = 0
    NODE = 1
    NODE_TEXT = 2
    ELEMENT_COLLECTION = 3


class InnerKind(enum.IntEnum):
    """InnerElementType."""

    NAVIGATOR = 0
    NODE = 1
    NODE_TEXT = 2


@enumerator("ForEachNodeListEnumerator")
class NodeListEnumerator(Enumerator):
    """Gives nodes or their texts."""

    source_type = Property("SourceType", SourceKind, SourceKind.FILE_CONNECTION, text="Where the document is.")
    source = Property("SourceDocument", str, "", text="Connection manager, variable or XML.")
    enumeration = Property("EnumerationType", NodeKind, NodeKind.NAVIGATOR, text="What an element is.")
    outer_type = Property("OuterXPathSourceType", SourceKind, SourceKind.DIRECT_INPUT, text="Where the XPath is.")
    outer = Property("OuterXPathString", str, "", text="XPath, or where it is.")
    inner_element = Property("InnerElementType", InnerKind, InnerKind.NAVIGATOR, text="What an inner value is.")
    inner_type = Property("InnerXPathSourceType", SourceKind, SourceKind.DIRECT_INPUT, text="Where the inner XPath is.")
    inner = Property("InnerXPathString", str, "", text="Inner XPath, or where it is.")

    def validate(self) -> None:
        """An outer expression must be there."""
        if not self.outer.strip():
            raise EnumeratorError(name=self.loop.name, detail="OuterXPathString is empty.")

    def elements(self) -> Iterator[tuple[Any, ...]]:
        """The nodes, in document order."""
        root = parse_source(self.loop, self.source_type, self.source, self.loop.name)
        outer = read_text(self.loop, self.outer_type, self.outer, self.loop.name).strip()
        nodes = select_nodes(root.getroottree(), outer, self.loop.name)
        if self.enumeration is not NodeKind.ELEMENT_COLLECTION:
            as_text = self.enumeration is NodeKind.NODE_TEXT
            return iter([(node_text(node) if as_text else node,) for node in nodes])
        inner = read_text(self.loop, self.inner_type, self.inner, self.loop.name).strip()
        as_text = self.inner_element is InnerKind.NODE_TEXT
        return (self._inner(node, inner, as_text) for node in nodes)

    def _inner(self, node: Any, expression: str, as_text: bool) -> tuple[Any, ...]:
        found = select_nodes(node, expression, self.loop.name)
        return tuple(node_text(each) if as_text else each for each in found)
