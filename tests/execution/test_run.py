"""One run of one package: settings, verification, exit codes."""

import pytest

from dtserve.controlflow.results import ExecResult
from dtserve.execution.options import ExecutionOptions, Setting
from support.control_flow import execute, package

BODY = (
    '<variable name="User::n" value="1"/><variable name="User::ro" value="1" ReadOnly="True"/>'
    '<parameter name="P" type="3" value="5"/><connection name="file" string="/old"/>'
    '<variable name="User::r" type="8" value=""/>'
    '<sequence name="S.1"><task name="T" type="Microsoft.ExpressionTask">'
    '<ExpressionTask Expression="@[User::r] = (DT_WSTR, 9)@[User::n] + &quot;/&quot; + (DT_WSTR, 9)@[$Package::P]"/></task></sequence>'
)


@pytest.mark.parametrize(
    ("target", "value", "result"),
    [
        ("\\Package.Variables[User::n].Value", "7", "7/5"),
        ("\\Package.Variables[n].Properties[Value]", "8", "8/5"),
        ("\\package.Variables[$Package::P]", "6", "1/6"),
        ("\\Package\\S.1\\T.Properties[Expression]", '@[User::r] = "set"', "set"),
        ("\\Package\\S.1\\T.Disable", "True", ""),
        ("\\Package\\S.1.Properties[Disable]", "-1", ""),
    ],
)
def test_set_reaches_variables_parameters_and_properties(target, value, result) -> None:
    outcome = execute(package(BODY), settings=[Setting("set", target, value)])
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    assert outcome.variables["User::r"] == result


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("\\Wrong.Variables[User::n].Value", "7"),
        ("\\Package.Variables[User::nope].Value", "7"),
        ("\\Package.Variables[User::n].Value", "seven"),
        ("\\Package.Variables[User::ro].Value", "7"),
        ("\\Package\\Nowhere.Disable", "1"),
        ("\\Package.Variables[User::n", "1"),
        ("\\Package.Properties[MaxConcurrentExecutables]", "-7"),
    ],
)
def test_a_setting_that_does_not_fit_fails_the_package(target, value) -> None:
    outcome = execute(package(BODY), settings=[Setting("set", target, value)])
    assert outcome.exit_code == 1
    assert outcome.errors() == ["Pkg 0xC0D51601"]
    assert value not in outcome.error.message.replace(target, "")


def test_the_last_setting_wins_and_an_expression_wins_over_all() -> None:
    settings = [Setting("set", "\\Package.Variables[User::n].Value", text) for text in ("2", "3")]
    assert execute(package(BODY), settings=settings).variables["User::r"] == "3/5"
    body = BODY.replace(
        "<ExpressionTask", '<expression name="Expression">"@[User::r] = \\"e\\""</expression><ExpressionTask', 1
    )
    setting = Setting("set", "\\Package\\S.1\\T.Expression", "1")
    assert execute(package(body), settings=[setting]).variables["User::r"] == "e"


def test_connection_by_name_and_id() -> None:
    body = (
        '<connection name="c" id="{BBBBBBBB-0000-0000-0000-00000000000B}" string="/nowhere/a.txt"/>'
        '<task name="T" type="Microsoft.FileSystemTask"><FileSystemData TaskOperationType="DeleteFile" TaskSourcePath="c"/></task>'
    )
    for target in ("c", "{BBBBBBBB-0000-0000-0000-00000000000B}"):
        outcome = execute(package(body), settings=[Setting("connection", target, "/elsewhere/b.txt")])
        assert any("/elsewhere/b.txt" in event.message for event in outcome.events)
    assert execute(package(body), settings=[Setting("connection", "no", "x")]).errors() == ["Pkg 0xC0D51601"]


def test_validate_only_runs_nothing() -> None:
    outcome = execute(package(BODY), options=ExecutionOptions(validate_only=True))
    assert outcome.result is ExecResult.SUCCESS
    assert outcome.sources("OnPreExecute") == []
    assert outcome.sources("OnPreValidate") == ["Pkg", "S.1", "T"]


def test_warnings_as_errors_counts_warnings_of_validation() -> None:
    flow = '<task name="D" type="Microsoft.Pipeline"><pipeline version="1"><components/></pipeline></task>'
    assert execute(package(flow)).exit_code == 0
    strict = execute(package(flow), options=ExecutionOptions(warnings_as_errors=True))
    assert strict.exit_code == 1
    assert strict.sources("PackageStart") == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (ExecutionOptions(verify_build=(1, 0)), 0),
        (ExecutionOptions(verify_build=(1, 0, 9)), 1),
        (ExecutionOptions(verify_package_id="{00000000-0000-0000-0000-0000000000FF}"), 1),
        (ExecutionOptions(verify_version_id="{00000000-0000-0000-0000-0000000000FF}"), 1),
    ],
)
def test_verification(options, code) -> None:
    assert execute(package(BODY), options=options).exit_code == code


def test_parameters_take_typed_values() -> None:
    outcome = execute(package(BODY), settings=[Setting("parameter", "$Package::P", 42)])
    assert outcome.variables["User::r"] == "1/42"
    assert execute(package(BODY), settings=[Setting("parameter", "$Package::Q", 1)]).exit_code == 1


def test_temporary_files_are_gone_afterwards(tmp_path) -> None:
    execute(package(BODY), options=ExecutionOptions(temp=str(tmp_path)))
    assert list(tmp_path.iterdir()) == []


def test_a_project_whose_connection_file_is_absent_stops_only_packages_that_use_it(tmp_path) -> None:
    from dtserve.package.project import Project
    from support.package_projects import write_project

    file = write_project(tmp_path)
    (tmp_path / "Shared.conmgr").unlink()
    idle = package('<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>')
    user = package(
        '<task xmlns:SQLTask="www.microsoft.com/sqlserver/dts/tasks/sqltask" name="T" type="Microsoft.ExecuteSQLTask">'
        '<SQLTask:SqlTaskData SQLTask:Connection="{5}" SQLTask:SqlStatementSource="SELECT 1"/></task>'
    )
    ran = execute(idle, project=Project.open(file))
    assert (ran.exit_code, ran.warnings()) == (0, ["Pkg 0x80D51601"])
    assert '"Shared.conmgr"' in next(event.message for event in ran.events if event.kind == "OnWarning")
    failed = execute(user, project=Project.open(file))
    assert (failed.exit_code, failed.errors()[0]) == (1, "T 0xC00291EB")
