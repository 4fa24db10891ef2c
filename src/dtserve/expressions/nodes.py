"""The nodes of a parsed expression, before names and types are known.

A node remembers the place ``text[start:end]`` it was read from; the place does not count
for equality, so that ``parse(print_node(node)) == node``. Casts and NULL() carry their
parameters as written; :mod:`.typespecs` checks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Union

__all__ = [
    "Binary", "Call", "Cast", "Column", "Conditional", "Lineage", "Literal", "Node", "Null", "Parameter", "Unary",
    "Variable", "children", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal: ``kind`` is the type name (``DT_I4`` … ``DT_WSTR``, ``DT_BOOL``), ``text`` as written.

    ``precision`` and ``scale`` are those of a NUMERIC literal: its digits as written, a
    leading zero included.
    """

    kind: str
    value: int | float | bool | str | Decimal
    precision: int = 0
    scale: int = 0
    text: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """``@name``, ``@[Namespace::Name]``, ``@[$Package::Name]``; ``name`` without @ and brackets."""

    name: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """An input column by name; ``source`` is the component of ``[Component].[Column]``, or empty."""

    name: str
    source: str = ""
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Lineage:
    """An input column by lineage id: ``#123`` or ``#{refId}``; ``id`` without # and braces."""

    id: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a cast or of NULL(): the literal, or None where something else stands there."""

    literal: Literal | None
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Cast:
    """``(DT_STR,50,1252)operand``; ``type_name`` in upper case."""

    type_name: str
    parameters: tuple[Parameter, ...]
    operand: Node
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Null:
    """``NULL(DT_WSTR,50)``."""

    type_name: str
    parameters: tuple[Parameter, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``!x``, ``~x``."""

    operator: str
    operand: Node
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``."""

    operator: str
    left: Node
    right: Node
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """``condition ? when_true : when_false``."""

    condition: Node
    when_true: Node
    when_false: Node
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``NAME(arguments)``; ``name`` in upper case."""

    name: str
    arguments: tuple[Node, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Node = Union[Literal, Variable, Column, Lineage, Cast, Null, Unary, Binary, Conditional, Call]  # noqa: UP007


def children(node: Node) -> tuple[Node, ...]:
    """The operands of a node, in the order they are written."""
    match node:
        case Cast() | Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Conditional():
            return (node.condition, node.when_true, node.when_false)
        case Call():
            return node.arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, without recursion."""
    todo = [node]
    while todo:
        found = todo.pop()
        yield found
        todo.extend(reversed(children(found)))
