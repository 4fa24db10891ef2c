"""Import, export, facts, delete: bytes first."""

from urllib.parse import quote

import pytest

from dtserve.package.document import PackageDocument
from support.service import PACKAGE, open_service

PATHS = [r"\MSDB\Load", r"\File System\Load"]


@pytest.fixture
def client(tmp_path):
    with open_service(tmp_path) as (_, opened):
        yield opened


@pytest.mark.parametrize("path", PATHS)
def test_import_and_export_keep_every_byte(client, path) -> None:
    answer = client.put("/api/packages/content", params={"path": path}, content=PACKAGE)
    assert answer.status_code == 201, answer.text
    assert client.get("/api/packages/content", params={"path": path}).content == PACKAGE
    facts = client.get("/api/packages", params={"path": path})
    assert facts.json()["package_id"].strip("{}").upper() == "F7007F7F-BB75-572F-A26F-B3BBFD6E4454"
    assert facts.headers["ETag"] == f'"{facts.json()["revision"]}"'


@pytest.mark.parametrize("path", PATHS)
def test_overwriting_is_asked_for(client, path) -> None:
    put = {"path": path}
    assert client.put("/api/packages/content", params=put, content=PACKAGE).status_code == 201
    assert client.put("/api/packages/content", params=put, content=PACKAGE).status_code == 409
    again = client.put("/api/packages/content", params={**put, "overwrite": "true"}, content=PACKAGE + b"\n")
    assert again.status_code == 201
    assert client.get("/api/packages/content", params=put).content == PACKAGE + b"\n"


@pytest.mark.parametrize("path", PATHS)
def test_conditions(client, path) -> None:
    put = {"path": path}
    first = client.put("/api/packages/content", params=put, content=PACKAGE, headers={"If-None-Match": "*"})
    assert first.status_code == 201
    etag = first.headers["ETag"]
    for url in ("/api/packages", "/api/packages/content"):
        again = client.get(url, params=put, headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(url, params=put, headers={"If-None-Match": '"other"'}).headers["ETag"] == etag
    taken = client.put("/api/packages/content", params=put, content=PACKAGE, headers={"If-None-Match": "*"})
    assert taken.status_code == 409
    changed = client.put("/api/packages/content", params=put, content=PACKAGE + b"\n", headers={"If-Match": etag})
    assert changed.status_code == 201
    assert changed.headers["ETag"] != etag
    for refused in (
        client.put("/api/packages/content", params=put, content=PACKAGE, headers={"If-Match": etag}),
        client.delete("/api/packages", params=put, headers={"If-Match": etag}),
    ):
        assert (refused.status_code, refused.json()["symbol"]) == (412, "DTSERVE_E_PRECONDITION")
    assert client.get("/api/packages/content", params=put).content == PACKAGE + b"\n"
    gone = client.delete("/api/packages", params=put, headers={"If-Match": changed.headers["ETag"]})
    assert gone.status_code == 204
    absent = client.put("/api/packages/content", params=put, content=PACKAGE, headers={"If-Match": "*"})
    assert absent.status_code == 412


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<a/>", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'],
    ids=["empty", "text", "other-xml", "doctype"],
)
def test_what_is_no_package_is_refused(client, content) -> None:
    answer = client.put("/api/packages/content", params={"path": PATHS[0]}, content=content)
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("0xC")
    assert client.get("/api/packages", params={"path": PATHS[0]}).status_code == 404


def test_too_large(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_LIMITS_MAX_PACKAGE_BYTES", "1000")
    with open_service(tmp_path / "small") as (_, client):
        answer = client.put("/api/packages/content", params={"path": PATHS[0]}, content=PACKAGE)
    assert (answer.status_code, answer.json()["symbol"]) == (413, "DTSERVE_E_TOOLARGE")


@pytest.mark.parametrize("path", PATHS)
def test_delete(client, path) -> None:
    client.put("/api/packages/content", params={"path": path}, content=PACKAGE)
    assert client.delete("/api/packages", params={"path": path}).status_code == 204
    assert client.delete("/api/packages", params={"path": path}).status_code == 404


def test_a_protection_level_on_the_way(client) -> None:
    headers = {"Package-Level": "3", "Package-New-Password": quote("bänana 100%")}
    where = {"path": r"\MSDB\Protected"}
    assert client.put("/api/packages/content", params=where, content=PACKAGE, headers=headers).status_code == 201
    stored = client.get("/api/packages/content", params=where).content
    assert PackageDocument.open(stored, "bänana 100%").protection_level == 3
    headers = {"Package-Level": "2", "Package-Password": quote("bänana 100%"), "Package-New-Password": "cherry"}
    saved = client.get("/api/packages/content", params=where, headers=headers)
    assert PackageDocument.open(saved.content, "cherry").protection_level == 2
    assert client.get("/api/packages/content", params=where).content == stored
    wrong = client.get("/api/packages/content", params=where, headers={**headers, "Package-Password": "wrong"})
    assert wrong.status_code >= 400
    assert "cherry" not in wrong.text
    assert client.get("/api/packages/content", params=where, headers={"Package-Level": "9"}).status_code == 422
    files = {"path": r"\File System\Server"}
    refused = client.put("/api/packages/content", params=files, content=PACKAGE, headers={"Package-Level": "5"})
    assert refused.json()["code"] == "0xC0014061"
    in_msdb = client.put(
        "/api/packages/content", params={"path": r"\MSDB\Server"}, content=PACKAGE, headers={"Package-Level": "5"}
    )
    assert in_msdb.status_code == 201
