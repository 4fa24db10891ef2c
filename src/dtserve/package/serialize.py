"""Writing a tree the way the designer of 2012 and later writes packages (FORMAT §3.1).

Two-space indentation, each attribute on a line of its own, ``refId`` first and the others in
alphabetical order without case; the inner data of connection managers keep their order.
Text is never indented or trimmed; text of several lines that holds markup characters becomes
CDATA. Used where a whole document is written anew: the upgrade and the normal form.
"""

from __future__ import annotations

from typing import Any

from dtserve.package.source import escape_attribute, escape_text, qualified
from dtserve.package.xml import DTS, local_name

__all__ = ["serialize"]

_D = f"{{{DTS}}}"
_NATIVE_ORDER = frozenset(
    f"{_D}{name}" for name in ("FlatFileColumn", "CacheColumn", "FtpConnection", "HttpConnection")
)


def serialize(root: Any, *, newline: str = "\n", bom: bool = False, sort_all: bool = False) -> bytes:
    """The document of ``root`` in UTF-8; ``sort_all`` also sorts the attributes of connection data."""
    out: list[bytes] = []
    _Writer(out, sort_all).write(root)
    text = b'<?xml version="1.0"?>\n' + b"".join(out)
    if newline != "\n":
        text = text.replace(b"\n", newline.encode("ascii"))
    return (b"\xef\xbb\xbf" if bom else b"") + text


class _Writer:
    """Writes elements depth first with a stack of its own, so that depth costs no recursion."""

    def __init__(self, out: list[bytes], sort_all: bool) -> None:
        self.out = out
        self.sort_all = sort_all

    def write(self, root: Any) -> None:
        todo: list[tuple[Any, int, bool]] = [(root, 0, False)]
        while todo:
            element, depth, closing = todo.pop()
            indent = b"  " * depth
            if closing:
                self.out.append(b"\n" + indent + b"</" + _tag(element) + b">")
                continue
            if depth:
                self.out.append(b"\n" + indent)
            children = [child for child in element if isinstance(child.tag, str)]
            self._start(element, indent)
            text = _text(element)
            if _mixed(element, text, children):
                self.out.append(b">" + _inner_xml(element) + b"</" + _tag(element) + b">")
            elif children:
                self.out.append(b">")
                todo.append((element, depth, True))
                todo.extend((child, depth + 1, False) for child in reversed(children))
            elif text:
                self.out.append(b">" + _character_data(text) + b"</" + _tag(element) + b">")
            else:
                self.out.append(b"></" + _tag(element) + b">" if _always_open(element) else b" />")

    def _start(self, element: Any, indent: bytes) -> None:
        parent = element.getparent()
        scope = parent.nsmap if parent is not None else {}
        declared = {p: uri for p, uri in element.nsmap.items() if scope.get(p) != uri}
        self.out.append(b"<" + _tag(element))
        for prefix in sorted(declared, key=str):
            name = f"xmlns:{prefix}" if prefix else "xmlns"
            self.out.append(b' %s="%s"' % (name.encode("utf-8"), declared[prefix].encode("utf-8")))
        names = [(qualified(element, key), value) for key, value in element.items()]
        if self.sort_all or not _keeps_order(element):
            names.sort(key=lambda pair: (pair[0].rpartition(":")[2] != "refId", pair[0].lower()))
        joint = b"\n" + indent + b"  " if names else b""
        for name, value in names:
            self.out.append(joint + name.encode("utf-8") + b'="' + escape_attribute(value) + b'"')


def _keeps_order(element: Any) -> bool:
    """The inner data of connection managers keep the order of the native writer."""
    if element.tag in _NATIVE_ORDER:
        return True
    parent = element.getparent()
    return element.tag == f"{_D}ConnectionManager" and parent is not None and local_name(parent) == "ObjectData"


def _tag(element: Any) -> bytes:
    return qualified(element, element.tag).encode("utf-8") if element.prefix else local_name(element).encode("utf-8")


def _always_open(element: Any) -> bool:
    """Elements of text that the designer writes with two tags even when they are empty."""
    return local_name(element) in ("VariableValue", "Property") and element.tag.startswith(_D)


def _text(element: Any) -> str:
    return (element.text or "") + "".join(child.tail or "" for child in element if not isinstance(child.tag, str))


def _mixed(element: Any, text: str, children: list[Any]) -> bool:
    """Whether text stands beside child elements, which must not be moved."""
    return bool(children) and (bool(text.strip()) or any((child.tail or "").strip() for child in element))


def _inner_xml(element: Any) -> bytes:
    """Mixed content as it is."""
    from lxml import etree

    parts = [escape_text(element.text or "")]
    for child in element:
        text = etree.tostring(child, encoding="utf-8", with_tail=True)
        for prefix, uri in element.nsmap.items():
            inherited = b' xmlns%s="%s"' % (f":{prefix}".encode() if prefix else b"", uri.encode())
            text = text.replace(inherited, b"", 1)
        parts.append(text)
    return b"".join(parts)


def _character_data(text: str) -> bytes:
    if "\n" in text and any(c in text for c in "<>&") and "\r" not in text:
        return b"<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>").encode("utf-8") + b"]]>"
    return escape_text(text)
