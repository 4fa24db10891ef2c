"""Whole small packages: constraints, errors, handlers, loops (case files in ``cases/``)."""

from pathlib import Path

import pytest

from dtserve.controlflow.results import ExecResult
from dtserve.execution.options import ExecutionOptions
from support.control_flow import check_case, execute, load_cases, package

CASES = load_cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_case(case, tmp_path) -> None:
    check_case(case, tmp_path)


def test_there_are_cases() -> None:
    assert len(CASES) >= 40


EXPRESSION = '<task name="{0}" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'


def test_sequence_numbers_have_no_gap() -> None:
    outcome = execute(package("".join(EXPRESSION.format(f"T{i}") for i in range(20))))
    assert [event.sequence for event in outcome.events] == list(range(1, len(outcome.events) + 1))


def test_required_parameter_without_value() -> None:
    body = '<parameter name="P" type="8" required="1"/>' + EXPRESSION.format("A")
    outcome = execute(package(body))
    assert outcome.result is ExecResult.FAILURE
    assert outcome.errors() == ["Pkg 0xC0D51504"]


def test_unsupported_task_is_refused_by_name_unless_disabled() -> None:
    script = '<task name="Do it" type="Microsoft.WmiDataReaderTask" {0}><WMIDRTaskData/></task>'
    refused = execute(package(script.format("")))
    assert refused.exit_code == 5
    assert "WmiDataReaderTask" in refused.error.message
    assert "Do it" in refused.error.message
    assert execute(package(script.format('Disabled="True"'))).result is ExecResult.SUCCESS


@pytest.mark.parametrize("stored", ["0", "-2"])
def test_the_number_of_executables_is_one_and_more_or_minus_one(stored) -> None:
    assert execute(package("", MaxConcurrentExecutables=stored)).errors() == ["Pkg 0xC0012037"]
    by_expression = execute(package(f'<expression name="MaxConcurrentExecutables">{stored}</expression>'))
    assert by_expression.exit_code == 1
    assert by_expression.errors()[0] == "Pkg 0xC0017004"


SQL_TASK = (
    '<task xmlns:SQLTask="www.microsoft.com/sqlserver/dts/tasks/sqltask" name="{name}" {more} '
    'type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData SQLTask:Connection="X" '
    'SQLTask:SqlStatementSource="SELECT 1"/></task>'
)


@pytest.mark.parametrize(
    ("kind", "string", "exit_code", "error"),
    [
        ("OLEDB", "Provider=DB2OLEDB;Data Source=x", 5, 0xC0D51302),
        ("OLEDB", "garbage", 1, 0xC0D51305),
        ("OLEDB", "", 1, 0xC0D51305),
        ("ADO.NET:SQL", "garbage", 1, 0xC0D51305),
        ("ODBC", "garbage", 1, 0xC0D51305),
        ("ADO", "Provider=SQLNCLI;Data Source=x", 5, 0xC0D51301),
    ],
)
def test_a_connection_that_cannot_be_opened_is_refused_before_anything_runs(kind, string, exit_code, error) -> None:
    connection = f'<connection name="X" kind="{kind}" string="{string}"/>' + EXPRESSION.format("first")
    used = connection + SQL_TASK.format(name="T", more="") + '<constraint from="first" to="T"/>'
    for validate_only in (True, False):
        refused = execute(package(used), options=ExecutionOptions(validate_only=validate_only))
        assert (refused.exit_code, refused.sources("OnPreExecute")) == (exit_code, [])
        assert error in [event.code for event in refused.events if event.kind == "OnError"]
    assert execute(package(connection)).result is ExecResult.SUCCESS
    disabled = connection + SQL_TASK.format(name="T", more='Disabled="True"')
    assert execute(package(disabled)).result is ExecResult.SUCCESS
    delayed = execute(package(used.replace('name="T" ', 'name="T" DelayValidation="True" ')))
    assert delayed.sources("OnPreExecute") == ["Pkg", "first", "T"]
    assert delayed.result is ExecResult.FAILURE
