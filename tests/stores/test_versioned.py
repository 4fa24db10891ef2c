"""A store with an archive: who, when and why; nothing is lost, nothing is shown to whom it does not belong."""

import pytest

from dtserve.errors import AccessDenied
from dtserve.stores import Caller, Database, FileSystemStore, MsdbStore
from dtserve.stores.errors import PackageExists, StoreUnavailable
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.errors import LoadFromSqlServerFailed, SaveToSqlServerFailed
from dtserve.stores.versioned import VersionedStore
from dtserve.stores.versions import VersionArchive, because

LISA = Caller("lisa", frozenset({"db_ssisltduser"}))
ADMIN = Caller("adam", frozenset({"db_ssisadmin"}))


@pytest.fixture
def archive(tmp_path):
    return VersionArchive(tmp_path / "v.sqlite")


@pytest.fixture
def store(tmp_path, archive):
    return VersionedStore(FileSystemStore("F", tmp_path / "root"), archive, "files", who="ann")


@pytest.fixture
def msdb(tmp_path, archive):
    made = VersionedStore(MsdbStore("M", Database(sqlite_url(tmp_path / "m.sqlite"))), archive, "msdb", who="sa")
    yield made
    made.close()


def history(store, path=("P",)):
    return [(each.who, each.why) for each in store.versions(path)]


def test_a_life(store):
    store.write(("P",), b"1")
    store.write(("P",), b"2", overwrite=True)
    with because("import of Monday"):
        store.write(("P",), b"3", overwrite=True)
    store.restore(("P",), 1)
    assert store.read(("P",)) == b"1"
    store.delete(("P",))
    assert history(store) == [
        ("ann", "saved"),
        ("ann", "replaced"),
        ("ann", "import of Monday"),
        ("ann", "restored from version 1"),
        ("ann", "deleted"),
    ]
    store.restore(("P",), 3)
    assert store.read(("P",)) == b"3"


def test_what_was_put_there_by_hand_is_kept_before_it_is_replaced(store):
    store.inner.write(("P",), b"by hand")
    store.write(("P",), b"new", overwrite=True)
    (store.inner.path / "P.dtsx").write_bytes(b"edited")
    store.delete(("P",))
    assert history(store) == [
        ("", "found in the store"),
        ("ann", "replaced"),
        ("", "found in the store"),
        ("ann", "deleted"),
    ]
    assert store.read_version(("P",), 3) == b"edited"


def test_moves_are_noted_at_both_ends(store):
    store.create_folder(("A",))
    store.write(("P",), b"1")
    store.write(("A", "Q"), b"2")
    store.move(("P",), ("A", "Q"), overwrite=True)
    assert [why for _, why in history(store)] == ["saved", "moved to A\\Q"]
    assert [why for _, why in history(store, ("A", "Q"))] == ["saved", "moved from P"]
    store.rename_folder(("A",), "B")
    assert store.read_version(("B", "Q"), 1) == b"2"


def test_nothing_is_noted_when_nothing_happened(store):
    store.write(("P",), b"1")
    with pytest.raises(PackageExists):
        store.write(("P",), b"2")
    assert history(store) == [("ann", "saved")]


def test_nothing_is_replaced_when_the_archive_is_broken(store, tmp_path):
    store.write(("P",), b"1")
    store.archive = VersionArchive(tmp_path / "root")
    with pytest.raises(StoreUnavailable):
        store.write(("P",), b"2", overwrite=True)
    with pytest.raises(StoreUnavailable):
        store.delete(("P",))
    assert store.read(("P",)) == b"1"


def test_who_may_read_a_package_may_read_what_it_was(msdb):
    msdb.write(("P",), b"1")
    lisa = msdb.for_caller(LISA)
    with pytest.raises(LoadFromSqlServerFailed):
        lisa.versions(("P",))
    with pytest.raises(LoadFromSqlServerFailed):
        lisa.read_version(("P",), 1)
    with pytest.raises(SaveToSqlServerFailed):
        lisa.write(("P",), b"2", overwrite=True)
    lisa.write(("Mine",), b"1")
    assert history(lisa, ("Mine",)) == [("lisa", "saved")]
    lisa.delete(("Mine",))
    with pytest.raises(AccessDenied):
        lisa.read_version(("Mine",), 1)
    assert msdb.for_caller(ADMIN).read_version(("Mine",), 1) == b"1"
    assert history(msdb, ("P",)) == [("sa", "saved")]


def test_the_old_content_is_kept_though_the_writer_may_not_read_it(msdb):
    msdb.write(("P",), b"1")
    msdb.set_roles(("P",), "", "db_ssisltduser")
    msdb.for_caller(LISA).write(("P",), b"2", overwrite=True)
    assert msdb.read_version(("P",), 1) == b"1"
    assert msdb.roles(("P",)) == ("", "db_ssisltduser")
    assert msdb.kind_of(("P",)) == "SqlServerFolder"
    assert msdb.place_of(("P",)) == msdb.inner.place_of(("P",))


def test_only_so_many_versions_are_kept(store):
    store.keep = 3
    for number in range(6):
        store.write(("P",), b"%d" % number, overwrite=True)
    assert [each.version for each in store.versions(("P",))] == [4, 5, 6]
