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

__all__ = ["XDL", "XMLNS", "Kind", "Node", "fragment_text", "indented", "parse_nodes", "serialize"]

XMLNS = "http://www.w3.org/2000/xmlns/"
XDL = "http://schemas.microsoft.com/xmltools/2002/xmldiff"
_XML = "http://www.w3.org/XML/1998/namespace"
LINE_END = "\r\n"


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


@dataclass(slots=True)
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
    from xml.parsers import expat

    builder = _Builder()
    parser: Any = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.XmlDeclHandler = builder.declaration
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartCdataSectionHandler = builder.start_cdata
    parser.EndCdataSectionHandler = builder.end_cdata
    parser.CommentHandler = lambda text: builder.add(Node(Kind.COMMENT, value=text))
    parser.ProcessingInstructionHandler = lambda name, text: builder.add(Node(Kind.INSTRUCTION, name, value=text))
    parser.Parse(data.decode("utf-8"), True)  # as text, whatever encoding it declares
    return builder.document


class _Builder:
    """Makes nodes of what the parser meets."""

    def __init__(self) -> None:
        self.document = Node(Kind.DOCUMENT)
        self.open = [self.document]
        self.scopes: list[dict[str, str]] = [{"xml": _XML, "xmlns": XMLNS}]
        self.keeps = [False]
        self.cdata: list[str] | None = None
        self.pending: list[str] = []

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        parts = [f'version="{version}"']
        if encoding:
            parts.append(f'encoding="{encoding}"')
        if standalone >= 0:
            parts.append(f'standalone="{"yes" if standalone else "no"}"')
        self.document.children.append(Node(Kind.DECLARATION, "xml", value=" ".join(parts)))

    def start(self, name: str, given: list[str]) -> None:
        self._flush()
        scope = self.scopes[-1]
        pairs = list(zip(given[::2], given[1::2], strict=True))
        declared = {key.partition(":")[2]: value for key, value in pairs if key == "xmlns" or key.startswith("xmlns:")}
        if declared:
            scope = {**scope, **declared}
        prefix, _, local = name.rpartition(":")
        made = Node(Kind.ELEMENT, local, scope.get(prefix, ""), prefix)
        for key, value in pairs:
            space = key.rpartition(":")[0]
            made.attributes[key] = (XMLNS if key == "xmlns" else scope.get(space, "") if space else "", value)
        kept = made.attributes.get("xml:space", ("", ""))[1]
        self.keeps.append(kept == "preserve" or (self.keeps[-1] and kept != "default"))
        self.scopes.append(scope)
        self.open[-1].children.append(made)
        self.open.append(made)

    def end(self, name: str) -> None:
        node = self.open[-1]
        if self.pending and not node.children and _is_value(node):
            self.keeps[-1] = True
        self._flush()
        self.open.pop()
        self.scopes.pop()
        self.keeps.pop()

    def text(self, text: str) -> None:
        (self.pending if self.cdata is None else self.cdata).append(text)

    def start_cdata(self) -> None:
        self._flush()
        self.cdata = []

    def end_cdata(self) -> None:
        value, self.cdata = "".join(self.cdata or ()), None
        self.open[-1].children.append(Node(Kind.CDATA, value=value))

    def add(self, node: Node) -> None:
        self._flush()
        self.open[-1].children.append(node)

    def _flush(self) -> None:
        """The text since the last mark; white space alone is none, unless it is kept."""
        if not self.pending:
            return
        value = "".join(self.pending)
        self.pending.clear()
        if len(self.open) > 1 and (self.keeps[-1] or value.strip(" \t\r\n")):
            self.open[-1].children.append(Node(Kind.TEXT, value=value))


def _is_value(node: Node) -> bool:
    """Whether an element of a DiffGram holds a text: white space is a value there."""
    kind = node.attributes.get("type", ("", ""))[1]
    return node.namespace == XDL and (node.name == "change" or kind in ("2", "17"))


def serialize(document: Node) -> str:
    """A document as text."""
    return "".join(_text(child, {"xml": _XML}) for child in document.children)


def fragment_text(nodes: list[Node]) -> str:
    """Some nodes as text that stands on its own: every prefix that is used is declared."""
    return "".join(_text(node, {"xml": _XML}) for node in nodes)


def indented(document: Node) -> str:
    """A document as .NET saves one: nodes on lines of their own, two blanks per level, none in elements that hold text."""
    return LINE_END.join(_indented(child, {"xml": _XML}, "") for child in document.children)


def _indented(node: Node, scope: Mapping[str, str], margin: str) -> str:
    if node.kind is not Kind.ELEMENT or any(child.kind in (Kind.TEXT, Kind.CDATA) for child in node.children):
        return _text(node, scope)
    head, inner = _head(node, scope)
    if not node.children:
        return f"{head} />"
    deeper = margin + "  "
    lines = [LINE_END + deeper + _indented(child, inner, deeper) for child in node.children]
    return f"{head}>{''.join(lines)}{LINE_END}{margin}</{node.qualified}>"


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
    head, inner = _head(node, scope)
    if not node.children:
        return f"{head} />"
    return f"{head}>{''.join(_text(child, inner) for child in node.children)}</{node.qualified}>"


def _head(node: Node, scope: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The start tag without its end, and the prefixes that are declared inside."""
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
    return f"<{node.qualified}{''.join(written)}", inner


def _quoted(value: str) -> str:
    return quoteattr(value, {"\r": "&#xD;", "\n": "&#xA;", "\t": "&#x9;"})
