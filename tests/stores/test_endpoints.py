"""Files and store paths as places of a package."""

import pytest

from dtserve.errors import PackageNotFound
from dtserve.stores import FileSystemStore
from dtserve.stores.endpoints import FileEndpoint, StoreEndpoint
from dtserve.stores.errors import FolderNotFound, PackageExists, PackageTooLarge, ReadFailed, WriteFailed
from support.memory_store import MemoryStore


def test_files_of_any_name(tmp_path):
    place = FileEndpoint(tmp_path / "x.txt", "x.txt")
    assert not place.exists()
    for call in (place.read, place.delete):
        with pytest.raises(PackageNotFound) as caught:
            call()
        assert caught.value.hresult == "0xC0011002"
        assert "x.txt" in caught.value.message
    place.write(b"1")
    with pytest.raises(PackageExists):
        place.write(b"2")
    place.write(b"2", overwrite=True)
    assert place.read() == b"2"
    assert not place.takes_server_storage()
    place.delete()
    assert not place.exists()


def test_what_files_refuse(tmp_path):
    with pytest.raises(FolderNotFound):
        FileEndpoint(tmp_path / "no" / "x", "x").write(b"1")
    with pytest.raises(PackageNotFound):
        FileEndpoint(tmp_path, "folder").read()
    with pytest.raises(WriteFailed):
        FileEndpoint(tmp_path, "folder").write(b"1", overwrite=True)
    (tmp_path / "big").write_bytes(b"12345")
    with pytest.raises(PackageTooLarge):
        FileEndpoint(tmp_path / "big", "big", 4).read()
    with pytest.raises((ReadFailed, PackageNotFound)):
        FileEndpoint(tmp_path / "big" / "x", "x").read()


def test_what_is_a_folder(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    assert FileEndpoint(tmp_path).is_folder()
    assert not FileEndpoint(tmp_path / "a").is_folder()
    assert not FileEndpoint(tmp_path / "none").is_folder()
    store = MemoryStore()
    store.create_folder(("F",))
    store.create_folder(("P",))
    store.write(("P",), b"1")
    assert [StoreEndpoint(store, (name,)).is_folder() for name in "FPX"] == [True, False, False]


def test_the_same_place_seen_two_ways(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert FileEndpoint(tmp_path / "a").same_as(FileEndpoint(tmp_path / "." / "a"))
    assert FileEndpoint(tmp_path / "a").same_as(FileEndpoint(tmp_path / "b"))
    assert not FileEndpoint(tmp_path / "a").same_as(FileEndpoint(tmp_path / "c"))
    one, two = FileSystemStore("1", tmp_path), FileSystemStore("2", tmp_path)
    assert StoreEndpoint(one, ("P",)).same_as(StoreEndpoint(two, ("p",)))
    assert not StoreEndpoint(one, ("P",)).same_as(StoreEndpoint(MemoryStore(), ("P",)))
    assert not StoreEndpoint(one, ("P",)).same_as(FileEndpoint(tmp_path / "P.dtsx"))
    assert not FileEndpoint(tmp_path / "P.dtsx").same_as(StoreEndpoint(one, ("P",)))
