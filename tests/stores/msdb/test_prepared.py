"""Statements run by SQLite's own driver give the rows, in the types, that SQLAlchemy gives."""

import uuid
from contextlib import nullcontext
from datetime import datetime

import pytest
import sqlalchemy as sa

from dtserve.stores import Database
from dtserve.stores.base import Caller
from dtserve.stores.facts import package_facts
from dtserve.stores.msdb import statements
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.prepared import change, first, rows, transaction
from dtserve.stores.msdb.rows import NO_ID, package_columns
from dtserve.stores.msdb.schema import folders, packages, principals

FOLDER = uuid.UUID("5b7a3f52-0d4e-4c9e-8a52-000000000001")
ROW = {
    **package_columns(b"data \x00\xff", package_facts(b"")),
    "createdate": datetime(2005, 1, 2, 3, 4, 5, 678_000),
    "name": "Ünïcode",
    "namekey": "ünïcode",
    "folderid": FOLDER,
    "ownersid": b"\x01\x02",
    "vercomments": None,
}
GIVEN = {
    "namekey": "maintenance plans",
    "parent": NO_ID,
    "folder": FOLDER,
    "package": "ünïcode",
    "of": b"\x01\x02",
}


@pytest.fixture
def database(tmp_path):
    made = Database(sqlite_url(tmp_path / "m.sqlite"))
    with made.begin() as connection:
        change(connection, statements.INSERT, ROW)
        connection.execute(sa.insert(principals).values(sid=b"\x01\x02", name="Me", namekey="me", kind="U"))
    yield made
    made.dispose()


def _selects():
    return [name for name in statements.__all__ if isinstance(getattr(statements, name), sa.Select)]


@pytest.mark.parametrize("name", _selects())
def test_the_rows_are_those_of_sqlalchemy(database, name):
    statement = getattr(statements, name)
    given = {**GIVEN, "namekey": ""} if name == "GET_ROOT" else GIVEN
    with database.begin(write=False) as connection:
        expected = connection.execute(statement, given).all()
        found = rows(connection, statement, given)
        one = first(connection, statement, given)
        nothing = first(connection, statement.where(sa.false()), given)
    assert [tuple(row) for row in found] == [tuple(row) for row in expected]
    assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in expected]
    assert expected, name
    assert tuple(one) == tuple(expected[0])
    assert nothing is None
    unique = [key for key in expected[0]._fields if expected[0]._fields.count(key) == 1]
    assert {key: getattr(one, key) for key in unique} == {key: getattr(expected[0], key) for key in unique}


def test_what_is_inserted_and_updated_is_what_sqlalchemy_reads(database):
    with database.begin() as connection:
        kept = connection.execute(sa.select(packages)).one()._asdict()
        change(
            connection, statements.UPDATE, {"vermajor": 7, "vercomments": "new", "package": "ünïcode", "folder": FOLDER}
        )
        changed = connection.execute(sa.select(packages)).one()._asdict()
    assert {name: kept[name] for name in ROW} == ROW
    assert kept["isencrypted"] is False
    assert changed == {**kept, "vermajor": 7, "vercomments": "new"}


def test_an_error_undoes_what_both_ways_did(database):
    def work():
        with database.begin() as connection:
            connection.execute(sa.delete(folders))
            change(connection, statements.UPDATE, {"vermajor": 7, "package": "ünïcode", "folder": FOLDER})
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        work()
    with database.begin(write=False) as connection:
        assert connection.execute(sa.select(packages.c.vermajor)).scalar() == ROW["vermajor"]
        assert len(connection.execute(sa.select(folders)).all()) == 4


def test_another_database_is_left_to_sqlalchemy():
    class Elsewhere:
        connection = type("Pooled", (), {"driver_connection": object()})()

        def __init__(self):
            self.asked = []

        def execute(self, statement, given):
            self.asked.append((statement, given))
            return self

        def first(self):
            return "a row"

        def all(self):
            return ["a row"]

        def begin(self):
            self.asked.append(("begin", {}))
            return nullcontext()

    there = Elsewhere()
    assert first(there, statements.ROW, GIVEN) == "a row"
    assert rows(there, statements.ROW, GIVEN) == ["a row"]
    change(there, statements.UPDATE, {"vermajor": 1})
    with transaction(there, "BEGIN IMMEDIATE"):
        pass
    assert [statement for statement, _ in there.asked] == [statements.ROW, statements.ROW, statements.UPDATE, "begin"]


def test_connections_are_used_again_and_closed_with_the_database(tmp_path):
    database = Database(sqlite_url(tmp_path / "m.sqlite"))
    with database.procedures(Caller("a", sysadmin=True), write=False) as msdb:
        before = msdb.connection
    with database.procedures(Caller("b", sysadmin=True), write=False) as msdb:
        assert msdb.connection is before
    database.dispose()
    assert before.closed
    with database.begin(write=False) as connection:
        assert connection is not before
    database.dispose()
