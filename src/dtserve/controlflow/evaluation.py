"""Expressions of the control flow, evaluated in a scope with its locale: values, conditions, assignments."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dtserve.controlflow.scope import Scope
    from dtserve.expressions import TypedValue

__all__ = ["condition_in", "evaluate_in", "property_value", "run_expression"]


def evaluate_in(text: str, scope: Scope, *, sensitive: bool = False) -> TypedValue:
    """The value of an expression with its type; raises ExpressionFaults and errors of variables.

    ``sensitive``: the value goes to a sensitive property, so that sensitive parameters may be in it.
    """
    from dtserve.expressions.evaluation import evaluate

    if sensitive:
        from dtserve.controlflow.scope import SensitiveScope

        return evaluate(text, SensitiveScope(scope), locale_id=scope.locale_id)
    return evaluate(text, scope, locale_id=scope.locale_id)


def condition_in(text: str, scope: Scope) -> bool:
    """The truth of an expression of a constraint or loop."""
    from dtserve.expressions.evaluation import evaluate_boolean

    return evaluate_boolean(text, scope, locale_id=scope.locale_id)


SENSITIVE = frozenset(("password", "serverpassword", "proxypassword", "certificatepassword", "packagepassword"))
"""Names of properties whose values are secrets, in lower case."""


def property_value(text: str, scope: Scope, name: str = "") -> Any:
    """The value of an expression on the property ``name``: dates as the text that their type and the locale give them."""
    found = evaluate_in(text, scope, sensitive=name.lower() in SENSITIVE)
    if isinstance(found.value, date | time):
        from dtserve.datatypes.text import format_value

        return format_value(found.value, found.type, locale_id=scope.locale_id)
    return found.value


def run_expression(text: str, scope: Scope) -> Any:
    """Evaluate ``text`` and, when it is an assignment (``@[User::x] = …``), set the variable; the value."""
    from dtserve.expressions.assignment import split_assignment

    name, expression = split_assignment(text)
    result = evaluate_in(expression, scope)
    if name is not None:
        scope.assign(name, result.value, result.type)
    return result.value
