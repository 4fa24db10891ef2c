"""Roots: paths, rules, and one that does not answer."""

import os

import pytest

from dtserve.errors import PackageNotFound
from dtserve.stores import Caller, FileSystemStore, PackageTree, Root
from dtserve.stores.errors import (
    PackageNotInStore,
    PathWithoutPackage,
    ReadFailed,
    RootFixed,
    RootNotFound,
    RootUnavailable,
    StoreUnavailable,
)
from support.memory_store import MemoryStore


def broken():
    raise StoreUnavailable(store="DEAD", reason="Login Timeout Expired")


@pytest.fixture
def tree(tmp_path):
    one, two = MemoryStore("One"), FileSystemStore("Two", tmp_path)
    return PackageTree(
        [
            Root("MSDB", lambda: one, "SqlServerFolder"),
            Root("Dead", broken),
            Root("File System", lambda: two, "FileSystemFolder"),
        ]
    )


def test_roots_stand_in_the_order_of_the_configuration(tree):
    assert [each.name for each in tree.list(())[0]] == ["MSDB", "Dead", "File System"]
    assert tree.list(())[1] == ()


def test_paths_begin_with_a_root(tree):
    tree.create_folder(("msdb", "A"))
    info = tree.write(("MSDB", "A", "P"), b"1")
    assert info.path == ("MSDB", "A", "P")
    assert [each.path for each in tree.list(("msdb", "a"))[1]] == [("MSDB", "a", "P")]
    assert [each.path for each in tree.list(("MSDB",))[0]] == [("MSDB", "A")]
    assert tree.info(("MSDB", "A", "P")).path == ("MSDB", "A", "P")
    assert tree.exists(("MSDB", "A", "P"))
    for path in (("P",), ("Nowhere", "P"), ()):
        assert not tree.exists(path)
        with pytest.raises(PackageNotInStore) as caught:
            tree.read(path)
        assert caught.value.hresult == "0xC001000A"
    assert tree.folder_exists(("MSDB", "A"))
    assert tree.folder_exists(())
    assert not tree.folder_exists(("Nowhere",))
    with pytest.raises(RootNotFound, match="MSDB, Dead, File System"):
        tree.list(("Nowhere",))


def test_roots_are_fixed(tree):
    for call in (
        lambda: tree.create_folder(("New",)),
        lambda: tree.delete_folder(("MSDB",)),
        lambda: tree.rename_folder(("MSDB",), "X"),
    ):
        with pytest.raises(RootFixed):
            call()
    with pytest.raises(PathWithoutPackage):
        tree.write(("MSDB",), b"x")


def test_a_root_that_does_not_answer_leaves_the_others_usable(tree):
    for call in (tree.list, tree.folder_exists, tree.delete_folder):
        with pytest.raises(RootUnavailable) as caught:
            call(("Dead", "x"))
        assert "The SQL Server specified in Integration Services service configuration is not present" in (
            caught.value.message
        )
        assert "Login Timeout Expired" in caught.value.message
    with pytest.raises(RootUnavailable):
        tree.read(("Dead", "x"))
    tree.write(("MSDB", "P"), b"1")
    assert [folder for folder, _, _ in tree.walk()] == [(), ("MSDB",), ("File System",)]


def test_moving_between_roots(tree):
    tree.write(("MSDB", "P"), b"1")
    tree.move(("MSDB", "P"), ("File System", "Q"))
    assert tree.read(("File System", "Q")) == b"1"
    assert not tree.exists(("MSDB", "P"))
    tree.move(("File System", "Q"), ("File System", "R"))
    assert tree.read(("File System", "R")) == b"1"
    with pytest.raises(PackageNotFound):
        tree.move(("MSDB", "P"), ("File System", "Q"))
    with pytest.raises(PathWithoutPackage):
        tree.move(("File System", "R"), ("MSDB",))


def test_paths_as_users_write_them(tree):
    tree.write(("File System", "Load"), b"1")
    for path in (("Load",), ("Load.dtsx",), ("File System", "Load.dtsx"), ("file system", "Load")):
        assert tree.read(tree.resolve(path)) == b"1"
    assert tree.resolve(("folder", "New.dtsx")) == ("File System", "folder", "New")
    assert tree.resolve(("MSDB",)) == ("MSDB",)
    tree.write(("MSDB", "odd.dtsx"), b"2")
    assert tree.resolve(("MSDB", "odd.dtsx")) == ("MSDB", "odd.dtsx")


def test_the_first_of_equal_roots_counts():
    one, two = MemoryStore("1"), MemoryStore("2")
    tree = PackageTree([Root("A", lambda: one), Root("a", lambda: two)])
    tree.write(("a", "P"), b"1")
    assert one.exists(("P",))
    assert len(tree.roots) == 1


def test_a_caller_reaches_the_stores(tree):
    seen = []

    class Watching(MemoryStore):
        def for_caller(self, caller):
            seen.append(caller)
            return self

    store = Watching()
    PackageTree([Root("A", lambda: store)]).for_caller(Caller("bob")).list(("A",))
    assert seen == [Caller("bob")]


def test_kinds_and_places(tree, tmp_path):
    assert tree.kind_of(("MSDB", "x")) == "SqlServerFolder"
    assert tree.place_of(("File System", "x")) == FileSystemStore("other", tmp_path).place_of(("x",))
    tree.close()


def test_what_crashes_left_is_removed_from_local_folders(tree, tmp_path):
    left = tmp_path / ".~dtserve-1-x.tmp"
    left.write_bytes(b"x")
    os.utime(left, (1, 1))
    assert tree.clean() == 1
    assert not left.exists()


def test_a_walk_tells_what_cannot_be_listed_and_goes_on(tree, tmp_path, monkeypatch):
    for folder in ("A", "B", "C"):
        tree.create_folder(("File System", folder))
        tree.write(("File System", folder, "P"), b"x")
    inner = FileSystemStore.list

    def listing(store, folder):
        if folder == ("B",):
            raise ReadFailed(path="B", reason="Permission denied")
        return inner(store, folder)

    monkeypatch.setattr(FileSystemStore, "list", listing)
    told = []
    walked = [folder for folder, _, _ in tree.walk((), lambda folder, error: told.append((folder, type(error))))]
    assert walked == [(), ("MSDB",), ("File System",), ("File System", "A"), ("File System", "C")]
    assert told == [(("Dead",), RootUnavailable), (("File System", "B"), ReadFailed)]
    with pytest.raises(ReadFailed):
        list(tree.walk())
    with pytest.raises(RootUnavailable):
        list(tree.walk(("Dead",), lambda folder, error: None))


def test_a_root_that_is_no_folder_does_not_answer(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    tree = PackageTree([Root("F", lambda: FileSystemStore("F", tmp_path / "file"), "FileSystemFolder")])
    with pytest.raises(RootUnavailable, match="Not a directory"):
        tree.list(("F",))
