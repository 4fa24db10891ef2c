"""The tables, their columns in the order of SQL Server, and their versions."""

import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, postgresql, sqlite
from sqlalchemy.schema import CreateTable

from dtserve.stores import Database
from dtserve.stores.msdb import schema, statements
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.errors import SchemaTooNew

PACKAGES = [
    "name",
    "id",
    "description",
    "createdate",
    "folderid",
    "ownersid",
    "packagedata",
    "packageformat",
    "packagetype",
    "vermajor",
    "verminor",
    "verbuild",
    "vercomments",
    "verid",
    "isencrypted",
    "readrolesid",
    "writerolesid",
]
LOG = [
    "id",
    "event",
    "computer",
    "operator",
    "source",
    "sourceid",
    "executionid",
    "starttime",
    "endtime",
    "datacode",
    "databytes",
    "message",
]


def test_columns():
    assert [column.name for column in schema.packages.c][:17] == PACKAGES
    assert [column.name for column in schema.folders.c][:3] == ["folderid", "parentfolderid", "foldername"]
    assert [column.name for column in schema.log.c] == LOG


@pytest.mark.parametrize(
    ("dialect", "guid", "image"),
    [
        (sqlite.dialect(), "CHAR(36)", "BLOB"),
        (postgresql.dialect(), "UUID", "BYTEA"),
        (mssql.dialect(), "UNIQUEIDENTIFIER", "VARBINARY(max)"),
    ],
)
def test_types_of_each_database(dialect, guid, image):
    text = str(CreateTable(schema.packages).compile(dialect=dialect))
    assert f"verid {guid}" in text
    assert f"packagedata {image}" in text


def test_seeds_and_reference_query(tmp_path):
    database = Database(sqlite_url(tmp_path / "m.sqlite"))
    with database.begin() as connection:
        rows = connection.execute(sa.select(schema.folders)).all()
        found = {row.folderid: row for row in rows}
        assert found[schema.ROOT].parentfolderid is None
        assert found[schema.ROOT].foldername == ""
        assert found[uuid.UUID("08aa12d5-8f98-4dab-a4fc-980b150a5dc8")].foldername == "Maintenance Plans"
        assert uuid.UUID("8877fe4b-a938-4a51-84b9-c5bdad74b0ad") in found
        walk = sa.text(
            "WITH RECURSIVE f AS (SELECT folderid, foldername AS p FROM sysssispackagefolders WHERE parentfolderid IS NULL "
            "UNION ALL SELECT c.folderid, f.p || '\\' || c.foldername FROM sysssispackagefolders c "
            "JOIN f ON c.parentfolderid = f.folderid) SELECT p FROM f ORDER BY 1"
        )
        assert [row.p for row in connection.execute(walk)][0:2] == ["", "\\Data Collector"]
    database.dispose()


def test_versions(tmp_path):
    url = sqlite_url(tmp_path / "m.sqlite")
    database = Database(url)
    with database.begin() as connection:
        assert schema.schema_version(connection) == schema.SCHEMA_VERSION
        assert schema.migrate(connection) == schema.SCHEMA_VERSION
        connection.execute(sa.insert(schema.version_table).values(version=schema.SCHEMA_VERSION + 1))
    database.dispose()
    with pytest.raises(SchemaTooNew) as caught, Database(url).begin():
        pass
    assert str(schema.SCHEMA_VERSION + 1) in caught.value.message


def test_sids():
    assert schema.role_sid("R") == schema.role_sid("r")
    assert schema.role_sid("R") != schema.login_sid("R")
    assert len(schema.role_sid("x" * 500)) <= 85
    assert schema.utc_now().tzinfo is None


def test_listings_do_not_touch_the_packages(tmp_path):
    database = Database(sqlite_url(tmp_path / "m.sqlite"))
    with database.begin() as connection:
        query = statements.LISTING.where(schema.packages.c.folderid == schema.ROOT)
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert "COVERING INDEX I_sysssispackageslisting" in plan[0][-1]
    database.dispose()
