import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.mysql_tables import MySqlTables
from dtserve.connections.sql.translate_tree import translate_tree
from dtserve.datatypes import DT, TypeSpec
from support.connections import FakeCatalog, translated


def test_create_table():
    texts = translated(
        "CREATE TABLE T (id int IDENTITY(7,1), a nvarchar(4000), b datetime2(7) DEFAULT getdate(), c char(3) COLLATE Latin1_General_CS_AS, d AS (id + 1), CHECK (id > 0))",
        "mysql",
    )
    for part in (
        "`id` INT AUTO_INCREMENT NULL COMMENT 'int'", "`a` TEXT NULL COMMENT 'nvarchar(4000)' CHECK (CHAR_LENGTH(`a`) <= 4000)", "`b` DATETIME(6) NULL DEFAULT (NOW(3)) COMMENT 'datetime2(7)'",
        "`c` CHAR(3) COLLATE utf8mb4_bin", "`d` INT GENERATED ALWAYS AS (", "UNIQUE (`id`)", "CHECK (`id` > 0)",
    ):  # fmt: skip
        assert part in texts[0], part
    assert texts[1] == "ALTER TABLE `T` AUTO_INCREMENT = 7"


def test_alter_and_indexes():
    tables = {"T": {"Id": "int"}}
    assert translated("ALTER TABLE T ADD b int NOT NULL", "mysql", tables) == [
        "ALTER TABLE `T` ADD `b` INT NOT NULL COMMENT 'int'"
    ]
    assert translated("ALTER TABLE T ALTER COLUMN Id bigint NOT NULL", "mysql", tables) == [
        "ALTER TABLE `T` MODIFY `Id` BIGINT NOT NULL COMMENT 'bigint'"
    ]
    assert translated("DROP INDEX ix ON T", "mysql", tables) == ["DROP INDEX `ix` ON `T`"]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE T (a datetimeoffset)", "CREATE TABLE T (a int IDENTITY(1,5))", "CREATE INDEX i ON T (a) WHERE a > 1", "ALTER TABLE T DROP CONSTRAINT x", "DELETE TOP (1) FROM T WHERE a = 1",
        "UPDATE TOP (1) t SET a = 1 FROM T t JOIN T2 u ON u.a = t.a", "WITH c AS (SELECT 1 AS a) DELETE t FROM T t JOIN c ON c.a = t.a", "WITH c AS (SELECT 1 AS a) UPDATE t SET a = 1 FROM T t JOIN c ON c.a = t.a",
    ],
)  # fmt: skip
def test_refusals(sql):
    with pytest.raises(NotTranslatable):
        translated(sql, "mysql", {"T": {"a": "int"}, "T2": {"a": "int"}})


def test_the_order_of_assignments_matters_where_the_server_minds_it():
    catalog = FakeCatalog("mysql", {"T": {"a": "int", "b": "int"}})
    with pytest.raises(NotTranslatable, match="a after it has been set"):
        translate_tree("UPDATE T SET a = b, b = a", "mysql", catalog)
    catalog.simultaneous = True
    assert (
        translate_tree("UPDATE T SET a = b, b = a", "mysql", catalog)[0][0].text
        == "UPDATE `T` AS `T` SET `a` = `b`, `b` = `a`"
    )


def test_types():
    rules = MySqlTables()
    assert [
        rules.type_of_spec(spec)
        for spec in (
            None,
            TypeSpec(DT.NUMERIC, precision=9, scale=2),
            TypeSpec(DT.WSTR, 5),
            TypeSpec(DT.DBTIME2, scale=3),
        )
    ] == ["LONGTEXT", "DECIMAL(9,2)", "VARCHAR(5)", "TIME(3)"]
    assert rules.cast_type(TypeSpec(DT.DBDATE)) == "DATE"
    with pytest.raises(ValueError, match="offset"):
        rules.type_of_spec(TypeSpec(DT.DBTIMESTAMPOFFSET))
