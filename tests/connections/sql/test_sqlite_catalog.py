import sqlite3

import pytest

from dtserve.connections.sql.catalog import TableName
from dtserve.connections.sql.sqlite_catalog import SqliteCatalog, quote, unquoted
from dtserve.datatypes import DT


@pytest.fixture
def catalog():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(
        "CREATE TABLE Customer (Id INTEGER PRIMARY KEY AUTOINCREMENT /* INT */, Name NVARCHAR(5) NOT NULL DEFAULT 'x', Twice GENERATED ALWAYS AS (Id * 2))"
    )
    connection.execute("CREATE TABLE `stg.Customer` (a int)")
    connection.execute("CREATE TEMP TABLE `#t` (a int)")
    connection.execute("CREATE VIEW v AS SELECT Name FROM Customer")
    yield SqliteCatalog(connection)
    connection.close()


def test_tables(catalog):
    table = catalog.find(TableName("CUSTOMER", "DBO", "Sales"))
    assert (table.name, table.path, table.schema) == ("Customer", "`Customer`", "")
    key, name, twice = table.columns
    assert key.identity
    assert key.type.dt is DT.I4
    assert (name.default, name.nullable) == ("'x'", False)
    assert twice.computed
    assert catalog.find(TableName("v")).columns[0].type.dt is DT.WSTR
    assert catalog.find(TableName("#T")).path == "temp.`#t`"
    assert catalog.find(TableName("nothere")) is None


def test_schemas(catalog):
    assert catalog.find(TableName("customer", "STG")).columns[0].name == "a"
    assert catalog.find(TableName("customer", "other")).columns[0].name == "Id"
    assert catalog.new_path(TableName("N", "dbo")) == "`N`"
    assert catalog.new_path(TableName("N", "stg")) == "`stg.N`"
    assert catalog.new_path(TableName("#N")) == "temp.`#N`"


def test_changes_are_seen(catalog):
    before = catalog.generation()
    catalog.connection.execute("CREATE TABLE Fresh (a int)")
    assert catalog.generation() != before
    assert catalog.find(TableName("fresh")) is not None
    catalog.connection.execute("DROP TABLE Fresh")
    assert catalog.find(TableName("fresh")) is None


def test_declared_types_behind_a_query(catalog):
    found = catalog.view_columns("SELECT Name, Name AS n, Name AS n, 1 + 1 FROM Customer")
    assert [str(kind) for _, kind in found[:3]] == ["DT_WSTR(5)"] * 3
    assert catalog.view_columns("SELECT nothere FROM Customer") is None
    assert catalog.view_columns("PRAGMA table_info(t)") is None


def test_quotes():
    assert quote("a`b") == "`a``b`"
    assert unquoted("temp.`a``b`") == "a`b"
