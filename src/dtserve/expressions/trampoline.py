"""Recursive algorithms without the interpreter's stack.

Expressions come from documents that nobody vouches for, and a tree of a few thousand
levels is easily written (``((((…``, ``a+a+a…``). A recursive step is written as a
generator that yields the generators of its parts and receives their results;
:func:`run` keeps the stack in a list and refuses more than ``limit`` levels.

>>> def depth(tree):
...     deepest = 0
...     for part in tree:
...         deepest = max(deepest, (yield depth(part)))
...     return deepest + 1
>>> run(depth([[], [[]]]), 10)
3
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from dtserve.expressions.errors import ExpressionTooDeep

__all__ = ["MAX_DEPTH", "Step", "run"]

MAX_DEPTH = 2_000
"""Nested levels of an expression that are accepted; real ones have fewer than a hundred."""

T = TypeVar("T")

Step = Generator["Step[Any]", Any, T]
"""A recursive step with a result of type T."""


def run(step: Step[T], limit: int = MAX_DEPTH) -> T:
    """The result of ``step``; ExpressionTooDeep beyond ``limit`` levels."""
    stack: list[Step[Any]] = [step]
    result: Any = None
    failure: BaseException | None = None
    while stack:
        try:
            if failure is not None:
                raised, failure = failure, None
                part = stack[-1].throw(raised)
            else:
                part = stack[-1].send(result)
        except StopIteration as done:
            stack.pop()
            result = done.value
            continue
        except BaseException as error:
            stack.pop()
            if not stack:
                raise
            failure = error
            continue
        if len(stack) >= limit:
            part.close()
            failure = ExpressionTooDeep(what="the depth of nesting", limit=limit)
        else:
            stack.append(part)
        result = None
    return result  # type: ignore[no-any-return]
