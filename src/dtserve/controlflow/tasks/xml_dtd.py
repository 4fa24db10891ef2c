"""Validation by DTD, the one place where a DOCTYPE is read (XML Task, CONTROL_FLOW §20).

The declarations are in the document itself, in a local file that its DOCTYPE names, or in the task's second operand
for a document without DOCTYPE. Nothing comes from a network, external entities are not read, and what entities
expand to is limited.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dtserve.controlflow.tasks.xml_errors import XmlDtdRefused
from dtserve.package.xml import DEFAULT_LIMITS, check_limits, to_utf8

__all__ = ["validate_by_dtd"]

MAX_ENTITIES = 1_000
_ENTITY = re.compile(rb"<!ENTITY\s+(?:%\s+)?[^\s>]+\s+(?P<outside>SYSTEM|PUBLIC)?")
_ROOT = re.compile(rb"<(?![?!])[^\s/>]+")


def validate_by_dtd(
    data: bytes, dtd: bytes | None, read_local: Callable[[str], bytes], what: str
) -> list[tuple[int, int, str]]:
    """Line, column and text of what is wrong with a document; raises XmlDtdRefused.

    ``dtd`` are the declarations for a document without DOCTYPE; ``read_local`` reads a local file that a DOCTYPE names
    (OSError when it may not or cannot).
    """
    from lxml import etree

    plain = to_utf8(data)
    check_limits(plain, DEFAULT_LIMITS)
    _check_entities(plain, what)
    names = b"<!DOCTYPE" in plain[: _first_element(plain)]
    if not names and dtd is not None:
        root = _ROOT.search(plain)
        name = root[0][1:].decode("utf-8", "replace") if root else "x"
        plain = _with_doctype(plain, name)

    base: Any = etree.Resolver  # its published signatures lack the context

    class Local(base):  # type: ignore[misc]
        def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
            if dtd is not None and system_url == OPERAND:
                found = dtd
            else:
                found = _read(read_local, system_url or "", what)
            found = to_utf8(found)
            check_limits(found, DEFAULT_LIMITS)
            _check_entities(found, what)
            return self.resolve_string(found, context)

    make: Any = etree.XMLParser
    parser = make(
        load_dtd=True,
        dtd_validation=True,
        no_network=True,
        resolve_entities="internal",
        huge_tree=False,
        encoding="utf-8",
    )
    parser.resolvers.add(Local())
    try:
        etree.fromstring(plain, parser)
    except etree.XMLSyntaxError as error:
        entries: Any = parser.error_log
        if any(entry.level_name == "FATAL" for entry in entries):
            raise XmlDtdRefused(what=what, detail=str(error)) from None
        return [(entry.line, entry.column, entry.message) for entry in entries]
    return []


OPERAND = "dtserve-operand.dtd"
"""The name under which the second operand is read."""


def _first_element(data: bytes) -> int:
    """Where the root element starts, past a DOCTYPE with its internal subset."""
    at = data.find(b"<!DOCTYPE")
    if at >= 0:
        end = data.find(b"]>", at) if b"[" in data[at : data.find(b">", at) + 1] else data.find(b">", at)
        return end if end >= 0 else len(data)
    found = _ROOT.search(data)
    return found.start() if found else len(data)


def _with_doctype(data: bytes, name: str) -> bytes:
    at = _first_element(data)
    return data[:at] + f'<!DOCTYPE {name} SYSTEM "{OPERAND}">'.encode() + data[at:]


def _check_entities(data: bytes, what: str) -> None:
    found = list(_ENTITY.finditer(data))
    if len(found) > MAX_ENTITIES:
        raise XmlDtdRefused(what=what, detail=f"it declares more than {MAX_ENTITIES} entities")
    if any(each["outside"] for each in found):
        raise XmlDtdRefused(what=what, detail="it declares an external entity")


def _read(read_local: Callable[[str], bytes], url: str, what: str) -> bytes:
    if "://" in url and not url.lower().startswith("file://"):
        raise XmlDtdRefused(what=what, detail=f'"{url}" is not a local file')
    try:
        return read_local(url)
    except OSError as error:
        raise XmlDtdRefused(what=what, detail=f'"{url}" cannot be read ({error.strerror or error})') from None
