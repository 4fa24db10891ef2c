"""Grants and user-defined roles."""

import pytest

from dtserve.service.access_errors import BadAccountName, LastAdministrator, RoleExists, RoleNotFound
from dtserve.service.grants import Grants
from dtserve.service.identity_schema import accounts
from dtserve.service.state import open_state


@pytest.fixture
def grants(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield Grants(state)
    state.close()


def test_grants_add_up_over_a_name_and_its_groups(grants) -> None:
    assert grants.grant("alice", "DB_SSISOperator", by="admin")
    assert not grants.grant("ALICE", "db_ssisoperator")
    grants.grant("osgroup:etl", "activate.remote")
    assert grants.of(("alice", "osgroup:etl", "osgroup:other")) == {"db_ssisoperator", "activate.remote"}
    assert grants.of(("bob",)) == frozenset()
    (row,) = grants.list("Alice")
    assert (row["role"], row["granted_by"]) == ("db_ssisoperator", "admin")
    assert grants.revoke("alice", "db_ssisoperator")
    assert not grants.revoke("alice", "db_ssisoperator")


@pytest.mark.parametrize("principal", ["", " a", "a\nb", "a\x7f"])
def test_names_that_make_no_sense(grants, principal) -> None:
    with pytest.raises(BadAccountName):
        grants.grant(principal, "access")


def test_unknown_roles(grants) -> None:
    with pytest.raises(RoleNotFound):
        grants.grant("alice", "db_owner")


def test_the_last_administrator_stays(grants) -> None:
    grants.grant("alice", "administrator")
    with pytest.raises(LastAdministrator):
        grants.revoke("ALICE", "administrator")
    with pytest.raises(LastAdministrator):
        grants.keep_an_administrator("alice")
    grants.grant("bob", "administrator")
    assert grants.revoke("alice", "administrator")
    grants.keep_an_administrator("alice")


def test_a_disabled_account_is_no_administrator_to_rely_on(grants) -> None:
    for name in ("alice", "bob"):
        grants.grant(name, "administrator")
    bob = {"namekey": "bob", "name": "bob", "password_hash": "", "disabled": True, "created": 0.0}
    with grants._state.write() as connection:
        connection.execute(accounts.insert().values(bob))
    with pytest.raises(LastAdministrator):
        grants.keep_an_administrator("alice")
    assert grants.revoke("bob", "administrator")


def test_user_defined_roles(grants) -> None:
    grants.add_role("Finance", "who loads the ledger")
    for taken in ("FINANCE", "db_ssisadmin", "access"):
        with pytest.raises(RoleExists):
            grants.add_role(taken)
    assert grants.package_role("finance") == "Finance"
    assert grants.package_role("db_ssisoperator") == "db_ssisoperator"
    for none in ("access", "administrator", "nonsense"):
        with pytest.raises(RoleNotFound):
            grants.package_role(none)
    grants.grant("alice", "finance")
    assert {each["kind"] for each in grants.roles()} == {"right", "fixed", "user-defined"}
    grants.remove_role("finance")
    assert grants.of(("alice",)) == frozenset()
    with pytest.raises(RoleNotFound):
        grants.remove_role("finance")
    with pytest.raises(BadAccountName):
        grants.add_role("a:b")
