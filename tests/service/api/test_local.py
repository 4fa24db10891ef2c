"""/local/executions over the service's own socket, as dtexec uses it, and refused anywhere else."""

import os
import subprocess
import sys
import uuid

import httpx2 as httpx
import pytest

from support.service import open_service, serve


def test_only_over_the_local_socket(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        body = {"id": str(uuid.uuid4()), "package": "P", "pid": os.getpid()}
        assert client.post("/local/executions", json=body).status_code in (401, 403)
        assert client.get("/api/executions").json()["executions"] == []


@pytest.fixture
def socket(tmp_path):
    with serve(tmp_path) as served:
        transport = httpx.HTTPTransport(uds=str(tmp_path / "run" / "service.sock"))
        with httpx.Client(transport=transport, base_url="http://localhost", timeout=30) as client:
            yield client, served


def test_a_run_that_is_told(socket) -> None:
    client, served = socket
    name = str(uuid.uuid4())
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    body = {"id": name, "package": "Load", "path": "/srv/Load.dtsx", "pid": process.pid}
    assert client.post("/local/executions", json=body).status_code == 201
    with served.client as administrator:
        (row,) = administrator.get("/api/executions", params={"running": True}).json()["executions"]
        assert (row["id"], row["origin"], row["package_path"]) == (name, "dtexec", "/srv/Load.dtsx")
        assert client.post(f"/local/executions/{name}/finished", json={"state": "succeeded"}).status_code == 204
        assert administrator.get(f"/api/executions/{name}").json()["state"] == "succeeded"
    process.communicate(b"\n")


@pytest.mark.parametrize("more", [{"pid": 2**22 - 7}, {"pid": 0}, {"id": "x"}, {"package": None}])
def test_what_makes_no_sense(socket, more) -> None:
    client, _ = socket
    body = {"id": str(uuid.uuid4()), "package": "P", "pid": os.getpid(), **more}
    assert client.post("/local/executions", json=body).status_code in (400, 422)


def test_a_run_of_the_service_cannot_be_ended_so(socket) -> None:
    client, _ = socket
    answer = client.post(f"/local/executions/{uuid.uuid4()}/finished", json={"state": "failed"})
    assert answer.status_code in (403, 404)
