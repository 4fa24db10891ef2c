"""Accounts: Argon2id, the same refusal for every reason, rehashing."""

import time

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.service import accounts as module
from dtserve.service.access_errors import (
    AccountExists,
    AccountNotFound,
    BadAccountName,
    BadLogin,
    TooManyLogins,
    WeakPassword,
)
from dtserve.service.accounts import Accounts
from dtserve.service.identity_schema import accounts as table
from dtserve.service.state import open_state

PASSWORD = "correct horse battery"


@pytest.fixture
def state(tmp_path):
    opened = open_state(tmp_path / "state.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def accounts(state) -> Accounts:
    return Accounts(state)


def test_names_compare_without_case(accounts) -> None:
    accounts.add("Alice", PASSWORD)
    assert accounts.verify("ALICE", PASSWORD) == "Alice"
    with pytest.raises(AccountExists):
        accounts.add("alice", PASSWORD)
    assert [each["name"] for each in accounts.list()] == ["Alice"]
    assert "hash" not in str(accounts.list())


@pytest.mark.parametrize("name", ["", " a", "a ", "os:root", "a\\b", "a/b", "a\nb", "x" * 65, "-a"])
def test_names_that_no_account_may_have(accounts, name) -> None:
    with pytest.raises(BadAccountName):
        accounts.add(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 1025])
def test_weak_passwords(accounts, password) -> None:
    with pytest.raises(WeakPassword) as caught:
        accounts.add("alice", password)
    assert not password or password not in caught.value.describe()
    assert accounts.list() == []


def test_every_refusal_is_the_same(accounts) -> None:
    accounts.add("alice", PASSWORD)
    accounts.add("robot")
    accounts.add("gone", PASSWORD)
    accounts.set_disabled("gone", True)
    told = set()
    for name, password in (
        ("alice", "wrong"),
        ("nobody", PASSWORD),
        ("robot", ""),
        ("gone", PASSWORD),
        ("alice", "x" * 2000),
    ):
        with pytest.raises(BadLogin) as caught:
            accounts.verify(name, password)
        told.add(caught.value.describe())
    assert len(told) == 1


def test_unknown_names_take_as_long_as_wrong_passwords(accounts) -> None:
    accounts.add("alice", PASSWORD)
    spent = []
    for name in ("alice", "nobody"):
        times = []
        for _ in range(3):
            begun = time.process_time()
            with pytest.raises(BadLogin):
                accounts.verify(name, "wrong password")
            times.append(time.process_time() - begun)
        spent.append(min(times))
    assert spent[1] > spent[0] / 3


def test_too_many_at_once_are_sent_away(accounts) -> None:
    accounts.add("alice", PASSWORD)
    for _ in range(module.MAX_WAITING):
        assert accounts._waiting.acquire(blocking=False)
    with pytest.raises(TooManyLogins):
        accounts.verify("alice", PASSWORD)
    accounts._waiting.release()
    assert accounts.verify("alice", PASSWORD) == "alice"


def test_old_hashes_are_made_anew(accounts, state) -> None:
    accounts.add("alice", PASSWORD)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with state.write() as connection:
        connection.execute(table.update().values(password_hash=weak))
    accounts.verify("alice", PASSWORD)
    with state.read() as connection:
        (kept,) = connection.execute(table.select()).mappings()
    assert kept["password_hash"] != weak
    assert kept["password_hash"].startswith("$argon2id$")
    accounts.verify("alice", PASSWORD)


def test_changes(accounts) -> None:
    accounts.add("alice", PASSWORD)
    accounts.set_password("alice", "another good password")
    with pytest.raises(BadLogin):
        accounts.verify("alice", PASSWORD)
    assert accounts.verify("alice", "another good password") == "alice"
    accounts.remove("alice")
    for change in (
        lambda: accounts.remove("alice"), lambda: accounts.set_disabled("alice", True), lambda: accounts.get("alice"),
        lambda: accounts.set_password("alice", PASSWORD),
    ):  # fmt: skip
        with pytest.raises(AccountNotFound):
            change()


@given(st.text(min_size=1, max_size=70))
@settings(max_examples=100)
def test_no_account_can_pose_as_another_kind(name) -> None:
    if module._NAME.match(name):
        assert ":" not in name
        assert name == name.strip()
