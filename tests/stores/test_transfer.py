"""Copies are byte for byte the same, unless something else is asked; no secret lands where it may not."""

import pytest

from dtserve.errors import PackageError, PackageNotFound
from dtserve.package.document import PackageDocument
from dtserve.package.errors import PackagePasswordWrong
from dtserve.stores import Database, FileSystemStore, MsdbStore
from dtserve.stores.endpoints import FileEndpoint, StoreEndpoint
from dtserve.stores.errors import PackageExists, SamePlace, ServerStorageDisallowed
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.transfer import Changes, copy_package, load_package, move_package
from support.memory_store import MemoryStore
from support.store_packages import package


@pytest.fixture
def places(tmp_path):
    msdb = MsdbStore("MSDB", Database(sqlite_url(tmp_path / "m.sqlite")))
    files = FileSystemStore("F", tmp_path / "store")
    return [
        StoreEndpoint(msdb, ("P",), "msdb"),
        StoreEndpoint(files, ("P",), "store"),
        FileEndpoint(tmp_path / "p.dtsx", "file"),
    ]


@pytest.mark.parametrize("source", range(3))
@pytest.mark.parametrize("target", range(3))
@pytest.mark.parametrize("data", [package(), package(level=1, secret="x"), package().replace(b"\r\n", b"\n")])
def test_bytes_stay_the_same_between_any_two_places(places, source, target, data):
    if source == target:
        return
    places[source].write(data)
    copy_package(places[source], places[target])
    assert places[target].read() == places[source].read() == data
    with pytest.raises(PackageExists):
        copy_package(places[source], places[target])
    move_package(places[source], places[target], overwrite=True)
    assert places[target].read() == data
    assert not places[source].exists()


def test_what_is_no_package_goes_nowhere(places):
    places[2].write(b"<no/>")
    with pytest.raises(PackageError):
        move_package(places[2], places[0])
    assert places[2].exists()
    assert not places[0].exists()
    with pytest.raises(PackageNotFound):
        copy_package(places[0], places[1])


def test_protection_is_changed_on_the_way(places):
    places[2].write(package(secret="swordfish"))
    copy_package(places[2], places[0], changes=Changes(level=3, password="pw"))
    with pytest.raises(PackagePasswordWrong):
        copy_package(places[0], places[1])
    sealed = copy_package(places[0], places[1], password="pw")
    assert sealed == places[0].read()
    copy_package(places[0], places[1], password="pw", changes=Changes(level=0, new_id=True), overwrite=True)
    opened = PackageDocument.open(places[1].read())
    assert opened.protection_level == 0
    assert opened.model.dtsid != load_package(places[2]).model.dtsid
    assert b"swordfish" not in places[1].read()


def test_server_storage_stays_in_msdb(places):
    places[0].write(package(level=5, secret="swordfish"))
    for target in places[1:]:
        with pytest.raises(ServerStorageDisallowed) as caught:
            copy_package(places[0], target)
        assert caught.value.hresult == "0xC0014061"
        with pytest.raises(ServerStorageDisallowed):
            copy_package(places[0], target, changes=Changes(level=5))
        assert not target.exists()
        copy_package(places[0], target, changes=Changes(level=2, password="pw"))
        assert b"swordfish" not in target.read()
        target.delete()
    copy_package(places[0], StoreEndpoint(places[0].store, ("Q",)), changes=Changes(level=5))


def test_a_package_is_not_moved_onto_itself(places):
    store = MemoryStore()
    store.write(("P",), package())
    with pytest.raises(SamePlace):
        move_package(StoreEndpoint(store, ("P",), "P"), StoreEndpoint(store, ("p",), "p"), overwrite=True)
    assert store.read(("P",)) == package()


def test_secrets_do_not_show():
    assert "swordfish" not in repr(Changes(level=2, password="swordfish"))
