"""The typed tree: what :mod:`.typing` makes of nodes and both back-ends run.

All implicit conversions are explicit :class:`Convert` nodes, so that a back-end never
decides about types. ``level`` tells what a value depends on.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Union

from dtserve.datatypes import TypeSpec
from dtserve.expressions.functions.base import Function

__all__ = [
    "Apply", "Arithmetic", "Choose", "Compare", "Concat", "Constant", "Convert", "Flip", "Input", "Level",
    "Logical", "Typed", "parts",
]  # fmt: skip


class Level(enum.IntEnum):
    """What a value depends on; a node has the highest level of its parts."""

    LITERAL = 0
    VARIABLE = 1
    CLOCK = 2
    COLUMN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A literal, typed NULL, variable or parameter."""

    type: TypeSpec
    value: Any
    level: Level = Level.LITERAL
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An input column; text is DT_WSTR here whatever the column is."""

    type: TypeSpec
    frame_name: str
    declared: TypeSpec
    level: Level = Level.COLUMN
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Convert:
    """A conversion: ``explicit`` for casts; ``target`` is what is converted to.

    ``type`` differs from ``target`` where a cast to DT_STR stands inside an expression and
    its value goes on as DT_WSTR.
    """

    type: TypeSpec
    target: TypeSpec
    operand: Typed
    explicit: bool
    level: Level
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Flip:
    """Unary ``-``, ``~`` or ``!``."""

    type: TypeSpec
    operator: str
    operand: Typed
    level: Level
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic:
    """``+ - * / % & | ^``; operands are of the result type, or decimals of their own precision."""

    type: TypeSpec
    operator: str
    left: Typed
    right: Typed
    level: Level
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Compare:
    """``== != < > <= >=`` on operands of one type."""

    type: TypeSpec
    operator: str
    left: Typed
    right: Typed
    level: Level
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Logical:
    """``&&`` and ``||``, three-valued; the right side counts only where the left does not decide."""

    type: TypeSpec
    operator: str
    left: Typed
    right: Typed
    level: Level
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Concat:
    """A chain of ``+`` on text or binary; NULL where one part is NULL."""

    type: TypeSpec
    operands: tuple[Typed, ...]
    level: Level
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Choose:
    """``condition ? when_true : when_false``; only the chosen branch counts."""

    type: TypeSpec
    condition: Typed
    when_true: Typed
    when_false: Typed
    level: Level
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Apply:
    """A function on its arguments, each converted as the function wants it."""

    type: TypeSpec
    function: Function
    arguments: tuple[Typed, ...]
    level: Level
    start: int = 0
    end: int = 0


Typed = Union[  # noqa: UP007
    Constant, Input, Convert, Flip, Arithmetic, Compare, Logical, Concat, Choose, Apply
]


def parts(node: Typed) -> tuple[Typed, ...]:
    """The operands of a typed node."""
    match node:
        case Convert() | Flip():
            return (node.operand,)
        case Arithmetic() | Compare() | Logical():
            return (node.left, node.right)
        case Choose():
            return (node.condition, node.when_true, node.when_false)
        case Concat():
            return node.operands
        case Apply():
            return node.arguments
        case _:
            return ()
