"""Grants, roles and folders over REST."""

import pytest

from support.access import Cast
from support.service import open_service


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as opened:
        yield opened


def test_grants(service) -> None:
    hub, client = service
    body = {"principal": "os:alice", "role": "db_ssisoperator"}
    assert client.post("/api/access/grants", json=body).json()["new"] is True
    assert client.post("/api/access/grants", json=body).json()["new"] is False
    (row,) = client.get("/api/access/grants", params={"principal": "os:alice"}).json()["grants"]
    assert (row["role"], row["granted_by"]) == ("db_ssisoperator", "administrator")
    assert client.delete("/api/access/grants", params=body).json()["revoked"] is True
    assert client.delete("/api/access/grants", params=body).json()["revoked"] is False
    assert client.post("/api/access/grants", json={**body, "role": "nonsense"}).status_code == 404
    last = client.delete("/api/access/grants", params={"principal": "administrator", "role": "administrator"})
    assert last.status_code == 409
    assert hub.identities.audit.entries(action="access.manage")[0]["outcome"] == "failed"


def test_roles_and_folders(service) -> None:
    hub, client = service
    assert client.post("/api/access/roles", json={"role": "Finance"}).status_code == 201
    assert client.post("/api/access/roles", json={"role": "finance"}).status_code == 409
    assert "Finance" in {each["role"] for each in client.get("/api/access/roles").json()["roles"]}
    hub.tree.create_folder(("MSDB", "Ledger"))
    put = {"params": {"path": r"\MSDB\Ledger"}, "json": {"reader": "finance"}}
    assert client.put("/api/access/folders", **put).json() == {
        "path": r"\MSDB\Ledger",
        "reader": "Finance",
        "writer": "",
    }
    assert client.get("/api/access/folders").json()["folders"] == [
        {"path": r"\MSDB\Ledger", "reader": "Finance", "writer": ""}
    ]
    cast = Cast(hub)
    seen = client.get("/api/tree", params={"path": r"\MSDB"}, headers=cast.headers("db_ssisoperator")).json()
    assert "Ledger" not in {each["name"] for each in seen["folders"]}
    for wrong in ({"path": r"\MSDB\Nothing"}, {"path": ""}):
        assert client.put("/api/access/folders", params=wrong, json={}).status_code == 404
    unknown = client.put("/api/access/folders", params={"path": r"\MSDB\Ledger"}, json={"writer": "access"})
    assert unknown.status_code == 404
    assert client.delete("/api/access/roles/finance").status_code == 204
    assert client.delete("/api/access/roles/finance").status_code == 404


def test_what_somebody_may(service) -> None:
    hub, client = service
    for role in ("activate.local", "access", "db_ssisltduser"):
        hub.identities.grants.grant("alice", role)
    found = client.get("/api/access/check", params={"principal": "alice", "path": r"\MSDB"}).json()
    assert found["may"]["packages.view"] == "own"
    assert found["operations"] == ["enumerate", "import", "folders"]
    remote = client.get("/api/access/check", params={"principal": "alice", "remote": True}).json()
    assert remote["may"] == {}
