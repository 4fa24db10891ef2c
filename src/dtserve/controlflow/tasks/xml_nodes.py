"""XML documents as the nodes that DiffGrams speak of: the W3C DOM without white space between elements.

A node is a child in its parent's list, counted from 1; the XML declaration is the first child of a document that has
one. Attributes, namespace declarations among them, are kept by their qualified name.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

__all__ = ["XDL", "XMLNS", "Kind", "Node", "fragment_text", "parse_nodes", "serialize"]

XMLNS = "http://www.w3.org/2000/xmlns/"
XDL = "http://schemas.microsoft.com/xmltools/2002/xmldiff"
_XML = "http://www.w3.org/XML/1998/namespace"


class Kind(enum.IntEnum):
    """Node types with their DOM numbers; DECLARATION is .NET's XmlDeclaration."""

    ELEMENT = 1
    ATTRIBUTE = 2
    TEXT = 3
    CDATA = 4
    INSTRUCTION = 7
    COMMENT = 8
    DOCUMENT = 9
    DECLARATION = 17


@dataclass
class Node:
    """A node; ``name`` is the local name (or target), ``attributes`` qualified name → (namespace, value)."""

    kind: Kind
    name: str = ""
    namespace: str = ""
    prefix: str = ""
    value: str = ""
    attributes: dict[str, tuple[str, str]] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    @property
    def qualified(self) -> str:
        """The name with its prefix."""
        return f"{self.prefix}:{self.name}" if self.prefix else self.name

    def copy(self) -> Node:
        """A deep copy."""
        return Node(
            self.kind, self.name, self.namespace, self.prefix, self.value, dict(self.attributes),
            [child.copy() for child in self.children],
        )  # fmt: skip


def parse_nodes(data: bytes) -> Node:
    """The document of some UTF-8, which :func:`dtserve.package.xml.parse_xml` must have let pass (no DOCTYPE)."""
    from xml.dom import expatbuilder

    dom: Any = expatbuilder.parseString(data.decode("utf-8"))  # as text, whatever encoding it declares
    document = Node(Kind.DOCUMENT)
    version: str | None = getattr(dom, "version", None)
    if version:
        parts = [f'version="{version}"']
        if getattr(dom, "encoding", None):
            parts.append(f'encoding="{dom.encoding}"')
        if getattr(dom, "standalone", None) is not None and dom.standalone >= 0:
            parts.append(f'standalone="{"yes" if dom.standalone else "no"}"')
        document.children.append(Node(Kind.DECLARATION, "xml", value=" ".join(parts)))
    document.children += [_node(child, False) for child in dom.childNodes]
    dom.unlink()
    return document


def _node(found: Any, keeps_space: bool) -> Node:
    if found.nodeType != found.ELEMENT_NODE:
        kinds = {3: Kind.TEXT, 4: Kind.CDATA, 7: Kind.INSTRUCTION, 8: Kind.COMMENT}
        name = found.target if found.nodeType == 7 else ""
        return Node(kinds[found.nodeType], name, value=found.data)
    made = Node(Kind.ELEMENT, found.localName or found.tagName, found.namespaceURI or "", found.prefix or "")
    for at in range(found.attributes.length):
        each = found.attributes.item(at)
        made.attributes[each.name] = (each.namespaceURI or "", each.value)
    space = made.attributes.get("xml:space", ("", ""))[1]
    keeps = space == "preserve" or (keeps_space and space != "default") or _is_value(found)
    for child in found.childNodes:
        if child.nodeType == child.TEXT_NODE and not keeps and not child.data.strip(" \t\r\n"):
            continue
        made.children.append(_node(child, keeps))
    return made


def _is_value(found: Any) -> bool:
    """Whether an element of a DiffGram holds just a text: white space is a value there."""
    values = found.localName == "change" or found.getAttribute("type") in ("2", "17")
    return found.namespaceURI == XDL and values and len(found.childNodes) == 1


def serialize(document: Node) -> str:
    """A document as text."""
    return "".join(_text(child, {"xml": _XML}) for child in document.children)


def fragment_text(nodes: list[Node]) -> str:
    """Some nodes as text that stands on its own: every prefix that is used is declared."""
    return "".join(_text(node, {"xml": _XML}) for node in nodes)


def _text(node: Node, scope: Mapping[str, str]) -> str:
    if node.kind is Kind.TEXT:
        return escape(node.value, {"\r": "&#xD;"})
    if node.kind is Kind.CDATA:
        return f"<![CDATA[{node.value.replace(']]>', ']]]]><![CDATA[>')}]]>"
    if node.kind is Kind.COMMENT:
        return f"<!--{node.value}-->"
    if node.kind is Kind.INSTRUCTION:
        return f"<?{node.name} {node.value}?>" if node.value else f"<?{node.name}?>"
    if node.kind is Kind.DECLARATION:
        return f"<?xml {node.value}?>"
    return _element_text(node, scope)


def _element_text(node: Node, scope: Mapping[str, str]) -> str:
    inner = dict(scope)
    written: list[str] = []
    for name, (namespace, value) in node.attributes.items():
        if namespace == XMLNS:
            prefix = name.partition(":")[2]
            if inner.get(prefix, "") == value and prefix in scope:
                continue  # said already further up
            inner[prefix] = value
        written.append(f" {name}={_quoted(value)}")
    needed = [(node.prefix, node.namespace)]
    needed += [(name.partition(":")[0], ns) for name, (ns, _) in node.attributes.items() if ns != XMLNS and ":" in name]
    for prefix, namespace in needed:
        if inner.get(prefix, "") != namespace:
            inner[prefix] = namespace
            written.append(f" xmlns{':' if prefix else ''}{prefix}={_quoted(namespace)}")
    head = f"<{node.qualified}{''.join(written)}"
    if not node.children:
        return f"{head} />"
    return f"{head}>{''.join(_text(child, inner) for child in node.children)}</{node.qualified}>"


def _quoted(value: str) -> str:
    return quoteattr(value, {"\r": "&#xD;", "\n": "&#xA;", "\t": "&#x9;"})
