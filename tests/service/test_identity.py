"""Rights by place, and what a token leaves."""

import pytest

from dtserve.service.identity import Identity

BASE = frozenset({"activate", "access", "db_ssisadmin"})


def test_rights_may_be_for_this_machine_or_others_only() -> None:
    local = Identity("a", frozenset({"activate.local", "access.local", "db_ssisadmin"}))
    remote = Identity("a", local.roles, remote=True)
    assert local.scope("packages.view") == "all"
    assert remote.scope("packages.view") == remote.scope("connect") == ""
    both = Identity("a", frozenset({"activate.remote", "access", "db_ssisadmin"}), remote=True)
    assert both.scope("packages.view") == "all"


def test_to_connect_is_not_to_call() -> None:
    only = Identity("a", frozenset({"activate", "db_ssisadmin"}))
    assert only.scope("connect") == "all"
    assert only.scope("packages.view") == only.scope("executions.list") == ""


def test_to_launch_is_neither() -> None:
    assert Identity("a", frozenset({"launch"})).scope("service.launch") == "all"
    assert Identity("a", BASE).scope("service.launch") == ""
    assert Identity("a", frozenset({"launch"})).scope("connect") == ""


@pytest.mark.parametrize(
    ("actions", "action", "scope"),
    [
        (None, "packages.view", "all"),
        ({"packages.view"}, "packages.view", "all"),
        ({"packages.view"}, "packages.delete", ""),
        ({"packages.view"}, "connect", "all"),
        ({"access.manage", "tokens.own"}, "access.manage", ""),
        ({"access.manage", "tokens.own"}, "tokens.own", ""),
        ({"service.launch"}, "service.launch", "all"),
        ({"packages.view"}, "service.launch", ""),
    ],
)
def test_tokens_narrow_and_never_widen(actions, action, scope) -> None:
    roles = frozenset({"administrator"})
    identity = Identity("a", roles, "token", None if actions is None else frozenset(actions))
    assert identity.scope(action) == scope
    assert Identity("a", frozenset(), "token", identity.actions).scope(action) == ""


def test_ownership_is_without_case() -> None:
    identity = Identity("Alice", BASE)
    assert identity.owns("ALICE")
    assert identity.may_see("alice", "executions.view")
    assert not identity.may_see("bob", "executions.view")


def test_the_caller_of_the_stores() -> None:
    assert Identity("a", BASE).caller.sysadmin is False
    assert Identity("a", frozenset({"sysadmin"})).caller.sysadmin is True
    assert Identity("a", frozenset({"administrator"})).caller.sysadmin is True
    assert Identity("a", frozenset({"machine_administrator"})).caller.sysadmin is False
