"""The container of a task."""

import pytest

from dtserve.controlflow.errors import ConnectionNotFound, UnsupportedPart
from dtserve.errors import Canceled
from support.control_flow import execute, package
from support.controlflow_tree import load_tree

TASK = '<task name="T" type="{0}"><ExpressionTask Expression="1"/></task>'


def test_a_task_sees_connections_and_the_stop(tmp_path) -> None:
    host = load_tree('<connection name="c" string="x"/>' + TASK.format("Microsoft.ExpressionTask"), tmp_path).children[
        0
    ]
    assert host.connection("c").connection_string == "x"
    with pytest.raises(ConnectionNotFound):
        host.connection("d")
    host.check_cancel()
    host.run.cancel.cancel()
    with pytest.raises(Canceled):
        host.check_cancel()


def test_unknown_tasks_are_refused_with_their_type(tmp_path) -> None:
    host = load_tree(TASK.format("Vendor.Task, Vendor"), tmp_path).children[0]
    with pytest.raises(UnsupportedPart, match=r"Vendor\.Task"):
        host.refuse()


def test_custom_events_carry_their_name_to_handlers() -> None:
    body = (
        '<variable name="User::n" value="0"/><variable name="User::d" type="8" value="/no/such"/>'
        '<task name="F" type="Microsoft.FileSystemTask" MaxErrorCount="0"><FileSystemData TaskOperationType="DeleteFile" TaskSourcePath="User::d" TaskIsSourceVariable="True"/></task>'
        '<handler event="FileSystemOperation"><task name="H" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::n] = 7"/></task></handler>'
    )
    assert execute(package(body)).variables["User::n"] == 7
