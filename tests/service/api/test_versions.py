"""What packages were, over REST."""

import pytest

from support.access import Cast
from support.service import PACKAGE, open_service

CHANGED = PACKAGE.replace(b"CountMonths", b"CountWeeks")
PATHS = [r"\MSDB\Load", r"\File System\Load"]


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as opened:
        yield opened


def put(client, path, data, **options):
    params = {"path": path, "overwrite": "true"}
    assert client.put("/api/packages/content", params=params, content=data, **options).status_code == 201


@pytest.mark.parametrize("path", PATHS)
def test_listed_shown_compared_and_restored(service, path) -> None:
    hub, client = service
    put(client, path, PACKAGE)
    put(client, path, CHANGED)
    listed = client.get("/api/packages/versions", params={"path": path}).json()
    assert [(each["version"], each["who"], each["deleted"]) for each in listed["versions"]] == [
        (2, "administrator", False), (1, "administrator", False),
    ]  # fmt: skip
    shown = client.get("/api/packages/versions/content", params={"path": path, "version": 1})
    assert shown.content == PACKAGE
    assert "Load%201.dtsx" in shown.headers["content-disposition"]
    compared = client.get("/api/packages/versions/diff", params={"path": path, "old": 1, "new": 2}).json()
    assert compared["structural"] is True
    assert any("CountWeeks" in each for each in compared["changes"])
    same = client.get("/api/packages/versions/diff", params={"path": path, "old": 1, "new": 1}).json()
    assert same["changes"] == []
    done = client.post("/api/packages/versions/restore", json={"path": path, "version": 1})
    assert done.status_code == 200
    assert client.get("/api/packages/content", params={"path": path}).content == PACKAGE
    latest = client.get("/api/packages/versions", params={"path": path}).json()["versions"][0]
    assert (latest["version"], latest["why"]) == (3, "restored from version 1")
    assert client.delete("/api/packages", params={"path": path}).status_code == 204
    assert client.get("/api/packages/versions", params={"path": path}).json()["versions"][0]["deleted"] is True
    assert client.post("/api/packages/versions/restore", json={"path": path, "version": 2}).status_code == 200
    assert client.get("/api/packages/content", params={"path": path}).content == CHANGED
    missing = client.get("/api/packages/versions/content", params={"path": path, "version": 99})
    assert (missing.status_code, missing.json()["symbol"]) == (404, "DTSERVE_E_VERSIONNOTFOUND")
    assert hub.identities.audit.entries(action="packages.import")[0]["outcome"] == "done"


def test_what_cannot_be_opened_is_compared_line_by_line(service) -> None:
    hub, client = service
    hub.tree.write(("MSDB", "P"), b"one\n")
    hub.tree.write(("MSDB", "P"), b"two\n", overwrite=True)
    found = client.get("/api/packages/versions/diff", params={"path": r"\MSDB\P", "old": 1, "new": 2}).json()
    assert found["structural"] is False
    assert "-one" in found["changes"]


def test_forgetting(service) -> None:
    hub, client = service
    for data in (PACKAGE, CHANGED, PACKAGE):
        put(client, PATHS[0], data)
    assert client.post("/api/packages/versions/prune", json={"keep": 1, "older_than_days": 1}).json() == {
        "forgotten": 0
    }
    assert client.post("/api/packages/versions/prune", json={"keep": 1}).json() == {"forgotten": 2}
    assert client.post("/api/packages/versions/prune", json={"keep": 0}).status_code == 422
    admin = Cast(hub).headers("db_ssisadmin")
    assert client.post("/api/packages/versions/prune", json={"keep": 1}, headers=admin).status_code == 403


def test_who_may_not_read_sees_no_versions(service) -> None:
    hub, client = service
    put(client, PATHS[0], PACKAGE)
    put(client, PATHS[0], CHANGED)
    cast = Cast(hub)
    limited = cast.headers("db_ssisltduser")
    for url, params in (
        ("/api/packages/versions", {}),
        ("/api/packages/versions/content", {"version": 1}),
        ("/api/packages/versions/diff", {"old": 1, "new": 2}),
    ):
        answer = client.get(url, params={"path": PATHS[0], **params}, headers=limited)
        assert answer.status_code == 403, url
    operator = cast.headers("db_ssisoperator")
    assert client.get("/api/packages/versions", params={"path": PATHS[0]}, headers=operator).status_code == 200
    body = {"path": PATHS[0], "version": 1}
    assert client.post("/api/packages/versions/restore", json=body, headers=operator).status_code == 403
