"""Rows of an XML document by rowset, read as a stream (DATA_FLOW §4.6).

A rowset is an element name; each such element is a row. Its columns are its attributes and
its simple child elements by name, ``text`` (or the name with ``_Text``) for its own text,
``<rowset>_Id`` for its number and ``<parent>_Id`` for the number of an enclosing element
that is a rowset. Namespaces are not compared. A document with a DOCTYPE is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from lxml import etree

from dtserve.dataflow.component_errors import XmlNotReadable

__all__ = ["FIRST_ID", "read_rows"]

FIRST_ID = 0
"""The number of the first element of a rowset (unverified)."""

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema}"


def read_rows(
    source: BinaryIO, columns: Mapping[str, Sequence[str]], component: str
) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """(rowset, values) of each row, in the order in which its element ends.

    ``columns`` gives the column names of each rowset. Raises XmlNotReadable.
    """
    numbers = dict.fromkeys(columns, FIRST_ID - 1)
    open_rows: list[tuple[str, int]] = []
    checked = False
    try:
        events = etree.iterparse(source, events=("start", "end"), resolve_entities=False, no_network=True)
        for event, element in events:
            if not checked:
                checked = True
                if element.getroottree().docinfo.doctype:
                    raise XmlNotReadable(component=component, detail="a document with a DOCTYPE is refused.")
            name = _local(element.tag)
            if str(element.tag).startswith(_SCHEMA):
                continue
            if event == "start":
                if name in columns:
                    numbers[name] += 1
                    open_rows.append((name, numbers[name]))
                continue
            if name in columns:
                yield name, _values(element, name, columns[name], dict(open_rows))
                open_rows.pop()
                _forget(element, inside=bool(open_rows))
    except (etree.XMLSyntaxError, OSError) as error:
        raise XmlNotReadable(component=component, detail=str(error)) from None


def _values(
    element: etree._Element, rowset: str, columns: Sequence[str], ids: Mapping[str, int]
) -> tuple[str | None, ...]:
    """The columns of a row as texts; None where the document says nothing."""
    found: dict[str, str | None] = {_local(str(key)): str(value) for key, value in element.attrib.items()}
    for child in element:
        if isinstance(child.tag, str) and not len(child):
            nil = child.get(_NIL) in ("true", "1")
            found.setdefault(_local(child.tag), None if nil else child.text or "")
    own = (element.text or "") if not len(element) else None
    for name in ("text", f"{rowset}_Text", f"{rowset}_text", rowset):
        found.setdefault(name, own)
    for name, number in ids.items():
        found.setdefault(f"{name}_Id", str(number))
    return tuple(found.get(column) for column in columns)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _forget(element: etree._Element, *, inside: bool) -> None:
    """Free a row that has been read.

    A row inside another one keeps its place as an element with a child, so that the outer
    row does not take it for a simple value; otherwise everything before it goes too.
    """
    if inside:
        if len(element):
            element.clear()
            element.append(etree.Element("read"))
        return
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
