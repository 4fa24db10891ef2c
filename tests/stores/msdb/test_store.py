"""What msdb adds to a store: owners, refusals with SQL Server's numbers, facts in its columns."""

import pytest
import sqlalchemy as sa

from dtserve.stores import Caller, Database, MsdbStore
from dtserve.stores.errors import NameNotLegal, PackageDamaged, PackageTooLarge
from dtserve.stores.msdb import errors
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.schema import packages
from support.store_packages import package

LIMITED = Caller("lisa", frozenset({"db_ssisltduser"}))
OPERATOR = Caller("otto", frozenset({"db_ssisoperator"}))
NOBODY = Caller("nobody")


@pytest.fixture
def store(tmp_path):
    made = MsdbStore("MSDB", Database(sqlite_url(tmp_path / "m.sqlite")))
    yield made
    made.close()


def test_facts_become_columns(store):
    info = store.write(("Load",), package())
    assert (info.package_id, info.version_build, info.package_type) == ("{0F6A5D1E-3B0C-4B8A-9C57-2B1D8B7A4E10}", 7, 5)
    assert (info.package_format, info.protection_level, info.owner) == (8, 0, "sa")
    assert info.description == 'Loads "it"'
    with store.database.begin() as connection:
        row = connection.execute(sa.select(packages)).one()
    assert (row.packageformat, row.isencrypted, row.packagedata) == (3, False, package())
    assert row.createdate.isoformat() == "2020-09-18T15:40:38"
    assert store.list(())[1] == [info]


def test_owners_see_their_own(store):
    mine = store.for_caller(LIMITED)
    assert mine.write(("Mine",), package()).owner == "lisa"
    store.write(("Theirs",), package())
    assert mine.read(("Mine",)) == package()
    assert [each.name for each in mine.list(())[1]] == ["Mine", "Theirs"]
    with pytest.raises(errors.LoadFromSqlServerFailed) as caught:
        mine.read(("Theirs",))
    assert (caught.value.native, caught.value.denied, caught.value.hresult) == (14586, True, "0xC0014012")
    with pytest.raises(errors.SaveToSqlServerFailed) as caught:
        mine.write(("Theirs",), package(), overwrite=True)
    assert (caught.value.native, caught.value.hresult) == (14307, "0xC0014011")
    with pytest.raises(errors.RemoveFromSqlServerFailed) as caught:
        mine.delete(("Theirs",))
    assert "Access to Integration Services package 'Theirs' is denied." in caught.value.message
    with pytest.raises(errors.SaveToSqlServerFailed):
        mine.move(("Theirs",), ("Stolen",))
    with pytest.raises(errors.SaveToSqlServerFailed):
        mine.move(("Mine",), ("Theirs",), overwrite=True)
    assert store.read(("Theirs",)) == package()


def test_operators_only_read(store):
    store.write(("P",), package())
    operator = store.for_caller(OPERATOR)
    assert operator.read(("P",)) == package()
    for call, kind in (
        (lambda: operator.write(("Q",), b"x"), errors.SaveToSqlServerFailed),
        (lambda: operator.delete(("P",)), errors.RemoveFromSqlServerFailed),
        (lambda: operator.create_folder(("F",)), errors.CreateFolderFailed),
        (lambda: operator.rename_folder(("Maintenance Plans",), "F"), errors.RenameFolderFailed),
        (lambda: operator.delete_folder(("Maintenance Plans",)), errors.RemoveFolderFailed),
        (lambda: operator.roles(("P",)), errors.RolesFailed),
        (lambda: operator.set_roles(("P",), "", ""), errors.RolesFailed),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.denied
        assert caught.value.exit_code == 1


def test_nobody_sees_nothing(store):
    store.write(("P",), package())
    nobody = store.for_caller(NOBODY)
    for call, kind in (
        (lambda: nobody.list(()), errors.FindFolderFailed),
        (lambda: nobody.info(("P",)), errors.FindFolderFailed),
        (lambda: nobody.exists(("P",)), errors.ExistsFailed),
        (lambda: nobody.folder_exists(("F",)), errors.FindFolderFailed),
        (lambda: nobody.read(("P",)), errors.LoadFromSqlServerFailed),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.native == 229
        assert "EXECUTE permission was denied" in caught.value.message


def test_moving_keeps_owner_and_roles_and_replacing_keeps_those_of_the_target(store):
    store.for_caller(LIMITED).write(("Mine",), b"1")
    store.set_roles(("Mine",), "db_ssisoperator", "")
    store.move(("Mine",), ("Moved",))
    assert (store.info(("Moved",)).owner, store.roles(("Moved",))) == ("lisa", ("db_ssisoperator", ""))
    store.write(("Target",), b"2")
    store.move(("Moved",), ("Target",), overwrite=True)
    assert (store.info(("Target",)).owner, store.roles(("Target",))) == ("sa", ("", ""))
    assert store.read(("Target",)) == b"1"


def test_names_of_objects(store):
    for name in ("a.b", "a[1]", "a=b"):
        with pytest.raises(NameNotLegal):
            store.write((name,), b"x")
    with store.database.begin() as connection:
        connection.execute(sa.text("SELECT 1"))
    store.write(("ab",), b"x")
    with store.database.begin() as connection:
        connection.execute(sa.update(packages).values(name="a.b", namekey="a.b"))
    assert store.read(("a.b",)) == b"x"
    store.write(("a.b",), b"y", overwrite=True)
    assert store.read(("A.B",)) == b"y"


def test_content_that_changed_behind_the_store_is_told(store):
    store.write(("P",), package())
    store.write(("Q",), package())
    with store.database.begin() as connection:
        there = packages.c.name == "P"
        connection.execute(sa.update(packages).where(there).values(packagedata=package().replace(b"8", b"9")))
    with pytest.raises(PackageDamaged, match="P"):
        store.read(("P",))
    told, whole = store.read_many([("P",), ("Q",)])
    assert isinstance(told, PackageDamaged)
    assert whole == package()
    store.write(("P",), package(), overwrite=True)
    assert store.read(("P",)) == package()


def test_size_limit(store):
    small = MsdbStore("MSDB", store.database, max_bytes=3)
    with pytest.raises(PackageTooLarge):
        small.write(("P",), b"1234")
