"""Folders of the package store."""

import pytest

from support.service import PACKAGE, open_service


@pytest.mark.parametrize("root", ["MSDB", "File System"])
def test_create_rename_delete(tmp_path, root) -> None:
    with open_service(tmp_path) as (hub, client):
        path = rf"\{root}\Finance"
        assert client.post("/api/folders", json={"path": path}).status_code == 201
        assert client.post("/api/folders", json={"path": path}).status_code == 409
        assert client.patch("/api/folders", params={"path": path}, json={"name": "Money"}).status_code == 200
        assert hub.tree.folder_exists((root, "Money"))
        assert not hub.tree.folder_exists((root, "Finance"))
        hub.tree.write((root, "Money", "P"), PACKAGE)
        assert client.delete("/api/folders", params={"path": rf"\{root}\Money"}).status_code == 409
        hub.tree.delete((root, "Money", "P"))
        assert client.delete("/api/folders", params={"path": rf"\{root}\Money"}).status_code == 204
        assert not hub.tree.folder_exists((root, "Money"))


def test_names_that_no_file_may_have(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        answer = client.post("/api/folders", json={"path": '\\File System\\a"b'})
    assert answer.status_code in (400, 409)
    assert answer.json()["code"].startswith("0xC")
