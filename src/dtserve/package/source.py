"""Where elements and attributes stand in the bytes of a document, and edits of just those bytes.

lxml forgets line breaks between attributes, quotes and line ends; a saved tree would differ
everywhere. So edits are made in the text: :class:`SourceMap` gives each element of a parsed
tree the span it has in the bytes it was parsed from, :class:`TextEdit` collects replacements.
The bytes are UTF-8; :class:`Encoding` remembers how the file was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from dtserve.package.errors import MalformedXml
from dtserve.package.xml import detect_encoding, to_utf8

__all__ = ["Encoding", "SourceMap", "Span", "TextEdit", "escape_attribute", "escape_text", "qualified", "start_tag_end"]

_TOKEN = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|(?P<close></[^>]*>)|(?P<open><[^!?/](?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+>)",
    re.DOTALL,
)
_SLASH = ord("/")
_ATTRIBUTE = re.compile(rb"(?P<space>\s+)(?P<name>[^\s=/>]+)\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a document's bytes were written: BOM and codec, so that an edit keeps both."""

    bom: bytes
    codec: str

    @classmethod
    def of(cls, data: bytes) -> Encoding:
        """The encoding of a document; raises EncodingRefused."""
        return cls(*detect_encoding(data))

    def apply(self, text: bytes) -> bytes:
        """UTF-8 bytes as this encoding writes them; characters it lacks become references."""
        if self.codec == "utf-8":
            return self.bom + text
        return self.bom + text.decode("utf-8").encode(self.codec, "xmlcharrefreplace")


class Span(NamedTuple):
    """Offsets of an element: start tag ``[start, open_end)``, content up to ``close_start``, end of end tag."""

    start: int
    open_end: int
    close_start: int
    end: int

    @property
    def empty(self) -> bool:
        """Written as ``<x />``."""
        return self.close_start == self.end


def escape_text(text: str, newline: str = "\n") -> bytes:
    """Character data; a carriage return survives as ``&#xD;``, line feeds are written as ``newline``."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
    return text.replace("\n", newline).encode("utf-8")


def escape_attribute(text: str) -> bytes:
    """An attribute value for double quotes, white space kept by character references as .NET writes it."""
    for character, reference in (
        ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#xD;"), ("\n", "&#xA;"), ("\t", "&#x9;"),
    ):  # fmt: skip
        text = text.replace(character, reference)
    return text.encode("utf-8")


class SourceMap:
    """Spans of all elements of ``root``, which was parsed from ``data`` (UTF-8 without BOM)."""

    def __init__(self, data: bytes, root: Any) -> None:
        self.data = data
        self.newline = "\r\n" if b"\r\n" in data[:4096] else "\n"
        self._elements = list(root.iter("*"))
        spans = _scan(data)
        if len(spans) != len(self._elements):
            raise MalformedXml(detail="the elements of the text do not match its tree.")
        self._spans = dict(zip(self._elements, spans, strict=True))

    @classmethod
    def of_document(cls, data: bytes, root: Any) -> SourceMap:
        """The map of a document in any readable encoding."""
        return cls(to_utf8(data), root)

    def span(self, element: Any) -> Span:
        """The span of an element of the tree."""
        found: Span = self._spans[element]
        return found

    def outer(self, element: Any) -> bytes:
        """The element's own bytes."""
        span = self._spans[element]
        return self.data[span.start : span.end]

    def attribute(self, element: Any, name: str) -> tuple[int, int] | None:
        """The offsets of an attribute's raw value; ``name`` in lxml's form; None when absent."""
        span = self._spans[element]
        wanted = qualified(element, name).encode("utf-8")
        for found in _ATTRIBUTE.finditer(self.data, span.start, span.open_end):
            if found["name"] == wanted:
                return found.start("value"), found.end("value")
        return None

    def attribute_tokens(self, element: Any) -> list[re.Match[bytes]]:
        """The attributes as written, namespace declarations included."""
        span = self._spans[element]
        return list(_ATTRIBUTE.finditer(self.data, span.start, span.open_end))


def qualified(element: Any, name: str) -> str:
    """``{uri}Name`` as prefix and name in the element's scope."""
    if name[:1] != "{":
        return name
    uri, _, local = name[1:].partition("}")
    if uri == "http://www.w3.org/XML/1998/namespace":
        return f"xml:{local}"
    prefix = next((p for p, u in element.nsmap.items() if u == uri and p), None)
    return f"{prefix}:{local}" if prefix else local


def start_tag_end(element: bytes) -> int:
    """The offset just past the start tag of an element's bytes."""
    token = _TOKEN.match(element)
    if token is None or token["open"] is None:
        raise MalformedXml(detail="an element was expected.")
    return token.end()


def _scan(data: bytes) -> list[Span]:
    """Spans of the elements of a well-formed document in document order."""
    spans: list[Span | None] = []
    starts: list[tuple[int, int]] = []
    stack: list[int] = []
    for token in _TOKEN.finditer(data):
        kind = token.lastgroup
        if kind == "open":
            place = token.span()
            start, end = place
            if data[end - 2] == _SLASH:
                spans.append(Span(start, end, end, end))
            else:
                stack.append(len(spans))
                spans.append(None)
            starts.append(place)
        elif kind == "close":
            if not stack:
                break
            index = stack.pop()
            spans[index] = Span(*starts[index], *token.span())
    return [span for span in spans if span is not None]


class TextEdit:
    """Replacements in the bytes of one document; they must not overlap."""

    def __init__(self, source: SourceMap) -> None:
        self.source = source
        self._patches: list[tuple[int, int, bytes]] = []

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Put ``new`` in place of the bytes ``[start, end)``."""
        self._patches.append((start, end, new))

    def replace_element(self, element: Any, new: bytes) -> None:
        """Put ``new`` in place of an element with its tags."""
        span = self.source.span(element)
        self.replace(span.start, span.end, new)

    def set_text(self, element: Any, text: str) -> None:
        """Replace the content of an element by character data."""
        self.set_content(element, escape_text(text, self.source.newline))

    def set_content(self, element: Any, content: bytes) -> None:
        """Replace the content of an element by raw XML."""
        span = self.source.span(element)
        if not span.empty:
            self.replace(span.open_end, span.close_start, content)
        elif content:
            tag = re.match(rb"<([^\s/>]+)", self.source.data[span.start : span.open_end])
            assert tag is not None  # noqa: S101 - a span starts with a tag
            slash = self.source.data.rindex(b"/", span.start, span.open_end)
            blank = slash - 1 if self.source.data[slash - 1 : slash] == b" " else slash
            self.replace(blank, span.open_end, b">" + content + b"</" + tag[1] + b">")

    def set_attribute(self, element: Any, name: str, value: str) -> None:
        """Change an attribute, or insert it where the designer would write it (FORMAT §3.1)."""
        place = self.source.attribute(element, name)
        if place is not None:
            quote = self.source.data[place[0] - 1 : place[0]]
            escaped = escape_attribute(value)
            if quote == b"'":
                escaped = escaped.replace(b"'", b"&apos;")
            self.replace(*place, escaped)
            return
        written = qualified(element, name).encode("utf-8")
        tokens = self.source.attribute_tokens(element)
        span = self.source.span(element)
        plain = [t for t in tokens if not t["name"].startswith(b"xmlns")]
        before = next(
            (t for t in plain if t["name"].lower() > written.lower() and t["name"].rpartition(b":")[2] != b"refId"),
            None,
        )
        attribute = written + b'="' + escape_attribute(value) + b'"'
        if before is not None:
            self.replace(before.start(), before.start(), before["space"] + attribute)
        elif tokens:
            space = plain[-1]["space"] if plain else b" "
            self.replace(tokens[-1].end(), tokens[-1].end(), space + attribute)
        else:
            tag = re.match(rb"<[^\s/>]+", self.source.data[span.start : span.open_end])
            assert tag is not None  # noqa: S101 - a span starts with a tag
            at = span.start + tag.end()
            self.replace(at, at, b" " + attribute)

    def append_attribute(self, element: Any, name: str, value: str) -> None:
        """Insert an attribute that is not there after all others."""
        last = self.source.attribute_tokens(element)[-1]
        attribute = qualified(element, name).encode("utf-8") + b'="' + escape_attribute(value) + b'"'
        self.replace(last.end(), last.end(), last["space"] + attribute)

    def remove_attribute(self, element: Any, name: str) -> None:
        """Take an attribute away with the white space before it; no error when it is absent."""
        wanted = qualified(element, name).encode("utf-8")
        for found in self.source.attribute_tokens(element):
            if found["name"] == wanted:
                self.replace(found.start(), found.end(), b"")

    def apply(self) -> bytes:
        """The edited bytes."""
        pieces: list[bytes] = []
        at = 0
        for start, end, new in sorted(self._patches, key=lambda patch: (patch[0], patch[1])):
            assert start >= at  # noqa: S101 - callers never edit the same place twice
            pieces += [self.source.data[at:start], new]
            at = end
        pieces.append(self.source.data[at:])
        return b"".join(pieces)
