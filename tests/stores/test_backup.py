"""Backups: made, verified, restored elsewhere; damage and wrong passphrases are told."""

import io
import json
import stat
import tarfile

import pytest

from dtserve.errors import StoreError
from dtserve.stores import Database, FileSystemStore, MsdbStore, PackageTree, Root
from dtserve.stores.backup import create_backup, read_manifest, restore_backup, verify_backup
from dtserve.stores.errors import (
    BackupCorrupt,
    BackupKeyWrong,
    BadManifest,
    ReadFailed,
    RootUnavailable,
    StoreUnavailable,
    WriteFailed,
)
from dtserve.stores.msdb.engine import sqlite_url
from support.memory_store import MemoryStore
from support.store_packages import package

PATHS = [("MSDB", "Load"), ("MSDB", "A", "B", "Deep"), ("File System", "Ünï 名"), ("File System", "X", "Load")]
TOPS = [("MSDB",), ("File System",)]


def make_tree(folder):
    msdb = MsdbStore("MSDB", Database(sqlite_url(folder / "m.sqlite")))
    files = FileSystemStore("F", folder / "files")
    return PackageTree(
        [Root("MSDB", lambda: msdb, "SqlServerFolder"), Root("File System", lambda: files, "FileSystemFolder")]
    )


@pytest.fixture
def tree(tmp_path):
    made = make_tree(tmp_path / "one")
    for folder in (("MSDB", "A"), ("MSDB", "A", "B"), ("MSDB", "Empty"), ("File System", "X")):
        made.create_folder(folder)
    for path in PATHS:
        made.write(path, package(path[-1]))
    made.set_roles(("MSDB", "Load"), "db_ssisoperator", "")
    yield made
    made.close()


@pytest.fixture
def other(tmp_path):
    made = make_tree(tmp_path / "two")
    yield made
    made.close()


@pytest.mark.parametrize("passphrase", [None, "swordfish"])
def test_there_and_back(tree, other, tmp_path, passphrase):
    path = tmp_path / "b.dtsbackup"
    manifest = create_backup(path, tree, TOPS, passphrase=passphrase, files={"dtserve.toml": b"x = 1"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {entry.path for entry in manifest.packages} == set(PATHS)
    assert verify_backup(path, passphrase=passphrase) == read_manifest(path, passphrase=passphrase) == manifest
    assert ("MSDB", "Empty") in manifest.folders
    planned = restore_backup(path, other, passphrase=passphrase, dry_run=True)
    assert {each.action for each in planned} == {"created"}
    assert not other.exists(PATHS[0])
    assert not other.folder_exists(("MSDB", "Empty"))
    assert restore_backup(path, other, passphrase=passphrase) == planned
    for each in PATHS:
        assert other.read(each) == tree.read(each)
    assert other.folder_exists(("MSDB", "Empty"))
    assert other.roles(("MSDB", "Load")) == ("db_ssisoperator", "")
    assert {each.action for each in restore_backup(path, other, passphrase=passphrase)} == {"same"}


def test_a_plain_backup_is_an_archive_that_any_tool_reads(tree, tmp_path):
    create_backup(tmp_path / "b.tar.gz", tree, TOPS, files={"Binn/MsDtsSrvr.ini.xml": b"<x/>"})
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        names = archive.getnames()
        assert any(name.endswith("/MSDB/A/B/Deep.dtsx") for name in names)
        assert "files/Binn/MsDtsSrvr.ini.xml" in names
        manifest = json.load(archive.extractfile("manifest.json"))
    assert manifest["format"] == 1


def test_existing_packages(tree, tmp_path):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS)
    tree.write(("MSDB", "Load"), b"changed", overwrite=True)
    actions = {each.path: each.action for each in restore_backup(path, tree)}
    assert actions[("MSDB", "Load")] == "skipped"
    assert set(actions.values()) == {"same", "skipped"}
    failed = [each for each in restore_backup(path, tree, existing="fail") if each.action == "failed"]
    assert [each.path for each in failed] == [("MSDB", "Load")]
    assert tree.read(("MSDB", "Load")) == b"changed"
    assert {each.action for each in restore_backup(path, tree, existing="replace")} == {"replaced"}
    assert tree.read(("MSDB", "Load")) == package("Load")


def test_a_part_of_a_backup(tree, other, tmp_path):
    create_backup(tmp_path / "b", tree, [("MSDB", "A")])
    assert [each.path for each in restore_backup(tmp_path / "b", other)] == [("MSDB", "A", "B", "Deep")]
    create_backup(tmp_path / "c", tree, TOPS)
    done = restore_backup(tmp_path / "c", other, folder=("file system",))
    assert {each.path[0] for each in done} == {"File System"}
    assert not other.exists(("MSDB", "Load"))


def test_what_cannot_be_restored_is_told_and_the_rest_is_done(tree, tmp_path):
    create_backup(tmp_path / "b", tree, TOPS)
    store = MemoryStore()
    only = PackageTree([Root("MSDB", lambda: store)])
    with pytest.raises(StoreError):
        restore_backup(tmp_path / "b", only)
    done = restore_backup(tmp_path / "b", only, folder=("MSDB",))
    messages = {each.path: (each.action, each.message) for each in done}
    assert messages[("MSDB", "A", "B", "Deep")] == ("created", "")
    assert messages[("MSDB", "Load")][0] == "failed"


def test_a_root_that_does_not_answer_stops_the_backup(tree, tmp_path):
    def broken():
        raise StoreUnavailable(store="x", reason="gone")

    both = PackageTree([*tree.roots, Root("Dead", broken)])
    with pytest.raises(RootUnavailable):
        create_backup(tmp_path / "b", both, [*TOPS, ("Dead",)])
    assert not (tmp_path / "b").exists()
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == []


def test_damage(tree, tmp_path):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS)
    whole = path.read_bytes()
    for data in (
        b"",
        whole[:100],
        whole[: len(whole) // 2],
        b"no backup at all",
        whole[:300] + b"\0\0\0\0" + whole[304:],
    ):
        path.write_bytes(data)
        with pytest.raises((BackupCorrupt, BadManifest)):
            verify_backup(path)
    with pytest.raises(ReadFailed):
        verify_backup(tmp_path / "none")
    with pytest.raises(WriteFailed):
        create_backup(tmp_path / "no" / "b", tree, TOPS)


def repack(path, change):
    """Write the archive again with other contents."""
    with tarfile.open(path) as archive:
        entries = {entry.name: archive.extractfile(entry).read() for entry in archive}
    change(entries)
    with tarfile.open(path, "w:gz") as archive:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.update({next(iter(entries)): b"other"}),
        lambda entries: entries.pop(next(iter(entries))),
        lambda entries: entries.update({"packages/9/extra": b"x"}),
        lambda entries: entries.pop("manifest.json"),
        lambda entries: entries.update({"manifest.json": b"{}"}),
        lambda entries: entries.update({"manifest.json": b'{"format": 2}'}),
    ],
)
def test_content_that_does_not_agree_with_the_manifest(tree, other, tmp_path, change):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS)
    repack(path, change)
    with pytest.raises((BackupCorrupt, BadManifest)):
        restore_backup(path, other)
    assert not any(other.exists(each) for each in PATHS)


def test_links_in_an_archive_are_refused(tmp_path):
    with tarfile.open(tmp_path / "b", "w:gz") as archive:
        entry = tarfile.TarInfo("packages/0/x")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(BackupCorrupt, match="no package"):
        verify_backup(tmp_path / "b")


def test_a_sealed_backup_shows_nothing_without_its_passphrase(tree, tmp_path):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS, passphrase="swordfish")
    assert b"Deep" not in path.read_bytes()
    for passphrase in (None, "", "other"):
        with pytest.raises(BackupKeyWrong):
            read_manifest(path, passphrase=passphrase)
