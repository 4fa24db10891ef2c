"""Configuration files beside packages, in folders of files and on shares; other stores have none."""

import os

import pytest

from dtserve.errors import PackageNotFound
from dtserve.stores import Database, FileSystemStore, MsdbStore, PackageTree, Root
from dtserve.stores.errors import AttachmentsUnsupported, FolderNotFound, NameNotFileName, PackageTooLarge
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.smb import SmbStore
from dtserve.stores.smb_share import ShareLogin
from dtserve.stores.versioned import VersionedStore
from dtserve.stores.versions import VersionArchive
from support.samba_server import PASSWORD
from support.servers import samba_server


@pytest.fixture(params=["files", "share", "versioned", "tree"])
def store(request, tmp_path):
    files = FileSystemStore("F", tmp_path / "root", max_bytes=1000)
    made = files
    if request.param == "share":
        samba = samba_server()
        login = ShareLogin(samba.user, PASSWORD, samba.port)
        made = SmbStore("S", rf"\\127.0.0.1\packages\{tmp_path.name}", login, max_bytes=1000)
    if request.param in ("versioned", "tree"):
        made = VersionedStore(files, VersionArchive(tmp_path / "v.sqlite"), "key", who="me")
    if request.param == "tree":
        made = Below(PackageTree([Root("Root", lambda inner=made: inner, "FileSystemFolder")]))
    made.create_folder(("A",))
    yield made
    made.close()


class Below:
    """A root of a tree as if it were the store."""

    def __init__(self, tree):
        self.tree = tree

    def close(self):
        self.tree.close()

    def __getattr__(self, name):
        return lambda path, *more: getattr(self.tree, name)(("Root", *path), *more)


def test_kept_and_listed(store):
    assert list(store.attachments(("A",))) == []
    store.write_attachment(("A", "b.dtsConfig"), b"<b/>")
    store.write_attachment(("A", "A.DTSCONFIG"), b"<a/>")
    store.write_attachment(("A", "B.dtsconfig"), b"<newer/>")
    store.write(("A", "Load"), b"<p/>")
    assert [(each.name, each.size) for each in store.attachments(("A",))] == [("A.DTSCONFIG", 4), ("b.dtsConfig", 8)]
    assert store.read_attachment(("a", "B.dtsConfig")) == b"<newer/>"
    assert [info.name for info in store.list(("A",))[1]] == ["Load"]
    store.delete_attachment(("A", "b.dtsconfig"))
    assert [each.name for each in store.attachments(("A",))] == ["A.DTSCONFIG"]


def test_what_is_not_there(store):
    for path in (("A", "none.dtsConfig"), ("no", "none.dtsConfig"), ("A", "Load.dtsx")):
        with pytest.raises(PackageNotFound):
            store.read_attachment(path)
        with pytest.raises(PackageNotFound):
            store.delete_attachment(path)
    with pytest.raises(FolderNotFound):
        store.attachments(("no",))
    with pytest.raises(FolderNotFound):
        store.write_attachment(("no", "x.dtsConfig"), b"x")
    for name in ("x.txt", "a|b.dtsConfig"):
        with pytest.raises(NameNotFileName):
            store.write_attachment(("A", name), b"x")


def test_limits_and_links(tmp_path):
    made = FileSystemStore("F", tmp_path / "root", max_bytes=10)
    assert list(made.attachments(())) == []
    made.write_attachment(("x.dtsConfig",), b"1" * 11)
    with pytest.raises(PackageTooLarge):
        made.read_attachment(("x.dtsConfig",))
    (tmp_path / "secret.dtsConfig").write_bytes(b"s")
    os.symlink(tmp_path / "secret.dtsConfig", tmp_path / "root" / "out.dtsConfig")
    os.symlink("x.dtsConfig", tmp_path / "root" / "in.dtsConfig")
    assert [each.name for each in made.attachments(())] == ["in.dtsConfig", "x.dtsConfig"]
    with pytest.raises(PackageNotFound):
        made.read_attachment(("out.dtsConfig",))


def test_msdb_has_no_place_for_them(tmp_path):
    made = MsdbStore("MSDB", Database(sqlite_url(tmp_path / "m.sqlite")))
    assert list(made.attachments(())) == []
    with pytest.raises(AttachmentsUnsupported):
        made.write_attachment(("x.dtsConfig",), b"x")
    with pytest.raises(PackageNotFound):
        made.read_attachment(("x.dtsConfig",))
    made.close()
