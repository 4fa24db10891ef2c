"""Packages in any store: what is written is read, byte for byte, and nothing else changes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dtserve.errors import PackageNotFound
from dtserve.stores.errors import (
    FolderNotFound,
    InvalidName,
    NameTooLong,
    PackageExists,
    PathWithoutPackage,
    RevisionChanged,
)

ODD_NAMES = ["Ünïcødé", "名前", "a b", "semi;colon", "100%", "it's", "-dash", "~tilde", "(x)", "&amp", "x" * 60, "🐘"]


def test_bytes_come_back_unchanged(store):
    for data in (b"", b"\0\xff\xfe", b"\xef\xbb\xbf<?xml version='1.0'?>\r\n<a/>\n", bytes(range(256)) * 300):
        info = store.write(("P",), data, overwrite=True)
        assert store.read(("P",)) == data
        assert info.size == len(data)
        assert info.path == ("P",)


def test_names_are_found_without_case_and_shown_as_first_written(store):
    store.write(("Load Sales",), b"1")
    assert store.exists(("LOAD SALES",))
    assert store.read(("load sales",)) == b"1"
    store.write(("LOAD sales",), b"2", overwrite=True)
    assert [each.name for each in store.list(())[1]] == ["Load Sales"]
    assert store.read(("Load Sales",)) == b"2"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(store, name):
    store.write((name,), b"x")
    assert store.exists((name,))
    assert name in [each.name for each in store.list(())[1]]
    assert store.info((name,)).name == name
    store.delete((name,))
    assert not store.exists((name,))


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "a\\b", "a:b", "a\0b", "a\nb"])
def test_names_that_no_store_takes(store, name):
    with pytest.raises(InvalidName):
        store.write((name,), b"x")
    assert list(store.list(())[1]) == []


def test_the_longest_name(store):
    store.write(("x" * 128,), b"x")
    assert store.read(("x" * 128,)) == b"x"
    with pytest.raises(NameTooLong):
        store.write(("x" * 129,), b"x")


def test_an_existing_package_is_kept_unless_told_otherwise(store):
    store.write(("P",), b"old")
    with pytest.raises(PackageExists):
        store.write(("p",), b"new")
    assert store.read(("P",)) == b"old"
    store.write(("P",), b"new", overwrite=True)
    assert store.read(("P",)) == b"new"


def test_a_revision_guards_against_lost_updates(store):
    first = store.write(("P",), b"1").revision
    assert store.info(("P",)).revision == first
    second = store.write(("P",), b"22", expected_revision=first).revision
    assert second != first
    with pytest.raises(RevisionChanged):
        store.write(("P",), b"333", expected_revision=first)
    with pytest.raises(RevisionChanged):
        store.write(("Q",), b"333", expected_revision=first)
    assert store.read(("P",)) == b"22"
    assert not store.exists(("Q",))


def test_what_is_not_there(store):
    for path in [("none",), ("no", "none"), ("no", "folder", "none")]:
        assert not store.exists(path)
        for call in (store.read, store.info, store.delete, store.roles):
            with pytest.raises(PackageNotFound) as caught:
                call(path)
            assert caught.value.exit_code == 4
    with pytest.raises(FolderNotFound):
        store.write(("no", "P"), b"x")
    assert not store.exists(())
    with pytest.raises(PathWithoutPackage):
        store.write((), b"x")


def test_moving(store):
    store.create_folder(("A",))
    store.write(("P",), b"1")
    store.write(("A", "Q"), b"2")
    with pytest.raises(PackageExists):
        store.move(("P",), ("A", "q"))
    store.move(("P",), ("A", "q"), overwrite=True)
    assert not store.exists(("P",))
    assert store.read(("A", "Q")) == b"1"
    store.move(("A", "Q"), ("A", "q"))
    assert [each.name for each in store.list(("A",))[1]] == ["q"]
    store.move(("a", "q"), ("R",))
    assert store.read(("R",)) == b"1"
    with pytest.raises(PackageNotFound):
        store.move(("P",), ("S",))
    with pytest.raises(FolderNotFound):
        store.move(("R",), ("B", "R"))
    with pytest.raises(PathWithoutPackage):
        store.move(("R",), ())
    with pytest.raises(InvalidName):
        store.move(("R",), ("a/b",))
    assert store.read(("R",)) == b"1"


def test_writing_many(store):
    store.create_folder(("A",))
    store.write(("Old",), b"old")
    items = [(("A", "one"), b"1"), (("old",), b"2"), (("A", "two"), b"3"), (("no", "P"), b"4"), (("a\nb",), b"5")]
    done = store.write_many(items)
    kinds = [None, PackageExists, None, FolderNotFound, InvalidName]
    assert all(
        error is None if kind is None else isinstance(error, kind) for error, kind in zip(done, kinds, strict=True)
    )
    assert [store.read(path) for path in (("A", "one"), ("Old",), ("A", "two"))] == [b"1", b"old", b"3"]
    assert store.write_many([(("OLD",), b"new"), (("A", "ONE"), b"newer")], overwrite=True) == [None, None]
    assert [store.read(path) for path in (("A", "one"), ("Old",))] == [b"newer", b"new"]
    assert [info.name for info in store.list(("A",))[1]] == ["one", "two"]


def test_reading_many(store):
    store.create_folder(("A",))
    items = [(("one",), b"1"), (("A", "two"), b"2")]
    store.write_many(items)
    found = store.read_many([("ONE",), ("A", "two"), ("A", "none"), ("no", "P")])
    assert found[:2] == [b"1", b"2"]
    assert all(isinstance(each, PackageNotFound) for each in found[2:])
    assert store.read_many([("A", "two")]) == [b"2"]
    assert list(store.read_many([])) == []


def test_lists_are_sorted_without_case(store):
    for name in ("b", "A", "c", "B2", "a1"):
        store.write((name,), b"x")
    assert [each.name for each in store.list(())[1]] == ["A", "a1", "b", "B2", "c"]


def test_a_package_and_a_folder_may_have_the_same_name(store):
    store.create_folder(("Same",))
    store.write(("Same",), b"1")
    store.write(("Same", "Same"), b"2")
    assert store.read(("Same",)) == b"1"
    assert store.read(("Same", "Same")) == b"2"
    store.delete(("Same",))
    assert store.folder_exists(("Same",))
    assert store.read(("Same", "Same")) == b"2"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=5000))
def test_any_bytes(store, data):
    store.write(("Any",), data, overwrite=True)
    assert store.read(("Any",)) == data
