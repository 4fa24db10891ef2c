import pytest

from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable, TableName, split_name, stands_in, unquote
from dtserve.datatypes import DT, TypeSpec


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("T", TableName("T")), ("dbo.T", TableName("T", "dbo")), ("[a b].[c.d]", TableName("c.d", "a b")), ('"s"."T"', TableName("T", "s")),
        ("srv.db.dbo.T", TableName("T", "dbo", "db")), ("db..T", TableName("T", "", "db")), ("#t", TableName("#t")), (" T ; ", TableName("T")),
        ("`s`.`t`", TableName("t", "s")), ("tempdb..#t", TableName("#t", "", "tempdb")), ("[a]]b]", TableName("a]b")),
    ],
)  # fmt: skip
def test_names(text, name):
    assert split_name(text) == name


def test_quotes():
    assert [unquote(t) for t in ("[x]", '"a""b"', "`c``d`", "plain")] == ["x", 'a"b', "c`d", "plain"]


def test_tables():
    table = CatalogTable.of("T", "`T`", (CatalogColumn("A", TypeSpec(DT.I4)), CatalogColumn("B", None)))
    assert table.by_name["a"].name == "A"
    assert [str(column.type) for column in table.result_columns()] == ["DT_I4", "DT_WSTR(4000)"]
    assert stands_in(table, TableName("T", "stg"))
    assert not stands_in(table, TableName("T", "dbo"))
    assert not stands_in(CatalogTable.of("T", "`stg.T`", (), "stg"), TableName("T", "stg"))
    assert CatalogTable.of("T", "`stg.T`", (), "stg").stored_name == "stg.T"
    assert TableName("#x").temporary
    assert TableName("@x").temporary
