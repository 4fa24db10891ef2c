"""Stored Packages as the console sees them."""

from support.service import PACKAGE, open_service


def test_roots_folders_and_packages(tmp_path) -> None:
    with open_service(tmp_path) as (hub, client):
        roots = client.get("/api/tree").json()["folders"]
        assert [(r["name"], r["path"], r["kind"], r["store"]) for r in roots] == [
            ("MSDB", r"\MSDB", "root", "SqlServerFolder"),
            ("File System", r"\File System", "root", "FileSystemFolder"),
        ]
        hub.tree.create_folder(("File System", "Finance"))
        hub.tree.write(("File System", "Finance", "Load"), PACKAGE)
        (folder,) = client.get("/api/tree", params={"path": r"\File System"}).json()["folders"]
        assert folder["path"] == r"\File System\Finance"
        (package,) = client.get("/api/tree", params={"path": folder["path"]}).json()["packages"]
        assert (package["name"], package["path"]) == ("Load", r"\File System\Finance\Load")
        assert package["size"] == len(PACKAGE)


def test_a_missing_folder(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        assert client.get("/api/tree", params={"path": r"\MSDB\Nowhere"}).status_code == 404
