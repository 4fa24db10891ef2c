"""What stands inside executables of the package model; handed out by :mod:`dtserve.package.model`.

A module of its own, so that an empty package is read without it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dtserve.package.model import Executable

__all__ = [
    "Configuration",
    "ConnectionManager",
    "ConstraintValue",
    "EvalOp",
    "EventHandler",
    "ForEachMapping",
    "LogProvider",
    "Parameter",
    "PrecedenceConstraint",
    "PropertyExpression",
    "Variable",
]


class ConstraintValue(enum.IntEnum):
    """What result of the preceding executable a constraint wants."""

    SUCCESS = 0
    FAILURE = 1
    COMPLETION = 2
    CANCELED = 3


class EvalOp(enum.IntEnum):
    """How a precedence constraint combines result and expression."""

    EXPRESSION = 1
    CONSTRAINT = 2
    EXPRESSION_AND_CONSTRAINT = 3
    EXPRESSION_OR_CONSTRAINT = 4


@dataclass(frozen=True)
class PropertyExpression:
    """An expression that sets property ``name`` at run time."""

    name: str
    expression: str


@dataclass(frozen=True)
class Variable:
    """A variable; ``vt`` is its VARIANT type, ``value`` the stored text (None for objects)."""

    namespace: str
    name: str
    vt: int
    value: str | None
    dtsid: str = ""
    expression: str = ""
    evaluate_as_expression: bool = False
    read_only: bool = False
    raise_changed_event: bool = False
    include_in_debug_dump: bool = False
    description: str = ""

    @property
    def qualified_name(self) -> str:
        """``User::Name``."""
        return f"{self.namespace}::{self.name}"


@dataclass(frozen=True)
class Parameter:
    """A package or project parameter; ``vt`` is a VARIANT type for both."""

    name: str
    vt: int
    value: str | None
    dtsid: str = ""
    required: bool = False
    sensitive: bool = False
    description: str = ""


@dataclass(frozen=True)
class PrecedenceConstraint:
    """``from_ref`` → ``to_ref`` (refIds of executables of the same container)."""

    from_ref: str
    to_ref: str
    value: ConstraintValue = ConstraintValue.SUCCESS
    eval_op: EvalOp = EvalOp.CONSTRAINT
    expression: str = ""
    logical_and: bool = False
    name: str = ""
    dtsid: str = ""


@dataclass(frozen=True)
class LogProvider:
    """A log provider of the package; ``config_string`` names a connection manager."""

    name: str
    dtsid: str
    creation_name: str
    config_string: str = ""
    delay_validation: bool = False
    description: str = ""
    property_expressions: tuple[PropertyExpression, ...] = ()


@dataclass(frozen=True)
class Configuration:
    """A package configuration (FORMAT §5.1)."""

    name: str
    type: int
    string: str
    variable: str = ""
    dtsid: str = ""


@dataclass(frozen=True)
class ConnectionManager:
    """A connection manager of the package or project.

    ``properties`` are the stored properties of the inner element by SSIS name
    (``ConnectionString``, ``Retain``, ``Format`` …), before property expressions.
    ``password`` holds a decrypted sensitive value when there is one. ``sensitive`` maps
    every sensitive property name to its clear value (None when it could not be read).
    """

    name: str
    dtsid: str
    creation_name: str
    ref_id: str
    properties: Mapping[str, str]
    delay_validation: bool = False
    description: str = ""
    property_expressions: tuple[PropertyExpression, ...] = ()
    sensitive: Mapping[str, str | None] = field(default_factory=dict)
    scope: str = "package"
    xml: Any = field(default=None, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[Mapping[str, str], ...]:
        """Flat file and cache columns: their properties by SSIS name, alike in every format, defaults omitted.

        ``ColumnDelimiter`` and the like are as stored; ``reader.decode_escapes`` undoes ``_x000D_``.
        """
        from dtserve.package.reader.connections import read_columns

        return read_columns(self.xml)

    @property
    def password(self) -> str:
        """The password kept apart from the connection string, empty when there is none or it cannot be read."""
        for name in ("Password", "ServerPassword", "PassWord"):
            if self.sensitive.get(name):
                return self.sensitive[name] or ""
        return ""


@dataclass(frozen=True)
class ForEachMapping:
    """Value ``index`` of the current element goes to ``variable``."""

    variable: str
    index: int


@dataclass(frozen=True, repr=False)
class EventHandler(Executable):
    """The handler of ``event_name`` on its owner."""

    event_name: str = ""
