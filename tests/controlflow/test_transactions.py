"""Who takes part in which transaction (CONTROL_FLOW §8); whole packages are in ``cases/transactions.xml``."""

import pytest

from dtserve.controlflow import transactions
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.transaction_errors import TransactionNotStarted, TransactionUndone
from dtserve.errors import ConnectionError_
from support.controlflow_tree import load_tree

INNER = (
    '<task name="T" type="Microsoft.ExpressionTask" TransactionOption="{inner}"><ExpressionTask Expression="1"/></task>'
)


class Place(str):
    def with_(self, **changes: object) -> "Place":
        return self


class FakeSession:
    """A session that counts, and refuses what is in ``refuses``."""

    def __init__(self, refuses: str = "") -> None:
        self.calls: list[str] = []
        self.refuses = refuses
        self.keep_open = False
        self.transaction_depth = 0

    def _say(self, what: str) -> None:
        self.calls.append(what)
        if what.split()[0] in self.refuses.split():
            raise ConnectionError_(detail=f"no {what}")

    def begin_isolated(self, level: str) -> None:
        self._say(f"begin {level}".strip())
        self.transaction_depth = 1

    def commit(self) -> None:
        self._say("commit")
        self.transaction_depth = 0

    def rollback(self) -> None:
        self._say("rollback")
        self.transaction_depth = 0

    def close(self) -> None:
        self.calls.append("close")


class Manager:
    """A database connection manager at a place."""

    def __init__(self, name: str, place: str = "", keeps: bool = False, session: FakeSession | None = None) -> None:
        self.name, self.keeps_session = name, keeps
        self.place = Place(place or name)
        self.only = session or FakeSession()
        self.only.keep_open = keeps

    def target(self) -> Place:
        return self.place

    def session(self) -> FakeSession:
        return self.only

    def bound(self, session: FakeSession) -> tuple[str, FakeSession]:
        return self.name, session


def started(tmp_path, **attributes: str):
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    sequence = load_tree(f'<sequence name="S" TransactionOption="2"{given}/>', tmp_path).children[0]
    transactions.begin(sequence)
    return sequence


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
def test_a_connection_is_begun_once_and_ends_with_the_container(tmp_path, result, last) -> None:
    sequence = started(tmp_path)
    first, other = Manager("a"), object()
    assert sequence.transaction.enlist(first) == ("a", first.only)
    assert sequence.transaction.enlist(first) == ("a", first.only)
    assert sequence.transaction.enlist(other) is other
    assert transactions.end(sequence, result) is result
    assert first.only.calls == ["begin SERIALIZABLE", last, "close"]
    assert sequence.transaction is None


def test_managers_to_one_place_share_a_session_and_one_that_is_retained_keeps_its_own(tmp_path) -> None:
    sequence = started(tmp_path, ISOLevel="4096")
    first, same = Manager("a", "server/db"), Manager("b", "server/db")
    kept = Manager("c", "server/db", keeps=True)
    assert sequence.transaction.enlist(first)[1] is sequence.transaction.enlist(same)[1] is first.only
    assert sequence.transaction.enlist(kept)[1] is kept.only
    assert sequence.transaction.enlist(kept)[1] is kept.only
    transactions.end(sequence, ExecResult.FAILURE)
    assert first.only.calls == ["begin READ COMMITTED", "rollback", "close"]
    assert kept.only.calls == ["begin READ COMMITTED", "rollback"]
    assert kept.only.keep_open
    assert same.only.calls == []


def test_a_connection_that_cannot_begin_is_told_and_given_back(tmp_path) -> None:
    sequence = started(tmp_path)
    broken = Manager("a", session=FakeSession("begin"))
    with pytest.raises(TransactionNotStarted, match='"S" could not be started on connection manager "a": no begin'):
        sequence.transaction.enlist(broken)
    assert broken.only.calls == ["begin SERIALIZABLE", "close"]
    assert transactions.end(sequence, ExecResult.SUCCESS) is ExecResult.SUCCESS


def test_nothing_is_done_within_a_transaction_that_a_statement_has_ended(tmp_path) -> None:
    sequence = started(tmp_path)
    manager = Manager("a")
    sequence.transaction.enlist(manager)
    manager.only.transaction_depth = 0
    with pytest.raises(TransactionUndone):
        sequence.transaction.enlist(manager)


def test_a_commit_that_is_refused_fails_the_container(tmp_path) -> None:
    sequence = started(tmp_path)
    manager = Manager("a", session=FakeSession("commit"))
    sequence.transaction.enlist(manager)
    assert transactions.end(sequence, ExecResult.SUCCESS) is ExecResult.FAILURE
    assert manager.only.calls == ["begin SERIALIZABLE", "commit", "rollback", "close"]
    assert sequence.error_count == 1


def test_every_branch_is_undone_even_when_one_cannot(tmp_path) -> None:
    sequence = started(tmp_path)
    managers = [Manager("a"), Manager("b", session=FakeSession("rollback")), Manager("c")]
    for manager in managers:
        sequence.transaction.enlist(manager)
    assert transactions.end(sequence, ExecResult.CANCELED) is ExecResult.CANCELED
    assert [manager.only.calls[1] for manager in managers] == ["rollback"] * 3
    assert sequence.error_count == 1


@pytest.mark.parametrize("level", ["16", "16777216"])
def test_levels_that_cannot_be_had_are_refused_where_a_transaction_starts(tmp_path, level) -> None:
    from dtserve.controlflow.transaction_errors import IsolationLevelUnusable

    tree = load_tree(f'<sequence name="S" TransactionOption="2" ISOLevel="{level}"/>', tmp_path)
    with pytest.raises(IsolationLevelUnusable, match=level):
        tree.refuse_unsupported()
    load_tree(f'<sequence name="S" ISOLevel="{level}"/>', tmp_path).refuse_unsupported()
