"""Opening a home a second time finds what the first left, and a schedule's owner is asked for rights."""

import pytest

from dtserve.errors import AccessDenied
from dtserve.service.opening import _Rights
from dtserve.service.run_request import RunRequest
from support.service import PACKAGE, open_service


def test_everything_begins_and_ends(tmp_path) -> None:
    with open_service(tmp_path) as (hub, _):
        hub.check_ready()
        assert {chore.name for chore in hub.chores} >= {"schedules", "alerts", "retention"}
        assert all(chore._thread.is_alive() for chore in hub.chores)
    assert not any(chore._thread.is_alive() for chore in hub.chores)
    with open_service(tmp_path) as (again, _):
        assert again.history.find() == []


def test_the_rights_of_an_owner(tmp_path) -> None:
    with open_service(tmp_path) as (hub, _):
        hub.tree.write(("MSDB", "P"), PACKAGE)
        rights = _Rights(hub.tree, hub.identities)
        request = RunRequest(package=r"\MSDB\P")
        with pytest.raises(AccessDenied):
            rights.check("ann", request)
        hub.identities.accounts.add("ann", "a long enough password 1")
        with pytest.raises(AccessDenied):
            rights.check("ann", request)
        for role in ("activate", "access", "db_ssisoperator"):
            hub.identities.grants.grant("ann", role)
        rights.check("ann", request)
        hub.identities.grants.revoke("ann", "db_ssisoperator")
        with pytest.raises(AccessDenied):
            rights.check("ann", request)
        rights.check("os:root", request)
