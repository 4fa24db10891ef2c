"""Results of the XML Task as files: the bytes that .NET writes, compared with real ones.

A document keeps the XML declaration of its source and is written in the encoding that this names, with a byte order mark
for UTF-8 and UTF-16; without one it is UTF-8 without a mark. Nodes of a list are UTF-8 with a mark.
"""

from __future__ import annotations

import codecs
import re

from dtserve.controlflow.tasks.xml_nodes import LINE_END, Kind, Node, indented, parse_nodes

__all__ = ["saved_document", "saved_nodes"]

_ENCODING = re.compile(r"encoding=\"([^\"]+)\"")
_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16": codecs.BOM_UTF16_LE}


def saved_document(text: str, source: Node | None = None) -> bytes:
    """A document as a file; with ``source``, the one that it was made from, it has the XML declaration of that."""
    document = parse_nodes(text.encode())
    if source is not None:
        rest = [node for node in document.children if node.kind is not Kind.DECLARATION]
        document.children = [*(node.copy() for node in source.children if node.kind is Kind.DECLARATION), *rest]
    declared = [node for node in document.children if node.kind is Kind.DECLARATION]
    found = _ENCODING.search(declared[0].value) if declared else None
    name = found[1].lower() if found else ""
    try:
        codec = codecs.lookup("utf-16-le" if name == "utf-16" else name or "utf-8").name
    except LookupError:
        codec = "utf-8"
    return _MARKS.get(name, b"") + indented(document).encode(codec, "xmlcharrefreplace")


def saved_nodes(text: str) -> bytes:
    """Nodes, each a document or a text of its own."""
    root = parse_nodes(f"<all>{text}</all>".encode()).children[0]
    lines = [indented(Node(Kind.DOCUMENT, children=[child])) for child in root.children]
    return codecs.BOM_UTF8 + LINE_END.join(line.strip("\r\n") for line in lines).encode()
