import pytest

from dtserve.connections.sql.catalog import TableName
from dtserve.connections.sql.system_views import object_id, system_columns, system_view


@pytest.mark.parametrize("family", ["sqlite", "postgres", "mysql"])
def test_views(family):
    for name in (
        TableName("tables", "sys"),
        TableName("OBJECTS", "SYS"),
        TableName("sysobjects", "dbo"),
        TableName("TABLES", "INFORMATION_SCHEMA"),
    ):
        assert system_view(family, name).startswith("(")
        assert system_columns(name)
    assert system_view(family, TableName("tables")) is None
    assert system_view(family, TableName("dm_exec_requests", "sys")) is None
    assert system_columns(TableName("t")) == {}


def test_object_ids():
    assert object_id("sqlite", "`T`", "T") == "(SELECT rowid FROM sqlite_master WHERE name = 'T')"
    assert "temp.sqlite_master" in object_id("sqlite", "temp.`#t`", "#t")
    assert object_id("postgres", '"public"."T"', "T") == 'CAST(CAST(\'"public"."T"\' AS regclass) AS BIGINT)'
    assert object_id("mysql", "`T`", "o'x") == "CRC32('o''x')"
