"""A statement in the words of the database it goes to, with named slots for its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dtserve.connections.sql.tsql_tokens import MARK, tokenize
from dtserve.datatypes import TypeSpec

__all__ = ["MARK", "SLOT", "Statement", "from_slots", "named_marks", "plain_marks"]

SLOT = "\x02"
"""Encloses the name of a slot in generated text; no SQL text holds this character."""


@dataclass(frozen=True, slots=True)
class Statement:
    """``pieces`` and ``slots`` alternate: text, slot, text …

    A slot is ``?0`` (the first positional parameter), ``@name`` (a parameter or variable by
    name, in lower case) and so on. ``rows`` tells that it gives rows; ``types`` are the types of its
    columns where they follow from the text (None where not), ``names`` their names as SQL Server
    gives them (empty for an expression without alias); ``original`` is what the package has.
    """

    pieces: tuple[str, ...]
    slots: tuple[str, ...] = ()
    original: str = ""
    rows: bool = False
    types: tuple[TypeSpec | None, ...] = ()
    slot_types: tuple[TypeSpec | None, ...] = ()
    names: tuple[str, ...] = ()

    def with_slot_types(self, kinds: tuple[TypeSpec | None, ...]) -> Statement:
        """A copy that knows what type each slot is stored as or compared with."""
        return replace(self, slot_types=kinds)

    def render(self, marker: Callable[[int, str], str], escape: Callable[[str], str] | None = None) -> str:
        """The text for a driver: ``marker(position, slot)`` for each slot, ``escape`` for the text between."""
        parts = [escape(self.pieces[0]) if escape else self.pieces[0]]
        for position, (slot, piece) in enumerate(zip(self.slots, self.pieces[1:], strict=True)):
            parts.append(marker(position, slot))
            parts.append(escape(piece) if escape else piece)
        return "".join(parts)

    @property
    def text(self) -> str:
        """The text with ``?`` for every slot."""
        return self.render(lambda position, slot: "?")


def from_slots(
    text: str,
    *,
    original: str = "",
    rows: bool = False,
    types: Sequence[TypeSpec | None] = (),
    names: Sequence[str] = (),
) -> Statement:
    """The statement of a text in which slots stand between :data:`SLOT` characters.

    >>> from_slots("SELECT \\x02?0\\x02 + 1").slots
    ('?0',)
    """
    parts = text.split(SLOT)
    return Statement(tuple(parts[::2]), tuple(parts[1::2]), original or text, rows, tuple(types), (), tuple(names))


def named_marks(text: str) -> str:
    """The text with its markers named by their order, which translation and control flow may change.

    >>> named_marks("SELECT TOP (?) a FROM t WHERE b = ?AND c = '?'")
    "SELECT TOP (@dtserve_mark0) a FROM t WHERE b = @dtserve_mark1 AND c = '?'"
    """
    marks = [token for token in tokenize(text) if token.kind == "mark"]
    for number, token in reversed(list(enumerate(marks))):
        rest = text[token.end :]
        gap = " " if rest[:1].isalnum() or rest[:1] in ("_", "$", "#", "@") else ""
        text = f"{text[: token.start]}{MARK}{number}{gap}{rest}"
    return text


def plain_marks(text: str) -> str:
    """The text with its markers as the package has them.

    >>> plain_marks("SELECT @dtserve_mark0")
    'SELECT ?'
    """
    return re.sub(rf"{MARK}\d+", "?", text)
