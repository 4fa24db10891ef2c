import pytest

from dtserve.connections.errors import NotTranslatable
from support.connections import translated

TABLES = {
    "T": {"i": "int", "b": "bit", "t": "nvarchar(10)", "d": "datetime", "n": "decimal(9,2)", "g": "uniqueidentifier"}
}


def expression(sql, family):
    return translated(f"SELECT {sql} FROM T", family, TABLES)[0].removeprefix("SELECT ").rpartition(" FROM ")[0]


@pytest.mark.parametrize(
    ("sql", "sqlite", "postgres", "mysql"),
    [
        ("t + N'x'", "`t` || 'x'", "\"t\" || 'x'", "CONCAT(`t`, 'x')"),
        ("ISNULL(i, 0)", "coalesce(`i`, 0)", 'COALESCE("i", 0)', "COALESCE(`i`, 0)"),
        ("ISNULL(b, 0)", "coalesce(`b`, 0)", 'COALESCE("b", FALSE)', "COALESCE(`b`, 0)"),
        ("i / 2", "(`i` / 2)", '"i" / 2', "(`i` DIV 2)"),
        ("n / 2", "(CAST(`n` AS REAL) / 2)", '"n" / 2', "(`n` / 2)"),
        ("0xAB", "X'AB'", "'\\xAB'::bytea", "X'AB'"),
        ("LEN(t)", "tsql_len(`t`)", "CHAR_LENGTH(RTRIM(CAST(\"t\" AS TEXT), ' '))", "CHAR_LENGTH(RTRIM(`t`))"),
        ("t COLLATE Latin1_General_CI_AS", "`t` COLLATE NOCASE", '"t"', "`t`"),
        ("CURRENT_TIMESTAMP", "tsql_getdate()", "CAST(statement_timestamp() AS TIMESTAMP(3))", "NOW(3)"),
        ("SUM(i)", "sum(`i`)", 'CAST(SUM("i") AS INT)', "SUM(`i`)"),
        ("dbo.f(i)", "F(`i`)", 'F("i")', "F(`i`)"),
    ],
)  # fmt: skip
def test_expressions(sql, sqlite, postgres, mysql):
    assert expression(sql, "sqlite") == sqlite
    assert expression(sql, "postgres") == postgres
    assert expression(sql, "mysql") == mysql


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("d - d", "DATEDIFF"), ("DATEADD(eon, 1, d)", "no date part"), ("LEFT(t)", "arguments"), ("ISDATE(t, 1)", "arguments"),
        ("d AT TIME ZONE 'UTC'", "AT TIME ZONE"), ("CAST(t AS whatever)", ""), ("OBJECT_ID(t)", "computed"),
        ("HASHBYTES('MD5', N'x')", "UTF-16"), ("HASHBYTES('MD5', CAST(t AS nvarchar(20)))", "UTF-16"),
        ("HASHBYTES('MD5', CONCAT(t, N'|', i))", "UTF-16"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("family", ["sqlite", "postgres", "mysql"])
def test_refusals(sql, reason, family):
    with pytest.raises(NotTranslatable) as caught:
        expression(sql, family)
    assert reason in caught.value.message


def test_what_a_target_lacks():
    with pytest.raises(NotTranslatable, match="PATINDEX is not known in PostgreSQL"):
        expression("PATINDEX('%x%', t)", "postgres")
    with pytest.raises(NotTranslatable, match="adds numbers or joins texts"):
        expression("@a + @b", "mysql")
