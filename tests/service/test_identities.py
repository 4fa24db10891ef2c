"""Tokens and sessions."""

import stat

import pytest

from dtserve.service import identities as module
from dtserve.service.errors import BadToken
from dtserve.service.identities import Identities
from dtserve.service.state import open_state


@pytest.fixture
def identities(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield Identities(state)
    state.close()


def test_the_administrator_is_made_once(identities: Identities, tmp_path) -> None:
    token = identities.ensure_administrator(tmp_path / "token")
    assert token is not None
    assert identities.ensure_administrator(tmp_path / "token") is None
    assert (tmp_path / "token").read_text().strip() == token
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    assert identities.by_token(token).roles == {"administrator"}


def test_the_token_is_not_in_the_database(identities: Identities, tmp_path) -> None:
    token = identities.ensure_administrator(tmp_path / "token")
    stored = b"".join(p.read_bytes() for p in tmp_path.glob("state.sqlite*"))
    assert token.encode() not in stored


def test_wrong_tokens(identities: Identities) -> None:
    with pytest.raises(BadToken) as caught:
        identities.by_token("guess")
    assert "guess" not in caught.value.describe()


def test_sessions_open_close_and_end(identities: Identities, tmp_path, monkeypatch) -> None:
    identity = identities.by_token(identities.ensure_administrator(tmp_path / "token"))
    secret = identities.open_session(identity)
    assert identities.by_session(secret) == identity
    identities.close_session(secret)
    with pytest.raises(BadToken):
        identities.by_session(secret)
    monkeypatch.setattr(module, "SESSION_SECONDS", -1)
    with pytest.raises(BadToken):
        identities.by_session(identities.open_session(identity))
