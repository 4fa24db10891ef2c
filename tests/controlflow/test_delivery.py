"""How events travel."""

from dtserve.controlflow.delivery import ancestors, deliver_foreign
from dtserve.controlflow.events import Event
from support.control_flow import execute, package
from support.controlflow_tree import load_tree

TASK = '<task name="{0}" type="Microsoft.ExpressionTask"><ExpressionTask Expression="{1}"/></task>'


def test_ancestors_of_a_handlers_task_lead_through_its_owner(tmp_path) -> None:
    built = load_tree(
        '<sequence name="S">'
        + TASK.format("T", "1")
        + '<handler event="OnError">'
        + TASK.format("H", "1")
        + "</handler></sequence>",
        tmp_path,
    )
    inner = built.children[0].handlers["OnError"].children[0]
    assert [each.name or each.model.event_name for each in ancestors(inner)] == ["H", "OnError", "S", "Pkg"]


def test_an_error_from_another_process_counts_and_is_numbered_here(tmp_path) -> None:
    events: list[Event] = []
    built = load_tree(TASK.format("T", "1"), tmp_path, events.append)
    deliver_foreign(built.children[0], Event("OnError", "Child", code=0xC0000001, message="m", sequence=77, time=5.0))
    assert (built.children[0].error_count, built.error_count) == (1, 1)
    assert (events[0].sequence, events[0].source, events[0].time) == (1, "Child", 5.0)


def test_handlers_that_are_disabled_or_switched_off_do_not_run() -> None:
    def count(attributes: str, handler: str) -> int:
        body = (
            '<variable name="User::n" value="0"/><sequence name="S" ' + attributes + ">" + TASK.format("T", "1/0")
            + f'<handler event="OnError" {handler}>' + TASK.format("H", "@[User::n] = @[User::n] + 1") + "</handler></sequence>"
        )  # fmt: skip
        return execute(package(body)).variables["User::n"]

    assert count("", "") == 1
    assert count('DisableEventHandlers="True"', "") == 0


def test_cancel_of_a_handler_stops_the_task(tmp_path) -> None:
    body = (
        '<task name="P" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sleep" Arguments="30"/></task>'
        '<handler event="ExecuteProcessExecutingProcess">' + TASK.format("H", "1") + "</handler>"
    )
    built = load_tree(body, tmp_path)
    host = built.children[0]
    host.run.limit_executables(1)
    built.handlers["ExecuteProcessExecutingProcess"].scope.add(_cancel())
    assert host.execute().name == "CANCELED"


def _cancel():
    from dtserve.controlflow.scope import RuntimeVariable

    class Always(RuntimeVariable):
        __slots__ = ()

    made = Always("System", "Cancel", 11, True)
    made.compute = lambda: True
    return made
