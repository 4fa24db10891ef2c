"""The tables of rights and roles hold together; their content is walked in test_access_matrix.py."""

from dtserve.service import role_table
from dtserve.service.role_table import ALL, BUILT_IN, CONNECTED, FIXED_ROLES, OWN, RIGHTS, ROLES, scope


def test_every_role_is_described() -> None:
    assert set(ROLES) == set(BUILT_IN)
    assert set(FIXED_ROLES) < set(BUILT_IN)
    assert not set(RIGHTS) & set(BUILT_IN)
    assert all(value in (OWN, ALL) for table in (*ROLES.values(), CONNECTED) for value in table.values())
    assert all(name == name.lower() for name in (*RIGHTS, *BUILT_IN))


def test_administrators_can_do_whatever_any_role_can() -> None:
    every = {action for table in ROLES.values() for action in table} | set(CONNECTED)
    for action in every:
        assert scope(frozenset({role_table.ADMINISTRATOR}), action)


def test_the_widest_scope_counts() -> None:
    assert scope(frozenset({"db_ssisltduser"}), "packages.view") == OWN
    assert scope(frozenset({"db_ssisltduser", "db_ssisoperator"}), "packages.view") == ALL
    assert scope(frozenset({"unknown"}), "packages.view") == ""
    assert scope(frozenset(), "executions.stop") == OWN
