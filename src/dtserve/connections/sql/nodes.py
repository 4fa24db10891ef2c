"""Nodes of our own in sqlglot trees: text in the target's words, and slots for values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from dtserve.connections.sql.statement import SLOT
from dtserve.datatypes import TypeSpec

__all__ = ["Slot", "Template", "raw", "replace_with", "template", "typed", "write_slot", "write_template"]


class Template(exp.Expression):
    """Target text in which ``{0}`` … stand for the expressions, ``{*}`` for all of them."""

    arg_types = {"this": True, "expressions": False}  # noqa: RUF012


class Slot(exp.Expression):
    """The place of a parameter or variable; ``this`` is the slot's name."""

    arg_types = {"this": True}  # noqa: RUF012


def typed(node: exp.Expr, kind: TypeSpec | None) -> exp.Expr:
    """The node, with its SSIS type written on it."""
    node.meta["ssis"] = kind
    return node


def raw(text: str, kind: TypeSpec | None = None) -> exp.Expr:
    """Target text as it stands."""
    return typed(Template(this=text.replace("{", "{{").replace("}", "}}")), kind)


def template(text: str, *arguments: exp.Expr, kind: TypeSpec | None = None) -> exp.Expr:
    """Target text with arguments; an argument that is no atom gets parentheses."""
    return typed(Template(this=text, expressions=list(arguments)), kind)


def replace_with(node: exp.Expr, change: Callable[[exp.Expr], exp.Expr]) -> None:
    """Put the changed form of a node in its place; the change may keep the node inside."""
    copy = node.copy()
    node.replace(change(copy))


_HOLE = re.compile(r"\{\{|\}\}|\{(\*|\d+)?(?::(-?[\w']*))?(:)?\}")
_ATOMS = (
    exp.Column,
    exp.Literal,
    exp.Null,
    exp.Paren,
    exp.Anonymous,
    exp.Cast,
    exp.Star,
    exp.Boolean,
    exp.Distinct,
    exp.Order,
)


def write_template(generator: Any, node: Template) -> str:
    """The text of a template: ``{n}`` an argument, ``{n:default}`` one that may be missing, ``{n:}`` all from n."""
    arguments = [_argument(generator, argument) for argument in node.expressions]

    def fill(match: re.Match[str]) -> str:
        whole = match.group()
        if whole in ("{{", "}}"):
            return whole[0]
        if match[1] in (None, "*"):
            return ", ".join(arguments)
        at = int(match[1])
        if whole.endswith(":}"):
            return ", ".join(arguments[at:])
        if at < len(arguments):
            return arguments[at]
        return match[2] or "NULL"

    return _HOLE.sub(fill, str(node.this))


def _argument(generator: Any, node: exp.Expr) -> str:
    text = str(generator.sql(node)).strip()
    atomic = isinstance(node, (*_ATOMS, Template, Slot))
    return text if atomic else f"({text})"


def write_slot(generator: Any, node: Slot) -> str:
    """A slot between its marks, with the type it was given."""
    return f"{SLOT}{node.this}{SLOT}"
