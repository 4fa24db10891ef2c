"""What a function of the expression language declares.

One file per function: signature (kinds of parameters), type rule, NULL rule, the scalar
and the columnar meaning, its errors, and an example that runs. Nothing here imports
Polars; the columnar meanings import it when they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    from dtserve.expressions.typed import Typed

__all__ = [
    "BOOLEAN", "FLOAT", "INTEGER", "TIMESTAMP", "Arguments", "Function", "ScalarCall", "fixed", "same",
]  # fmt: skip

BOOLEAN = TypeSpec(DT.BOOL)
INTEGER = TypeSpec(DT.I4)
FLOAT = TypeSpec(DT.R8)
TIMESTAMP = TypeSpec(DT.DBTIMESTAMP)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one call while it is typed.

    ``constants`` holds the value of each argument that is a literal (or made of literals),
    wrapped in a one-element tuple; None where the value is not known yet. ``nodes`` are the
    typed arguments themselves.
    """

    types: tuple[TypeSpec, ...]
    constants: tuple[tuple[Any] | None, ...]
    nodes: tuple[Typed, ...] = ()

    def integer(self, index: int) -> int | None:
        """The value of a constant integer argument, else None."""
        found = self.constants[index]
        return found[0] if found and isinstance(found[0], int) else None


@dataclass(frozen=True, slots=True)
class ScalarCall:
    """What a scalar meaning may want besides its values."""

    name: str
    type: TypeSpec
    types: tuple[TypeSpec, ...]
    now: datetime
    locale_id: int = 1033


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    ``parameters`` are kinds: ``text`` (DT_WSTR, DT_STR), ``blob_or_text``, ``integer``,
    ``number``, ``float`` (a number, taken as DT_R8), ``date`` (a date or time, taken as
    DT_DBTIMESTAMP), ``part`` (a date part: static text), ``any``. ``strict`` functions are
    NULL where an argument is NULL and are never called with one. ``clock`` functions
    depend on the time of evaluation and have no columnar meaning: one reading serves all
    rows of a buffer. ``prepare`` may replace the types that arguments are converted to;
    ``check`` refuses further combinations.
    """

    name: str
    parameters: tuple[str, ...]
    result: Callable[[Arguments], TypeSpec]
    scalar: Callable[..., Any]
    columnar: Callable[..., Any] | None
    strict: bool = True
    clock: bool = False
    prepare: Callable[[Arguments], Sequence[TypeSpec]] | None = None
    check: Callable[[Arguments], None] | None = None


def fixed(spec: TypeSpec) -> Callable[[Arguments], TypeSpec]:
    """A type rule: always this type."""
    return lambda arguments: spec


def same(arguments: Arguments) -> TypeSpec:
    """A type rule: the type of the first argument."""
    return arguments.types[0]
