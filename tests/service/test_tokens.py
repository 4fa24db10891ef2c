"""Tokens: told once, hashed, narrowed, ending, revocable."""

import time
from contextlib import contextmanager

import pytest

from dtserve.service import tokens as module
from dtserve.service.access_errors import BadScope, TokenNotFound
from dtserve.service.errors import BadToken, StateUnavailable
from dtserve.service.state import State, open_state
from dtserve.service.tokens import PREFIX, Tokens


@pytest.fixture
def tokens(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield Tokens(state)
    state.close()


def test_a_token_is_told_once(tokens, tmp_path) -> None:
    secret, facts = tokens.create("alice", label="nightly", actions=["packages.view"], folders=["MSDB/Finance"])
    assert secret.startswith(PREFIX)
    assert len(secret) >= len(PREFIX) + 43
    assert facts["folders"] == [r"\MSDB\Finance"]
    listed = tokens.list("ALICE")
    assert [each["id"] for each in listed] == [facts["id"]]
    assert secret not in str(listed)
    assert secret.encode() not in b"".join(p.read_bytes() for p in tmp_path.glob("state.sqlite*"))
    assert tokens.find(secret)["actions"] == ["packages.view"]
    assert tokens.list("bob") == []


def test_a_token_ends(tokens, monkeypatch) -> None:
    secret, _ = tokens.create("alice", expires=time.time() + 60)
    assert tokens.find(secret)["principal"] == "alice"
    now = time.time()
    monkeypatch.setattr(module.time, "time", lambda: now + 61)
    with pytest.raises(BadToken):
        tokens.find(secret)


def test_a_token_is_revoked(tokens) -> None:
    secret, facts = tokens.create("alice")
    with pytest.raises(TokenNotFound):
        tokens.revoke(facts["id"], "bob")
    tokens.revoke(facts["id"], "Alice")
    with pytest.raises(BadToken):
        tokens.find(secret)
    with pytest.raises(TokenNotFound):
        tokens.revoke(facts["id"])


def test_use_is_noted_now_and_then(tokens, monkeypatch) -> None:
    secret, facts = tokens.create("alice")
    assert facts["last_used"] is None
    tokens.find(secret)
    first = tokens.get(facts["id"])["last_used"]
    tokens.find(secret)
    assert tokens.get(facts["id"])["last_used"] == first
    monkeypatch.setattr(module.time, "time", lambda: first + 61)
    tokens.find(secret)
    assert tokens.get(facts["id"])["last_used"] == first + 61


@pytest.mark.parametrize(
    "options", [{"actions": ["packages.view", "nonsense"]}, {"expires": 1.0}], ids=["action", "past"]
)
def test_scopes_that_make_no_sense(tokens, options) -> None:
    with pytest.raises(BadScope):
        tokens.create("alice", known_actions=frozenset({"packages.view"}), **options)
    assert tokens.list() == []


def test_a_disk_that_is_full_keeps_nobody_from_looking(tokens, monkeypatch) -> None:
    secret, facts = tokens.create("alice")

    @contextmanager
    def full(_self):
        raise StateUnavailable(detail="database or disk is full")
        yield

    monkeypatch.setattr(State, "write", full)
    assert tokens.find(secret)["id"] == facts["id"]
