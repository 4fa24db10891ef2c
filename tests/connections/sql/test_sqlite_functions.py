import sqlite3

import pytest

from dtserve.connections.sql.sqlite_functions import register


@pytest.fixture
def ask():
    connection = sqlite3.connect(":memory:")
    reasons = []
    register(connection, "Sales", reasons.append)

    def call(sql):
        return connection.execute(f"SELECT {sql}").fetchone()[0]

    call.reasons = reasons
    yield call
    connection.close()


@pytest.mark.parametrize(
    ("sql", "result"),
    [
        ("tsql_dateadd('month', 1, '2024-01-31')", "2024-02-29"), ("tsql_dateadd('hour', 1, '2024-01-31')", "2024-01-31 01:00:00"), ("tsql_dateadd('day', 1, NULL)", None),
        ("tsql_dateadd('day', 1, 0)", "1900-01-02 00:00:00"), ("tsql_datediff('day', '2024-01-01', '2024-01-03')", 2), ("tsql_datename('weekday', '2024-01-01')", "Monday"),
        ("tsql_eomonth('2024-02-01', 1)", "2024-03-31"), ("tsql_datetrunc('month', '2024-02-15 10:00:00')", "2024-02-01 00:00:00"), ("tsql_datefromparts(2024, 2, 29)", "2024-02-29"),
        ("tsql_datetimefromparts(2024, 1, 2, 3, 4, 5, 6)", "2024-01-02 03:04:05.006000"), ("tsql_isdate('2024-01-01') + tsql_isdate('x')", 1), ("tsql_div(-7, 2)", -3),
        ("tsql_mod(-7, 3)", -1), ("tsql_mod(5.5, 2)", 1.5), ("tsql_divide(1, 4)", 0.25), ("tsql_add('a', 'b')", "ab"), ("tsql_add('1', 2)", 3), ("tsql_round(2.345, 2)", 2.35),
        ("tsql_round(2.349, 2, 1)", 2.34), ("tsql_round(1250, -2)", 1300), ("tsql_concat('a', NULL, 1)", "a1"), ("tsql_concat_ws('-', 'a', NULL, 'b')", "a-b"),
        ("tsql_choose(2, 'a', 'b')", "b"), ("tsql_choose(3, 'a')", None), ("tsql_str(3.14159, 6, 2)", "  3.14"), ("tsql_str(12345, 3)", "***"), ("tsql_power(2, 10)", 1024),
        ("hex(tsql_hashbytes('MD5', 'abc'))", "900150983CD24FB0D6963F7D28E17F72"), ("tsql_db_name()", "Sales"), ("tsql_schema_id('dbo')", 1), ("tsql_ascii('é')", 233),
        ("tsql_char(233)", "é"), ("tsql_char(300)", None), ("tsql_translate('abc', 'ab', 'xy')", "xyc"), ("tsql_format('2024-01-02', 'dd.MM.yyyy')", "02.01.2024"),
        ("tsql_log(8, 2)", 3.0), ("tsql_sign(-2)", -1), ("length(tsql_newid())", 36), ("tsql_replicate('a', -1)", None), ("tsql_unicode('')", None), ("tsql_right('ab', 0)", ""),
        ("(SELECT tsql_stdev(a) FROM (SELECT 1 a UNION ALL SELECT 3))", 1.4142135623730951), ("(SELECT tsql_varp(a) FROM (SELECT 1 a UNION ALL SELECT 3))", 1.0),
        ("(SELECT tsql_stdev(1))", None),
    ],
)  # fmt: skip
def test_functions(ask, sql, result):
    assert ask(sql) == result


def test_now(ask):
    assert ask("tsql_getdate()")[:4] == ask("tsql_sysdatetime()")[:4]
    assert "+" in ask("tsql_sysdatetimeoffset()") or "-" in ask("tsql_sysdatetimeoffset()")[20:]
    assert 0 <= ask("tsql_rand()") < 1


def test_errors_leave_their_reason(ask):
    for sql, reason in (
        ("tsql_div(1, 0)", "Divide by zero"),
        ("tsql_year('x')", "Conversion failed"),
        ("tsql_hashbytes('X', 'a')", "HASHBYTES"),
        ("tsql_datetrunc('eon', '2024-01-01')", "eon"),
    ):
        with pytest.raises(sqlite3.OperationalError):
            ask(sql)
        assert reason in ask.reasons[-1]
