"""Another machine's store as a store: the same answers and errors as the store there gives, with packages in it.

The suite of tests/conformance writes bytes that are no packages, which a service refuses; so its cases are here again.
"""

import itertools

import pytest

from dtserve.client import Address, Client
from dtserve.errors import AccessDenied, PackageError, PackageNotFound, StoreError
from dtserve.stores.errors import (
    FolderNotFound,
    InvalidName,
    PackageExists,
    PathWithoutPackage,
    RevisionChanged,
    RootFixed,
)
from support.service import serve
from support.store_packages import package

NUMBERS = itertools.count()
ONE, OTHER = package("One"), package("Other")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with (
        serve(tmp_path_factory.mktemp("store")) as running,
        Client(Address.parse(running.address), running.token) as client,
    ):
        yield running, client


@pytest.fixture(params=["MSDB", "File System"])
def store(request, served):
    root = (request.param, f"s{next(NUMBERS)}")
    client = served[1]
    client.create_folder("\\" + "\\".join(root))
    return client.store("there", root)


@pytest.mark.parametrize(
    "name", ["Load", "Ünïcødé", "名前", "a b", "semi;colon", "100%", "it's", "(x)", "&amp", "x" * 60, "🐘"]
)
def test_odd_names(store, name) -> None:
    info = store.write((name,), ONE)
    assert (info.name, info.path) == (name, (name,))
    assert store.read((name,)) == ONE
    assert [each.name for each in store.list(())[1]] == [name]
    assert store.exists((name.upper(),))
    assert store.info((name,)) == info


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "a\\b", "a\x00b", "a\nb"])
def test_names_that_no_store_takes(store, name) -> None:
    with pytest.raises((InvalidName, PathWithoutPackage)):
        store.write((name,), ONE)
    with pytest.raises(InvalidName):
        store.create_folder((name,))


def test_packages(store) -> None:
    first = store.write(("P",), ONE)
    with pytest.raises(PackageExists):
        store.write(("P",), OTHER)
    second = store.write(("p",), OTHER, overwrite=True)
    with pytest.raises(RevisionChanged):
        store.write(("P",), ONE, expected_revision=first.revision)
    store.write(("P",), ONE, expected_revision=second.revision)
    with pytest.raises(PackageError):
        store.write(("Q",), b"no package")
    store.delete(("P",))
    for missing in (store.read, store.info, store.delete, store.roles):
        with pytest.raises(PackageNotFound):
            missing(("P",))
    assert not store.exists(("P",))
    assert not store.exists(("Nowhere", "P"))


def test_folders(store) -> None:
    store.create_folder(("A",))
    store.create_folder(("A", "B"))
    store.write(("A", "B", "P"), ONE)
    with pytest.raises(StoreError):
        store.delete_folder(("A",))
    store.rename_folder(("A",), "C")
    assert [folder for folder, _, _ in store.walk()] == [(), ("C",), ("C", "B")]
    assert store.folder_exists(("c", "b"))
    assert not store.folder_exists(("A",))
    with pytest.raises(FolderNotFound):
        store.list(("A",))
    for fixed in (lambda: store.rename_folder((), "x"), lambda: store.delete_folder(())):
        with pytest.raises(RootFixed):
            fixed()


def test_moving(store) -> None:
    store.create_folder(("A",))
    store.write(("P",), ONE)
    store.write(("Q",), OTHER)
    store.move(("P",), ("A", "R"))
    assert store.read(("A", "R")) == ONE
    with pytest.raises(PackageExists):
        store.move(("A", "R"), ("Q",))
    store.move(("A", "R"), ("Q",), overwrite=True)
    assert store.read(("Q",)) == ONE
    with pytest.raises(PackageNotFound):
        store.move(("A", "R"), ("S",))


def test_roles(store, served) -> None:
    store.write(("P",), ONE)
    store.set_roles(("P",), "db_ssisadmin", "")
    assert store.roles(("P",)) == ("db_ssisadmin", "")
    assert store.info(("P",)).read_role == "db_ssisadmin"


def test_rights_there_count(served) -> None:
    running, client = served
    client.administration.add_account("bob")
    token = client.administration.create_token("bob")["token"]
    with Client(Address.parse(running.address), token) as other, pytest.raises(AccessDenied):
        other.store().list(())


def test_the_whole_tree(served) -> None:
    found = served[1].store().list(())
    assert [each.name for each in found[0]] == ["MSDB", "File System"]
    assert list(found[1]) == []
