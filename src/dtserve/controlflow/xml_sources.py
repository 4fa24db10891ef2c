"""XML that tasks and enumerators work on: where its text comes from, and XPath over it (CONTROL_FLOW §7.2, §20)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.errors import XmlSourceError
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container

__all__ = ["SourceKind", "node_text", "parse_source", "read_source", "read_text", "select", "select_nodes"]


class SourceKind(enum.IntEnum):
    """Where a text is."""

    FILE_CONNECTION = 0
    VARIABLE = 1
    DIRECT_INPUT = 2


def read_source(container: Container, kind: SourceKind, source: str, what: str) -> bytes:
    """The bytes behind a source; a variable may hold XML itself, a node of a document, or the path of a file."""
    if kind is SourceKind.DIRECT_INPUT:
        return source.encode("utf-8")
    environment = container.run.shared.environment
    if kind is SourceKind.FILE_CONNECTION:
        path = environment.map_path(container.run.connections.get(source).connection_string)
    else:
        value = container.scope.value(source)
        if hasattr(value, "xpath"):
            return _node_bytes(value)
        text = value if isinstance(value, str) else "" if value is None else str(value)
        if text.lstrip("\ufeff \t\r\n").startswith("<") or not text.strip():
            return text.lstrip("\ufeff").encode("utf-8")
        path = environment.map_path(text)
    try:
        return path.read_bytes()
    except OSError as error:
        raise XmlSourceError(what=what, detail=f"{path}: {error.strerror}") from None


def _node_bytes(node: Any) -> bytes:
    from lxml import etree

    found: bytes = etree.tostring(node, encoding="utf-8", with_tail=False)
    return found


def read_text(container: Container, kind: SourceKind, source: str, what: str) -> str:
    """An expression behind a source: as it is, a variable's value, or a file's text (UTF-16 with a mark, UTF-8, Windows-1252)."""
    if kind is SourceKind.DIRECT_INPUT:
        return source
    if kind is SourceKind.VARIABLE:
        return str(container.scope.value(source))
    data = read_source(container, kind, source, what)
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def parse_source(container: Container, kind: SourceKind, source: str, what: str) -> Any:
    """The parsed document (an lxml element tree's root); XmlSourceError when it is no XML."""
    from dtserve.package.xml import parse_xml, to_utf8

    try:
        data = read_source(container, kind, source, what)
        return parse_xml(to_utf8(data))
    except XmlSourceError:
        raise
    except DtserveError as error:
        raise XmlSourceError(what=what, detail=error.message) from error


def select(node: Any, expression: str, what: str) -> Any:
    """The result of an XPath expression: a list of nodes, or a number, text or truth value."""
    from lxml import etree

    if isinstance(node, str):
        return _from_text(node, expression.strip(), what)
    try:
        return node.xpath(expression)
    except etree.XPathError as error:
        raise XmlSourceError(what=what, detail=f'"{expression}": {error}') from None


def _from_text(node: Any, expression: str, what: str) -> Any:
    """XPath at an attribute or text: itself, what its element reaches, or nothing below it."""
    if expression == ".":
        return [node]
    parent = node.getparent()
    if expression.startswith("..") and parent is not None:
        return select(parent, f".{expression[2:]}", what)
    if expression.startswith("/") and parent is not None:
        return select(parent, expression, what)
    return []


def select_nodes(node: Any, expression: str, what: str) -> list[Any]:
    """The nodes that an XPath expression finds; XmlSourceError when it gives a number, text or truth value."""
    found = select(node, expression, what)
    if not isinstance(found, list):
        raise XmlSourceError(what=what, detail=f'"{expression}" does not evaluate to nodes')
    return found


def node_text(node: Any) -> str:
    """The inner text of a node without comments, or the text of an attribute or text node."""
    return str(node.xpath("string()")) if hasattr(node, "xpath") else str(node)
