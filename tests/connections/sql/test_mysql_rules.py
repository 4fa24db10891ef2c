import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.mysql_rules import must
from support.connections import translated

TABLES = {
    "T": {"i": "int", "n": "decimal(9,2)", "t": "varchar(9)", "d": "datetime", "b": "bit", "g": "uniqueidentifier"}
}


def expression(sql):
    return translated(f"SELECT {sql} FROM T", "mysql", TABLES)[0].removeprefix("SELECT ").rpartition(" FROM ")[0]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("i / 2", "(`i` DIV 2)"), ("i / i", must("`i` <> 0", "(`i` DIV `i`)", "`i`")), ("CONCAT(t, i)", "CONCAT(COALESCE(`t`, ''), COALESCE(`i`, ''))"), ("CAST(n AS int)", "CAST(TRUNCATE(`n`, 0) AS SIGNED)"),
        ("CAST(n AS varchar(5))", "CAST(`n` AS CHAR(5))"), ("CAST('20240102' AS datetime)", "CAST(TIMESTAMP'2024-01-02 00:00:00' AS DATETIME(3))"), ("CAST(i AS bit)", "(`i` <> 0)"), ("AVG(i)", "CAST(TRUNCATE(AVG(`i`), 0) AS SIGNED)"),
        ("STRING_AGG(t, ',') WITHIN GROUP (ORDER BY i)", "GROUP_CONCAT(`t` ORDER BY `i` SEPARATOR ',')"), ("DATEADD(day, 1, d)", "DATE_ADD(CAST(`d` AS DATETIME(6)), INTERVAL TRUNCATE(1, 0) DAY)"), ("ROUND(n, 1, 1)", "TRUNCATE(`n`, 1)"),
        ("LOG(n, 2)", "LOG(2, `n`)"), ("HASHBYTES('SHA1', t)", "UNHEX(SHA1(CONVERT(`t` USING latin1)))"), ("DATENAME(month, d)", "MONTHNAME(`d`)"), ("CAST(g AS varchar(36))", "CAST(`g` AS CHAR(36))"),
    ],
)  # fmt: skip
def test_expressions(sql, text):
    assert expression(sql) == text


def test_conditions():
    (text,) = translated(
        "SELECT 1 FROM T WHERE d = '20240102' AND g = '{ab}' AND b = 'true' AND t LIKE '[a]%' AND t = 5",
        "mysql",
        TABLES,
    )
    for part in ("`d` = TIMESTAMP'2024-01-02 00:00:00'", "`g` = 'AB'", "`b` = 1", "`t` REGEXP '^[a].*$'", "REGEXP"):
        assert part in text


@pytest.mark.parametrize(
    "sql", ["@a / @b", "CONVERT(varchar(9), d, @s)", "HASHBYTES('MD2', t)", "TRY_CAST(t AS uniqueidentifier)"]
)
def test_refusals(sql):
    with pytest.raises(NotTranslatable):
        expression(sql)
