"""Settings against package and project."""

from dataclasses import replace

import pytest

from dtserve.errors import DtserveError
from dtserve.execution.errors import CannotSet
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.execution.settings import Subject, apply_path, apply_setting, apply_switches
from dtserve.package.document import PackageDocument
from dtserve.package.model import ConnectionManager, Parameter
from support.control_flow import package

PROJECT = ConnectionManager(
    "Proj",
    "{11}",
    "OLEDB",
    "Project.ConnectionManagers[Proj]",
    {"ConnectionString": "Data Source=a;Initial Catalog=b;"},
    scope="project",
)


def subject() -> Subject:
    model = PackageDocument.open(
        package('<connection name="Own" string="x"/><variable name="User::n" value="1"/>')
    ).model
    return Subject(model, (Parameter("P", 8, "old"),), (PROJECT,))


def test_project_parameters_and_connections() -> None:
    found = apply_path(subject(), "\\Package.Variables[$Project::p].Value", "new")
    assert found.project_parameters[0].value == "new"
    found = apply_path(found, "\\Package.Connections[proj].Properties[InitialCatalog]", "c")
    assert found.project_connections[0].properties["ConnectionString"] == "Data Source=a;Initial Catalog=c;"
    found = apply_setting(found, Setting("connection", "{11}", "Data Source=z;"))
    assert found.project_connections[0].properties["ConnectionString"] == "Data Source=z;"
    found = apply_setting(found, Setting("connection", "Own", "y"))
    assert found.package.connections[0].properties["ConnectionString"] == "y"


def test_the_root_may_stand_without_backslash() -> None:
    assert apply_path(subject(), "Package.Variables[User::n].Value", "5").package.variables[0].value == "5"


@pytest.mark.parametrize(
    "target", ["\\Package.Variables[$Project::No]", "\\Package.Connections[No].ConnectionString", "nonsense"]
)
def test_what_is_not_there(target) -> None:
    with pytest.raises(DtserveError):
        apply_path(subject(), target, "x")
    with pytest.raises(CannotSet):
        apply_setting(subject(), Setting("set", target, "x"))


def test_switches() -> None:
    options = ExecutionOptions(max_concurrent=3, checkpoint_file="c", checkpointing=True, restart="ifPossible")
    found = apply_switches(subject(), options).package
    assert (
        found.max_concurrent_executables,
        found.checkpoint_file_name,
        found.save_checkpoints,
        found.checkpoint_usage,
    ) == (3, "c", True, 1)
    assert apply_switches(subject(), replace(options, restart="")).package.checkpoint_usage == 2
    off = apply_switches(subject(), ExecutionOptions(checkpointing=False)).package
    assert (off.save_checkpoints, off.checkpoint_usage) == (False, 0)
