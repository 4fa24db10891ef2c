"""Property paths: followed along names that exist, whatever dots and brackets they have."""

import pytest

from dtserve.package.errors import PathMalformed, PathRootMissing, PathUnresolved
from dtserve.package.paths import project_parameter, resolve
from support.package_corpus import needs_corpus, opened
from support.package_texts import sample

PACKAGE = sample(8).model


@pytest.mark.parametrize(
    ("path", "item", "name"),
    [
        (r"\Package.Properties[MaximumErrorCount]", "Sample", "MaximumErrorCount"),
        (r"\package.variables[user::count].value", "Count", "value"), (r"\Package.Variables[Count].Properties[Value]", "Count", "Value"),
        (r"\Package.Variables[User::Count]", "Count", "Value"), (r"\Package.Variables[1].Value", "File", "Value"),
        (r"\Package\Steps.Variables[User::Inner].Properties[Expression]", "Inner", "Expression"),
        (r"\Package\Steps\Second [x].y.Properties[Disable]", "Second [x].y", "Disable"), (r"\Package\Steps\Second [x].y.Disable", "Second [x].y", "Disable"),
        (r"\Package.Connections[Db].Properties[ConnectionString]", "Db", "ConnectionString"), (r"\Package.Connections[Db].ServerName", "Db", "ServerName"),
        (r"\Package.Connections[{22222222-2222-2222-2222-222222222222}].Properties[Password]", "Db", "Password"),
        (r"\Package.EventHandlers[OnError].Properties[Disable]", "OnError", "Disable"),
        (r"\Package.EventHandlers[OnError].Variables[System::Propagate].Value", "Propagate", "Value"),
        (r"\Package\Files.ForEachEnumerator.Properties[Directory]", "Files", "Directory"),
        (r"\Package\Files\Flow.Properties[[Write].[OpenRowset]]", "Flow", "[Write].[OpenRowset]"),
        (r"\Package.LogProviders[Log].Properties[ConfigString]", "Log", "ConfigString"),
        (r"\Package.Configurations[Conf].Properties[ConfigurationString]", "Conf", "ConfigurationString"),
        (r"\Package\Steps.PrecedenceConstraints[C1].Properties[Value]", "C1", "Value"),
    ],
)  # fmt: skip
def test_paths(path: str, item: str, name: str) -> None:
    target = resolve(PACKAGE, path)
    assert (target.item.name, target.name) == (item, name)


@pytest.mark.parametrize(
    "path", ["", "Package.Variables[x].Value", r"\Packages.Variables[x].Value", r"\User::x", r"C:\Package.x"]
)
def test_the_root_must_be_there(path: str) -> None:
    with pytest.raises(PathRootMissing) as caught:
        resolve(PACKAGE, path)
    assert caught.value.code == 0xC0012018


@pytest.mark.parametrize(
    "path",
    [
        r"\Package",
        r"\Package\Steps",
        r"\Package.Variables[User::Count.Value",
        r"\Package.Properties[X",
        r"\Package.Properties[]",
        r"\Package.Variables[Count]Value",
        r"\Package.1",
        r"\Package.EventHandlers[OnError]",
        r"\Package.Name.Other",
    ],
)
def test_malformed_paths(path: str) -> None:
    with pytest.raises(PathMalformed):
        resolve(PACKAGE, path)


@pytest.mark.parametrize(
    "path",
    [
        r"\Package\None.Properties[X]",
        r"\Package.Variables[None].Value",
        r"\Package.Connections[9].X",
        r"\Package\Steps\.Properties[X]",
        r"\Package.EventHandlers[OnWarning].Properties[X]",
        r"\Package\Steps.Connections[Db].X",
    ],
)
def test_paths_to_nothing(path: str) -> None:
    with pytest.raises(PathUnresolved):
        resolve(PACKAGE, path)


def test_project_parameters() -> None:
    assert project_parameter(r"\Package.Variables[$Project::A b]") == "A b"
    assert project_parameter(r"\package.variables[$project::A].Properties[Value]") == "A"
    assert project_parameter(r"\Package.Variables[$Package::A]") == ""


@needs_corpus
def test_every_object_of_the_collection_is_reached() -> None:
    reached = 0
    for _, document in opened(4):
        package = document.model
        todo = [(package, r"\Package")]
        while todo:
            here, path = todo.pop()
            assert resolve(package, f"{path}.Properties[Disable]").owner is here
            for variable in here.variables:
                assert resolve(package, f"{path}.Variables[{variable.qualified_name}].Value").item is variable
            todo += [(child, f"{path}\\{child.name}") for child in here.executables]
            todo += [(handler, f"{path}.EventHandlers[{handler.event_name}]") for handler in here.event_handlers]
            reached += 1
        for connection in package.connections:
            assert resolve(package, f"\\Package.Connections[{connection.name}].ConnectionString").item is connection
    assert reached > 500
