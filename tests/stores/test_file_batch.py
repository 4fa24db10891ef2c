"""Many packages into a folder at once: each as if it were written alone."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from dtserve.stores import FileSystemStore, durable
from dtserve.stores.errors import (
    FolderNotFound,
    NameNotFileName,
    NotDurable,
    PackageExists,
    PackageTooLarge,
    PathWithoutPackage,
    WriteFailed,
)


@pytest.fixture
def store(tmp_path):
    made = FileSystemStore("F", tmp_path / "root", max_bytes=1000)
    made.create_folder(("A",))
    made.create_folder(("B",))
    made.write(("A", "Old"), b"old")
    return made


def names(store, folder):
    return sorted(os.listdir(store.folder_path(folder)))


def test_each_gets_its_own_answer(store):
    items = [
        (("A", "one"), b"1"), (("A", "OLD"), b"2"), (("A", "a|b"), b"3"), (("A", "big"), b"x" * 1001),
        (("B", "two"), b"4"), (("C", "three"), b"5"), ((), b"6"), (("A", "ONE"), b"7"), (("A", "four"), b"8"),
    ]  # fmt: skip
    kinds = [type(each) for each in store.write_many(items)]
    none = type(None)
    wanted = [none, PackageExists, NameNotFileName, PackageTooLarge, none, FolderNotFound, PathWithoutPackage]
    assert kinds == [*wanted, PackageExists, none]
    assert names(store, ("A",)) == ["Old.dtsx", "four.dtsx", "one.dtsx"]
    assert store.read(("A", "Old")) == b"old"
    assert store.read(("B", "two")) == b"4"


def test_replacing_keeps_names_and_modes(store):
    file = store.folder_path(("A",)) / "Old.dtsx"
    file.chmod(0o640)
    (store.folder_path(("B",)) / "target.dtsx").write_bytes(b"linked")
    (store.folder_path(("A",)) / "Link.dtsx").symlink_to(store.folder_path(("B",)) / "target.dtsx")
    items = [(("A", "OLD"), b"new"), (("A", "link"), b"through"), (("A", "x"), b"1"), (("A", "X"), b"2")]
    assert store.write_many(items, overwrite=True) == [None] * 4
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o640
    assert (store.folder_path(("B",)) / "target.dtsx").read_bytes() == b"through"
    assert store.read(("A", "x")) == b"2"
    assert names(store, ("A",)) == ["Link.dtsx", "Old.dtsx", "x.dtsx"]


def test_more_than_are_held_open_at_once(store):
    items = [(("A", f"p{number}"), b"%d" % number) for number in range(150)]
    assert store.write_many(items) == [None] * 150
    assert store.read(("A", "p149")) == b"149"
    assert len(store.list(("A",))[1]) == 151


def test_a_disk_that_fails_for_one(store, monkeypatch):
    real = os.fsync
    calls = []

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    done = store.write_many([(("A", "one"), b"1"), (("A", "Old"), b"2"), (("A", "three"), b"3")], overwrite=True)
    assert [type(each) for each in done] == [type(None), WriteFailed, type(None)]
    assert store.read(("A", "Old")) == b"old"
    assert names(store, ("A",)) == ["Old.dtsx", "one.dtsx", "three.dtsx"]


def test_an_interruption_leaves_nothing(store, monkeypatch):
    def interrupt(descriptor, data):
        raise KeyboardInterrupt

    monkeypatch.setattr("dtserve.stores.file_batch.write_all", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.write_many([(("A", "one"), b"1")])
    assert names(store, ("A",)) == ["Old.dtsx"]


def test_without_nameless_files(store, monkeypatch):
    monkeypatch.setattr(durable, "_CAN_BE_NAMELESS", False)
    assert store.write_many([(("A", "one"), b"1"), (("A", "two"), b"2")]) == [None, None]
    assert names(store, ("A",)) == ["Old.dtsx", "one.dtsx", "two.dtsx"]


def test_one_folder_by_two_names(store):
    (store.path / "Link").symlink_to(store.path / "A", target_is_directory=True)
    items = [(("A", "one"), b"1"), (("Link", "two"), b"2"), (("a", "three"), b"3"), (("Link", "ONE"), b"4")]
    kinds = [type(each) for each in store.write_many(items)]
    assert kinds == [type(None), type(None), type(None), PackageExists]
    assert names(store, ("A",)) == ["Old.dtsx", "one.dtsx", "three.dtsx", "two.dtsx"]


def test_two_writers_of_the_same_folders_in_other_orders(store):
    def write(order):
        for turn in range(20):
            items = [((folder, f"{order} {turn}"), b"x") for folder in order]
            assert store.write_many(items) == [None, None]

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, ("AB", "BA"), timeout=60))
    assert len(names(store, ("A",))) == 41


def test_more_folders_than_are_held_at_once(store):
    folders = [f"F{number:02}" for number in range(70)]
    for folder in folders:
        store.create_folder((folder,))
    assert store.write_many([((folder, name), b"1") for folder in folders for name in "ab"]) == [None] * 140
    assert all(names(store, (folder,)) == ["a.dtsx", "b.dtsx"] for folder in folders)


def test_packages_are_told_after_their_folders_are_on_the_disk(store, monkeypatch):
    calls = []
    for name in ("fsync", "link", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, name=name, real=real, **k: calls.append(name) or real(*a, **k))
    assert store.write_many([(("A", "one"), b"1"), (("B", "two"), b"2"), (("A", "three"), b"3")]) == [None] * 3
    assert calls[:3] == ["fsync"] * 3
    assert calls[-2:] == ["fsync"] * 2
    assert "fsync" not in calls[3:-2]


def test_a_folder_that_the_disk_does_not_confirm(store, monkeypatch):
    bad = store.folder_path(("B",)).stat().st_ino
    real = os.fsync

    def fsync(descriptor):
        if os.fstat(descriptor).st_ino == bad:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    done = store.write_many([(("A", "one"), b"1"), (("B", "two"), b"2"), (("B", "a|b"), b"3")])
    assert [type(each) for each in done] == [type(None), NotDurable, NameNotFileName]
    assert store.read(("B", "two")) == b"2"
