"""Idempotency keys: once per user and key."""

import pytest

from dtserve.service import start_keys as module
from dtserve.service.access_errors import KeyReused
from dtserve.service.sealed import Seal
from dtserve.service.start_keys import StartKeys
from dtserve.service.state import open_state


@pytest.fixture
def keys(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    opened = StartKeys(state)
    yield lambda user, key, request, new: reserve(opened, tmp_path, user, key, request, new)
    state.close()


def reserve(keys, folder, user, key, request, new) -> str:
    with keys.reserved(user, key, request, new, Seal(folder / "seal")) as found:
        return found


def test_the_first_id_stays(keys, tmp_path) -> None:
    assert keys("alice", "k", b"request canary", "1") == "1"
    assert keys("alice", "k", b"request canary", "2") == "1"
    assert keys("bob", "k", b"other", "3") == "3"
    with pytest.raises(KeyReused):
        keys("alice", "k", b"other", "4")
    assert b"canary" not in b"".join(p.read_bytes() for p in tmp_path.glob("state.sqlite*"))


def test_keys_are_forgotten_after_a_day(keys, monkeypatch) -> None:
    now = module.time.time()
    assert keys("alice", "k", b"r", "1") == "1"
    monkeypatch.setattr(module.time, "time", lambda: now + module.KEEP_SECONDS + 1)
    assert keys("alice", "k", b"another", "2") == "2"
