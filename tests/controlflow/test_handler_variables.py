"""System variables of event handlers (CONTROL_FLOW §5.1)."""

import pytest

from dtserve.controlflow import handler_variables, system_variables
from dtserve.controlflow.events import Event
from support.controlflow_tree import load_tree

TASK = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'


@pytest.mark.parametrize(
    ("event", "there", "absent"),
    [
        (
            "OnError",
            ["Cancel", "ErrorCode", "ErrorDescription", "Propagate", "SourceName", "SourceID"],
            ["PercentComplete"],
        ),
        ("OnProgress", ["PercentComplete", "ProgressDescription"], ["ErrorCode"]),
        ("OnVariableValueChanged", ["VariableName", "VariableValue"], ["Cancel"]),
        ("OnTaskFailed", ["ExecutionValue", "SourceDescription"], ["ErrorDescription"]),
    ],
)
def test_handlers_have_their_own(tmp_path, event, there, absent) -> None:
    built = load_tree(f'<handler event="{event}">{TASK}</handler>', tmp_path)
    scope = built.handlers[event].children[0].scope
    for name in there:
        assert scope.find(f"System::{name}") is not None, name
    for name in absent:
        assert scope.find(f"System::{name}") is None, name
    scope.assign("System::Propagate", False)


def test_what_they_hold_for_an_event(tmp_path) -> None:
    built = load_tree(TASK, tmp_path)
    event = Event("OnError", "T", code=0xC0014037, message="It failed.", data={"VariableName": "User::x", "rows": 1})
    values = handler_variables.event_values(event, built.children[0])
    assert values["ErrorCode"] == 0xC0014037 - (1 << 32)
    assert (values["ErrorDescription"], values["SourceName"]) == ("It failed.", "T")
    assert values["SourceParentGUID"] == built.model.dtsid
    assert values["VariableName"] == "User::x"
    assert "rows" not in values


def test_the_system_variables_hand_them_out() -> None:
    assert system_variables.event_values is handler_variables.event_values


def test_the_handler_of_a_change_sees_the_value_which_no_event_carries(tmp_path) -> None:
    told: list[Event] = []
    built = load_tree('<variable name="User::n" value="1" RaiseChangedEvent="True"/>' + TASK, tmp_path, told.append)
    built.scope.assign("User::n", 7)
    assert [event.data["VariableName"] for event in told] == ["User::n"]
    assert "VariableValue" not in told[0].data
    values = handler_variables.event_values(told[0], built)
    assert (values["VariableName"], values["VariableValue"]) == ("User::n", 7)
