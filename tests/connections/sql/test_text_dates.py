"""A text is the same date in every database, or an error; never another date, and never NULL in silence."""

import pytest
from sqlglot import exp

from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.text_dates import known_text
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import DtserveError

DATES = [
    "20240105", "2024-01-05", "2024/1/5", "2024.01.05", "1/5/2024", "12-31-2024", "1.5.2024 10:20:30.123", "2024-01-05T10:20:30",
    "20240105 10:20", "2024", "", "   ", " 2024-01-05 ", "10:30", "10:30:15.5", "2024-02-29", "2500-06-30 23:59:59.997",
]  # fmt: skip
ONLY_SOME = ["240105", "Jan 5 2024", "5 Jan 2024", "05-Jan-24", "January 5, 2024 1:05PM", "1/5/24", "1:05 PM"]
"""Dates that a database may refuse with an error."""
NONE = [
    "2024-02-30", "20240230", "13/5/2024", "2024-13-01", "2024-00-10", "now", "today", "epoch", "infinity", "bad", "abcd0101", "12",
    "12345", "2024010112", "25:00", "2024-01-05 24:00", "10:60", "2024-01-05 10:00 PST", "99999-01-01", "0000-01-01", "5/2024",
    "x-1, y",
]  # fmt: skip
TYPES = ("date", "datetime", "datetime2(3)", "time")


@pytest.fixture(scope="module")
def sessions(postgres_server, mysql_server):
    opened = [open_session(parse_url(url)) for url in ("sqlite://", postgres_server.empty(), mysql_server.empty())]
    for session in opened:
        session.execute("CREATE TABLE T (n int, a varchar(40))")
        for number, text in enumerate([*DATES, *ONLY_SOME, *NONE]):
            session.execute(f"INSERT INTO T VALUES ({number}, '{text}')")
    yield opened
    for session in opened:
        session.close()


def answer(session, sql):
    try:
        return [row[0] for row in session.query(sql).rows()]
    except DtserveError:
        return "error"


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("attempt", ["CAST", "TRY_CAST"])
def test_dates_are_read_alike(sessions, kind, attempt):
    sql = f"SELECT {attempt}(a AS {kind}) AS x FROM T WHERE n < {len(DATES)} ORDER BY n"
    first, *others = (answer(session, sql) for session in sessions)
    assert first != "error"
    assert None not in first
    assert others == [first, first]
    for number, text in enumerate(DATES):
        written = [answer(session, f"SELECT {attempt}('{text}' AS {kind}) AS x") for session in sessions]
        assert written == [[first[number]]] * 3, text


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("attempt", ["CAST", "TRY_CAST"])
def test_other_texts_are_never_another_date(sessions, kind, attempt):
    start = len(DATES)
    for number, text in enumerate(ONLY_SOME, start=start):
        found = [
            answer(session, f"SELECT {attempt}(a AS {kind}) AS x FROM T WHERE n = {number}") for session in sessions
        ]
        assert all(other in (found[0], "error") for other in found[1:]), (text, found)
    wanted = [None] if attempt == "TRY_CAST" else "error"
    for number, text in enumerate(NONE, start=start + len(ONLY_SOME)):
        for source in (f"a AS {kind}", f"'{text}' AS {kind}"):
            found = [
                answer(session, f"SELECT {attempt}({source}) AS x FROM T WHERE n = {number}") for session in sessions
            ]
            assert found == [wanted] * 3, (text, source)


def test_a_datetime_begins_in_1753(sessions):
    for attempt, wanted in (("CAST", "error"), ("TRY_CAST", [None])):
        for source in ("'1500-01-01'", "CAST('1500-01-01' AS varchar(20))"):
            sql = f"SELECT {attempt}({source} AS datetime) AS x"
            assert [answer(session, sql) for session in sessions] == [wanted] * 3


def test_styles(sessions):
    for session in sessions:
        assert answer(session, "SELECT CONVERT(varchar(10), CONVERT(date, '5/1/2024', 103), 120) AS x") == [
            "2024-01-05"
        ]
        assert answer(session, "SELECT CONVERT(varchar(10), TRY_CONVERT(date, '20240105', 112), 120) AS x") == [
            "2024-01-05"
        ]
        assert answer(session, "SELECT CONVERT(date, 'bad', 103) AS x") == "error"


def test_literals_that_are_dates_are_known_beforehand():
    text = exp.Literal.string("Jan 5 2024")
    assert known_text(text, TypeSpec(DT.DBDATE), False).this == "2024-01-05"
    assert known_text(exp.Literal.string("bad"), TypeSpec(DT.DBDATE), False) is None
    assert known_text(exp.Literal.number(5), TypeSpec(DT.DBDATE), True) is None
