"""The matrix of MSDB §5 case by case, and the table of rules."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.service.package_access import FOLDER, OPERATIONS, PACKAGE, Facts, PackageRules, Rule, may
from dtserve.service.state import open_state

CALLERS = {
    "sysadmin": ("me", {"sysadmin"}),
    "admin": ("me", {"db_ssisadmin"}),
    "ltd owner": ("owner", {"db_ssisltduser"}),
    "ltd other": ("me", {"db_ssisltduser"}),
    "operator": ("me", {"db_ssisoperator"}),
    "ltd in role": ("me", {"db_ssisltduser", "finance"}),
    "operator in role": ("me", {"db_ssisoperator", "finance"}),
    "role alone": ("me", {"finance"}),
    "owner without role": ("owner", set()),
    "operator owner": ("owner", {"db_ssisoperator"}),
}
TABLE = """
read, no role        sysadmin, admin, ltd owner, operator, operator in role, operator owner
read, role           sysadmin, admin, ltd owner, ltd in role, operator in role
import, no role      sysadmin, admin, ltd owner, ltd other, ltd in role
overwrite, no role   sysadmin, admin, ltd owner
overwrite, role      sysadmin, admin, ltd owner, ltd in role, operator in role
delete, no role      sysadmin, admin, ltd owner
delete, role         sysadmin, ltd owner, ltd in role, operator in role
roles, no role       sysadmin, admin, ltd owner
roles, role          sysadmin, admin, ltd owner
folders, no role     sysadmin, admin, ltd owner, ltd other, ltd in role
enumerate, no role   sysadmin, admin, ltd owner, ltd other, operator, ltd in role, operator in role, operator owner
enumerate, role      sysadmin, admin, ltd owner, ltd other, operator, ltd in role, operator in role, operator owner
"""
"""MSDB §5: operation and whether the package has a role → who may."""
ROWS = [row for row in TABLE.split("\n") if row]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[:20].strip())
def test_packages(row) -> None:
    what, _, who = row.partition("   ") if "   " in row else (row, "", "")
    operation, role = (part.strip() for part in what.split(","))
    given_role = "finance" if role == "role" else ""
    facts = Facts("owner", given_role, given_role)
    allowed = {name for name, (login, roles) in CALLERS.items() if may(login, frozenset(roles), operation, facts)}
    assert allowed == {name.strip() for name in who.split(",")}


def test_folders_hide_what_is_in_them() -> None:
    facts = Facts(reader="finance", reader_folder=True)
    allowed = {name for name, (login, roles) in CALLERS.items() if may(login, frozenset(roles), "enumerate", facts)}
    assert allowed == {"sysadmin", "admin", "ltd in role", "operator in role"}


def test_writers_of_folders() -> None:
    facts = Facts("owner", writer="finance", writer_folder=True)
    for operation in ("import", "folders"):
        allowed = {name for name, (login, roles) in CALLERS.items() if may(login, frozenset(roles), operation, facts)}
        assert allowed == {"sysadmin", "admin", "ltd in role", "operator in role"}
    assert may("me", frozenset({"db_ssisadmin"}), "delete", facts)
    assert not may("me", frozenset({"db_ssisadmin"}), "delete", Facts("owner", writer="finance"))


ROLES = st.frozensets(st.sampled_from(["db_ssisadmin", "db_ssisltduser", "db_ssisoperator", "finance", "sales"]))
FACTS = st.builds(
    Facts, st.sampled_from(["", "me", "owner"]), st.sampled_from(["", "finance", "Sales"]),
    st.sampled_from(["", "finance"]), st.booleans(), st.booleans(),
)  # fmt: skip


@given(ROLES, FACTS, st.sampled_from(OPERATIONS))
@settings(max_examples=200)
def test_more_roles_never_take_a_right_away(roles, facts, operation) -> None:
    if may("me", roles, operation, facts):
        for more in ("db_ssisadmin", "db_ssisltduser", "db_ssisoperator", "finance", "sysadmin"):
            assert may("me", roles | {more}, operation, facts)


@given(st.frozensets(st.sampled_from(["finance", "sales", "activate", "access", "launch"])), FACTS)
@settings(max_examples=60)
def test_without_a_fixed_role_nothing(roles, facts) -> None:
    assert not any(may("owner", roles, operation, facts) for operation in OPERATIONS)


@pytest.fixture
def rules(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield PackageRules(state)
    state.close()


def test_rules_follow_their_packages(rules) -> None:
    path = ("File System", "A", "P")
    rules.set(path, PACKAGE, owner="alice")
    rules.set(("FILE SYSTEM", "a", "p"), PACKAGE, reader="finance")
    assert rules.package(("file system", "A", "P")) == Rule(r"\FILE SYSTEM\a\p", "alice", "finance")
    rules.set(("File System", "A"), FOLDER, writer="finance")
    rules.move(("File System", "A"), ("File System", "B"), FOLDER)
    assert rules.package(("File System", "B", "P")).owner == "alice"
    assert rules.package(path) == Rule()
    assert [each["path"] for each in rules.list()] == [r"\File System\B"]
    rules.forget(("File System", "B"), FOLDER)
    assert rules.package(("File System", "B", "P")) == Rule()
    assert rules.list() == []


def test_a_rule_that_says_nothing_is_forgotten(rules) -> None:
    rules.set(("R", "F"), FOLDER, reader="finance")
    rules.set(("R", "F"), FOLDER, reader="")
    assert rules.folders() == {}


def test_many_packages_at_once(rules) -> None:
    paths = [("R", f"P{number}") for number in range(1200)]
    for path in itertools.islice(paths, 0, 1200, 400):
        rules.set(path, PACKAGE, owner="alice")
    assert [rule.owner for rule in rules.packages(paths)].count("alice") == 3


def test_names_that_begin_alike_are_not_below(rules) -> None:
    rules.set(("R", "AB", "P"), PACKAGE, owner="alice")
    rules.forget(("R", "A"), FOLDER)
    rules.move(("R", "A"), ("R", "C"), FOLDER)
    assert rules.package(("R", "AB", "P")).owner == "alice"
