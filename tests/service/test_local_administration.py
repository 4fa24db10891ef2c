"""What the command line changes without a service; the same as over REST is tested in tests/client/test_administration.py."""

from dtserve.service.config import load_home
from dtserve.service.identities import Identities
from dtserve.service.local_administration import LocalAdministration
from dtserve.service.state import open_state


def test_changes_stand_in_the_homes_database(tmp_path) -> None:
    with LocalAdministration(load_home(tmp_path)) as local:
        local.add_account("alice", "correct horse battery")
        local.grant("alice", "administrator")
        token = local.create_token("alice")["token"]
    state = open_state(tmp_path / "state.sqlite")
    identities = Identities(state)
    assert identities.by_token(token).roles == {"administrator"}
    assert identities.ensure_administrator(tmp_path / "token") is None
    rows = identities.audit.entries()
    assert {row["address"] for row in rows} == {"this machine"}
    assert token not in str(rows)
    state.close()


def test_what_somebody_may_on_a_package(tmp_path) -> None:
    with LocalAdministration(load_home(tmp_path)) as local:
        for role in ("activate", "access", "db_ssisltduser"):
            local.grant("os:bob", role)
        assert local.check("os:bob", r"\File System")["operations"] == ["enumerate", "import", "folders"]
        assert local.check("os:bob", remote=True)["may"]["packages.enumerate"] == "all"
