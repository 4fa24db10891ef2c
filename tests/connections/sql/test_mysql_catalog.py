import pytest

from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.catalog import TableName
from dtserve.connections.sql.mysql_catalog import quote


@pytest.fixture
def session(mysql_server):
    with open_session(parse_url(mysql_server.empty())) as opened:
        yield opened


def columns(session, *name):
    found = session.find_table(TableName(*name))
    return None if found is None else [(column.name, str(column.type)) for column in found.columns]


def test_tables(session):
    session.execute(
        "CREATE TABLE dbo.Customer (Id int IDENTITY PRIMARY KEY, G uniqueidentifier, M money, N AS (M + 1)); CREATE TABLE stg.Customer (a tinyint); CREATE TABLE #T (x bit)"
    )
    assert columns(session, "CUSTOMER", "dbo") == [
        ("Id", "DT_I4"),
        ("G", "DT_GUID"),
        ("M", "DT_CY"),
        ("N", "DT_NUMERIC(19,4)"),
    ]
    assert columns(session, "customer", "STG") == [("a", "DT_UI1")]
    assert columns(session, "customer", "other")[0] == ("Id", "DT_I4")
    assert columns(session, "#t") == [("x", "DT_BOOL")]
    assert columns(session, "#nothere") is None
    assert columns(session, "nothere") is None
    found = session.find_table(TableName("Customer"))
    assert [(c.identity, c.computed) for c in found.columns] == [
        (True, False),
        (False, False),
        (False, False),
        (False, True),
    ]


def test_paths(session):
    assert session.new_table_path(TableName("N", "dbo")) == "`N`"
    assert session.new_table_path(TableName("N", "stg")) == "`stg.N`"
    assert session.new_table_path(TableName("#N")) == "`#n`"
    assert quote("a`b") == "`a``b`"
