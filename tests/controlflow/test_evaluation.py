"""Expressions in a scope."""

from datetime import datetime

from dtserve.controlflow.evaluation import condition_in, evaluate_in, property_value, run_expression
from dtserve.controlflow.scope import RuntimeVariable, Scope


def test_assigns_and_gives_the_value() -> None:
    scope = Scope()
    variable = scope.add(RuntimeVariable("User", "n", 3, 1))
    assert run_expression("@[User::n] = @n + 41", scope) == 42
    assert variable.value == 42
    assert run_expression("@n == 42", scope) is True
    assert variable.value == 42


def test_the_locale_of_the_scope_counts() -> None:
    german = Scope(locale=lambda: 1031)
    inner = Scope(german)
    inner.add(RuntimeVariable("User", "d", 7, datetime(2020, 4, 2, 16, 37, 40)))
    inner.add(RuntimeVariable("User", "t", 8, "27.10.2001"))
    assert property_value("@[User::d]", inner) == "02.04.2020 16:37:40"
    assert property_value('"x" + (DT_WSTR, 30)@[User::d]', inner) == "x02.04.2020 16:37:40"
    assert evaluate_in("MONTH((DT_DATE)@[User::t])", inner).value == 10
    inner.assign("d", "3.5.2021")
    assert inner.value("d") == datetime(2021, 5, 3)
    assert condition_in('@[User::d] > (DT_DATE)"1.5.2021"', inner) is True
    assert property_value("@[User::d]", Scope(inner, locale=lambda: 1033)) == "5/3/2021"
