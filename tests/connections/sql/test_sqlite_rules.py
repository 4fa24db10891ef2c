import pytest

from dtserve.connections.errors import NotTranslatable
from support.connections import translated

TABLES = {
    "T": {
        "i": "int",
        "n": "decimal(9,2)",
        "t": "varchar(9)",
        "d": "datetime",
        "day": "date",
        "g": "uniqueidentifier",
        "b": "bit",
    }
}


def where(sql):
    return translated(f"SELECT 1 FROM T WHERE {sql}", "sqlite", TABLES)[0].partition(" WHERE ")[2]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("d >= '20240102'", "`d` >= '2024-01-02 00:00:00'"), ("day = '1/2/2024'", "`day` = '2024-01-02'"), ("d BETWEEN '20240101' AND '20240131'", "`d` BETWEEN '2024-01-01 00:00:00' AND '2024-01-31 00:00:00'"),
        ("g = '{ab}'", "`g` = 'AB'"), ("b = 'True'", "`b` = 1"), ("t = 5", "tsql_number(`t`) = 5"), ("i / n > 1", "tsql_divide(`i`, `n`) > 1"), ("i / i > 1", "tsql_div(`i`, `i`) > 1"),
        ("i % 2 = 0", "tsql_mod(`i`, 2) = 0"), ("t LIKE 'a%'", "`t` LIKE 'a%'"), ("t LIKE '[a]%'", "tsql_like(`t`, '[a]%')"), ("t LIKE n", "tsql_like(`t`, `n`)"),
        ("t = 'x' COLLATE Latin1_General_BIN", "`t` = 'x' COLLATE BINARY"), ("d = day", "`d` = (`day` || ' 00:00:00')"), ("ISNULL(d, '19000101') = d", "coalesce(`d`, '1900-01-01 00:00:00') = `d`"),
        ("CAST(i AS bigint) = 1", "`i` = 1"), ("CAST(t AS int) = 1", "tsql_cast(`t`, 'I4', 0, 0, 0, (-1), 0) = 1"),
    ],
)  # fmt: skip
def test_conditions(sql, text):
    assert where(sql) == text


@pytest.mark.parametrize("sql", ["@a / @b = 1", "i / @b = 1", "t LIKE '[x]' ESCAPE '!'"])
def test_refusals(sql):
    with pytest.raises(NotTranslatable):
        where(sql)
