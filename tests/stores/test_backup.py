"""Backups: what is in them, parts of them, roots that do not answer."""

import hashlib
import io
import json
import tarfile

import pytest

from dtserve.stores import PackageTree, Root
from dtserve.stores.backup import create_backup, is_below, read_files, read_manifest, verify_backup
from dtserve.stores.backup_file import _trailer
from dtserve.stores.errors import BackupCorrupt, BadManifest, RootUnavailable, StoreUnavailable
from support.backup_trees import BESIDE, PATHS, TOPS, filled_tree


@pytest.fixture
def tree(tmp_path):
    made = filled_tree(tmp_path / "one")
    yield made
    made.close()


def test_what_is_in_it(tree, tmp_path):
    path = tmp_path / "b"
    files = {"settings/dtserve.toml": b"x = 1", "other": b"y"}
    manifest = create_backup(
        path, tree, TOPS, files=files, companions=lambda place, data: [(f"of/{place[-1]}", data[:5])]
    )
    assert {entry.path for entry in manifest.packages} == set(PATHS)
    assert [entry.path for entry in manifest.attachments] == [BESIDE]
    assert verify_backup(path) == read_manifest(path) == manifest
    assert ("MSDB", "Empty") in manifest.folders
    load = next(entry for entry in manifest.packages if entry.path == ("MSDB", "Load"))
    assert (load.reader, load.writer, load.owner) == ("db_ssisoperator", "night shift", "sa")
    assert read_files(path, prefix="settings/") == {"settings/dtserve.toml": b"x = 1"}
    assert set(read_files(path)) == {*files, "of/Load", "of/Deep", "of/Ünï 名"}


def test_a_plain_backup_is_an_archive_that_any_tool_reads(tree, tmp_path):
    create_backup(tmp_path / "b.tar.gz", tree, TOPS, files={"settings/MsDtsSrvr.ini.xml": b"<x/>"})
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        names = archive.getnames()
        assert any(name.endswith("/MSDB/A/B/Deep.dtsx") for name in names)
        assert any(name.endswith("/File System/X/Load.dtsConfig") for name in names)
        assert "files/settings/MsDtsSrvr.ini.xml" in names
        manifest = json.load(archive.extractfile("manifest.json"))
    assert manifest["format"] == 2


def test_a_root_that_does_not_answer_stops_the_backup(tree, tmp_path):
    def broken():
        raise StoreUnavailable(store="x", reason="gone")

    both = PackageTree([*tree.roots, Root("Dead", broken)])
    with pytest.raises(RootUnavailable):
        create_backup(tmp_path / "b", both, [*TOPS, ("Dead",)])
    assert not (tmp_path / "b").exists()
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == []


def repack(path, change):
    """Write the archive again with other contents, with the right trailer."""
    with tarfile.open(path) as archive:
        entries = {entry.name: archive.extractfile(entry).read() for entry in archive}
    change(entries)
    with tarfile.open(path, "w:gz") as archive:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    data = path.read_bytes()
    path.write_bytes(data + _trailer(hashlib.sha256(data).digest()))


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.update({next(iter(entries)): b"other"}),
        lambda entries: entries.pop(next(iter(entries))),
        lambda entries: entries.update({"packages/9/extra": b"x"}),
        lambda entries: entries.pop("manifest.json"),
        lambda entries: entries.update({"manifest.json": b"{}"}),
        lambda entries: entries.update({"manifest.json": b'{"format": 1}'}),
    ],
)
def test_content_that_does_not_agree_with_the_manifest(tree, tmp_path, change):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS)
    repack(path, change)
    with pytest.raises((BackupCorrupt, BadManifest)):
        verify_backup(path)


def test_paths_below_folders():
    assert is_below(("A", "b", "P"), ("a",))
    assert is_below(("A",), ())
    assert not is_below(("A",), ("A", "B"))
