"""Who takes part in which transaction (CONTROL_FLOW §8); commits and rollbacks are in ``cases/transactions.xml``."""

import pytest

from dtserve.controlflow import transactions
from dtserve.controlflow.errors import TransactionSpansConnections
from dtserve.controlflow.results import ExecResult
from support.controlflow_tree import load_tree

INNER = (
    '<task name="T" type="Microsoft.ExpressionTask" TransactionOption="{inner}"><ExpressionTask Expression="1"/></task>'
)


class FakeSession:
    dialect = "sqlite"


class Manager:
    """A connection manager that counts."""

    def __init__(self, name: str) -> None:
        self.name, self.calls = name, []

    def begin_transaction(self) -> None:
        self.calls.append("begin")

    def commit_transaction(self) -> None:
        self.calls.append("commit")

    def rollback_transaction(self) -> None:
        self.calls.append("rollback")

    def session(self) -> FakeSession:
        return FakeSession()


@pytest.mark.parametrize(
    ("outer", "inner", "joined", "own"),
    [
        ("2", "2", True, False),
        ("2", "1", True, False),
        ("2", "0", False, False),
        ("1", "2", False, True),
        ("1", "1", False, False),
        ("0", "2", False, True),
    ],
)
def test_options(tmp_path, outer, inner, joined, own) -> None:
    sequence = load_tree(
        f'<sequence name="S" TransactionOption="{outer}">' + INNER.format(inner=inner) + "</sequence>", tmp_path
    ).children[0]
    task = sequence.children[0]
    transactions.begin(sequence)
    transactions.begin(task)
    assert (task.transaction is not None and task.transaction is sequence.transaction) is joined
    assert (task.transaction is not None and task.transaction.owner is task) is own


@pytest.mark.parametrize(
    ("result", "last"),
    [(ExecResult.SUCCESS, "commit"), (ExecResult.FAILURE, "rollback"), (ExecResult.CANCELED, "rollback")],
)
def test_one_connection_takes_part_and_a_second_is_refused(tmp_path, result, last) -> None:
    sequence = load_tree('<sequence name="S" TransactionOption="2"/>', tmp_path).children[0]
    transactions.begin(sequence)
    first = Manager("a")
    sequence.transaction.enlist(first)
    sequence.transaction.enlist(first)
    sequence.transaction.enlist(object())
    with pytest.raises(TransactionSpansConnections, match='"b"'):
        sequence.transaction.enlist(Manager("b"))
    assert transactions.end(sequence, result) is result
    assert first.calls == ["begin", last]
    assert sequence.transaction is None
