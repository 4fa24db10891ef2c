"""Order and concurrency of a container's children."""

import threading
import time

import psutil
import pytest

from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.container import Container
from dtserve.controlflow.containers.parent import ParentContainer
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.tasks.expression_task import ExpressionTask
from support.control_flow import execute, package

TASK = '<task name="T{0}" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'


@pytest.fixture
def running(monkeypatch):
    """Makes tasks take a moment and counts how many run at once."""
    state = {"now": 0, "most": 0}
    lock = threading.Lock()

    def execute_slowly(self: ExpressionTask) -> None:
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        time.sleep(0.03)
        with lock:
            state["now"] -= 1

    monkeypatch.setattr(ExpressionTask, "execute", execute_slowly)
    return state


@pytest.mark.parametrize(("maximum", "most"), [("1", 1), ("3", 3)])
def test_the_limit_counts_tasks(running, maximum, most) -> None:
    outcome = execute(package("".join(TASK.format(i) for i in range(9)), MaxConcurrentExecutables=maximum))
    assert outcome.result is ExecResult.SUCCESS
    assert running["most"] == most


def test_containers_that_wait_take_no_slot(running) -> None:
    nested = TASK.format(0)
    for depth in range(6):
        nested = f'<sequence name="S{depth}">{nested}</sequence>'
    outcome = execute(
        package(
            nested + "".join(f'<sequence name="P{i}">{TASK.format(i)}</sequence>' for i in range(4)),
            MaxConcurrentExecutables="2",
        )
    )
    assert outcome.result is ExecResult.SUCCESS
    assert running["most"] == 2


def test_handlers_do_not_deadlock_with_the_limit(running) -> None:
    handler = '<handler event="OnPreExecute"><task name="H" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task></handler>'
    outcome = execute(package("".join(TASK.format(i) for i in range(4)) + handler, MaxConcurrentExecutables="1"))
    assert outcome.result is ExecResult.SUCCESS
    assert outcome.sources("OnPreExecute").count("H") == 5


def test_no_thread_outlives_the_run(running) -> None:
    before = threading.active_count()
    execute(package("".join(TASK.format(i) for i in range(20))))
    assert threading.active_count() == before


def test_a_stop_starts_nothing_more() -> None:
    cancel = CancelSwitch()
    body = (
        '<variable name="User::n" value="0"/><for name="L" init="@n=0" eval="true" assign="@n = @n + 1">' + TASK.format(1) + "</for>"
        '<task name="After" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task><constraint from="L" to="After" value="2"/>'
    )  # fmt: skip
    threading.Timer(0.2, cancel.cancel).start()
    outcome = execute(package(body), cancel=cancel)
    assert outcome.result is ExecResult.CANCELED
    assert outcome.exit_code == 3
    assert "After" not in outcome.sources("OnPreExecute")
    assert outcome.events[-1].result == 3


def test_a_long_loop_does_not_grow_and_is_quick(tmp_path) -> None:
    from support.controlflow_tree import load_tree

    body = (
        '<variable name="User::n" value="0"/><for name="L" init="@n=0" eval="@n &lt; 6000" assign="@n = @n + 1">'
        + TASK.format(1)
        + "</for>"
    )
    built = load_tree(body, tmp_path)
    built.run.limit_executables(2)
    loop = built.children[0]
    loop.execute()
    before, began = psutil.Process().memory_info().rss, time.process_time()
    assert loop.execute() is ExecResult.SUCCESS
    assert (time.process_time() - began) / 6000 < 0.0005
    assert psutil.Process().memory_info().rss - before < 3_000_000


TASKS = '<variable name="User::n" type="3" value="0"/>' + "".join(
    f'<task name="T{i}" type="Microsoft.ExpressionTask" ExecValueVariable="User::{name}">'
    '<ExpressionTask Expression="&quot;x&quot;"/></task>'
    for i, name in enumerate(("n", "none", "n"))
)


def test_values_that_cannot_be_kept_fail_their_tasks_side_by_side() -> None:
    outcome = execute(package(TASKS))
    assert outcome.result is ExecResult.FAILURE
    assert sorted(outcome.errors()) == ["T0 0xC0D51503", "T1 0xC0010001", "T2 0xC0D51503"]
    assert sorted(outcome.sources("OnTaskFailed")) == ["T0", "T1", "T2"]
    assert outcome.sources("PackageEnd") == ["Pkg"]


def test_what_a_child_raises_in_another_thread_ends_the_run(monkeypatch) -> None:
    def broken(self: ParentContainer, child: Container) -> ExecResult:
        if child.name == "T1":
            raise RuntimeError("nobody can be told")
        time.sleep(0.05)
        return ExecResult.SUCCESS

    monkeypatch.setattr(ParentContainer, "execute_child", broken)
    outcome = execute(package("".join(TASK.format(i) for i in range(3))))
    assert outcome.result is ExecResult.FAILURE
    assert outcome.errors() == ["Pkg 0xC0D5FFFF"]
