"""Every way to sign in, and that changes count at once."""

import os
import stat

import pytest
import sqlalchemy as sa

from dtserve.service import identities as module
from dtserve.service.access_errors import BadLogin
from dtserve.service.errors import BadToken
from dtserve.service.identities import Identities
from dtserve.service.state import open_state

PASSWORD = "correct horse battery"


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


def test_no_secret_is_in_the_database(identities: Identities, tmp_path) -> None:
    token = identities.ensure_administrator(tmp_path / "token")
    identities.accounts.add("alice", PASSWORD)
    session = identities.open_session(identities.by_password("alice", PASSWORD))
    stored = b"".join(p.read_bytes() for p in tmp_path.glob("state.sqlite*"))
    for secret in (token, PASSWORD, session):
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored


def test_wrong_tokens(identities: Identities) -> None:
    with pytest.raises(BadToken) as caught:
        identities.by_token("guess")
    assert "guess" not in caught.value.describe()


def test_sessions_open_close_and_end(identities: Identities, tmp_path, monkeypatch) -> None:
    identity = identities.by_token(identities.ensure_administrator(tmp_path / "token"))
    secret = identities.open_session(identity)
    assert identities.by_session(secret).name == identity.name
    assert identities.by_session(secret).roles == identity.roles
    identities.close_session(secret)
    with pytest.raises(BadToken):
        identities.by_session(secret)
    monkeypatch.setattr(module, "SESSION_SECONDS", -1)
    with pytest.raises(BadToken):
        identities.by_session(identities.open_session(identity))


def test_changes_count_at_once(identities: Identities) -> None:
    identities.accounts.add("alice", PASSWORD)
    session = identities.open_session(identities.by_password("alice", PASSWORD))
    token, facts = identities.tokens.create("alice")
    assert identities.by_session(session).roles == frozenset()
    identities.grants.grant("ALICE", "db_ssisoperator")
    assert identities.by_session(session).roles == {"db_ssisoperator"}
    assert identities.by_token(token).roles == {"db_ssisoperator"}
    identities.accounts.set_disabled("alice", True)
    for refused in (lambda: identities.by_session(session), lambda: identities.by_token(token)):
        with pytest.raises(BadToken):
            refused()
    with pytest.raises(BadLogin):
        identities.by_password("alice", PASSWORD)
    identities.accounts.set_disabled("alice", False)
    identities.tokens.revoke(facts["id"])
    with pytest.raises(BadToken):
        identities.by_token(token)
    identities.close_sessions("alice")
    with pytest.raises(BadToken):
        identities.by_session(session)


def test_a_namesake_has_nothing_of_a_removed_account(identities: Identities) -> None:
    identities.accounts.add("alice", PASSWORD)
    identities.grants.grant("alice", "administrator")
    token, _ = identities.tokens.create("alice")
    identities.accounts.remove("alice")
    identities.accounts.add("Alice", PASSWORD)
    assert identities.by_password("alice", PASSWORD).roles == frozenset()
    with pytest.raises(BadToken):
        identities.by_token(token)


def test_narrowed_tokens(identities: Identities) -> None:
    identities.accounts.add("alice")
    identities.grants.grant("alice", "administrator")
    token, _ = identities.tokens.create("alice", actions=["packages.enumerate"], folders=[r"\MSDB\Finance"])
    identity = identities.by_token(token)
    assert identity.scope("packages.enumerate") == "all"
    assert identity.scope("packages.delete") == identity.scope("access.manage") == ""
    assert identity.reaches(("msdb", "FINANCE", "Load"))
    assert not identity.reaches(("MSDB",))
    assert identity.reaches(("MSDB",), listing=True)


def test_the_services_own_user_is_administrator_on_the_local_socket(identities: Identities) -> None:
    mine = identities.by_peer(os.geteuid(), os.getegid())
    assert "administrator" in mine.roles
    assert mine.name.startswith("os:")
    stranger = identities.by_peer(4_000_001, 4_000_001)
    assert (stranger.name, stranger.roles) == ("os:4000001", frozenset())


def test_groups_bring_their_roles(identities: Identities) -> None:
    identities.grants.grant("oidcgroup:etl", "db_ssisoperator")
    identities.grants.grant("cert:CN=alice", "db_ssisadmin")
    claimed = identities.by_claims("alice@example.com", ("etl", "other"))
    assert (claimed.name, claimed.roles) == ("oidc:alice@example.com", {"db_ssisoperator"})
    session = identities.open_session(claimed, ("oidcgroup:etl",))
    assert identities.by_session(session).roles == {"db_ssisoperator"}
    assert identities.by_certificate("CN=alice").roles == {"db_ssisadmin"}


def test_identities_of_an_earlier_version_are_taken_over(tmp_path) -> None:
    from dtserve.service.tokens import hash_secret

    state = open_state(tmp_path / "s.sqlite")
    with state.write() as connection:
        connection.exec_driver_sql("CREATE TABLE identities (name TEXT, token_hash TEXT, roles TEXT, created REAL)")
        connection.execute(
            sa.text("INSERT INTO identities VALUES ('administrator', :h, 'administrator', 1.0)"),
            {"h": hash_secret("old-token")},
        )
    state.close()
    state = open_state(tmp_path / "s.sqlite")
    identities = Identities(state)
    assert identities.ensure_administrator(tmp_path / "token") is None
    assert identities.by_token("old-token").roles == {"administrator"}
    state.close()
