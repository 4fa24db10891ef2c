"""Package Roles… and the roles of folders, over REST."""

import pytest

from support.access import Cast
from support.service import PACKAGE, open_service

PATHS = [r"\MSDB\Load", r"\File System\Load"]


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("path", PATHS)
def test_of_a_package(service, path) -> None:
    hub, client = service
    client.post("/api/access/roles", json={"role": "Night shift"})
    client.put("/api/packages/content", params={"path": path}, content=PACKAGE)
    found = client.get("/api/packages/roles", params={"path": path}).json()
    assert (found["reader"], found["writer"], found["owner"]) == ("", "", "administrator")
    assert set(found["roles"]) >= {"db_ssisadmin", "db_ssisltduser", "db_ssisoperator", "Night shift"}
    body = {"reader": "db_ssisoperator", "writer": "night shift"}
    done = client.put("/api/packages/roles", params={"path": path}, json=body)
    assert done.json() == {"path": path, "reader": "db_ssisoperator", "writer": "Night shift"}
    assert client.put("/api/packages/roles", params={"path": path}, json={"reader": "unknown"}).status_code in (
        404,
        409,
    )
    assert client.put("/api/packages/roles", params={"path": path}, json={}).json()["writer"] == ""
    assert client.get("/api/packages/roles", params={"path": path + "x"}).status_code == 404
    operator = Cast(hub).headers("db_ssisoperator")
    assert client.put("/api/packages/roles", params={"path": path}, json=body, headers=operator).status_code == 403


def test_of_a_folder(service) -> None:
    hub, client = service
    hub.tree.create_folder(("MSDB", "Ledger"))
    params = {"path": r"\MSDB\Ledger"}
    assert client.get("/api/folders/roles", params=params).json()["reader"] == ""
    done = client.put("/api/folders/roles", params=params, json={"writer": "db_ssisadmin"})
    assert done.json() == {"path": r"\MSDB\Ledger", "reader": "", "writer": "db_ssisadmin"}
    assert client.get("/api/folders/roles", params=params).json()["writer"] == "db_ssisadmin"
    for wrong in (r"\MSDB\Nothing", ""):
        assert client.put("/api/folders/roles", params={"path": wrong}, json={}).status_code == 404
    admin = Cast(hub).headers("db_ssisadmin")
    assert client.get("/api/folders/roles", params=params, headers=admin).status_code == 200
    assert client.put("/api/folders/roles", params=params, json={}, headers=admin).status_code == 403
