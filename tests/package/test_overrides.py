"""Values set by path: converted, refused, and the package itself left alone."""

from typing import Any

import pytest

from dtserve.package.errors import PathConversionFailed, PathReadOnly, PathUnresolved
from dtserve.package.model import ConnectionManager, ConstraintValue, Package
from dtserve.package.overrides import apply, set_connection_part, stored_name
from dtserve.package.paths import resolve
from support.package_texts import sample

PACKAGE = sample(8).model


def value_at(package: Package, path: str, field: str) -> Any:
    return getattr(resolve(package, path).item, field)


@pytest.mark.parametrize(
    ("path", "text", "field", "value"),
    [
        (r"\Package.Properties[MaximumErrorCount]", "9", "max_error_count", 9), (r"\Package.Properties[TransactionOption]", "Required", "transaction_option", 2),
        (r"\Package.Properties[IsolationLevel]", "ReadCommitted", "isolation_level", 4096), (r"\Package.Properties[CheckpointUsage]", "IfExists", "checkpoint_usage", 1),
        (r"\Package\Steps\First.Properties[Disable]", "True", "disabled", True), (r"\Package\Steps\First.Properties[ForceExecutionResult]", "1", "force_execution_result", 1),
        (r"\Package.Variables[User::Count].Value", "42", "value", "42"), (r"\Package\Steps.Variables[Inner].Value", "False", "value", "0"),
        (r"\Package.Variables[User::File].Value", "", "value", ""), (r"\Package.Variables[Server].Properties[EvaluateAsExpression]", "0", "evaluate_as_expression", False),
        (r"\Package.Configurations[Conf].Properties[ConfigurationString]", "b.dtsConfig", "string", "b.dtsConfig"),
        (r"\Package.LogProviders[Log].Properties[ConfigString]", "Db", "config_string", "Db"),
        (r"\Package\Steps.PrecedenceConstraints[C1].Properties[Value]", "Completion", "value", ConstraintValue.COMPLETION),
        (r"\Package.EventHandlers[OnError].Properties[Disable]", "-1", "disabled", True),
        (r"\Package.Connections[Db].Properties[DelayValidation]", "True", "delay_validation", True),
        (r"\Package\Steps\First.Properties[SqlStatementSource]", "SELECT 9", "overrides", {"SqlStatementSource": "SELECT 9"}),
        (r"\Package\Files\Flow.Properties[[Write].[OpenRowset]]", "t", "overrides", {"[Write].[OpenRowset]": "t"}),
        (r"\Package\Files.ForEachEnumerator.Properties[Directory]", "d", "enumerator_overrides", {"Directory": "d"}),
        (r"\Package.Properties[OfflineMode]", "True", "properties", {"PackageType": "5", "OfflineMode": "True"}),
    ],
)  # fmt: skip
def test_values_are_set(path: str, text: str, field: str, value: Any) -> None:
    changed = apply(PACKAGE, path, text)
    assert value_at(changed, path, field) == value
    assert sample(8).model == PACKAGE


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (r"\Package.Properties[MaximumErrorCount]", "many"), (r"\Package.Properties[Disable]", "perhaps"), (r"\Package.Variables[User::Count].Value", "2147483648"),
        (r"\Package.Variables[User::Count].Value", "1.5"), (r"\Package\Steps.Variables[Inner].Value", "ja"), (r"\Package.Properties[TransactionOption]", "Sometimes"),
        (r"\Package.Properties[MaxConcurrentExecutables]", "0"), (r"\Package.Properties[MaxConcurrentExecutables]", "-7"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(path: str, text: str) -> None:
    with pytest.raises(PathConversionFailed) as caught:
        apply(PACKAGE, path, text)
    assert caught.value.code == 0xC0012037


def test_read_only_things() -> None:
    with pytest.raises(PathReadOnly):
        apply(PACKAGE, r"\Package.Properties[ID]", "x")
    locked = apply(PACKAGE, r"\Package.Variables[User::Count].Properties[ReadOnly]", "True")
    with pytest.raises(PathReadOnly, match="User::Count"):
        apply(locked, r"\Package.Variables[User::Count].Value", "1")
    with pytest.raises(PathUnresolved, match="Nonsense"):
        apply(PACKAGE, r"\Package\Steps.Properties[Nonsense]", "1")
    with pytest.raises(PathUnresolved):
        apply(PACKAGE, r"\Package.LogProviders[Log].Properties[Nonsense]", "1")


def connection(text: str, kind: str = "OLEDB") -> ConnectionManager:
    return ConnectionManager("C", "{1}", kind, "r", {"ConnectionString": text})


@pytest.mark.parametrize(
    ("kind", "before", "name", "value", "after"),
    [
        ("OLEDB", "Data Source=a;Initial Catalog=b;", "ServerName", "x", "Data Source=x;Initial Catalog=b;"),
        ("OLEDB", "Data Source=a;", "InitialCatalog", "b", "Data Source=a;Initial Catalog=b;"),
        ("ADO.NET:SQL", "server=a;database=b", "InitialCatalog", "c;d", 'server=a;database="c;d"'),
        ("ODBC", "Dsn=a", "UserName", "u", "Dsn=a;Uid=u;"), ("OLEDB", "Provider=X;User ID=u;", "UserName", "v", "Provider=X;User ID=v;"),
        ("OLEDB", 'Extended Properties="a;User ID=no";User ID=u;', "UserName", "v", 'Extended Properties="a;User ID=no";User ID=v;'),
    ],
)  # fmt: skip
def test_parts_re_compose_the_connection_string(kind: str, before: str, name: str, value: str, after: str) -> None:
    assert set_connection_part(connection(before, kind), name, value).properties["ConnectionString"] == after


def test_long_connection_strings_take_linear_time() -> None:
    text = "a" * 200_000 + ";" + "b;" * 50_000 + "Data Source=x;"
    assert (
        set_connection_part(connection(text), "ServerName", "y")
        .properties["ConnectionString"]
        .endswith("Data Source=y;")
    )
    assert (
        set_connection_part(connection('x="' + "=" * 100_000), "ServerName", "y")
        .properties["ConnectionString"]
        .endswith(";Data Source=y;")
    )


def test_passwords_stay_apart_and_the_last_one_wins() -> None:
    changed = set_connection_part(connection("Data Source=a;"), "Password", "p")
    assert (changed.password, changed.properties["ConnectionString"]) == ("p", "Data Source=a;")
    replaced = set_connection_part(changed, "ConnectionString", "Data Source=z;")
    assert (replaced.password, replaced.properties["ConnectionString"]) == ("p", "Data Source=z;")
    assert set_connection_part(connection(""), "RetainSameConnection", "-1").properties["Retain"] == "True"
    assert set_connection_part(connection("C:\\a.csv", "FLATFILE"), "ServerName", "x").properties["ServerName"] == "x"
    assert stored_name("Format") == "Format"


@pytest.mark.parametrize("name", ["Nope", "MaxErrorsCount", "ConectionString", "SqlStatementSource"])
@pytest.mark.parametrize("owner", [r"\Package", r"\Package.Connections[{cm}]"])
def test_properties_that_nobody_has(owner: str, name: str) -> None:
    manager = next(each for each in PACKAGE.connections if each.creation_name == "OLEDB")
    path = owner.format(cm=manager.name)
    for written in (f"{path}.Properties[{name}]", f"{path}.{name}"):
        with pytest.raises(PathUnresolved) as caught:
            apply(PACKAGE, written, "1")
        assert name in caught.value.message
