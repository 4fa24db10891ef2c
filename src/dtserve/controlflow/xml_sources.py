"""XML that tasks and enumerators work on: where its text comes from, and XPath over it (CONTROL_FLOW §7.2, §20)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.errors import XmlSourceError
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container

__all__ = ["SourceKind", "node_text", "parse_source", "read_source", "select"]


class SourceKind(enum.IntEnum):
    """Where a text is."""

    FILE_CONNECTION = 0
    VARIABLE = 1
    DIRECT_INPUT = 2


def read_source(container: Container, kind: SourceKind, source: str, what: str) -> bytes:
    """The bytes behind a source; a variable may hold XML itself or the path of a file."""
    if kind is SourceKind.DIRECT_INPUT:
        return source.encode("utf-8")
    environment = container.run.shared.environment
    if kind is SourceKind.FILE_CONNECTION:
        path = environment.map_path(container.run.connections.get(source).connection_string)
    else:
        value = container.scope.value(source)
        text = value if isinstance(value, str) else "" if value is None else str(value)
        if text.lstrip("\ufeff \t\r\n").startswith("<") or not text.strip():
            return text.lstrip("\ufeff").encode("utf-8")
        path = environment.map_path(text)
    try:
        return path.read_bytes()
    except OSError as error:
        raise XmlSourceError(what=what, detail=f"{path}: {error.strerror}") from None


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

    try:
        return node.xpath(expression)
    except etree.XPathError as error:
        raise XmlSourceError(what=what, detail=f'"{expression}": {error}') from None


def node_text(node: Any) -> str:
    """The inner text of a node, or the text of an attribute or text node."""
    if isinstance(node, str):
        return str(node)
    if hasattr(node, "itertext"):
        return "".join(node.itertext())
    return str(node)
