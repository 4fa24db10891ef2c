"""From the model to containers."""

import pytest

from dtserve.connections.environment import Environment
from dtserve.controlflow.engine import load_package
from dtserve.controlflow.errors import DanglingConstraint, VariableLoadError
from dtserve.controlflow.runtime import PackageRun, SharedRun
from dtserve.dataflow.host import FlowSettings
from dtserve.package.document import PackageDocument
from support.control_flow import package


def load(data: bytes, tmp_path):
    run = PackageRun(SharedRun(lambda event: None, FlowSettings(tmp_path)))
    return load_package(PackageDocument.open(data).model, run, Environment())


BODY = (
    '<sequence name="S"><task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'
    '<handler event="OnError"><task name="H" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task></handler></sequence>'
)


def test_the_tree_knows_parents_handlers_and_scopes(tmp_path) -> None:
    built = load(package(BODY), tmp_path)
    (sequence,) = built.children
    (task,) = sequence.children
    handler = sequence.handlers["OnError"]
    assert (built.kind, sequence.kind, task.kind, handler.kind) == (
        "Package",
        "Sequence Container",
        "Task",
        "Event Handler",
    )
    assert handler.parent is sequence
    assert handler.children[0].handler is handler
    assert task.handler is None
    assert built.has_handler("OnError")
    assert not built.has_handler("OnWarning")
    assert task.scope.find("System::PackageName") is not None


def test_what_cannot_be_loaded_is_told(tmp_path) -> None:
    with pytest.raises(DanglingConstraint, match="Nowhere"):
        load(package(BODY + '<constraint from="S" to="Nowhere"/>'), tmp_path)
    with pytest.raises(VariableLoadError, match="User::n"):
        load(package('<variable name="User::n" type="3" value="many"/>'), tmp_path)
