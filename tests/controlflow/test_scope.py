"""Variables, their scopes, types and strictness (CONTROL_FLOW §5)."""

from datetime import datetime
from decimal import Decimal

import pytest

from dtserve.controlflow.errors import (
    DtsConversionFailed,
    ExpressionRecursion,
    SensitiveParameter,
    VariableExpressionError,
    VariableNotFound,
    VariableReadOnly,
    VariableTypeMismatch,
)
from dtserve.controlflow.scope import RuntimeVariable, Scope, SensitiveScope
from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.errors import AmbiguousVariable, UnknownVariable, VariableType


def scope_with(*variables: RuntimeVariable, parent: Scope | None = None) -> Scope:
    scope = Scope(parent)
    for each in variables:
        scope.add(each)
    return scope


def test_the_nearest_scope_counts_and_case_does() -> None:
    outer = scope_with(RuntimeVariable("User", "n", 3, 1), RuntimeVariable("Other", "n", 3, 9))
    inner = scope_with(RuntimeVariable("User", "n", 3, 2, dtsid="{ab}"), parent=outer)
    assert inner.value("User::n") == inner.value("n") == inner.value("{AB}") == 2
    assert inner.value("Other::n") == 9
    assert inner.find("User::N") is None
    with pytest.raises(VariableNotFound):
        inner.value("nope")
    with pytest.raises(AmbiguousVariable):
        outer.lookup("n")


def test_a_parameter_is_found_under_the_id_of_mappings() -> None:
    own = "{68f76f04-81f3-4614-afbb-2e1c3be71239}"
    parameter = RuntimeVariable("$Project", "Zip", 9, 60643, dtsid=own)
    scope = scope_with(parameter, RuntimeVariable("User", "v", 3, 1, dtsid="{0000000a-0001-0000-0000-000000000000}"))
    assert scope.find("{68F76F04-7E0C-4614-AFBB-2E1C3BE71239}") is parameter
    assert scope.find(own) is parameter
    assert scope.find("{0000000A-FFFE-0000-0000-000000000000}") is None
    odd = RuntimeVariable("$Package", "p", 3, 1, dtsid="{odd}")
    assert scope_with(odd).find("{ODD}") is odd


def test_types_for_expressions() -> None:
    scope = scope_with(
        RuntimeVariable("User", "s", 8, "abc"), RuntimeVariable("User", "d", 7, datetime(2020, 1, 1)),
        RuntimeVariable("User", "m", 14, Decimal("1.25")), RuntimeVariable("User", "o", 13, object()),
    )  # fmt: skip
    assert scope.lookup("s")[0] == TypeSpec(DT.WSTR, length=3)
    assert scope.lookup("d")[0] == TypeSpec(DT.DATE)
    assert scope.lookup("m")[0] == TypeSpec(DT.DECIMAL, scale=2)
    assert scope.typed("o")[0] is None
    with pytest.raises(VariableType):
        scope.lookup("o")
    with pytest.raises(UnknownVariable):
        scope.lookup("x")


def test_assignment_converts_or_is_strict() -> None:
    scope = scope_with(
        RuntimeVariable("User", "n", 3, 0), RuntimeVariable("User", "o", 13, None), RuntimeVariable("User", "s", 8, "")
    )
    scope.assign("n", "12")
    assert scope.value("n") == 12
    scope.assign("s", 5)
    assert scope.value("s") == "5"
    scope.assign("o", [1])
    assert scope.value("o") == [1]
    for value, spec in (("12", None), (12, TypeSpec(DT.I8)), (1.0, None)):
        with pytest.raises(VariableTypeMismatch):
            scope.assign("n", value, spec, strict=True)
    scope.assign("n", 13, TypeSpec(DT.I4), strict=True)
    with pytest.raises(VariableTypeMismatch):
        scope.assign("n", None)
    with pytest.raises(DtsConversionFailed):
        scope.assign("n", 2**40)


def test_read_only_and_configuration() -> None:
    scope = scope_with(
        RuntimeVariable("User", "r", 3, 1, read_only=True), RuntimeVariable("$Package", "p", 11, False, read_only=True)
    )
    for name in ("r", "$Package::p"):
        with pytest.raises(VariableReadOnly):
            scope.assign(name, 1)
    scope.configure("$Package::p", "True")
    assert scope.value("$Package::p") is True
    with pytest.raises(VariableReadOnly):
        scope.configure("User::r", "2")


def test_changes_are_told_once_each() -> None:
    told: list[str] = []
    scope = Scope(changed=lambda variable: told.append(f"{variable.name}={variable.value}"))
    scope.add(RuntimeVariable("User", "n", 3, 1, raise_changed=True))
    for value in (1, 2, 2, 3):
        scope.assign("n", value)
    assert told == ["n=2", "n=3"]


def test_expressions_of_variables() -> None:
    scope = scope_with(
        RuntimeVariable("User", "a", 3, 2), RuntimeVariable("User", "b", 8, "", expression="@[User::a] * 3", evaluate=True),
        RuntimeVariable("User", "x", 3, 0, expression="@[User::x] + 1", evaluate=True),
        RuntimeVariable("User", "y", 3, 0, expression="1/0", evaluate=True),
        RuntimeVariable("User", "own", 8, "stored", expression="@[User::own]", evaluate=True),
    )  # fmt: skip
    assert scope.value("own") == "stored"
    assert scope.value("b") == "6"
    scope.assign("a", 5)
    scope.assign("b", "stale")
    assert scope.value("b") == "15"
    with pytest.raises(ExpressionRecursion):
        scope.value("x")
    with pytest.raises(VariableExpressionError, match="User::y"):
        scope.value("y")


def test_sensitive_parameters_are_not_for_expressions() -> None:
    scope = scope_with(RuntimeVariable("$Package", "p", 8, "secret", sensitive=True))
    scope.add(RuntimeVariable("User", "e", 8, "", expression="@[$Package::p]", evaluate=True))
    with pytest.raises(SensitiveParameter) as caught:
        scope.lookup("$Package::p")
    assert "secret" not in caught.value.message
    with pytest.raises(VariableExpressionError, match="sensitive"):
        scope.value("e")
    assert SensitiveScope(scope).lookup("$Package::p")[1] == "secret"
    assert scope.value("$Package::p") == "secret"
