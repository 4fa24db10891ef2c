"""Diff of the XML Task: what makes one document another, as Microsoft's XDL DiffGram (CONTROL_FLOW §20).

The DiffGram names nodes by their position in the first document (:mod:`dtserve.controlflow.tasks.xml_nodes`):
``xd:node`` goes to one, ``xd:add``, ``xd:remove`` and ``xd:change`` change it. A moved node is told as removed
and added. ``srcDocHash`` is a hash of dtserve's own, which a comment before the root says, because Microsoft's is not published.
DiffAlgorithm has no effect: there is one algorithm.
"""

from __future__ import annotations

import enum
import hashlib
from difflib import SequenceMatcher
from xml.sax.saxutils import escape, quoteattr

from dtserve.controlflow.tasks.xml_nodes import XDL, XMLNS, Kind, Node, fragment_text

__all__ = ["HASH_MARK", "DiffOption", "diff_documents", "document_hash", "read_options"]

HASH_MARK = "srcDocHash: dtserve"


class DiffOption(enum.IntFlag):
    """DiffOptions."""

    NONE = 0
    IGNORE_CHILD_ORDER = 1
    IGNORE_COMMENTS = 2
    IGNORE_PI = 4
    IGNORE_WHITESPACE = 8
    IGNORE_NAMESPACES = 16
    IGNORE_PREFIXES = 32
    IGNORE_XML_DECL = 64
    IGNORE_DTD = 128


_NAMES = {
    DiffOption.IGNORE_CHILD_ORDER: "IgnoreChildOrder",
    DiffOption.IGNORE_COMMENTS: "IgnoreComments",
    DiffOption.IGNORE_PI: "IgnorePI",
    DiffOption.IGNORE_WHITESPACE: "IgnoreWhitespace",
    DiffOption.IGNORE_NAMESPACES: "IgnoreNamespaces",
    DiffOption.IGNORE_PREFIXES: "IgnorePrefixes",
    DiffOption.IGNORE_XML_DECL: "IgnoreXmlDecl",
    DiffOption.IGNORE_DTD: "IgnoreDtd",
}


def read_options(text: str) -> DiffOption:
    """Options as packages keep them: a number, or names between spaces or commas; ValueError.

    >>> read_options("10") == read_options("IgnoreComments, IgnoreWhitespace")
    True
    """
    plain = text.strip()
    if not plain or plain.isdigit():
        return DiffOption(int(plain or 0))
    by_name = {name.lower(): option for option, name in _NAMES.items()} | {"none": DiffOption.NONE}
    found = DiffOption.NONE
    for word in plain.replace(",", " ").replace("|", " ").split():
        if word.lower() not in by_name:
            raise ValueError(word)
        found |= by_name[word.lower()]
    return found


def document_hash(document: Node) -> int:
    """A number of 64 bits for a document's nodes."""
    return _Comparison(DiffOption.NONE).number(document)


def diff_documents(source: Node, changed: Node, options: DiffOption = DiffOption.NONE) -> tuple[str, bool]:
    """The DiffGram from ``source`` to ``changed``, and whether they are equal under the options."""
    comparison = _Comparison(options)
    body = "".join(comparison.children(source, changed))
    named = " ".join(name for option, name in _NAMES.items() if option in options) or "None"
    return (
        f'<?xml version="1.0" encoding="utf-16"?><!--{HASH_MARK}--><xd:xmldiff version="1.0" '
        f'srcDocHash="{comparison.number(source) if not options else document_hash(source)}" options="{named}" fragments="no" xmlns:xd="{XDL}">{body}</xd:xmldiff>'
    ), not body


class _Comparison:
    def __init__(self, options: DiffOption) -> None:
        self.known: dict[int, tuple[Node, bytes]] = {}
        self.any_order = DiffOption.IGNORE_CHILD_ORDER in options
        self.any_space = DiffOption.IGNORE_WHITESPACE in options
        self.any_namespace = DiffOption.IGNORE_NAMESPACES in options
        self.any_prefix = self.any_namespace or DiffOption.IGNORE_PREFIXES in options
        ignored = {
            Kind.COMMENT: DiffOption.IGNORE_COMMENTS,
            Kind.INSTRUCTION: DiffOption.IGNORE_PI,
            Kind.DECLARATION: DiffOption.IGNORE_XML_DECL,
        }
        self.ignored = frozenset(kind for kind, option in ignored.items() if option in options)

    # --- equality -----------------------------------------------------------------------------

    def digest(self, node: Node) -> bytes:
        """Equal for nodes that are equal under the options."""
        found = self.known.get(id(node))
        if found is None:
            found = self.known[id(node)] = (node, self._digest(node))
        return found[1]

    def number(self, document: Node) -> int:
        """The digest as a number of 64 bits."""
        return int.from_bytes(self.digest(document)[:8], "big")

    def _digest(self, node: Node) -> bytes:
        parts = [str(node.kind.value), *self._name(node), self._value(node)]
        if node.attributes:
            for name, value in sorted(self._attributes(node).items()):
                parts += [name, "\1" + value]
        head = "\0".join(parts).encode("utf-8", "surrogatepass")
        if node.children:
            ignored = self.ignored
            below = [self.digest(child) for child in node.children if child.kind not in ignored]
            head += b"".join([b"\2", *(sorted(below) if self.any_order else below)])
        return hashlib.blake2b(head, digest_size=16).digest()

    def _name(self, node: Node) -> tuple[str, str, str]:
        namespace = "" if self.any_namespace else node.namespace
        return node.name, namespace, "" if self.any_prefix else node.prefix

    def _value(self, node: Node) -> str:
        return self._spaced(node.value) if node.kind in (Kind.TEXT, Kind.CDATA) else node.value

    def _spaced(self, text: str) -> str:
        return " ".join(text.split()) if self.any_space else text

    def _attributes(self, node: Node) -> dict[str, str]:
        """Attributes by the name they are compared by."""
        if not self.any_prefix:
            return {name: self._spaced(value) for name, (_, value) in node.attributes.items()}
        return {
            self._key(name, namespace): self._spaced(value)
            for name, (namespace, value) in node.attributes.items()
            if namespace != XMLNS
        }

    def _ignores(self, node: Node) -> bool:
        return node.kind in self.ignored

    # --- operations ---------------------------------------------------------------------------

    def children(self, source: Node, changed: Node) -> list[str]:
        """The operations that turn the children of one node into those of another."""
        old = [(at, node) for at, node in enumerate(source.children, 1) if not self._ignores(node)]
        new = [node for node in changed.children if not self._ignores(node)]
        pairs = self._pairs([node for _, node in old], new)
        places = {mine: at for at, (mine, _) in enumerate(pairs)}
        kept = [(old[mine][0], old[mine][1], new[theirs]) for mine, theirs in pairs]
        gaps: list[list[int]] = [[] for _ in range(len(pairs) + 1)]
        passed = 0
        for number, (at, _) in enumerate(old):
            if number in places:
                passed = places[number] + 1
            else:
                gaps[passed].append(at)
        return self._emit(kept, gaps, self._added(pairs, new))

    def _added(self, pairs: list[tuple[int, int]], new: list[Node]) -> list[list[Node]]:
        """New nodes by the kept pair they stand behind."""
        behind: list[list[Node]] = [[] for _ in range(len(pairs) + 1)]
        if self.any_order:
            taken = {theirs for _, theirs in pairs}
            behind[-1] = [node for at, node in enumerate(new) if at not in taken]
            return behind
        edges = [theirs for _, theirs in pairs]
        passed = 0
        for at, node in enumerate(new):
            if passed < len(edges) and at == edges[passed]:
                passed += 1
            else:
                behind[passed].append(node)
        return behind

    def _emit(self, kept: list[tuple[int, Node, Node]], gaps: list[list[int]], added: list[list[Node]]) -> list[str]:
        found: list[str] = []
        for number in range(len(kept) + 1):
            said = ""
            if number:
                at, mine, theirs = kept[number - 1]
                said = "" if self.digest(mine) == self.digest(theirs) else self._changed(at, mine, theirs)
                if added[number] and not said:
                    said = f'<xd:node match="{at}" />'
            found.append(said)
            found.extend(_adds(added[number]))
            if gaps[number]:
                found.append(f'<xd:remove match="{_ranges(gaps[number])}" />')
        return [each for each in found if each]

    def _changed(self, at: int, mine: Node, theirs: Node) -> str:
        if mine.kind is Kind.ELEMENT:
            inner = "".join([*self._attribute_changes(mine, theirs), *self.children(mine, theirs)])
            if self._name(mine) == self._name(theirs):
                return f'<xd:node match="{at}">{inner}</xd:node>' if inner else ""
            names = "".join(
                f" {key}={quoteattr(new)}"
                for key, old, new in (
                    ("name", mine.name, theirs.name),
                    ("ns", mine.namespace, theirs.namespace),
                    ("prefix", mine.prefix, theirs.prefix),
                )
                if old != new
            )
            return (
                f'<xd:change match="{at}"{names}>{inner}</xd:change>' if inner else f'<xd:change match="{at}"{names} />'
            )
        content = _escaped(theirs.value) if mine.kind in (Kind.TEXT, Kind.DECLARATION) else fragment_text([theirs])
        return f'<xd:change match="{at}">{content}</xd:change>'

    def _attribute_changes(self, mine: Node, theirs: Node) -> list[str]:
        old, new = self._attributes(mine), self._attributes(theirs)
        if old == new:
            return []
        loose = self.any_prefix
        written = {self._key(name, ns) if loose else name: name for name, (ns, _) in mine.attributes.items()}
        gone = [written[key] for key in old if key not in new]
        found = [f"<xd:remove match={quoteattr('|'.join(f'@{name}' for name in gone))} />"] if gone else []
        for name, (namespace, value) in theirs.attributes.items():
            key = self._key(name, namespace) if loose else name
            if key not in new:
                continue
            if key not in old:
                prefix, _, local = name.rpartition(":")
                more = f" ns={quoteattr(namespace)}" if namespace else ""
                more += f" prefix={quoteattr(prefix)}" if prefix else ""
                found.append(f'<xd:add type="2" name={quoteattr(local)}{more}>{_escaped(value)}</xd:add>')
            elif old[key] != new[key]:
                found.append(f"<xd:change match={quoteattr('@' + written[key])}>{_escaped(value)}</xd:change>")
        return found

    def _key(self, name: str, namespace: str) -> str:
        local = name.rpartition(":")[2]
        return local if self.any_namespace else f"{{{namespace}}}{local}"

    # --- which node became which --------------------------------------------------------------

    def _pairs(self, old: list[Node], new: list[Node]) -> list[tuple[int, int]]:
        """Positions of nodes that are kept, equal or changed, in order of the first list."""
        if self.any_order:
            return self._unordered(old, new)
        mine, theirs = [self.digest(each) for each in old], [self.digest(each) for each in new]
        pairs: list[tuple[int, int]] = []
        for tag, a1, a2, b1, b2 in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
            if tag == "equal":
                pairs += zip(range(a1, a2), range(b1, b2), strict=True)
            elif tag == "replace":
                pairs += self._alike(old, new, (a1, a2), (b1, b2))
        return pairs

    def _alike(
        self, old: list[Node], new: list[Node], mine: tuple[int, int], theirs: tuple[int, int]
    ) -> list[tuple[int, int]]:
        """Pairs of a replaced stretch: same kind and name, else the same content under another name."""
        left = [self._likeness(old[at]) for at in range(*mine)]
        right = [self._likeness(new[at]) for at in range(*theirs)]
        pairs: list[tuple[int, int]] = []
        for tag, a1, a2, b1, b2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            if tag == "equal":
                pairs += zip(range(a1, a2), range(b1, b2), strict=True)
            elif tag == "replace" and a2 - a1 == b2 - b1:
                pairs += [(a, b) for a, b in zip(range(a1, a2), range(b1, b2), strict=True) if self._renamed(
                    old[mine[0] + a], new[theirs[0] + b]
                )]  # fmt: skip
        return [(mine[0] + a, theirs[0] + b) for a, b in pairs]

    def _likeness(self, node: Node) -> tuple[object, ...]:
        if node.kind is Kind.INSTRUCTION:
            return (node.kind, node.name)
        return (node.kind, *self._name(node)) if node.kind is Kind.ELEMENT else (node.kind,)

    def _renamed(self, mine: Node, theirs: Node) -> bool:
        if mine.kind is not Kind.ELEMENT or theirs.kind is not Kind.ELEMENT or not mine.children:
            return False
        return [self.digest(each) for each in mine.children] == [self.digest(each) for each in theirs.children]

    def _unordered(self, old: list[Node], new: list[Node]) -> list[tuple[int, int]]:
        free: dict[bytes, list[int]] = {}
        for at, node in enumerate(new):
            free.setdefault(self.digest(node), []).append(at)
        pairs = []
        for at, node in enumerate(old):
            found = free.get(self.digest(node))
            if found:
                pairs.append((at, found.pop(0)))
        mine, theirs = {a for a, _ in pairs}, {b for _, b in pairs}
        rest = [at for at in range(len(new)) if at not in theirs]
        for at in (at for at in range(len(old)) if at not in mine):
            alike = next((b for b in rest if self._likeness(new[b]) == self._likeness(old[at])), None)
            if alike is not None:
                rest.remove(alike)
                pairs.append((at, alike))
        return sorted(pairs)


def _adds(nodes: list[Node]) -> list[str]:
    if not nodes:
        return []
    found: list[str] = []
    plain = [node for node in nodes if node.kind is not Kind.DECLARATION]
    for node in nodes:
        if node.kind is Kind.DECLARATION:
            found.append(f'<xd:add type="17">{_escaped(node.value)}</xd:add>')
    if plain:
        space = ' xml:space="preserve"' if any(_is_blank(node) for node in plain) else ""
        found.append(f"<xd:add{space}>{fragment_text(plain)}</xd:add>")
    return found


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#xD;"})


def _is_blank(node: Node) -> bool:
    """Whether white space alone is a text somewhere in it."""
    return any(_is_blank(child) for child in node.children) or (node.kind is Kind.TEXT and not node.value.strip())


def _ranges(numbers: list[int]) -> str:
    """``1-2|5`` for 1, 2, 5."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return "|".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
