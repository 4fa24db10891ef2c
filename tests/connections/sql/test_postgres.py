import pytest

from dtserve.connections.base import BulkOptions, SqlParameter
from dtserve.connections.errors import SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.datatypes import DT


@pytest.fixture
def url(postgres_server):
    return postgres_server.empty()


def test_native_statements_and_types(url):
    with open_session(parse_url(f"{url}?source=postgres")) as session:
        session.execute(
            "CREATE TABLE x (a int, j jsonb, z timestamptz, i interval, u uuid, m money, n numeric); SET TIME ZONE 'Asia/Kolkata'"
        )
        session.execute(
            "INSERT INTO x VALUES (1, '{\"k\": 1}', '2024-01-01 00:00:00+00', '1 day', gen_random_uuid(), 1234.5, 0.123456789012)"
        )
        columns = {column.name: column.type.dt for column in session.table_columns("x")}
        assert columns == {
            "a": DT.I4,
            "j": DT.NTEXT,
            "z": DT.DBTIMESTAMPOFFSET,
            "i": DT.NTEXT,
            "u": DT.GUID,
            "m": DT.CY,
            "n": DT.NUMERIC,
        }
        for rows in (
            list(session.query("SELECT a, j, z, i, m, n FROM x").rows()),
            session.execute("SELECT a, j, z, i, n FROM x")[0].rows(),
        ):
            (row,) = rows
            assert row[:2] == (1, '{"k": 1}')
            assert row[2]["offset"] == 330
            assert row[3] == "1 day"
        results = session.execute("SELECT 1; UPDATE x SET a = 2; SELECT 3")
        assert [result.rows_affected for result in results] == [1, 1, 1]
        assert list(session.query("SELECT %s::int + 1".replace("%s", "?"), [SqlParameter(1)]).rows()) == [(2,)]


def test_what_postgres_has_and_python_has_not_is_an_error(url):
    with open_session(parse_url(f"{url}?source=postgres")) as session:
        for text in ("SELECT 'infinity'::timestamp", "SELECT '0044-03-15 BC'::date", "SELECT '24:00'::time"):
            with pytest.raises(SqlError):
                list(session.query(text).batches)


def test_names_in_every_case(url):
    with open_session(parse_url(url)) as session:
        native = open_session(parse_url(f"{url}?source=postgres"))
        native.execute(
            'CREATE TABLE lower_case (an_id int); CREATE TABLE "Mixed" ("Id" int); CREATE SCHEMA "Sales"; CREATE TABLE "Sales"."Mixed" (b int)'
        )
        native.close()
        assert session.table_columns("dbo.LOWER_CASE")[0].name == "an_id"
        assert list(session.execute("SELECT M.ID, L.An_Id FROM MIXED m, Lower_Case l")[0].rows()) == []
        assert session.table_columns("[sales].[mixed]")[0].name == "b"
        assert session.find_table.__self__.new_table_path.__name__ == "new_table_path"


def test_a_shared_session_reads_by_cursor_without_a_transaction(url):
    with open_session(parse_url(url)) as session:
        session.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)")
        session.keep_open = True
        batches = iter(session.query("SELECT a FROM t ORDER BY a", batch_rows=1).batches)
        assert next(batches).rows() == [(1,)]
        session.execute("DELETE FROM t")
        assert [frame.rows() for frame in batches] == [[(2,)], [(3,)]]
        session.keep_open = False


def test_a_table_of_one_text_column_keeps_every_row(url):
    import polars as pl

    with open_session(parse_url(url)) as session:
        session.execute("CREATE TABLE t (a nvarchar(20) NULL)")
        values = ["\\.", None, "", "x", "\\N", '"', "a\nb", "NULL"]
        session.bulk_load("t", session.table_columns("t"), [pl.DataFrame({"a": values})], BulkOptions())
        found = [row[0] for row in session.query("SELECT a FROM t").rows()]
        assert found == values
