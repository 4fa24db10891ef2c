import pytest

from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.catalog import TableName
from dtserve.connections.sql.postgres_catalog import DBO_SCHEMA, quote


@pytest.fixture
def url(postgres_server):
    url = postgres_server.empty()
    with open_session(parse_url(f"{url}?source=postgres")) as session:
        session.execute(
            "CREATE TABLE a (id serial, n int GENERATED ALWAYS AS (1) STORED, d text DEFAULT 'x'); CREATE TABLE \"A\" (x int); CREATE SCHEMA dbo; CREATE TABLE dbo.own (y int); CREATE SCHEMA etl; CREATE TABLE etl.a (z int)"
        )
    return url


def columns(session, *name):
    found = session.find_table(TableName(*name))
    return None if found is None else [column.name for column in found.columns]


def test_tables(url):
    with open_session(parse_url(url)) as session:
        assert columns(session, "a") == ["id", "n", "d"]
        assert columns(session, "A") == ["x"]
        assert columns(session, "OWN", "dbo") == ["y"]
        assert columns(session, "own") == ["y"]
        assert columns(session, "a", "ETL") == ["z"]
        assert columns(session, "a", "nothere") is None
        found = session.find_table(TableName("a"))
        assert [(c.identity, c.computed, c.default != "") for c in found.columns] == [
            (True, False, True),
            (False, True, False),
            (False, False, True),
        ]
        session.execute("CREATE TABLE #T (a int)")
        assert columns(session, "#t") == ["a"]


def test_another_default_schema(url):
    with open_session(parse_url(f"{url}?schema=etl")) as session:
        assert columns(session, "a", "dbo") == ["z"]
        assert session.new_table_path(TableName("n", "dbo")) == '"etl"."n"'
    with open_session(parse_url(url)) as session:
        assert session.new_table_path(TableName("n")) == f'"{DBO_SCHEMA}"."n"'
        assert session.new_table_path(TableName("n", "Stg")) == '"Stg"."n"'
        assert session.new_table_path(TableName("#n")) == '"#n"'
    assert quote('a"b') == '"a""b"'
