"""Reading XML that nobody vouches for.

What is refused before libxml2 sees a byte: a size, a number of tags, a text or a start tag no
package has, encodings other than UTF-8, UTF-16 and single-byte ones, every DOCTYPE.
What libxml2 refuses: more than 256 levels. Packages are never
asked for entities, external or internal, so a document without DOCTYPE is harmless in
that respect. lxml does not keep bytes; callers keep the original (LIBRARIES.md).
"""

from __future__ import annotations

import codecs
import re
from typing import Any, NamedTuple

from lxml import etree

from dtserve.package.errors import DoctypeRefused, EncodingRefused, LimitExceeded, MalformedXml

__all__ = [
    "DEFAULT_LIMITS",
    "DTS",
    "ENC",
    "SSIS",
    "Limits",
    "check_limits",
    "check_prolog",
    "detect_encoding",
    "local_name",
    "parse_xml",
    "to_utf8",
]

DTS = "www.microsoft.com/SqlServer/Dts"
SSIS = "www.microsoft.com/SqlServer/SSIS"
ENC = "http://www.w3.org/2001/04/xmlenc#"


class Limits(NamedTuple):
    """What a document may have. The corpus' largest package has 3.4 MB and 9,000 tags.

    ``nodes`` counts ``<``; above ``sparse_nodes`` the document must have at least
    ``bytes_per_node`` bytes per ``<`` on average (real packages: 41 and more).
    ``tag_bytes`` is the longest stretch without ``<`` that may hold more than
    ``attributes`` attributes. ``encrypted`` counts separately encrypted values.
    ``text`` is the longest text or start tag.
    """

    size: int = 256 * 1024 * 1024
    nodes: int = 1_000_000
    sparse_nodes: int = 60_000
    bytes_per_node: int = 30
    attributes: int = 5_000
    tag_bytes: int = 20_000
    encrypted: int = 1_000
    text: int = 10_000_000


DEFAULT_LIMITS = Limits()

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_SINGLE_BYTE = re.compile(r"(iso8859-\d+|cp125\d|ascii|cp437|cp850|koi8-[ru])$")
_LONG_TAG = re.compile(rb"<[^<]{%d,}" % DEFAULT_LIMITS.tag_bytes)
_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


def detect_encoding(data: bytes) -> tuple[bytes, str]:
    """BOM and codec of a document, by BOM, first bytes or declaration; raises EncodingRefused."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return bom, name
    if data[:2] in (b"<\0", b"\0<"):
        return b"", "utf-16-le" if data[:1] == b"<" else "utf-16-be"
    declared = _DECLARED.match(data[:400].lstrip())
    return b"", _known_encoding(declared[1].decode("ascii")) if declared else "utf-8"


def to_utf8(data: bytes) -> bytes:
    """The document as UTF-8 without BOM; its declaration stays and no longer counts. Raises EncodingRefused."""
    bom, encoding = detect_encoding(data)
    data = data[len(bom) :]
    if encoding == "utf-8":
        return data
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError:
        raise EncodingRefused(encoding=encoding) from None


def _known_encoding(declared: str) -> str:
    """The codec of a declared encoding; UTF-16 without its BOM or null bytes is really UTF-8."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise EncodingRefused(encoding=declared) from None
    if name == "utf-8" or name.startswith("utf-16"):
        return "utf-8"
    if not _SINGLE_BYTE.match(name):
        raise EncodingRefused(encoding=declared)
    return "utf-8" if name == "ascii" else name


def check_limits(data: bytes, limits: Limits, *, huge_text: bool = False) -> None:
    """Refuse by counting, before parsing: cost is a few passes of memchr; raises LimitExceeded."""
    if len(data) > limits.size:
        raise LimitExceeded(what="its size", value=len(data), limit=limits.size)
    nodes = data.count(b"<")
    if nodes > limits.nodes:
        raise LimitExceeded(what="its number of tags", value=nodes, limit=limits.nodes)
    if nodes > limits.sparse_nodes and len(data) < nodes * limits.bytes_per_node:
        raise LimitExceeded(what="its number of tags for its size", value=nodes, limit=limits.sparse_nodes)
    for found in _LONG_TAG.finditer(data):
        if found.end() - found.start() > limits.text and not huge_text:
            raise LimitExceeded(what="the length of one text", value=found.end() - found.start(), limit=limits.text)
        if data[found.start() + 1 : found.start() + 2] in (b"!", b"?"):
            continue
        attributes = data.count(b"=", found.start(), found.end())
        if attributes > limits.attributes:
            tag = _START_TAG.match(data, found.start(), found.end())
            attributes = sum(1 for _ in _QUOTED.finditer(data, found.start(), tag.end())) if tag else 0
            if attributes > limits.attributes:
                raise LimitExceeded(what="the attributes of one element", value=attributes, limit=limits.attributes)


_QUOTED = re.compile(rb""""[^"]*+"|'[^']*+'""")
_START_TAG = re.compile(rb"""<(?:[^"'>]++|"[^"]*+"|'[^']*+')*+""")


def check_prolog(data: bytes) -> None:
    """Refuse a DOCTYPE: it can only stand before the root element; raises DoctypeRefused."""
    prolog = _PROLOG.match(data)
    at = prolog.end() if prolog else 0
    if data[at : at + 9].upper() == b"<!DOCTYPE":
        raise DoctypeRefused


def parse_xml(data: bytes, limits: Limits = DEFAULT_LIMITS, *, huge_text: bool = False) -> Any:
    """The root element of an untrusted document.

    ``huge_text`` lifts libxml2's limit of 10 MB per text node (ciphertext of large
    packages); the caller has made sure that the document is shallow. Raises
    MalformedXml, DoctypeRefused, LimitExceeded, EncodingRefused.
    """
    if len(data) > limits.size:
        raise LimitExceeded(what="its size", value=len(data), limit=limits.size)
    data = to_utf8(data)
    check_limits(data, limits, huge_text=huge_text)
    check_prolog(data)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=huge_text,
        strip_cdata=False,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in str(error):
            raise LimitExceeded(what="its depth", value="more than 256 levels", limit="256 levels") from None
        raise MalformedXml(detail=_reason(error)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DoctypeRefused
    return root


def _reason(error: etree.XMLSyntaxError) -> str:
    """libxml2's words with line and column, without the document's own text."""
    line, column = error.position
    text = str(error.msg or "not well-formed").partition(", line ")[0]
    return f"Line {line}, column {column}: {text[:200]}."


def local_name(element: Any) -> str:
    """The name without namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
