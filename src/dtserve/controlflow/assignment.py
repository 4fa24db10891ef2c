"""Expressions that assign: ``@[User::x] = expression`` (For Loop, Expression Task)."""

from __future__ import annotations

from typing import Any

from dtserve.controlflow.scope import Scope

__all__ = ["run_expression"]


def run_expression(text: str, scope: Scope) -> Any:
    """Evaluate ``text`` and, when it is an assignment, set the variable; the value."""
    from dtserve.expressions.assignment import split_assignment
    from dtserve.expressions.evaluation import evaluate

    name, expression = split_assignment(text)
    result = evaluate(expression, scope)
    if name is not None:
        scope.assign(name, result.value, result.type)
    return result.value
