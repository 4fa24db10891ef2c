"""Whole small packages: constraints, errors, handlers, loops (case files in ``cases/``)."""

from pathlib import Path

import pytest

from dtserve.controlflow.results import ExecResult
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
