"""Literals of every kind of column, and what a real server reads of them."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.mysql_literals import literal_column, row_texts
from dtserve.datatypes import DT, TypeSpec

I4, TEXT = TypeSpec(DT.I4), TypeSpec(DT.WSTR, length=20)
MOMENT = dt.datetime(2024, 2, 29, 23, 59, 58, 123456)
CASES = [
    (pl.Series([1, None, -5], dtype=pl.Int32), I4, ["1", None, "-5"]),
    (pl.Series([True, False, None]), TypeSpec(DT.BOOL), ["1", "0", None]),
    (pl.Series([0.1, None, 1e300]), TypeSpec(DT.R8), ["0.1", None, "1e+300"]),
    (pl.Series([0.1], dtype=pl.Float32), TypeSpec(DT.R4), ["0.10000000149011612"]),
    (pl.Series([Decimal("-12.50"), None]), TypeSpec(DT.NUMERIC, precision=9, scale=2), ["-12.50", None]),
    (pl.Series(["it's", "a\\b", None, ""]), TEXT, ["'it''s'", "'a\\\\b'", None, "''"]),
    (pl.Series(["{abcd}"]), TypeSpec(DT.GUID), ["'ABCD'"]),
    (pl.Series([b"\x00'\xff", b"", None]), TypeSpec(DT.BYTES, length=4), ["X'0027ff'", "X''", None]),
    (pl.Series([dt.date(987, 1, 2), None]), TypeSpec(DT.DBDATE), ["'0987-01-02'", None]),
    (pl.Series([MOMENT]), TypeSpec(DT.DBTIMESTAMP2, scale=6), ["'2024-02-29 23:59:58.123456'"]),
    (pl.Series([dt.time(1, 2, 3, 4)]), TypeSpec(DT.DBTIME2, scale=6), ["'01:02:03.000004'"]),
    (
        pl.Series([{"utc": MOMENT, "offset": 90}, None], dtype=pl.Struct({"utc": pl.Datetime("us"), "offset": pl.Int16})),
        TypeSpec(DT.DBTIMESTAMPOFFSET), ["'2024-03-01 01:29:58.123456'", None],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("values", "kind", "expected"), CASES, ids=[case[1].dt.name for case in CASES])
def test_literals(values, kind, expected):
    assert literal_column(values, kind).to_list() == expected


def test_rows_and_what_stands_for_null():
    frame = pl.DataFrame({"a": pl.Series([1, None], dtype=pl.Int32), "b": ["x\\", None]})
    assert row_texts(frame, [I4, TEXT], ["NULL", "DEFAULT(`b`)"]).to_list() == ["(1,'x\\\\')", "(NULL,DEFAULT(`b`))"]
    assert row_texts(frame, [I4, TEXT], ["NULL", "NULL"], backslashes=False).to_list()[0] == "(1,'x\\')"
    assert row_texts(pl.DataFrame({"a": [1, 2]}).select([]), [], []).to_list() == []


def test_numbers_that_mysql_does_not_know():
    with pytest.raises(SqlError, match="inf and nan"):
        literal_column(pl.Series([1.0, float("nan")]), TypeSpec(DT.R8))


@pytest.fixture(scope="module")
def session(mysql_server):
    with open_session(parse_url(mysql_server.new_database())) as opened:
        opened.execute(
            "CREATE TABLE t (n int, t nvarchar(60), b varbinary(60), f float, d decimal(20, 5), m datetime2(6), c time(6), y date)"
        )
        yield opened


COLUMNS = (
    ResultColumn("n", I4), ResultColumn("t", TypeSpec(DT.WSTR, length=60)), ResultColumn("b", TypeSpec(DT.BYTES, length=60)),
    ResultColumn("f", TypeSpec(DT.R8)), ResultColumn("d", TypeSpec(DT.NUMERIC, precision=20, scale=5)),
    ResultColumn("m", TypeSpec(DT.DBTIMESTAMP2, scale=6)), ResultColumn("c", TypeSpec(DT.DBTIME2, scale=6)),
    ResultColumn("y", TypeSpec(DT.DBDATE)),
)  # fmt: skip
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        st.none() | st.binary(max_size=20),
        st.none() | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False).map(lambda f: f + 0.0),
        st.none() | st.decimals(-(10**14), 10**14, places=5),
        st.none() | st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(9999, 12, 31)),
        st.none() | st.times(),
        st.none() | st.dates(dt.date(1000, 1, 1)),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_a_server_reads_back_what_was_loaded(session, rows):
    session.execute("DELETE FROM t")
    frame = pl.DataFrame(
        [
            pl.Series(column.name, [row[at] for row in rows], dtype=column.type.polars())
            for at, column in enumerate(COLUMNS)
        ]
    )
    assert session.bulk_load("t", COLUMNS, [frame], BulkOptions()) == len(rows)
    found = session.execute("SELECT n, t, b, f, d, m, c, y FROM t")[0].rows()
    assert sorted(map(repr, found)) == sorted(repr(tuple(row)) for row in frame.iter_rows())


def test_literals_hold_in_a_server_without_backslash_escapes(mysql_server):
    with open_session(parse_url(mysql_server.new_database())) as session:
        session._ask("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')", ())
        assert not session.backslashes
        session.execute("CREATE TABLE t (t nvarchar(60))")
        column = (ResultColumn("t", TypeSpec(DT.WSTR, length=60)),)
        session.bulk_load("t", column, [pl.DataFrame({"t": ["a\\b'c\\"]})], BulkOptions())
        assert list(session.execute("SELECT t FROM t")[0].rows()) == [("a\\b'c\\",)]
