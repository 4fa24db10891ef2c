import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.translate_tree import translate_tree
from support.connections import FakeCatalog, translated

TABLES = {"T": {"id": "int", "Name": "nvarchar(9)"}}


@pytest.mark.parametrize(
    ("sql", "texts"),
    [
        ("DROP TABLE IF EXISTS dbo.T, dbo.U", ['DROP TABLE IF EXISTS "T"', 'DROP TABLE IF EXISTS "U"']),
        ("DROP VIEW v;", ['DROP VIEW "v"']),
        ("DROP PROCEDURE IF EXISTS p", []),
        ("TRUNCATE TABLE T;", ['TRUNCATE TABLE "T" RESTART IDENTITY']),
        ("CREATE UNIQUE INDEX ix ON dbo.T (NAME DESC) INCLUDE (id) WHERE id > 1", ['CREATE UNIQUE INDEX "T_ix" ON "T" ("Name" DESC) WHERE "id" > 1']),
        ("DROP INDEX ix ON T", ['DROP INDEX "T_ix"']),
        ("CREATE VIEW v (x) AS SELECT name FROM T WITH CHECK OPTION", ['CREATE VIEW "v" ("x") AS SELECT "Name" FROM "T" AS "T"']),
        ("CREATE OR ALTER VIEW v AS SELECT 1 AS a", ['DROP VIEW IF EXISTS "v"', 'CREATE VIEW "v" AS SELECT 1 AS "a"']),
        ("ALTER TABLE T DROP COLUMN NAME", ['ALTER TABLE "T" DROP COLUMN "Name"']),
        ("CREATE SCHEMA x", ['CREATE SCHEMA "x"']),
        ("CREATE SCHEMA dbo", []),
    ],
)  # fmt: skip
def test_statements(sql, texts):
    assert translated(sql, "postgres", TABLES) == texts


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("ALTER TABLE T NOCHECK CONSTRAINT ALL", "NOCHECK"), ("CREATE LOGIN x WITH PASSWORD = 'y'", "CREATE LOGIN"), ("DROP DATABASE x", "DROP DATABASE"),
        ("CREATE TABLE x (a strange_type)", "strange_type"), ("CREATE TABLE x (a int WHAT)", "WHAT"), ("CREATE VIEW v", "view"),
        ("ALTER TABLE T", "missing"), ("ALTER TABLE T DROP", "missing"), ("ALTER TABLE T ALTER COLUMN", "missing"),
    ],
)  # fmt: skip
def test_refusals(sql, reason):
    with pytest.raises(NotTranslatable) as caught:
        translated(sql, "postgres", TABLES)
    assert reason in caught.value.message


def test_use_is_for_the_own_database():
    catalog = FakeCatalog("postgres")
    catalog.catalog_name = "Sales"
    assert translate_tree("USE [sales]", "postgres", catalog)[0] == ()
    with pytest.raises(NotTranslatable, match="Sales"):
        translate_tree("USE master", "postgres", catalog)


def test_a_table_that_only_stands_in_is_not_dropped():
    assert translated("DROP TABLE stg.T", "sqlite", TABLES) == ["DROP TABLE `T`"] or translated(
        "DROP TABLE stg.T", "sqlite", TABLES
    )
