import datetime as dtm
import sqlite3

import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import LostConnection, SqlError
from dtserve.connections.sql import open_session, parse_url, sqlite
from dtserve.connections.sql.sqlite import sessions_on
from dtserve.datatypes import DT, TypeSpec


@pytest.fixture
def place(tmp_path):
    return f"sqlite:///{tmp_path}/x.db"


def test_sessions_are_durable_and_checked(place):
    with open_session(parse_url(place)) as session:
        read = {
            name: session.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert sessions_on(session.path) == 1
    assert sessions_on(session.path) == 0


def test_a_database_that_is_locked(place, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with open_session(parse_url(place)) as one, open_session(parse_url(place)) as other:
        one.execute("CREATE TABLE t (a int)")
        one.begin()
        with pytest.raises(LostConnection, match="locked"):
            other.execute("INSERT INTO t VALUES (1)")
        one.rollback()
        other.execute("INSERT INTO t VALUES (1)")


def test_types_of_tables_made_by_hand(place):
    with sqlite3.connect(place.removeprefix("sqlite:///")) as made:
        made.execute("CREATE TABLE Odd (i INTEGER PRIMARY KEY, t TEXT, r REAL, n NUMERIC, d TIMESTAMP, x, b BLOB)")
        made.execute("INSERT INTO Odd VALUES (1, 'a', 1.5, '2.25', '2024-01-02T03:04:05', 'any', X'00')")
    made.close()
    with open_session(parse_url(place)) as session:
        kinds = [str(column.type) for column in session.table_columns("dbo.ODD")]
        assert kinds == [
            "DT_I8",
            "DT_NTEXT",
            "DT_R8",
            "DT_NUMERIC(38,10)",
            "DT_DBTIMESTAMP",
            "DT_WSTR(4000)",
            "DT_IMAGE",
        ]
        (row,) = session.query("SELECT * FROM Odd").rows()
        assert [str(cell) for cell in row] == [
            "1",
            "a",
            "1.5",
            "2.2500000000",
            "2024-01-02 03:04:05",
            "any",
            "b'\\x00'",
        ]
        with pytest.raises(SqlError, match="no date"):
            session.execute("UPDATE Odd SET d = 5; SELECT d FROM Odd")


def test_descriptions(place):
    with open_session(parse_url(place)) as session:
        session.execute("CREATE TABLE t (a decimal(9,2), b nvarchar(5)); INSERT INTO t VALUES (1, 'x')")
        found = session.describe("SELECT a, b + '!' AS c, UPPER(b), a AS a FROM t WHERE a = ?")
        assert [(column.name, str(column.type)) for column in found] == [
            ("a", "DT_NUMERIC(9,2)"), ("c", "DT_WSTR(5)"), ("", "DT_WSTR(5)"), ("a", "DT_NUMERIC(9,2)"),
        ]  # fmt: skip
        assert session.describe("SELECT 1 AS x WHERE 1 = 0")[0].name == "x"


def test_an_error_in_a_function_tells_its_reason(place):
    with open_session(parse_url(place)) as session:
        for sql, reason in (
            ("SELECT CAST('x' AS int)", "Conversion failed"),
            ("SELECT 1 % 0", "Divide by zero"),
            ("SELECT SUBSTRING('a', 1, -1)", "Invalid length"),
        ):
            with pytest.raises(SqlError, match=reason):
                session.execute(sql)
        assert list(session.execute("SELECT ?", [SqlParameter(b"x")])[0].rows()) == [(b"x",)]


def test_moments_keep_their_zone(tmp_path):
    zone = dtm.timezone(dtm.timedelta(minutes=90))
    given = dtm.datetime(2024, 3, 1, 1, 29, 58, 120000, zone)
    expected = {"utc": dtm.datetime(2024, 2, 29, 23, 59, 58, 120000), "offset": 90}
    with open_session(parse_url(f"sqlite:///{tmp_path}/z.db")) as session:
        session.execute("CREATE TABLE Z (id int, o datetimeoffset(7))")
        session.execute("INSERT INTO Z VALUES (1, '2024-03-01 01:29:58.12 +01:30'), (2, '20240301 01:29:58.12+0130')")
        session.execute("INSERT INTO Z VALUES (3, ?)", [SqlParameter(given, TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7))])
        session.execute("INSERT INTO Z SELECT 4, CAST('2024-03-01 01:29:58.12 +01:30' AS datetimeoffset)")
        session.execute("UPDATE Z SET o = o WHERE id = 1")
        assert [row for (row,) in session.execute("SELECT o FROM Z ORDER BY id")[0].rows()] == [expected] * 4
        session.execute("INSERT INTO Z VALUES (5, '2024-03-01')")
        plain = {"utc": dtm.datetime(2024, 3, 1), "offset": 0}
        assert list(session.execute("SELECT o FROM Z WHERE o = '2024-03-01'")[0].rows()) == [(plain,)]
