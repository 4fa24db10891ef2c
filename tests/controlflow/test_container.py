"""What every executable has: properties by name, guarded actions, locale."""

import pytest

from dtserve.controlflow.errors import PropertyNotFound, PropertyValueError
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.settlement import ForcedResult
from support.control_flow import execute, package
from support.controlflow_tree import load_tree


def test_properties_by_their_names(tmp_path) -> None:
    built = load_tree(
        '<task name="T" type="Microsoft.ExpressionTask" MaxErrorCount="4"><ExpressionTask Expression="1"/></task>',
        tmp_path,
    )
    (task,) = built.children
    assert task.get_property("maximumerrorcount") == 4
    task.set_property("MaximumErrorCount", "7")
    task.set_property("ForceExecutionResult", "Success")
    task.set_property("Disable", -1)
    task.set_property("Expression", "2")
    assert (task.maximum_error_count, task.force_execution_result, task.disabled) == (7, ForcedResult.SUCCESS, True)
    assert task.task.expression == "2"
    with pytest.raises(PropertyNotFound, match="Nonsense"):
        task.set_property("Nonsense", 1)
    with pytest.raises(PropertyValueError):
        task.set_property("TransactionOption", "Sometimes")


def test_locale_comes_from_the_nearest_that_has_one(tmp_path) -> None:
    built = load_tree(
        '<sequence name="S" LocaleID="1031"><task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task></sequence>',
        tmp_path,
    )
    assert built.children[0].children[0].locale == 1031
    assert built.locale == 1033


def test_a_defect_becomes_a_coded_error(monkeypatch) -> None:
    from dtserve.controlflow.tasks.expression_task import ExpressionTask

    def broken(self: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(ExpressionTask, "execute", broken)
    outcome = execute(package('<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'))
    assert outcome.result is ExecResult.FAILURE
    assert outcome.errors() == ["T 0xC0D5FFFF"]
    assert "ZeroDivisionError" in next(event.message for event in outcome.events if event.kind == "OnError")
