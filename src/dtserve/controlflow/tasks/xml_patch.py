"""Patch of the XML Task: a document changed by a DiffGram of Microsoft's XDL (CONTROL_FLOW §20).

Positions are those of the document before any change. A DiffGram that dtserve made carries a hash of its document, which
must be this one; the hash of Microsoft's XmlDiff cannot be checked, but every position and name must fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dtserve.controlflow.tasks.xml_diff import HASH_MARK, document_hash
from dtserve.controlflow.tasks.xml_errors import XmlPatchFailed
from dtserve.controlflow.tasks.xml_nodes import XDL, XMLNS, Kind, Node

__all__ = ["patch_document"]

_INTERVAL = re.compile(r"(\d+)(?:-(\d+))?\Z")


def patch_document(source: Node, diffgram: Node) -> tuple[Node, bool]:
    """The changed document, and whether its hash could be checked; raises XmlPatchFailed."""
    root = next((node for node in diffgram.children if node.kind is Kind.ELEMENT), None)
    if root is None or root.name != "xmldiff" or root.namespace != XDL:
        raise XmlPatchFailed(detail="the second operand is no DiffGram")
    own = any(node.kind is Kind.COMMENT and node.value.strip() == HASH_MARK for node in diffgram.children)
    if own and _get(root, "srcDocHash") != str(document_hash(source)):
        raise XmlPatchFailed(detail="the DiffGram was made from another document")
    made = Node(Kind.DOCUMENT, children=_Patch(source).children(source, _operations(root)))
    if sum(node.kind is Kind.ELEMENT for node in made.children) != 1:
        raise XmlPatchFailed(detail="the result would not have one root element")
    return made, own


def _get(node: Node, name: str) -> str:
    return node.attributes.get(name, ("", ""))[1]


def _operations(node: Node) -> list[Node]:
    return [
        each
        for each in node.children
        if each.kind is Kind.ELEMENT and each.namespace == XDL and each.name != "descriptor"
    ]


@dataclass
class _Patch:
    document: Node

    def children(self, parent: Node, operations: list[Node]) -> list[Node]:
        """The new list of children of a node."""
        result: dict[int, list[Node]] = {at: [node] for at, node in enumerate(parent.children, 1)}
        before: list[Node] = []
        behind: dict[int, list[Node]] = {}
        position = 0
        for each in operations:
            match = _get(each, "match")
            if match.startswith("@") or _get(each, "type") == "2":
                continue
            if each.name == "add":
                (behind.setdefault(position, []) if position else before).extend(self._new(each))
                continue
            for at in self._positions(match, len(parent.children)):
                result[at] = self._applied(each, parent.children[at - 1])
                if each.name != "remove":
                    position = at
        return before + [node for at in sorted(result) for node in (*result[at], *behind.get(at, []))]

    def _applied(self, operation: Node, node: Node) -> list[Node]:
        if operation.name == "remove":
            return self.children(node, _operations(operation)) if _get(operation, "subtree") == "no" else []
        if operation.name == "node":
            return [self._inside(node, operation)]
        if operation.name == "change":
            return [self._changed(node, operation)]
        raise XmlPatchFailed(detail=f"the operation xd:{operation.name} is not known")

    def _inside(self, node: Node, operation: Node) -> Node:
        operations = _operations(operation)
        made = Node(node.kind, node.name, node.namespace, node.prefix, node.value, dict(node.attributes))
        for each in operations:
            self._attribute(made, each)
        made.children = self.children(node, operations)
        return made

    def _attribute(self, made: Node, operation: Node) -> None:
        match = _get(operation, "match")
        if operation.name == "add" and _get(operation, "type") == "2":
            prefix, local = _get(operation, "prefix"), _get(operation, "name")
            name = f"{prefix}:{local}" if prefix else local
            space = XMLNS if name == "xmlns" or prefix == "xmlns" else _get(operation, "ns")
            made.attributes[name] = (space, _content(operation))
        elif match.startswith("@"):
            for name in (each.strip().removeprefix("@") for each in match.split("|")):
                if name not in made.attributes:
                    raise XmlPatchFailed(detail=f'the element "{made.qualified}" has no attribute "{name}"')
                if operation.name == "remove":
                    del made.attributes[name]
                else:
                    made.attributes = dict(_renewed(made.attributes, name, operation))

    def _changed(self, node: Node, operation: Node) -> Node:
        if node.kind is Kind.ELEMENT:
            made = self._inside(node, operation)
            made.name = _get(operation, "name") or made.name
            if "ns" in operation.attributes:
                made.namespace = _get(operation, "ns")
            if "prefix" in operation.attributes:
                made.prefix = _get(operation, "prefix")
            return made
        given = next((each for each in operation.children if each.kind is node.kind), None)
        if node.kind in (Kind.TEXT, Kind.DECLARATION) or given is None:
            return Node(node.kind, _get(operation, "name") or node.name, value=_content(operation))
        return given.copy()

    def _new(self, operation: Node) -> Iterator[Node]:
        """The nodes of an ``xd:add``: copies from the document, one described node, or its content."""
        match, kind = _get(operation, "match"), _get(operation, "type")
        if match:
            whole = _get(operation, "subtree") != "no"
            for node in self._absolute(match):
                made = node.copy()
                if not whole:
                    made.children = [new for each in _operations(operation) for new in self._new(each)]
                yield made
            return
        if not kind:
            yield from (each.copy() for each in operation.children)
        elif kind == "1":
            made = Node(Kind.ELEMENT, _get(operation, "name"), _get(operation, "ns"), _get(operation, "prefix"))
            for each in _operations(operation):
                self._attribute(made, each)
            made.children = self.children(made, _operations(operation))
            yield made
        elif kind == "17":
            yield Node(Kind.DECLARATION, "xml", value=_content(operation))
        else:
            raise XmlPatchFailed(detail=f"nodes of type {kind} cannot be added")

    def _absolute(self, match: str) -> Iterator[Node]:
        node = self.document
        *steps, last = match.strip("/").split("/")
        for step in steps:
            (at,) = self._positions(step, len(node.children))
            node = node.children[at - 1]
        for at in self._positions(last, len(node.children)):
            yield node.children[at - 1]

    @staticmethod
    def _positions(match: str, count: int) -> list[int]:
        found: list[int] = []
        for part in match.split("|"):
            interval = _INTERVAL.match(part.strip())
            first, last = (int(interval[1]), int(interval[2] or interval[1])) if interval else (0, 0)
            if not 1 <= first <= last <= count:
                raise XmlPatchFailed(detail=f'there is no node "{match}" in the document')
            found.extend(range(first, last + 1))
        return found


def _renewed(
    attributes: dict[str, tuple[str, str]], name: str, operation: Node
) -> Iterator[tuple[str, tuple[str, str]]]:
    """The attributes with one changed in its place."""
    given = {each: _get(operation, each) for each in ("name", "ns", "prefix") if each in operation.attributes}
    for known, (space, old) in attributes.items():
        if known != name:
            yield known, (space, old)
            continue
        prefix, _, local = name.rpartition(":")
        prefix, local = given.get("prefix", prefix), given.get("name", local)
        value = _content(operation) if operation.children or not given else old
        yield f"{prefix}:{local}" if prefix else local, (given.get("ns", space), value)


def _content(operation: Node) -> str:
    return "".join(each.value for each in operation.children if each.kind in (Kind.TEXT, Kind.CDATA))
