"""Folders in any store."""

import pytest

from dtserve.stores.errors import FolderExists, FolderNotEmpty, FolderNotFound, InvalidName, RootFixed
from support.folder_view import FolderView

SEEDED = {"Maintenance Plans", "Data Collector"}
"""Folders that every msdb has from the start."""


def names(store, folder=()):
    return [each.name for each in store.list(folder)[0] if folder or each.name not in SEEDED]


def test_making_and_listing(store):
    assert store.folder_exists(())
    assert names(store) == []
    for name in ("b", "A", "Ünï 名"):
        store.create_folder((name,))
    store.create_folder(("a", "Inner"))
    assert names(store) == ["A", "b", "Ünï 名"]
    assert [each.path for each in store.list(("a",))[0]] == [("a", "Inner")]
    assert store.folder_exists(("A", "INNER"))
    assert not store.folder_exists(("A", "Outer"))
    assert not store.folder_exists(("C", "Inner"))


def test_what_cannot_be_made(store):
    store.create_folder(("A",))
    with pytest.raises(FolderExists):
        store.create_folder(("a",))
    with pytest.raises(FolderExists):
        store.create_folder(())
    with pytest.raises(FolderNotFound):
        store.create_folder(("B", "C"))
    for name in ("", " x", "x ", "a/b", "a\\b", "a:b", "a|b", "a?b", "..", "x" * 129):
        with pytest.raises(InvalidName):
            store.create_folder((name,))
    assert names(store) == ["A"]


def test_renaming(store):
    store.create_folder(("A",))
    store.create_folder(("A", "In"))
    store.write(("A", "In", "P"), b"1")
    store.create_folder(("B",))
    with pytest.raises(FolderExists):
        store.rename_folder(("A",), "b")
    store.rename_folder(("a",), "Z")
    assert names(store) == ["B", "Z"]
    assert store.read(("Z", "In", "P")) == b"1"
    store.rename_folder(("Z",), "z")
    assert names(store) == ["B", "z"]
    with pytest.raises(FolderNotFound):
        store.rename_folder(("A",), "C")
    with pytest.raises(RootFixed):
        store.rename_folder((), "C")
    with pytest.raises(InvalidName):
        store.rename_folder(("z",), "a/b")


def test_deleting(store):
    store.create_folder(("A",))
    store.create_folder(("A", "In"))
    store.write(("A", "In", "P"), b"1")
    for folder in (("A",), ("A", "In")):
        with pytest.raises(FolderNotEmpty):
            store.delete_folder(folder)
    store.delete(("A", "In", "P"))
    store.delete_folder(("a", "in"))
    store.delete_folder(("A",))
    assert names(store) == []
    with pytest.raises(FolderNotFound):
        store.delete_folder(("A",))
    with pytest.raises(RootFixed):
        store.delete_folder(())


def test_listing_a_folder_that_is_not_there(store):
    with pytest.raises(FolderNotFound) as caught:
        store.list(("No",))
    assert caught.value.hresult == "0xC0014049"
    assert "No" in caught.value.message


def test_any_depth(store):
    depth = 20 if isinstance(store, FolderView) else 60  # a server is asked for every folder of every path
    path = ()
    for level in range(depth):
        path = (*path, f"level {level}")
        store.create_folder(path)
    store.write((*path, "Deep"), b"down here")
    assert store.read((*path, "Deep")) == b"down here"
    walked = [(folder, [each.name for each in packages]) for folder, _, packages in store.walk(("level 0",))]
    assert len(walked) == depth
    assert walked[-1] == (path, ["Deep"])


def test_walking_goes_parents_first_in_order(store):
    for folder in (("B",), ("A",), ("A", "y"), ("A", "x"), ("B", "z")):
        store.create_folder(folder)
    order = [folder for folder, _, _ in store.walk() if not SEEDED & set(folder)]
    assert order == [(), ("A",), ("A", "x"), ("A", "y"), ("B",), ("B", "z")]
