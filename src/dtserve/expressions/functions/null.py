"""NULL: ``NULL(typespec)``, a typed NULL; part of the grammar, its type is static.

Parameters are literals. ``NULL(DT_STR, length, code page)`` stands only at the root of an
expression or directly under a cast (EXPRESSIONS §5.3); elsewhere the operand is refused.

>>> from dtserve.expressions import evaluate
>>> evaluate("ISNULL(NULL(DT_I4))").value
True
"""

from __future__ import annotations

from dtserve.expressions.nodes import Null
from dtserve.expressions.typed import Constant
from dtserve.expressions.typespecs import type_of

__all__ = ["typed_null"]


def typed_null(node: Null, text: str) -> Constant:
    """The constant that a NULL() stands for; a coded error for wrong parameters."""
    return Constant(type_of(node, text), None, start=node.start, end=node.end)
