"""Validation of external metadata in a whole run: when it happens, what it posts, what it keeps from running."""

from contextlib import closing
from pathlib import Path

import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.connections.sql import open_session, parse_url
from dtserve.controlflow.results import ExecResult
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.copy_flow import copy_flow

CONNECTION = '<connection name="db" kind="OLEDB" string="Provider=SQLNCLI11.1;Data Source=.;Initial Catalog=x;"/>'
CREATE = (
    '<task name="Make" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData xmlns:SQLTask="www.microsoft.com/sqlserver/dts/tasks/sqltask"'
    ' SQLTask:Connection="db" SQLTask:SqlStatementSource="CREATE TABLE dbo.Made (id int)"/></task>'
)
CHAIN = '<constraint from="Make" to="Copy"/>'


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'x.db'}"
    with open_session(parse_url(found)) as session:
        session.execute("CREATE TABLE dbo.Origin (id int); INSERT INTO dbo.Origin VALUES (1), (2)")
    return found


def run(url: str, inner: str, **options: object):
    chosen = ExecutionOptions(connection_map=(ConnectionTarget(url, manager="db"),), **options)
    return execute(package(CONNECTION + inner), options=chosen)


def flow(query: str = "SELECT id FROM dbo.Origin", table: str = "dbo.Made", attributes: str = "") -> str:
    text = copy_flow("Copy", "db", query, "db", table, {"id": "i4"})
    return text.replace('<task name="Copy"', f'<task name="Copy" {attributes}', 1)


def made(url: str) -> bool:
    with closing(open_session(parse_url(url))) as session:
        return next(iter(session.execute("SELECT COUNT(*) FROM sys.tables WHERE name = 'Made'")[0].rows()))[0] == 1


def test_a_table_that_an_earlier_task_makes_is_missing_when_the_package_is_validated(url: str) -> None:
    outcome = run(url, CREATE + flow() + CHAIN)
    assert outcome.result is ExecResult.FAILURE
    assert outcome.exit_code == 1
    kinds = ("OnPreValidate", "OnError", "OnPostValidate", "OnPreExecute")
    assert outcome.lines(kinds) == [
        "OnPreValidate Pkg", "OnPreValidate Make", "OnPostValidate Make", "OnPreValidate Copy",
        "OnError Copy 0xC0202009", "OnError Copy 0xC0202040", "OnError Copy 0xC004706B", "OnError Copy 0xC004700C",
        "OnError Copy 0xC0024107", "OnPostValidate Copy", "OnPostValidate Pkg",
    ]  # fmt: skip
    assert not made(url)


def test_delay_validation_waits_for_the_task(url: str) -> None:
    outcome = run(url, CREATE + flow(attributes='DelayValidation="True"') + CHAIN)
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    with open_session(parse_url(url)) as session:
        assert sorted(session.execute("SELECT id FROM dbo.Made")[0].rows()) == [(1,), (2,)]


def test_validate_external_metadata_false_does_not_look(url: str) -> None:
    inner = flow().replace("<component ", '<component validateExternalMetadata="False" ')
    outcome = run(url, CREATE + inner + CHAIN)
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()


def test_a_disabled_task_is_not_looked_at(url: str) -> None:
    outcome = run(url, flow(attributes='Disabled="True"'))
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()


def test_validate_only(url: str) -> None:
    with open_session(parse_url(url)) as session:
        session.execute("CREATE TABLE dbo.Made (id int)")
    outcome = run(url, flow(), validate_only=True)
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    assert outcome.sources("OnPreExecute") == []
    gone = run(url, flow("SELECT id FROM dbo.Gone"), validate_only=True)
    assert gone.exit_code == 1
    assert gone.errors()[:3] == ["Copy 0xC0202009", "Copy 0xC020204A", "Copy 0xC004706B"]


def test_columns_out_of_step_are_a_warning_and_fail_with_warnings_as_errors(url: str) -> None:
    with open_session(parse_url(url)) as session:
        session.execute("CREATE TABLE dbo.Made (id int, more int)")
    assert run(url, flow()).warnings() == ["Copy 0x800470C8", "Copy 0x800470C8"]
    assert run(url, flow(), warnings_as_errors=True, validate_only=True).exit_code == 1
