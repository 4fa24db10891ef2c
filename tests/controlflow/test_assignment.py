"""Expressions that assign."""

from dtserve.controlflow.assignment import run_expression
from dtserve.controlflow.scope import RuntimeVariable, Scope


def test_assigns_and_gives_the_value() -> None:
    scope = Scope()
    variable = scope.add(RuntimeVariable("User", "n", 3, 1))
    assert run_expression("@[User::n] = @n + 41", scope) == 42
    assert variable.value == 42
    assert run_expression("@n == 42", scope) is True
    assert variable.value == 42
