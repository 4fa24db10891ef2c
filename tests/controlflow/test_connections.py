"""The connection managers of a run."""

import pytest

from dtserve.connections.environment import Environment
from dtserve.controlflow.connections import ConnectionSet
from dtserve.controlflow.errors import ConnectionNotFound, PropertyExpressionError
from dtserve.controlflow.scope import RuntimeVariable, Scope
from dtserve.package.model import ConnectionManager, PropertyExpression


def manager(name: str, *expressions: tuple[str, str], scope: str = "package") -> ConnectionManager:
    given = tuple(PropertyExpression(*each) for each in expressions)
    ref = f"{'Project' if scope == 'project' else 'Package'}.ConnectionManagers[{name}]"
    return ConnectionManager(
        name,
        f"{{{name.upper()}}}",
        "FILE",
        ref,
        {"ConnectionString": "stored"},
        property_expressions=given,
        scope=scope,
    )


def test_found_by_reference_id_and_name_and_made_once() -> None:
    found = ConnectionSet([manager("A"), manager("B", scope="project")], Environment(), Scope())
    first = found.get("A")
    for reference in ("a", "{A}", "{a}", "Package.ConnectionManagers[A]"):
        assert found.get(reference) is first
    assert found.get("{B}:external").name == "B"
    assert found.get("Project.ConnectionManagers[B]").name == "B"
    for missing in ("C", "{C}", ""):
        with pytest.raises(ConnectionNotFound):
            found.get(missing)


def test_expressions_are_evaluated_each_time() -> None:
    scope = Scope()
    path = scope.add(RuntimeVariable("User", "p", 8, "one"))
    found = ConnectionSet(
        [manager("A", ("ConnectionString", '@[User::p] + ".txt"'), ("Name", '"N" + @[User::p]'))], Environment(), scope
    )
    assert found.get("A").connection_string == "one.txt"
    path.value = "two"
    assert found.get("A").connection_string == "two.txt"
    assert found.get("A").name == "Ntwo"
    bad = ConnectionSet([manager("A", ("ConnectionString", "@[User::nope]"))], Environment(), scope)
    assert bad.raw("A").connection_string == "stored"
    with pytest.raises(PropertyExpressionError):
        bad.get("A")


def test_a_sensitive_parameter_gives_its_value_to_sensitive_properties_only() -> None:
    scope = Scope()
    scope.add(RuntimeVariable("$Package", "secret", 8, "pw", sensitive=True, read_only=True))
    found = ConnectionSet([manager("A", ("Password", "@[$Package::secret]"))], Environment(), scope)
    assert found.get("A").secret("Password") == "pw"
    seen = ConnectionSet([manager("A", ("ConnectionString", '"x" + @[$Package::secret]'))], Environment(), scope)
    with pytest.raises(PropertyExpressionError, match="sensitive parameter") as caught:
        seen.get("A")
    assert "pw" not in str(caught.value)
