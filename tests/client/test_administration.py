"""Access through the client, and the same through the home's own database."""

import pytest

from dtserve.client import Address, Client, RemoteProblem
from dtserve.errors import DtserveError
from dtserve.service.config import load_home
from dtserve.service.local_administration import LocalAdministration
from support.service import serve

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("administration")) as running:
        yield running


@pytest.fixture(params=["client", "local"])
def at(request, served):
    if request.param == "local":
        with LocalAdministration(load_home(served.home)) as local:
            yield local
    else:
        with Client(Address.parse(served.address), served.token) as client:
            yield client.administration


def test_both_do_the_same(at) -> None:
    assert at.add_account("alice", PASSWORD)["name"] == "alice"
    at.set_password("alice", "another good password")
    at.set_disabled("alice", True)
    assert [(each["name"], each["disabled"]) for each in at.accounts()] == [("administrator", False), ("alice", True)]
    at.set_disabled("alice", False)
    at.add_role("Finance", "ledger")
    assert at.grant("alice", "Finance") is True
    assert at.grant("alice", "finance") is False
    at.grant("alice", "db_ssisoperator")
    assert {each["role"] for each in at.grants("alice")} == {"Finance", "db_ssisoperator"}
    assert {"Finance", "access", "db_ssisadmin"} <= {each["role"] for each in at.roles()}
    assert at.set_folder(r"\File System", reader="finance") == {
        "path": r"\File System",
        "reader": "Finance",
        "writer": "",
    }
    assert at.check("alice", r"\File System")["operations"] == ["enumerate", "read"]
    assert at.folders() == [{"path": r"\File System", "reader": "Finance", "writer": ""}]
    at.set_folder(r"\File System")
    made = at.create_token("alice", label="x", actions=["packages.view"], days=2)
    assert made["token"].startswith("dtserve_")
    assert made["id"] in {each["id"] for each in at.tokens(everybody=True)}
    at.revoke_token(made["id"])
    assert at.revoke("alice", "db_ssisoperator") is True
    assert at.revoke("alice", "db_ssisoperator") is False
    at.remove_role("Finance")
    at.remove_account("alice")
    assert at.grants("alice") == []
    targets = {row["target"] for row in at.audit(limit=50)}
    assert {"account alice", "Finance to alice", "role Finance", rf"token {made['id']}"} <= targets


def test_both_refuse_alike(at) -> None:
    told = []
    for refused in (
        lambda: at.grant("alice", "nonsense"), lambda: at.revoke("administrator", "administrator"),
        lambda: at.remove_account("administrator"), lambda: at.set_disabled("administrator", True),
        lambda: at.revoke_token("nonsense"), lambda: at.set_folder(r"\Nowhere"), lambda: at.add_account("a:b"),
        lambda: at.create_token("nobody"), lambda: at.create_token("administrator", actions=["nonsense"]),
    ):  # fmt: skip
        with pytest.raises(DtserveError) as caught:
            refused()
        error = caught.value
        told.append(error.told_symbol if isinstance(error, RemoteProblem) else error.symbol)
    assert told == [
        "DTSERVE_E_ROLENOTFOUND", "DTSERVE_E_LASTADMINISTRATOR", "DTSERVE_E_LASTADMINISTRATOR",
        "DTSERVE_E_LASTADMINISTRATOR", "DTSERVE_E_TOKENNOTFOUND", "DTS_E_FOLDERNOTFOUND", "DTSERVE_E_BADACCOUNTNAME",
        "DTSERVE_E_ACCOUNTNOTFOUND", "DTSERVE_E_BADSCOPE",
    ]  # fmt: skip
