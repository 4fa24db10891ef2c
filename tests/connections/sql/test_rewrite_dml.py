import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql import open_session, parse_url
from support.connections import translated

TABLES = {"T": {"id": "int", "n": "int", "t": "nvarchar(9)", "d": "datetime"}, "U": {"id": "int", "n": "int"}}


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("INSERT T (N, id) VALUES (1, ?)", "INSERT INTO `T` (`n`, `id`) VALUES (1, tsql_cast(?, 'I4', 0, 0, 0, -1, 0))"),
        ("INSERT INTO T (d) VALUES ('20240102')", "INSERT INTO `T` (`d`) VALUES ('2024-01-02 00:00:00')"),
        ("INSERT INTO T (t) SELECT 5 UNION ALL SELECT 6", "INSERT INTO `T` (`t`) SELECT '5' UNION ALL SELECT '6'"),
        ("INSERT INTO T (n) SELECT id * 1.5 FROM U", "INSERT INTO `T` (`n`) SELECT CAST((`id` * 1.5) AS INTEGER) FROM `U` AS `U`"),
        ("INSERT INTO T DEFAULT VALUES", "INSERT INTO `T` (`id`, `n`, `t`, `d`) DEFAULT VALUES"),
        ("UPDATE T SET n += 1, t = N'x' WHERE id = 1", "UPDATE `T` AS `T` SET `n` = `n` + (1), `t` = 'x' WHERE `id` = 1"),
        ("DELETE FROM dbo.T WHERE id = 1", "DELETE FROM `T` AS `T` WHERE `id` = 1"),
        ("DELETE TOP (3) FROM T WHERE n = 1", "DELETE FROM `T` WHERE rowid IN (SELECT `T`.rowid FROM `T` AS `T` WHERE `n` = 1 LIMIT 3)"),
        ("DELETE TOP (@k) FROM T", "DELETE FROM `T` WHERE rowid IN (SELECT `T`.rowid FROM `T` AS `T` LIMIT ?)"),
        ("UPDATE T SET n = 1 OUTPUT inserted.id WHERE id = 2", "UPDATE `T` AS `T` SET `n` = 1 WHERE `id` = 2 RETURNING `id`"),
    ],
)  # fmt: skip
def test_statements(sql, text):
    (found,) = translated(sql, "sqlite", TABLES)
    if "DEFAULT VALUES" in sql:
        assert "DEFAULT VALUES" in found
    else:
        assert found == text


def test_select_into():
    assert translated("SELECT id, t INTO #x FROM T", "sqlite", TABLES) == [
        "CREATE TEMPORARY TABLE `#x` (`id` INT, `t` NVARCHAR(9))", "INSERT INTO `#x` SELECT `id`, `t` FROM `T` AS `T`",
    ]  # fmt: skip
    assert translated("SELECT id INTO x FROM T", "postgres", TABLES) == [
        'CREATE TABLE "x" AS SELECT "id" FROM "T" AS "T"'
    ]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("INSERT TOP (1) INTO T SELECT 1", "INSERT TOP"), ("INSERT INTO T OUTPUT inserted.id INTO U VALUES (1)", "OUTPUT"),
        ("UPDATE T SET n = 1 OUTPUT deleted.n", "deleted"), ("WITH c AS (SELECT 1 AS x UNION SELECT 2) DELETE FROM c", "common table expression"),
        ("UPDATE T SET n = 1 FROM T a JOIN T b ON a.id = b.id", "ambiguous"),
        ("INSERT INTO T (id) EXECUTE sys.sp_MSforeachdb 'SELECT 1'", "stored procedures"), ("INSERT T EXEC p 1, 2", "stored procedures"),
    ],
)  # fmt: skip
def test_refusals(sql, reason):
    with pytest.raises(NotTranslatable) as caught:
        translated(sql, "sqlite", TABLES)
    assert reason in caught.value.message


@pytest.mark.parametrize("family", ["sqlite", "postgres", "mysql"])
def test_default_as_a_value(family, request):
    url = "sqlite://" if family == "sqlite" else request.getfixturevalue(f"{family}_server").empty()
    with open_session(parse_url(url)) as session:
        session.execute("CREATE TABLE D (a int, b varchar(9) DEFAULT 'none', c int)")
        session.execute("INSERT INTO D (b, a, c) VALUES (DEFAULT, 1, DEFAULT), ('x', 2, 5)")
        session.execute("INSERT INTO D VALUES (3, DEFAULT, 6)")
        session.execute("UPDATE D SET b = DEFAULT, c = default WHERE a = 2")
        assert list(session.query("SELECT a, b, c FROM D ORDER BY a").rows()) == [
            (1, "none", None), (2, "none", None), (3, "none", 6)
        ]  # fmt: skip
